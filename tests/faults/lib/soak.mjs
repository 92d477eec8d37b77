/*
 * soak.mjs - one system for as long as it takes: alerts come all the time, faults at any moment, and
 * every few minutes everything is left alone until it is quiet and all books are compared.
 */
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pause, processesOf } from '../../e2e/lib/system.mjs';
import { disarm, doFault, isArmed, order } from './faults.mjs';
import { BROKERS } from './brokers.mjs';
import { Harness } from './harness.mjs';
import { KINDS, NEEDS_PERSON, NEEDS_SPOOL, PROCESSES, Random, makeAlert, nameOf } from './schedule.mjs';
import { count, tableOf, total } from './tally.mjs';

const CASH = { USD: '1000000000.00', KRW: '1000000000000', CNY: '5000000000.00' };
const QUIET_EVERY_MS = 5 * 60000;
const REPORT_MS = 60000;
const TICK_MS = 25;
const REACH_MS = 10000; /* for an armed fail point to be passed */
const LATE_MS = 4000; /* a repeat comes up to so much later */
const POINT_SHARE = 0.4; /* of the faults */

export class Soak extends Harness {
  constructor({ seed, minutes, rate, points, kinds, log, at }) {
    super();
    Object.assign(this, { seed, minutes, rate, at, trades: BROKERS[at.broker], points: kinds.includes('points') ? points : [], kinds: kinds.filter((kind) => kind in KINDS) });
    this.file = log ? createWriteStream(log, { flags: 'w' }) : null;
    Object.assign(this, { posted: 0, accepted: 0, repeats: 0, quiets: 0, faults: new Map(), kills: new Map(), lost: 0 });
    this.random = { alerts: new Random(seed * 2654435761), faults: new Random(seed * 40503 + 1) };
  }

  say(text) {
    const line = `# ${new Date().toISOString().slice(11, 19)} ${text}`;
    console.log(line);
    this.file?.write(`${line}\n`);
  }

  /* ---- alerts ---- */

  postOne() {
    const random = this.random.alerts;
    const alert = { body: makeAlert(random, `soak-${this.seed}-${this.posted++}`, this.trades), answers: [], insist: random.chance(0.9) };
    this.alerts.push(alert);
    this.begin(this.send(alert));
    if (!random.chance(0.15)) return;
    this.repeats++;
    const late = random.chance(0.5) ? 0 : random.whole(1, LATE_MS); /* 0: at the same moment, over another connection */
    this.begin((late === 0 ? Promise.resolve() : pause(late)).then(() => this.send(alert)));
  }

  async post(end) {
    const began = Date.now();
    for (let sent = 0; Date.now() < end; await pause(TICK_MS))
      for (; sent < (Date.now() - began) * this.rate / 1000; sent++) this.postOne();
  }

  /* ---- faults ---- */

  async reach(point) {
    const random = this.random.faults;
    const what = random.chance(0.9) ? 'kill' : `pause:${random.whole(100, 4000)}`;
    await order(this.system, { point, passage: random.whole(1, NEEDS_SPOOL.test(point) || NEEDS_PERSON.test(point) ? 2 : 40), order: what });
    if (NEEDS_SPOOL.test(point)) await doFault(this.system, { kind: 'freeze', target: 'valkey-server', ms: 2200 });
    const end = Date.now() + REACH_MS;
    for (; Date.now() < end && isArmed(this.system, point); await pause(50))
      if (NEEDS_PERSON.test(point)) this.personSpeaks();
    if (await disarm(this.system, point)) return;
    if (what === 'kill') count(this.kills, point);
    else count(this.faults, 'pause at a point');
  }

  async disturb(end) {
    const random = this.random.faults;
    while (Date.now() < end) {
      if (this.points.length > 0 && random.chance(POINT_SHARE)) {
        await this.reach(random.pick(this.points));
      } else if (this.kinds.length > 0) {
        const fault = random.weighted(this.kinds.map((kind) => KINDS[kind]))(random, this.trades);
        await doFault(this.system, fault);
        count(this.faults, nameOf(fault));
      }
      await pause(random.chance(0.2) ? 0 : random.whole(500, 5000));
    }
  }

  /* ---- looking ---- */

  counts() {
    const brokers = Object.values(this.books.brokers);
    const sum = (name) => brokers.reduce((all, book) => all + book[name], 0);
    const accepted = this.accepted + this.alerts.filter(({ answers }) => answers.some(({ status }) => status === 200)).length;
    return { posted: this.posted, accepted, repeats: this.repeats, orders: sum('orderCount'), executions: sum('fillCount'), faults: total(this.faults), kills: total(this.kills) };
  }

  sayCounts() {
    this.say(Object.entries(this.counts()).map(([name, n]) => `${name} ${n}`).join(', '));
  }

  async memory() {
    const lines = [];
    for (const { pid, line } of await processesOf(this.system.var)) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      const program = PROCESSES.find((name) => line.includes(name));
      const resident = /^VmRSS:\s+(\d+)/m.exec(status);
      if (program && resident) lines.push(`${program} ${(Number(resident[1]) / 1024).toFixed(1)}`);
    }
    return lines.sort().join(', ');
  }

  /* Nobody posts and nothing is broken: the books must come out equal.  {check: [what is wrong]} */
  async quiet() {
    const began = Date.now();
    await this.allEnded();
    await this.heal();
    const found = await this.settle();
    const wrong = Object.entries(found).filter(([, faults]) => faults.length > 0);
    this.say(`quiet point ${++this.quiets} after ${((Date.now() - began) / 1000).toFixed(1)} s: ${this.alerts.length} alerts, ` +
      `${wrong.length === 0 ? 'all books equal' : 'THE BOOKS DIFFER'}; resident MB: ${await this.memory()}`);
    if (wrong.length === 0) {
      this.accepted = this.counts().accepted;
      this.books.close();
      this.alerts = [];
    }
    return found;
  }

  async run() {
    const end = Date.now() + this.minutes * 60000;
    let found = {};
    let reporting;
    try {
      await this.start(this.seed, CASH, { at: this.at });
      this.say(`seed ${this.seed}, at ${this.at.broker}${this.exchange ? `, push ${this.at.push ? 'on' : 'off'}` : ''}, ${this.minutes} minutes, ${this.rate} alerts a second, in ${this.system.folder}`);
      reporting = setInterval(() => this.sayCounts(), REPORT_MS);
      do {
        const stop = Math.min(end, Date.now() + QUIET_EVERY_MS);
        await Promise.all([this.post(stop), this.disturb(stop)]);
        found = { 'the run itself went as planned': this.troubles, ...await this.quiet() };
      } while (Date.now() < end && Object.values(found).every((faults) => faults.length === 0));
    } catch (error) {
      found['the system comes back'] = [`${error.stack}\n${this.system.output}`];
    }
    clearInterval(reporting);
    this.sayEnd(found);
    return found;
  }

  sayEnd(found) {
    const good = Object.values(found).every((faults) => faults.length === 0);
    this.sayCounts();
    this.say(`faults: ${tableOf(this.faults)}`);
    this.say(`kills by fail point: ${tableOf(this.kills)}`);
    for (const [name, faults] of Object.entries(found)) for (const fault of faults.slice(0, 20)) this.say(`NOT: ${name}: ${fault}`);
    this.say(good ? `${this.quiets} quiet points: lost 0, doubled 0, books equal to the last digit` : 'failed: see above');
  }

  async end(keep) {
    await super.end(keep);
    this.file?.end();
  }
}
