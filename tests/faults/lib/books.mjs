/*
 * books.mjs - read every book there is: the broker's journal, Valkey, Firebird.
 *
 * What was found equal at a quiet moment may be closed: from then on only what came later is read
 * again, beside the sums over everything.  So an hour of books is compared as easily as a minute.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { exact, times } from '../../e2e/lib/system.mjs';
import { FileTail, StreamTail } from './tail.mjs';

export const FINAL = new Set(['Filled', 'Canceled', 'Rejected', 'Expired']);

/* JSON whose numbers stay texts: nothing of money passes through a double. */
export function parseExactly(text) {
  return JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (found) => (found[0] === '"' ? found : `"${found}"`)));
}

/* As the programs name things: a UUIDv5 in yQuant's own namespace. */
export function namedId(name) {
  const hash = createHash('sha1').update(Buffer.from('9b0d4c1e6f3a5e278d417a52c3e8f610', 'hex')).update(name).digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const signalIdOf = (alertId) => namedId(`alert:${alertId}`);

export function add(map, key, amount) {
  map.set(key, (map.get(key) ?? 0n) + amount);
}

/* ---- the broker's own book, from its journal: what really happened ---- */

class PaperBook {
  constructor(system, alias, cash) {
    const opening = new Map(Object.entries(cash).map(([currency, amount]) => [currency, exact(amount)]));
    Object.assign(this, {
      alias, tail: new FileTail(path.join(system.var, 'paper', `${alias}.journal`)),
      orders: new Map(), fills: [], cash: new Map(), positions: new Map(),
      openingCash: opening, openingPositions: new Map(), /* of what is not closed */
      past: new Set(), sums: new Map(), orderCount: 0, fillCount: 0, /* of everything */
    });
  }

  read() {
    return this.tail.lines((line) => {
      for (const record of parseExactly(line.slice(line.indexOf(' ') + 1))) this.apply(record);
    });
  }

  apply(record) {
    const order = this.orders.get(record.Id);
    if (this.past.has(record.Id) && record.Kind !== 'Fill') return; /* a journal that was written anew tells it again */
    switch (record.Kind) {
      case 'Book': this.epoch = record.Epoch; break;
      case 'Cash': this.cash.set(record.Currency, exact(record.Value)); break;
      case 'Position': this.positions.set(`${record.Exchange}:${record.Ticker}`, exact(record.Qty)); break;
      case 'Order': this.take(order, record); break;
      case 'Fill': this.fill(order, record, true); break;
      case 'Past': this.fill(order, record, false); break; /* of an order that was told whole */
      case 'Change': order.Qty = record.Qty; break;
      case 'Close': order.State = record.State; break;
      default: break;
    }
  }

  take(known, record) {
    const brokerId = `${this.epoch}-${record.Number}`;
    if (known && known.brokerId !== brokerId) throw new Error(`${this.alias}: order ${record.Id} twice in the journal`);
    /* A journal that was written anew, perhaps twice since we looked: it stands there as it is now. */
    if (known) {
      Object.assign(known, { State: record.State, Qty: record.Qty, filled: exact(record.Filled) });
      return;
    }
    this.orders.set(record.Id, { ...record, brokerId, filled: exact(record.Filled), told: new Set() });
    this.orderCount++;
  }

  fill(order, record, moves) {
    if (!order) throw new Error(`${this.alias}: order ${record.Id} was executed after its end`);
    if (order.told.has(record.Execution)) return;
    order.told.add(record.Execution);
    const fill = {
      order, qty: exact(record.Qty), price: exact(record.Value), fee: exact(record.Fee),
      tradeId: namedId(`trade:${this.alias}:${order.brokerId}:${this.epoch}-E${record.Execution}`),
    };
    this.fills.push(fill);
    this.fillCount++;
    addToSums(this.sums, fill);
    if (!moves) return;
    add(this.cash, order.Currency, moneyOf(fill));
    add(this.positions, `${order.Exchange}:${order.Ticker}`, sharesOf(fill));
    order.filled += fill.qty;
    order.State = order.filled === exact(order.Qty) ? 'Filled' : 'PartiallyFilled';
  }

  close() {
    Object.assign(this, { fills: [], openingCash: new Map(this.cash), openingPositions: new Map(this.positions) });
    for (const [id, order] of this.orders) {
      if (!FINAL.has(order.State)) continue;
      this.orders.delete(id);
      this.past.add(id);
    }
  }
}

export function moneyOf({ order, qty, price, fee }) {
  const amount = times(qty, price);
  return (order.Action === 'Buy' ? -amount : amount) - fee;
}

export function sharesOf({ order, qty }) {
  return order.Action === 'Buy' ? qty : -qty;
}

export function addToSums(sums, { order, qty, fee }) {
  const kind = `${order.Exchange}:${order.Ticker} ${order.Action}`;
  add(sums, `number ${kind}`, 1n);
  add(sums, `quantity ${kind}`, qty);
  add(sums, `commission ${kind}`, fee);
}

/* ---- the bus ---- */

const payloadOf = (fields) => parseExactly(fields[fields.indexOf('payload') + 1]);

function pairsToObject(list) {
  return Object.fromEntries(Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i], list[2 * i + 1]]));
}

