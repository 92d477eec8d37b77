/* Who may use the dashboard, tried as one who may not. */
import assert from 'node:assert/strict';
import { createHmac, createHash } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { readFile, readdir } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { Api } from './lib/api.mjs';
import { System, until, yqPath } from './lib/system.mjs';

const PASSWORDS = { admin: 'Sonne-Mond-Sterne-7', trader: 'Lange-Leitung-77-x', viewer: 'Kurzer-Blick-88-yz' };
const PATIENCE = 30000;

let system, admin, first;
let sequence = 0;

/* Of an address of its own, so that one test's failures are not another's.  The proxy is trusted. */
const address = () => `203.0.113.${++sequence}`;
const from = (where) => ({ 'X-Forwarded-For': where });
const digest = (text) => createHash('sha256').update(text).digest('hex');

before(async () => {
  system = await System.start({ Web: { TrustedProxies: ['127.0.0.1'] } });
  first = /^password\s+(\S+)$/m.exec(system.output)[1];
});
after(() => system?.remove());

/* One who has set a password of his own. */
async function settled(user, made, own) {
  const api = await Api.signIn(system, user, made);
  await api.want('POST', '/auth/password', { body: { old: made, new: own } });
  return api;
}

async function attempt(user, password, where = address()) {
  const api = await Api.of(system);
  return api.call('POST', '/auth/sign-in', { body: { user, password }, headers: from(where) });
}

/* Bytes to the server as they are; all that it says until it hangs up or falls silent. */
function raw(bytes, wait = 1500) {
  const { hostname, port } = new URL(system.endpoints.web.url);
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    const end = () => { socket.destroy(); resolve(text); };
    socket.setTimeout(wait, end);
    socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
    socket.on('end', end);
    socket.on('error', end);
  });
}

