/* web_events.test.mjs - events as they happen: nothing missed, nothing twice, whoever comes back whenever. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.mjs';
import { System, pause, until } from './lib/system.mjs';

const PATIENCE_MS = 30000;
let system, api, key, taken;

/* One stream of events, read to the byte. */
class Stream {
  static open(last, { bearer = key, pauseReading = false } = {}) {
    const stream = Object.assign(new Stream(), { events: [], last, text: '', status: 0, ended: false });
    const headers = { Accept: 'text/event-stream', Authorization: `Bearer ${bearer}`, ...(last ? { 'Last-Event-ID': last } : {}) };
    stream.request = http.get(`${system.endpoints.web.url.replace(/\/$/, '')}/api/v1/events`, { headers, agent: new http.Agent() }, (answer) => {
      stream.status = answer.statusCode;
      answer.setEncoding('utf8');
      answer.on('end', () => { stream.ended = true; });
      answer.on('error', () => { stream.ended = true; });
      if (pauseReading) answer.pause();
      else answer.on('data', (part) => stream.read(part));
    });
    stream.request.on('error', () => { stream.ended = true; });
    return stream;
  }

  read(part) {
    this.text += part;
    for (let end; (end = this.text.indexOf('\n\n')) >= 0; this.text = this.text.slice(end + 2)) {
      const lines = this.text.slice(0, end).split('\n');
      const field = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join('\n');
      if (!field('event')) continue;
      const event = { name: field('event'), id: field('id'), data: field('data') ? JSON.parse(field('data')) : null };
      if (field('id')) this.last = field('id');
      this.events.push(event);
    }
  }

  named(name) {
    return this.events.filter((event) => event.name === name).map(({ data }) => data);
  }

  async has(name, count = 1) {
    return until(`${count} ${name}`, () => this.named(name).length >= count, PATIENCE_MS);
  }

  close() {
    this.request.destroy();
  }
}

let alerts = 0;
const alert = () => system.post({ id: `event-${(alerts += 1)}`, strategy: 'Events', ticker: 'AAPL', action: 'buy', price: 100 });

before(async () => {
  system = await System.start({ OrderManager: { StrategySizingMapping: { '*': 'One' }, Policies: { Sizing: { One: { Type: 'FixedQty', FixedQty: 1 } } } } });
  api = await Api.first(system);
  key = (await api.want('POST', '/keys', { body: { name: 'listener', scopes: ['read'] } })).secret;
});
after(() => system?.remove());

test('who comes new is greeted, given the state, and told what happens', async () => {
  const stream = Stream.open();
  await stream.has('hello');
  await stream.has('health');
  await stream.has('halt');
  await alert();
  await stream.has('signal');
  await stream.has('execution');
  await stream.has('position');
  await stream.has('price');
  assert.equal(stream.named('position')[0].ticker, 'AAPL');
  stream.close();
});

test('over thirty reconnects while alerts flow nothing is missed and nothing told twice', async () => {
  let stream = Stream.open();
  await stream.has('hello');
  const from = stream.last;
  const seen = [];
  let over = false;
  const flow = (async () => {
    for (let i = 0; i < 120; i += 1) {
      await alert();
      await pause(15);
    }
    over = true;
  })();
  for (let i = 0; i < 30 || !over; i += 1) {
    await pause(60);
    stream.close();
    seen.push(...stream.events.filter(({ name }) => name === 'signal' || name === 'execution'));
    stream = Stream.open(stream.last);
    await stream.has('hello');
  }
  await flow;
  await until('all trades', async () => (await system.tradesInArchive()) === alerts, PATIENCE_MS);
  const told = () => [...seen, ...stream.events].filter(({ name }) => name === 'signal').map(({ data }) => data.id);
  await until('the last signal', () => new Set(told()).size >= 120, PATIENCE_MS);
  await pause(500);
  stream.close();
  assert.equal(told().length, new Set(told()).size, 'a signal was told twice');
  assert.equal(told().length, 120);
  const steps = [...seen, ...stream.events].filter(({ name }) => name === 'execution').map(({ data }) => `${data.orderId} ${data.sequence}`);
  assert.equal(steps.length, new Set(steps).size, 'an execution was told twice');
  const again = Stream.open(from);
  await until('all of them at once', () => again.named('signal').length >= 120, PATIENCE_MS);
  assert.equal(again.named('signal').length, 120);
  assert.ok(again.named('hello')[0].missed >= 120);
  again.close();
});

