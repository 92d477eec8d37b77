/* harness.mjs - one whole system with a broker that misbehaves: send it alerts, heal it, compare its books. */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { rename, stat } from 'node:fs/promises';
import { System, pause, until } from '../../e2e/lib/system.mjs';
import { Books } from './books.mjs';
import { Exchange } from './brokers.mjs';
import { CHECKS, compare } from './compare.mjs';
import { disarmAll, makePointsFolder } from './faults.mjs';
import { MAPPING } from './schedule.mjs';

export const ALIASES = ['Alpha', 'Beta'];
const ANSWER_MS = 8000;
const CONNECTIONS = 32;
const FOLLOW_MS = 250;
const STEADY_MS = 150; /* for nothing to move any more */
const LOOK_MS = 30;
const STILL_MS = 75000; /* nothing moved: what is not equal now never will be; a broker is asked again within 60 s */
const REST_MS = 240000;
const UNKNOWN_MS = 12000; /* a call that nobody waits for any more may be on its way for so long */
const LOOK_AT_BROKER_MS = 2000;
const PROGRAMS = ['Webhook', 'OrderManager', 'BrokerGateway'];

/* A broker that fills in parts, answers late, not at all, or with a refusal, for good or for now; and tells twice and in disorder. */
function account(seed, cash, extra) {
  return {
    Broker: 'paper', Session: 'always', CommissionRate: '0.0007', Currencies: cash,
    Paper: {
      PartialFillRate: 0.3, RejectRate: 0.03, SilentRate: 0.02, TransientRate: 0.03, DuplicateRate: 0.1, ReorderRate: 0.1,
      LatencyMs: 5, WalkIntervalMs: 100, SlippageBps: 1, Seed: seed, ...extra,
    },
  };
}

export function settings(seed, cash, { restartMs = 1000, paper = {} } = {}) {
  return {
    System: { RestartDelayMs: 20, RestartDelayMaxMs: restartMs },
    Webhook: { RateLimitPerSecond: 0, StrategyAccountMapping: MAPPING },
    OrderManager: { ArchiveLimitSeconds: 30, Policies: { Sizing: { Given: { Type: 'FixedQty', FixedQty: 1 } } }, StrategySizingMapping: { '*': 'Given' } },
    BrokerGateway: { LeaseSeconds: 3, BrokerTimeoutSeconds: 3, Accounts: { Alpha: account(seed, cash, paper), Beta: account(seed + 1, cash, { JournalMaxBytes: 65536, ...paper }) } },
    Risk: { Default: { MaxOrdersPerMinute: 0, MaxOpenOrders: 0, DuplicateWindowSeconds: 0 } },
  };
}

export class Harness {
  constructor() {
    this.alerts = []; /* since the books were last closed: {body, answers, insist} */
    this.said = new Set(); /* orders that a person has spoken of */
    this.unknown = new Map(); /* since when they are, as a person saw it */
    this.under = new Set(); /* faults and requests under way */
    this.troubles = []; /* of the run itself, not of the system */
    this.agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  }

  /*
   * Programs that die are started again within `restartMs`; `paper`: how else the broker misbehaves;
   * `at`: {broker, push} where the accounts are, without it the paper broker; `silent`: no order is
   * ever answered there.
   */
  async start(seed, cash, how = {}) {
    this.system = await System.make(settings(seed, cash, how));
    if (how.at && how.at.broker !== 'paper') {
      this.exchange = this.system.exchange = await Exchange.start(this.system, how.at, seed, cash, how.silent);
      await this.exchange.configure(this.system, settings(seed, cash, how), ALIASES);
    }
    await makePointsFolder(this.system);
    await this.system.up();
    this.books = new Books(this.system, Object.fromEntries(ALIASES.map((alias) => [alias, cash])), this.exchange?.books(ALIASES));
    this.watching = this.exchange?.unnamed ? this.personWatches() : null;
    this.following = setInterval(() => this.books.follow().catch((error) => this.troubles.push(error.message)), FOLLOW_MS);
  }

  begin(work) {
    const promise = work.catch((error) => this.troubles.push(error.message)).finally(() => this.under.delete(promise));
    this.under.add(promise);
    return promise;
  }

  async allEnded() {
    while (this.under.size > 0) await Promise.all([...this.under]);
  }

  async send(alert) {
    try {
      await this.exchange?.price(alert.body);
      const { status, body } = await this.system.post(alert.body, this.agent, ANSWER_MS);
      alert.answers.push({ status, id: status === 200 ? JSON.parse(body).id : null });
    } catch {
      alert.answers.push({ status: 0 }); /* nobody there, or gone before the answer */
    }
  }

  /* Who knows that the gateway is dead need not wait for its leases to end. */
  async release() {
    this.valkey ??= this.system.valkey();
    for (const alias of ALIASES) if (await this.valkey.exists(`lease:${alias}`)) await this.valkey.hset(`lease:${alias}`, 'ExpiresAt', '0');
  }