function ask(method, where, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(where, system.endpoints.web.url), { method, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => { text += chunk; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/* Every route of the document, with something in the place of each {name}. */
function routes() {
  const list = [];
  for (const [template, methods] of Object.entries(admin.document.json.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (method === 'parameters') continue;
      const where = template.replace(/\{(\w+)\}/g, (_, name) => (/^(id|key|order|signal|schedule)$/.test(name) ? '00000000-0000-4000-8000-000000000000' : 'x'));
      list.push({ method: method.toUpperCase(), path: where, template, operation });
    }
  }
  return list;
}
const PUBLIC = ['/auth/sign-in', '/health', '/openapi.json'];

test('the first Admin is shown once, and may do nothing before the password is another', async () => {
  const api = await Api.signIn(system, 'ADMIN', first);
  assert.equal((await api.get('/auth/session')).body.mustChange, true);
  for (const where of ['/users', '/accounts', '/orders']) assert.equal((await api.get(where)).status, 403, where);
  assert.equal((await api.call('POST', '/auth/password', { body: { old: first, new: 'adminadmin12' } })).status, 422);
  assert.equal((await api.call('POST', '/auth/password', { body: { old: first, new: 'too short' } })).body.field, 'new');
  await api.want('POST', '/auth/password', { body: { old: first, new: PASSWORDS.admin } });
  assert.equal((await api.get('/users')).status, 200);
  assert.equal((await attempt('admin', first)).status, 401);
  admin = api;
  for (const [name, role] of [['trader', 'Trader'], ['viewer', 'Viewer']]) {
    const made = await admin.call('POST', '/users', { body: { name, role, password: 'Einmal-Und-Weg-1' } });
    assert.equal(made.status, 201);
    await settled(name, 'Einmal-Und-Weg-1', PASSWORDS[name]);
  }
});

test('nobody gets past any route without a session, and nothing is told of what is behind it', async () => {
  const nobody = await Api.of(system);
  for (const { method, path: where, template } of routes()) {
    if (PUBLIC.includes(template)) continue;
    const answer = await nobody.call(method, where, { body: method === 'POST' || method === 'PUT' ? {} : undefined });
    assert.equal(answer.status, 401, `${method} ${where}`);
    assert.equal(answer.body.code, 'NOT_SIGNED_IN');
  }
});

test('a role may what it may, on every route', async () => {
  const ranks = { Viewer: 1, Trader: 2, Admin: 3 };
  const needs = ({ operation }) => ranks[operation['x-role'] ?? operation['x-least-role']];
  const known = routes().filter((route) => !PUBLIC.includes(route.template) && needs(route));
  assert.ok(known.length > 20, 'the document says the role of its routes');
  for (const [user, rank] of [['viewer', 1], ['trader', 2]]) {
    const api = await Api.signIn(system, user, PASSWORDS[user]);
    for (const route of known.filter((one) => needs(one) > rank)) {
      const answer = await api.call(route.method, route.path, { body: route.method === 'POST' || route.method === 'PUT' ? {} : undefined });
      assert.equal(answer.status, 403, `${user}: ${route.method} ${route.path}`);
      assert.equal(answer.body.code, 'FORBIDDEN');
    }
  }
});

test('without the CSRF token of this very session nothing is changed', async () => {
  const one = await Api.signIn(system, 'trader', PASSWORDS.trader);
  const other = await Api.signIn(system, 'trader', PASSWORDS.trader);
  for (const token of [null, '', 'x', other.csrf, `${one.csrf}x`, one.csrf.slice(0, -1)]) {
    const answer = await one.call('POST', '/auth/sign-out', { headers: { 'X-CSRF-Token': token } });
    assert.deepEqual([answer.status, answer.body.code], [403, 'CSRF'], String(token));
  }
  assert.equal((await one.get('/auth/session')).status, 200);
});

test('what a browser says another site has sent is refused, signing in too', async () => {
  const { host } = new URL(system.endpoints.web.url);
  const json = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ user: 'admin', password: PASSWORDS.admin });
  const send = (headers) => ask('POST', '/api/v1/auth/sign-in', { ...json, ...from(address()), ...headers }, body);
  for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { Origin: `http://${host}.evil.example` }]) {
    assert.equal((await send(headers)).status, 403, JSON.stringify(headers));
  }
  const own = await send({ Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' });
  assert.equal(own.status, 200);
  assert.equal(own.headers['access-control-allow-origin'], undefined);
  const form = await ask('POST', '/api/v1/auth/sign-in', { 'Content-Type': 'text/plain' }, body);
  assert.equal(form.status, 415);
});

test('the cookie is for this host and no script; behind TLS it says so', async () => {
  const sign = (headers) => ask('POST', '/api/v1/auth/sign-in', { 'Content-Type': 'application/json', ...from(address()), ...headers }, JSON.stringify({ user: 'viewer', password: PASSWORDS.viewer }));
  const [plain] = (await sign({})).headers['set-cookie'];
  assert.match(plain, /^yq_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  const [secure] = (await sign({ 'X-Forwarded-Proto': 'https' })).headers['set-cookie'];
  assert.match(secure, /^__Host-yq_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  const value = secure.split(';')[0];
  assert.equal((await ask('GET', '/api/v1/auth/session', { Cookie: value, 'X-Forwarded-Proto': 'https' })).status, 200);
  /* A cookie that some other page of the host could have set does not count there. */
  assert.equal((await ask('GET', '/api/v1/auth/session', { Cookie: value.replace('__Host-', ''), 'X-Forwarded-Proto': 'https' })).status, 401);
});

test('a cookie of a session that is over, and a made-up one, are worth nothing', async () => {
  const api = await Api.signIn(system, 'viewer', PASSWORDS.viewer);
  const { cookie } = api;
  await api.want('POST', '/auth/sign-out');
  const session = (value) => ask('GET', '/api/v1/auth/session', { Cookie: value }).then(({ status }) => status);
  assert.equal(await session(cookie), 401);
  for (const made of ['yq_session=', 'yq_session=x', `yq_session=${'A'.repeat(43)}`, `yq_session=${'A'.repeat(4000)}`, `yq_session=${digest(cookie.slice(11))}`, 'yq_session=*', 'yq_session="x', 'yq_session=%00']) {
    assert.equal(await session(made), 401, made.slice(0, 40));
  }
  const here = await Api.signIn(system, 'viewer', PASSWORDS.viewer);
  const there = await Api.signIn(system, 'viewer', PASSWORDS.viewer);
  await here.want('POST', '/auth/password', { body: { old: PASSWORDS.viewer, new: 'Kurzer-Blick-99-yz' } });
  PASSWORDS.viewer = 'Kurzer-Blick-99-yz';
  assert.equal((await here.get('/auth/session')).status, 200);
  assert.equal((await there.get('/auth/session')).status, 401);
});

test('Valkey has no token, and a session ends there by its time', async () => {
  const api = await Api.signIn(system, 'viewer', PASSWORDS.viewer);
  const token = api.cookie.slice('yq_session='.length);
  const valkey = system.valkey();
  const key = `session:${digest(token)}`;
  const row = await valkey.hgetall(key);
  assert.equal(row.User, 'viewer');
  assert.ok(!JSON.stringify(row).includes(token));
  assert.ok(await valkey.pttl(key) <= 30 * 60000);
  await valkey.hset(key, 'EndsAt', String(Date.now() - 1));
  assert.equal((await api.get('/auth/session')).status, 401);
  assert.equal(await valkey.exists(key), 0);
  const idle = await Api.signIn(system, 'viewer', PASSWORDS.viewer);
  await valkey.pexpire(`session:${digest(idle.cookie.slice('yq_session='.length))}`, 1);
  await until('the session to be over', async () => (await idle.get('/auth/session')).status === 401, PATIENCE);
  /* Half a session is none. */
  await valkey.hset(`session:${digest('half')}`, 'User', 'admin', 'Role', 'Admin', 'EndsAt', '9999999999999');
  assert.equal((await ask('GET', '/api/v1/auth/session', { Cookie: 'yq_session=half' })).status, 401);
  await valkey.del(`session:${digest('half')}`);
});

test('people end sessions of their own, and of nobody else', async () => {
  const one = await Api.signIn(system, 'trader', PASSWORDS.trader);
  const two = await Api.signIn(system, 'trader', PASSWORDS.trader);
  const other = await Api.signIn(system, 'viewer', PASSWORDS.viewer);
  const { items } = (await other.get('/auth/sessions')).body;
  assert.equal(items.filter((item) => item.current).length, 1);
  const own = (await two.get('/auth/sessions')).body.items.find((item) => item.current);
  assert.equal((await other.call('DELETE', `/auth/sessions/${own.id}`)).status, 404);
  assert.equal((await two.get('/auth/session')).status, 200);
  assert.equal((await one.call('DELETE', `/auth/sessions/${own.id}`)).status, 200);
  assert.equal((await two.get('/auth/session')).status, 401);
});

test('whoever guesses is locked out, however many at once, and whatever he says his address is', async () => {
  await admin.want('POST', '/users', { body: { name: 'victim', role: 'Viewer', password: 'Einmal-Und-Weg-1' } });
  const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => attempt('victim', `Falsches-Wort-${i}`)));
  const wrong = answers.filter(({ status }) => status === 401).length;
  assert.ok(wrong >= 1 && wrong <= 5, `${wrong} were tried`);
  const locked = answers.find(({ status }) => status === 429);
  assert.equal(locked.body.code, 'LOCKED');
  assert.ok(Number(locked.headers.get('retry-after')) >= 1);
  /* Pauses grow; within one the right password is of no use. */
  const valkey = system.valkey();
  const key = `lockout:${digest('user:victim')}`;
  await valkey.hset(key, 'Until', String(Date.now() + 600000));
  const right = await attempt('victim', 'Einmal-Und-Weg-1');
  assert.equal(right.status, 429);
  assert.ok(Number(right.headers.get('retry-after')) > 500);
  const row = (await admin.get('/users')).body.items.find((user) => user.name === 'victim');
  assert.ok(Date.parse(row.lockedUntil) > Date.now());
  await until('people are told', async () => (await valkey.xrevrange('notification:stream', '+', '-', 'COUNT', 50)).some(([, fields]) => /victim.*locked/.test(fields[1])), PATIENCE);
  assert.equal((await system.yq('user', 'unlock', 'victim')).status, 0);
  assert.equal((await attempt('victim', 'Einmal-Und-Weg-1')).status, 200);
  assert.equal(await valkey.exists(key), 0);
});

test('an address from which many fail pauses too, and others are not kept out', async () => {
  const where = address();
  const statuses = [];
  for (let i = 0; i < 24; i++) statuses.push((await attempt(`nobody-${i}`, 'Falsches-Wort-99', where)).status);
  assert.ok(statuses.includes(429));
  assert.equal(statuses.slice(0, 18).every((status) => status === 401), true);
  assert.equal((await attempt('viewer', PASSWORDS.viewer)).status, 200);
  const valkey = system.valkey();
  const until_ = Number(await valkey.hget(`lockout:${digest(`address:${where}`)}`, 'Until'));
  assert.ok(until_ - Date.now() <= 60000);
});

test('an X-Forwarded-For of one who is no proxy changes nothing', async () => {
  const api = await Api.signIn(system, 'viewer', PASSWORDS.viewer);
  const { items } = (await api.get('/auth/sessions')).body;
  assert.equal(items.find((item) => item.current).address, '127.0.0.1');
  const chained = await Api.of(system);
  const answer = await chained.call('POST', '/auth/sign-in', { body: { user: 'viewer', password: PASSWORDS.viewer }, headers: from('198.51.100.7, 203.0.113.99') });
  chained.csrf = answer.body.session.csrf;
  const own = (await chained.get('/auth/sessions')).body.items.find((item) => item.current);
  assert.equal(own.address, '203.0.113.99');
});

test('a key may what its scopes and its owner may, until it is revoked', async () => {
  const trader = await Api.signIn(system, 'trader', PASSWORDS.trader);
  assert.equal((await trader.call('POST', '/keys', { body: { name: 'more', scopes: ['admin'] } })).status, 422);
  const { key, secret } = await trader.want('POST', '/keys', { body: { name: 'robot', scopes: ['read'], days: 1 } });
  const robot = await Api.of(system);
  robot.bearer = secret;
  assert.deepEqual((await robot.get('/auth/session')).body.scopes, ['read']);
  assert.equal((await robot.get('/accounts')).status, 200);
  assert.equal((await robot.call('POST', '/accounts/Paper/sync')).status, 403);
  for (const [method, where] of [['POST', '/keys'], ['POST', '/auth/password'], ['GET', '/auth/sessions'], ['POST', '/auth/totp/begin'], ['GET', '/users']]) {
    assert.equal((await robot.call(method, where, { body: method === 'POST' ? {} : undefined })).status, 403, where);
  }
  for (const wrong of [`${secret}x`, secret.slice(0, -1), 'yqk_', 'x', secret.replace('yqk_', ''), `${secret.slice(0, 37)}${'A'.repeat(43)}`]) {
    robot.bearer = wrong;
    assert.equal((await robot.get('/accounts')).status, 401, wrong);
  }
  const viewer = await Api.signIn(system, 'viewer', PASSWORDS.viewer);
  assert.equal((await viewer.call('DELETE', `/keys/${key.id}`)).status, 404);
  assert.equal((await viewer.get('/keys')).body.items.length, 0);
  assert.equal((await trader.call('DELETE', `/keys/${key.id}`)).status, 200);
  robot.bearer = secret;
  assert.equal((await robot.get('/accounts')).status, 401);
});

test('a new role, and being disabled, end sessions and keys at once; the last Admin stays', async () => {
  await admin.want('POST', '/users', { body: { name: 'mover', role: 'Trader', password: 'Einmal-Und-Weg-1' } });
  const mover = await settled('mover', 'Einmal-Und-Weg-1', 'Zweimal-Und-Weg-2');
  const { secret } = await mover.want('POST', '/keys', { body: { name: 'k', scopes: ['read', 'trade'] } });
  const row = async (name) => (await admin.get('/users')).body.items.find((user) => user.name === name);
  let { version } = await row('mover');
  assert.equal((await admin.call('PUT', '/users/mover', { body: { version: version - 1, role: 'Viewer' } })).body.code, 'STALE_VERSION');
  await admin.want('PUT', '/users/mover', { body: { version, role: 'Viewer' } });
  assert.equal((await mover.get('/auth/session')).status, 401);
  const robot = await Api.of(system);
  robot.bearer = secret;
  assert.equal((await robot.get('/auth/session')).body.role, 'Viewer');
  ({ version } = await row('mover'));
  await admin.want('PUT', '/users/mover', { body: { version, disabled: true } });
  assert.equal((await robot.get('/auth/session')).status, 401);
  assert.equal((await attempt('mover', 'Zweimal-Und-Weg-2')).status, 401);
  const own = await row('admin');
  for (const change of [{ role: 'Viewer' }, { disabled: true }]) {
    assert.equal((await admin.call('PUT', '/users/admin', { body: { version: own.version, ...change } })).status, 422);
    admin = await Api.signIn(system, 'admin', PASSWORDS.admin);
  }
  assert.equal((await admin.call('DELETE', '/users/admin', { query: { version: own.version } })).status, 422);
  admin = await Api.signIn(system, 'admin', PASSWORDS.admin);
});

/* RFC 6238 beside ours. */
function code(base32, ms = Date.now()) {
  const bits = [...base32].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(ms / 30000)));
  const hash = createHmac('sha1', secret).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

