/*
 * brokers.mjs - where the gateway's accounts are: at the built-in paper broker, or at yq-simulator in
 * the words of Alpaca or of KIS, told by push or found by asking alone.  The simulator runs beside the
 * system, in a folder of its own; its journal is what really happened.
 */
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
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
const FREE = { alpaca_per_minute: 0, kis_per_second: 0, kis_virtual_per_second: 0 }; /* what is measured here is no rate */

const SECRET = 'none-of-anybodys';

const ALPACA = {
  markets: ['NASDAQ'], currencies: ['USD'],
  account: (i) => `PKFAULTS${i}`,
  settings: (url, i, push) => ({ Broker: 'alpaca', BaseUrl: `${url}/alpaca`, Alpaca: { Environment: 'paper', Stream: push, CallsPerMinute: 0, QuoteSeconds: 5 } }),
  secrets: (i) => ({ Alpaca: { KeyId: `PKFAULTS${i}`, SecretKey: SECRET } }),
  ownerOf: ({ ClientId }) => ClientId.slice(0, 36), /* what replaced it has a mark behind that */
  tradeId: (alias, order, { Filled }) => namedId(`trade:${alias}:${order.Id}:${order.Id}:${Filled}`),
};

export const BROKERS = { paper: null, alpaca: ALPACA };

export class Exchange {
  static async start(system, { broker, push }, seed, cash, silent) {
    const exchange = Object.assign(new Exchange(), { ...BROKERS[broker], push, given: cash });
    const knobs = { ...(silent ? SILENT : UNRULY), ...FREE };
    exchange.simulator = await Simulator.start(path.join(system.folder, 'exchange'), [
      '--seed', String(seed), '--invent', '--walk', '100',
      ...Object.entries(cash).flatMap(([currency, amount]) => ['--cash', `${currency}=${amount}`]),
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

  async disconnect() {
    await this.simulator.control('POST', 'disconnect').catch(() => {});
  }

  async end() {
    await this.simulator.kill('SIGTERM');
  }
}