const KEYS_AT_ONCE = 5000;
const LISTS = ['trades:queue', 'trades:processing', 'trades:parked'];
const STREAMS = ['signal:stream', 'order:stream', 'execution:stream'];

/* Ids of all order:{Id}. */
async function orderIds(client) {
  const ids = [];
  let cursor = '0';
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', 'order:*', 'COUNT', KEYS_AT_ONCE);
    for (const key of keys) if (/^order:[0-9a-f-]{36}$/.test(key)) ids.push(key.slice(6));
    cursor = next;
  } while (cursor !== '0');
  return [...new Set(ids)];
}

async function readHashes(client, ids) {
  const hashes = new Map();
  for (let i = 0; i < ids.length; i += KEYS_AT_ONCE) {
    const some = ids.slice(i, i + KEYS_AT_ONCE);
    const batch = client.pipeline();
    for (const id of some) batch.hgetall(`order:${id}`);
    for (const [k, [error, hash]] of (await batch.exec()).entries()) {
      if (error) throw error;
      hashes.set(some[k], hash);
    }
  }
  return hashes;
}

/* All bracket:{Id}: what they are, and each order of theirs by its id. */
async function readBrackets(client) {
  const brackets = new Map();
  let cursor = '0';
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', 'bracket:*', 'COUNT', KEYS_AT_ONCE);
    cursor = next;
    for (const key of keys) {
      if (key === 'bracket:open') continue;
      const hash = await client.hgetall(key);
      const legs = Object.entries(hash).filter(([name]) => /^[0-9a-f-]{36}$/.test(name)).map(([id, text]) => ({ id, ...parseExactly(text) }));
      if (hash.Bracket) brackets.set(key.slice(8), { ...parseExactly(hash.Bracket), lost: exact(hash.Lost ?? '0'), ended: hash.Ended, watched: /is watched by yQuant/.test(hash.How ?? ''), legs });
    }
  } while (cursor !== '0');
  return brackets;
}

/* What the members of a group have and do not end, the oldest of it: for people. */
async function pendingEntries(client, { stream, name }) {
  const entries = [];
  for (const [id, member, idleMs, times] of await client.xpending(stream, name, '-', '+', 10)) {
    const [entry] = await client.xrange(stream, id, id);
    entries.push(`${id} of ${member}, given ${times} times, last ${idleMs} ms ago: ${entry ? entry[1].join(' ') : 'not in the stream any more'}`);
  }
  return entries;
}

class BusBook {
  constructor() {
    this.tails = {
      signals: new StreamTail('signal:stream'), executions: new StreamTail('execution:stream'), notifications: new StreamTail('notification:stream'),
    };
    Object.assign(this, { signals: [], executions: [], notifications: [], past: new Set() });
  }

  /* What is trimmed some day. */
  async follow(client) {
    for (const [name, tail] of Object.entries(this.tails)) await tail.entries(client, (fields) => this[name].push(payloadOf(fields)));
  }

  async waiting(client) {
    this.lists = {};
    for (const list of LISTS) this.lists[list] = await client.llen(list);
    this.groups = [];
    for (const stream of STREAMS)
      for (const group of await client.call('XINFO', 'GROUPS', stream)) this.groups.push({ stream, ...pairsToObject(group) });
  }

  async read(client, aliases) {
    await this.follow(client);
    Object.assign(this, { deposits: {}, positions: {} });
    for (const alias of aliases) {
      this.deposits[alias] = await client.hgetall(`deposit:${alias}`);
      this.positions[alias] = Object.values(await client.hgetall(`position:${alias}`)).map(parseExactly);
    }
    this.open = await client.smembers('order:open');
    this.openBrackets = new Set(await client.smembers('bracket:open'));
    this.brackets = await readBrackets(client);
    this.orders = await readHashes(client, (await orderIds(client)).filter((id) => !this.past.has(id)));
    await this.waiting(client);
    for (const group of this.groups.filter(({ pending }) => pending !== 0)) group.entries = await pendingEntries(client, group);
  }

  close() {
    Object.assign(this, { signals: [], executions: [], notifications: [] });
    for (const [id, { State }] of this.orders) if (FINAL.has(State)) this.past.add(id);
  }
}

/* ---- the archive ---- */

