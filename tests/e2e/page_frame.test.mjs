/* The dashboard in a browser: signing in, the frame, overview, accounts, an order by hand. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cod } from './lib/masters.mjs';
import { PASSWORD, THEMES, Visit, WIDTHS, asAdmin, firstPassword, openBrowser, pageAddress } from './lib/page.mjs';
import { System, until } from './lib/system.mjs';

let system, browser, visit, page;

before(async () => {
  system = await System.start();
  browser = await openBrowser();
  const folder = path.join(system.folder, 'masters');
  await mkdir(folder);
  const names = { nasmst: ['NAS', 'AAPL', 'APPLE INC'], nysmst: ['NYS', 'IBM', 'IBM CORP'], amsmst: ['AMS', 'SPY', 'SPDR S&P 500'] };
  for (const [file, [market, ticker, english]] of Object.entries(names)) await writeFile(path.join(folder, `${file}.cod`), cod(market, [{ ticker, name: english, english }]));
  await system.json('catalog', 'sync', 'US', '--from', folder);
  await system.post({ ticker: 'AAPL', action: 'buy', price: 190.5 });
  await until('a position', async () => (await system.json('positions')).length > 0, 30000);
});
after(async () => {
  await browser?.close();
  await system?.remove();
});

const alone = async (options) => {
  const other = await Visit.begin(browser, pageAddress(system), options);
  await other.go('/');
  return other;
};
/* How many orders to buy just so much there ever were. */
const bought = async (qty) => (await system.json('orders', '--all')).filter((order) => order.action === 'Buy' && Number(order.qty) === qty).length;
const toast = (text) => page.locator('.toast', { hasText: text }).first().waitFor();
const region = (name) => page.getByRole('region', { name, exact: true });

test('a wrong password opens nothing and says so', async () => {
  const stranger = await alone();
  await stranger.signIn('admin', 'not the password');
  await stranger.page.getByRole('alert').waitFor();
  assert.equal(await stranger.page.locator('.frame').count(), 0);
  await stranger.lookClosely('sign-in');
  await stranger.end();
});

test('the password of the installation must be changed before anything is open', async () => {
  const first = await alone({ width: 360, theme: 'dark' });
  await first.signIn('admin', firstPassword(system));
  await first.page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
  await first.lookClosely('first password');
  await first.page.getByLabel('Present password').fill(firstPassword(system));
  await first.page.getByLabel('New password', { exact: true }).fill('short');
  await first.page.getByLabel('New password again').fill('short');
  await first.page.getByRole('button', { name: 'Change the password' }).click();
  await first.page.locator('.field-error').first().waitFor();
  await first.changePassword(firstPassword(system));
  await first.live();
  system.webPassword = PASSWORD;
  await first.page.getByRole('button', { name: 'Sign out' }).click();
  await first.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await first.end();
});

test('the overview shows what the books hold', async () => {
  visit = await asAdmin(browser, system);
  page = visit.page;
  const [position] = await system.json('positions');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  const row = page.getByRole('table', { name: 'Positions' }).getByRole('row', { name: /AAPL/ });
  await row.waitFor();
  assert.match(await row.innerText(), new RegExp(`\\b${position.qty ?? position.quantity}\\b`));
  await page.getByText('Worth in USD').waitFor();
});

test('the keyboard reaches everything: skip link, shortcuts, help, Escape', async () => {
  await visit.go('/');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await visit.lookClosely('shortcuts');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('g');
  await page.keyboard.press('n');
  await page.waitForURL(/\/orders\/new$/);
  await page.getByRole('heading', { level: 1, name: 'New order' }).waitFor();
  await page.locator('main').focus();
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'combobox');
  await page.goBack();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
});

