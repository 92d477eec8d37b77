/*
 * main.mjs - start the whole system, send alerts, kill and starve its parts meanwhile, heal, and
 * compare what the broker really executed with every other book.
 *
 *	run [--seed S[,S...] | --seeds N] [--alerts N] [--faults KIND,...] [--kills N] [--at-once N] [--keep] [--verbose]
 *	run --lost-answers N [--seed S] [--keep]
 *	run --soak MINUTES [--rate N] [--seed S] [--faults KIND,...] [--log FILE] [--keep]
 *
 *	run --broker paper|alpaca|kis [--push on|off] ...
 *
 * --seed     these runs and no others: a seed replays the same alerts and the same faults
 * --seeds    so many runs, from seed 1 (default 20)
 * --alerts   in one run (default 2000)
 * --faults   kill stop freeze starve lock hide blackout exchange points (default: all); "none" for none
 * --kills    deaths at each fail point in one run (default 3); 20 seeds or more must come to 50 each
 * --at-once  runs side by side (default 10: most of the time they wait)
 * --lost-answers  N orders, each executed and never answered, while programs are killed; after the
 *            seeds it is done with 1000
 * --soak     MINUTES of one system, compared every five; with --rate ALERTS a second (default 36),
 *            --seed S and --log FILE, which gets all it says
 * --broker   where the accounts are (default paper): at yq-simulator in the words of Alpaca or
 *            of KIS, which is killed and cut off too
 * --push     off: what happens there is found by asking alone (default on)
 * --keep     the folder of a failed run stays, and is named
 *
 * Needs a build with -Dfail_points=true (YQ_BUILD; default build-faults).  Writes TAP.  What the
 * processor does between two steps is not replayed: the same seed may find a race one time in many.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
process.env.YQ_BUILD ??= path.join(root, 'build-faults');

const { Run } = await import('./lib/drive.mjs');
const { LostAnswers } = await import('./lib/lost.mjs');
const { Soak } = await import('./lib/soak.mjs');
const { tamper } = await import('./lib/tamper.mjs');
const { addAll, tableOf, total } = await import('./lib/tally.mjs');
const { KINDS, describe, kindsAt, makeSchedule } = await import('./lib/schedule.mjs');
const { BROKERS } = await import('./lib/brokers.mjs');

/* Every name in the sources: a fail point that nobody runs into is no proof. */
function findPoints() {
  const text = execFileSync('grep', ['-rhoE', 'YQ_FAIL_POINT\\("[a-z_.]+"\\)', path.join(root, 'src')], { encoding: 'utf8' });
  return [...new Set([...text.matchAll(/"([^"]+)"/g)].map((match) => match[1]))].sort();
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' }, seeds: { type: 'string', default: '20' }, alerts: { type: 'string', default: '2000' },
      faults: { type: 'string' }, broker: { type: 'string', default: 'paper' }, push: { type: 'string', default: 'on' }, 'at-once': { type: 'string', default: '10' },
      kills: { type: 'string', default: '3' }, 'lost-answers': { type: 'string', default: '' }, soak: { type: 'string' }, rate: { type: 'string', default: '36' }, log: { type: 'string' },
      keep: { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false },
    },
  });
  const seeds = values.seed?.split(',').map(Number) ?? Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
  if (!(values.broker in BROKERS)) throw new Error(`no such broker: ${values.broker}`);
  if (!['on', 'off'].includes(values.push)) throw new Error(`--push ${values.push}: on or off`);
  values.faults ??= [...kindsAt(values.broker), 'points'].join();
  const kinds = values.faults.split(',');
  const unknown = kinds.filter((kind) => kind !== 'points' && kind !== 'none' && !kindsAt(values.broker).includes(kind));
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown}`);
  return { ...values, seeds, kinds, at: { broker: values.broker, push: values.push === 'on' }, alerts: Number(values.alerts), kills: Number(values.kills), atOnce: Number(values['at-once']) };
}

/* The rows of docs/reliability.md: name and who holds the promise. */
function documentedPoints() {
  const text = readFileSync(path.join(root, 'docs/reliability.md'), 'utf8');
  return new Map([...text.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \|.*\|([^|]*)\|$/gm)].map((match) => [match[1], match[2]]));
}

/* A point whose row names other tests alone is killed there: no alert comes to it. */
function heldHere(points, broker) {
  const documented = documentedPoints();
  return points.filter((name) => broker === 'paper' || !name.startsWith('paper.')).filter((name) => !documented.has(name) || /\bfaults\b/.test(documented.get(name)));
}

/* The table has each of them, and no other. */
function checkDocument(points) {
  const named = [...documentedPoints().keys()];
  return [...points.filter((name) => !named.includes(name)).map((name) => `${name} is not in docs/reliability.md`),
    ...named.filter((name) => !points.includes(name)).map((name) => `${name} is in docs/reliability.md only`)];
}

const MANY_SEEDS = 20;
const ENOUGH_KILLS = 50;
const LOST_ANSWERS = 1000;
const totals = { passed: 0, failed: 0, alerts: 0, accepted: 0, repeats: 0, orders: 0, executions: 0, faults: new Map(), kills: new Map() };

/* `of`: what it was, "seed 3"; "" for the whole */
function report(of, found, notes) {
  for (const [name, faults] of Object.entries(found)) {
    const good = faults.length === 0;
    totals[good ? 'passed' : 'failed']++;
    console.log(`${good ? 'ok' : 'not ok'} ${totals.passed + totals.failed} - ${of === '' ? '' : `${of}: `}${name}`);
    for (const fault of faults.slice(0, 10)) console.log(fault.replace(/^/gm, '# '));
    if (faults.length > 10) console.log(`# ... and ${faults.length - 10} more`);
  }
  for (const note of notes) console.log(`# ${of}: ${note}`);
}

