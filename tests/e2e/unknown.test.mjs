/* An order of which nobody knows what became of it: told of, resolved by hand, booked and audited. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import os from 'node:os';
import { System, UUID, exact, until } from './lib/system.mjs';

/* A broker that executes in silence and keeps no ids of ours.  Both orders are on their way before the
 * first is known to be Unknown, so that either order there could be either of them. */
const account = {
  Broker: 'paper', Session: 'always', Currencies: { USD: 100000 },
  Paper: { SilentRate: 1, ClientIds: false, LatencyMs: 1500 },
};

let system, unknown;

before(async () => {
  system = await System.start({
    BrokerGateway: { UnknownAlertSeconds: 9, Accounts: { Paper: account } },
    OrderManager: { Policies: { Sizing: { Ten: { Type: 'FixedQty', FixedQty: 10 } } }, StrategySizingMapping: { '*': 'Ten' } },
    Risk: { Default: { DuplicateWindowSeconds: 0 } },
  });
});
after(() => system?.remove());

async function notices(severity, words) {
  const entries = await system.valkey().xrange('notification:stream', '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1])).filter((n) => n.Severity === severity && n.Text.includes(words));
}

test('two orders without an answer are Unknown, and what comes after them waits', async () => {
  const posts = await Promise.all(['u1', 'u2'].map((id) => system.post({ id, ticker: 'AAPL', action: 'buy', price: 100 })));
  assert.deepEqual(posts.map((answer) => answer.status), [200, 200]);
  unknown = await until('two unknown orders', async () => {
    const rows = (await system.json('orders')).filter((row) => row.state === 'Unknown');
    return rows.length === 2 && rows;
  }, 30000);
  assert.equal((await system.post({ id: 'u3', ticker: 'AAPL', action: 'buy', price: 100 })).status, 200);
  await until('an order that waits', async () => (await system.json('orders')).some((row) => row.state === 'Pending' && /waits for .* which is Unknown/.test(row.message)), 30000);
  const { stdout } = await system.yq('status');
  assert.match(stdout, /UNKNOWN: order .* \(Buy 10 AAPL\) since .* other orders for AAPL on Paper wait/);
});

test('people are told what is known and what to do', async () => {
  const told = await until('an alarm', async () => {
    const found = await notices('Critical', unknown[0].id);
    return found.length > 0 && found;
  }, 30000);
  assert.equal(told.length, 1);
  assert.match(told[0].Text, /Buy 10 AAPL \(Market, NASDAQ\) on Paper, since 20/);
  assert.match(told[0].Text, /it may be any of 2: \S+, \S+/);
  assert.ok(told[0].Text.includes(`yq order resolve ${unknown[0].id} filled --qty 10`));
});

test('what cannot be is refused, with the status that says so', async () => {
  const { id } = unknown[0];
  const resolve = (...words) => system.yq('order', 'resolve', ...words, '--yes');
  assert.equal((await resolve(id, 'filled', '--qty', '10', '--price', '100')).status, 2, 'no reason');
  assert.equal((await resolve(id, 'filled', '--reason', 'x')).status, 2, 'no quantity');
  assert.equal((await resolve(id, 'lost', '--reason', 'x')).status, 2, 'no such outcome');
  assert.equal((await resolve('ffffffff-ffff-4fff-8fff-ffffffffffff', 'rejected', '--reason', 'x')).status, 1, 'no such order');
  const much = await resolve(id, 'filled', '--qty', '11', '--price', '100', '--reason', 'x');
  assert.equal(much.status, 1);
  assert.match(much.stderr, /only 10 of the order is open/);
  assert.ok((await system.json('orders')).some((row) => row.id === id && row.state === 'Unknown'));
});

test('a person who knows resolves the one; the other is the only one left, and the third goes on', async () => {
  const [told] = await notices('Critical', unknown[0].id);
  const number = /it may be any of 2: ([^,]+),/.exec(told.Text)[1];
  const shown = await system.yq('order', 'resolve', unknown[0].id.slice(0, 8), 'fill', '--qty', '10', '--price', '100', '--broker-id', number,
    '--reason', 'seen on the broker\'s page', '--yes');
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, UUID);
  assert.match(shown.stdout, /a trade of 10 at 100 USD, commission 0, is booked/);
  assert.match(shown.stdout, /resolved: Filled, 10 of 10 at 100/);
  await until('all orders known', async () => (await system.json('orders')).length === 0, 60000);
  assert.equal((await notices('Info', 'is known again')).length >= 2, true);
  const again = await system.yq('order', 'resolve', unknown[0].id, 'rejected', '--reason', 'x', '--yes');
  assert.equal(again.status, 1);
});

test('books, trades and the audit trail tell of it', async () => {
  await until('three trades', async () => await system.tradesInArchive() === 3, 30000);
  await until('cash as at the broker', async () => {
    const [row] = await system.json('deposit');
    return exact(row.amount) === exact('97000.00');
  }, 30000);
  const [position] = await system.json('positions');
  assert.equal(Number(position.qty), 30);
  const rows = await until('an audit row', async () => {
    const all = await system.json('audit');
    return all.some((row) => row.verb === 'resolve' && row.outcome === 'applied') && all;
  }, 30000);
  const acts = rows.filter((row) => row.verb === 'resolve');
  assert.deepEqual(acts.map((row) => row.outcome).sort(), ['applied', 'refused']);
  const act = acts.find((row) => row.outcome === 'applied');
  assert.equal(act.target, unknown[0].id);
  assert.equal(act.account, 'Paper');
  assert.equal(act.who, `${os.userInfo().username}@${os.hostname()}`);
  assert.equal(act.before, 'Unknown');
  assert.equal(act.after, 'Filled, 10 of 10 at 100');
  assert.equal(act.reason, 'seen on the broker\'s page');
  const story = (await system.yq('why', unknown[0].id)).stdout;
  assert.match(story, /resolve +applied by .*: seen on the broker's page -> Filled, 10 of 10 at 100/);
});

test('halts and what is ordered by hand are audited, too', async () => {
  assert.equal((await system.yq('halt', '--account', 'Paper', '--reason', 'lunch')).status, 0);
  assert.equal((await system.yq('buy', 'NASDAQ:AAPL', '1', '--reason', 'on a whim')).status, 1, 'it is halted');
  assert.equal((await system.yq('resume', '--account', 'Paper')).status, 0);
  const rows = await until('three more acts', async () => {
    const all = await system.json('audit', '--limit', '3');
    return all[0]?.verb === 'resume' && all;
  }, 30000);
  assert.deepEqual(rows.map((row) => [row.verb, row.target.length === 36 ? 'an order' : row.target]),
    [['resume', 'account:Paper'], ['order', 'an order'], ['halt', 'account:Paper']]);
  assert.match(rows[0].before, /halted by .*: lunch/);
  assert.equal(rows[1].reason, 'on a whim');
  assert.equal(rows[2].reason, 'lunch');
  assert.deepEqual(rows.map((row) => Number(row.seq)), [Number(rows[0].seq), Number(rows[0].seq) - 1, Number(rows[0].seq) - 2]);
});
