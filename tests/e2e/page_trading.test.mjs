/* The dashboard in a browser: orders, signals, trades, notices, performance - on the running system, live. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Controls } from './lib/controls.mjs';
import { THEMES, WIDTHS, asAdmin, openBrowser } from './lib/page.mjs';
import { System, pause, until } from './lib/system.mjs';

const PATIENCE_MS = 30000;
let system, browser, visit, page, controls;

const alert = (id, more) => system.post({ id: `trade-${id}`, strategy: 'Trend', ticker: 'AAPL', action: 'buy', price: 190, ...more });
const archived = (count, where) => until(`${count} trades`, async () => (await system.tradesInArchive(where)) >= count, PATIENCE_MS);
const toast = (text) => page.locator('.toast', { hasText: text }).first().waitFor();
const dialog = () => page.getByRole('dialog');
const button = (name) => page.getByRole('button', { name, exact: true });
const rows = (label) => page.getByRole('table', { name: label }).getByRole('row');

before(async () => {
  system = await System.start({ OrderManager: { StrategySizingMapping: { '*': 'One' }, Policies: { Sizing: { One: { Type: 'FixedQty', FixedQty: 1 } } } } });
  browser = await openBrowser();
  visit = await asAdmin(browser, system);
  page = visit.page;
  controls = new Controls(visit, ['AAPL', 'MSFT', 'Paper', 'Trend', 'Other', 'UTC']);
});
after(async () => {
  await browser?.close();
  await system?.remove();
});

test('before anything has happened each page says so', async () => {
  for (const [where, text] of [['/signals', 'No alerts'], ['/trades', 'No trades'], ['/orders', 'No open orders'], ['/performance', 'Fewer than two days are recorded']]) {
    await visit.go(where);
    await page.getByText(text, { exact: true }).first().waitFor();
    await controls.look();
  }
});

test('an alert that is posted appears on the open page, and its order and trade with it', async () => {
  await visit.go('/signals');
  await page.getByText('No alerts').waitFor();
  const from = Date.now();
  assert.equal((await alert('first')).status, 200);
  await page.getByRole('link', { name: 'AAPL' }).waitFor();
  console.log(`# alert posted -> on the open page: ${Date.now() - from} ms`);
  await page.locator('.badge', { hasText: 'Ordered' }).first().waitFor();
  await archived(1);
  await visit.go('/trades');
  await rows('Trades').nth(1).waitFor();
});

test('an order tells each of its steps, its rules and its executions', async () => {
  await system.json('buy', 'AAPL', '3', '--exchange', 'NASDAQ');
  await archived(1, 'WHERE QUANTITY = 3');
  const [[id]] = await system.isql(['ORDER_ID'], 'FROM TRADES WHERE QUANTITY = 3');
  await visit.go(`/orders/${id}`);
  await page.locator('.badge', { hasText: 'Filled' }).first().waitFor();
  assert.ok((await page.locator('.timeline li').count()) >= 3);
  await rows('Executions').nth(1).waitFor();
  await controls.look();
});

async function rest(price = '90') {
  const { orderId } = await system.json('buy', 'MSFT', '5', '--exchange', 'NASDAQ', '--price', price, '--no-wait');
  await until('it rests', async () => (await system.valkey().hget(`order:${orderId}`, 'State')) === 'Open', PATIENCE_MS);
  return orderId;
}

test('an order that rests is changed, a version that is old is refused without losing what was typed', async () => {
  await alert('msft', { ticker: 'MSFT', price: 100 });
  const id = await rest();
  await visit.go(`/orders/${id}`);
  await controls.click(button('Change'));
  await controls.fill(dialog().getByLabel('Price'), '91');
  await controls.fill(dialog().getByLabel('Whole quantity, what is filled included'), '4');
  await controls.fill(dialog().getByLabel('Reason'), 'nearer');
  await controls.click(dialog().getByRole('button', { name: 'Change the order' }));
  await dialog().waitFor({ state: 'detached' });
  await page.getByText('91.00').first().waitFor();
  await controls.click(button('Change'));
  await dialog().getByLabel('Price').fill('92');
  await system.json('replace', id, '--price', '93');
  await pause(500);
  await dialog().getByRole('button', { name: 'Change the order' }).click();
  await dialog().getByRole('alert').waitFor();
  assert.equal(await dialog().getByLabel('Price').inputValue(), '92');
  await controls.click(dialog().getByRole('button', { name: 'Close' }));
  const say = button('Say what became of it');
  if ((await say.count()) === 0) return;
  /* The broker has it, and says so: whoever says otherwise is refused. */
  await controls.click(say);
  await controls.choose(dialog().getByLabel('Outcome'), 'Filled');
  await controls.fill(dialog().getByLabel('Executed quantity'), '1');
  await controls.fill(dialog().getByLabel('Executed price'), '91');
  await controls.fill(dialog().getByLabel('Commission'), '0.5');
  await controls.fill(dialog().getByLabel("The broker's id"), 'P-1');
  await controls.fill(dialog().getByLabel('How that is known'), 'it was seen');
  await controls.click(dialog().getByRole('button', { name: 'So it is' }));
  await dialog().getByRole('alert').waitFor();
  await dialog().getByRole('button', { name: 'Cancel', exact: true }).click();
});

