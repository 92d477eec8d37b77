/* page.mjs - the dashboard in a real browser, as somebody who looks at it closely.
 *
 * A visit notes every fault that a person would not see: errors of the script, what the policy of
 * content refused, answers 5xx.  `visit.end()` fails if there was one. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import jsQR from 'jsqr';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const PATIENCE_MS = 30000;

/* What a person types who was given one by the installation. */
export const PASSWORD = 'a grey heron over quiet water';

export const WIDTHS = [1280, 360];
export const THEMES = ['light', 'dark'];

function browserPath() {
  const known = [process.env.YQ_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = known.find((file) => file && existsSync(file));
  if (!found) throw new Error('no Chromium here; YQ_CHROMIUM may name one');
  return found;
}

export function openBrowser() {
  return chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/* The address of the page of a system. */
export function pageAddress(system) {
  const { url } = system.endpoints.web;
  return url.endsWith('/') ? url : `${url}/`;
}

export class Visit {
  /* `address`: of the page, as pageAddress gives it. */
  static async begin(browser, address, { width = 1280, height = 900, theme = 'light', locale = 'en-US', zone = 'Asia/Seoul' } = {}) {
    const visit = new Visit();
    visit.address = address;
    visit.faults = [];
    visit.context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale, timezoneId: zone, reducedMotion: 'reduce', permissions: ['clipboard-write'] });
    visit.context.setDefaultTimeout(PATIENCE_MS);
    visit.page = await visit.context.newPage();
    visit.page.on('pageerror', (error) => visit.faults.push(`error: ${error.stack ?? error.message}`));
    visit.page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !/Failed to load resource/.test(text)) visit.faults.push(`console: ${text}`);
      if (/Content Security Policy/i.test(text)) visit.faults.push(`policy: ${text}`);
    });
    visit.page.on('response', (response) => {
      if (response.status() >= 500) visit.faults.push(`${response.status()} ${response.request().method()} ${response.url()}`);
    });
    return visit;
  }

  /* `where`: "/orders/new" */
  async go(where) {
    await this.page.goto(new URL(where.replace(/^\//, ''), this.address).href);
    await this.page.locator('h1').first().waitFor();
  }

  /* A fault that was made on purpose is no fault. */
  forgive(pattern) {
    this.faults = this.faults.filter((fault) => !pattern.test(fault));
  }

  async end() {
    const { faults } = this;
    await this.context.close();
    assert.deepEqual(faults, []);
  }

  async signIn(user, password) {
    const { page } = this;
    await page.getByLabel('User').fill(user);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  /* Where a password made by the installation must be changed first. */
  async changePassword(old, next = PASSWORD) {
    const { page } = this;
    await page.getByLabel('Present password').fill(old);
    await page.getByLabel('New password', { exact: true }).fill(next);
    await page.getByLabel('New password again').fill(next);
    await page.getByRole('button', { name: 'Change the password' }).click();
  }

  /* The frame stands, and its line lives. */
  async live() {
    await this.page.locator('header.top .badge', { hasText: 'Live' }).waitFor();
  }

  /* Faults that axe finds, of the kinds that keep somebody out. */
  async axe() {
    const source = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
    await this.page.evaluate(source);
    const { violations } = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`);
  }

  /* What stands further right than the window reaches: nobody should have to scroll sideways. */
  wide() {
    return this.page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
  }

  /* Controls without a name that is read out. */
  nameless() {
    return this.page.evaluate(() => {
      const named = (one) => one.getAttribute('aria-label') || one.labels?.length || one.textContent.trim() || one.title;
      return [...document.querySelectorAll('button, a, input, select, textarea, summary, [role=tab]')].filter((one) => !named(one)).map((one) => one.outerHTML);
    });
  }

  /* A page is open to everybody, narrow or wide, by day or night. */
  async lookClosely(what) {
    assert.deepEqual(await this.axe(), [], `${what}: axe`);
    assert.deepEqual(await this.nameless(), [], `${what}: controls without a name`);
    assert.equal(await this.wide(), 0, `${what}: wider than the window`);
  }

  /* What a camera reads from a QR code of the page. */
  async readQr(locator) {
    const rows = await locator.evaluate((svg) => {
      const size = svg.viewBox.baseVal.width;
      const grid = Array.from({ length: size }, () => Array.from({ length: size }, () => 255));
      for (const [, x, y] of svg.querySelector('path').getAttribute('d').matchAll(/M(\d+) (\d+)h1v1h-1z/g)) grid[y][x] = 0;
      return grid;
    });
    const scale = 4;
    const size = rows.length * scale;
    const pixels = new Uint8ClampedArray(size * size * 4);
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) {
        const grey = rows[Math.floor(y / scale)][Math.floor(x / scale)];
        pixels.set([grey, grey, grey, 255], (y * size + x) * 4);
      }
    }
    return jsQR(pixels, size, size)?.data ?? null;
  }
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(text) {
  const bits = [...text.replace(/=+$/, '')].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

/* The code that an authenticator shows (RFC 6238), from what it scanned; `steps` half minutes later. */
export function codeOf(uri, steps = 0) {
  const secret = base32(new URL(uri).searchParams.get('secret'));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

/* What `yq up` shows once, when it has made the first user. */
export function firstPassword(system) {
  const found = /^password +(\S+)$/m.exec(system.output);
  if (!found) throw new Error(`yq up shows no password:\n${system.output}`);
  return found[1];
}

/* Signed in as the administrator, with a password of one's own. */
export async function asAdmin(browser, system, options = {}) {
  const visit = await Visit.begin(browser, pageAddress(system), options);
  await visit.go('/');
  if (system.webPassword) {
    await visit.signIn('admin', system.webPassword);
  } else {
    const first = firstPassword(system);
    await visit.signIn('admin', first);
    await visit.changePassword(first);
    system.webPassword = PASSWORD;
  }
  await visit.live();
  return visit;
}
