/* web_state.test.mjs - what the API tells of accounts, orders, instruments and the machine: the same figures as `yq`, exact,
 * and page by page without a gap.  Every answer is checked against the document as well (lib/api.mjs). */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.mjs';
import { cod, mst, zip } from './lib/masters.mjs';
import { System, exact, findIsql, run, times, until } from './lib/system.mjs';

const PATIENCE_MS = 30000;
const NEVER = '00000000-0000-4000-8000-000000000000';
const ORDER = { account: 'Paper', ticker: 'AAPL', exchange: 'NASDAQ', action: 'Buy', type: 'Limit', tif: 'Day', qty: '1', price: '150' };
let system, api;

before(async () => {
  system = await System.start({ Risk: { Default: { DuplicateWindowSeconds: 0 } } });
  api = await Api.first(system);
});
after(() => system?.remove());

const account = () => api.want('GET', '/accounts/Paper');
const inDollars = (equity) => equity.find(({ currency }) => currency === 'USD');
/* A signal, and the order that was made of it, archived with its fill. */
const signalled = async (action, price) => {
  const earlier = await system.tradesInArchive();
  assert.equal((await system.post({ strategy: 'demo', ticker: 'AAPL', action, price })).status, 200);
  await until('a trade', async () => (await system.tradesInArchive()) > earlier, PATIENCE_MS);
};

test('in a currency of which no day is recorded nothing is said of today', async () => {
  const valkey = system.valkey();
  await valkey.hset('deposit:Paper', 'VND', '1000');
  const { equity } = await account();
  await valkey.hdel('deposit:Paper', 'VND');
  const { total, today, todayRate, complete } = equity.find(({ currency }) => currency === 'VND');
  assert.deepEqual([total, today, todayRate, complete], ['1000', null, null, true]);
});

test('what an account is worth is its cash and its positions at their prices, to the last digit', async () => {
  const start = inDollars((await account()).equity);
  /* The end of a day, as it would be recorded now; no other is later. */
  await system.execute(`INSERT INTO DAILY_SNAPSHOTS (ACCOUNT_ALIAS, SNAPSHOT_DATE, CURRENCY, CASH, POSITION_VALUE, EQUITY, REALIZED, UNREALIZED,
    COMMISSION, TRADE_COUNT, POSITION_COUNT, CLOSED_AT_US, TAKEN_AT_US, PAID_IN)
    VALUES ('Paper', DATE '2099-12-31', 'USD', ${start.cash}, 0, ${start.total}, 0, 0, 0, 0, 0, ${Date.now()}000, ${Date.now()}000, ${start.cash});`);
  await signalled('buy', 200);
  const { deposits, equity, positions } = await account();
  const [position] = positions;
  const cash = deposits.find(({ currency }) => currency === 'USD').amount;
  const worth = inDollars(equity);
  assert.equal(positions.length, 1);
  assert.equal(exact(position.value), times(exact(position.qty), exact(position.price)));
  assert.equal(exact(position.cost), times(exact(position.qty), exact(position.avgPrice)));
  assert.equal(exact(position.unrealized), exact(position.value) - exact(position.cost));
  assert.equal(exact(worth.cash), exact(cash));
  assert.equal(exact(worth.positions), exact(position.value));
  assert.equal(exact(worth.total), exact(cash) + exact(position.value));
  const [row] = await system.json('positions');
  assert.equal(exact(String(row.value)), exact(position.value));
  assert.equal(exact(String(row.profit)), exact(position.unrealized));
  /* Nothing was paid in: the gain is what the equity grew by, whatever was traded. */
  assert.equal(exact(worth.today), exact(worth.total) - exact(start.total));
});

test('what is paid in is no gain', async () => {
  const valkey = system.valkey();
  const earlier = inDollars((await account()).equity);
  const key = 'deposit:Paper';
  const cash = await valkey.hget(key, 'USD');
  await valkey.hset(key, 'USD', String(Number(cash) + 5000));
  const { today, total } = inDollars((await account()).equity);
  await valkey.hset(key, 'USD', cash);
  assert.equal(exact(total), exact(earlier.total) + exact('5000'));
  assert.equal(exact(today), exact(earlier.today));
});

