/* Alpaca's own client library against yq-simulator: it finds there what it knows from Alpaca. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Simulator } from './lib/simulator.mjs';
import { until } from './lib/system.mjs';

const NODE_WANTED = 20; /* by the library */
const skip = Number(process.versions.node.split('.')[0]) < NODE_WANTED && `the library needs Node.js ${NODE_WANTED}`;
const KEYS = { keyId: 'PKLIBRARY', secret: 'a-secret' };
const PLAIN = { retry: false, rateLimit: false, timeoutMs: 0 }; /* a call is made once, at once, and leaves no timer */
const HOST = /^https:\/\/(?:paper-api|data)\.alpaca\.markets/;

let folder, simulator, alpaca, orders;

/* The library's own hosts are fixed; how it calls them is not. */
function here(url, init) {
  assert.match(String(url), HOST);
  return fetch(String(url).replace(HOST, `${simulator.url}/alpaca`), init);
}

async function refused(work, status, text) {
  const error = await work.then(() => assert.fail('it was not refused'), (found) => found);
  assert.equal(error.status, status, error.message);
  assert.match(error.message, text);
}

const setPrice = (ticker, price) => simulator.control('PUT', 'prices', { exchange: 'NASDAQ', ticker, price });

before(async () => {
  if (skip) return;
  const { Alpaca } = await import('@alpacahq/alpaca-trade-api');
  folder = await mkdtemp(path.join(os.tmpdir(), 'yq-e2e-'));
  simulator = await Simulator.start(path.join(folder, 'exchange'), ['--fee', 'US=0.001']);
  alpaca = new Alpaca({ ...KEYS, paper: true, ...PLAIN, fetchApi: here });
  orders = alpaca.trading.orders;
  await simulator.control('PUT', 'knobs', { alpaca_per_minute: 0 });
  for (const ticker of ['AAPL', 'MSFT']) await setPrice(ticker, 100);
});
after(async () => {
  await simulator?.kill('SIGTERM');
  if (folder) await rm(folder, { recursive: true, force: true });
});

test('the account is there, and a wrong secret opens none', { skip }, async () => {
  const { Alpaca } = await import('@alpacahq/alpaca-trade-api');
  const account = await alpaca.trading.account.getAccount();
  assert.deepEqual([account.status, account.currency, Number(account.cash), Number(account.buyingPower)], ['ACTIVE', 'USD', 100000, 100000]);
  assert.equal(account.tradingBlocked, false);
  const stranger = await new Alpaca({ ...KEYS, secret: 'another', ...PLAIN, fetchApi: here }).trading.validateConnection();
  assert.deepEqual([stranger.ok, stranger.status], [false, 401]);
});

test('clock, calendar and assets', { skip }, async () => {
  const clock = await alpaca.trading.clock.legacyClock();
  assert.equal(clock.isOpen, true);
  assert.ok(clock.nextClose instanceof Date && !Number.isNaN(clock.nextClose.getTime()));
  const days = await alpaca.trading.calendar.legacyCalendar({ start: new Date('2026-11-25'), end: new Date('2026-11-27') });
  assert.deepEqual(days.map(({ open, close }) => `${open} ${close}`), ['09:30 16:00', '09:30 13:00']);
  const asset = await alpaca.trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: 'AAPL' });
  assert.deepEqual([asset.symbol, asset.exchange, asset.tradable], ['AAPL', 'NASDAQ', true]);
  await refused(alpaca.trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: 'NOSUCH' }), 404, /./);
});

