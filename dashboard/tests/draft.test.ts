/* draft.test.ts - an order while it is written. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Instrument } from '../src/api/types';
import { Draft } from '../src/desk/draft';

function instrument(more: Partial<Instrument> = {}): Instrument {
  return { ticker: 'AAPL', exchange: 'NASDAQ', currency: 'USD', name: 'Apple', nameLocal: '', type: 'stock', lot: '1', delisted: false, suspended: false, price: '150.25', priceAt: null, changeRate: null, ...more };
}

function written(): Draft {
  const draft = new Draft();
  draft.account.value = 'Paper';
  draft.choose(instrument());
  return draft;
}

test('quantity and amount follow each other, whole lots only', () => {
  const draft = written();
  draft.typeQty('10');
  assert.equal(draft.amount.value, '1502.5');
  draft.typeAmount('1000');
  assert.equal(draft.qty.value, '6');
  draft.choose(instrument({ ticker: '9984', exchange: 'TSE', currency: 'JPY', lot: '100', price: '9000' }));
  assert.equal(draft.qty.value, '0');
  draft.typeAmount('2000000');
  assert.equal(draft.qty.value, '200');
});

test('what was typed is sent, never what followed from it', () => {
  const draft = written();
  draft.typeAmount('1000');
  assert.equal(draft.body()?.amount, '1000');
  assert.equal(draft.body()?.qty, undefined);
  draft.typeQty('3');
  assert.equal(draft.body()?.qty, '3');
  assert.equal(draft.body()?.amount, undefined);
});

test('a price of another instrument is never kept', () => {
  const draft = written();
  draft.price.value = '149';
  draft.stopLoss.value = '140';
  draft.choose(instrument({ ticker: 'MSFT', price: '400' }));
  assert.equal(draft.price.value, '400');
  assert.equal(draft.stopLoss.value, '');
});

test('only what the type takes is sent', () => {
  const draft = written();
  draft.typeQty('1');
  draft.stopPrice.value = '140';
  draft.type.value = 'Market';
  assert.deepEqual(draft.body(), { account: 'Paper', ticker: 'AAPL', exchange: 'NASDAQ', action: 'Buy', type: 'Market', tif: 'Day', qty: '1' });
  draft.type.value = 'StopLimit';
  assert.equal(draft.body()?.stopPrice, '140');
  assert.equal(draft.body()?.price, '150.25');
});

test('an incomplete draft is nothing to send, and says what is missing', () => {
  const draft = written();
  assert.equal(draft.body(), null);
  assert.equal(draft.faults.value.qty, 'missing');
  draft.typeQty('1e3');
  assert.equal(draft.faults.value.qty, 'decimal');
  draft.typeQty('0');
  assert.equal(draft.faults.value.qty, 'positive');
  draft.typeQty('1');
  draft.search('MS');
  assert.equal(draft.faults.value.ticker, 'missing');
});
