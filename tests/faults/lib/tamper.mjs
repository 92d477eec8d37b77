/* tamper.mjs - a comparison that finds nothing proves nothing: each book is falsified, and that has to be found. */
import { writeFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../e2e/lib/system.mjs';
import { CHECKS } from './compare.mjs';

const UNREADABLE = 'the books can be read';
const NOBODY = '00000000-0000-4000-8000-000000000000';

async function again(client, stream) {
  const [[, fields]] = await client.xrange(stream, '-', '+', 'COUNT', 1);
  await client.xadd(stream, '*', ...fields);
}

async function inFirebird(system, statement) {
  const file = path.join(system.folder, 'tamper.sql');
  await writeFile(file, `${statement};\nCOMMIT;\n`);
  const { status, stdout, stderr } = await run('isql-fb', ['-q', '-user', 'SYSDBA', '-i', file, system.endpoints.firebird.database], {
    env: { ...process.env, ...system.endpoints.firebird.environment },
  });
  await rm(file);
  if (status !== 0) throw new Error(`isql-fb: ${stdout}${stderr}`);
}

/* {check: what to do for it to fail} */
const DEEDS = {
  'every alert answered with 200 is one signal in the archive, and no other is there': ({ system }) => inFirebird(system, 'DELETE FROM SIGNALS ROWS 1'),
  'every signal stands in the stream once and is decided once': ({ client }) => again(client, 'signal:stream'),
  'every signal is what its alert said, and so are its decision and its orders': ({ system }) =>
    inFirebird(system, `UPDATE ORDERS SET ACTION = IIF(ACTION = 'Buy', 'Sell', 'Buy') WHERE SIGNAL_ID IS NOT NULL ROWS 1`),
  'every decision comes out again, byte for byte, from what was recorded with it': ({ system }) =>
    inFirebird(system, `UPDATE SIGNALS SET DECISION_SHORT = REPLACE(DECISION_SHORT, '"Ok":true', '"Ok":false')`),
  'every order at the broker is ours, and stands alike in all books': ({ client, order }) => client.hset(`order:${order}`, 'Filled', '0.00000001'),
  'every execution of the broker is one trade in the archive': ({ system }) => inFirebird(system, 'UPDATE TRADES SET PRICE = PRICE + 0.00000001 ROWS 1'),
  'the sums over the whole archive are those of the broker': ({ system }) => inFirebird(system, 'UPDATE TRADES SET COMMISSION = COMMISSION + 0.00000001 ROWS 1'),
  'every execution of the broker was told once': ({ client }) => again(client, 'execution:stream'),
  'every refusal and every end was told once, and nothing that did not happen': ({ client, order }) =>
    client.xadd('execution:stream', '*', 'payload', JSON.stringify({ OrderId: order, Status: 'Rejected', Sequence: 999 })),
  'what people were notified of did happen': ({ client }) =>
    client.xadd('notification:stream', '*', 'payload', JSON.stringify({ Text: `order ${NOBODY} is Unknown` })),
  'cash is what it was and every execution, to the last digit': ({ client }) => client.hset('deposit:Alpha', 'USD', '0.01'),
  'positions are the sum of the executions, to the last digit': async ({ client }) => client.hdel('position:Alpha', (await client.hkeys('position:Alpha'))[0]),
  'what is open here is open at the broker, and nothing else': ({ client }) => client.sadd('order:open', NOBODY),
  'what was opened with a take-profit or stop-loss is protected, and closed once': ({ client }) => client.sadd('bracket:open', NOBODY),
  'nothing waits: queues, streams and the trades that were set aside are empty': ({ client }) => client.rpush('trades:parked', '{}'),
};

/* {check: [what is wrong]}: of a run whose books are equal; they are not any more. */
export async function tamper(harness) {
  const client = harness.system.valkey();
  const order = harness.books.archive.orders[0].ID;
  for (const deed of Object.values(DEEDS)) await deed({ system: harness.system, client, order });
  const found = await harness.compareOnce();
  if (found[UNREADABLE]) return { [UNREADABLE]: found[UNREADABLE] };
  const missed = Object.keys(CHECKS).filter((name) => found[name].length === 0);
  return { 'a falsified book is found by the check that looks at it': missed.map((name) => `not found: ${name}${name in DEEDS ? '' : ' (nothing was falsified for it)'}`) };
}
