/* drive.mjs - one run: start, send alerts while faults happen, heal, compare. */
import { rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { System, pause, until } from '../../e2e/lib/system.mjs';
import { readBooks } from './books.mjs';
import { CHECKS, compare } from './compare.mjs';
import { armedPoints, disarm, doFault, makePointsFolder } from './faults.mjs';
import { CASH, MAPPING, NEEDS_SPOOL, describe } from './schedule.mjs';

const ALIASES = ['Alpha', 'Beta'];
const ANSWER_MS = 8000;
const REACH_MS = 20000; /* for a fail point to be passed */
const QUIET_MS = 30000; /* for all books to be equal */

/* A broker that fills in parts, answers late, not at all, or with a refusal. */
function account(seed, extra) {
  return {
    Broker: 'paper', Session: 'always', CommissionRate: '0.0007', Currencies: CASH,
    Paper: { PartialFillRate: 0.3, RejectRate: 0.03, SilentRate: 0.02, LatencyMs: 5, WalkIntervalMs: 100, SlippageBps: 1, Seed: seed, ...extra },
  };
}

function settings(seed) {
  return {
    Webhook: { RateLimitPerSecond: 0, StrategyAccountMapping: MAPPING },
    OrderManager: { Policies: { Sizing: { Given: { Type: 'FixedQty', FixedQty: 1 } } }, StrategySizingMapping: { '*': 'Given' } },
    BrokerGateway: { LeaseSeconds: 3, Accounts: { Alpha: account(seed), Beta: account(seed + 1, { JournalMaxBytes: 65536 }) } },
    Risk: { Default: { MaxOrdersPerMinute: 0, MaxOpenOrders: 0, DuplicateWindowSeconds: 0 } },
  };
}

export class Run {
  constructor(schedule, say) {
    this.schedule = schedule;
    this.say = say;
    this.alerts = schedule.alerts.map((alert) => ({ ...alert, answers: [] }));
    this.under = new Set(); /* faults and requests under way */
    this.troubles = []; /* of the run itself, not of the system */
    this.blackout = null; /* while nobody may touch the system */
  }

  begin(work) {
    const promise = work.catch((error) => this.troubles.push(error.message)).finally(() => this.under.delete(promise));
    this.under.add(promise);
    return promise;
  }

  async send(alert) {
    try {
      const { status, body } = await this.system.post(alert.body, undefined, ANSWER_MS);
      alert.answers.push({ status, id: status === 200 ? JSON.parse(body).id : null });
    } catch {
      alert.answers.push({ status: 0 }); /* nobody there, or gone before the answer */
    }
  }

  async fault(fault) {
    this.say(describe(fault));
    if (fault.kind === 'blackout') await Promise.all([...this.under]);
    const work = this.begin(doFault(this.system, fault));
    if (fault.kind === 'blackout') await work;
  }

  async drive() {
    const faults = [...this.schedule.faults];
    for (const [i, alert] of this.alerts.entries()) {
      while (faults.length > 0 && faults[0].at <= i) await this.fault(faults.shift());
      this.begin(this.send(alert));
      if (alert.againMs !== null) this.begin(pause(alert.againMs).then(() => this.send(alert)));
      await pause(alert.gapMs);
    }
    await Promise.all([...this.under]);
  }

  /* Alerts go on until every armed fail point was passed. */
  async reachPoints() {
    const end = Date.now() + REACH_MS;
    for (let extra = 0; Date.now() < end; extra++) {
      const armed = await armedPoints(this.system);
      if (armed.length === 0) break;
      if (armed.some((point) => NEEDS_SPOOL.test(point)) && extra % 20 === 0)
        this.begin(doFault(this.system, { kind: 'freeze', target: 'valkey-server', ms: 2200 }));
      const alert = { body: { ...this.alerts[extra % this.alerts.length].body, id: `seed-${this.schedule.seed}-extra-${extra}` }, answers: [], insist: true };
      this.alerts.push(alert);
      this.begin(this.send(alert));
      await pause(50);
    }
    await Promise.all([...this.under]);
    this.unreached = await armedPoints(this.system);
    await disarm(this.system);
  }

  /* No more faults: everything is up, and what was never answered is sent again. */
  async heal() {
    await until('every program ready', async () => {
      const rows = await this.system.json('status');
      return rows.filter((row) => ['Webhook', 'OrderManager', 'BrokerGateway'].includes(row.app)).every((row) => row.state === 'ready');
    }, 30000);
    for (const alert of this.alerts)
      if (alert.insist && !alert.answers.some(({ status }) => status === 200)) await this.send(alert);
  }

  /* Compare until all is equal twice in a row: work may still be on its way. */
  async settle() {
    const end = Date.now() + QUIET_MS;
    let equal = 0;
    let found;
    for (;;) {
      try {
        this.books = await readBooks(this.system, ALIASES);
        found = compare(this.books, this.alerts);
      } catch (error) {
        found = { ...Object.fromEntries(Object.keys(CHECKS).map((name) => [name, []])), 'the books can be read': [error.stack] };
      }
      equal = Object.values(found).every((faults) => faults.length === 0) ? equal + 1 : 0;
      if (equal === 2 || Date.now() > end) return found;
      await pause(equal === 1 ? 300 : 200);
    }
  }

  /* {check: [what is wrong]} */
  async run() {
    this.system = await System.make(settings(this.schedule.seed));
    try {
      await makePointsFolder(this.system);
      await this.system.up();
      await this.drive();
      await this.reachPoints();
      await this.heal();
      const found = await this.settle();
      return {
        'the run itself went as planned': this.troubles,
        'every armed fail point was passed': this.unreached.map((point) => `${point} was not`),
        ...found,
      };
    } catch (error) {
      return { 'the system comes back': [`${error.message}\n${this.system.output}`] };
    }
  }

  summary() {
    const answered = this.alerts.filter(({ answers }) => answers.some(({ status }) => status === 200)).length;
    const fills = this.books ? Object.values(this.books.brokers).reduce((sum, book) => sum + book.fills.length, 0) : 0;
    return `${this.alerts.length} alerts, ${answered} answered with 200, ${this.books?.archive.orders.length ?? '?'} orders, ${fills} executions`;
  }

  /* Stop it; the folder stays for looking where `keep` names a place. */
  async end(keep) {
    await this.system.down('SIGTERM');
    if (keep !== undefined && await stat(this.system.folder).catch(() => null)) await rename(this.system.folder, path.join(keep)).catch(() => {});
    else await this.system.remove();
  }
}
