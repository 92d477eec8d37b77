/* money.ts - exact decimals as people read them: in the currency's own digits, grouped by thousands. */
import type { Currency, Decimal } from '../api/types';
import { multiply, placesOf, sign, toPlaces } from './decimal';

const DIGITS: Record<Currency, number> = { KRW: 0, USD: 2, CNY: 2, JPY: 0, HKD: 2, VND: 0 };

/** U+2212: as wide as a plus sign. */
const MINUS = '\u2212';

export function currencyDigits(currency: Currency): number {
  return DIGITS[currency];
}

function group(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function signed(text: string, plus: boolean): string {
  if (text.startsWith('-')) return MINUS + group(text.slice(1));
  return plus && /[1-9]/.test(text) ? `+${group(text)}` : group(text);
}

/** An amount, rounded to the currency's digits. */
export function formatMoney(amount: Decimal, currency: Currency, plus = false): string {
  return signed(toPlaces(amount, DIGITS[currency]), plus);
}

/** A price: at least the currency's digits, and all that it has. */
export function formatPrice(price: Decimal, currency: Currency): string {
  return signed(toPlaces(price, Math.max(DIGITS[currency], placesOf(price))), false);
}

/** A quantity: all of its digits. */
export function formatQuantity(quantity: Decimal, plus = false): string {
  return signed(toPlaces(quantity, placesOf(quantity)), plus);
}

/** A rate, 0.0123, as "1.23 %". */
export function formatRate(rate: Decimal, plus = false): string {
  return formatPercent(multiply(rate, '100'), plus);
}

/** What already is in per cent. */
export function formatPercent(percent: Decimal, plus = false): string {
  return `${signed(toPlaces(percent, 2), plus)} %`;
}

export type Direction = 'up' | 'down' | 'flat';

export function direction(value: Decimal | null): Direction {
  if (value === null) return 'flat';
  const of = sign(value);
  return of > 0 ? 'up' : of < 0 ? 'down' : 'flat';
}
