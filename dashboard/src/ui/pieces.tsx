/* pieces.tsx - badges, timelines, pages of a list, copying. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import type { OrderState, Rule, Severity, Step } from '../api/types';
import { t, term } from '../i18n';
import { inZone } from '../lib/clock';
import { zone } from '../state/preferences';
import { Button } from './control';
import { Time } from './figures';

export type Tone = 'neutral' | 'good' | 'warning' | 'bad' | 'info';

export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ComponentChildren }): JSX.Element {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const STATE_TONES: Record<OrderState, Tone> = {
  Pending: 'info', Submitting: 'info', Unknown: 'bad', Open: 'info', PartiallyFilled: 'info',
  Filled: 'good', Canceled: 'neutral', Rejected: 'bad', Expired: 'neutral',
};

export function StateBadge({ state }: { state: OrderState }): JSX.Element {
  return <Badge tone={STATE_TONES[state]}>{term(state)}</Badge>;
}

const SEVERITY_TONES: Record<Severity, Tone> = { Info: 'info', Warning: 'warning', Critical: 'bad' };

export function SeverityBadge({ severity }: { severity: Severity }): JSX.Element {
  return <Badge tone={SEVERITY_TONES[severity]}>{term(severity)}</Badge>;
}

function gap(milliseconds: string): string {
  return `+${milliseconds} ms`;
}

/** What happened, step after step. */
export function Timeline({ steps }: { steps: readonly Step[] }): JSX.Element {
  return (
    <ol class="timeline">
      {steps.map((step, i) => (
        <li key={i}>
          <strong>{step.what}</strong>
          <span class="when"><Time at={step.at} />{step.afterMs === null ? null : <span class="muted"> {gap(step.afterMs)}</span>}</span>
          {step.text ? <p>{inZone(step.text, zone.value)}</p> : null}
        </li>
      ))}
    </ol>
  );
}

/** Rules that were looked at, each with its sentence. */
export function Rules({ rules }: { rules: readonly Rule[] }): JSX.Element {
  return (
    <ul class="rules">
      {rules.map((rule, i) => (
        <li key={i} class={rule.passed ? 'passed' : 'failed'}>
          <span aria-hidden="true">{rule.passed ? '✓' : '✕'}</span>
          <span><strong>{rule.name}</strong> {inZone(rule.text, zone.value)}</span>
        </li>
      ))}
    </ul>
  );
}

/** Through a list by its cursors; there is no way back but to the first page. */
export function Pager({ cursor, next, onPage, busy }: { cursor: string | null; next: string | null; onPage: (cursor: string | null) => void; busy?: boolean }): JSX.Element | null {
  if (cursor === null && next === null) return null;
  return (
    <nav class="buttons pager" aria-label={t('action.next')}>
      <Button small disabled={cursor === null} busy={busy ?? false} onClick={() => onPage(null)}>{t('action.first')}</Button>
      <Button small disabled={next === null} busy={busy ?? false} onClick={() => onPage(next)}>{t('action.next')}</Button>
    </nav>
  );
}

/** Not where the browser has no clipboard for the page: by plain HTTP. */
export function Copy({ text, label }: { text: string; label: string }): JSX.Element | null {
  const done = useSignal(false);
  if (!('clipboard' in navigator)) return null;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    done.value = true;
    window.setTimeout(() => { done.value = false; }, 2_000);
  };
  return (
    <Button small label={`${t('action.copy')}: ${label}`} onClick={() => void copy().catch(() => { done.value = false; })}>
      {done.value ? t('action.copied') : t('action.copy')}
    </Button>
  );
}

/** A titled part of a page. */
export function Card({ title, actions, children, id }: { title: string; actions?: ComponentChildren; children: ComponentChildren; id?: string }): JSX.Element {
  return (
    <section class="card" id={id} aria-label={title}>
      <header><h2>{title}</h2>{actions ? <div class="buttons">{actions}</div> : null}</header>
      {children}
    </section>
  );
}

/** The head of a page: its title, what it is about, what can be done. */
export function PageHead({ title, children, actions }: { title: string; children?: ComponentChildren; actions?: ComponentChildren }): JSX.Element {
  return (
    <header class="page-head">
      <div><h1>{title}</h1>{children}</div>
      {actions ? <div class="buttons">{actions}</div> : null}
    </header>
  );
}

/** Names and values. */
export function Facts({ items }: { items: readonly (readonly [string, ComponentChildren])[] }): JSX.Element {
  return (
    <dl class="facts">
      {items.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}
