/* web_acts.test.mjs - what people do through the API: orders, requests about them, kill switches.  Whatever is asked twice, by
 * two people or while the server dies, happens once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.mjs';
import { System, until, yqPath } from './lib/system.mjs';

const PATIENCE_MS = 30000;
let system, ann, admin;

/* A verb of the console with a line typed into it. */
function typed(line, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(yqPath, [...args, '--var', system.var], { stdio: ['pipe', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => { text += part; });
    child.once('close', (status) => (status === 0 ? resolve(text) : reject(new Error(`yq ${args.join(' ')}: ${status} ${text}`))));
    child.stdin.end(`${line}\n`);
  });
}

/* Signed in, with a password of their own. */
async function person(name, role) {
  const first = 'seven lamps over the quay', own = 'nine gulls behind the ferry';
  await typed(first, 'user', 'add', name, role);
  const api = await Api.signIn(system, name, first);
  await api.want('POST', '/auth/password', { body: { old: first, new: own } });
  return Api.signIn(system, name, own);
}

const ORDER = { account: 'Paper', ticker: 'AAPL', exchange: 'NASDAQ', action: 'Buy', type: 'Limit', tif: 'Day' };
const resting = (more) => ({ ...ORDER, qty: '1', price: '150', ...more });
const storyOf = (id) => ann.want('GET', `/orders/${id}`);
const stateOf = async (id, state) => until(`${id} ${state}`, async () => {
  const { order } = await storyOf(id);
  return order.state === state && order;
}, PATIENCE_MS);

before(async () => {
  system = await System.start({
    Risk: { Default: { MaxOrderValue: { USD: 20000 }, DuplicateWindowSeconds: 0 }, Accounts: { Paper: { CoolingOffMinutes: 10 } } },
  });
  ann = await person('ann', 'Trader');
  admin = await person('otto', 'Admin');
  assert.equal((await system.post({ strategy: 'demo', ticker: 'AAPL', action: 'buy', price: 200 })).status, 200);
  await until('a price', async () => (await ann.call('POST', '/orders/preview', { body: { ...ORDER, type: 'Market', qty: '1' } })).body.price !== null, PATIENCE_MS);
});
after(() => system?.remove());

test('an order becomes a trade in the archive, and the audit trail names who sent it', async () => {
  const { id, duplicate } = await ann.want('POST', '/orders', { body: { ...ORDER, type: 'Market', qty: '3', reason: 'to see it' } });
  assert.equal(duplicate, false);
  await until('a trade', async () => (await system.tradesInArchive(`WHERE ORDER_ID = '${id}'`)) === 1, PATIENCE_MS);
  const rows = await until('the audit trail', async () => {
    const found = await system.isql(['WHO', 'SOURCE'], `FROM AUDIT WHERE TARGET = '${id}'`);
    return found.length > 0 && found;
  }, PATIENCE_MS);
  assert.match(rows[0][0], /^ann@/);
  assert.equal(rows[0][1], 'Web');
});

test('fifty submits at once under one key are one order', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 50 }, () => ann.call('POST', '/orders', { key, body: resting({ qty: '2' }) })));
  const ids = new Set(answers.filter((one) => one.status === 201).map((one) => one.body.id));
  assert.equal(ids.size, 1);
  assert.ok(answers.every((one) => [201, 409].includes(one.status)), String(answers.map((one) => one.status)));
  const again = await until('its answer', async () => {
    const answer = await ann.call('POST', '/orders', { key, body: resting({ qty: '2' }) });
    return answer.status === 201 && answer;
  }, PATIENCE_MS);
  assert.ok(ids.has(again.body.id));
  const { items } = await ann.want('GET', '/orders', { query: { open: true } });
  assert.equal(items.filter((one) => one.qty === '2' || Number(one.qty) === 2).length, 1);
  assert.equal((await ann.call('POST', '/orders', { key, body: resting({ qty: '5' }) })).body.code, 'IDEMPOTENCY_REUSED');
  await ann.want('POST', `/orders/${again.body.id}/cancel`, { body: {} });
  await stateOf(again.body.id, 'Canceled');
});

