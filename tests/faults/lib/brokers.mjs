/*
 * brokers.mjs - where the gateway's accounts are: at the built-in paper broker, or at yq-simulator in
 * the words of Alpaca or of KIS, told by push or found by asking alone.  The simulator runs beside the
 * system, in a folder of its own; its journal is what really happened.
 */
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exact } from '../../e2e/lib/system.mjs';
import { Simulator } from '../../e2e/lib/simulator.mjs';
import { ExchangeBook } from './exchange_book.mjs';
import { namedId } from './books.mjs';

/* Mishaps of the exchange, in a million of what they strike; as rare or frequent as the paper broker's. */
const UNRULY = {
  partial_ppm: 300000, latency_ms: 5, error_ppm: 15000, html_ppm: 5000, limited_ppm: 10000, unheard_ppm: 2000,
  timeout_ppm: 20000, error_after_ppm: 10000, cut_ppm: 3000, duplicate_ppm: 100000, reorder_ppm: 100000, lost_ppm: 20000, disconnect_ppm: 3000,
};
/* Every order is taken and never answered. */
const SILENT = { timeout_ppm: 1000000, latency_ms: 5 };
const FREE = { alpaca_per_minute: 0, kis_per_second: 0, kis_virtual_per_second: 0, kis_tokens_per_minute: 0 }; /* what is measured here is no rate */

/* What else befalls the exchange for a while: knobs. */
const TROUBLES = {
  errors: { error_ppm: 500000, html_ppm: 200000 }, /* refused, nothing done */
  limited: { limited_ppm: 700000 },
  deaf: { unheard_ppm: 200000 },
  silent: { timeout_ppm: 500000, error_after_ppm: 300000 }, /* taken, and not answered or wrongly */
  broken: { cut_ppm: 300000 },
  late: { latency_ms: 400, push_latency_ms: 900 },
  muddled: { duplicate_ppm: 700000, reorder_ppm: 500000, disconnect_ppm: 50000 },
  mute: { lost_ppm: 1000000 },
};

const SECRET = 'none-of-anybodys';

const ALPACA = {
  markets: ['NASDAQ'], currencies: ['USD'], extraMs: 150,
  troubles: ['all', 'all', 'streams', 'frozen', ...Object.keys(TROUBLES)],
  account: (i) => `PKFAULTS${i}`,
  settings: (url, i, push) => ({ Broker: 'alpaca', BaseUrl: `${url}/alpaca`, Alpaca: { Environment: 'paper', Stream: push, CallsPerMinute: 0, QuoteSeconds: 5 } }),
  secrets: (i) => ({ Alpaca: { KeyId: `PKFAULTS${i}`, SecretKey: SECRET } }),
  currencyOf: () => 'USD',
  /* Our id is theirs, with a mark behind it where one order replaced another. */
  name: (book) => {
    for (const order of book.byNumber.values()) order.Id = order.last.ClientId.slice(0, 36);
  },
  /* Each execution is told. */
  fillsOf: (book) => book.executions.map((execution) => ({
    ...execution, tradeId: namedId(`trade:${book.alias}:${execution.part.Id}:${execution.part.Id}:${execution.filled}`),
  })),
};

const CURRENCIES = { NASDAQ: 'USD', SZSE: 'CNY' };
const UNIT = 100000000n;

/*
 * What KIS tells of an order are steps from one sum to the next, in whatever order it told of the
 * executions: each trade's id has the sum that it leads to.  The steps must come to what was executed.
 */