const TABLES = {
  signals: {
    columns: ['ID', 'VERDICT', 'CODE', 'ORDER_COUNT', 'STRATEGY', 'ACTION', 'TICKER', 'EXCHANGE', `SUBSTRING(DECISION FROM POSITION('"Orders":[' IN DECISION) FOR 100) AS ORDERED`],
    rest: (since) => `FROM SIGNALS WHERE RECEIVED_AT_US >= ${since}`,
  },
  orders: {
    columns: ['ID', 'ACCOUNT_ALIAS', 'STATUS', 'QUANTITY', 'FILLED', 'SIGNAL_ID', 'BROKER_ORDER_ID', 'REASON', 'EXIT_KIND', 'ACTION', 'TICKER', 'EXCHANGE'],
    rest: (since) => `FROM ORDERS WHERE ORDERED_AT_US >= ${since} OR FINAL_AT_US >= ${since} OR FINAL_AT_US IS NULL`,
  },
  trades: {
    columns: ['ID', 'ORDER_ID', 'QUANTITY', 'PRICE', 'COMMISSION', 'ACCOUNT_ALIAS', 'BROKER_ORDER_ID', 'ACTION', 'TICKER', 'EXCHANGE'],
    rest: (since) => `FROM TRADES WHERE EXECUTED_AT_US >= ${since}`,
  },
  sums: {
    columns: ['ACCOUNT_ALIAS', 'EXCHANGE', 'TICKER', 'ACTION', 'COUNT(*) AS NUMBER', 'SUM(QUANTITY) AS QUANTITY', 'SUM(COMMISSION) AS COMMISSION'],
    rest: () => 'FROM TRADES GROUP BY ACCOUNT_ALIAS, EXCHANGE, TICKER, ACTION',
  },
  counts: { columns: ['(SELECT COUNT(*) FROM SIGNALS) AS SIGNALS', '(SELECT COUNT(*) FROM ORDERS) AS ORDERS'], rest: () => 'FROM RDB$DATABASE' },
};

/* A resting order may be executed at any moment, also while the books are read: what is closed is
 * known by its id; the time only bounds what is read. */
class ArchiveBook {
  constructor() {
    Object.assign(this, { since: 0, signalsBefore: 0, ordersBefore: new Map(), tradesBefore: new Set() });
  }

  async read(system) {
    const now = Date.now() * 1000;
    const asked = Object.entries(TABLES).map(([name, { columns, rest }]) => ({ name, columns, rest: rest(this.since) }));
    Object.assign(this, await system.isqlAll(asked), { readAt: now });
    const since = this.since > 0 ? ['--from', new Date(this.since / 1000).toISOString()] : [];
    const { stdout, stderr } = await system.yq('simulate', '--check', '--json', ...since);
    this.proof = { ...JSON.parse(stdout), told: stderr };
    this.orders = this.orders.filter(({ ID }) => !FINAL.has(this.ordersBefore.get(ID)));
    this.trades = this.trades.filter(({ ID }) => !this.tradesBefore.has(ID));
  }

  /* Orders ever seen. */
  get orderCount() {
    return this.ordersBefore.size + this.orders.filter(({ ID }) => !this.ordersBefore.has(ID)).length;
  }

  close() {
    this.since = this.readAt;
    this.signalsBefore += this.signals.length;
    this.tradesBefore = new Set(this.trades.map(({ ID }) => ID));
    for (const { ID, STATUS } of this.orders) this.ordersBefore.set(ID, STATUS);
  }
}

/* ---- all of them ---- */

export class Books {
  /* `brokers`: {alias: its book at the broker}; without it, paper accounts that began with `cash`. */
  constructor(system, cash, brokers) {
    this.system = system;
    this.brokers = brokers ?? Object.fromEntries(Object.entries(cash).map(([alias, amounts]) => [alias, new PaperBook(system, alias, amounts)]));
    Object.assign(this, { bus: new BusBook(), archive: new ArchiveBook(), turn: Promise.resolve() });
  }

  /* One reader at a time. */
  alone(work) {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => {});
    return mine;
  }

  get client() {
    return (this.valkey ??= this.system.valkey());
  }

  /* What does not stay where it is; to be called often enough.  What is away is followed later. */
  follow() {
    return this.alone(async () => {
      for (const book of Object.values(this.brokers)) await book.read();
      await this.bus.follow(this.client).catch(() => {});
    });
  }

  /* Whose the orders at the brokers are, as the archive knows by now. */
  name() {
    return this.alone(async () => {
      const { orders } = await this.system.isqlAll([{ name: 'orders', columns: ['ID', 'ACCOUNT_ALIAS', 'BROKER_ORDER_ID'], rest: 'FROM ORDERS' }]);
      for (const book of Object.values(this.brokers)) {
        await book.read();
        book.name(orders);
      }
    });
  }

  /* Whether nothing is on its way through the bus. */
  isQuiet() {
    return this.alone(async () => {
      await this.bus.waiting(this.client);
      return this.bus.groups.every(({ name, pending, lag }) => name === 'notifier' || (pending === 0 && lag === 0)) &&
        Object.values(this.bus.lists).every((length) => length === 0);
    });
  }

  read() {
    return this.alone(async () => {
      await this.archive.read(this.system);
      await this.bus.read(this.client, Object.keys(this.brokers));
      for (const book of Object.values(this.brokers)) {
        await book.read();
        book.told?.(this.archive);
      }
    });
  }

  /* All that was read is equal, and nothing is on its way: what comes from now on is looked at. */
  close() {
    for (const book of Object.values(this.brokers)) book.close();
    this.bus.close();
    this.archive.close();
  }

  async end() {
    await this.turn;
    for (const book of Object.values(this.brokers)) await book.tail.end();
    this.valkey?.disconnect();
  }
}