test('who slept through five hundred alerts is told exactly what the streams hold, in order', async () => {
  const before = Stream.open();
  await before.has('snapshot');
  const from = before.last;
  before.close();
  for (let i = 0; i < 500; i += 1) await alert();
  await until('all trades', async () => (await system.tradesInArchive()) === alerts, PATIENCE_MS);
  const streams = ['execution', 'notification', 'signal', 'order'];
  const asleep = from.split('_');
  const stream = Stream.open(from);
  await stream.has('snapshot');
  for (const [i, name] of streams.entries()) {
    const entries = await system.valkey().xrange(`${name}:stream`, `(${asleep[i]}`, '+');
    const told = stream.events.filter((event) => event.name === name && event.id).map(({ id }) => id.split('_')[i]);
    assert.deepEqual(told, entries.map(([id]) => id), name);
  }
  stream.close();
});

test('who comes with what is not there any more is told to load all anew', async () => {
  const before = Stream.open();
  await before.has('snapshot');
  before.close();
  for (let i = 0; i < 10; i += 1) await alert();
  await until('all trades', async () => (await system.tradesInArchive()) === alerts, PATIENCE_MS);
  await system.valkey().xtrim('signal:stream', 'MAXLEN', 5);
  for (const last of [before.last, '1-1_1-1_1-1_1-1', 'what?']) {
    const stream = Stream.open(last);
    await stream.has('reset');
    await stream.has('snapshot');
    assert.equal(stream.named('signal').length, 0);
    stream.close();
  }
});

test('who does not read is ended, and the others hear on', async () => {
  const health = await system.valkey().hget('heartbeat:Web', 'Health');
  const slowOnes = async () => {
    const text = await (await fetch(`${health.replace(/\/health$/, '')}/metrics`)).text();
    return Number(/^yq_web_streams_slow_total (\d+)/m.exec(text)[1]);
  };
  const slow = Stream.open(null, { pauseReading: true });
  const other = Stream.open();
  await other.has('snapshot');
  await until('an answer', () => slow.status === 200, PATIENCE_MS);
  const notification = JSON.stringify({ Id: randomUUID(), Kind: 'System', Severity: 'Info', App: 'Web', Text: 'x'.repeat(1000), Timestamp: new Date().toISOString() });
  let sent = 0;
  await until('its end', async () => {
    const batch = system.valkey().pipeline();
    for (let i = 0; i < 200; i += 1, sent += 1) batch.xadd('notification:stream', '*', 'payload', notification);
    await batch.exec();
    return (await slowOnes()) === 1;
  }, PATIENCE_MS);
  await other.has('notification', sent);
  assert.equal(other.ended, false);
  other.close();
  slow.close();
});

test('five hundred listen at once, and each is told', async () => {
  const made = await api.want('POST', '/keys', { body: { name: 'for a while', scopes: ['read'] } });
  taken = Stream.open(null, { bearer: made.secret });
  await taken.has('hello');
  await api.want('DELETE', `/keys/${made.key.id}`);
  const keys = [];
  for (let i = 0; i < 25; i += 1) {
    const password = `nine boats on the lake ${i}`;
    await api.want('POST', '/users', { body: { name: `ear${i}`, role: 'Viewer', password } });
    const ear = await Api.signIn(system, `ear${i}`, password);
    const session = await ear.get('/auth/session');
    if (session.body.mustChange) await ear.want('POST', '/auth/password', { body: { old: password, new: `${password} again` } });
    const signed = session.body.mustChange ? await Api.signIn(system, `ear${i}`, `${password} again`) : ear;
    keys.push((await signed.want('POST', '/keys', { body: { name: 'ear', scopes: ['read'] } })).secret);
  }
  const pid = Number(await system.valkey().hget('heartbeat:Web', 'Pid'));
  const resident = async () => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]);
  const without = await resident();
  const streams = [];
  for (const bearer of keys) {
    streams.push(...Array.from({ length: 20 }, () => Stream.open(null, { bearer })));
    await until('these are greeted', () => streams.every((stream) => stream.named('hello').length === 1), PATIENCE_MS);
  }
  await alert();
  await until('all are told', () => streams.every((stream) => stream.named('signal').length === 1), PATIENCE_MS);
  const now = await resident();
  console.log(`# yq-web with 500 streams: ${now} KiB resident, ${now - without} more than without`);
  const more = Stream.open(null, { bearer: keys[0] });
  await until('the 21st of one user is refused', () => more.status >= 400, PATIENCE_MS);
  for (const stream of [...streams, more]) stream.close();
});

test('a key that was taken back hears no more', async () => {
  await until('its end', () => taken.ended, 90000);
  assert.equal(taken.named('bye').length, 1);
});

test('a program that is gone is told within its heartbeat', async () => {
  const stream = Stream.open();
  await stream.has('health');
  const pid = Number(await system.valkey().hget('heartbeat:BrokerGateway', 'Pid'));
  process.kill(pid, 'SIGSTOP');
  await until('health', () => stream.named('health').some(({ ok }) => !ok), 45000);
  process.kill(pid, 'SIGCONT');
  stream.close();
});