function stepsOf(book, order, executions, trades) {
  const rows = new Map(trades.filter(({ ORDER_ID }) => ORDER_ID === order.Id).map((row) => [row.ID, row]));
  const real = { qty: 0n, worth: 0n };
  for (const { qty, price } of executions) Object.assign(real, { qty: real.qty + qty, worth: real.worth + qty * price });
  const before = order.filled - real.qty; /* in books that were closed */
  const idOf = (qty) => namedId(`trade:${book.alias}:${order.brokerId}:${order.brokerId}-${shortOf(before + qty)}`);
  const steps = [];
  let told = { qty: 0n, worth: 0n };
  for (;;) {
    const row = [...rows.values()].find(({ ID, QUANTITY }) => ID === idOf(told.qty + exact(QUANTITY)));
    if (!row) break;
    rows.delete(row.ID);
    const step = { order, qty: exact(row.QUANTITY), price: exact(row.PRICE), fee: 0n, tradeId: row.ID };
    steps.push(step);
    told = { qty: told.qty + step.qty, worth: told.worth + step.qty * step.price };
  }
  /* A price is worth over quantity, rounded in its last place. */
  const off = told.worth - real.worth;
  if (told.qty === real.qty && (off < 0n ? -off : off) <= 2n * real.qty) return steps;
  return [{ order, qty: real.qty, price: real.worth / real.qty, fee: 0n, tradeId: idOf(real.qty) }];
}

function shortOf(units) {
  return units % UNIT === 0n ? String(units / UNIT) : `${units / UNIT}.${String(units % UNIT).padStart(8, '0').replace(/0+$/, '')}`;
}

const KIS = {
  markets: ['NASDAQ', 'KRX', 'SZSE'], currencies: ['USD', 'KRW', 'CNY'], daysOnly: true, unnamed: true, /* it takes nothing for longer than a day, and no stops: those are watched */
  /* Without ids of ours, an order that was not taken and not answered is for a person to look at.  After
   * each "too many calls" the key rests for a while, and a look is many calls. */
  mishaps: { error_ppm: 0, html_ppm: 0, unheard_ppm: 0, limited_ppm: 500 },
  extraMs: 500, /* each question is for all orders of the day, in pages of 15 */
  troubles: ['all', 'all', 'streams', 'frozen', 'tokens', ...Object.keys(TROUBLES)],
  account: (i) => `v1234567${i}-01`, /* of the virtual host: real money trades by leave of a person only */
  settings: (url, i, push) => ({
    Broker: 'kis', Number: `1234567${i}-01`, BaseUrl: `${url}/kis-virtual`,
    Kis: { Environment: 'virtual', HtsId: `faults${i}`, Countries: ['KR', 'US', 'CN'], Stream: push, StreamUrl: `${url.replace('http', 'ws')}/kis-virtual/tryitout`, CallsPerSecond: 0, QuoteSeconds: 5 },
  }),
  secrets: (i) => ({ Kis: { AppKey: `PSfaults${i}${'0'.repeat(27)}`, AppSecret: SECRET } }),
  currencyOf: ({ Exchange }) => CURRENCIES[Exchange] ?? 'KRW',
  /* KIS knows no id of ours: the number that it gave stands in the archive. */
  name: (book, rows) => {
    for (const order of book.byNumber.values()) order.Id ??= `number ${[...order.parts.keys()][0]}`;
    for (const { ID, BROKER_ORDER_ID } of rows) {
      const order = book.byNumber.get(String(Number(BROKER_ORDER_ID.split('-')[2])));
      if (order) Object.assign(order, { Id: ID, brokerId: BROKER_ORDER_ID });
    }
  },
  fillsOf: (book, trades) => [...new Set(book.executions.map(({ order }) => order))].flatMap((order) =>
    stepsOf(book, order, book.executions.filter((execution) => execution.order === order), trades)),
};

export const BROKERS = { paper: null, alpaca: ALPACA, kis: KIS };

export class Exchange {
  static async start(system, { broker, push }, seed, cash, silent) {
    const exchange = Object.assign(new Exchange(), { ...BROKERS[broker], push, given: cash });
    const knobs = exchange.knobs = { ...(silent ? SILENT : UNRULY), ...exchange.mishaps, ...FREE };
    exchange.simulator = await Simulator.start(path.join(system.folder, 'exchange'), [
      '--seed', String(seed), '--invent', '--walk', '100',
      ...['USD', 'KRW', 'CNY', 'JPY', 'HKD', 'VND'].flatMap((currency) => ['--cash', `${currency}=${cash[currency] ?? 0}`]),
      ...Object.entries(knobs).flatMap(([name, value]) => ['--knob', `${name}=${value}`]),
    ]);
    return exchange;
  }