function addTotals(run) {
  const { alerts, accepted, repeats, orders, executions } = run.counts();
  Object.assign(totals, { alerts: totals.alerts + alerts, accepted: totals.accepted + accepted, repeats: totals.repeats + repeats,
    orders: totals.orders + orders, executions: totals.executions + executions });
  addAll(totals.faults, run.faults);
  addAll(totals.kills, run.killers?.kills ?? []);
}

async function runSeed(seed, options, points) {
  const started = Date.now();
  const schedule = makeSchedule(seed, options.alerts, options.kinds, points, options.kills, BROKERS[options.broker]);
  const run = new Run(schedule, (text) => options.verbose && console.log(`# ${((Date.now() - started) / 1000).toFixed(2)} s, seed ${seed}: ${text}`), options.at);
  const found = await run.run();
  addTotals(run);
  const notes = [`${run.summary()}, ${Math.round((Date.now() - started) / 100) / 10} s`];
  if (Object.values(found).some((faults) => faults.length > 0)) notes.push(...schedule.faults.map(describe), `again: tests/faults/run --broker ${options.broker} --push ${options.push} --seed ${seed} --alerts ${options.alerts} --kills ${options.kills} --faults ${options.faults}`);
  await finish(run, `seed ${seed}`, found, options, notes);
}

function sayTotals(options, points, started) {
  const { alerts, accepted, repeats, orders, executions, faults, kills, failed } = totals;
  console.log(`# in all: ${options.seeds.length} seeds, ${alerts} alerts, ${accepted} accepted, ${repeats} sent again, ${orders} orders, ${executions} executions, ` +
    `${total(faults)} faults, ${total(kills)} kills at fail points, ${Math.round((Date.now() - started) / 1000)} s`);
  console.log(`# faults: ${tableOf(faults)}`);
  console.log(`# point kills: ${tableOf(kills)}`);
  console.log(failed === 0 ? '# lost 0, doubled 0, books equal to the last digit' : '# NOT all equal: see above');
  if (options.seeds.length >= MANY_SEEDS && options.kills * options.seeds.length >= ENOUGH_KILLS && options.kinds.includes('points'))
    report('', { [`a program died at each fail point at least ${ENOUGH_KILLS} times`]:
      points.filter((point) => !(kills.get(point) >= ENOUGH_KILLS)).map((point) => `${point}: ${kills.get(point) ?? 0}`) }, []);
}

/* Ends a run and says what was found; its folder stays where something was. */
async function finish(run, of, found, options, notes) {
  const failed = Object.values(found).some((faults) => faults.length > 0);
  const keep = failed && options.keep ? `${run.system.folder}-${of.replace(' ', '-')}` : undefined;
  await run.end(keep);
  report(of, found, keep ? [...notes, `kept: ${keep}`] : notes);
}

async function runSoak(options, points) {
  const seed = options.seeds[0];
  const soak = new Soak({ seed, minutes: Number(options.soak), rate: Number(options.rate), kinds: options.kinds, points, log: options.log, at: options.at });
  await finish(soak, 'soak', await soak.run(), options, []);
}

async function runLostAnswers(options, number) {
  const started = Date.now();
  const seed = options.seeds[0];
  const run = new LostAnswers(number, seed, options.at);
  const found = await run.run();
  console.log(`# ${run.summary()}, ${((Date.now() - started) / 1000).toFixed(1)} s`);
  if (Object.values(found).every((faults) => faults.length === 0)) Object.assign(found, await tamper(run));
  await finish(run, 'lost answers', found, options, []);
}

async function runSeeds(options, all) {
  const points = heldHere(all, options.broker);
  const waiting = [...options.seeds];
  const started = Date.now();
  console.log(`# ${points.length} fail points; seeds ${options.seeds}; ${options.alerts} alerts each; faults ${options.kinds}`);
  report('', { 'every fail point is documented': checkDocument(all) }, []);
  await Promise.all(Array.from({ length: Math.min(options.atOnce, waiting.length) }, async () => {
    while (waiting.length > 0) await runSeed(waiting.shift(), options, points);
  }));
  sayTotals(options, points, started);
}

const options = readArguments();
const points = findPoints();
const lost = options['lost-answers'];
if (options.soak !== undefined) {
  await runSoak(options, heldHere(points, options.broker));
} else if (lost !== '') {
  await runLostAnswers(options, Number(lost));
} else {
  await runSeeds(options, points);
  if (options.seed === undefined) await runLostAnswers(options, LOST_ANSWERS);
}
console.log(`1..${totals.passed + totals.failed}`);
console.log(`# ${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;
