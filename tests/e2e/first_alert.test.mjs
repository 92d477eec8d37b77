/* The first minutes of a newcomer: one command, one pasted line, one fill - and everything the guide names. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import path from 'node:path';
import { System, UUID, isPrivate, run, until } from './lib/system.mjs';

let system, signalId, order;

before(async () => { system = await System.start(); });
after(() => system?.remove());

test('it says where the webhook is, its secret and a line to paste; its files are private', async () => {
  assert.match(system.output, new RegExp(system.endpoints.webhook.url.replaceAll('.', '\\.')));
  assert.ok(system.output.includes(system.endpoints.webhook.secret));
  assert.match(system.output, /never closes/);
  assert.equal(system.endpoints.web.url === null || typeof system.endpoints.web.url === 'string', true);
  for (const name of ['run/endpoints.json', 'run/yq-webhook.json', 'secrets/webhook', 'valkey/valkey.conf', 'valkey/users.acl'])
    assert.ok(await isPrivate(path.join(system.var, name)), name);
});

test('yq status lists each program with its pid, state and lag', async () => {
  const rows = await until('heartbeats', async () => {
    const list = await system.json('status');
    return list.every((row) => row.state === 'ready') && list;
  });
  for (const app of ['Webhook', 'OrderManager', 'BrokerGateway']) {
    const row = rows.find((candidate) => candidate.app === app);
    assert.ok(row, app);
    assert.ok(Number.isInteger(row.pid), `${app} has a pid`);
    assert.equal(typeof row.lag, 'number');
  }
});

test('the pasted line is answered with 200 and a signal id', async () => {
  const line = /^\s*(curl -s .*)$/m.exec(system.output)[1];
  const { stdout } = await run('sh', ['-c', `${line} -w '\\n%{http_code}'`]);
  assert.match(stdout, /\n200$/, stdout);
  signalId = UUID.exec(stdout)[0];
});

test('within a second there is a position, less cash, a trade in the archive, and the whole story', async () => {
  const [position] = await until('a position', async () => {
    const list = await system.json('positions');
    return list.length > 0 && list;
  }, 1000);
  assert.equal(position.ticker, 'AAPL');
  assert.equal(position.exchange, 'NASDAQ');
  assert.ok(position.qty > 0);
  const cash = await system.json('deposit');
  const dollars = cash.find((row) => row.currency === 'USD');
  assert.ok(dollars.amount < 100000);
  const [trade] = await until('a trade', async () => {
    const list = await system.json('trades');
    return list.length > 0 && list;
  }, 1000);
  assert.equal(trade.ticker, 'AAPL');
  assert.equal(trade.quantity, position.qty);
  order = trade.orderId;
  const story = await until('an archived story', async () => {
    const found = await system.json('why', signalId);
    return found.orders.length === 1 && found.orders[0].state === 'Filled' && found;
  }, 2000);
  const steps = [...story.signal.timeline, ...story.orders[0].timeline].map((step) => step.step);
  for (const step of ['received', 'decided', 'ordered', 'claimed', 'submitted', 'filled', 'final'])
    assert.ok(steps.includes(step), `${step} in ${steps}`);
  assert.ok(story.signal.rules.length > 0, 'each rule is told');
  assert.equal(story.orders[0].Id, order);
});

test('the beginning of an id is enough, for an order as for a signal', async () => {
  for (const id of [order, signalId]) {
    const { status, stdout } = await system.yq('why', id.slice(0, 8));
    assert.equal(status, 0);
    assert.match(stdout, /claimed/);
    assert.match(stdout, /decided/);
  }
});

test('yq orders --all shows it filled; yq orders shows nothing open', async () => {
  const rows = await until('the archived order', async () => {
    const list = await system.json('orders', '--all');
    return list.find((row) => row.id === order && row.state === 'Filled');
  });
  assert.equal(rows.ticker, 'AAPL');
  assert.deepEqual(await system.json('orders'), []);
});

test('isql-fb reads the trade beside the daemons', async () => {
  const rows = await system.isql(['TICKER', 'ACTION', 'ACCOUNT_ALIAS', 'STRATEGY', 'CURRENCY', 'EXCHANGE', 'ORDER_ID'], 'FROM TRADES');
  assert.deepEqual(rows, [['AAPL', 'Buy', 'Paper', 'demo', 'USD', 'NASDAQ', order]]);
});

test('every key of the guide has its type and its time to live', async () => {
  const client = system.valkey();
  const expected = {
    'account:Paper': ['hash', -1], 'account:index': ['set', -1], 'deposit:Paper': ['hash', -1], 'position:Paper': ['hash', -1],
    'signal:stream': ['stream', -1], 'order:stream': ['stream', -1], 'execution:stream': ['stream', -1],
    [`signal:${signalId}`]: ['string', 48 * 3600], 'stock:AAPL': ['hash', 25 * 3600],
    'heartbeat:Webhook': ['hash', 30], 'heartbeat:OrderManager': ['hash', 30], 'heartbeat:BrokerGateway': ['hash', 30],
    [`order:${order}`]: ['hash', 3600],
  };
  for (const [key, [type, ttl]] of Object.entries(expected)) {
    assert.equal(await client.type(key), type, key);
    const left = await client.ttl(key);
    if (ttl === -1) assert.equal(left, -1, key);
    else assert.ok(left > 0 && left <= ttl, `${key}: ${left} of ${ttl}`);
  }
  assert.ok((await client.smembers('account:index')).includes('Paper'));
  assert.match(await client.hget('deposit:Paper', 'USD'), /^\d+\.\d{2,8}$/);
  const position = JSON.parse(await client.hget('position:Paper', 'AAPL'));
  for (const field of ['AccountAlias', 'Ticker', 'Currency', 'Qty', 'AvgPrice', 'BuyReason', 'Exchange'])
    assert.ok(field in position, field);
  assert.equal(position.BuyReason, 'Webhook:demo');
  for (const key of await client.keys('*')) {
    const text = JSON.stringify(await (await client.type(key) === 'hash' ? client.hgetall(key) : ''));
    assert.ok(!text.includes(system.endpoints.webhook.secret), `no secret in ${key}`);
  }
});

test('a user of one program may do no more than its work', async () => {
  const client = system.valkey();
  const users = await client.call('ACL', 'USERS');
  for (const user of ['yq-webhook', 'yq-order-manager', 'yq-broker-gateway']) assert.ok(users.includes(user), user);
  const denied = await client.call('ACL', 'DRYRUN', 'yq-webhook', 'HGETALL', 'deposit:Paper');
  assert.match(String(denied), /no permissions|NOPERM|can't|access/i);
});

test('buy and sell by hand wait for their result', async () => {
  const bought = await system.yq('buy', 'NASDAQ:AAPL', '2', '--price', '191');
  assert.equal(bought.status, 0, bought.stderr);
  assert.match(bought.stdout, UUID);
  assert.match(bought.stdout, /Filled: 2 of 2/);
  const sold = await system.yq('sell', 'NASDAQ:AAPL', 'all');
  assert.equal(sold.status, 0, sold.stderr + sold.stdout);
  assert.deepEqual(await until('no position', async () => {
    const list = await system.json('positions');
    return list.length === 0 && list;
  }), []);
});

test('what is wrong is refused with the exit status that says how', async () => {
  assert.equal((await system.yq('buy', 'AAPL')).status, 2);
  assert.equal((await system.yq('buy', 'AAPL', 'many')).status, 2);
  assert.match((await system.yq('buy', 'AAPL', '99999999999999999999')).stderr, /^yq: Qty: 9{20} is more than can be kept/m);
  assert.equal((await system.yq('why', 'ffffffff')).status, 1);
  assert.equal((await system.yq('cancel', 'ffffffff')).status, 1);
  assert.equal((await run(path.join(path.dirname(system.var), '../../nowhere'), [])).status, 'ENOENT');
  assert.equal((await system.yq('d')).status, 2, 'deposit or demo?');
});

test('the kill switch stops every order, and lets go', async () => {
  assert.equal((await system.yq('halt', '--reason', 'test')).status, 0);
  const refused = await system.yq('buy', 'NASDAQ:AAPL', '1', '--price', '191');
  assert.equal(refused.status, 1, refused.stdout);
  assert.equal((await system.yq('resume')).status, 0);
  assert.equal((await system.yq('resume')).status, 1, 'nothing is halted any more');
  assert.equal((await system.yq('buy', 'NASDAQ:AAPL', '1', '--price', '191')).status, 0);
});

test('a kill switch says how it is released, on one line, whatever its reason holds', async () => {
  const halted = await system.yq('halt', '--account', 'Paper', '--reason', 'lunch\n\x1b[31mtime');
  assert.match(halted.stdout, /^halted account:Paper by .*: lunch\?\?\[31mtime$/m);
  const way = /^HALTED: account:Paper, by .*: lunch\?\?\[31mtime \(`yq resume --account 'Paper'` releases it\)$/m;
  assert.match((await system.yq('status')).stdout, way);
  assert.equal((await system.yq('resume', '--account', 'Paper')).status, 0);
  await system.valkey().hset('halt', '*', 'stop!');
  assert.match((await system.yq('status')).stdout, /^HALTED: everything, by somebody: stop! \(`yq resume` releases it\)$/m);
  assert.equal((await system.yq('resume')).status, 0);
});

test('a system without a color says that it follows none, and trades on', async () => {
  const { status, stdout } = await system.yq('color', 'promote', 'green');
  assert.equal(status, 0, stdout);
  assert.match(stdout, /this system knows of no color \(System:Color\): it does not follow/);
  assert.equal((await system.yq('buy', 'NASDAQ:AAPL', '1', '--price', '191')).status, 0);
});

test('an order that rests is listed, and can be canceled by the beginning of its id', async () => {
  const placed = await system.json('buy', 'NASDAQ:AAPL', '1', '--price', '185');
  const open = await until('an open order', async () => (await system.json('orders')).find((row) => row.id === placed.orderId));
  assert.equal(open.state, 'Open');
  const canceled = await system.yq('cancel', placed.orderId.slice(0, 8));
  assert.equal(canceled.status, 0, canceled.stderr);
  assert.match(canceled.stdout, /Canceled/);
});

test('yq query asks the gateway and waits for its answer', async () => {
  const { status, stderr } = await system.yq('query', 'deposit', 'Paper');
  assert.equal(status, 0, stderr);
});

test('yq demo sends alerts that are accepted', async () => {
  const result = await system.json('demo', '--count', '10', '--rate', '50');
  assert.deepEqual(result, { sent: 10, accepted: 10, refused: 0 });
});
