/* Of two systems that share an archive the active one trades: promoted away, and back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System, UUID, until } from './lib/system.mjs';

let system;
let count = 0;

before(async () => { system = await System.start({ System: { Color: 'blue' } }); });
after(() => system?.remove());

const colors = async () => Object.fromEntries((await system.json('color')).map((row) => [row.saidBy, row]));
const active = (color) => until(`${color} active`, async () => (await colors())['this system']?.active === color, 30000);

/* What the archive says of one more alert. */
async function verdict() {
  const answer = await system.post({ id: `c${++count}`, ticker: 'AAPL', action: 'buy', price: 100 });
  assert.equal(answer.status, 200);
  const [id] = UUID.exec(answer.body);
  let rows = [];
  await until('a verdict', async () => {
    rows = await system.isql(['VERDICT', 'CODE', 'REASON'], `FROM SIGNALS WHERE ID = '${id}' AND VERDICT IS NOT NULL`);
    return rows.length === 1;
  }, 30000);
  return rows[0];
}

test('the first system to come is the active one', async () => {
  await active('blue');
  const { archive } = await colors();
  assert.deepEqual([archive.active, archive.token], ['blue', 1]);
  assert.equal((await verdict())[0], 'ordered');
  await until('a trade', async () => await system.tradesInArchive() === 1, 30000);
});

test('promoted away it refuses signals and sends no orders', async () => {
  const { status, stdout } = await system.yq('color', 'promote', 'green');
  assert.equal(status, 0, stdout);
  assert.match(stdout, /green was promoted by .* and takes the place of blue \(token 2\)/);
  await active('green');
  const [word, code, reason] = await verdict();
  assert.deepEqual([word, code], ['refused', 'NOT_ACTIVE']);
  assert.match(reason, /this system is blue, and green is the active one/);
  const bought = await system.yq('buy', 'NASDAQ:AAPL', '1', '--price', '100');
  assert.match(bought.stdout + bought.stderr, /NOT_ACTIVE/);
  assert.equal(await system.tradesInArchive(), 1);
});

test('promoted back it trades again; what was refused stays refused', async () => {
  assert.equal((await system.yq('color', 'promote', 'blue')).status, 0);
  await active('blue');
  assert.equal((await verdict())[0], 'ordered');
  await until('a trade', async () => await system.tradesInArchive() === 2, 30000);
  const again = await system.yq('color', 'promote', 'blue');
  assert.deepEqual([again.status, again.stdout], [0, 'blue is the active one already\n']);
  assert.equal((await system.yq('color', 'promote', 'red')).status, 2);
});
