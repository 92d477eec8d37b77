/* compare.mjs - what must hold between the books, however the system was treated.  Pure. */
import { exact } from '../../e2e/lib/system.mjs';
import { FINAL, add, moneyOf, sharesOf, signalIdOf } from './books.mjs';
import { MAPPING } from './schedule.mjs';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const UNFILLED = new Set(['Canceled', 'Rejected', 'Expired']);
/* What never happens here, however programs die. */
const FALSE_ALARM = /cannot be (booked|read|taken up)|does not have open|without its record|in our book, but the broker|set aside|was dropped/;

/* Of a broker's answer, which may have been cut off, and not of what we wrote. */
const BROKERS_OWN = /\bAlpaca's answer cannot be read/g;

function index(rows, key, faults, what) {
  const map = new Map();
  for (const row of rows) {
    if (map.has(row[key])) faults.push(`${what} ${row[key]} twice`);
    map.set(row[key], row);
  }
  return map;
}

/* Both maps hold the same amounts; what is absent is nothing. */
function sameAmounts(what, faults, ...maps) {
  for (const key of new Set(maps.flatMap((map) => [...map.keys()]))) {
    const values = maps.map((map) => map.get(key) ?? 0n);
    if (values.some((value) => value !== values[0])) faults.push(`${what} ${key}: ${values.join(' / ')}`);
  }
}

function* allOf(brokers, name) {
  for (const book of Object.values(brokers)) yield* book[name] instanceof Map ? book[name].values() : book[name];
}