test('the overview has it all at a glance', async () => {
  const overview = await api.want('GET', '/overview');
  assert.deepEqual(overview.accounts.map(({ alias }) => alias), ['Paper']);
  assert.deepEqual(inDollars(overview.equity), inDollars(overview.accounts[0].equity));
  assert.equal(overview.health.ok, true, JSON.stringify(overview.health.problems));
  assert.deepEqual(overview.halts, []);
});

test('an account in any case of letters; one that nobody serves is not found; it is synced afresh', async () => {
  assert.equal((await api.want('GET', '/accounts/paper')).alias, 'Paper');
  for (const alias of ['Nobody', 'index']) {
    assert.equal((await api.call('GET', `/accounts/${alias}`)).status, 404, alias);
    assert.equal((await api.call('POST', `/accounts/${alias}/sync`)).status, 404, alias);
  }
  assert.match((await api.want('POST', '/accounts/Paper/sync')).message, /Paper/);
});

test('the story of an order tells each step in its order, the rules, the fills, and what may be done', async () => {
  const { items } = await until('the order is archived', async () => {
    const list = await api.want('GET', '/orders', { query: { ticker: 'AAPL', state: 'Filled' } });
    return list.items.length > 0 && list;
  }, PATIENCE_MS);
  const story = await api.want('GET', `/orders/${items[0].id}`);
  const whats = story.steps.map(({ what }) => what);
  assert.deepEqual(whats.filter((what) => ['received', 'decided', 'ordered', 'submitted', 'filled', 'final'].includes(what)),
    ['received', 'decided', 'ordered', 'submitted', 'filled', 'final']);
  const times = story.steps.map(({ at }) => at);
  assert.deepEqual(times, [...times].sort());
  assert.equal(story.steps[0].afterMs, null);
  assert.ok(story.steps.slice(1).every(({ afterMs }) => exact(afterMs) >= 0n));
  assert.ok(story.rules.length > 0 && story.rules.every(({ passed }) => passed));
  assert.equal(story.fills.length, 1);
  assert.equal(exact(story.fills[0].qty), exact(story.order.filled));
  assert.deepEqual(story.allowed, []);
  assert.equal((await api.call('GET', `/orders/${NEVER}`)).status, 404);
});

