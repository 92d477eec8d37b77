/* toasts.tsx - short words about what has just happened, read out and gone by themselves. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { t } from '../i18n';
import { Button } from './control';
import type { Tone } from './pieces';

interface Toast {
  id: number;
  tone: Tone;
  text: string;
}

const MOST = 4;
const SHOWN_MS = 6_000;
const toasts = signal<readonly Toast[]>([]);
let serial = 0;

function drop(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** What is bad stays until it is dismissed. */
export function toast(text: string, tone: Tone = 'good'): void {
  const id = (serial += 1);
  toasts.value = [...toasts.value, { id, tone, text }].slice(-MOST);
  if (tone !== 'bad') window.setTimeout(() => drop(id), SHOWN_MS);
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="log" aria-live="polite" aria-label={t('toast.region')}>
      {toasts.value.map((one) => (
        <div key={one.id} class={`toast ${one.tone}`}>
          <span>{one.text}</span>
          <Button kind="quiet" small label={t('action.dismiss')} onClick={() => drop(one.id)}>✕</Button>
        </div>
      ))}
    </div>
  );
}
