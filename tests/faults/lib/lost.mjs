/*
 * lost.mjs - the worst a broker can do: it executes every order and never answers, while the gateway
 * and the others are killed.  Each order is found again by asking, and none is sent a second time.
 */
import { pause } from '../../e2e/lib/system.mjs';
import { doFault } from './faults.mjs';
import { Harness } from './harness.mjs';
import { CASH, DAEMONS, Random } from './schedule.mjs';
import { count, total } from './tally.mjs';

const TICKERS = 400; /* an unknown order holds up those behind it on its ticker */
const KILL_EVERY_MS = 350;
const GAP_MS = 8;
const SILENT = { SilentRate: 1, RejectRate: 0, TransientRate: 0, DuplicateRate: 0, ReorderRate: 0 };

export class LostAnswers extends Harness {
  constructor(number, seed, at) {
    super();
    Object.assign(this, { number, seed, at, faults: new Map(), over: false });
  }

  async post() {
    const random = new Random(this.seed);
    for (let i = 0; i < this.number; i++) {
      const body = {
        id: `lost-${i}`, strategy: random.pick(['Trend', 'Swing']), ticker: `T${i % TICKERS}`, exchange: 'NASDAQ',
        action: 'buy', price: `${random.whole(90, 110)}.25`, qty: random.whole(1, 3),
      };
      const alert = { body, answers: [], insist: true };
      this.alerts.push(alert);
      this.begin(this.send(alert));
      await pause(GAP_MS);
    }
    await this.allEnded();
  }

  async kill() {
    const random = new Random(this.seed + 1);
    while (!this.over) {
      const target = random.chance(0.6) ? 'yq-broker-gateway' : random.pick(DAEMONS);
      count(this.faults, `kill ${target}`);
      await doFault(this.system, { kind: 'kill', target });
      if (target === 'yq-broker-gateway') await this.release();
      await pause(random.whole(KILL_EVERY_MS, 2 * KILL_EVERY_MS));
    }
  }

  async run() {
    try {
      await this.start(this.seed, CASH, { restartMs: 20, paper: SILENT, at: this.at, silent: true });
      const killing = this.kill();
      await this.post();
      this.over = true;
      await killing;
      await this.heal();
      const found = await this.settle();
      return { 'the run itself went as planned': this.troubles, 'every order was executed and found again': this.missing(), ...found };
    } catch (error) {
      return { 'the system comes back': [`${error.stack}\n${this.system.output}`] };
    }
  }

  orders() {
    return Object.values(this.books.brokers).flatMap((book) => [...book.orders.values()]);
  }

  missing() {
    const known = new Map(this.books.archive.orders.map((row) => [row.ID, row.STATUS]));
    const wrong = this.orders().filter((order) => known.get(order.Id) !== 'Filled').map((order) => `${order.Id}: ${order.State} at the broker, ${known.get(order.Id)} here`);
    const number = this.orders().length;
    /* Where the broker knows no id of ours: taken up when the gateway died, not sent, and a person has seen that. */
    const unsent = [...this.said].filter((id) => known.get(id) === 'Rejected').length;
    return number + unsent === this.number ? wrong : [...wrong, `${this.number} alerts, ${number} orders at the broker, ${unsent} not there as a person saw`];
  }

  summary() {
    const fills = Object.values(this.books.brokers).reduce((all, { fillCount }) => all + fillCount, 0);
    const found = this.books.archive.orders?.filter(({ STATUS }) => STATUS === 'Filled').length;
    return `lost answers: ${this.orders().length} orders executed and never answered, in ${fills} executions; ${found} found again, ${total(this.faults)} kills meanwhile`;
  }
}
