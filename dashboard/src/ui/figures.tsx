/* figures.tsx - money, quantities, rates and times: exact, tabular, never only by colour. */
import type { JSX } from 'preact';
import type { Action, Currency, Decimal, Time as TimeText } from '../api/types';
import { t, term } from '../i18n';
import { formatSpan, formatTime, type TimeForm } from '../lib/clock';
import { direction, formatMoney, formatPercent, formatPrice, formatQuantity, formatRate } from '../lib/money';
import { zone } from '../state/preferences';
import { useNow } from './hooks';

const NONE = '\u2013';

function None(): JSX.Element {
  return <span class="figure muted">{NONE}</span>;
}

/** `signed`: a gain or loss, with its sign and colour. */
export function Money({ amount, currency, signed, bare }: { amount: Decimal | null; currency: Currency; signed?: boolean; bare?: boolean }): JSX.Element {
  if (amount === null) return <None />;
  const tone = signed ? ` ${direction(amount)}` : '';
  return (
    <span class={`figure${tone}`} title={`${amount} ${currency}`}>
      {formatMoney(amount, currency, signed)}{bare ? null : <span class="unit"> {currency}</span>}
    </span>
  );
}

export function Price({ price, currency, bare }: { price: Decimal | null; currency: Currency; bare?: boolean }): JSX.Element {
  if (price === null) return <None />;
  return <span class="figure">{formatPrice(price, currency)}{bare ? null : <span class="unit"> {currency}</span>}</span>;
}

export function Quantity({ quantity }: { quantity: Decimal | null }): JSX.Element {
  return quantity === null ? <None /> : <span class="figure">{formatQuantity(quantity)}</span>;
}

/** `rate`: 0.0123; `percent`: what already is in per cent. */
export function Percent({ rate, percent, signed }: { rate?: Decimal | null; percent?: Decimal | null; signed?: boolean }): JSX.Element {
  const value = rate ?? percent ?? null;
  if (value === null) return <None />;
  const text = rate === undefined || rate === null ? formatPercent(value, signed) : formatRate(value, signed);
  return <span class={`figure${signed ? ` ${direction(value)}` : ''}`}>{text}</span>;
}

export function Time({ at, form = 'full' }: { at: TimeText | null; form?: TimeForm }): JSX.Element {
  if (at === null) return <span class="muted">{t('time.unknown')}</span>;
  return <time class="figure" dateTime={at} title={at}>{formatTime(at, zone.value, form)}</time>;
}

/** "12 s ago", counting on. */
export function Ago({ at }: { at: TimeText | null }): JSX.Element {
  const now = useNow();
  if (at === null) return <span class="muted">{t('time.unknown')}</span>;
  const span = formatSpan(now - new Date(at).getTime());
  return <time class="figure" dateTime={at} title={formatTime(at, zone.value)}>{t('time.ago', { span })}</time>;
}

export function Side({ action }: { action: Action }): JSX.Element {
  return <span class={`side ${action === 'Buy' ? 'buy' : 'sell'}`}>{term(action)}</span>;
}

/** A bar that is `ratio` full (0.5: half); above 1 it is full and red. Its text stands beside it. */
export function Bar({ ratio, label }: { ratio: number; label: string }): JSX.Element {
  const shown = Math.max(0, Math.min(1, ratio));
  const tone = ratio >= 1 ? 'over' : ratio >= 0.8 ? 'near' : 'within';
  return <meter class={`bar ${tone}`} min={0} max={1} value={shown} aria-label={label} />;
}
