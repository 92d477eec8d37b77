/*
 * failover.mjs - Valkey fails over while alerts come: its master is killed, frozen, or told to step
 * down.  The whole system runs against sentinels, its users made by `yq provision`.
 *
 *	failover [--case NAME] [--alerts N] [--at-once N] [--keep] [--verbose]
 *
 * Where replicas must confirm (Valkey:WaitReplicas), nothing may be lost and nothing doubled: all
 * books are compared as after every other fault.  Every replica that could be elected must: sentinels
 * elect by offsets they heard some seconds ago.  Without confirmation what only the old master had may be gone; then the system must recover,
 * hold what its broker says, and nothing may have been sent or booked twice.
 *
 * A build with -Dfail_points=true is not needed (YQ_BUILD; default build).  Writes TAP.
 */
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
process.env.YQ_BUILD ??= path.join(root, 'build');

const { System, pause, run, until, yqPath } = await import('../e2e/lib/system.mjs');
const { ALIASES, Harness, settings } = await import('./lib/harness.mjs');
const { Books } = await import('./lib/books.mjs');
const { Cluster } = await import('../e2e/lib/cluster.mjs');
const { CASH, Random, makeAlert } = await import('./lib/schedule.mjs');

const GAP_MS = 40;
const USERS = { Webhook: 'yq-webhook', OrderManager: 'yq-order-manager', BrokerGateway: 'yq-broker-gateway' };

/* Each leaves the cluster with another master, or will have soon. */
const CASES = {
  'the master is killed': { wait: 2, fault: async (cluster, master) => {
    cluster.signal(master, 'SIGKILL');
    await cluster.elected(master);
    await cluster.comeBack(master);
  } },
  'the master is frozen, and wakes': { wait: 2, fault: async (cluster, master) => {
    cluster.signal(master, 'SIGSTOP');
    await cluster.elected(master);
    await pause(1500);
    cluster.signal(master, 'SIGCONT');
  } },
  'the master is told to step down': { wait: 2, fault: async (cluster, master) => {
    await until('a failover', () => cluster.command(), 20000);
    await cluster.demote(master, await cluster.elected(master)); /* sentinels take ten seconds for that */
  } },
  /* The replicas sleep over what the master is told last; then it is gone. */
  'the master is killed, and its replicas lack what it did last': { wait: 0, fault: async (cluster, master) => {
    const replicas = [0, 1, 2].filter((i) => i !== master);
    for (const i of replicas) cluster.signal(i, 'SIGSTOP');
    await cluster.at(master).client('KILL', 'TYPE', 'replica'); /* else they find it in their sockets */
    await pause(350);
    cluster.signal(master, 'SIGKILL');
    for (const i of replicas) cluster.signal(i, 'SIGCONT');
    await cluster.elected(master);
    await cluster.comeBack(master);
  } },
};

class FailoverRun extends Harness {
  constructor({ wait, fault }, alerts) {
    super();
    const random = new Random(7);
    Object.assign(this, { wait, fault });
    this.alerts = Array.from({ length: alerts }, (_, i) => ({ body: makeAlert(random, `failover-${i}`), answers: [], insist: true }));
    /* What the old master alone knew of a bracket's exits stays open at the broker (docs/failover.md). */
    if (!(this.wait > 0)) for (const { body } of this.alerts) for (const exit of ['tp', 'sl']) delete body[exit];
  }

  async secret(file, login) {
    const name = path.join(this.system.config, file);
    await mkdir(path.dirname(name), { recursive: true });
    await writeFile(name, JSON.stringify({ ConnectionStrings: { Valkey: this.cluster.connectionString(login) } }));
    await chmod(name, 0o600);
  }

  /* As an administrator would: one log-in for `yq provision`, then each program its own. */
  async prepare() {
    this.system = await System.make({ ...settings(7, CASH), Valkey: { WaitReplicas: this.wait } });
    this.cluster = await Cluster.start(path.join(this.system.folder, 'cluster'));
    this.system.valkey = () => this.cluster.master();
    await this.secret('appsecrets.json');
    const { status, stderr } = await run(yqPath, ['provision', '--config', this.system.config]);
    assert.equal(status, 0, stderr);
    for (const [app, user] of Object.entries(USERS)) {
      const password = await readFile(path.join(this.system.config, 'passwords', `valkey-${user}`), 'utf8');
      await this.secret(`appsecrets.d/${app}.json`, `user=${user},password=${password.trim()}`);
    }
    await this.system.up();
  }

  async drive() {
    const master = await this.cluster.masterNow();
    for (const [i, alert] of this.alerts.entries()) {
      if (i === Math.floor(this.alerts.length / 3)) this.begin(this.fault(this.cluster, master));
      this.begin(this.send(alert));
      await pause(GAP_MS);
    }
    await this.allEnded();
    this.turned = master !== await this.cluster.masterNow();
  }