test('open orders come from the live state, page by page, each once, newest first', async () => {
  const sent = [];
  for (let i = 0; i < 5; i++) sent.push((await api.want('POST', '/orders', { body: ORDER })).id);
  await until('all rest', async () => (await api.want('GET', '/orders', { query: { open: true, state: 'Open' } })).items.length === 5, PATIENCE_MS);
  const seen = [];
  let cursor;
  do {
    const page = await api.want('GET', '/orders', { query: { open: true, limit: 2, cursor } });
    assert.equal(page.live, true);
    assert.ok(page.items.length <= 2);
    seen.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  assert.deepEqual(seen.map(({ id }) => id), [...sent].reverse());
  const story = await api.want('GET', `/orders/${sent[0]}`);
  assert.ok(story.allowed.includes('cancel') && story.allowed.includes('replace'));
  assert.equal((await account()).openOrders, 5);
  assert.equal((await api.want('GET', '/overview')).openCount, 5);
  assert.deepEqual((await api.want('GET', '/orders', { query: { open: true, ticker: 'MSFT' } })).items, []);
  await api.want('POST', '/orders/cancel-all', { body: { confirm: 'CANCEL' } });
});

test('archived orders are paged by time and id: no row twice, none left out', async () => {
  await until('all are over', async () => (await api.want('GET', '/orders', { query: { open: true } })).items.length === 0, PATIENCE_MS);
  const whole = await until('the archive has them', async () => {
    const list = await api.want('GET', '/orders', { query: { limit: 200, state: 'Canceled' } });
    return list.items.length === 5 && list;
  }, PATIENCE_MS);
  const seen = [];
  let cursor;
  do {
    const page = await api.want('GET', '/orders', { query: { limit: 2, cursor, state: 'Canceled' } });
    assert.equal(page.live, false);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null);
  assert.deepEqual(seen, whole.items.map(({ id }) => id));
});

test('a cursor that no page gave is refused by its name', async () => {
  for (const [where, query] of [['/orders', {}], ['/orders', { open: true }], ['/audit', {}], ['/notifications', {}]]) {
    for (const cursor of ['x', Buffer.from('1_2').toString('base64url'), Buffer.from('-5').toString('base64url')]) {
      const { status, body } = await api.call('GET', where, { query: { ...query, cursor } });
      assert.deepEqual([status, body.field], [422, 'cursor'], `${where} ${cursor}`);
    }
  }
});

test('the catalog is searched as somebody types: the ticker itself, what begins with it, names in both languages', async () => {
  const masters = {
    'kospi_code.mst': mst('KOSPI', [{ code: '005930', name: '삼성전자' }, { code: '000660', name: 'SK하이닉스', halted: 'Y' }]),
    'nasmst.cod': cod('NAS', [{ ticker: 'A', name: '애자일런트', english: 'AGILENT' }, { ticker: 'AAPL', name: '애플', english: 'APPLE INC' }, { ticker: 'MSFT', name: '마이크로소프트', english: 'MICROSOFT' }]),
  };
  const folder = path.join(system.folder, 'masters');
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(masters)) await writeFile(path.join(folder, `${name}.zip`), zip(name.toUpperCase(), bytes));
  const done = await system.yq('catalog', 'sync', '--from', folder);
  assert.equal(done.status, 0, done.stderr);
  const found = async (q, more) => (await api.want('GET', '/catalog', { query: { q, ...more } })).items.map(({ ticker }) => ticker);
  assert.deepEqual((await found('a')).slice(0, 2), ['A', 'AAPL']);
  assert.deepEqual(await found('apple'), ['AAPL']);
  assert.deepEqual(await found('애플'), ['AAPL']);
  assert.deepEqual(await found('삼성'), ['005930']);
  assert.deepEqual(await found('전자'), ['005930'], 'also what only holds it');
  assert.deepEqual(await found('no such thing'), []);
  assert.deepEqual(await found('a', { limit: 1 }), ['A']);
  assert.equal((await api.call('GET', '/catalog', { query: { q: '가'.repeat(60) } })).body.field, 'q');
  assert.equal((await api.call('GET', '/catalog', { query: { q: 'a', account: 'Nobody' } })).status, 404);
  const [samsung] = (await api.want('GET', '/catalog', { query: { q: '000660' } })).items;
  assert.deepEqual([samsung.exchange, samsung.suspended, samsung.nameLocal], ['KOSPI', true, 'SK하이닉스']);
});

test('an instrument has its name and latest price; one that nobody knows is not found', async () => {
  const apple = await api.want('GET', '/instruments/NASDAQ/AAPL');
  assert.deepEqual([apple.name, apple.nameLocal, apple.currency, apple.lot], ['APPLE INC', '애플', 'USD', '1']);
  assert.ok(exact(apple.price) > 0n);
  const fresh = await api.want('GET', '/instruments/NASDAQ/AAPL', { query: { fresh: true } });
  assert.ok(Date.parse(fresh.priceAt) >= Date.parse(apple.priceAt));
  assert.equal((await api.call('GET', '/instruments/NASDAQ/NOSUCH')).status, 404);
  assert.equal((await account()).positions[0].name, 'APPLE INC');
});

test('the machine room: programs, streams, brokers, and how long orders took', async () => {
  const room = await api.want('GET', '/system');
  assert.deepEqual(room.streams.map(({ name }) => name), ['signal:stream', 'order:stream', 'execution:stream', 'notification:stream']);
  assert.ok(room.streams.every(({ length, lastAt }) => length === 0 || lastAt !== null));
  assert.deepEqual(room.brokers.map(({ account: alias, ok }) => [alias, ok]), [['Paper', true]]);
  assert.ok(room.latency.count >= 6);
  assert.equal(room.latency.buckets.reduce((sum, { count }) => sum + count, 0), room.latency.count);
  assert.ok(exact(room.latency.p50Ms) <= exact(room.latency.p99Ms));
  assert.match(room.valkey, /^\d+\.\d+/);
  assert.match(room.firebird, /^\d+\.\d+/);
  assert.deepEqual([room.color, room.active, room.parked], [null, true, 0]);
  for (const app of ['Webhook', 'OrderManager', 'Web']) {
    assert.equal(room.health.daemons.find((daemon) => daemon.app === app)?.state, 'ready', app);
  }
});

