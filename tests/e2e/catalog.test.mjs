/* The catalog: master files from a server and from a folder, searched, and told on the bus. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { cod, korean, mst, zip } from './lib/masters.mjs';
import { System, until } from './lib/system.mjs';

const files = {
  'kospi_code.mst': mst('KOSPI', [{ code: '005930', name: '삼성전자' }, { code: '000660', name: 'SK하이닉스', halted: 'Y' }, { code: '000100', name: '유한양행' }]),
  'kosdaq_code.mst': mst('KOSDAQ', [{ code: '035720', name: '카카오' }]),
  'konex_code.mst': mst('KONEX', [{ code: 'A00001', name: '작은회사' }]),
  'nasmst.cod': cod('NAS', [{ ticker: 'AAPL', name: '애플', english: 'APPLE INC' }, { ticker: 'MSFT', name: '마이크로소프트', english: 'MICROSOFT' }, { ticker: 'NV DA', name: '엔비디아' }]),
  'nysmst.cod': cod('NYS', [{ ticker: 'BRK/B', name: '버크셔', english: 'BERKSHIRE' }]),
  'amsmst.cod': cod('AMS', [{ ticker: 'SPY', name: '스파이', english: 'SPDR S&P 500', stis: 3 }]),
  'shsmst.cod': cod('SHS', [{ ticker: '600519', name: '귀주모태주', english: 'MOUTAI', currency: 'CNY', lot: 100 }]),
  'shimst.cod': cod('SHI', [{ ticker: '000001', name: '상해종합', stis: 1, currency: '' }]),
  'szsmst.cod': cod('SZS', [{ ticker: '000100', name: 'TCL 테크', english: 'TCL TECH', currency: 'CNY', lot: 100 }]),
  'szimst.cod': cod('SZI', [{ ticker: '399001', name: '심천성분', stis: 1, currency: 'CNY' }]),
  'tsemst.cod': cod('TSE', [{ ticker: '7203', name: '도요타', english: 'TOYOTA', currency: 'JPY', lot: 100 }]),
  'hksmst.cod': cod('HKS', [{ ticker: '00700', name: '텐센트', english: 'TENCENT', currency: 'HKD', lot: 100 }]),
  'hnxmst.cod': cod('HNX', [{ ticker: 'PVS', name: '페트로베트남', currency: 'VND', lot: 100 }]),
  'hsxmst.cod': cod('HSX', [{ ticker: 'VNM', name: '비나밀크', english: 'VINAMILK', currency: 'VND', lot: 100 }]),
};

let system, server, folder;
const asked = [];
let answer = (name) => [200, zip(name, files[name])];

before(async () => {
  server = http.createServer((request, response) => {
    asked.push(request.url);
    const [status, body] = answer(path.basename(request.url.split('?')[0], '.zip'));
    response.writeHead(status).end(body);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const origin = `http://127.0.0.1:${server.address().port}`;
  system = await System.start({ Catalog: { BaseUrl: `${origin}/common/master`, Files: { HNX: `${origin}/other/hnxmst.cod.zip?of=today` } } });
  folder = path.join(system.folder, 'masters');
  await mkdir(folder);
});
after(async () => {
  await system?.remove();
  server?.close();
});

const rows = async (...words) => Object.fromEntries((await system.json('catalog', ...words)).map((row) => [row.exchange, row]));
const refused = async (status, pattern, ...words) => {
  const done = await system.yq('catalog', ...words);
  assert.deepEqual([done.status, done.stdout], [status, '']);
  assert.match(done.stderr, pattern);
  return done.stderr;
};

test('an empty catalog says what fills it', async () => {
  const { status, stdout } = await system.yq('catalog');
  assert.equal(status, 0);
  assert.match(stdout, /yq catalog sync/);
});

test('sync fetches every file, and the programs are told', async () => {
  const heard = [];
  const client = system.valkey();
  await client.subscribe('catalog');
  client.on('message', (channel, text) => heard.push(JSON.parse(text)));
  const changes = await rows('sync');
  assert.deepEqual(Object.keys(changes).sort(), ['AMEX', 'HKEX', 'HNX', 'HOSE', 'KOSDAQ', 'KOSPI', 'KRX', 'NASDAQ', 'NYSE', 'SSE', 'SZSE', 'TSE']);
  assert.deepEqual([changes.KOSPI.issues, changes.KOSPI.added, changes.SSE.added], [3, 3, 2]);
  assert.deepEqual([...asked].sort(), Object.keys(files).map((name) => (name === 'hnxmst.cod' ? '/other/hnxmst.cod.zip?of=today' : `/common/master/${name}.zip`)).sort());
  await until('the notice', () => heard.length === 1, 15000);
  assert.equal(heard[0].Exchanges.length, 12);
  assert.equal(heard[0].Added, 17);
  const state = await rows();
  assert.deepEqual([state.KOSPI.listed, state.KOSPI.halted, state.KOSPI.country], [3, 1, 'KR']);
  const [row] = (await system.json('audit')).filter(({ verb }) => verb === 'catalog');
  assert.match(row.who, /@/);
  assert.match(row.target, /KOSPI/);
  assert.match(row.reason, /\/common\/master/);
  assert.equal(row.after, '17 new, 0 changed, 0 same, 0 back, 0 delisted');
});

test('what cannot be named is told, not lost in silence', async () => {
  const { status, stderr } = await system.yq('catalog', 'sync', 'NASDAQ');
  assert.equal(status, 0);
  assert.match(stderr, /1 line is left out; the first: nasmst\.cod line 3 NV DA/);
});

test('search finds tickers and names in both languages', async () => {
  const found = async (...words) => (await system.json('catalog', 'search', ...words)).map((row) => row.ticker);
  assert.deepEqual(await found('삼성'), ['005930']);
  assert.deepEqual(await found('apple'), ['AAPL']);
  assert.deepEqual(await found('애플'), ['AAPL']);
  assert.deepEqual(await found('000100'), ['000100', '000100']);
  assert.deepEqual(await found('000100', 'CN'), ['000100']);
  assert.deepEqual(await found('brk/b', 'NYSE'), ['BRK/B']);
  assert.deepEqual(await found('nothing of the kind'), []);
});

test('show tells all of one issue, and lists an exchange', async () => {
  const [apple] = await system.json('catalog', 'show', 'NASDAQ:AAPL');
  assert.deepEqual([apple.name, apple.englishName, apple.currency, apple.lot, apple.basePrice, apple.kind, apple.status, apple.ticks, apple.file],
    ['애플', 'APPLE INC', 'USD', 1, 189.5, 'Stock', 'Listed', 'US', 'nasmst.cod']);
  assert.equal((await system.json('catalog', 'show', 'KRX:005930'))[0].exchange, 'KOSPI');
  assert.equal((await system.json('catalog', 'show', 'HKEX:700'))[0].ticker, '00700');
  assert.deepEqual((await system.json('catalog', 'show', '000100')).map((row) => row.exchange), ['KOSPI', 'SZSE']);
  assert.equal((await system.json('catalog', 'show', 'KR')).length, 5);
  const { stdout } = await system.yq('catalog', 'show', 'AAPL');
  assert.match(stdout, /price steps +US/);
  await refused(1, /the catalog has no TSLA of NASDAQ/, 'show', 'NASDAQ:TSLA');
  await refused(2, /expected a country/, 'sync', 'MOON');
});

test('from a folder, plain or packed; what is gone is kept as delisted', async () => {
  await writeFile(path.join(folder, 'kospi_code.mst'), mst('KOSPI', [{ code: '005930', name: '삼성전자' }, { code: '000660', name: 'SK하이닉스' }]));
  await writeFile(path.join(folder, 'nasmst.cod.zip'), zip('NASMST.COD', files['nasmst.cod']));
  const before = asked.length;
  const changes = await rows('sync', '--from', folder);
  assert.equal(asked.length, before);
  assert.deepEqual(Object.keys(changes).sort(), ['KOSPI', 'NASDAQ']);
  assert.deepEqual([changes.KOSPI.changed, changes.KOSPI.delisted, changes.NASDAQ.same], [1, 1, 2]);
  assert.equal((await system.json('catalog', 'show', 'KOSPI:000100'))[0].status, 'Delisted');
  assert.deepEqual((await system.json('catalog', 'search', '유한')).length, 0);
  assert.deepEqual((await system.json('catalog', 'search', '유한', '--all')).length, 1);
});

test('an exchange that needs a file that is not there is not half written', async () => {
  await writeFile(path.join(folder, 'shsmst.cod'), files['shsmst.cod']);
  await refused(1, /has no shimst\.cod, which SSE needs: nothing is changed/, 'sync', '--from', folder);
  await rm(path.join(folder, 'shsmst.cod'));
  await refused(1, /has no nysmst\.cod, which NYSE needs/, 'sync', 'NYSE', '--from', folder);
});

test('a broken file changes nothing, and every fault is told with line, column and why', async () => {
  const broken = Buffer.from(files['nasmst.cod']);
  broken[broken.indexOf(korean('애')) + 1] = 0x20;
  await writeFile(path.join(folder, 'nasmst.cod.zip'), zip('nasmst.cod', broken));
  await writeFile(path.join(folder, 'kospi_code.mst'), files['kospi_code.mst'].subarray(0, 400));
  const said = await refused(1, /2 of 2 files are broken: nothing is changed/, 'sync', '--from', folder);
  assert.match(said, /^yq: kospi_code\.mst line 2, column 112 \(end\): the line ends after 111 bytes, expected at least 248$/m);
  assert.match(said, /^yq: nasmst\.cod line 1, column 31 \(knam\): the byte 0xbe is no CP949$/m);
  assert.equal((await system.json('catalog', 'show', 'KOSPI:000660'))[0].status, 'Listed');
});

test('a file of less than half of what is listed is refused unless forced', async () => {
  await rm(path.join(folder, 'kospi_code.mst'));
  const many = Array.from({ length: 10 }, (_, i) => ({ ticker: `T${i}`, name: `회사 ${i}` }));
  await writeFile(path.join(folder, 'nasmst.cod.zip'), zip('nasmst.cod', cod('NAS', many)));
  await rows('sync', '--from', folder, '--force');
  await writeFile(path.join(folder, 'nasmst.cod.zip'), zip('nasmst.cod', cod('NAS', many.slice(0, 4))));
  await refused(1, /nasmst\.cod has 4 issues, less than half of the 10 listed/, 'sync', '--from', folder);
  assert.equal((await rows()).NASDAQ.listed, 10);
  assert.equal((await rows('sync', '--from', folder, '--force')).NASDAQ.delisted, 6);
});

test('a server that fails is asked again, and then nothing is changed', async () => {
  const before = (await rows()).TSE.writtenAt;
  answer = () => [503, 'later'];
  asked.length = 0;
  await refused(3, /tsemst\.cod\.zip: the server answered 503[^]*1 of 1 files cannot be fetched/, 'sync', 'TSE');
  assert.equal(asked.length, 3);
  answer = () => [404, 'no'];
  asked.length = 0;
  await refused(3, /answered 404/, 'sync', 'TSE');
  assert.equal(asked.length, 1);
  answer = () => [200, '<html>Service Unavailable</html>'];
  await refused(1, /tsemst\.cod line 1, column 33 \(end\): 1 columns between tabs, expected 24/, 'sync', 'TSE');
  assert.equal((await rows()).TSE.writtenAt, before);
  let times = 0;
  answer = (name) => (++times < 3 ? [500, ''] : [200, zip(name, files[name])]);
  assert.equal((await rows('sync', 'TSE')).TSE.same, 1);
});