  /*
   * A person says of an order that it is open, and not under which id: refused whatever is known of it,
   * so that the books stay what the broker executed.  Errors are nobody's concern: Valkey may be away.
   */
  async personSpeaks() {
    if (this.speaking) return;
    this.speaking = true;
    try {
      this.person ??= this.system.valkey();
      const id = await this.person.srandmember('order:open');
      const alias = id && await this.person.hget(`order:${id}`, 'AccountAlias');
      if (!alias) return;
      const payload = {
        Id: randomUUID(), Kind: 'resolve', OrderId: id, AccountAlias: alias, Outcome: 'Open', Reason: 'it must be', Who: 'me@here', Origin: 'Faults',
        Timestamp: new Date().toISOString(),
      };
      await this.person.xadd('order:stream', '*', 'kind', 'resolve', 'payload', JSON.stringify(payload));
    } catch { /* said again while it is wanted */
    } finally {
      this.speaking = false;
    }
  }

  /* Unknown for so long, and the exchange well for as long, that nothing of it is on its way any more. */
  async longUnknown() {
    const ripe = [];
    for (const id of await this.valkey.smembers('order:open')) {
      if (this.said.has(id)) continue;
      const { State, Order } = await this.valkey.hgetall(`order:${id}`);
      if (State !== 'Unknown') this.unknown.delete(id);
      else if (!this.unknown.has(id)) this.unknown.set(id, Date.now());
      else if (Date.now() - this.unknown.get(id) > UNKNOWN_MS && this.exchange.wellFor() > UNKNOWN_MS) ripe.push(JSON.parse(Order));
    }
    return ripe;
  }

  /*
   * Where the broker knows no id of ours, an order that it never got is for a person: who has looked there,
   * and found that each order of the account for that instrument is another one of ours, says that it was
   * not taken.  (While it is Unknown no other is sent for that instrument.)
   */
  async personLooks() {
    this.valkey ??= this.system.valkey();
    const ripe = await this.longUnknown();
    if (ripe.length === 0) return;
    await this.books.name();
    for (const { Id, AccountAlias, Ticker, Exchange } of ripe) {
      if (!this.books.brokers[AccountAlias].isNamed(Exchange, Ticker)) continue;
      this.said.add(Id);
      const payload = {
        Id: randomUUID(), Kind: 'resolve', OrderId: Id, AccountAlias, Outcome: 'Rejected', Reason: 'it is not there', Who: 'me@here', Origin: 'Faults',
        Timestamp: new Date().toISOString(),
      };
      await this.valkey.xadd('order:stream', '*', 'kind', 'resolve', 'payload', JSON.stringify(payload));
    }
  }

  /* As long as the system runs, one look after the other; what is away is looked at later. */
  async personWatches() {
    for (; !this.ending; await pause(LOOK_AT_BROKER_MS)) await this.personLooks().catch(() => {});
  }

  isReady() {
    return this.system.json('status').then((rows) => rows.filter(({ app }) => PROGRAMS.includes(app)).every(({ state }) => state === 'ready'));
  }

  /* No more faults: everything is up, and what was never answered is sent again. */
  async heal() {
    await disarmAll(this.system);
    await until('every program ready', () => this.isReady(), 60000);
    const again = this.alerts.filter((alert) => alert.insist && !alert.answers.some(({ status }) => status === 200));
    await Promise.all(again.map((alert) => this.send(alert)));
  }

  /* What the broker did and what was told of it: moves even when nobody does anything, for a resting order may be executed. */
  moved() {
    const { brokers, bus } = this.books;
    const did = Object.values(brokers).map(({ orderCount, fillCount }) => `${orderCount} ${fillCount}`);
    return [...did, bus.executions.length, bus.notifications.length].join();
  }

  async compareOnce() {
    try {
      await this.books.read();
      return compare(this.books, this.alerts);
    } catch (error) {
      return { ...Object.fromEntries(Object.keys(CHECKS).map((name) => [name, []])), 'the books can be read': [error.stack] };
    }
  }

  /*
   * Compare until all is equal and stays as it is: {check: [what is wrong]}.  Orders whose answer was
   * lost hold up those behind them, one after the other: as long as something moves it is waited for,
   * but it must come to rest some time.
   */
  async settle(stillMs = STILL_MS) {
    const end = Date.now() + REST_MS;
    let state = this.moved();
    let movedAt = Date.now();
    for (;;) {
      const found = await this.books.isQuiet().catch(() => false) ? await this.compareOnce() : null;
      const compared = this.moved();
      await pause(found ? STEADY_MS : LOOK_MS);
      await this.books.follow();
      const now = this.moved();
      if (found && now === compared && Object.values(found).every((faults) => faults.length === 0)) return found;
      if (now !== state) [state, movedAt] = [now, Date.now()];
      if (Date.now() > end) return { ...await this.compareOnce(), 'it comes to rest': [`it still moves after ${REST_MS / 1000} s: ${now}`] };
      if (Date.now() - movedAt > stillMs) return this.compareOnce();
    }
  }

  /* Stop it; the folder stays for looking where `keep` names a place. */
  async end(keep) {
    clearInterval(this.following);
    this.ending = true;
    await this.watching;
    this.agent.destroy();
    await this.books?.end();
    if (this.system.child) await this.system.down('SIGTERM');
    await this.exchange?.end();
    if (keep !== undefined && await stat(this.system.folder).catch(() => null)) await rename(this.system.folder, keep).catch(() => {});
    else await this.system.remove();
  }
}
