/* A thousand alerts at once: all of them traded, and every book equal to the sum of its fills, to the last digit. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import http from 'node:http';
import { System, exact, times, until } from './lib/system.mjs';

const ALERTS = 1000;
const TICKERS = ['AAPL', 'MSFT', 'NVDA', 'AMZN', 'GOOGL'];
let system;

before(async () => {
  system = await System.start({
    Webhook: { RateLimitPerSecond: 0 },
    OrderManager: {
      Policies: { Sizing: { One: { Type: 'FixedQty', FixedQty: 1 } } },
      StrategySizingMapping: { '*': 'One' },
    },
    BrokerGateway: { Accounts: { Paper: { Broker: 'paper', Session: 'always', CommissionRate: '0.0007', Currencies: { USD: '100000.00' } } } },
    Risk: { Default: { MaxOrdersPerMinute: 0, MaxOpenOrders: 0, DuplicateWindowSeconds: 0 } },
  });
});
after(() => system?.remove());

test('a thousand alerts over 32 connections become a thousand trades', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
  const answers = await Promise.all(Array.from({ length: ALERTS }, (_, i) =>
    system.post({ id: `burst-${i}`, ticker: TICKERS[i % TICKERS.length], action: 'buy', price: `${10 + (i % 40)}.${String(i % 100).padStart(2, '0')}` }, agent)));
  agent.destroy();
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
  await until('all trades in the archive', async () => await system.tradesInArchive() === ALERTS, 30000);
  assert.equal(Number((await system.isql(['COUNT(DISTINCT ORDER_ID)'], 'FROM TRADES'))[0][0]), ALERTS);
});

test('cash is what it was less every fill and its commission', async () => {
  const trades = await system.isql(['ACTION', 'QUANTITY', 'PRICE', 'COMMISSION'], 'FROM TRADES');
  let cash = exact('100000');
  for (const [action, quantity, price, commission] of trades) {
    const amount = times(exact(quantity), exact(price));
    cash += (action === 'Buy' ? -amount : amount) - exact(commission);
  }
  assert.equal(exact(await system.valkey().hget('deposit:Paper', 'USD')), cash);
});

test('each position is the sum of its fills', async () => {
  const held = await system.valkey().hgetall('position:Paper');
  const trades = await system.isql(['TICKER', 'QUANTITY', 'PRICE'], 'FROM TRADES');
  for (const ticker of TICKERS) {
    let sum = 0n;
    for (const [name, quantity] of trades) if (name === ticker) sum += exact(quantity);
    assert.equal(exact(/"Qty":\s*"?(-?[\d.]+)/.exec(held[ticker])[1]), sum, ticker);
  }
});

test('nothing waits, nothing is open, nothing is parked', async () => {
  const client = system.valkey();
  assert.equal(await client.scard('order:open'), 0);
  await until('empty queues', async () => await client.llen('trades:queue') + await client.llen('trades:processing') === 0);
  assert.equal(await client.llen('trades:parked'), 0);
  for (const row of await system.json('status')) assert.equal(row.lag ?? 0, 0, row.app);
});

test('each decision comes out again, byte for byte, from what was recorded with it', async () => {
  const proof = await until('all signals in the archive', async () => {
    const counts = await system.json('simulate', '--check');
    return counts.Same >= ALERTS && counts;
  });
  assert.deepEqual(proof, { Same: proof.Same, Different: 0, Barred: 0, NotRecorded: 0, Unreadable: 0, Undecided: 0 });
});
