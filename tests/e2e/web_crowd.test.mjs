/* web_crowd.test.mjs - ten thousand connections that say nothing, from one address and from many, keep nobody out. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { System, until } from './lib/system.mjs';

const PATIENCE_MS = 60000;
const BESIDE = 500; /* files that this process needs for itself */
const AT_ONCE = 200;
let system;

before(async () => {
  system = await System.start();
});
after(() => system?.remove());

function health() {
  return new Promise((resolve) => {
    const request = http.get(`${system.endpoints.web.url.replace(/\/$/, '')}/api/v1/health`, { agent: new http.Agent(), timeout: 10000 }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(0));
  });
}

/* They say nothing, or half a line. */
function crowd(count, addressOf) {
  const { hostname, port } = new URL(system.endpoints.web.url);
  return Promise.all(Array.from({ length: count }, (_, i) => new Promise((resolve) => {
    const socket = net.connect({ host: hostname, port: Number(port), localAddress: addressOf(i) });
    socket.on('error', () => resolve(socket));
    socket.on('connect', () => {
      if (i % 2) socket.write('GET / HT');
      resolve(socket);
    });
  })));
}

for (const [from, addressOf] of [['one address', () => '127.0.0.1'], ['many addresses', (i) => `127.0.${1 + (i % 200)}.${1 + (i % 250)}`]]) {
  test(`ten thousand idle connections from ${from}: whoever asks is answered`, async () => {
    const allowed = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })) || 100000;
    const wanted = Math.min(10000, allowed - BESIDE);
    const sockets = [];
    while (sockets.length < wanted) sockets.push(...await crowd(Math.min(AT_ONCE, wanted - sockets.length), addressOf));
    console.log(`# ${sockets.filter((socket) => !socket.destroyed).length} of ${wanted} connections stand`);
    for (let i = 0; i < 3; i += 1) await until('an answer', async () => (await health()) === 200, PATIENCE_MS);
    for (const socket of sockets) socket.destroy();
    await until('as before', async () => (await health()) === 200, PATIENCE_MS);
    assert.ok(wanted > 0);
  });
}
