/* web_http.test.mjs - the dashboard's server as seen from the wire, before anybody has signed in. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Api, checkHeaders } from './lib/api.mjs';
import { System } from './lib/system.mjs';

const INDEX = '<!doctype html><html><head><base href="/"><title>page</title></head><body></body></html>';
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2000))});`;

/* A page as the build leaves it: one hashed script with its packed forms, and what is not for visitors. */
async function makePage(folder) {
  await mkdir(path.join(folder, 'assets'), { recursive: true });
  const put = (name, bytes) => writeFile(path.join(folder, name), bytes);
  for (const [name, text] of [['index.html', INDEX], ['assets/main-ABCD2345.js', SCRIPT], ['assets/plain.js', SCRIPT]]) {
    await put(name, text);
    await put(`${name}.gz`, gzipSync(text));
    await put(`${name}.br`, brotliCompressSync(text));
  }
  await put('assets/main-ABCD2345.js.map', '{}');
  await put('.hidden.js', 'secret');
  await put('notes', 'secret');
}

/* The path goes out exactly as it stands; the answer's bytes come back as they are. */
function ask(base, method, target, { headers = {}, body, ca } = {}) {
  const url = new URL(base);
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request = client.request({
      host: url.hostname, port: url.port, method, path: target, headers, ca, agent: false, servername: 'localhost',
    }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        const bytes = Buffer.concat(parts);
        const json = /json/.test(response.headers['content-type'] ?? '') && bytes.length > 0;
        resolve({ status: response.statusCode, headers: response.headers, bytes, body: json ? JSON.parse(bytes) : undefined });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function checked(answer) {
  checkHeaders(new Headers(Object.entries(answer.headers).filter(([, value]) => typeof value === 'string')));
  return answer;
}

describe('at the root of its address', () => {
  let system;
  let base;
  let page;
  const get = async (target, headers) => checked(await ask(base, 'GET', target, { headers }));

  before(async () => {
    page = await mkdtemp(path.join(os.tmpdir(), 'yq-page-'));
    await makePage(page);
    await writeFile(path.join(page, '..', `${path.basename(page)}.html`), 'outside');
    system = await System.start({ Web: { PageFolder: page } });
    base = system.endpoints.web.url;
  });
  after(async () => {
    await system?.remove();
    await rm(page, { recursive: true, force: true });
    await rm(`${page}.html`, { force: true });
  });

  test('the document is valid OpenAPI 3.1, and known again by its tag', async () => {
    const answer = await get('/api/v1/openapi.json');
    assert.equal(answer.status, 200);
    const { valid, errors } = await new Validator().validate(structuredClone(answer.body));
    assert.ok(valid, JSON.stringify(errors, null, 1)?.slice(0, 3000));
    const ids = Object.values(answer.body.paths).flatMap((one) => Object.values(one).map((route) => route.operationId));
    assert.equal(new Set(ids).size, ids.length);
    const again = await get('/api/v1/openapi.json', { 'If-None-Match': answer.headers.etag });
    assert.equal(again.status, 304);
    assert.equal(again.bytes.length, 0);
  });

  test('health is told to anybody, also by HEAD', async () => {
    const api = await Api.of(system);
    assert.equal((await api.get('/health')).status, 200);
    const head = checked(await ask(base, 'HEAD', '/api/v1/health'));
    assert.equal(head.status, 200);
    assert.equal(head.bytes.length, 0);
  });

  test('what is not there is a problem, and what takes other methods names them', async () => {
    for (const target of ['/api/v1/nothing', '/api/v1/', '/api/v1/orders/', '/api/v1/Health', '/api/v1/health/x']) {
      const answer = await get(target);
      assert.equal(answer.status, 404, target);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal(answer.body.code, 'NOT_FOUND');
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = checked(await ask(base, method, '/api/v1/health'));
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.allow, 'GET, HEAD');
    }
    assert.equal(checked(await ask(base, 'POST', '/')).status, 405);
  });

  test('a query that no route knows is refused by its name, and so is one given twice', async () => {
    for (const [query, field] of [['x=1', 'x'], ['x', 'x'], ['%0d%0aA:b=1', '\r\nA:b'], ['x=1&x=2', 'x']]) {
      const answer = await get(`/api/v1/health?${query}`);
      assert.equal(answer.status, 422, query);
      assert.equal(answer.body.field, field);
    }
  });

  test('a body is JSON, whole, and no larger than it may be', async () => {
    const post = async (headers, body) => checked(await ask(base, 'POST', '/api/v1/orders', { headers, body }));
    const json = { 'Content-Type': 'application/json' };
    assert.equal((await post({ 'Content-Type': 'text/plain' }, '{}')).status, 415);
    assert.equal((await post({ 'Content-Type': 'application/jsonx' }, '{}')).status, 415);
    assert.equal((await post({ ...json, 'Content-Encoding': 'gzip' }, gzipSync('{}'))).status, 415);
    assert.equal((await post({ ...json, 'Transfer-Encoding': 'chunked' }, '{}')).status, 411);
    for (const size of [20_000, 1_000_000]) {
      const answer = await post({ ...json, 'Content-Length': size }, 'x'.repeat(size)).catch((error) => error);
      /* The server may hang up while it is still being sent to. */
      if (!(answer instanceof Error)) assert.equal(answer.status, 413);
    }
    const api = await Api.of(system);
    assert.equal((await api.get('/health')).status, 200);
  });

  test('nobody who has not signed in gets behind the public routes', async () => {
    const { body } = await get('/api/v1/openapi.json');
    for (const [template, methods] of Object.entries(body.paths)) {
      for (const [method, route] of Object.entries(methods)) {
        if (route.security.length === 0) continue;
        const target = `/api/v1${template.replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000')}`;
        const headers = method === 'get' ? {} : { 'Content-Type': 'application/json' };
        const answer = checked(await ask(base, method.toUpperCase(), target, { headers, body: method === 'get' ? undefined : '{"x":' }));
        assert.equal(answer.status, 401, `${method} ${target}`);
        assert.equal(answer.body.code, 'NOT_SIGNED_IN');
      }
    }
  });

  test('files come in the form that the browser takes, and are known again', async () => {
    const file = '/assets/main-ABCD2345.js';
    const plain = await get(file);
    assert.equal(plain.bytes.toString(), SCRIPT);
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.match(plain.headers['content-type'], /^text\/javascript/);
    const gzip = await get(file, { 'Accept-Encoding': 'gzip, deflate' });
    assert.equal(gzip.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(gzip.bytes).toString(), SCRIPT);
    const brotli = await get(file, { 'Accept-Encoding': 'gzip, deflate, br' });
    assert.equal(brotli.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(brotli.bytes).toString(), SCRIPT);
    assert.equal(new Set([plain, gzip, brotli].map((one) => one.headers.etag)).size, 3);
    for (const one of [plain, gzip, brotli]) {
      assert.equal(one.headers.vary, 'Accept-Encoding');
      assert.equal(one.headers['cache-control'], 'public, max-age=31536000, immutable');
    }
    const again = await get(file, { 'Accept-Encoding': 'br', 'If-None-Match': `"x", ${brotli.headers.etag}` });
    assert.equal(again.status, 304);
    assert.equal(again.headers.etag, brotli.headers.etag);
    assert.equal((await get(file, { 'If-None-Match': brotli.headers.etag })).status, 200);
    assert.equal((await get('/assets/plain.js')).headers['cache-control'], 'no-cache');
  });

  test('each address of the page is the page; what is no file of it is not there', async () => {
    for (const target of ['/', '/orders', '/orders/5', '/login?next=/x']) {
      const answer = await get(target);
      assert.equal(answer.status, 200, target);
      assert.equal(answer.bytes.toString(), INDEX);
      assert.equal(answer.headers['cache-control'], 'no-cache');
    }
    for (const target of ['/assets/none.js', '/assets/', '/assets/main-ABCD2345.js.map', '/assets/main-ABCD2345.js.gz', '/.hidden.js', '/notes.txt']) {
      assert.equal((await get(target)).status, 404, target);
    }
    assert.equal((await get('/notes')).bytes.toString(), INDEX);
  });

  test('no path leads out of the folder', async () => {
    const name = path.basename(page);
    for (const target of [`/../${name}.html`, `/%2e%2e/${name}.html`, `/assets/../../${name}.html`, `/assets/..%2f..%2f${name}.html`,
      '/..', '/../../../../etc/passwd', '/%2e%2e%2f%2e%2e%2fetc%2fpasswd', '//etc/passwd', '/assets/%00.js', '/..%5c..%5cetc%5cpasswd', '/%252e%252e/etc/passwd']) {
      const answer = await ask(base, 'GET', target);
      assert.ok(!/outside|root:/.test(answer.bytes.toString()), target);
    }
  });

  test('what is asked for never becomes a header of the answer', async () => {
    for (const target of ['/%0d%0aX-Evil:%201', '/api/v1/%0d%0aX-Evil:%201', '/api/v1/health?%0d%0aX-Evil:%201', '/x%0aX-Evil:1']) {
      const answer = await ask(base, 'GET', target);
      assert.equal(answer.headers['x-evil'], undefined, target);
    }
  });
});

describe('below a path, for one host, with TLS', () => {
  let system;
  let folder;
  let base;
  let ca;
  const get = async (target, headers) => checked(await ask(base, 'GET', target, { ca, headers: { Host: 'trade.test', ...headers } }));

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'yq-page-'));
    const key = path.join(folder, 'key.pem');
    const certificate = path.join(folder, 'certificate.pem');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-keyout', key, '-out', certificate, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
    await makePage(path.join(folder, 'page'));
    ca = await readFile(certificate);
    system = await System.start({
      Dashboard: { PathBase: '/desk/one' },
      Web: { PageFolder: path.join(folder, 'page'), TlsCertificate: certificate, TlsKey: key, AllowedHosts: ['trade.test'] },
    });
    base = system.endpoints.web.url;
  });
  after(async () => {
    await system?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test('the address that is shown has all of it', () => {
    assert.match(base, /^https:\/\/127\.0\.0\.1:\d+\/desk\/one\/$/);
  });

  test('the page knows where it is, in every form', async () => {
    for (const coding of ['identity', 'br']) {
      const answer = await get('/desk/one/orders', { 'Accept-Encoding': coding });
      assert.equal(answer.bytes.toString(), INDEX.replace('href="/"', 'href="/desk/one/"'));
    }
    assert.equal((await get('/desk/one/assets/main-ABCD2345.js')).status, 200);
    const { body } = await get('/desk/one/api/v1/openapi.json');
    assert.equal(body.servers[0].url, '/desk/one/api/v1');
    assert.equal((await get('/desk/one/api/v1/health')).status, 200);
  });

  test('what is beside it is not there', async () => {
    for (const target of ['/desk', '/desk/', '/desk/onee/', '/api/v1/health', '/assets/main-ABCD2345.js']) {
      assert.equal((await get(target)).status, 404, target);
    }
    for (const target of ['/', '/desk/one']) {
      const answer = await get(target);
      assert.equal(answer.status, 307, target);
      assert.equal(answer.headers.location, '/desk/one/');
    }
  });

  test('another name than its own is refused', async () => {
    for (const host of ['evil.test', 'trade.test.evil.test', '127.0.0.1']) {
      assert.equal((await get('/desk/one/api/v1/health', { Host: host })).status, 421, host);
    }
    assert.equal((await get('/desk/one/api/v1/health', { Host: 'TRADE.test:443' })).status, 200);
  });
});
