/* exchange_book.mjs - one account's book at yq-simulator, from the journal that it writes. */
import path from 'node:path';
import { exact } from '../../e2e/lib/system.mjs';
import { FINAL, addToSums, parseExactly } from './books.mjs';
import { FileTail } from './tail.mjs';

/* An order of ours: all the orders that stood for it there, one after the other. */
class ExchangeOrder {
  constructor(id, { Action, Exchange, Ticker }, currency) {
    Object.assign(this, { Id: id, Action, Exchange, Ticker, Currency: currency, parts: new Map() });
  }

  get last() {
    return [...this.parts.values()].at(-1);
  }

  get filled() {
    return [...this.parts.values()].reduce((sum, { Filled }) => sum + exact(Filled), 0n);
  }

  /* What it is of in all. */
  get Qty() {
    const units = this.filled - exact(this.last.Filled) + exact(this.last.Qty);
    return `${units / 100000000n}.${String(units % 100000000n).padStart(8, '0')}`;
  }

  get State() {
    if (FINAL.has(this.last.State)) return this.last.State;
    return this.filled > 0n ? 'PartiallyFilled' : 'Open';
  }
}

export class ExchangeBook {
  constructor(exchange, alias, account) {
    Object.assign(this, {
      exchange, alias, account, tail: new FileTail(path.join(exchange.simulator.folder, 'book')),
      orders: new Map(), byNumber: new Map(), fills: [], cash: new Map(), positions: new Map(),
      openingCash: new Map(), openingPositions: new Map(),
      past: new Set(), sums: new Map(), orderCount: 0, fillCount: 0, lastExecution: 0,
    });
    for (const [currency, amount] of Object.entries(exchange.cash)) this.openingCash.set(currency, exact(amount));
  }

  read() {
    return this.tail.lines((line) => {
      for (const record of parseExactly(line.slice(line.indexOf(' ') + 1))) this.apply(record);
    });
  }

  apply(record) {
    if (record.Kind === 'Execution') this.fill(record);
    else if (record.Kind === 'Account' && record.Name === this.account)
      for (const currency of this.exchange.currencies) this.cash.set(currency, exact(record[currency] ?? '0'));
    else if (record.Kind === 'Position' && record.Account === this.account) this.positions.set(`${record.Exchange}:${record.Ticker}`, exact(record.Qty));
    else if (record.Kind === 'Order' && record.Account === this.account) this.take(record);
  }

  /* Written anew whenever it changed. */
  take(record) {
    const id = this.exchange.ownerOf(record);
    if (this.past.has(id)) return;
    let order = this.orders.get(id);
    if (!order) {
      order = new ExchangeOrder(id, record, 'USD');
      this.orders.set(id, order);
      this.orderCount++;
    }
    order.parts.set(record.Number, record);
    this.byNumber.set(record.Number, order);
  }

  fill(record) {
    const order = this.byNumber.get(record.Order);
    if (!order || Number(record.Number) <= this.lastExecution) return;
    this.lastExecution = Number(record.Number);
    const fill = { order, qty: exact(record.Qty), price: exact(record.Price), fee: exact(record.Fee), tradeId: this.exchange.tradeId(this.alias, order.parts.get(record.Order), record) };
    this.fills.push(fill);
    this.fillCount++;
    addToSums(this.sums, fill);
  }

  close() {
    Object.assign(this, { fills: [], openingCash: new Map(this.cash), openingPositions: new Map(this.positions) });
    for (const [id, order] of this.orders) {
      if (!FINAL.has(order.State)) continue;
      for (const number of order.parts.keys()) this.byNumber.delete(number);
      this.orders.delete(id);
      this.past.add(id);
    }
  }
}
