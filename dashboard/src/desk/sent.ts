/* sent.ts - orders that this page sent: said at once, and again when the broker has done with them. */
import type { OrderSent } from '../api/types';
import { t, term } from '../i18n';
import { formatQuantity } from '../lib/money';
import { live } from '../state/live';
import type { Tone } from '../ui/pieces';
import { toast } from '../ui/toasts';
import type { Draft } from './draft';

const FINAL: Record<string, Tone> = { Filled: 'good', Rejected: 'bad', Canceled: 'warning', Expired: 'warning' };
const watched = new Set<string>();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  live.on('execution', ({ orderId, action, ticker, state, message, filled }) => {
    const tone = FINAL[state];
    if (!tone || !watched.delete(orderId)) return;
    const what = `${formatQuantity(filled)} ${ticker}`;
    toast(`${t('order.progress', { action: term(action), ticker: what, state: term(state) })}${message ? ` · ${message}` : ''}`, tone);
  });
}

export function told(sent: OrderSent, draft: Draft): void {
  listen();
  watched.add(sent.id);
  const what = [draft.qty.peek(), draft.instrument.peek()?.ticker ?? ''].filter(Boolean).join(' ');
  toast(sent.duplicate ? t('order.duplicate') : t('order.sent', { action: term(draft.action.peek()), what }), 'info');
}
