/* state.tsx - loading, empty, failed: no page is ever blank, no wait without an end. */
import { Component, type ComponentChildren, type JSX } from 'preact';
import type { Intention } from '../api/intention';
import type { ApiError } from '../api/problem';
import { en } from '../i18n/en';
import { t, type TextKey } from '../i18n';
import { Button } from './control';
import type { Loaded } from './hooks';

/** The sentence of an error, in the page's language where the error is the page's own. */
export function sentence(error: ApiError): string {
  const key = `error.${error.code}`;
  const own = key in en ? t(key as TextKey) : error.message || t('error.NO_ANSWER');
  const wait = error.retryAfterSeconds === null ? '' : ` ${t('error.retryAfter', { seconds: error.retryAfterSeconds })}`;
  return own + wait;
}

export function ErrorBox({ error, onRetry, title }: { error: ApiError; onRetry?: () => void; title?: string }): JSX.Element {
  return (
    <div class="box error" role="alert">
      <strong>{title ?? t('error.title')}</strong>
      <p>{sentence(error)}</p>
      {onRetry ? <Button small onClick={onRetry}>{t('action.retry')}</Button> : null}
    </div>
  );
}

/** What became of an intention, where it is not simply done. `field`: errors of these stand at the field. */
export function IntentionError({ intention, fields = [] }: { intention: Intention; fields?: readonly string[] }): JSX.Element | null {
  const error = intention.error.value;
  if (!error || (error.field !== null && fields.includes(error.field))) return null;
  const unknown = intention.state.value === 'unknown';
  return (
    <div class={`box ${unknown ? 'warning' : 'error'}`} role="alert">
      <p>{error.code === 'STALE_VERSION' ? t('error.stale') : sentence(error)}</p>
      {unknown && error.code !== 'STILL_UNKNOWN' ? <p>{t('error.unknownOutcome')}</p> : null}
      {unknown ? <Button small onClick={() => intention.forget()}>{t('action.forget')}</Button> : null}
    </div>
  );
}

/** Of the error of an intention, what belongs to `field`. */
export function fieldError(intention: Intention, field: string): string | null {
  const error = intention.error.value;
  return error?.field === field ? error.message : null;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="box empty">
      <strong>{title}</strong>
      {children ? <div>{children}</div> : null}
    </div>
  );
}

/** Grey bars in the place of what comes. */
export function Loading({ lines = 4 }: { lines?: number }): JSX.Element {
  return (
    <div class="loading" role="status" aria-label={t('frame.loading')}>
      {Array.from({ length: lines }, (_, i) => <span key={i} class="skeleton" />)}
    </div>
  );
}

/** Of something loaded: bars, the error, or the content - with the error above it if a reload failed. */
export function Shown<T>({ of, children, lines }: { of: Loaded<T>; children: (data: T) => ComponentChildren; lines?: number }): JSX.Element {
  const data = of.data.value;
  const error = of.error.value;
  return (
    <>
      {error ? <ErrorBox error={error} onRetry={of.again} /> : null}
      {data !== null ? children(data) : error ? null : <Loading {...(lines === undefined ? {} : { lines })} />}
    </>
  );
}

/** A fault of the page itself takes down one part of it, not all. */
export class Bulkhead extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render(): ComponentChildren {
    if (!this.state.failed) return this.props.children;
    return (
      <div class="box error" role="alert">
        <p>{t('error.page')}</p>
        <Button small onClick={() => this.setState({ failed: false })}>{t('action.retry')}</Button>
      </div>
    );
  }
}
