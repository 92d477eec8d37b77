/* A second gateway stands by, takes over from one that is stopped, and that one changes nothing when it wakes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { System, build, until } from './lib/system.mjs';

let system;
let second;

before(async () => { system = await System.start(); });
after(async () => {
  if (second && second.exitCode === null) {
    const ended = new Promise((resolve) => { second.once('close', resolve); });
    second.kill('SIGKILL');
    await ended;
  }
  await system?.remove();
});

const rows = async () => Object.fromEntries((await system.json('status')).map((row) => [row.app, row]));
const shows = (what, look) => until(what, async () => look(await rows()), 30000);

test('yq status shows who serves and who stands by', async () => {
  second = spawn(path.join(build, 'yq-broker-gateway'), ['--config', system.config, '--overlay', path.join(system.var, 'run/yq-broker-gateway.json')],
    { stdio: 'ignore', env: { ...process.env, System__InstanceId: '2' } });
  await shows('a stand-by', (now) => now['BrokerGateway:2']?.role === 'standby');
  const now = await rows();
  assert.equal(now['BrokerGateway:1'].role, 'serving');
  assert.equal(now.BrokerGateway.pid, now['BrokerGateway:1'].pid);
});

test('a gateway that is stopped is taken over from, and an order made meanwhile is filled', async () => {
  const stopped = (await rows()).BrokerGateway.pid;
  process.kill(stopped, 'SIGSTOP');
  await shows('the second serving', (now) => now.BrokerGateway?.pid === second.pid);
  const bought = await system.json('buy', 'NASDAQ:AAPL', '1', '--price', '100');
  await until('a trade', async () => await system.tradesInArchive() === 1, 30000);
  process.kill(stopped, 'SIGCONT');
  await shows('the first standing by in another life', (now) => now['BrokerGateway:1'].pid !== stopped && now['BrokerGateway:1'].role === 'standby');
  assert.match(system.output, /no longer serves its accounts: another gateway has taken over/);
  assert.equal(await system.tradesInArchive(), 1);
  assert.equal((await system.json('orders', '--all')).find((row) => row.id === bought.orderId).state, 'Filled');
});

test('when the second ends in order the first serves again', async () => {
  second.kill('SIGTERM');
  await shows('the first serving', (now) => now.BrokerGateway?.pid !== second.pid && now['BrokerGateway:1'].role === 'serving');
  await system.json('buy', 'NASDAQ:AAPL', '1', '--price', '100');
  await until('a second trade', async () => await system.tradesInArchive() === 2, 30000);
});
