/* screenshots.mjs - pictures of every page, both themes, desk and phone, into docs/screenshots/: YQ_BUILD=... node screenshots.mjs */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cod } from './lib/masters.mjs';
import { writeFile } from 'node:fs/promises';
import { Visit, asAdmin, openBrowser, pageAddress } from './lib/page.mjs';
import { System, until } from './lib/system.mjs';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/screenshots');
const SIZES = { desk: { width: 1280, height: 860 }, phone: { width: 360, height: 740 } };
const NAMES = { AAPL: 'APPLE INC', MSFT: 'MICROSOFT CORP', NVDA: 'NVIDIA CORP', TSLA: 'TESLA INC' };
const PRICES = { AAPL: 190.5, MSFT: 415.2, NVDA: 122.4, TSLA: 248.1 };

const system = await System.start({
  OrderManager: { StrategySizingMapping: { '*': 'Ten' }, Policies: { Sizing: { Ten: { Type: 'FixedQty', FixedQty: 10 } } } },
  Risk: { Default: { MaxOrderValue: { USD: 20000 }, MaxOpenOrders: 20, MaxOrdersPerMinute: 60 } },
});
const browser = await openBrowser();

async function fill() {
  const masters = path.join(system.folder, 'masters');
  await mkdir(masters);
  const rows = Object.entries(NAMES).map(([ticker, english]) => ({ ticker, name: english, english }));
  for (const [file, market] of [['nasmst', 'NAS'], ['nysmst', 'NYS'], ['amsmst', 'AMS']]) await writeFile(path.join(masters, `${file}.cod`), cod(market, market === 'NAS' ? rows : rows.slice(0, 1).map((row) => ({ ...row, ticker: market }))));
  await system.json('catalog', 'sync', 'US', '--from', masters);
  let count = 0;
  for (const [i, ticker] of Object.keys(NAMES).entries()) {
    for (const strategy of ['Trend', 'Breakout']) await system.post({ id: `shot-${i}-${strategy}`, strategy, ticker, action: 'buy', price: PRICES[ticker] });
    count += 2;
  }
  await system.post({ id: 'shot-too-much', strategy: 'Trend', ticker: 'NVDA', action: 'buy', price: 122.4, qty: 5000 });
  await until('trades', async () => (await system.tradesInArchive()) >= count, 30000);
  await system.yq('buy', 'AAPL', '5', '--exchange', 'NASDAQ', '--price', '150', '--no-wait');
  await system.yq('schedule', 'add', 'monday-apple', 'buy', 'NASDAQ:AAPL', '2', '--at', '10:00', '--days', 'Mon');
  await system.yq('schedule', 'add', 'flat', 'liquidate', '--country', 'US', '--all', '--before-close', '10');
  await system.yq('halt', '--strategy', 'Breakout', '--reason', 'to be looked at');
  const day = (back) => new Date(Date.now() - back * 86400000).toISOString().slice(0, 10);
  const statements = [];
  for (let back = 120, equity = 96000; back > 0; back -= 1) {
    equity += Math.round(Math.sin(back / 7) * 400 + (back % 5) * 70 - 60);
    statements.push(`UPDATE OR INSERT INTO DAILY_SNAPSHOTS (ACCOUNT_ALIAS, SNAPSHOT_DATE, CURRENCY, CASH, POSITION_VALUE, EQUITY, REALIZED, UNREALIZED, COMMISSION, TRADE_COUNT, POSITION_COUNT, CLOSED_AT_US, TAKEN_AT_US, PAID_IN) VALUES ('Paper', '${day(back)}', 'USD', ${equity}, 0, ${equity}, 0, 0, 0, 0, 0, 1, 1, 0) MATCHING (ACCOUNT_ALIAS, SNAPSHOT_DATE, CURRENCY);`);
  }
  await system.execute(statements.join('\n'));
}

await fill();
const visit = await asAdmin(browser, system);
const [[order]] = await system.isql(['ORDER_ID'], 'FROM TRADES ROWS 1');
const [[signal]] = await system.isql(['ID'], 'FROM SIGNALS ROWS 1');
const pages = {
  overview: '/', accounts: '/accounts', account: '/accounts/Paper', 'new-order': '/orders/new?account=Paper', orders: '/orders', order: `/orders/${order}`,
  signals: '/signals', signal: `/signals/${signal}`, schedules: '/schedules', trades: '/trades', performance: '/performance?account=Paper&currency=USD', risk: '/risk', system: '/system',
  notifications: '/notifications', audit: '/audit', settings: '/settings',
};
await mkdir(folder, { recursive: true });
const shoot = (one, name, theme, size) => one.page.screenshot({ path: path.join(folder, `${name}-${theme}-${size}.png`) });
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ['light', 'dark']) {
    await visit.page.setViewportSize(viewport);
    await visit.page.emulateMedia({ colorScheme: theme });
    for (const [name, where] of Object.entries(pages)) {
      await visit.go(where);
      await visit.page.locator('.loading').first().waitFor({ state: 'detached' });
      await visit.page.waitForTimeout(400);
      await shoot(visit, name, theme, size);
    }
    const stranger = await Visit.begin(browser, pageAddress(system), { ...viewport, theme });
    await stranger.go('/');
    await shoot(stranger, 'sign-in', theme, size);
    await stranger.end();
  }
}
await visit.end();
await browser.close();
await system.remove();