  async heal() {
    await until('every program ready', () => this.isReady(), 60000);
    const again = this.alerts.filter((alert) => !alert.answers.some(({ status }) => status === 200));
    await Promise.all(again.map((alert) => this.send(alert)));
    /* Read now, whole: what readers of the old master have seen may stand elsewhere on the new one. */
    this.books = new Books(this.system, Object.fromEntries(ALIASES.map((alias) => [alias, CASH])));
  }

  /* {check: [what is wrong]}; what may be lost is kept apart. */
  async compareOnce() {
    const all = Object.entries(await super.compareOnce());
    const found = all.map(([check, faults]) => [check, faults.filter((fault) => this.wait > 0 || !isDecidedAgain(fault))]);
    this.again = all.flatMap(([, faults]) => faults).filter((fault) => /^order \S+ twice$/.test(fault)).length;
    this.lost = found.filter(([check, faults]) => faults.length > 0 && !this.counts(check)).map(([check, faults]) => `${faults.length} x not: ${check}`);
    return Object.fromEntries(found.filter(([check]) => this.counts(check)));
  }

  counts(check) {
    return this.wait > 0 || !MAY_BE_LOST.has(check);
  }

  async run() {
    await this.prepare();
    await this.drive();
    await this.heal();
    const { turned } = this;
    return { 'there was a failover': turned ? [] : ['the master is what it was'], 'the run itself went as planned': this.troubles, ...await this.settle() };
  }

  summary() {
    const taken = this.alerts.filter(({ answers }) => answers.some(({ status }) => status === 200)).length;
    const fills = Object.values(this.books?.brokers ?? {}).reduce((sum, { fillCount }) => sum + fillCount, 0);
    const signals = this.books?.archive.signals?.length ?? '?';
    return `${this.alerts.length} alerts, ${taken} answered with 200, ${signals} signals in the archive, ${fills} executions`;
  }

  async end(keep) {
    this.agent.destroy();
    await this.books?.end();
    if (this.system?.child) await this.system.down('SIGTERM');
    await this.cluster?.end();
    if (keep) await rename(this.system.folder, keep);
    else await this.system?.remove();
  }
}

/* A decision that was lost is made again, at another time: the archive then holds the order twice, unless it took
 * only what was confirmed (docs/failover.md). */
function isDecidedAgain(fault) {
  const orders = /^signal \S+: (\d+) orders decided, (\d+) in the archive$/.exec(fault);
  return /^order \S+ twice$|was ordered twice on one account/.test(fault) || (orders !== null && Number(orders[2]) > Number(orders[1]));
}

/* What only the old master knew.  All else holds: an order that was sent twice would stand twice in the
 * broker's journal, which then cannot be read. */
const MAY_BE_LOST = new Set([
  'every alert answered with 200 is one signal in the archive, and no other is there', 'every signal stands in the stream once and is decided once',
  'every signal is what its alert said, and so are its decision and its orders',
  'every order at the broker is ours, and stands alike in all books', 'every execution of the broker was told once',
  'every refusal and every end was told once, and nothing that did not happen', 'what people were notified of did happen',
]);

const { values } = parseArgs({ options: {
  case: { type: 'string' }, alerts: { type: 'string', default: '100' }, 'at-once': { type: 'string', default: '2' },
  keep: { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false },
} });
const totals = { passed: 0, failed: 0 };

async function runCase(name) {
  const started = Date.now();
  const one = new FailoverRun(CASES[name], Number(values.alerts));
  const found = await one.run().catch((error) => ({ 'the system comes back': [`${error.stack}\n${one.system?.output}`] }));
  const bad = Object.values(found).some((faults) => faults.length > 0);
  for (const [check, faults] of Object.entries(found)) {
    totals[faults.length === 0 ? 'passed' : 'failed']++;
    console.log(`${faults.length === 0 ? 'ok' : 'not ok'} ${totals.passed + totals.failed} - ${name}: ${check}`);
    for (const fault of faults.slice(0, 8)) console.log(fault.replace(/^/gm, '# '));
  }
  if (one.again > 0) console.log(`# ${name}: ${one.again} orders stand in the archive with each time of decision`);
  for (const lost of one.lost ?? []) console.log(`# ${name}: may be lost without confirmation: ${lost}`);
  const keep = bad && values.keep ? `${one.system.folder}-failover` : undefined;
  console.log(`# ${name}: ${one.summary()}, ${Math.round((Date.now() - started) / 100) / 10} s${keep ? `; kept: ${keep}` : ''}`);
  if (values.verbose) console.log((one.system?.output ?? '').replace(/^/gm, '# '));
  await one.end(keep);
}

const waiting = Object.keys(CASES).filter((name) => values.case === undefined || name.includes(values.case));
await Promise.all(Array.from({ length: Number(values['at-once']) }, async () => {
  while (waiting.length > 0) await runCase(waiting.shift());
}));
console.log(`1..${totals.passed + totals.failed}`);
console.log(`# ${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;
