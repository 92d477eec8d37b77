/* drive.mjs - one seeded run: alerts are posted, faults happen, heal, compare. */
import { pause } from '../../e2e/lib/system.mjs';
import { armedPoints, doFault, disarm } from './faults.mjs';
import { Harness } from './harness.mjs';
import { CASH, NEEDS_SPOOL, describe } from './schedule.mjs';

const REACH_MS = 20000; /* for a fail point to be passed */
const QUIET_MS = 30000; /* for all books to be equal */

export class Run extends Harness {
  constructor(schedule, say) {
    super();
    this.schedule = schedule;
    this.say = say;
    this.alerts = schedule.alerts.map((alert) => ({ ...alert, answers: [] }));
  }

  async fault(fault) {
    this.say(describe(fault));
    if (fault.kind === 'blackout') await this.allEnded();
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
    await this.allEnded();
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
    await this.allEnded();
    this.unreached = await armedPoints(this.system);
    await disarm(this.system);
  }

  /* {check: [what is wrong]} */
  async run() {
    try {
      await this.start(this.schedule.seed, CASH);
      await this.drive();
      await this.reachPoints();
      await this.heal();
      const found = await this.settle(QUIET_MS);
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
    const fills = Object.values(this.books?.brokers ?? {}).reduce((sum, { fillCount }) => sum + fillCount, 0);
    return `${this.alerts.length} alerts, ${answered} answered with 200, ${this.books?.archive.orders?.length ?? '?'} orders, ${fills} executions`;
  }
}