test('a test notification reaches the stream once; the list is newest first, by severity, and paged', async () => {
  const key = randomUUID();
  for (let i = 0; i < 2; i++) await api.want('POST', '/notifications/test', { body: { text: 'do you hear me' }, key });
  for (let i = 0; i < 3; i++) await api.want('POST', '/notifications/test');
  const { items } = await api.want('GET', '/notifications', { query: { limit: 200 } });
  assert.equal(items.filter(({ text }) => text === 'do you hear me').length, 1);
  assert.match(items[0].text, /a test, asked for by/);
  const seen = [];
  let cursor;
  do {
    const page = await api.want('GET', '/notifications', { query: { limit: 3, cursor } });
    seen.push(...page.items.map(({ entry }) => entry));
    cursor = page.next;
  } while (cursor !== null);
  assert.deepEqual(seen, items.map(({ entry }) => entry));
  assert.ok((await api.want('GET', '/notifications', { query: { severity: 'Info', limit: 200 } })).items.every(({ severity }) => severity === 'Info'));
});

test('the audit trail goes back row after row', async () => {
  const whole = await until('cancels are recorded', async () => {
    const list = await api.want('GET', '/audit', { query: { account: 'Paper', limit: 200 } });
    return list.items.filter(({ verb }) => verb === 'order').length >= 5 && list;
  }, PATIENCE_MS);
  const first = await api.want('GET', '/audit', { query: { account: 'Paper', limit: 3 } });
  const second = await api.want('GET', '/audit', { query: { account: 'Paper', limit: 3, cursor: first.next } });
  const all = whole.items.map(({ seq }) => seq);
  const from = all.indexOf(first.items[0].seq); /* rows may have come since */
  assert.deepEqual([...first.items, ...second.items].map(({ seq }) => seq).slice(-3), all.slice(from + 3, from + 6));
});

/* The last test: the archive is shut down under the programs. */
test('while the archive is away accounts and open orders are told, and its own lists say when to come again', async () => {
  const { id } = await api.want('POST', '/orders', { body: ORDER });
  await until('it rests', async () => (await api.want('GET', '/orders', { query: { open: true, state: 'Open' } })).items.length === 1, PATIENCE_MS);
  const program = path.join(path.dirname(await findIsql()), 'gfix');
  const gfix = (...words) => run(program, ['-user', 'SYSDBA', ...words, system.endpoints.firebird.database], { env: { ...process.env, ...system.endpoints.firebird.environment } });
  const shut = await gfix('-shut', 'full', '-force', '0');
  assert.equal(shut.status, 0, shut.stderr + shut.stdout);
  try {
    const away = await until('the archive is away', async () => {
      const answer = await api.call('GET', '/orders');
      return answer.status === 503 && answer;
    }, PATIENCE_MS);
    assert.ok(Number(away.headers.get('retry-after')) > 0);
    const overview = await api.want('GET', '/overview');
    assert.deepEqual([inDollars(overview.equity).today, overview.openCount], [null, 1]);
    assert.equal((await api.want('GET', '/orders', { query: { open: true } })).items[0].id, id);
    assert.equal((await api.want('GET', `/orders/${id}`)).order.state, 'Open');
    assert.doesNotMatch((await api.want('GET', '/system')).firebird, /^\d+\.\d+/);
    assert.equal((await api.call('GET', '/audit')).status, 503);
    assert.ok(exact((await api.want('GET', '/instruments/NASDAQ/AAPL')).price) > 0n);
  } finally {
    await gfix('-online');
  }
  await until('it is back', async () => (await api.call('GET', '/orders')).status === 200, PATIENCE_MS);
});
