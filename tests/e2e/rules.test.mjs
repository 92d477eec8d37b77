/* The trading rules in the whole system, with the rights that each program has there. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System, UUID, until } from './lib/system.mjs';

let system;

before(async () => {
  system = await System.start({ Risk: { Strategies: { small: { MaxOrderValue: { USD: 500 } } } } });
});
after(() => system?.remove());

async function alert(fields) {
  const { status, body } = await system.post({ strategy: 'rules', ...fields });
  assert.equal(status, 200, body);
  return UUID.exec(body)[0];
}

const orders = () => system.json('orders', '--all');
const held = async (ticker) => (await system.json('positions')).find((row) => row.ticker === ticker)?.qty ?? 0;

test('what a command would leave out in silence is refused, and nothing is done', async () => {
  const buy = ['schedule', 'add', 'slip', 'buy', 'NASDAQ:AAPL', '1', '--at', '10:00'];
  const liquidate = ['schedule', 'add', 'slip', 'liquidate', '--country', 'US', '--at', '10:00'];
  const rows = [
    [[...liquidate, '--reasons', ''], 2, /--reasons is empty/],
    [[...liquidate, '--reasons', 'Trend'], 1, /Reasons: nothing is bought for "Trend"/],
    [[...liquidate, '--amount', '5'], 2, /--amount: a liquidation sells whatever is held/],
    [[...liquidate, '--price', '5'], 2, /--price: a liquidation sells whatever is held/],
    [[...buy, '--country', 'KR'], 2, /--country: only of a liquidation/],
    [[...buy, '--exchange', 'NYSE'], 2, /NASDAQ:AAPL is not on NYSE/],
    [['strategy', '*', 'off'], 2, /"\*" is no strategy's name/],
    [['halt', '--strategy', '*', '--yes', '--reason', 'x'], 2, /"\*" is no strategy's name/],
    [['calendar', 'US', '--from', '2027-01-02', '--to', '2027-01-01'], 2, /--from has to be before --to/],
    [['calendar', 'US', '--from', '2030-01-01', '--to', '2030-02-01'], 0, /nobody knows the holidays/],
    [['simulate', '--check', '--signals', 'x.csv'], 2, /--check decides again what is archived/],
    [['simulate', '--signals', 'x.csv', '--from', '2026-11-01'], 2, /without --signals/],
    [['simulate', '--from', '2026-11-02', '--to', '2026-11-01'], 2, /--from has to be before --to/],
    [['simulate', '--from', '2026-11-01', '--cash', 'USD=1,USD=2'], 2, /each currency once/],
    [['simulate', '--from', '2026-11-01', '--cash', 'USD=100000000000000'], 2, /at most 14 digits/],
    [[...buy.slice(0, 5), '0.123456789', '--at', '10:00'], 2, /quantity: expected a number of at most 10 digits before and 8 after the point, found "0.123456789"/],
    [[...buy.slice(0, 5), '0', '--at', '10:00'], 2, /quantity: expected a number above 0, found "0"/],
    [[...buy, '--price', '0.123456789'], 2, /--price: expected a number of at most 10 digits before and 8 after the point/],
    [['rate', 'set', 'USD', 'KRW', '0.123456789'], 2, /rate: expected a number of at most 10 digits before and 8 after the point/],
  ];
  for (const [words, status, message] of rows) {
    const result = await system.yq(...words);
    assert.equal(result.status, status, `${words.join(' ')}: ${result.stderr}`);
    assert.match(result.stderr, message);
  }
  assert.deepEqual(await system.json('schedule'), []);
});

test('a schedule that is edited into itself stays as it is, and is not told to be changed', async () => {
  const edit = async (...options) => {
    const { status, stdout, stderr } = await system.yq('schedule', 'edit', 'morning', ...options);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const times = async () => (await system.json('audit')).filter((row) => /morning/.test(JSON.stringify(row))).length;
  const { status, stderr } = await system.yq('schedule', 'add', 'morning', 'buy', 'NASDAQ:AAPL', '1', '--at', '10:00');
  assert.equal(status, 0, stderr);
  const before = await times();
  assert.match(await edit(), /unchanged/);
  assert.match(await edit('--at', '10:00'), /unchanged/);
  assert.equal(await times(), before);
  assert.match(await edit('--at', '10:01'), /changed/);
  assert.equal(await times(), before + 1);
  assert.equal((await system.yq('schedule', 'remove', 'morning')).status, 0);
});

test('an entry is protected at once, and its take-profit takes the place of the stop-loss', async () => {
  await alert({ ticker: 'AAPL', action: 'buy', contracts: 10, price: 190, tp: 195, sl: 185 });
  const stop = await until('a stop-loss at the broker', async () =>
    (await orders()).find((row) => row.exit === 'StopLoss' && row.state === 'Open'));
  assert.equal(stop.qty, await held('AAPL'));
  await alert({ ticker: 'AAPL', action: 'buy', contracts: 1, price: 196, strategy: 'price' });
  const won = await until('the take-profit filled', async () =>
    (await orders()).find((row) => row.exit === 'TakeProfit' && row.state === 'Filled'));
  assert.equal(won.qty, stop.qty);
  assert.equal((await orders()).find((row) => row.id === stop.id).state, 'Canceled');
});

test('a refused signal names the rule, its limit and the number that broke it', async () => {
  const id = await alert({ ticker: 'MSFT', action: 'buy', price: 400, strategy: 'small' });
  const story = await until('a decision', async () => {
    const { stdout } = await system.yq('why', id);
    return /refused/.test(stdout) && stdout;
  });
  assert.match(story, /RISK_MAX_ORDER_VALUE .*order value [\d,]+\.\d\d USD exceeds the limit of 500\.00 USD/);
});

test('a halt that flattens closes what its strategy holds, and lets nothing new in', async () => {
  await alert({ ticker: 'NVDA', action: 'buy', contracts: 5, price: 180, strategy: 'trend' });
  await until('NVDA held', async () => await held('NVDA') > 0);
  const { status, stderr } = await system.yq('halt', '--strategy', 'trend', '--flatten', '--yes', '--reason', 'enough');
  assert.equal(status, 0, stderr);
  await until('NVDA closed', async () => await held('NVDA') === 0);
  const id = await alert({ ticker: 'NVDA', action: 'buy', contracts: 5, price: 181, strategy: 'trend' });
  await until('a refusal', async () => /RISK_HALTED/.test((await system.yq('why', id)).stdout));
});

test('every decision comes out the same from what was recorded with it', async () => {
  const { status, stdout, stderr } = await until('the archive', async () => {
    const result = await system.yq('simulate', '--check');
    return /5 +come out the same/.test(result.stdout) && result;
  });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /0 +come out different/);
});

test('performance of what nobody knows names the nearest that there is', async () => {
  const rows = [
    [['--account', 'nope'], /nothing is found of the account "nope"$/m],
    [['--account', 'Papr'], /nothing is found of the account "Papr"; did you mean "Paper"\?/],
    [['--strategy', 'trent'], /nothing is found of the strategy "trent"; did you mean "trend"\?/],
    [['--strategy', 'x'], /^$/],
  ];
  for (const [words, message] of rows) {
    const { status, stdout, stderr } = await system.yq('performance', ...words);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /nothing has been traded, and no day recorded/);
    assert.match(stderr, message, words.join(' '));
  }
});
