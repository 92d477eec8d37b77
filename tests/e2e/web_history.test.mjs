/* web_history.test.mjs - the archive through the API: signals, trades, performance, schedules.  Every answer is held against
 * the document (lib/api.mjs). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.mjs';
import { System, UUID, until } from './lib/system.mjs';

const PATIENCE_MS = 30000;
const ALERTS = 12;
let system, api;

const alert = (id, more) => system.post({ id: `past-${id}`, strategy: 'Past', ticker: 'AAPL', action: 'buy', price: 100, ...more });

before(async () => {
  system = await System.start({ OrderManager: { StrategySizingMapping: { '*': 'One' }, Policies: { Sizing: { One: { Type: 'FixedQty', FixedQty: 1 } } } } });
  api = await Api.first(system);
  for (let i = 0; i < ALERTS; i++) assert.equal((await alert(i)).status, 200);
  await until('trades', async () => (await system.tradesInArchive()) === ALERTS, PATIENCE_MS);
});
after(() => system?.remove());

/* All items of a list, page by page; `between` runs after the first page. */
async function pages(path, query, between) {
  const all = [];
  let cursor;
  do {
    const page = await api.want('GET', path, { query: { ...query, cursor } });
    all.push(...page.items);
    cursor = page.next ?? undefined;
    if (between) await between();
    between = undefined;
  } while (cursor);
  return all;
}

test('pages of trades hold each trade once, also while new ones come', async () => {
  const all = await pages('/trades', { limit: 5 }, async () => {
    await alert('between');
    await until('another trade', async () => (await system.tradesInArchive()) === ALERTS + 1, PATIENCE_MS);
  });
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  assert.equal(all.length, ALERTS);
  const { sums } = await api.want('GET', '/trades', { query: { limit: 1 } });
  assert.deepEqual(sums.map(({ action, trades, amount }) => [action, trades, Number(amount)]), [['Buy', ALERTS + 1, (ALERTS + 1) * 100]]);
});

test('pages of signals and of orders hold each of them once', async () => {
  for (const path of ['/signals', '/orders']) {
    const all = await pages(path, { limit: 4 });
    assert.equal(new Set(all.map(({ id }) => id)).size, ALERTS + 1, path);
    assert.equal(all.length, ALERTS + 1, path);
  }
});

test('a cursor that nobody gave is refused by name', async () => {
  for (const path of ['/trades', '/signals', '/orders', '/audit']) {
    const { status, body } = await api.get(path, { cursor: 'bm9uc2Vuc2U' });
    assert.deepEqual([Math.floor(status / 100), body.field], [4, 'cursor'], path);
  }
});

test('the story of an alert tells what it said, each rule, and its orders', async () => {
  const { items: [signal] } = await api.want('GET', '/signals', { query: { limit: 1, strategy: 'Past' } });
  const story = await api.want('GET', `/signals/${signal.id}`);
  assert.equal(story.fields.find(({ name }) => name === 'Strategy').value, 'Past');
  assert.ok(story.rules.length > 0 && story.rules.every(({ passed }) => passed));
  assert.deepEqual(story.orders.map(({ ticker, state }) => [ticker, state]), [['AAPL', 'Filled']]);
  assert.ok(story.steps.some(({ what }) => what === 'received') && story.steps.some(({ what }) => what === 'decided'), JSON.stringify(story.steps));
  assert.equal((await api.get('/signals/00000000-0000-4000-8000-000000000000')).status, 404);
});

test('trades as CSV are rows of their own, oldest first, and no formula for a spreadsheet', async () => {
  assert.equal((await alert('formula', { strategy: '=1+1' })).status, 200);
  await until('its trade', async () => (await system.tradesInArchive("WHERE STRATEGY = '=1+1'")) === 1, PATIENCE_MS);
  const { text, headers } = await api.get('/trades.csv');
  const lines = text.trimEnd().split('\r\n');
  assert.match(headers.get('content-disposition'), /trades\.csv/);
  assert.match(lines[0], /^id,account,time,ticker/);
  assert.equal(lines.length, ALERTS + 3);
  assert.match(lines.at(-1), /,"'=1\+1",/);
  assert.match(lines[1], UUID);
});

