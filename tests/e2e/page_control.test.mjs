/* The dashboard in a browser: switches, limits, strategies, schedules, the machine room, who did what. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Controls } from './lib/controls.mjs';
import { PASSWORD, THEMES, Visit, WIDTHS, asAdmin, openBrowser, pageAddress } from './lib/page.mjs';
import { System, until } from './lib/system.mjs';

const PATIENCE_MS = 30000;
let system, browser, visit, page, controls;

const toast = (text) => page.locator('.toast', { hasText: text }).first().waitFor();
const dialog = () => page.getByRole('dialog');
const button = (name) => page.getByRole('button', { name, exact: true });
const rows = (label) => page.getByRole('table', { name: label, exact: true }).getByRole('row');
const halts = () => system.valkey().hgetall('halt');

before(async () => {
  system = await System.start({
    OrderManager: { StrategySizingMapping: { '*': 'One' }, Policies: { Sizing: { One: { Type: 'FixedQty', FixedQty: 1 } } } },
    Risk: { Default: { MaxOrderValue: { USD: 20000 }, MaxOpenOrders: 10, DuplicateWindowSeconds: 0 }, Accounts: { Paper: { CoolingOffMinutes: 10 } } },
  });
  browser = await openBrowser();
  visit = await asAdmin(browser, system);
  page = visit.page;
  controls = new Controls(visit, ['account:Paper', 'Paper', 'Trend', 'apple', 'pear', 'flat', 'MaxOrderValue', 'MaxOpenOrders']);
  assert.equal((await system.post({ strategy: 'Trend', ticker: 'AAPL', action: 'buy', price: 190 })).status, 200);
  await until('a trade', async () => (await system.tradesInArchive()) === 1, PATIENCE_MS);
});
after(async () => {
  await browser?.close();
  await system?.remove();
});

test('one account is halted for a while, which Valkey and another open page know at once', async () => {
  const other = await Visit.begin(browser, pageAddress(system));
  await other.go('/');
  await other.signIn('admin', PASSWORD);
  await other.live();
  await visit.go('/risk');
  await controls.click(button('Halt trading'));
  await controls.choose(dialog().getByLabel('Account'), 'Paper');
  await controls.fill(dialog().getByLabel('Strategy'), '');
  await controls.fill(dialog().getByLabel('Reason'), 'news at noon');
  await controls.fill(dialog().getByLabel('For so many minutes'), '30');
  await controls.click(dialog().getByRole('button', { name: 'Halt trading' }));
  await rows('Kill switches').nth(1).waitFor();
  assert.match((await halts())['account:Paper'], /news at noon/);
  await other.page.getByText(/Halted: /).first().waitFor();
  await other.end();
});

test('a switch that cools off is released by an Admin who insists', async () => {
  await visit.go('/risk');
  await controls.click(page.getByRole('button', { name: /^Release: / }));
  await controls.fill(dialog().getByLabel('Reason'), 'it is over');
  await controls.click(dialog().getByRole('button', { name: 'Cancel', exact: true }));
  await page.getByRole('button', { name: /^Release: / }).click();
  await dialog().getByLabel('Reason').fill('it is over');
  const force = dialog().getByLabel('Release it all the same');
  if ((await force.count()) > 0) await controls.check(force);
  await controls.click(dialog().getByRole('button', { name: 'Release', exact: true }));
  await page.getByText('Trading is not halted').waitFor();
  assert.deepEqual(await halts(), {});
});

test('everything is closed by a switch only after a typed word', async () => {
  await visit.go('/risk');
  await button('Halt trading').click();
  await dialog().getByLabel('Account').selectOption('Paper');
  await dialog().getByLabel('Reason').fill('the end');
  await controls.check(dialog().getByLabel('Close what is held'));
  const act = dialog().getByRole('button', { name: 'Halt and close everything' });
  assert.equal(await act.isDisabled(), true);
  await controls.fill(dialog().getByLabel('Type FLATTEN to confirm'), 'FLATTEN');
  await controls.click(act);
  await page.getByText('closing what is held').waitFor();
  await until('nothing is held', async () => (await system.json('positions')).length === 0, PATIENCE_MS);
  await page.getByRole('button', { name: /^Release: / }).click();
  await dialog().getByLabel('Reason').fill('go on');
  const force = dialog().getByLabel('Release it all the same');
  if ((await force.count()) > 0) await force.check();
  await dialog().getByRole('button', { name: 'Release', exact: true }).click();
  await page.getByText('Trading is not halted').waitFor();
});

test('limits show what is allowed and what is used, and are sorted', async () => {
  await visit.go('/risk');
  const table = page.getByRole('table', { name: /^Limits/ });
  await table.getByRole('row', { name: /MaxOpenOrders/ }).waitFor();
  for (const column of ['Limit', 'Account', 'Strategy', 'Share']) await controls.click(table.getByRole('button', { name: new RegExp(`^${column}`) }));
  await controls.click(button('Look again'));
});

test('what a strategy may do is said by an Admin, and counts', async () => {
  await visit.go('/risk');
  const table = page.getByRole('table', { name: 'What strategies may do' });
  await controls.click(button('Another strategy'));
  await controls.fill(dialog().getByLabel('Strategy'), 'Trend');
  await dialog().getByLabel('Reason').fill('from the start');
  await controls.click(dialog().getByRole('button', { name: 'Set to off' }));
  await controls.click(table.getByRole('button', { name: /^Strategy/ }));
  for (const state of ['live', 'off', 'paper']) {
    await controls.click(page.getByRole('button', { name: 'Change: Trend' }));
    await controls.choose(dialog().getByLabel('State'), state);
    await controls.fill(dialog().getByLabel('Reason'), `set to ${state}`);
    if (state === 'live') await controls.fill(dialog().getByLabel('Type Trend to confirm'), 'Trend');
    await controls.click(dialog().getByRole('button', { name: `Set to ${state}` }));
    await dialog().waitFor({ state: 'detached' });
    await table.locator('.badge', { hasText: state }).waitFor();
  }
  assert.match(await system.valkey().hget('strategy', 'Trend'), /paper/);
});

async function fillSchedule(name) {
  await controls.fill(dialog().getByLabel('Name', { exact: true }), name);
  await controls.check(dialog().getByLabel('An order'));
  await controls.choose(dialog().getByLabel('Account'), 'Paper');
  await controls.check(dialog().getByLabel('Sell'));
  await controls.check(dialog().getByLabel('Buy'));
  await controls.fill(dialog().getByLabel('Ticker'), 'AAPL');
  await controls.choose(dialog().getByLabel('Exchange'), 'NASDAQ');
  await controls.choose(dialog().getByLabel('Size by'), 'Quantity');
  await controls.fill(dialog().getByLabel('Quantity', { exact: true }), '2');
  await controls.choose(dialog().getByLabel('Type'), 'Limit');
  await controls.fill(dialog().getByLabel('Price'), '200');
  await dialog().getByLabel('Type').selectOption('Market');
  await controls.check(dialog().getByLabel('After the open'));
  await controls.fill(dialog().getByLabel('Minutes'), '5');
  await controls.check(dialog().getByLabel('Before the close'));
  await controls.check(dialog().getByLabel('At a time'));
  await controls.fill(dialog().getByLabel("Time of the market's day"), '10:30');
  await controls.check(dialog().getByLabel("Whatever the market's hours"));
  for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']) await controls.check(dialog().getByLabel(day, { exact: true }), day !== 'Sun');
  await controls.check(dialog().getByLabel('Enabled'));
}

test('a schedule is made, changed, switched, run and its runs are told', async () => {
  await visit.go('/schedules');
  await page.getByText('Nothing is scheduled').waitFor();
  await controls.click(button('New schedule'));
  await fillSchedule('apple');
  await controls.click(dialog().getByRole('button', { name: 'Save' }));
  await rows('Schedules').nth(1).waitFor();
  for (const column of ['Name', 'Account', 'Next run']) await controls.click(page.getByRole('table', { name: 'Schedules' }).getByRole('button', { name: new RegExp(`^${column}`) }));
  await controls.click(page.getByRole('button', { name: 'Change: apple' }));
  assert.equal(await dialog().getByLabel('Quantity', { exact: true }).inputValue(), '2');
  await dialog().getByLabel('Quantity', { exact: true }).fill('3');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await page.getByText(/3 AAPL/).first().waitFor();
  await controls.click(page.getByRole('button', { name: 'Disable: apple' }));
  await controls.click(page.getByRole('button', { name: 'Enable: apple' }));
  await page.getByRole('button', { name: 'Disable: apple' }).waitFor();
  await controls.click(page.getByRole('button', { name: 'Run now: apple' }));
  await controls.click(dialog().getByRole('button', { name: 'Run now' }));
  await until('its trade', async () => (await system.tradesInArchive('WHERE QUANTITY = 3')) === 1, PATIENCE_MS);
  await controls.click(page.getByRole('button', { name: 'Runs: apple' }));
  await controls.click(dialog().getByRole('link', { name: '1' }));
  await page.waitForURL(/orders/);
});

test('what another changed meanwhile is not written over, and what was typed stays', async () => {
  await visit.go('/schedules');
  await page.getByRole('button', { name: 'Change: apple' }).click();
  await dialog().getByLabel('Quantity', { exact: true }).fill('7');
  await system.yq('schedule', 'edit', 'apple', '--at', '11:00');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await dialog().getByText(/changed elsewhere meanwhile/).waitFor();
  assert.equal(await dialog().getByLabel('Quantity', { exact: true }).inputValue(), '7');
  await controls.click(dialog().getByRole('button', { name: 'Close' }));
});

test('a liquidation is made, all go out as a file and come in again whole or not at all', async () => {
  await visit.go('/schedules');
  await button('New schedule').click();
  await dialog().getByLabel('Name', { exact: true }).fill('flat');
  await controls.check(dialog().getByLabel('A liquidation'));
  await dialog().getByLabel('Account').selectOption('*');
  await controls.choose(dialog().getByLabel('Country'), 'US');
  await controls.fill(dialog().getByLabel('Only what was bought for'), 'Webhook:*');
  await dialog().getByLabel('Before the close').check();
  await dialog().getByLabel('Minutes').fill('10');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await rows('Schedules').nth(2).waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), controls.click(button('Export'))]);
  const text = await readFile(await file.path(), 'utf8');
  assert.deepEqual(JSON.parse(text).map(({ Name }) => Name).sort(), ['apple', 'flat']);
  for (const name of ['apple', 'flat']) {
    await controls.click(page.getByRole('button', { name: `Remove: ${name}` }));
    await controls.click(dialog().getByRole('button', { name: 'Remove' }));
    await toast(`${name} is removed`);
  }
  await page.getByText('Nothing is scheduled').waitFor();
  await controls.click(button('Import'));
  await controls.fill(dialog().getByLabel('Text'), text.replace('"At"', '"Never"'));
  await controls.click(dialog().getByRole('button', { name: 'Import all' }));
  await dialog().getByText(/When/).first().waitFor();
  await dialog().getByLabel('File').setInputFiles({ name: 'schedules.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  controls.operated.add('input[file] File');
  await until('the file is read', async () => (await dialog().getByLabel('Text').inputValue()) === text, PATIENCE_MS);
  await dialog().getByRole('button', { name: 'Import all' }).click();
  await rows('Schedules').nth(2).waitFor();
});

test('the machine room tells programs, streams, brokers, versions and how long orders take', async () => {
  await visit.go('/system');
  for (const program of ['Webhook', 'OrderManager', 'Web', 'BrokerGateway']) await rows('Programs').filter({ hasText: program }).first().waitFor();
  await page.getByRole('table', { name: 'From an order made to the broker having it' }).waitFor();
  await rows('Streams').nth(4).waitFor();
  await rows('Links to brokers').nth(1).waitFor();
  await controls.click(button('Look again'));
  await controls.choose(page.getByLabel('Severity'), 'Warning');
  await page.waitForURL(/severity=Warning/);
  await controls.click(button('Clear the filter'));
  await controls.click(page.getByRole('main').getByRole('link', { name: 'Audit' }));
  await page.waitForURL(/audit/);
});

test('who did what is told with the name', async () => {
  await visit.go('/audit');
  await rows('Audit').filter({ hasText: 'admin@' }).first().waitFor();
  await controls.fill(page.getByLabel('Target'), 'apple');
  await controls.choose(page.getByRole('search').getByLabel('Account'), 'Paper');
  await controls.fill(page.getByLabel('From (UTC)'), '2026-01-01');
  await controls.fill(page.getByLabel('To (UTC)'), '2036-01-01');
  await page.waitForURL(/to=2036/);
  await controls.click(button('Clear the filter'));
  await page.waitForURL((url) => url.search === '');
});

test('each page is open to everybody, narrow or wide, by day or night', async () => {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      for (const where of ['/schedules', '/risk', '/system', '/audit']) {
        await visit.go(where);
        await page.locator('.loading').first().waitFor({ state: 'detached' });
        await visit.lookClosely(`${where} ${width} ${theme}`);
      }
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await visit.go('/schedules');
  await button('New schedule').click();
  await visit.lookClosely('the form of a schedule');
});

test('nothing of these pages was shown and not operated', () => {
  assert.deepEqual(controls.left().filter((control) => !/^a |First page|Next page/.test(control)), []);
});