  /* As settings() has it, with the accounts there. */
  async configure(system, settings, aliases) {
    const accounts = Object.fromEntries(aliases.map((alias, i) => [alias, { Session: 'always', ...this.settings(this.simulator.url, i, this.push) }]));
    const gateway = { ...settings.BrokerGateway, ReconcileOrdersSeconds: 1, ReconcilePositionsSeconds: 1, Accounts: accounts };
    await system.configure({ ...settings, BrokerGateway: gateway });
    const file = path.join(system.config, 'appsecrets.json');
    await writeFile(file, JSON.stringify({ BrokerGateway: { Accounts: Object.fromEntries(aliases.map((alias, i) => [alias, this.secrets(i)])) } }));
    await chmod(file, 0o600);
  }

  /* {currency: amount} that an account there begins with. */
  get cash() {
    return Object.fromEntries(this.currencies.map((currency) => [currency, this.given[currency]]));
  }

  books(aliases) {
    return Object.fromEntries(aliases.map((alias, i) => [alias, new ExchangeBook(this, alias, this.account(i))]));
  }

  /* It trades at what the alert says, as the paper broker does; the exchange may be away. */
  async price({ ticker, exchange, price }) {
    await this.simulator.control('PUT', 'prices', { ticker, exchange, price: Number(price) }).catch(() => {});
  }

  /* Killed, and started again with its book. */
  async restart(ms) {
    if (this.away) return;
    this.away = true;
    await this.simulator.kill();
    await new Promise((resolve) => { setTimeout(resolve, ms); });
    await this.simulator.up();
    this.away = false;
  }

  /* It stands still, and goes on. */
  async freeze(ms) {
    const { child } = this.simulator;
    child.kill('SIGSTOP');
    await new Promise((resolve) => { setTimeout(resolve, ms); });
    child.kill('SIGCONT'); /* no-op if it was killed meanwhile */
  }

  /* A trouble for so long.  One that begins anew meanwhile has its usual knobs. */
  async turn(knobs, ms) {
    const usual = Object.fromEntries(Object.keys(knobs).map((name) => [name, this.knobs[name] ?? 0]));
    const put = (values) => this.simulator.control('PUT', 'knobs', values);
    await put(knobs).catch(() => {});
    await new Promise((resolve) => { setTimeout(resolve, ms); });
    for (let left = 20; left > 0; left--) { /* it may be away, or refuse: by its own knobs */
      if (await put(usual).then(() => true, () => false)) return;
      await new Promise((resolve) => { setTimeout(resolve, 500); });
    }
    throw new Error('the exchange does not take back its knobs');
  }

  /* Without a trouble, in milliseconds. */
  wellFor() {
    return this.suffering > 0 ? 0 : Date.now() - (this.wellSince ?? 0);
  }

  async suffer(of, ms) {
    this.suffering = (this.suffering ?? 0) + 1;
    try {
      await this.befall(of, ms);
    } finally {
      this.suffering--;
      this.wellSince = Date.now();
    }
  }

  /* `of`: a name of TROUBLES, or one of those that are no knobs. */
  befall(of, ms) {
    switch (of) {
      case 'all': return this.restart(ms);
      case 'frozen': return this.freeze(ms);
      case 'streams': return this.simulator.control('POST', 'disconnect').catch(() => {});
      case 'tokens': return this.simulator.control('POST', 'expire-tokens').catch(() => {});
      default: return this.turn(TROUBLES[of], ms);
    }
  }

  async end() {
    await this.simulator.kill('SIGTERM');
  }
}

