/* Settings checked dry, and an external Valkey prepared. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Valkey from 'iovalkey';
import { System, isPrivate, run, until, yqPath } from './lib/system.mjs';

let system;

before(async () => { system = await System.make(); });
after(() => system?.remove());

const check = (...args) => run(yqPath, ['config', 'check', '--config', system.config, ...args]);

async function secrets(settings) {
  const file = path.join(system.config, 'appsecrets.json');
  await writeFile(file, JSON.stringify(settings));
  await chmod(file, 0o600);
}

test('config check prints what holds and where it comes from, and no secret', async () => {
  await system.configure({ Webhook: { DuplicateWindowSeconds: 30 } });
  await secrets({ Webhook: { Secrets: { '*': 'never-to-be-shown' } } });
  const { status, stdout } = await check('--json');
  assert.equal(status, 0);
  const rows = JSON.parse(stdout);
  const row = (name) => rows.find((one) => one.path === name);
  assert.deepEqual([row('Webhook:DuplicateWindowSeconds').value, row('Webhook:DuplicateWindowSeconds').source], ['30', 'appsettings.json']);
  assert.equal(row('Log:Level').source, 'default');
  assert.equal(row('Webhook:Secrets:*').value, '(hidden)');
  assert.ok(!stdout.includes('never-to-be-shown'));
});

test('a file of secrets that others may read is refused', async () => {
  await chmod(path.join(system.config, 'appsecrets.json'), 0o644);
  const { status, stderr } = await check();
  assert.equal(status, 1);
  assert.match(stderr, /0600/);
  await secrets({});
});

test('one setting gives the built-in account real hours; another account needs its broker', async () => {
  await system.configure({ BrokerGateway: { Accounts: { Paper: { Session: 'market' } } } });
  const paper = await check();
  assert.deepEqual([paper.status, paper.stderr], [0, '']);
  await system.configure({ BrokerGateway: { Accounts: { Other: { Session: 'market' } } } });
  const { status, stderr } = await check();
  assert.equal(status, 1);
  assert.match(stderr, /BrokerGateway:Accounts:Other:Broker/);
  await system.configure({});
});

test('an external Valkey is provisioned once and again, with passwords only the user can read', async () => {
  const socket = path.join(system.folder, 'valkey.sock');
  const server = spawn('valkey-server', ['--port', '0', '--unixsocket', socket, '--dir', system.folder, '--save', '', '--requirepass', 'admin-password']);
  const ended = new Promise((resolve) => { server.once('close', resolve); });
  let client;
  try {
    await secrets({ ConnectionStrings: { Valkey: `unix:${socket},password=admin-password` } });
    const provision = () => run(yqPath, ['provision', '--config', system.config]);
    const first = await until('provisioned', async () => {
      const result = await provision();
      return result.status === 0 && result;
    });
    assert.ok(!first.stdout.includes('admin-password'));
    const folder = path.join(system.config, 'passwords');
    const files = await readdir(folder);
    assert.ok(files.length >= 5, files.join());
    for (const name of files) assert.ok(await isPrivate(path.join(folder, name)), name);
    const password = await readFile(path.join(folder, 'valkey-yq-webhook'), 'utf8');
    assert.equal((await provision()).status, 0);
    assert.equal(await readFile(path.join(folder, 'valkey-yq-webhook'), 'utf8'), password, 'the same password');
    client = new Valkey({ path: socket, username: 'yq-webhook', password });
    client.on('error', () => {});
    await assert.rejects(client.hgetall('deposit:Paper'), /NOPERM/);
  } finally {
    client?.disconnect();
    server.kill();
    await ended;
  }
});
