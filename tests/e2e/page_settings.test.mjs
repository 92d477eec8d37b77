/* The settings in a browser: password, second factor, devices, keys, users, a test notification. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, THEMES, Visit, WIDTHS, asAdmin, codeOf, openBrowser, pageAddress } from './lib/page.mjs';
import { System } from './lib/system.mjs';

const SECOND = 'a second password of mine';
let system, browser, visit, page;

before(async () => {
  system = await System.start();
  browser = await openBrowser();
  visit = await asAdmin(browser, system);
  page = visit.page;
});
after(async () => {
  await browser?.close();
  await system?.remove();
});

const toast = (text) => page.locator('.toast', { hasText: text }).first().waitFor();
const dialog = () => page.getByRole('dialog');
const part = async (name) => {
  await visit.go('/settings');
  await page.getByRole('tab', { name }).click();
};

test('the zone and the look are chosen, and outlive a reload', async () => {
  await visit.go('/settings');
  await page.getByLabel('Time zone').selectOption('America/New_York');
  await page.getByRole('tabpanel').getByLabel('Theme').selectOption('dark');
  await page.reload();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  assert.equal(await page.getByLabel('Time zone').inputValue(), 'America/New_York');
  assert.match(await page.locator('.help', { hasText: /\d\d:\d\d:\d\d E[SD]T/ }).innerText(), /^\d{4}-\d\d-\d\d/);
  await page.getByRole('tabpanel').getByLabel('Theme').selectOption('system');
});

test('the tabs are walked with the arrows', async () => {
  await visit.go('/settings');
  await page.getByRole('tab', { name: 'You' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByRole('tab', { name: 'Second factor' }).getAttribute('aria-selected'), 'true');
  await page.waitForURL(/part=second/);
});

test('a second factor is read from the code that the page draws, asked for, and turned off', async () => {
  await part('Second factor');
  await page.getByLabel('Your password').fill('wrong');
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.locator('.field-error, .box.error').first().waitFor();
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set it up' }).click();
  const qr = page.getByRole('img', { name: /QR code/ });
  await qr.waitFor();
  const uri = await visit.readQr(qr);
  assert.match(uri, /^otpauth:\/\/totp\//);
  assert.ok((await page.locator('code.secret').innerText()).length >= 16);
  await visit.lookClosely('second factor');
  await page.getByLabel('Code of your second factor').fill(codeOf(uri));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await toast('The second factor is on');

  const other = await Visit.begin(browser, pageAddress(system));
  await other.go('/');
  await other.signIn('admin', PASSWORD);
  await other.page.getByLabel('Code of your second factor').fill(codeOf(uri, 1));
  await other.lookClosely('code');
  await other.page.getByRole('button', { name: 'Sign in' }).click();
  await other.live();
  await other.end();

  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Turn it off' }).click();
  await page.getByRole('button', { name: 'Set it up' }).waitFor();
});

/* Whatever is asked next by one whose session has ended. */
async function isOver(other) {
  await other.page.getByRole('link', { name: 'Settings' }).click();
  await other.page.getByRole('tab', { name: 'API keys' }).click();
  await other.page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
  await other.end();
}

