/* faults.mjs - do one fault to a running system.  Each returns when it is over. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findIsql, pause, processesOf, until } from '../../e2e/lib/system.mjs';

async function pidOf(system, program) {
  const found = (await processesOf(system.var)).find(({ line }) => path.basename(line.split(' ')[0]).startsWith(program));
  return found?.pid;
}

/* False when it is not there (it is just being started again). */
async function signal(system, program, name) {
  const pid = await pidOf(system, program);
  try {
    return pid !== undefined && process.kill(pid, name);
  } catch {
    return false;
  }
}

export async function freezeWhile(system, target, work) {
  const pid = await pidOf(system, target);
  const send = (name) => {
    try {
      return pid !== undefined && process.kill(pid, name);
    } catch {
      return false; /* it was killed meanwhile */
    }
  };
  if (!send('SIGSTOP')) return;
  await work();
  send('SIGCONT');
}

function freeze(system, { target, ms }) {
  return freezeWhile(system, target, () => pause(ms));
}

/* It gets a fifth of the processor and goes behind everybody else. */
async function starveOfTime(pid, ms) {
  os.setPriority(pid, 19);
  for (const end = Date.now() + ms; Date.now() < end; await pause(20)) {
    process.kill(pid, 'SIGSTOP');
    await pause(80);
    process.kill(pid, 'SIGCONT');
  }
  os.setPriority(pid, 0);
}

/* It may open nothing more. */
async function starveOfFiles(pid, ms) {
  const limit = async (soft) => promisify(execFile)('prlimit', [`--pid=${pid}`, `--nofile=${soft}:`]);
  const usual = /^Max open files\s+(\d+)/m.exec(await readFile(`/proc/${pid}/limits`, 'utf8'))[1];
  await limit((await readdir(`/proc/${pid}/fd`)).length);
  await pause(ms);
  await limit(usual);
}

async function starve(system, { target, of, ms }) {
  const pid = await pidOf(system, target);
  if (pid === undefined) return;
  try {
    await (of === 'time' ? starveOfTime : starveOfFiles)(pid, ms);
  } catch {
    /* it was killed meanwhile */
  }
}

/* Somebody holds the tables of the archive; `rudely`: and is killed while it does. */
async function lock(system, { ms, rudely }) {
  const holder = spawn(await findIsql(), ['-q', '-user', 'SYSDBA', '-ch', 'UTF8', system.endpoints.firebird.database], {
    stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, ...system.endpoints.firebird.environment },
  });
  const ended = new Promise((resolve) => holder.once('close', resolve));
  holder.stdin.on('error', () => {});
  holder.stdin.write('COMMIT;\nSET TRANSACTION READ WRITE WAIT SNAPSHOT RESERVING TRADES, ORDERS, SIGNALS FOR PROTECTED WRITE;\nSELECT COUNT(*) FROM TRADES;\n');
  await pause(ms);
  if (rudely) holder.kill('SIGKILL');
  else holder.stdin.end('ROLLBACK;\nQUIT;\n');
  const rescue = setTimeout(() => holder.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(rescue);
}

/* The archive's file is not where it should be while the order manager starts again. */
async function hide(system, { ms }) {
  const file = system.endpoints.firebird.database;
  if (system.hidden) return;
  system.hidden = true;
  await rename(file, `${file}.hidden`);
  await signal(system, 'yq-order-manager', 'SIGKILL');
  await pause(ms);
  await rename(`${file}.hidden`, file);
  system.hidden = false;
}

/* The power goes: everything dies at once, and is started again; orders at fail points wait for that. */
async function blackout(system) {
  system.dark = true;
  for (const point of await armedPoints(system)) await moveOrder(system, point, `${point}.held`);
  system.child.kill('SIGKILL');
  await system.ended;
  await until('everything gone', async () => (await processesOf(system.var)).length === 0, 30000);
  await system.up();
  Object.assign(system, { dark: false, dawning: true });
  for (let i = 0; i < 2; i++, await pause(50)) /* twice: one may just have been put there */
    for (const name of await readdir(system.points)) if (name.endsWith('.held')) await moveOrder(system, name, name.slice(0, -5));
  system.dawning = false;
}

/* It may have been obeyed, or taken back, just now. */
function moveOrder(system, from, to) {
  return rename(path.join(system.points, from), path.join(system.points, to)).catch(() => {});
}

/* An order to whoever comes past that point. */
export async function order(system, { point, passage, order: what }) {
  const file = path.join(system.points, point);
  await writeFile(`${file}.new`, `${what}@${passage}`);
  await rename(`${file}.new`, system.dark ? `${file}.held` : file);
}

/* The exchange is gone for so long, or stands still, or answers as it should not. */
function exchange(system, { of, ms }) {
  return system.exchange.suffer(of, ms);
}

const DOERS = {
  kill: (system, { target }) => signal(system, target, 'SIGKILL'),
  stop: (system, { target }) => signal(system, target, 'SIGTERM'),
  freeze, starve, lock, hide, blackout, exchange,
};

export function doFault(system, fault) {
  return DOERS[fault.kind](system, fault);
}

export async function makePointsFolder(system) {
  system.points = path.join(system.folder, 'points');
  await mkdir(system.points);
  system.environment = { YQ_FAIL_POINTS_FOLDER: system.points };
}

/* Whether no program has come past it yet. */
export function isArmed(system, point) {
  return system.dark || system.dawning || existsSync(path.join(system.points, point)); /* asked for often: far cheaper than a promise */
}

/* Orders that no program has come past yet. */
export async function armedPoints(system) {
  return (await readdir(system.points)).filter((name) => !/\.(fired|new|held)$/.test(name));
}

/* False when somebody came past it after all. */
export async function disarm(system, point) {
  const gone = ['', '.held'].map((end) => unlink(path.join(system.points, `${point}${end}`)).then(() => true, () => false));
  return (await Promise.all(gone)).includes(true);
}

export async function disarmAll(system) {
  for (const name of await armedPoints(system)) await disarm(system, name);
}
