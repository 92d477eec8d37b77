/* yq up as a keeper: one system a folder, several side by side, the dead come back, faults are told at once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { System, processesOf, run, until, yqPath } from './lib/system.mjs';

let system;

before(async () => { system = await System.start(); });
after(() => system?.remove());

test('a second yq up on the same folder is refused, and names the first', async () => {
  const { status, stderr } = await run(yqPath, ['up', '--var', system.var, '--config', system.config]);
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`process ${system.child.pid}\\b`));
  assert.equal((await system.yq('status')).status, 0, 'the first is unharmed');
});

test('a daemon that is killed comes back, and that is said', async () => {
  for (const app of ['Webhook', 'OrderManager', 'BrokerGateway']) {
    const row = await until(`${app}`, async () => (await system.json('status')).find((one) => one.app === app && one.pid));
    process.kill(row.pid, 'SIGKILL');
    const back = await until(`${app} again`, async () => (await system.json('status')).find((one) => one.app === app && one.pid && one.pid !== row.pid && one.state === 'ready'), 10000);
    assert.notEqual(back.pid, row.pid);
  }
  assert.match(system.output, /yq-webhook\s+was killed by signal 9/);
  await until('said', () => (system.output.match(/ready again/g) ?? []).length >= 3);
});

test('a valkey-server that is killed comes back with all it had', async () => {
  assert.equal((await system.post({ id: 'k', ticker: 'AAPL', action: 'buy', price: 100 })).status, 200);
  await until('a position', async () => (await system.json('positions')).length === 1);
  const before = await system.json('positions');
  const server = (await processesOf(system.var)).find((one) => /valkey-server|redis-server/.test(one.line));
  process.kill(server.pid, 'SIGKILL');
  await until('valkey again', () => /valkey\s+ready again/.test(system.output));
  const held = (list) => list.map(({ ticker, qty, avgPrice }) => ({ ticker, qty, avgPrice }));
  assert.deepEqual(held(await until('positions', () => system.json('positions'))), held(before));
  assert.equal((await until('an alert', async () => {
    const answer = await system.post({ id: 'k2', ticker: 'MSFT', action: 'buy', price: 100 });
    return answer.status === 200 && answer;
  }, 5000)).status, 200);
  await until('its position', async () => (await system.json('positions')).length === 2);
});

test('two systems in two folders run side by side', async () => {
  const other = await System.start();
  try {
    assert.notEqual(other.endpoints.webhook.url, system.endpoints.webhook.url);
    assert.notEqual(other.endpoints.webhook.secret, system.endpoints.webhook.secret);
    assert.equal((await other.post({ id: 'side', ticker: 'TSLA', action: 'buy', price: 50 })).status, 200);
    await until('a position there', async () => (await other.json('positions')).length === 1);
    assert.ok((await system.json('positions')).every((row) => row.ticker !== 'TSLA'));
  } finally {
    await other.remove();
  }
});

test('all faults of a configuration are told at once, and nothing starts', async () => {
  const other = await System.make();
  try {
    await writeFile(path.join(other.config, 'appsettings.json'), JSON.stringify({ Webhook: { Port: 99999, RequestTimeoutSeconds: 0 }, Log: { Level: 'loud' } }));
    const { status, stderr } = await run(yqPath, ['up', '--var', other.var, '--config', other.config]);
    assert.equal(status, 1);
    for (const key of ['Webhook:Port', 'Webhook:RequestTimeoutSeconds', 'Log:Level']) assert.ok(stderr.includes(key), `${key} in ${stderr}`);
    assert.deepEqual(await processesOf(other.folder), []);
  } finally {
    await other.remove();
  }
});

test('without a Valkey server there is one clear line', async () => {
  const other = await System.make();
  const bin = path.join(other.folder, 'bin');
  try {
    await mkdir(bin);
    await writeFile(path.join(bin, 'valkey-server'), '#!/bin/sh\necho "no, not today"\nexit 3\n');
    await chmod(path.join(bin, 'valkey-server'), 0o755);
    const { status, stderr } = await run(yqPath, ['up', '--var', other.var, '--config', other.config], { env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } });
    assert.equal(status, 1);
    assert.match(stderr, /^yq: valkey: .*no, not today/m);
    assert.deepEqual(await processesOf(other.folder), []);
  } finally {
    await other.remove();
  }
});

test('verbs say that there is no system, with exit status 3', async () => {
  const { status, stderr } = await run(yqPath, ['status', '--var', '/nonexistent']);
  assert.equal(status, 3);
  assert.match(stderr, /yq up/);
});

test('the logs are files, and hold no secret', async () => {
  for (const name of ['yq-webhook', 'yq-order-manager', 'yq-broker-gateway', 'valkey']) {
    const text = await readFile(path.join(system.var, 'log', `${name}.log`), 'utf8');
    assert.ok(text.length > 0, name);
    assert.ok(!text.includes(system.endpoints.webhook.secret), name);
    assert.ok(!text.includes(system.endpoints.valkey.password), name);
  }
});
