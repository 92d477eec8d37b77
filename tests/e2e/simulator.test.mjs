/* `yq up --simulator`: one command brings up a system whose accounts trade at yq-simulator, beside whatever a person has configured. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { System, UUID, exact, isPrivate, run, until, yqPath } from './lib/system.mjs';

const PATIENCE = 20000;
const CURL = /^ {2}(curl -s .*"strategy":"(\w+)".*)$/gm;

async function start(settings = {}) {
  const system = await System.make({ Simulator: { Port: 0 }, ...settings });
  system.options = ['--simulator'];
  await system.up();
  return system;
}

/* Lines to paste, by strategy. */
const pasted = (system) => Object.fromEntries([...system.output.matchAll(CURL)].map(([, line, strategy]) => [strategy, line]));

async function paste(line) {
  const { stdout } = await run('sh', ['-c', line]);
  assert.match(stdout, /"accepted"/, stdout);
  return UUID.exec(stdout)[0];
}

const filled = (system, reason) => until(`a fill of ${reason}`, async () =>
  (await system.json('orders', '--all')).find((row) => row.buyReason === reason && row.state === 'Filled'), PATIENCE);

/* What the exchange itself says. */
async function control(system, what, method = 'GET', body = undefined) {
  const { url } = JSON.parse(await readFile(path.join(system.var, 'run/endpoints.json'), 'utf8')).simulator;
  const token = (await readFile(path.join(system.var, 'simulator/control-token'), 'utf8')).trim();
  const answer = await fetch(`${url}/control/v1/${what}`, { method, headers: { Authorization: `Bearer ${token}` }, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${what}: ${answer.status}`);
  return answer.json();
}

test('one command, and what is pasted trades at the simulator', async (t) => {
  let system, secret;

  before(async () => { system = await start(); });
  after(() => system?.remove());

  await t.test('it says that it is simulated, where, and how to post to each account', async () => {
    assert.match(system.output, /^SIMULATED: yq-simulator at http:\/\/127\.0\.0\.1:\d+ /m);
    assert.deepEqual(Object.keys(pasted(system)), ['SimAlpaca', 'SimKis']);
    secret = system.endpoints.webhook.secret;
    for (const line of Object.values(pasted(system))) assert.ok(line.includes(secret));
  });

  await t.test('its files are private', async () => {
    for (const name of ['secrets/simulator', 'simulator/book', 'simulator/control-token', 'run/yq-broker-gateway.json', 'log/yq-simulator.log'])
      assert.ok(await isPrivate(path.join(system.var, name)), name);
    const key = (await readFile(path.join(system.var, 'secrets/simulator'), 'utf8')).trim();
    for (const name of ['run/yq-webhook.json', 'run/yq-order-manager.json', 'run/endpoints.json'])
      assert.ok(!(await readFile(path.join(system.var, name), 'utf8')).includes(key), `${name} has no key`);
  });

  await t.test('each pasted line is filled in its account, and yq tells all of it', async () => {
    for (const [strategy, line] of Object.entries(pasted(system))) {
      const id = await paste(line);
      const order = await filled(system, `Webhook:${strategy}`);
      assert.equal(order.account, strategy);
      const position = await until('a position', async () => (await system.json('positions')).find((row) => row.account === strategy), PATIENCE);
      assert.deepEqual([position.ticker, position.qty], [order.ticker, order.filled]);
      await until('the trade', async () => (await system.json('trades')).find((row) => row.orderId === order.id), PATIENCE);
      const story = await until('the story', async () => {
        const found = await system.json('why', id);
        return found.orders.length === 1 && found.orders[0].state === 'Filled' && found;
      }, PATIENCE);
      assert.equal(story.orders[0].Id, order.id);
    }
    const accounts = await control(system, 'accounts');
    const held = Object.fromEntries(accounts.map((account) => [account.name, account.positions]));
    const shown = await system.json('positions');
    for (const [name, alias] of [['PKYQUANTSIMULATOR', 'SimAlpaca'], ['v50000001-01', 'SimKis']])
      assert.deepEqual(held[name].map(({ ticker, qty }) => [ticker, exact(qty)]),
        shown.filter((row) => row.account === alias).map(({ ticker, qty }) => [ticker, exact(qty)]), name);
  });

  await t.test('any strategy trades there, any ticker is listed, and the built-in account is still there', async () => {
    assert.equal((await system.post({ strategy: 'anything', ticker: 'KO', exchange: 'NYSE', action: 'buy', price: 63.2 })).status, 200);
    assert.equal((await filled(system, 'Webhook:anything')).account, 'SimAlpaca');
    assert.deepEqual((await system.json('account')).map((row) => row.account).sort(), ['Paper', 'SimAlpaca', 'SimKis']);
    for (const [ticker, qty, account] of [['HKEX:00700', '100', 'SimKis'], ['NASDAQ:ZZTOP', '1', 'SimAlpaca']]) {
      const { orderId } = await system.json('buy', ticker, qty, '--account', account);
      await until(`${ticker} is bought`, async () => (await system.json('orders', '--all')).find((row) => row.id === orderId && row.state === 'Filled'), PATIENCE);
    }
  });

  await t.test('killed, the exchange comes back by itself with its book, and trades on', async () => {
    const pid = Number(/yq-simulator +ready .*pid (\d+)/.exec(system.output)[1]);
    const before = (await control(system, 'executions')).length;
    process.kill(pid, 'SIGKILL');
    await until('it is back', () => /yq-simulator +ready again/.test(system.output), PATIENCE);
    assert.equal((await control(system, 'executions')).length, before);
    for (const [ticker, account] of [['NASDAQ:MSFT', 'SimAlpaca'], ['KRX:000660', 'SimKis']]) {
      const { orderId } = await system.json('buy', ticker, '1', '--account', account);
      await until('it is filled', async () => (await system.json('orders', '--all')).find((row) => row.id === orderId && row.state === 'Filled'), PATIENCE);
    }
    assert.equal((await control(system, 'executions')).length, before + 2);
  });

  await t.test('run again it goes on: the same book, the same secret, the same keys', async () => {
    const before = (await system.json('positions')).map(({ account, ticker, qty }) => [account, ticker, qty]);
    assert.equal(await system.down(), 0);
    await system.up();
    assert.equal(system.endpoints.webhook.secret, secret);
    assert.doesNotMatch(system.output, / (?:warn|error) /);
    assert.deepEqual((await system.json('positions')).map(({ account, ticker, qty }) => [account, ticker, qty]), before);
    for (const [ticker, account] of [['NASDAQ:AAPL', 'SimAlpaca'], ['KRX:005930', 'SimKis']]) {
      const { orderId } = await system.json('sell', ticker, 'all', '--account', account);
      await until('it is sold', async () => (await system.json('orders', '--all')).find((row) => row.id === orderId && row.state === 'Filled'), PATIENCE);
    }
    assert.equal(await system.down(), 0);
    assert.doesNotMatch(system.output, / (?:warn|error) /, 'the exchange outlives those that trade there');
  });
});

test("a person's own settings stay as they are, and their strategies trade where they did", async (t) => {
  const settings = {
    BrokerGateway: { Accounts: { Main: { Broker: 'paper', Session: 'always', Currencies: { USD: 5000 } }, simkis: { Broker: 'paper', Session: 'always', Currencies: { KRW: 7 } } } },
    Webhook: { Secrets: { First: 'a-secret-of-my-own-1' }, StrategyAccountMapping: { First: 'Main' } },
  };
  let system;

  before(async () => { system = await start(settings); });
  after(() => system?.remove());

  await t.test('an account of a name of ours is left alone, and that is said', async () => {
    assert.match(system.output, /^ +SimKis +is an account of your own settings, and stays as it is$/m);
    assert.match(system.output, /^Your own accounts run as ever/m);
    assert.deepEqual((await system.json('account')).map(({ account, broker }) => [account, broker]).sort(), [['Main', 'paper'], ['SimAlpaca', 'alpaca'], ['simkis', 'paper']]);
    assert.deepEqual(Object.keys(pasted(system)), ['SimAlpaca'], 'nothing is said of how to trade in it');
    assert.deepEqual(JSON.parse(await readFile(path.join(system.config, 'appsettings.json'), 'utf8')).BrokerGateway, settings.BrokerGateway);
  });

  await t.test('their strategy trades in their account, ours at the simulator, and no other anywhere', async () => {
    await paste(pasted(system).SimAlpaca);
    assert.equal((await filled(system, 'Webhook:SimAlpaca')).account, 'SimAlpaca');
    assert.equal((await system.post({ secret: 'a-secret-of-my-own-1', strategy: 'First', ticker: 'KO', exchange: 'NYSE', action: 'buy', price: 63 })).status, 200);
    assert.equal((await filled(system, 'Webhook:First')).account, 'Main');
    assert.deepEqual((await system.json('positions')).map(({ account, ticker }) => [account, ticker]), [['Main', 'KO'], ['SimAlpaca', 'AAPL']]);
    assert.notEqual((await system.post({ secret: 'a-secret-of-my-own-1', strategy: 'Other', ticker: 'KO', exchange: 'NYSE', action: 'buy', price: 63 })).status, 200);
    assert.equal((await control(system, 'executions')).length, 1);
  });
});

test('a port that is in use: ours gives way, and one of the person\'s own is a sentence', async (t) => {
  const { createServer } = await import('node:net');
  const taken = createServer();
  await new Promise((resolve) => { taken.listen(0, '127.0.0.1', resolve); });
  t.after(() => taken.close());
  const system = await System.make({ Simulator: { Port: taken.address().port } });
  t.after(() => system.remove());
  system.options = ['--simulator'];
  const refused = await run(yqPath, ['up', '--simulator', '--var', system.var, '--config', system.config]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /^yq: yq-simulator: .*cannot listen at 127\.0\.0\.1 port \d+: Address already in use$/m);
  await system.configure({}); /* 6100 may be free or not */
  await system.up();
  assert.match(system.output, /^SIMULATED: /m);
});

test('over TLS, REST and streams, with a certificate of its own', async (t) => {
  const system = await start({ Simulator: { Port: 0, Tls: true, Options: ['--seed', '7', '--spread', '1'] } });
  t.after(() => system.remove());
  assert.match(system.output, /^SIMULATED: yq-simulator at https:/m);
  for (const line of Object.values(pasted(system))) await paste(line);
  for (const account of ['SimAlpaca', 'SimKis']) assert.equal((await filled(system, `Webhook:${account}`)).account, account);
  assert.equal((await system.json('positions')).find((row) => row.account === 'SimAlpaca').avgPrice, 231.51, 'its options were taken');
  await until('the stream is live', async () => /alpaca: the stream is live/.test(await readFile(path.join(system.var, 'log/yq-broker-gateway.log'), 'utf8')), PATIENCE);
  assert.ok(await isPrivate(path.join(system.var, 'simulator/certificate-key.pem')));
  assert.doesNotMatch(system.output, / (?:warn|error) /);
});