test('with a second factor the password alone opens nothing, and a code counts once', async () => {
  await admin.want('POST', '/users', { body: { name: 'twofold', role: 'Viewer', password: 'Einmal-Und-Weg-1' } });
  const api = await settled('twofold', 'Einmal-Und-Weg-1', 'Doppelt-Haelt-Besser');
  assert.equal((await api.call('POST', '/auth/totp/begin', { body: { password: 'Doppelt-Haelt-Schlecht' } })).body.field, 'password');
  const { secret, uri } = await api.want('POST', '/auth/totp/begin', { body: { password: 'Doppelt-Haelt-Besser' } });
  assert.match(uri, new RegExp(`^otpauth://totp/yQuant:twofold\\?secret=${secret}&`));
  assert.equal((await api.call('POST', '/auth/totp/confirm', { body: { code: '000000' } })).status, 422);
  const used = code(secret);
  await api.want('POST', '/auth/totp/confirm', { body: { code: used } });
  const sign = async (more) => {
    const one = await Api.of(system);
    return one.call('POST', '/auth/sign-in', { body: { user: 'twofold', password: 'Doppelt-Haelt-Besser', ...more }, headers: from(address()) });
  };
  const asked = await sign({});
  assert.deepEqual([asked.status, asked.body, asked.headers.get('set-cookie')], [200, { totpRequired: true, session: null }, null]);
  assert.equal((await sign({ code: used })).status, 401);
  const next = code(secret, Date.now() + 30000);
  assert.equal((await sign({ code: next })).status, 200);
  assert.equal((await sign({ code: next })).status, 401);
  assert.equal((await system.yq('user', 'reset-totp', 'twofold')).status, 0);
  assert.equal((await api.get('/auth/session')).status, 401);
  assert.equal((await sign({})).body.session.totp, false);
});