async function write({ price = '195', qty = '3' } = {}) {
  await visit.go('/orders/new?account=Paper');
  await page.getByRole('combobox', { name: 'What' }).pressSequentially('app');
  await page.getByRole('option', { name: /AAPL/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByLabel('Price', { exact: true }).fill(price);
  await page.getByLabel('Quantity').fill(qty);
}

test('an order is found by typing, sized either way, previewed and sent', async () => {
  await write();
  assert.equal(await page.getByLabel('Amount').inputValue(), '585');
  await page.getByLabel('Amount').fill('1000');
  assert.equal(await page.getByLabel('Quantity').inputValue(), '5');
  await page.getByLabel('Quantity').fill('3');
  await page.getByText('Take-profit and stop-loss').click();
  await page.getByLabel('Take-profit').fill('250');
  await page.getByLabel('Stop-loss', { exact: false }).first().fill('100');
  await page.getByRole('region', { name: 'What risk will say' }).getByText('Risk will let it pass').waitFor();
  await visit.lookClosely('order form');
  await page.getByRole('button', { name: 'Buy AAPL' }).dblclick();
  await page.getByRole('link', { name: 'Look at the order' }).waitFor();
  await until('the order', async () => (await bought(3)) > 0, 30000);
  assert.equal(await bought(3), 1);
  await until('its trade in Firebird', async () => (await system.tradesInArchive("WHERE ACTION = 'Buy' AND QUANTITY = 3")) === 1, 30000);
});

test('what risk will refuse is said before it is sent, and what is wrong stands at its field', async () => {
  await write({ qty: '99999999' });
  await page.getByText('Risk will refuse it').waitFor();
  await page.getByLabel('Quantity').fill('-1');
  await page.getByText('More than 0').waitFor();
  await page.getByRole('button', { name: 'Buy AAPL' }).click();
  await page.getByLabel('Quantity').fill('');
  await page.getByText('Required').waitFor();
});

test('every kind, side and time in force can be chosen', async () => {
  await write();
  for (const [kind, fields] of [['Market', []], ['Stop', ['Stop price']], ['StopLimit', ['Price', 'Stop price']], ['Limit', ['Price']]]) {
    await page.getByLabel('Type').selectOption(kind);
    for (const field of ['Price', 'Stop price']) assert.equal(await page.getByLabel(field, { exact: true }).count(), fields.includes(field) ? 1 : 0, `${kind} ${field}`);
  }
  for (const tif of ['Gtc', 'Ioc', 'Fok', 'Day']) await page.getByLabel('Time in force').selectOption(tif);
  await page.getByRole('radio', { name: 'Sell' }).check();
  await page.getByRole('button', { name: 'Sell AAPL' }).waitFor();
  await page.getByLabel('Only reduce').check();
  await page.getByLabel('Reason').fill('a test');
});

test('what was typed survives a session that ended', async () => {
  await write({ qty: '7' });
  await visit.context.clearCookies();
  /* The preview may find it out before the button does. */
  await page.getByRole('button', { name: 'Buy AAPL' }).click({ timeout: 2000 }).catch(() => {});
  const again = page.getByRole('dialog', { name: 'Your session has ended' });
  await again.waitFor();
  assert.deepEqual(await visit.axe(), []);
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('Escape');
  await again.getByLabel('Password').fill(PASSWORD);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await again.waitFor({ state: 'hidden' });
  assert.equal(await page.getByLabel('Quantity').inputValue(), '7');
  assert.equal(await bought(7), 0);
  await page.getByRole('button', { name: 'Buy AAPL' }).click();
  await page.getByRole('link', { name: 'Look at the order' }).waitFor();
});

test('an answer that got lost: the same sent again is one order', async () => {
  await write({ qty: '11' });
  const keys = [];
  await page.route('**/api/v1/orders', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    const answer = await route.fetch();
    if (keys.length === 1) await route.abort();
    else await route.fulfill({ response: answer });
  });
  await page.getByRole('button', { name: 'Buy AAPL' }).click();
  await page.getByText('It is not known whether it was done').waitFor();
  assert.equal(await page.getByLabel('Quantity').isDisabled(), true);
  await visit.lookClosely('unknown outcome');
  await page.getByRole('button', { name: 'Send the same again' }).click();
  await page.getByRole('link', { name: 'Look at the order' }).waitFor();
  await page.unroute('**/api/v1/orders');
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.equal(await bought(11), 1);
});

test('an order that rests is there at once, and is canceled after asking', async () => {
  await write({ price: '1', qty: '2' });
  await page.getByRole('button', { name: 'Buy AAPL' }).click();
  await page.getByRole('link', { name: 'Look at the order' }).waitFor();
  await page.getByRole('link', { name: 'Overview' }).click();
  const row = page.getByRole('table', { name: 'Open orders' }).getByRole('row', { name: /1\.00/ });
  await row.waitFor();
  await row.getByRole('button', { name: /Cancel the order/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click();
  await row.waitFor({ state: 'detached' });
});

test('a position is sold in part, protected and closed beside its row', async () => {
  await visit.go('/accounts/Paper');
  await page.getByRole('button', { name: 'Sell AAPL' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByLabel('Quantity').fill('1');
  await drawer.getByLabel('Type').selectOption('Market');
  await drawer.getByText('Risk will let it pass').waitFor();
  await visit.lookClosely('drawer');
  await drawer.getByRole('button', { name: 'Sell AAPL' }).click();
  await drawer.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Protect AAPL' }).click();
  await drawer.getByRole('button', { name: 'Set' }).click();
  await drawer.getByText('A take-profit or a stop-loss is needed.').waitFor();
  await drawer.getByLabel('Take-profit').fill('300');
  await drawer.getByLabel('Stop-loss', { exact: false }).first().fill('50');
  await drawer.getByRole('button', { name: 'Set' }).click();
  await drawer.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Close AAPL' }).click();
  await visit.lookClosely('close');
  await drawer.getByRole('button', { name: 'Close at the market' }).click();
  await page.getByText('No positions').waitFor();
  await until('the books', async () => (await system.json('positions')).length === 0, 30000);
});

test('the broker is asked, and an account is flattened only by its typed name', async () => {
  await page.getByRole('button', { name: 'Ask the broker now' }).click();
  await toast('The broker has been asked');
  await page.getByRole('button', { name: 'Flatten' }).click();
  const dialog = page.getByRole('dialog');
  const act = dialog.getByRole('button', { name: 'Flatten' });
  await dialog.getByLabel(/Type Paper/).fill('paper');
  assert.equal(await act.isDisabled(), true);
  await dialog.getByLabel(/Type Paper/).fill('Paper');
  await dialog.getByLabel('Reason').fill('a test');
  await act.click();
  await page.locator('.banner.bad').waitFor();
  await page.locator('header.top .badge', { hasText: 'Halted' }).waitFor();
  const released = await system.yq('resume', '--account', 'Paper', '--reason', 'a test');
  assert.equal(released.status, 0, released.stderr);
  await page.locator('.banner.bad').waitFor({ state: 'detached' });
});

test('an account, a theme and a language are switched from the top', async () => {
  await visit.go('/');
  await page.locator('header.top').getByLabel('Account').selectOption('Paper');
  await page.locator('header.top').getByLabel('Theme').selectOption('dark');
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'dark');
  await page.locator('header.top').getByLabel('Language').selectOption('ko');
  await page.getByRole('heading', { name: '개요' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '개요' }).waitFor();
  await page.locator('header.top').getByLabel('언어').selectOption('en');
  await page.locator('header.top').getByLabel('Theme').selectOption('system');
  await page.locator('header.top').getByLabel('Account').selectOption('');
});

test('a line that is down is told at once, and comes back by itself', async () => {
  await visit.live();
  await visit.context.setOffline(true);
  await page.locator('.banner.warning').waitFor();
  assert.match(await page.locator('.banner.warning').innerText(), /offline|No word/);
  await visit.context.setOffline(false);
  await visit.live();
  await page.locator('.banner.warning', { hasText: /offline|No word/ }).waitFor({ state: 'detached' });
  visit.forgive(/Failed to load|ERR_INTERNET/);
});

test('what there is not is said, also for an account', async () => {
  await visit.go('/');
  await page.goto(new URL('nowhere/at/all', visit.address).href);
  await page.getByText('There is no such page').waitFor();
  await page.getByRole('link', { name: 'Go to the overview' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByRole('link', { name: 'Accounts' }).click();
  await page.getByRole('heading', { name: 'Accounts' }).waitFor();
  await page.goto(new URL('accounts/Nobody', visit.address).href);
  await page.getByText('There is no account Nobody').waitFor();
  await visit.end();
});

for (const width of WIDTHS) {
  for (const theme of THEMES) {
    test(`every page is open to everybody: ${width} px, ${theme}`, async () => {
      const closely = await asAdmin(browser, system, { width, theme });
      for (const where of ['/', '/accounts', '/accounts/Paper', '/orders/new']) {
        await closely.go(where);
        await closely.live();
        await closely.lookClosely(where);
      }
      if (width < 800) {
        await closely.page.getByRole('button', { name: 'Menu' }).click();
        await closely.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' }).click();
        await closely.page.getByRole('heading', { name: 'Settings' }).waitFor();
      }
      await closely.end();
    });
  }
}
