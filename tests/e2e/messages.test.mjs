/* The guide's channels, heard and spoken by a client that knows nothing of us. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomUUID } from 'node:crypto';
import { System, until } from './lib/system.mjs';

let system, heard;

before(async () => {
  system = await System.start();
  const subscriber = system.valkey();
  heard = { signal: [], order: [], execution: [] };
  subscriber.on('message', (channel, text) => {
    if (text.startsWith('{')) heard[channel].push(JSON.parse(text)); /* one test speaks nonsense */
  });
  await subscriber.subscribe('signal', 'order', 'execution');
});
after(() => system?.remove());

function forget() {
  for (const list of Object.values(heard)) list.length = 0;
}

function has(message, fields) {
  for (const field of fields) assert.ok(field in message, `${field} in ${JSON.stringify(message)}`);
}

test('one alert is one message on each channel, with the fields of the guide', async () => {
  forget();
  const { status } = await system.post({ ticker: 'MSFT', action: 'buy', price: 400.5, id: 'one' });
  assert.equal(status, 200);
  await until('an execution', () => heard.execution.some((message) => message.Status === 'Filled'));
  assert.equal(heard.signal.length, 1);
  has(heard.signal[0], ['Id', 'Ticker', 'Exchange', 'Action', 'Price', 'Strategy', 'Timestamp']);
  assert.equal(heard.order.length, 1);
  has(heard.order[0], ['Id', 'AccountAlias', 'Ticker', 'Exchange', 'Currency', 'Action', 'Type', 'Qty', 'Timestamp', 'BuyReason']);
  assert.equal(heard.order[0].SignalId, heard.signal[0].Id);
  assert.equal(heard.execution.length, 1);
  has(heard.execution[0], ['IsSuccess', 'Message', 'OrderId', 'BrokerOrderId', 'Status', 'FilledQty', 'AvgPrice', 'Sequence']);
  assert.equal(heard.execution[0].OrderId, heard.order[0].Id);
  assert.equal(heard.execution[0].IsSuccess, true);
});

test('the same alert again is accepted and trades nothing', async () => {
  forget();
  const { status } = await system.post({ ticker: 'MSFT', action: 'buy', price: 400.5, id: 'one' });
  assert.equal(status, 200);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual([heard.signal.length, heard.order.length, heard.execution.length], [0, 0, 0]);
});

test('a signal that somebody only publishes is traded too, once', async () => {
  forget();
  const signal = { Id: randomUUID(), Ticker: 'NVDA', Exchange: 'NASDAQ', Currency: 'USD', Action: 'Buy', Price: 130.25, Strength: 100, Strategy: 'by-hand', Timestamp: new Date().toISOString() };
  await system.valkey().publish('signal', JSON.stringify(signal));
  await until('its execution', () => heard.execution.find((message) => message.Ticker === 'NVDA' && message.Status === 'Filled'), 3000);
  assert.equal(heard.order.length, 1);
  assert.equal(heard.order[0].SignalId, signal.Id);
  assert.equal(heard.signal.length, 1, 'it is not published again');
});

test('an order that somebody only publishes is traded too, once', async () => {
  forget();
  const order = { Id: randomUUID(), AccountAlias: 'Paper', Ticker: 'MSFT', Exchange: 'NASDAQ', Currency: 'USD', Action: 0, Type: 0, Qty: 1, Price: 401, Timestamp: new Date().toISOString(), BuyReason: 'Manual' };
  await system.valkey().publish('order', JSON.stringify(order));
  const execution = await until('its execution', () => heard.execution.find((message) => message.OrderId === order.Id && message.Status === 'Filled'), 3000);
  assert.equal(execution.FilledQty, 1);
  assert.equal(heard.order.length, 1, 'it is not published again');
  await until('its trade', async () => await system.tradesInArchive(`WHERE ORDER_ID = '${order.Id}'`) === 1);
});

test('what nobody can read is told, and does not stop what follows', async () => {
  const client = system.valkey();
  await client.publish('order', '{"Id": "no id", "Qty": "NaN"}');
  await client.publish('signal', 'not even JSON');
  forget();
  assert.equal((await system.post({ ticker: 'MSFT', action: 'sell', price: 402 })).status, 200);
  await until('an execution', () => heard.execution.some((message) => message.Action === 'Sell' && message.Status === 'Filled'), 3000);
  const notes = await until('notifications', async () => {
    const entries = await client.xrange('notification:stream', '-', '+');
    return entries.length >= 2 && entries;
  }, 3000);
  for (const [, fields] of notes) has(JSON.parse(fields[1]), ['Id', 'Kind', 'Severity', 'App', 'Text', 'Timestamp']);
});
