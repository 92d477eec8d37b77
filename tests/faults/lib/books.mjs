/* books.mjs - read every book there is: the broker's journal, Valkey, Firebird. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exact, times } from '../../e2e/lib/system.mjs';

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

class BrokerBook {
  constructor(alias) {
    Object.assign(this, { alias, orders: new Map(), fills: [], cash: new Map(), positions: new Map() });
  }

  apply(record) {
    const order = this.orders.get(record.Id);
    switch (record.Kind) {
      case 'Book': this.epoch = record.Epoch; break;
      case 'Cash': this.cash.set(record.Currency, exact(record.Value)); break;
      case 'Position': this.positions.set(`${record.Exchange}:${record.Ticker}`, exact(record.Qty)); break;
      case 'Order':
        if (order) throw new Error(`${this.alias}: order ${record.Id} twice in the journal`);
        this.orders.set(record.Id, { ...record, brokerId: `${this.epoch}-${record.Number}`, filled: exact(record.Filled) });
        break;
      case 'Fill': this.fill(order, record, true); break;
      case 'Past': this.fill(order, record, false); break; /* of an order that was told whole */
      case 'Change': order.Qty = record.Qty; break;
      case 'Close': order.State = record.State; break;
      default: break;
    }
  }

  fill(order, record, moves) {
    const fill = {
      order, qty: exact(record.Qty), price: exact(record.Value), fee: exact(record.Fee),
      tradeId: namedId(`trade:${this.alias}:${order.brokerId}:${this.epoch}-E${record.Execution}`),
    };
    this.fills.push(fill);
    if (!moves) return;
    add(this.cash, order.Currency, moneyOf(fill));
    add(this.positions, `${order.Exchange}:${order.Ticker}`, sharesOf(fill));
    order.filled += fill.qty;
    order.State = order.filled === exact(order.Qty) ? 'Filled' : 'PartiallyFilled';
  }
}

export function moneyOf({ order, qty, price, fee }) {
  const amount = times(qty, price);
  return (order.Action === 'Buy' ? -amount : amount) - fee;
}

export function sharesOf({ order, qty }) {
  return order.Action === 'Buy' ? qty : -qty;
}

async function readJournal(system, alias) {
  const book = new BrokerBook(alias);
  const text = await readFile(path.join(system.var, 'paper', `${alias}.journal`), 'utf8');
  /* What has no newline yet was not written. */
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(Boolean))
    for (const record of parseExactly(line.slice(line.indexOf(' ') + 1))) book.apply(record);
  return book;
}

/* ---- the bus ---- */

const payloadOf = ([, fields]) => parseExactly(fields[fields.indexOf('payload') + 1]);

function pairsToObject(list) {
  return Object.fromEntries(Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i], list[2 * i + 1]]));
}

async function readGroups(client) {
  const groups = [];
  for (const stream of ['signal:stream', 'order:stream', 'execution:stream'])
    for (const group of await client.call('XINFO', 'GROUPS', stream)) groups.push({ stream, ...pairsToObject(group) });
  return groups;
}

async function readBus(system, aliases) {
  const client = system.valkey();
  try {
    const bus = { deposits: {}, positions: {} };
    for (const alias of aliases) {
      bus.deposits[alias] = await client.hgetall(`deposit:${alias}`);
      bus.positions[alias] = Object.values(await client.hgetall(`position:${alias}`)).map(parseExactly);
    }
    bus.open = await client.smembers('order:open');
    bus.orders = new Map();
    for (const key of await client.keys('order:*'))
      if (/^order:[0-9a-f-]{36}$/.test(key)) bus.orders.set(key.slice(6), await client.hgetall(key));
    bus.executions = (await client.xrange('execution:stream', '-', '+')).map(payloadOf);
    bus.signals = (await client.xrange('signal:stream', '-', '+')).map(payloadOf);
    bus.lists = {};
    for (const list of ['trades:queue', 'trades:processing', 'trades:parked']) bus.lists[list] = await client.llen(list);
    bus.groups = await readGroups(client);
    return bus;
  } finally {
    client.disconnect();
    system.clients.splice(system.clients.indexOf(client), 1);
  }
}

/* ---- the archive ---- */

async function readTable(system, table, columns) {
  const rows = await system.isql(columns, `FROM ${table}`);
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
}

async function readArchive(system) {
  return {
    signals: await readTable(system, 'SIGNALS', ['ID', 'VERDICT', 'CODE', 'ORDER_COUNT', 'STRATEGY']),
    orders: await readTable(system, 'ORDERS', ['ID', 'ACCOUNT_ALIAS', 'STATUS', 'QUANTITY', 'FILLED', 'SIGNAL_ID', 'BROKER_ORDER_ID', 'REASON']),
    trades: await readTable(system, 'TRADES', ['ID', 'ORDER_ID', 'QUANTITY', 'PRICE', 'COMMISSION', 'ACCOUNT_ALIAS', 'BROKER_ORDER_ID', 'ACTION', 'TICKER', 'EXCHANGE']),
  };
}

export async function readBooks(system, aliases) {
  const brokers = {};
  for (const alias of aliases) brokers[alias] = await readJournal(system, alias);
  return { brokers, bus: await readBus(system, aliases), archive: await readArchive(system) };
}
