/* preview.tsx - what risk and the market will say of an order while it is written. */
import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { post } from '../api/client';
import { ApiError } from '../api/problem';
import type { Preview } from '../api/types';
import { t } from '../i18n';
import { inZone } from '../lib/clock';
import { zone } from '../state/preferences';
import { Money, Price, Quantity } from '../ui/figures';
import { Facts, Rules } from '../ui/pieces';
import { sentence } from '../ui/state';
import type { Draft } from './draft';

const WAIT_MS = 350;

export interface PreviewState {
  readonly preview: ReadonlySignal<Preview | null>;
  readonly error: ReadonlySignal<ApiError | null>;
  /** What is shown belongs to what was typed before. */
  readonly behind: ReadonlySignal<boolean>;
}

/** Asks a moment after the last change; an answer to an older draft is never shown. */
export function usePreview(draft: Draft): PreviewState {
  const preview = useSignal<Preview | null>(null);
  const error = useSignal<ApiError | null>(null);
  const behind = useSignal(false);
  const body = draft.body();
  const text = JSON.stringify(body);
  useEffect(() => {
    const stop = new AbortController();
    behind.value = body !== null;
    error.value = null;
    if (!body) {
      preview.value = null;
      return () => stop.abort();
    }
    const timer = window.setTimeout(() => {
      post<Preview>('/orders/preview', body, undefined, stop.signal).then((said) => {
        if (stop.signal.aborted) return;
        preview.value = said;
        behind.value = false;
      }, (reason: unknown) => {
        if (stop.signal.aborted || !(reason instanceof ApiError)) return;
        preview.value = null;
        error.value = reason;
        behind.value = false;
      });
    }, WAIT_MS);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return { preview, error, behind };
}

export function PreviewBox({ preview: state, draft }: { preview: PreviewState; draft: Draft }): JSX.Element {
  const preview = state.preview.value;
  const error = state.error.value;
  if (error && error.field === null) return <div class="box warning" role="status"><p>{t('preview.failed')}</p><p>{sentence(error)}</p></div>;
  if (!preview) return <div class="box info" role="status"><p>{state.behind.value ? t('preview.asking') : t('preview.fill')}</p></div>;
  return (
    <section class={`box preview ${preview.passes ? 'passes' : 'fails'}${state.behind.value ? ' behind' : ''}`} aria-label={t('preview.title')} aria-busy={state.behind.value}>
      <p role="status"><strong>{t(preview.passes ? 'preview.passes' : 'preview.refused')}</strong></p>
      <Facts items={[
        [t('col.quantity'), <Quantity key="q" quantity={preview.qty} />],
        [t('col.price'), <Price key="p" price={preview.price} currency={preview.currency} />],
        [t('col.amount'), <Money key="a" amount={preview.amount} currency={preview.currency} />],
        [t('preview.buyingPower'), <Money key="b" amount={preview.buyingPower} currency={preview.currency} />],
        [t('preview.held'), <Quantity key="h" quantity={preview.held} />],
        [t('preview.lot'), <Quantity key="l" quantity={preview.lot} />],
        [t('preview.tick'), <Quantity key="t" quantity={preview.tick} />],
        [t('preview.market'), preview.marketOpen ? t('preview.open') : `${t('preview.closed')} · ${inZone(preview.marketText, zone.value)}`],
      ]} />
      {preview.warnings.map((warning) => <p key={warning} class="warn">{inZone(warning, zone.value)}</p>)}
      <details open={!preview.passes}>
        <summary>{t('preview.rules', { count: preview.rules.length })}</summary>
        <Rules rules={preview.rules} />
      </details>
      {draft.action.value === 'Sell' && preview.held === '0' ? <p class="warn">{t('preview.short')}</p> : null}
    </section>
  );
}
