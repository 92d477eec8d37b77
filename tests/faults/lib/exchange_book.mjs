/* exchange_book.mjs - one account's book at yq-simulator, from the journal that it writes. */
import path from 'node:path';
import { exact } from '../../e2e/lib/system.mjs';
import { FINAL, addToSums, parseExactly } from './books.mjs';
import { FileTail } from './tail.mjs';

const UNIT = 100000000n;

function textOf(units) {
  return `${units / UNIT}.${String(units % UNIT).padStart(8, '0')}`;
}

/* An order of ours: all the orders that stood for it there, one after the other. */
class ExchangeOrder {
  constructor({ Action, Exchange, Ticker }, currency) {
    Object.assign(this, { Id: null, Action, Exchange, Ticker, Currency: currency, parts: new Map() });
  }

  get last() {
    return [...this.parts.values()].at(-1);
  }

  get filled() {
    return [...this.parts.values()].reduce((sum, { Filled }) => sum + exact(Filled), 0n);
  }

  /* What it is of in all. */
  get Qty() {
    return textOf(this.filled - exact(this.last.Filled) + exact(this.last.Qty));
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
      orders: new Map(), byNumber: new Map(), fills: [], executions: [], cash: new Map(), positions: new Map(),
      openingCash: new Map(), openingPositions: new Map(),
      past: new Set(), pastSums: new Map(), orderCount: 0, fillCount: 0, lastExecution: 0,
    });
    for (const [currency, amount] of Object.entries(exchange.cash)) this.openingCash.set(currency, exact(amount));
  }

  read() {
    return this.tail.lines((line) => {
      for (const record of parseExactly(line.slice(line.indexOf(' ') + 1))) this.apply(record);
    });
  }

  apply(record) {
    if (record.Kind === 'Execution') this.execute(record);
    else if (record.Kind === 'Account' && record.Name === this.account)
      for (const currency of this.exchange.currencies) this.cash.set(currency, exact(record[currency] ?? '0'));
    else if (record.Kind === 'Position' && record.Account === this.account) this.positions.set(`${record.Exchange}:${record.Ticker}`, exact(record.Qty));
    else if (record.Kind === 'Order' && record.Account === this.account && !this.past.has(record.Number)) this.take(record);
  }

  /* Written anew whenever it changed. */
  take(record) {
    let order = this.byNumber.get(record.Number) ?? this.byNumber.get(record.Replaces);
    if (!order) {
      order = new ExchangeOrder(record, this.exchange.currencyOf(record));
      this.orderCount++;
    }
    order.parts.set(record.Number, record);
    this.byNumber.set(record.Number, order);
  }

  execute(record) {
    const order = this.byNumber.get(record.Order);
    if (!order || Number(record.Number) <= this.lastExecution) return;
    this.lastExecution = Number(record.Number);
    this.executions.push({ order, part: order.parts.get(record.Order), qty: exact(record.Qty), price: exact(record.Price), fee: exact(record.Fee), filled: record.Filled });
    this.fillCount++;
  }

  /* What the archive has tells whose the orders are, and how the broker's words cut their executions. */
  told({ orders, trades }) {
    this.name(orders);
    this.orders = new Map([...new Set(this.byNumber.values())].map((order) => [order.Id, order]));
    this.fills = this.exchange.fillsOf(this, trades);
    this.sums = new Map(this.pastSums);
    for (const fill of this.fills) addToSums(this.sums, fill);
  }

  name(orders) {
    this.exchange.name(this, orders.filter(({ ACCOUNT_ALIAS }) => ACCOUNT_ALIAS === this.alias));
  }

  /* Whether each order there for that instrument is known to be one of ours. */
  isNamed(exchange, ticker) {
    return [...this.byNumber.values()].every((order) => order.brokerId || order.Exchange !== exchange || order.Ticker !== ticker);
  }

  close() {
    Object.assign(this, { fills: [], executions: [], pastSums: this.sums, openingCash: new Map(this.cash), openingPositions: new Map(this.positions) });
    for (const order of this.orders.values()) {
      if (!FINAL.has(order.State)) continue;
      for (const number of order.parts.keys()) {
        this.byNumber.delete(number);
        this.past.add(number);
      }
    }
  }
}
