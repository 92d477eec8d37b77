/* decimal.ts - exact decimals as texts: compared, added, multiplied and rounded without a number. */
import type { Decimal } from '../api/types';

/** units / 10^scale */
interface Parts {
  units: bigint;
  scale: number;
}

const PATTERN = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** More digits than any price or quantity has; bounds what somebody types. */
const DIGITS_MAX = 40;

function parts(text: string): Parts | null {
  const match = PATTERN.exec(text);
  if (!match || text.length > DIGITS_MAX) return null;
  const fraction = match[3] ?? '';
  const units = BigInt(match[2] + fraction);
  return { units: match[1] === '-' ? -units : units, scale: fraction.length };
}

function must(text: Decimal): Parts {
  const found = parts(text);
  if (!found) throw new RangeError(`no decimal: ${text}`);
  return found;
}

function text({ units, scale }: Parts): Decimal {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const sign = units < 0n ? '-' : '';
  return fraction ? `${sign}${whole}.${fraction}` : `${sign}${whole}`;
}

function scaled(value: Parts, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

/** What a person typed, without grouping; null when it is no decimal. */
export function readDecimal(typed: string): Decimal | null {
  const found = parts(typed.trim().replace(/[,\s_]/g, ''));
  return found ? text(found) : null;
}

export function sign(value: Decimal): -1 | 0 | 1 {
  const { units } = must(value);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  return sign(subtract(a, b));
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y] = [must(a), must(b)];
  const scale = Math.max(x.scale, y.scale);
  return text({ units: scaled(x, scale) + scaled(y, scale), scale });
}

export function negate(a: Decimal): Decimal {
  const { units, scale } = must(a);
  return text({ units: -units, scale });
}

export function absolute(a: Decimal): Decimal {
  return sign(a) < 0 ? negate(a) : text(must(a));
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, negate(b));
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  const [x, y] = [must(a), must(b)];
  return text({ units: x.units * y.units, scale: x.scale + y.scale });
}

/** How many whole `lot`s `amount` pays for at `price`, as a quantity; all above 0, else "0". */
export function lotsFor(amount: Decimal, price: Decimal, lot: Decimal): Decimal {
  if (sign(amount) <= 0 || sign(price) <= 0 || sign(lot) <= 0) return '0';
  const [a, one] = [must(amount), must(multiply(price, lot))];
  const scale = Math.max(a.scale, one.scale);
  const count = scaled(a, scale) / scaled(one, scale);
  return multiply(count.toString(), lot);
}

/** a / b to `places`, cut off; null where b is 0. */
export function divide(a: Decimal, b: Decimal, places: number): Decimal | null {
  const [x, y] = [must(a), must(b)];
  if (y.units === 0n) return null;
  const units = (x.units * 10n ** BigInt(places + y.scale)) / (y.units * 10n ** BigInt(x.scale));
  return text({ units, scale: places });
}

/** Rounded to `places`, halves away from zero; always with just so many places. */
export function toPlaces(value: Decimal, places: number): string {
  const { units, scale } = must(value);
  const negative = units < 0n;
  let size = negative ? -units : units;
  if (scale > places) {
    const step = 10n ** BigInt(scale - places);
    size = (size + step / 2n) / step;
  } else {
    size *= 10n ** BigInt(places - scale);
  }
  const digits = size.toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const shown = places > 0 ? `${whole}.${digits.slice(digits.length - places)}` : whole;
  return negative && size > 0n ? `-${shown}` : shown;
}

/** Places behind the point, without trailing zeros. */
export function placesOf(value: Decimal): number {
  const normal = text(must(value));
  const point = normal.indexOf('.');
  return point < 0 ? 0 : normal.length - point - 1;
}

/** Only for widths of bars and curves: never for money that is shown. */
export function approximate(value: Decimal): number {
  return Number(value);
}
