/* drive.mjs - one seeded run: alerts are posted, faults happen, heal, compare. */
import { pause } from '../../e2e/lib/system.mjs';
import { doFault } from './faults.mjs';
import { Harness } from './harness.mjs';
import { Killers } from './killers.mjs';
import { CASH, describe, nameOf } from './schedule.mjs';
import { count, total } from './tally.mjs';

const REACH_MS = 240000; /* for all fail points to be passed */
const REACH_AT_MS = 420000; /* ... where whether an order was sent takes a broker's time to be known */
const REACH_ONE_AT_MS = 180000; /* ... of one of them */
const EXTRA_MS = 30; /* between alerts meanwhile */
const RESTART_MS = 20;

export class Run extends Harness {
  constructor(schedule, say, at) {
    super();
    this.schedule = schedule;
    this.say = say;
    this.at = at;
    this.faults = new Map(); /* by name */
    this.alerts = schedule.alerts.map((alert) => ({ ...alert, answers: [] }));
  }

  async fault(fault) {
    this.say(describe(fault));
    count(this.faults, nameOf(fault));
    if (fault.kind === 'blackout') await this.allEnded();
    const work = this.begin(doFault(this.system, fault));
    if (fault.kind === 'blackout') await work;
  }

  post(alert) {
    this.begin(this.send(alert));
    if (alert.againMs !== null) this.begin(pause(alert.againMs).then(() => this.send(alert)));
  }

  async drive() {
    const faults = [...this.schedule.faults];
    for (const [i, alert] of this.schedule.alerts.entries()) {
      while (faults.length > 0 && faults[0].at <= i) await this.fault(faults.shift());
      this.post(this.alerts[i]);
      if (alert.gapMs > 0) await pause(alert.gapMs);
    }
  }

  /* Alerts go on until everybody has died where they should. */
  async reachPoints(killing) {
    let over = false;
    const end = Date.now() + (this.exchange ? REACH_AT_MS : REACH_MS);
    killing.then(() => { over = true; });
    for (let extra = 0; !over && Date.now() < end; extra++) {
      const alert = { body: { ...this.alerts[extra % this.alerts.length].body, id: `seed-${this.schedule.seed}-extra-${extra}` }, answers: [], againMs: null, insist: true };
      this.alerts.push(alert);
      this.post(alert);
      await pause(this.exchange?.extraMs ?? EXTRA_MS);
    }
    this.killers.stop();
    await killing;
    await this.allEnded();
  }

  /* {check: [what is wrong]} */
  async run() {
    try {
      await this.start(this.schedule.seed, CASH, { restartMs: RESTART_MS, at: this.at });
      this.killers = new Killers(this.system, this.schedule.kills, { release: () => this.release(), personSpeaks: () => this.personSpeaks(), say: this.say, reachMs: this.exchange && REACH_ONE_AT_MS });
      const killing = this.killers.run();
      await this.drive();
      await this.reachPoints(killing);
      this.say('heal');
      await this.heal();
      this.say('settle');
      const found = await this.settle();
      this.say('settled');
      return {
        'the run itself went as planned': this.troubles,
        'every armed fail point was passed': this.killers.unreached.map((point) => `${point} was not`),
        ...found,
      };
    } catch (error) {
      return { 'the system comes back': [`${error.stack}\n${this.system.output}`] };
    }
  }

  counts() {
    const sum = (name) => Object.values(this.books?.brokers ?? {}).reduce((all, book) => all + book[name], 0);
    const accepted = this.alerts.filter(({ answers }) => answers.some(({ status }) => status === 200)).length;
    const repeats = this.alerts.reduce((all, { answers }) => all + Math.max(0, answers.length - 1), 0);
    return { alerts: this.alerts.length, accepted, repeats, orders: sum('orderCount'), executions: sum('fillCount'), faults: total(this.faults), kills: total(this.killers?.kills ?? new Map()) };
  }

  summary() {
    return Object.entries(this.counts()).map(([name, n]) => `${name} ${n}`).join(', ');
  }
}
