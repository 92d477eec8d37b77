/* worth.ts - positions and equity at a new price, exactly. */
import type { Amount, Currency, Decimal, Equity, Position, Price } from '../api/types';
import { absolute, add, divide, multiply, subtract } from './decimal';

const RATE_PLACES = 6;

export function priced(position: Position, price: Price): Position {
  const value = multiply(position.qty, price.price);
  const unrealized = subtract(value, position.cost);
  return {
    ...position, price: price.price, priceAt: price.at, value, unrealized,
    unrealizedRate: divide(unrealized, absolute(position.cost), RATE_PLACES),
    changeRate: price.changeRate ?? position.changeRate,
  };
}

/** `known` as the server said it, moved on by what cash and positions are now. */
export function movedOn(known: Equity, deposits: readonly Amount[], positions: readonly Position[]): Equity {
  const held = positions.filter(({ currency }) => currency === known.currency);
  const cash = deposits.find(({ currency }) => currency === known.currency)?.amount ?? '0';
  const value = held.reduce<Decimal>((sum, position) => add(sum, position.value ?? '0'), '0');
  const total = add(cash, value);
  const complete = held.every((position) => position.value !== null);
  if (known.today === null) return { ...known, cash, positions: value, total, complete };
  const today = add(known.today, subtract(total, known.total));
  return { ...known, cash, positions: value, total, complete, today, todayRate: divide(today, subtract(total, today), RATE_PLACES) };
}

/** All accounts' equity by currency; never across currencies. */
export function summed(lists: readonly (readonly Equity[])[]): Equity[] {
  const all = new Map<Currency, Equity>();
  for (const one of lists.flat()) {
    const so = all.get(one.currency);
    all.set(one.currency, so ? together(so, one) : one);
  }
  return [...all.values()];
}

function together(a: Equity, b: Equity): Equity {
  const today = a.today === null || b.today === null ? null : add(a.today, b.today);
  const total = add(a.total, b.total);
  return {
    currency: a.currency, cash: add(a.cash, b.cash), positions: add(a.positions, b.positions), total,
    today, todayRate: today === null ? null : divide(today, subtract(total, today), RATE_PLACES),
    complete: a.complete && b.complete,
  };
}