test('an order asked for again after its server was killed is sent once', async () => {
  const key = randomUUID();
  const pid = (await system.json('status')).find((row) => row.app === 'Web').pid;
  const first = ann.call('POST', '/orders', { key, body: resting({ qty: '7' }) }).catch(() => null);
  await new Promise((resolve) => { setTimeout(resolve, 2); });
  process.kill(pid, 'SIGKILL');
  await first;
  /* The claim of one that died at work ends by itself, later; what was sent shows meanwhile. */
  const again = await until('an answer', async () => {
    const answer = await ann.call('POST', '/orders', { key, body: resting({ qty: '7' }) });
    return (answer.status === 201 || answer.body.code === 'IN_FLIGHT') && answer;
  }, PATIENCE_MS);
  const entries = await system.valkey().xrange('order:stream', '-', '+');
  const sent = entries.map(([, fields]) => JSON.parse(fields[fields.indexOf('payload') + 1])).filter((one) => Number(one.Qty) === 7);
  assert.ok(again.status === 201 ? sent.length === 1 : sent.length <= 1, `${sent.length} sent`);
  if (again.status === 201) assert.equal(sent[0].Id, again.body.id);
});

test('a preview says what the gateway then does', async () => {
  const cases = [
    ['RISK_MAX_ORDER_VALUE', { type: 'Limit', price: '200', qty: '101' }],
    ['RISK_TICK', { price: '150.001', qty: '1' }],
    ['RISK_LOT', { price: '150', qty: '1.5' }],
    ['RISK_REDUCE_ONLY', { price: '250', qty: '1', ticker: 'MSFT', action: 'Sell', reduceOnly: true }],
    ['RISK_NO_SHORT', { price: '250', qty: '1', ticker: 'MSFT', action: 'Sell' }],
    [null, { price: '150', qty: '1' }],
  ];
  for (const [code, more] of cases) {
    const body = { ...ORDER, ...more };
    const preview = await ann.want('POST', '/orders/preview', { body });
    const refusal = preview.rules.find((rule) => !rule.passed);
    assert.equal(preview.passes, code === null, JSON.stringify(preview.rules));
    assert.equal(refusal?.name ?? null, code);
    const { id } = await ann.want('POST', '/orders', { body });
    if (code === null) {
      await stateOf(id, 'Open');
      await ann.want('POST', `/orders/${id}/cancel`, { body: {} });
    } else {
      const order = await stateOf(id, 'Rejected');
      assert.ok(order.message.includes(code) && order.message.includes(refusal.text), `${order.message} | ${refusal.text}`);
    }
  }
});

test('of two people who change one version of an order, one does', async () => {
  const { id } = await ann.want('POST', '/orders', { body: resting() });
  const { version } = await stateOf(id, 'Open');
  const answers = await Promise.all([
    ann.call('POST', `/orders/${id}/replace`, { body: { price: '151', version } }),
    admin.call('POST', `/orders/${id}/replace`, { body: { price: '152', version } }),
  ]);
  assert.deepEqual(answers.map((one) => one.status).sort(), [200, 409], JSON.stringify(answers.map((one) => one.body)));
  assert.equal(answers.find((one) => one.status === 409).body.code, 'STALE_VERSION');
  const won = answers[0].status === 200 ? '151' : '152';
  assert.equal(Number((await storyOf(id)).order.price), Number(won));
  assert.equal((await ann.call('POST', `/orders/${id}/resolve`, { body: { outcome: 'Canceled', reason: 'x', version } })).body.code, 'STALE_VERSION');
  await ann.want('POST', `/orders/${id}/cancel`, { body: {} });
});