/* Each check gets the books and the alerts as they were answered, and pushes what is wrong. */
export const CHECKS = {
  'every alert answered with 200 is one signal in the archive, and no other is there'({ archive }, alerts, faults) {
    const rows = index(archive.signals, 'ID', faults, 'signal');
    const known = new Map(alerts.map((alert) => [signalIdOf(alert.body.id), alert]));
    for (const [id, alert] of known) {
      const taken = alert.answers.filter(({ status }) => status === 200);
      if (taken.length > 0 && !rows.has(id)) faults.push(`alert ${alert.body.id} (${id}) was answered with 200 and is lost`);
      for (const answer of taken) if (answer.id !== id) faults.push(`alert ${alert.body.id} was answered with the id ${answer.id}`);
    }
    for (const id of rows.keys()) if (!known.has(id)) faults.push(`signal ${id} was never sent`);
    const all = archive.signalsBefore + rows.size;
    if (Number(archive.counts[0].SIGNALS) !== all) faults.push(`${archive.counts[0].SIGNALS} signals in the archive, ${all} seen`);
  },

  'every signal stands in the stream once and is decided once'({ archive, bus }, alerts, faults) {
    const streamed = index(bus.signals, 'Id', faults, 'signal in the stream');
    const orders = groupBy(archive.orders, (row) => row.SIGNAL_ID);
    for (const row of archive.signals) {
      const made = orders.get(row.ID) ?? [];
      if (!streamed.has(row.ID)) faults.push(`signal ${row.ID} is in the archive only`);
      if (!['ordered', 'refused'].includes(row.VERDICT)) faults.push(`signal ${row.ID} has the verdict "${row.VERDICT}"`);
      if (made.length !== Number(row.ORDER_COUNT)) faults.push(`signal ${row.ID}: ${row.ORDER_COUNT} orders decided, ${made.length} in the archive`);
      const aliases = made.map((order) => order.ACCOUNT_ALIAS);
      if (new Set(aliases).size !== aliases.length) faults.push(`signal ${row.ID} was ordered twice on one account: ${aliases}`);
      for (const alias of aliases) if (!MAPPING[row.STRATEGY].includes(alias)) faults.push(`signal ${row.ID} of ${row.STRATEGY} was ordered on ${alias}`);
    }
    if (streamed.size !== archive.signals.length) faults.push(`${streamed.size} signals in the stream, ${archive.signals.length} in the archive`);
  },

  'every signal is what its alert said, and so are its decision and its orders'({ archive }, alerts, faults) {
    const orders = groupBy(archive.orders, (row) => row.SIGNAL_ID);
    const asked = new Map(alerts.map(({ body }) => [signalIdOf(body.id), body]));
    const differs = (row, body) => row.ACTION.toLowerCase() !== body.action || row.TICKER !== body.ticker || row.EXCHANGE !== body.exchange;
    for (const row of archive.signals) {
      const body = asked.get(row.ID);
      const made = orders.get(row.ID) ?? [];
      const decided = row.ORDERED.match(UUID) ?? [];
      if (!body) continue;
      if (differs(row, body) || row.STRATEGY !== body.strategy) faults.push(`signal ${row.ID} of alert ${body.id} is a ${row.ACTION} of ${row.EXCHANGE}:${row.TICKER} by ${row.STRATEGY}, asked was ${JSON.stringify(body)}`);
      for (const order of made) if (differs(order, body)) faults.push(`order ${order.ID} is a ${order.ACTION} of ${order.EXCHANGE}:${order.TICKER}, asked by alert ${body.id} was ${JSON.stringify(body)}`);
      if (decided.length !== Number(row.ORDER_COUNT) || decided.some((id) => !made.some(({ ID }) => ID === id)))
        faults.push(`signal ${row.ID} of alert ${body.id}: ${row.ORDER_COUNT} orders, its decision names ${decided}, its orders are ${made.map(({ ID }) => ID)}`);
    }
  },

  'every decision comes out again, byte for byte, from what was recorded with it'({ archive }, alerts, faults) {
    const { Different, Unreadable, NotRecorded, Undecided, told } = archive.proof;
    if (Different + Unreadable + NotRecorded + Undecided > 0)
      faults.push(`${Different} different, ${Unreadable} unreadable, ${NotRecorded} without inputs, ${Undecided} undecided: ${told}`);
  },

  'every order at the broker is ours, and stands alike in all books'({ archive, bus, brokers }, alerts, faults) {
    const rows = index(archive.orders, 'ID', faults, 'order');
    for (const book of Object.values(brokers)) {
      for (const [id, order] of book.orders) {
        const row = rows.get(id);
        const hash = bus.orders.get(id);
        if (!row) faults.push(`order ${id} is at the broker and not in the archive`);
        else if (row.STATUS !== order.State || exact(row.FILLED) !== order.filled)
          faults.push(`order ${id}: ${order.State} ${order.filled} at the broker, ${row.STATUS} ${exact(row.FILLED)} in the archive`);
        if (!hash) faults.push(`order ${id} is at the broker and not on the bus`);
        else if (hash.State !== order.State || exact(hash.Filled) !== order.filled)
          faults.push(`order ${id}: ${order.State} ${order.filled} at the broker, ${hash.State} ${hash.Filled} on the bus`);
        if (row && row.ACCOUNT_ALIAS !== book.alias) faults.push(`order ${id} of ${row.ACCOUNT_ALIAS} is at ${book.alias}`);
      }
    }
    /* An exit may be withdrawn before it is sent. */
    for (const row of archive.orders)
      if (!brokers[row.ACCOUNT_ALIAS].orders.has(row.ID) && ((row.STATUS !== 'Rejected' && !(row.STATUS === 'Canceled' && row.EXIT_KIND)) || exact(row.FILLED) !== 0n))
        faults.push(`order ${row.ID} is ${row.STATUS} in the archive, and the broker never had it`);
    for (const [id, { AccountAlias, Filled }] of bus.orders) {
      if (!rows.has(id)) faults.push(`order ${id} is on the bus only`);
      if (!brokers[AccountAlias]?.orders.has(id) && Filled && exact(Filled) !== 0n) faults.push(`order ${id} is filled on the bus, and the broker never had it`);
    }
    if (Number(archive.counts[0].ORDERS) !== archive.orderCount) faults.push(`${archive.counts[0].ORDERS} orders in the archive, ${archive.orderCount} seen`);
  },

  'every execution of the broker is one trade in the archive'({ archive, brokers }, alerts, faults) {
    const rows = index(archive.trades, 'ID', faults, 'trade');
    const real = index([...allOf(brokers, 'fills')], 'tradeId', faults, 'execution');
    for (const [id, fill] of real) {
      const row = rows.get(id);
      if (!row) faults.push(`execution ${id} of order ${fill.order.Id} is not in the archive`);
      else if (exact(row.QUANTITY) !== fill.qty || exact(row.PRICE) !== fill.price || exact(row.COMMISSION) !== fill.fee ||
        row.ORDER_ID !== fill.order.Id || row.ACTION !== fill.order.Action || row.TICKER !== fill.order.Ticker || row.EXCHANGE !== fill.order.Exchange)
        faults.push(`trade ${id} differs from what the broker executed: ${JSON.stringify(row)}`);
    }
    for (const id of rows.keys()) if (!real.has(id)) faults.push(`trade ${id} was never executed`);
  },

  'the sums over the whole archive are those of the broker'({ archive, brokers }, alerts, faults) {
    for (const [alias, book] of Object.entries(brokers)) {
      const sums = new Map();
      for (const row of archive.sums.filter(({ ACCOUNT_ALIAS }) => ACCOUNT_ALIAS === alias)) {
        const kind = `${row.EXCHANGE}:${row.TICKER} ${row.ACTION}`;
        add(sums, `number ${kind}`, BigInt(row.NUMBER));
        add(sums, `quantity ${kind}`, exact(row.QUANTITY));
        add(sums, `commission ${kind}`, exact(row.COMMISSION));
      }
      sameAmounts(`all trades of ${alias} in the archive / at the broker:`, faults, sums, book.sums);
    }
  },

  'every execution of the broker was told once'({ bus, brokers }, alerts, faults) {
    const told = new Map();
    const real = new Map();
    const seen = new Set();
    for (const message of bus.executions) {
      const step = `${message.OrderId} ${message.Sequence}`;
      if (seen.has(step)) faults.push(`step ${message.Sequence} of order ${message.OrderId} was told twice`);
      seen.add(step);
      if (message.LastQty !== undefined)
        add(told, `${message.OrderId} ${exact(message.LastQty)} at ${exact(message.LastPrice)} for ${exact(message.Commission ?? '0')}`, 1n);
    }
    for (const { order, qty, price, fee } of allOf(brokers, 'fills')) add(real, `${order.Id} ${qty} at ${price} for ${fee}`, 1n);
    sameAmounts('times told / executed:', faults, told, real);
  },

  'every refusal and every end was told once, and nothing that did not happen'({ archive, bus }, alerts, faults) {
    const ends = new Map();
    const rows = new Map(archive.orders.map((row) => [row.ID, row]));
    for (const { OrderId, Status } of bus.executions) {
      if (!rows.has(OrderId)) faults.push(`${Status} was told of order ${OrderId}, which is in no book`);
      if (UNFILLED.has(Status)) add(ends, `${OrderId} ${Status}`, 1n);
    }
    const expected = new Map(archive.orders.filter(({ STATUS }) => UNFILLED.has(STATUS)).map(({ ID, STATUS }) => [`${ID} ${STATUS}`, 1n]));
    sameAmounts('times told / happened:', faults, ends, expected);
  },

  'what people were notified of did happen'({ archive, bus }, alerts, faults) {
    const rows = new Set(archive.orders.map(({ ID }) => ID));
    for (const { Text } of bus.notifications) {
      if (FALSE_ALARM.test(Text.replace(BROKERS_OWN, ''))) faults.push(Text);
      for (const [, id] of Text.matchAll(/\border ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/g))
        if (!rows.has(id) && !archive.ordersBefore.has(id)) faults.push(`of an order that is in no book: ${Text}`);
    }
  },

  'cash is what it was and every execution, to the last digit'({ bus, brokers }, alerts, faults) {
    for (const [alias, book] of Object.entries(brokers)) {
      const sum = new Map(book.openingCash);
      for (const fill of book.executions ?? book.fills) add(sum, fill.order.Currency, moneyOf(fill));
      const shown = new Map(Object.entries(bus.deposits[alias]).map(([currency, amount]) => [currency, exact(amount)]));
      sameAmounts(`cash of ${alias} on the bus / at the broker / by sum:`, faults, shown, book.cash, sum);
    }
  },

  'positions are the sum of the executions, to the last digit'({ bus, brokers }, alerts, faults) {
    for (const [alias, book] of Object.entries(brokers)) {
      const sum = new Map(book.openingPositions);
      for (const fill of book.executions ?? book.fills) add(sum, `${fill.order.Exchange}:${fill.order.Ticker}`, sharesOf(fill));
      const shown = new Map(bus.positions[alias].map((position) => [`${position.Exchange}:${position.Ticker}`, exact(position.Qty)]));
      sameAmounts(`position of ${alias} on the bus / at the broker / by sum:`, faults, shown, book.positions, sum);
    }
  },

  'what is open here is open at the broker, and nothing else'({ bus, brokers }, alerts, faults) {
    const here = new Set(bus.open);
    const there = new Set([...allOf(brokers, 'orders')].filter((order) => !FINAL.has(order.State)).map((order) => order.Id));
    for (const id of here) if (!there.has(id)) faults.push(`order ${id} (${bus.orders.get(id)?.State}) is open here, not at the broker`);
    for (const id of there) if (!here.has(id)) faults.push(`order ${id} is open at the broker, not here`);
  },

  'what was opened with a take-profit or stop-loss is protected, and closed once'({ bus, brokers }, alerts, faults) {
    const lanes = new Map(); /* of all brackets of one account and instrument */
    const exits = new Set();
    for (const id of bus.openBrackets) if (!bus.brackets.has(id)) faults.push(`bracket ${id} is open and has no record`);
    for (const [id, bracket] of bus.brackets) {
      const book = brokers[bracket.AccountAlias];
      const lane = `${bracket.AccountAlias} ${bracket.Exchange}:${bracket.Ticker}`;
      const sum = { entered: 0n, exited: 0n, live: 0n };
      for (const leg of bracket.legs) {
        const there = book.orders.get(leg.id);
        if (there && (there.filled !== exact(leg.Filled) || FINAL.has(there.State) !== FINAL.has(leg.State)))
          faults.push(`bracket ${id}: order ${leg.id} is ${there.State} ${there.filled} at the broker, ${leg.State} ${leg.Filled} in its record`);
        if (!leg.Exit) {
          sum.entered += exact(leg.Filled);
          continue;
        }
        exits.add(leg.id);
        sum.exited += exact(leg.Filled);
        if (!FINAL.has(leg.State)) sum.live += exact(leg.Qty) - exact(leg.Filled);
      }
      const left = bracket.ended ? 0n : sum.entered - sum.exited - bracket.lost;
      if (sum.exited + sum.live > sum.entered) faults.push(`bracket ${id}: ${sum.entered} opened, ${sum.exited} closed and ${sum.live} to be closed`);
      if (!bus.openBrackets.has(id) && (left > 0n || sum.live > 0n)) faults.push(`bracket ${id} is over, with ${left} left and ${sum.live} at the broker`);
      if (bus.openBrackets.has(id)) {
        const rest = left > 0n ? left : 0n;
        add(lanes, `${lane} left`, rest);
        add(lanes, `${lane} live`, sum.live);
        /* What is only watched need not rest, but once its stop-loss was touched that is on its way. */
        add(lanes, `${lane} watched`, bracket.watched && !bracket.legs.some((leg) => leg.Touched) ? rest : 0n);
      }
    }
    for (const lane of new Set([...lanes.keys()].map((key) => key.replace(/ (left|live|watched)$/, '')))) {
      const [alias, instrument] = lane.split(' ');
      const others = [...brokers[alias].orders.values()].filter((order) => !FINAL.has(order.State) && order.Action === 'Sell' && `${order.Exchange}:${order.Ticker}` === instrument && !exits.has(order.Id));
      const free = others.reduce((rest, order) => rest - (exact(order.Qty) - order.filled), brokers[alias].positions.get(instrument) ?? 0n);
      const left = lanes.get(`${lane} left`);
      const expected = left < free ? left : free > 0n ? free : 0n;
      const live = lanes.get(`${lane} live`);
      if (live > expected || live < expected - lanes.get(`${lane} watched`)) faults.push(`${lane}: ${left} left of what its brackets opened, ${free} free to be sold, ${live} protected`);
    }
  },

  'nothing waits: queues, streams and the trades that were set aside are empty'({ bus }, alerts, faults) {
    for (const [list, length] of Object.entries(bus.lists)) if (length !== 0) faults.push(`${list} holds ${length}`);
    for (const { stream, name, pending, lag, entries } of bus.groups)
      if (name !== 'notifier' && (pending !== 0 || lag !== 0)) faults.push([`${stream}, ${name}: ${pending} pending, ${lag} unread`, ...(entries ?? [])].join('; '));
  },
};

function groupBy(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/* {check: [what is wrong]} */
export function compare(books, alerts) {
  return Object.fromEntries(Object.entries(CHECKS).map(([name, check]) => {
    const faults = [];
    check(books, alerts, faults);
    return [name, faults];
  }));
}
