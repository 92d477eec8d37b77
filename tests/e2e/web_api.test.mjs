/* web_api.test.mjs - what holds for every route behind the sign-in: rights, fields, done once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Api } from './lib/api.mjs';
import { System, until } from './lib/system.mjs';

const PASSWORD = 'a long enough password 5';
const NEVER = '00000000-0000-4000-8000-000000000000';

describe('the API', () => {
  let system;
  let admin;
  let viewer;

  before(async () => {
    system = await System.start();
    admin = await Api.first(system);
    await admin.want('POST', '/users', { body: { name: 'vera', role: 'Viewer', password: PASSWORD } });
    const fresh = await Api.signIn(system, 'vera', PASSWORD);
    await fresh.want('POST', '/auth/password', { body: { old: PASSWORD, new: `${PASSWORD} new` } });
    viewer = fresh;
  });
  after(() => system?.remove());

  /* The routes of the document with a path that leads to nothing. */
  function* routes() {
    for (const [template, methods] of Object.entries(admin.document.json.paths)) {
      for (const [method, route] of Object.entries(methods)) {
        yield { method: method.toUpperCase(), template, route, path: template.replace(/\{\w+\}/g, NEVER) };
      }
    }
  }

  test('who has not the role is refused before anything is looked at', async () => {
    for (const { method, route, path } of routes()) {
      if (!['Trader', 'Admin'].includes(route['x-role'])) continue;
      const answer = await viewer.call(method, path, { raw: method === 'GET' ? undefined : '{"x":' });
      assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
      assert.equal(answer.body.code, 'FORBIDDEN');
    }
  });

  test('what changes something needs the CSRF token of the session', async () => {
    for (const { method, route, path } of routes()) {
      if (method === 'GET' || route.security.length === 0) continue;
      for (const token of [null, 'x', admin.csrf.toUpperCase(), viewer.csrf]) {
        const answer = await admin.call(method, path, { headers: { 'X-CSRF-Token': token } });
        assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
        assert.equal(answer.body.code, 'CSRF');
      }
    }
  });

  test('a field that a route does not know is refused by its name, in the query and in the body', async () => {
    for (const { method, route, path } of routes()) {
      if (route.security.length === 0 || path === '/events') continue;
      const parameters = (route.parameters ?? []).filter((one) => one.in === 'path');
      if (parameters.some((one) => one.schema.format !== 'uuid')) continue; /* the path's own field comes first */
      const asked = await admin.call(method, path, { query: { nobodyKnows: 1 } });
      assert.equal(asked.status, 422, `${method} ${path}: ${asked.text}`);
      assert.equal(asked.body.field, 'nobodyKnows');
      if (method === 'GET') continue;
      const told = await admin.call(method, path, { body: { nobodyKnows: 1 } });
      assert.equal(told.status, 422, `${method} ${path}: ${told.text}`);
      assert.equal(told.body.field, 'nobodyKnows');
    }
  });

  test('a body that is no JSON object is refused, whatever the route', async () => {
    for (const { method, route, path } of routes()) {
      const parameters = (route.parameters ?? []).filter((one) => one.in === 'path');
      if (method === 'GET' || route.security.length === 0 || parameters.some((one) => one.schema.format !== 'uuid')) continue;
      for (const raw of ['{', '[]', '5', '{"a":1,"a":2}', '\u0000', '{"a":"\\ud800"}', '['.repeat(1000)]) {
        const answer = await admin.call(method, path, { raw });
        assert.equal(answer.status, 400, `${method} ${path} ${raw}: ${answer.text}`);
        assert.equal(answer.body.code, 'BODY_INVALID');
      }
    }
  });

  test('each required field that is missing is named', async () => {
    for (const { method, route, path } of routes()) {
      const required = route.requestBody?.content['application/json'].schema.required ?? [];
      if (route.security.length === 0 || required.length === 0) continue;
      const answer = await admin.call(method, path, { body: {} });
      assert.equal(answer.status, 422, `${method} ${path}: ${answer.text}`);
      assert.ok(answer.body.code === 'FIELD_MISSING' ? required.includes(answer.body.field) : answer.body.code === 'FIELD_INVALID', answer.text);
    }
  });

  test('POST needs an Idempotency-Key, and a key is a UUID', async () => {
    const body = { text: 'hello' };
    for (const key of [null, 'x', '5', `${randomUUID()}0`]) {
      const answer = await admin.call('POST', '/notifications/test', { key, body });
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.body.field, 'Idempotency-Key');
    }
  });

  test('what is asked for twice under one key is done once and answered alike', async () => {
    const key = randomUUID();
    const text = `once ${key}`;
    const first = await admin.call('POST', '/notifications/test', { key, body: { text } });
    assert.equal(first.status, 200, first.text);
    assert.equal(first.headers.get('idempotent-replay'), null);
    for (let i = 0; i < 3; i++) {
      const again = await admin.call('POST', '/notifications/test', { key: key.toUpperCase(), body: { text } });
      assert.equal(again.status, 200);
      assert.equal(again.text, first.text);
      assert.equal(again.headers.get('idempotent-replay'), 'true');
    }
    const list = await until('notification', async () => {
      const { items } = await admin.want('GET', '/notifications', { query: { limit: 200 } });
      return items.some((one) => one.text.includes(text)) && items;
    }, 30_000);
    assert.equal(list.filter((one) => one.text.includes(text)).length, 1);
  });

  test('many at once under one key are one', async () => {
    const key = randomUUID();
    const text = `together ${key}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => admin.call('POST', '/notifications/test', { key, body: { text } })));
    for (const { status, body } of answers) assert.ok(status === 200 || (status === 409 && body.code === 'IN_FLIGHT'), `${status}`);
    assert.equal(answers.filter(({ status, headers }) => status === 200 && !headers.get('idempotent-replay')).length, 1);
    const { items } = await admin.want('GET', '/notifications', { query: { limit: 200 } });
    assert.equal(items.filter((one) => one.text.includes(text)).length, 1);
  });

  test('another request under a used key is refused, and another user may use it', async () => {
    const key = randomUUID();
    assert.equal((await admin.call('POST', '/notifications/test', { key, body: { text: 'a' } })).status, 200);
    for (const [path, body] of [['/notifications/test', { text: 'b' }], ['/keys', { name: 'x', scopes: ['read'] }]]) {
      const answer = await admin.call('POST', path, { key, body });
      assert.equal(answer.status, 422, answer.text);
      assert.equal(answer.body.code, 'IDEMPOTENCY_REUSED');
    }
    assert.ok((await viewer.call('POST', '/keys', { key, body: { name: 'mine', scopes: ['read'] } })).status < 300);
  });

  test('while the first is at work a repeat is told so; what it leaves ends by itself', async () => {
    const key = randomUUID();
    const body = { text: 'at work' };
    assert.equal((await admin.call('POST', '/notifications/test', { key, body })).status, 200);
    const valkey = system.valkey();
    const records = await valkey.keys('answer:*');
    for (const record of records) {
      const { digest } = JSON.parse(await valkey.get(record));
      assert.ok((await valkey.ttl(record)) > 86_000);
      await valkey.set(record, JSON.stringify({ digest }), 'EX', 120);
    }
    const answer = await admin.call('POST', '/notifications/test', { key, body });
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.body.code, 'IN_FLIGHT');
    assert.equal(answer.headers.get('retry-after'), '1');
    await valkey.del(...records);
    assert.equal((await admin.call('POST', '/notifications/test', { key, body })).status, 200);
  });

  test('no password and no secret lies among the kept answers', async () => {
    const key = randomUUID();
    const made = await admin.want('POST', '/keys', { key, body: { name: 'secret', scopes: ['read'] } });
    const again = await admin.call('POST', '/keys', { key, body: { name: 'secret', scopes: ['read'] } });
    assert.equal(again.status, 409, again.text);
    assert.equal(again.body.code, 'DONE_BEFORE');
    const valkey = system.valkey();
    for (const record of await valkey.keys('answer:*')) {
      const text = await valkey.get(record);
      assert.ok(!text.includes(made.secret) && !text.includes(PASSWORD) && !text.includes(key));
    }
  });

  test('Valkey is killed and comes back: it goes on as before', async () => {
    const valkey = system.valkey();
    const [, pid] = /process_id:(\d+)/.exec(await valkey.info('server'));
    process.kill(Number(pid), 'SIGKILL');
    await until('health', async () => (await admin.get('/health')).status === 200, 30_000);
    assert.equal((await admin.get('/overview')).status, 200);
  });
});