test('another device is signed out from here', async () => {
  const other = await asAdmin(browser, system);
  await part('Devices');
  const ends = page.getByRole('button', { name: /Sign out: / });
  await ends.first().waitFor();
  for (let left = await ends.count(); left > 0; left -= 1) {
    await ends.first().click();
    await dialog().getByRole('button', { name: 'Sign out' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.waitForFunction((count) => [...document.querySelectorAll('button')].filter((one) => /^Sign out: /.test(one.ariaLabel ?? '')).length < count, left);
  }
  await isOver(other);
});

test('an API key shows its secret once, works, and is removed', async () => {
  await part('API keys');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await dialog().getByLabel('Name').fill('a program');
  await dialog().getByLabel('trade').check();
  await dialog().getByLabel('Ends after days').fill('30');
  await visit.lookClosely('make a key');
  await dialog().getByRole('button', { name: 'Make a key' }).click();
  const secret = await page.locator('code.secret').innerText();
  await page.keyboard.press('Escape');
  await dialog().getByRole('button', { name: /Copy/ }).click();
  await dialog().getByRole('button', { name: 'I have kept it' }).click();
  const asked = () => fetch(new URL('api/v1/overview', visit.address), { headers: { Authorization: `Bearer ${secret}` } });
  assert.equal((await asked()).status, 200);
  assert.equal((await page.content()).includes(secret), false);
  await page.getByRole('button', { name: 'Remove: a program' }).click();
  await dialog().getByRole('button', { name: 'Remove' }).click();
  await toast('The key a program is removed');
  assert.equal((await asked()).status, 401);
});

test('a user is added, changed and removed; what is wrong stands at its field', async () => {
  await part('Users');
  await page.getByRole('button', { name: 'Add a user' }).click();
  await dialog().getByLabel('Name').fill('kim');
  await dialog().getByLabel('Password').fill('short');
  await dialog().getByRole('button', { name: 'Add a user' }).click();
  await dialog().locator('.field-error').waitFor();
  await dialog().getByLabel('Password').fill('one that is long enough');
  await dialog().getByLabel('Role').selectOption('Trader');
  await dialog().getByRole('button', { name: 'Add a user' }).click();
  await toast('kim may sign in now');
  await page.getByRole('button', { name: 'Change: kim' }).click();
  await dialog().getByLabel('Role').selectOption('Viewer');
  await dialog().getByLabel('New password').fill('another that is long enough');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await toast('kim is changed');

  const kim = await Visit.begin(browser, pageAddress(system));
  await kim.go('/');
  await kim.signIn('kim', 'another that is long enough');
  await kim.page.locator('.frame, .alone h1').first().waitFor();
  await kim.page.getByText('Sign out').waitFor();
  await kim.changePassword('another that is long enough', SECOND);
  await kim.live();
  assert.equal(await kim.page.getByRole('link', { name: 'New order' }).count(), 0, 'a viewer is not offered what it may not do');
  await kim.end();

  await page.getByRole('button', { name: 'Change: kim' }).click();
  await dialog().getByLabel('Disabled').check();
  const anew = page.waitForResponse((answer) => answer.url().endsWith('/users') && answer.request().method() === 'GET');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await dialog().getByText('It was changed elsewhere meanwhile').waitFor(); /* kim set a password */
  await anew;
  await dialog().getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /kim.*Disabled/ }).waitFor();
  await page.getByRole('button', { name: 'Remove: kim' }).click();
  await dialog().getByLabel(/Type kim/).fill('kim');
  await dialog().getByRole('button', { name: 'Remove' }).click();
  await toast('kim is removed');
});

test('a test notification comes back over the line', async () => {
  await part('Test notification');
  await page.getByRole('textbox', { name: /Message/ }).fill('is anybody there');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await toast('It is on its way');
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.locator('.notices').getByText('is anybody there').waitFor();
});

for (const width of WIDTHS) {
  for (const theme of THEMES) {
    test(`the settings are open to everybody: ${width} px, ${theme}`, async () => {
      const closely = await asAdmin(browser, system, { width, theme });
      for (const one of ['person', 'second', 'sessions', 'keys', 'users', 'notifications']) {
        await closely.go(`/settings?part=${one}`);
        await closely.page.locator('[role=tabpanel] .card').first().waitFor();
        await closely.page.locator('.loading').waitFor({ state: 'detached' });
        await closely.lookClosely(one);
      }
      await closely.end();
    });
  }
}

test('a changed password signs the others out and opens from then on', async () => {
  const other = await asAdmin(browser, system);
  await visit.go('/settings');
  await visit.changePassword(PASSWORD, SECOND);
  await toast('The password is changed');
  await isOver(other);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await visit.signIn('admin', SECOND);
  await visit.live();
  await visit.end();
});