test('a market order is filled, and stands in the position, the cash and the activities', { skip }, async () => {
  const placed = await orders.market({ symbol: 'AAPL', qty: 10, side: 'buy', clientOrderId: 'library-1' });
  assert.equal(placed.clientOrderId, 'library-1');
  const order = await orders.getOrderByOrderID({ orderId: placed.id });
  assert.deepEqual([order.status, Number(order.filledQty), Number(order.filledAvgPrice)], ['filled', 10, 100]);
  assert.equal((await orders.getOrderByClientOrderId({ clientOrderId: 'library-1' })).id, placed.id);
  const [position] = await alpaca.trading.positions.getAllOpenPositions();
  assert.deepEqual([position.symbol, Number(position.qty), Number(position.avgEntryPrice), position.side], ['AAPL', 10, 100, 'long']);
  assert.equal(Number((await alpaca.trading.positions.getOpenPosition({ symbolOrAssetId: 'AAPL' })).qtyAvailable), 10);
  assert.equal(Number((await alpaca.trading.account.getAccount()).cash), 100000 - 1000 - 1);
  /* The library reads each activity as one that is none of a trade: what it was sent is looked at. */
  const { raw } = await alpaca.trading.accountActivities.getAccountActivitiesByActivityTypeRaw({ activityType: 'FILL' });
  const [fill] = await raw.json();
  assert.deepEqual([fill.order_id, fill.type, Number(fill.qty), Number(fill.price), Number(fill.cum_qty)], [placed.id, 'fill', 10, 100, 10]);
});

test('by value, in a part of a share', { skip }, async () => {
  const { id } = await orders.market({ symbol: 'MSFT', notional: '50', side: 'buy' });
  assert.equal(Number((await orders.getOrderByOrderID({ orderId: id })).filledQty), 0.5);
});

test('an id is used once, and what cannot be paid is refused in Alpaca\'s words', { skip }, async () => {
  await refused(orders.market({ symbol: 'AAPL', qty: 1, side: 'buy', clientOrderId: 'library-1' }), 422, /client_order_id must be unique/);
  await refused(orders.limit({ symbol: 'AAPL', qty: 100000, side: 'buy', limitPrice: 99 }), 403, /buying power/);
  await refused(orders.trailingStop({ symbol: 'AAPL', qty: 1, side: 'sell', trailPercent: 1 }), 422, /./);
});

test('limit, stop and stop-limit orders wait, are listed, changed and canceled', { skip }, async () => {
  const waiting = [
    await orders.limit({ symbol: 'AAPL', qty: 1, side: 'buy', limitPrice: 90.5, timeInForce: 'gtc' }),
    await orders.stop({ symbol: 'AAPL', qty: 1, side: 'sell', stopPrice: 80 }),
    await orders.stopLimit({ symbol: 'AAPL', qty: 1, side: 'buy', stopPrice: 120, limitPrice: 121 }),
    await orders.limit({ symbol: 'AAPL', qty: 1, side: 'buy', limitPrice: 91, extendedHours: true }),
  ];
  const open = await orders.getAllOrders({ status: 'open', symbols: ['AAPL'] });
  assert.deepEqual(open.map(({ id }) => id).sort(), waiting.map(({ id }) => id).sort());
  assert.deepEqual(open.find(({ id }) => id === waiting[2].id).type, 'stop_limit');
  const changed = await orders.patchOrderByOrderId({ orderId: waiting[0].id, patchOrderRequest: { qty: '2', limitPrice: '90.25' } });
  assert.notEqual(changed.id, waiting[0].id);
  assert.deepEqual([changed.replaces, Number(changed.qty), Number(changed.limitPrice)], [waiting[0].id, 2, 90.25]);
  assert.equal((await orders.getOrderByOrderID({ orderId: waiting[0].id })).status, 'replaced');
  await orders.deleteOrderByOrderID({ orderId: changed.id });
  assert.equal((await orders.getOrderByOrderID({ orderId: changed.id })).status, 'canceled');
  await refused(orders.deleteOrderByOrderID({ orderId: changed.id }), 422, /./);
  const all = await orders.deleteAllOrders();
  assert.deepEqual(all.map(({ status }) => status), [200, 200, 200]);
  assert.deepEqual(await orders.getAllOrders({ status: 'open' }), []);
});