test('values with line ends, and paths that climb, do no harm', async () => {
  const nasty = 'x\r\nSet-Cookie: yq_session=evil';
  const api = await Api.of(system);
  const signed = await api.call('POST', '/auth/sign-in', { body: { user: nasty, password: nasty }, headers: from(address()) });
  assert.ok(signed.status === 422 || signed.status === 401 || signed.status === 400);
  assert.equal(signed.headers.get('set-cookie'), null);
  const made = await admin.call('POST', '/keys', { body: { name: nasty, scopes: ['read'] } });
  assert.ok(made.status >= 400 && made.status < 500);
  for (const where of ['/../../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc%2fpasswd', '/api/v1/../../etc/passwd', '/%00', '/assets/%00', '/api/v1/%00', '/assets/..%5c..%5cetc/passwd', '//etc/passwd']) {
    const answer = await raw(`GET ${where} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, PATIENCE);
    /* The page itself, which looks at its address alone, or nothing. */
    assert.match(answer, /^HTTP\/1\.1 ((3|4)\d\d |200 OK\r\n[^]*<!doctype html>)/, where);
    assert.ok(!answer.includes('root:'), where);
  }
});

test('two lengths, or a length and chunks, are one request and no more', async () => {
  const second = 'GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n';
  const heads = ['Content-Length: 4\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: chunked\r\nContent-Length: 4', 'Content-Length: 4\r\nContent-Length: 40', 'Content-Length: +4', 'Transfer-Encoding: xchunked', 'Content-Length : 4'];
  for (const head of heads) {
    const answer = await raw(`POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${head}\r\n\r\n0\r\n\r\n${second}`);
    assert.ok(!/"message":"ready"/.test(answer), `${head}\n${answer}`);
    assert.ok(!/^HTTP\/1\.1 2/m.test(answer), head);
    assert.match(answer, /^HTTP\/1\.1 4\d\d |^$/, head);
  }
});

test('one who sends slowly keeps nobody else waiting', async () => {
  const { hostname, port } = new URL(system.endpoints.web.url);
  const slow = Array.from({ length: 50 }, () => net.connect(Number(port), hostname).on('error', () => {}));
  for (const socket of slow) socket.write('POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{');
  assert.equal((await admin.get('/auth/session')).status, 200);
  assert.equal((await attempt('viewer', PASSWORDS.viewer)).status, 200);
  for (const socket of slow) socket.destroy();
});

function pipe(text, ...args) {
  return new Promise((resolve) => {
    const child = spawn(yqPath, [...args, '--var', system.var], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => { output += chunk; });
    child.stderr.on('data', (chunk) => { output += chunk; });
    child.on('close', (status) => resolve({ status, output }));
    child.stdin.end(text);
  });
}

test('at the console people and keys are kept as on the page', async () => {
  const short = await pipe('kurz\n', 'user', 'add', 'carl', 'Trader');
  assert.match(short.output, /too short/);
  assert.notEqual(short.status, 0);
  assert.equal((await pipe('Karl-der-Grosse-800\n', 'user', 'add', 'Carl', 'Trader')).status, 0);
  const carl = await settled('carl', 'Karl-der-Grosse-800', 'Karl-der-Kleine-900');
  const key = await system.json('user', 'key', 'add', 'carl', 'robot', '--scopes', 'read,trade', '--days', '90');
  const robot = await Api.of(system);
  robot.bearer = key.secret;
  assert.deepEqual((await robot.get('/auth/session')).body.scopes, ['read', 'trade']);
  assert.equal((await system.yq('user', 'key', 'add', 'carl', 'more', '--scopes', 'admin')).status, 1);
  assert.equal((await system.json('user', 'key', 'list', 'carl')).length, 1);
  assert.equal((await system.yq('user', 'key', 'revoke', key.id)).status, 0);
  assert.equal((await robot.get('/auth/session')).status, 401);
  assert.equal((await pipe('Karl-der-Kahle-823\n', 'user', 'password', 'carl')).status, 0);
  assert.equal((await carl.get('/auth/session')).status, 401);
  assert.equal((await system.yq('user', 'disable', 'admin')).status, 1);
  assert.equal((await system.yq('user', 'remove', 'carl')).status, 0);
  assert.ok(!(await system.json('user')).some((user) => user.name === 'carl'));
});

test('each change is in the audit trail, and no secret is in it, in a log or on the bus', async () => {
  const rows = await system.isql(['VERB', 'TARGET', 'AFTER_TEXT'], 'FROM AUDIT ORDER BY SEQ');
  const has = (verb, target, pattern) => rows.some((row) => row[0] === verb && row[1] === target && pattern.test(row[2]));
  assert.ok(has('user', 'user:admin', /^add: Admin/));
  assert.ok(has('user', 'user:admin', /^password/));
  assert.ok(has('sign-in', 'user:trader', /password/));
  assert.ok(has('user', 'user:mover', /^role: Viewer/));
  assert.ok(has('user', 'user:mover', /^disable/));
  assert.ok(rows.some(([verb, , text]) => verb === 'key' && /^revoke/.test(text)));
  const secrets = [first, ...Object.values(PASSWORDS), 'Einmal-Und-Weg-1', 'Doppelt-Haelt-Besser', admin.cookie.slice('yq_session='.length)];
  const folder = path.join(system.var, 'log');
  for (const name of await readdir(folder)) {
    const text = await readFile(path.join(folder, name), 'latin1');
    for (const secret of secrets) assert.ok(!text.includes(secret), `${name} has a secret`);
  }
  const valkey = system.valkey();
  for (const key of await valkey.keys('*')) {
    const dumped = (await valkey.dumpBuffer(key)).toString('latin1');
    for (const secret of secrets) assert.ok(!dumped.includes(secret), key);
  }
});
