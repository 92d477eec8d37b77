/* Take-profit and stop-loss at KIS, which takes hardly any stops: watched, or for a day at a time. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Simulator } from './lib/simulator.mjs';
import { System, UUID, pause, processesOf, until } from './lib/system.mjs';

const FREE = ['kis_virtual_per_second=0', 'kis_tokens_per_minute=0']; /* what is looked at here is no rate */
const NUMBER = '12345678-01';

let folder, simulator, system;

const setPrice = (exchange, ticker, price) => simulator.control('PUT', 'prices', { exchange, ticker, price });

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'yq-e2e-'));
  simulator = await Simulator.start(path.join(folder, 'exchange'), FREE.flatMap((knob) => ['--knob', knob]));
  await setPrice('NASDAQ', 'AAPL', 100);
  await setPrice('KRX', '005930', 70000);
  const kis = { Environment: 'virtual', HtsId: 'e2e', Countries: ['KR', 'US'], CallsPerSecond: 0, QuoteSeconds: 2, StreamUrl: `${simulator.url.replace('http', 'ws')}/kis-virtual/tryitout` };
  system = await System.make({
    BrokerGateway: { ReconcileOrdersSeconds: 1, Accounts: { Seoul: { Broker: 'kis', Number: NUMBER, Session: 'always', BaseUrl: `${simulator.url}/kis-virtual`, Kis: kis } } },
    Risk: { Default: { DuplicateWindowSeconds: 0 } },
  });
  const secrets = path.join(system.config, 'appsecrets.json');
  await writeFile(secrets, JSON.stringify({ BrokerGateway: { Accounts: { Seoul: { Kis: { AppKey: 'P'.repeat(36), AppSecret: 's'.repeat(180) } } } } }));
  await chmod(secrets, 0o600);
  await system.up();
});
after(async () => {
  await system?.remove();
  await simulator?.kill('SIGTERM');
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function buy(...words) {
  const { status, stdout, stderr } = await system.yq('buy', ...words, '--account', 'Seoul', '--no-wait');
  assert.equal(status, 0, stderr);
  return UUID.exec(stdout)[0];
}

async function executions() {
  const answer = await simulator.control('GET', 'executions?after=0');
  return Array.isArray(answer) ? answer : answer.executions;
}

const why = async (id) => (await system.yq('why', id)).stdout;
const bracketOf = (id) => system.valkey().hgetall(`bracket:${id}`);
const legsOf = async (id) => Object.entries(await bracketOf(id)).filter(([name]) => UUID.test(name)).map(([, text]) => JSON.parse(text)).filter(({ Exit }) => Exit);
const isOver = (id) => until('the end of the bracket', async () => (await bracketOf(id)).OverAt, 30000);

test('abroad the stop is watched; touched, it sells once, whatever dies', async () => {
  const id = await buy('AAPL', '10', '--exchange', 'NASDAQ', '--take-profit', '110', '--stop-loss', '90');
  await until('what holds it', async () => /the stop-loss is watched by yQuant/.test(await why(id)), 30000);
  await until('the position', async () => Number(JSON.parse(Object.values(await system.valkey().hgetall('position:Seoul'))[0] ?? '{}').Qty) === 10, 30000);
  await setPrice('NASDAQ', 'AAPL', 91);
  await pause(4000);
  assert.deepEqual(await legsOf(id), []);
  await setPrice('NASDAQ', 'AAPL', 89);
  await pause(1500);
  for (const { pid } of (await processesOf(system.folder)).filter(({ line }) => /yq-broker-gateway/.test(line))) process.kill(pid, 'SIGKILL');
  await isOver(id);
  assert.equal((await bracketOf(id)).Ended, 'the stop-loss filled');
  assert.deepEqual((await executions()).map(({ qty }) => Number(qty)), [10, 10]);
  assert.deepEqual(await system.valkey().hgetall('position:Seoul'), {});
});

test('in Korea a stop with a limit rests at KIS for the day', async () => {
  const id = await buy('005930', '10', '--exchange', 'KRX', '--stop-loss', '68000', '--stop-loss-limit', '67000');
  const leg = await until('the stop', async () => (await legsOf(id)).find(({ State }) => State === 'Open'), 30000);
  assert.equal(leg.Exit, 'StopLoss');
  assert.match(await why(id), /the stop-loss rests at the broker for a day at a time/);
  assert.equal((await system.json('orders')).length, 1, 'it is an order like any other');
  await setPrice('KRX', '005930', 67900);
  await isOver(id);
  assert.equal((await bracketOf(id)).Ended, 'the stop-loss filled');
});

test('a take-profit is a limit of the day, and nothing has to give way to it', async () => {
  await setPrice('NASDAQ', 'AAPL', 100);
  const id = await buy('AAPL', '10', '--exchange', 'NASDAQ', '--take-profit', '110', '--stop-loss', '90');
  await until('what holds it', async () => /watched by yQuant/.test(await why(id)), 30000);
  await until('the position', async () => (await system.valkey().hlen('position:Seoul')) > 0, 30000);
  await setPrice('NASDAQ', 'AAPL', 111);
  await isOver(id);
  assert.equal((await bracketOf(id)).Ended, 'the take-profit filled');
  assert.deepEqual((await legsOf(id)).map(({ Exit, State }) => `${Exit} ${State}`), ['TakeProfit Filled']);
});
