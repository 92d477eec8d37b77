/* money.test.ts - what is shown of money is exact. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { compare, divide, lotsFor, multiply, readDecimal, subtract, toPlaces } from '../src/lib/decimal';
import { formatMoney, formatPrice, formatQuantity, formatRate } from '../src/lib/money';

test('money is shown in the digits of its currency', () => {
  assert.equal(formatMoney('1234567.8', 'KRW'), '1,234,568');
  assert.equal(formatMoney('1234567.8', 'USD'), '1,234,567.80');
  assert.equal(formatMoney('-0.005', 'USD'), '\u22120.01');
  assert.equal(formatMoney('-0.004', 'USD'), '0.00');
  assert.equal(formatMoney('12.5', 'HKD', true), '+12.50');
});

test('digits beyond what a double holds survive', () => {
  assert.equal(formatMoney('9007199254740993.01', 'USD'), '9,007,199,254,740,993.01');
  assert.equal(multiply('12345678901234567.89', '1.1'), '13580246791358024.679');
  assert.equal(subtract('0.3', '0.1'), '0.2');
});

test('a price keeps all of its digits', () => {
  assert.equal(formatPrice('0.12345', 'USD'), '0.12345');
  assert.equal(formatPrice('150', 'USD'), '150.00');
  assert.equal(formatPrice('71500', 'KRW'), '71,500');
});

test('a quantity and a rate read as people write them', () => {
  assert.equal(formatQuantity('1000'), '1,000');
  assert.equal(formatQuantity('0.0001'), '0.0001');
  assert.equal(formatRate('0.0123', true), '+1.23 %');
});

test('an amount buys whole lots only, never more than it pays for', () => {
  assert.equal(lotsFor('1000', '333.34', '1'), '2');
  assert.equal(lotsFor('1000', '10', '100'), '100');
  assert.equal(lotsFor('999.99', '10', '100'), '0');
  assert.equal(lotsFor('10', '3', '0.0001'), '3.3333');
});

test('typed text is a decimal or is refused', () => {
  assert.equal(readDecimal(' 1,234.50 '), '1234.5');
  for (const text of ['', '.', '1.', '1e5', 'abc', '--1', '1.2.3', 'Infinity']) assert.equal(readDecimal(text), null, text);
});

test('rounding goes away from zero at the half', () => {
  assert.equal(toPlaces('2.5', 0), '3');
  assert.equal(toPlaces('-2.5', 0), '-3');
  assert.equal(toPlaces('0', 2), '0.00');
});

test('a division by nothing has no answer', () => {
  assert.equal(divide('1', '0', 6), null);
  assert.equal(divide('1', '3', 4), '0.3333');
  assert.equal(compare('1.10', '1.1'), 0);
});