test('bracket, one-cancels-other and one-triggers-other', { skip }, async () => {
  const entry = await orders.bracket({ symbol: 'AAPL', qty: 2, side: 'buy', takeProfit: { limitPrice: 110 }, stopLoss: { stopPrice: 95, limitPrice: 94 } });
  const nested = await orders.getOrderByOrderID({ orderId: entry.id, nested: true });
  assert.deepEqual([nested.orderClass, nested.status, nested.legs.length], ['bracket', 'filled', 2]);
  const oto = await orders.oto({ symbol: 'AAPL', qty: 1, side: 'buy', stopLoss: { stopPrice: 70 } });
  assert.equal((await orders.getOrderByOrderID({ orderId: oto.id, nested: true })).legs.length, 1);
  const oco = await orders.oco({ symbol: 'AAPL', qty: 5, side: 'sell', takeProfit: { limitPrice: 111 }, stopLoss: { stopPrice: 60 } });
  await setPrice('AAPL', 110);
  const legs = await until('the take-profit', async () => {
    const found = (await orders.getOrderByOrderID({ orderId: entry.id, nested: true })).legs;
    return found.every(({ status }) => ['filled', 'canceled'].includes(status)) && found;
  });
  assert.deepEqual(legs.map(({ type, status }) => `${type} ${status}`).sort(), ['limit filled', 'stop_limit canceled']);
  assert.equal((await orders.getOrderByOrderID({ orderId: oco.id })).status, 'new');
  await orders.deleteAllOrders();
});

test('its stream tells of what becomes of orders', { skip }, async () => {
  const heard = [];
  const errors = [];
  const stream = alpaca.trading.stream({ url: `${simulator.url.replace('http', 'ws')}/alpaca/stream` });
  stream.onTradeUpdate((update) => heard.push(update));
  stream.onError((error) => errors.push(error));
  const listening = new Promise((resolve) => { stream.on('subscription', resolve); });
  stream.onConnect(() => stream.subscribeTradeUpdates());
  stream.connect();
  try {
    assert.deepEqual(await listening, ['trade_updates']);
    await setPrice('MSFT', 100);
    const filled = await orders.market({ symbol: 'MSFT', qty: 3, side: 'buy' });
    const resting = await orders.limit({ symbol: 'MSFT', qty: 1, side: 'buy', limitPrice: 50 });
    await orders.deleteOrderByOrderID({ orderId: resting.id });
    await until('the end of both', () => heard.some(({ event }) => event === 'canceled') && heard.some(({ event }) => event === 'fill'));
    const of = (id) => heard.filter(({ order }) => order.id === id);
    assert.deepEqual(of(filled.id).map(({ event }) => event), ['new', 'fill']);
    assert.deepEqual(of(resting.id).map(({ event }) => event), ['new', 'canceled']);
    const fill = of(filled.id)[1];
    assert.deepEqual([Number(fill.qty), Number(fill.price), Number(fill.positionQty), fill.order.status], [3, 100, 3.5, 'filled']);
    assert.match(fill.executionId, /./);
    assert.equal(new Set(heard.map(({ executionId }) => executionId)).size, heard.length);
    assert.deepEqual(errors, []);
  } finally {
    stream.disconnect();
  }
});

test('positions are closed, one and all, and the book outlives a kill', { skip }, async () => {
  await alpaca.trading.positions.deleteOpenPosition({ symbolOrAssetId: 'MSFT' });
  const before = await alpaca.trading.positions.getAllOpenPositions();
  assert.deepEqual(before.map(({ symbol }) => symbol), ['AAPL']);
  await simulator.again();
  assert.deepEqual(await alpaca.trading.positions.getAllOpenPositions(), before);
  await alpaca.trading.closeAllPositions({ cancelOrders: true });
  assert.deepEqual(await alpaca.trading.positions.getAllOpenPositions(), []);
});

test('latest prices and bars', { skip }, async () => {
  const { stocks } = alpaca.marketData;
  assert.equal((await stocks.stockLatestTrades({ symbols: 'AAPL,MSFT', feed: 'iex' })).trades.AAPL.p, 110);
  assert.ok((await stocks.stockLatestQuotes({ symbols: 'AAPL' })).quotes.AAPL.ap > 0);
  const { bars } = await stocks.stockBars({ symbols: 'AAPL', timeframe: '1Day', start: new Date('2026-11-02'), end: new Date('2026-11-07') });
  assert.ok(bars.AAPL.length >= 4, JSON.stringify(bars));
  assert.ok(bars.AAPL.every(({ o, h, l, c }) => l <= o && l <= c && h >= o && h >= c));
});