test('performance is what yq performance says', async () => {
  const day = (back) => new Date(Date.now() - back * 86400000).toISOString().slice(0, 10);
  const row = (back, equity) => `UPDATE OR INSERT INTO DAILY_SNAPSHOTS (ACCOUNT_ALIAS, SNAPSHOT_DATE, CURRENCY, CASH, POSITION_VALUE, EQUITY, REALIZED, UNREALIZED, COMMISSION, TRADE_COUNT, POSITION_COUNT, CLOSED_AT_US, TAKEN_AT_US, PAID_IN) VALUES ('Paper', '${day(back)}', 'USD', ${equity}, 0, ${equity}, 0, 0, 0, 0, 0, 1, 1, 0) MATCHING (ACCOUNT_ALIAS, SNAPSHOT_DATE, CURRENCY);`;
  await system.execute([row(4, 100000), row(3, 101000), row(2, 99000), row(1, 102000)].join('\n'));
  const answer = await api.want('GET', '/performance', { query: { account: 'Paper', currency: 'USD' } });
  const { stdout } = await system.yq('performance', '--account', 'Paper', '--currency', 'USD', '--json');
  const [told] = JSON.parse(stdout);
  const close = (text, value) => assert.ok(Math.abs(Number(text) - value) < 1e-9, `${text} ${value}`);
  close(answer.total.totalReturn, told.totalReturn);
  close(answer.total.sharpe, told.sharpe);
  close(answer.total.maxDrawdown, told.maxDrawdown.depth);
  assert.deepEqual(answer.days.slice(0, 4).map(({ equity }) => Number(equity)), [100000, 101000, 99000, 102000]);
  close(answer.days[2].drawdown, 99000 / 101000 - 1);
  assert.deepEqual(answer.strategies.map(({ strategy }) => strategy).sort(), told.trades.filter(({ total }) => !total).map(({ strategy }) => strategy).sort());
  assert.equal((await api.get('/performance', { account: 'Paper', currency: 'USD', from: '2026-11-02', to: '2026-11-01' })).status, 422);
});

const SCHEDULE = { Name: 'apple', Kind: 'Order', AccountAlias: 'Paper', Ticker: 'AAPL', Exchange: 'NASDAQ', Action: 'Buy', Type: 'Market', Quantity: 1, When: 'At', Time: '10:00', Weekdays: 'Mon-Fri', AnyHour: true };

test('a schedule is made, changed by its version, run and removed', async () => {
  const made = await api.want('POST', '/schedules', { body: { text: JSON.stringify(SCHEDULE), enabled: true } });
  assert.deepEqual([made.name, made.enabled, made.kind.toLowerCase()], ['apple', true, 'order']);
  const changed = await api.want('PUT', `/schedules/${made.id}`, { body: { text: JSON.stringify({ ...SCHEDULE, Quantity: 2 }), enabled: false, version: made.version } });
  assert.equal(changed.enabled, false);
  const stale = await api.call('PUT', `/schedules/${made.id}`, { body: { text: made.text, enabled: true, version: made.version } });
  assert.deepEqual([stale.status, stale.body.code], [409, 'STALE_VERSION']);
  await api.want('POST', `/schedules/${made.id}/run`, { body: { version: changed.version } });
  const { items: [run] } = await until('its run', async () => {
    const runs = await api.want('GET', `/schedules/${made.id}/runs`);
    return runs.items[0]?.state === 'submitted' && runs;
  }, PATIENCE_MS);
  assert.equal(run.orders.length, 1);
  const now = (await api.want('GET', '/schedules')).items.find(({ id }) => id === made.id);
  await api.want('DELETE', `/schedules/${made.id}`, { query: { version: now.version } });
  assert.deepEqual((await api.want('GET', '/schedules')).items, []);
});

test('a file of schedules comes in whole or not at all, and goes out as it came', async () => {
  const two = [SCHEDULE, { ...SCHEDULE, Name: 'pear' }];
  const bad = await api.call('POST', '/schedules/import', { body: { text: JSON.stringify([...two, { ...SCHEDULE, Name: 'plum', When: 'Never' }], null, 1) } });
  assert.ok(bad.status === 422 && /When/.test(bad.body.detail), bad.text);
  assert.deepEqual((await api.want('GET', '/schedules')).items, []);
  const { items } = await api.want('POST', '/schedules/import', { body: { text: JSON.stringify(two) } });
  assert.deepEqual(items.map(({ name }) => name).sort(), ['apple', 'pear']);
  const { text } = await api.want('GET', '/schedules/export');
  assert.deepEqual(JSON.parse(text).map(({ Name }) => Name).sort(), ['apple', 'pear']);
});