test('an order is canceled after asking, and all of them by a typed word', async () => {
  const id = await rest('80');
  await visit.go(`/orders/${id}`);
  await controls.click(button('Cancel the order'));
  await controls.click(dialog().getByRole('button', { name: 'Cancel', exact: true }));
  await button('Cancel the order').click();
  await controls.click(dialog().getByRole('button', { name: 'Cancel the order' }));
  await page.locator('.badge', { hasText: 'Canceled' }).first().waitFor();
  await rest('81');
  await visit.go('/orders');
  await controls.click(page.getByRole('main').getByRole('link', { name: 'New order' }));
  await page.waitForURL(/orders\/new/);
  await visit.go('/orders');
  await controls.click(button('Cancel all'));
  const act = dialog().getByRole('button', { name: 'Cancel all' });
  assert.equal(await act.isDisabled(), true);
  await controls.fill(dialog().getByLabel('Reason'), 'the evening');
  await controls.fill(dialog().getByLabel('Type CANCEL to confirm'), 'CANCEL');
  await controls.click(act);
  await page.getByText('No open orders').waitFor();
});

test('one of the open orders is canceled in its row', async () => {
  await rest('82');
  await visit.go('/orders');
  for (const column of ['Account', 'Side', 'Type', 'Quantity', 'Filled', 'Price', 'State', 'Time', 'Ticker'])
    await controls.click(page.getByRole('table', { name: 'Open orders' }).getByRole('button', { name: new RegExp(`^${column}`) }));
  await controls.click(page.getByRole('button', { name: 'Cancel the order: MSFT' }));
  await dialog().getByRole('button', { name: 'Cancel the order' }).click();
  await page.getByText('No open orders').waitFor();
});

test('lists go page by page, and a filter stays over a reload', async () => {
  for (let i = 0; i < 56; i += 1) await alert(`many-${i}`, { strategy: i % 2 ? 'Trend' : 'Other' });
  await archived(58);
  await visit.go('/trades');
  await controls.click(button('Next page'));
  await button('First page').waitFor();
  await rows('Trades').nth(5).waitFor();
  await controls.click(button('First page'));
  await controls.fill(page.getByLabel('Strategy'), 'Other');
  await page.waitForURL(/strategy=Other/);
  await until('28 trades of it', async () => (await rows('Trades').count()) === 29, PATIENCE_MS);
  await page.reload();
  await until('the same', async () => (await rows('Trades').count()) === 29, PATIENCE_MS);
  await controls.choose(page.getByRole('search').getByLabel('Account'), 'Paper');
  await controls.fill(page.getByLabel('Ticker'), 'AAPL');
  await controls.choose(page.getByLabel('Exchange'), 'NASDAQ');
  await controls.fill(page.getByLabel('From (UTC)'), '2026-01-01');
  await controls.fill(page.getByLabel('To (UTC)'), '2036-01-01');
  await page.waitForURL(/to=2036/);
  await until('still', async () => (await rows('Trades').count()) === 29, PATIENCE_MS);
  const [file] = await Promise.all([page.waitForEvent('download'), controls.click(page.getByRole('link', { name: 'Download as CSV' }))]);
  assert.equal(file.suggestedFilename(), 'trades.csv');
  await controls.click(button('Clear the filter'));
  await page.waitForURL((url) => url.search === '');
});

test('signals and orders are filtered and opened', async () => {
  await visit.go('/signals');
  await controls.fill(page.getByLabel('Strategy'), 'Trend');
  await controls.fill(page.getByLabel('Ticker'), 'AAPL');
  await controls.choose(page.getByLabel('Decision'), 'ordered');
  await controls.fill(page.getByLabel('From (UTC)'), '2026-01-01');
  await controls.fill(page.getByLabel('To (UTC)'), '2036-01-01');
  await page.waitForURL(/to=2036/);
  await rows('Signals').nth(3).waitFor();
  await controls.look();
  await controls.click(rows('Signals').nth(1).getByRole('link').first());
  await page.getByRole('heading', { name: 'Rules that were looked at' }).waitFor();
  assert.ok((await page.locator('.rules li').count()) > 0);
  await controls.click(rows('Orders').nth(1).getByRole('link'));
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  await controls.click(page.getByRole('link', { name: 'The alert it came from' }));
  await page.getByRole('heading', { name: 'What the alert said' }).waitFor();
  await visit.go('/orders');
  await controls.choose(page.getByLabel('State'), 'Filled');
  await page.waitForURL(/state=Filled/);
  await controls.click(button('Look again'));
  await rows('All orders').nth(3).waitFor();
  await controls.look();
  await controls.click(rows('All orders').nth(1).getByRole('link'));
  await page.getByRole('heading', { name: 'The order', exact: true }).waitFor();
  await controls.click(page.getByRole('link', { name: 'Paper' }));
  await page.getByRole('heading', { name: 'Paper' }).waitFor();
});

