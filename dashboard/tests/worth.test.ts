/* worth.test.ts - positions and equity move with prices, exactly and each currency for itself. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Equity, Position } from '../src/api/types';
import { movedOn, priced, summed } from '../src/lib/worth';

function position(more: Partial<Position> = {}): Position {
  return {
    account: 'Paper', ticker: 'AAPL', exchange: 'NASDAQ', currency: 'USD', name: null, qty: '10', avgPrice: '100', price: '100', priceAt: null,
    value: '1000', cost: '1000', unrealized: '0', unrealizedRate: '0', changeRate: null, reason: '', ...more,
  };
}

function equity(more: Partial<Equity> = {}): Equity {
  return { currency: 'USD', cash: '500', positions: '1000', total: '1500', today: '5', todayRate: null, complete: true, ...more };
}

const price = { ticker: 'AAPL', exchange: 'NASDAQ', currency: 'USD', changeRate: null, at: '2026-11-24T00:00:00Z' } as const;

test('a price moves value and gain exactly', () => {
  const now = priced(position(), { ...price, price: '100.1' });
  assert.deepEqual([now.value, now.unrealized, now.unrealizedRate], ['1001', '1', '0.001']);
});

test('a short position gains when the price falls', () => {
  const now = priced(position({ qty: '-10', cost: '-1000' }), { ...price, price: '90' });
  assert.deepEqual([now.value, now.unrealized, now.unrealizedRate], ['-900', '100', '0.1']);
});

test("equity moves by what its own currency's cash and positions do", () => {
  const held = [position({ value: '1010' }), position({ ticker: '005930', currency: 'KRW', value: '99999' })];
  const now = movedOn(equity(), [{ currency: 'USD', amount: '500' }], held);
  assert.deepEqual([now.total, now.today, now.todayRate, now.complete], ['1510', '15', '0.010033', true]);
});

test('a position without a price makes it incomplete, not worthless in silence', () => {
  assert.equal(movedOn(equity(), [], [position({ value: null })]).complete, false);
});

test('currencies are never added to one another', () => {
  const all = summed([[equity(), equity({ currency: 'KRW', total: '7' })], [equity({ total: '1', today: null })]]);
  assert.deepEqual(all.map(({ currency, total, today }) => [currency, total, today]), [['USD', '1501', null], ['KRW', '7', '5']]);
});