test('what is wrong is refused with the field, and nothing is sent', async () => {
  const cases = [
    ['qty', { ...ORDER, price: '150' }],
    ['qty', resting({ amount: '100' })],
    ['price', { ...ORDER, type: 'Market', qty: '1', price: '1' }],
    ['stopPrice', { ...ORDER, type: 'Stop', qty: '1' }],
    ['account', resting({ account: 'Nobody' })],
    ['amount', { ...ORDER, price: '150', amount: '10' }],
  ];
  const length = await system.valkey().xlen('order:stream');
  for (const [field, body] of cases) {
    const answer = await ann.call('POST', '/orders', { body });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.body.field, field, answer.text);
  }
  assert.equal((await ann.call('POST', '/orders/cancel-all', { body: { confirm: 'yes' } })).body.field, 'confirm');
  assert.equal(await system.valkey().xlen('order:stream'), length);
});

test('two closes at once close a position once', async () => {
  const closes = await Promise.all([1, 2].map(() => ann.want('POST', '/accounts/Paper/close', { body: { ticker: 'AAPL', exchange: 'NASDAQ' } })));
  assert.equal(new Set(closes.map((one) => one.id)).size, 2);
  await until('both over', async () => {
    const orders = await Promise.all(closes.map(({ id }) => storyOf(id)));
    return orders.every(({ order }) => !order.open);
  }, PATIENCE_MS);
  const { positions } = await ann.want('GET', '/accounts/Paper');
  assert.equal(positions.filter((one) => one.ticker === 'AAPL' && Number(one.qty) !== 0).length, 0);
});

test('a halt stops orders, cools off, is never shortened, and only an Admin releases it sooner', async () => {
  const field = 'account:Paper';
  const { items: [first] } = await ann.want('POST', '/halts', { body: { account: 'Paper', reason: 'enough' } });
  assert.equal(first.field, field);
  assert.equal(first.until, null);
  assert.ok(first.notBefore);
  await Promise.all([ann, admin].map((one) => one.want('POST', '/halts', { body: { account: 'Paper', reason: 'again', minutes: 1 } })));
  const { items: [still] } = await ann.want('GET', '/halts');
  assert.equal(still.until, null);
  assert.ok(still.notBefore >= first.notBefore);
  const preview = await ann.want('POST', '/orders/preview', { body: resting() });
  assert.equal(preview.rules.find((rule) => !rule.passed).name, 'RISK_HALTED');
  const { id } = await ann.want('POST', '/orders', { body: resting() });
  assert.match((await stateOf(id, 'Rejected')).message, /RISK_HALTED/);
  assert.equal((await ann.call('POST', '/halts/release', { body: { field, reason: 'now' } })).body.code, 'COOLING_OFF');
  assert.equal((await ann.call('POST', '/halts/release', { body: { field, reason: 'now', force: true } })).status, 403);
  const key = randomUUID();
  assert.deepEqual((await admin.want('POST', '/halts/release', { key, body: { field, reason: 'now', force: true } })).items, []);
  assert.deepEqual((await admin.want('POST', '/halts/release', { key, body: { field, reason: 'now', force: true } })).items, []);
  assert.equal((await admin.call('POST', '/halts/release', { body: { field, reason: 'now' } })).status, 404);
});

test('limits are told with their use, and an Admin says what a strategy may do', async () => {
  const { limits } = await ann.want('GET', '/risk');
  assert.equal(limits.find((one) => one.name === 'MaxOrderValue').limit, '20,000.00 USD');
  assert.equal((await ann.call('PUT', '/strategies/demo', { body: { state: 'off', reason: 'rest' } })).status, 403);
  assert.equal((await admin.want('PUT', '/strategies/demo', { body: { state: 'off', reason: 'rest' } })).state, 'off');
  const { strategies } = await ann.want('GET', '/risk');
  assert.match(strategies.find((one) => one.strategy === 'demo').who, /^otto@/);
});

test('an account is flattened by its name', async () => {
  assert.equal((await ann.call('POST', '/accounts/Paper/flatten', { body: { confirm: 'paper' } })).body.field, 'confirm');
  const { items } = await ann.want('POST', '/accounts/Paper/flatten', { body: { confirm: 'Paper' } });
  assert.equal(items[0].flatten, true);
});
