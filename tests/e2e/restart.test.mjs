/* Stop and start again: the same positions, cash and orders, and nothing is done twice. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System, pause, processesOf, until } from './lib/system.mjs';

let system, found;

before(async () => { system = await System.start(); });
after(() => system?.remove());

/* The price of a position moves with its market; what is held does not. */
async function look() {
  return {
    positions: (await system.json('positions')).map(({ ticker, exchange, qty, avgPrice, buyReason }) => ({ ticker, exchange, qty, avgPrice, buyReason })), deposit: await system.json('deposit'),
    open: await system.json('orders'), orders: await system.json('orders', '--all'), trades: await system.json('trades'),
  };
}

test('there is something to come back to', async () => {
  for (const [i, ticker] of ['AAPL', 'MSFT', 'NVDA'].entries())
    assert.equal((await system.post({ id: `r${i}`, ticker, action: 'buy', price: 100 + i })).status, 200);
  await until('three trades', async () => await system.tradesInArchive() === 3);
  const resting = await system.json('buy', 'NASDAQ:AAPL', '1', '--price', '95');
  await until('an open order', async () => (await system.json('orders')).some((row) => row.id === resting.orderId && row.state === 'Open'));
  await until('archived orders', async () => (await system.json('orders', '--all')).filter(({ id, state }) => state === 'Filled' || id === resting.orderId).length === 4);
  found = await look();
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`after ${signal} nothing is left running, and all is as it was after the next start`, async () => {
    assert.equal(await system.down(signal), 0);
    assert.deepEqual(await processesOf(system.var), []);
    await system.up();
    await pause(500);
    const now = await look();
    assert.deepEqual(now.positions, found.positions);
    assert.deepEqual(now.deposit, found.deposit);
    assert.deepEqual(now.open, found.open);
    assert.deepEqual(now.trades, found.trades);
    assert.deepEqual(now.orders.map((row) => [row.id, row.state]), found.orders.map((row) => [row.id, row.state]));
  });
}

test('an alert from before the stop is still known', async () => {
  assert.equal((await system.post({ id: 'r0', ticker: 'AAPL', action: 'buy', price: 100 })).status, 200);
  await pause(500);
  assert.equal(await system.tradesInArchive(), 3);
});

test('kill -9 of yq up leaves nothing running, and loses nothing', async () => {
  system.child.kill('SIGKILL');
  await system.ended;
  await until('everything gone', async () => (await processesOf(system.var)).length === 0);
  await system.up();
  const now = await look();
  assert.deepEqual(now.positions, found.positions);
  assert.deepEqual(now.deposit, found.deposit);
  assert.deepEqual(now.trades, found.trades);
});

test('what was decided before and after comes out again, and its rules are kept once', async () => {
  assert.equal((await system.post({ id: 'late', ticker: 'AAPL', action: 'buy', price: 100 })).status, 200);
  await until('the proof', async () => {
    const counts = await system.json('simulate', '--check');
    return counts.Same === 4 && counts.Different === 0 && counts.Unreadable === 0;
  });
  assert.equal(Number((await system.isql(['COUNT(*)'], 'FROM RULES'))[0][0]), 1);
});