test('notices are filtered by how grave they are', async () => {
  await visit.go('/notifications');
  await controls.choose(page.getByLabel('Severity'), 'Info');
  await page.waitForURL(/severity=Info/);
  await controls.look();
  await controls.click(button('Clear the filter'));
});

test('performance has its curve, its falls, months, and the same as a table', async () => {
  const day = (back) => new Date(Date.now() - back * 86400000).toISOString().slice(0, 10);
  const row = (back, equity) => `UPDATE OR INSERT INTO DAILY_SNAPSHOTS (ACCOUNT_ALIAS, SNAPSHOT_DATE, CURRENCY, CASH, POSITION_VALUE, EQUITY, REALIZED, UNREALIZED, COMMISSION, TRADE_COUNT, POSITION_COUNT, CLOSED_AT_US, TAKEN_AT_US, PAID_IN) VALUES ('Paper', '${day(back)}', 'USD', ${equity}, 0, ${equity}, 0, 0, 0, 0, 0, 1, 1, 0) MATCHING (ACCOUNT_ALIAS, SNAPSHOT_DATE, CURRENCY);`;
  await system.execute([row(40, 100000), row(30, 101000), row(20, 99000), row(2, 102000)].join('\n'));
  await visit.go('/performance');
  await controls.choose(page.getByRole('search').getByLabel('Account'), 'Paper');
  await controls.choose(page.getByLabel('Currency'), 'USD');
  await page.locator('.curve canvas').first().waitFor();
  await controls.check(page.getByLabel('Drawdown'));
  await controls.check(page.getByLabel('Equity', { exact: true }));
  await controls.click(page.getByText('The same as a table'));
  await page.getByText('99,000.00').first().waitFor();
  await page.getByRole('region', { name: 'Monthly returns' }).first().waitFor();
  await rows('By strategy').nth(1).waitFor();
  for (const column of ['Strategy', 'Realized']) await controls.click(page.getByRole('table', { name: 'By strategy' }).getByRole('button', { name: new RegExp(`^${column}`) }));
  await controls.look();
});

test('each page is open to everybody, narrow or wide, by day or night', async () => {
  const [[order]] = await system.isql(['ORDER_ID'], 'FROM TRADES WHERE QUANTITY = 3');
  const [[signal]] = await system.isql(['ID'], 'FROM SIGNALS ROWS 1');
  const pages = ['/orders', `/orders/${order}`, '/signals', `/signals/${signal}`, '/trades', '/notifications', '/performance'];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      for (const where of pages) {
        await visit.go(where);
        await page.locator('.loading').first().waitFor({ state: 'detached' });
        await visit.lookClosely(`${where} ${width} ${theme}`);
      }
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
});

test('a page that was offline for half a minute has missed nothing and shows nothing twice', async () => {
  await visit.go('/signals');
  await rows('Signals').nth(1).waitFor();
  await visit.context.setOffline(true);
  await page.locator('.badge', { hasText: 'Offline' }).first().waitFor();
  for (let i = 0; i < 10; i += 1) await alert(`offline-${i}`, { strategy: 'Offline' });
  await pause(30000);
  await visit.context.setOffline(false);
  await visit.live();
  await until('all ten, once', async () => (await page.getByRole('cell', { name: 'Offline', exact: true }).count()) === 10, PATIENCE_MS);
});

test('a gateway that is killed is told on the page', async () => {
  const pid = Number((await system.valkey().hget('heartbeat:BrokerGateway', 'Pid')) ?? (await system.json('status')).find(({ app }) => /Gateway/.test(app))?.pid);
  assert.ok(pid > 1);
  await visit.go('/system');
  process.kill(pid, 'SIGSTOP');
  const from = Date.now();
  await page.locator('.banner, [role=alert], .box', { hasText: /BrokerGateway/ }).first().waitFor({ timeout: 60000 });
  console.log(`# gateway frozen -> told on the page: ${Math.round((Date.now() - from) / 1000)} s`);
  process.kill(pid, 'SIGCONT');
  visit.forgive(/503|EventSource|ERR_INTERNET_DISCONNECTED/);
});

test('nothing of these pages was shown and not operated', () => {
  assert.deepEqual(controls.left(), []);
});
