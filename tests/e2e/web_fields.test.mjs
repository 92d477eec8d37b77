/* web_fields.test.mjs - each field of each route, hit with what no page would send. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Api } from './lib/api.mjs';
import { odd, routesOf, wrong } from './lib/fuzz_fields.mjs';
import { System } from './lib/system.mjs';

/* What must be as it was: everything that the API can change, as it shows it. */
const SHOWN = ['/orders', '/schedules', '/users', '/keys', '/halts', '/audit', '/notifications', '/auth/sessions'];

describe('the fields of the API', () => {
  let system;
  let admin;

  before(async () => {
    system = await System.start();
    admin = await Api.first(system);
  });
  after(() => system?.remove());

  const call = ({ method, path, query, raw }) => admin.call(method, path, { query, raw });
  const say = ({ method, path, field, value }, { status, text }) => `${method} ${path} ${field} = ${String(JSON.stringify(value) ?? value).slice(0, 120)}: ${status} ${text.slice(0, 400)}`;

  /* When a session was last used is no change. */
  async function shown() {
    const all = {};
    all.open = (await admin.want('GET', '/orders', { query: { open: true } })).items;
    all.strategies = (await admin.want('GET', '/risk')).strategies;
    for (const path of SHOWN) all[path] = (await admin.want('GET', path)).items.map((one) => ({ ...one, lastAt: null }));
    return all;
  }

  test('what is wrong is refused with the name of the field, and nothing is changed', async () => {
    const before = await shown();
    const faults = [], hit = new Set();
    for (const request of wrong(admin.document.json)) {
      if (request.route.security.length === 0) continue; /* the door has tests of its own: it answers all alike */
      const answer = await call(request);
      const { status, body } = answer;
      const named = body?.field === request.field || (request.place === 'path' && status === 404);
      if (status < 400 || status >= 500 || !named) faults.push(say(request, answer));
      hit.add(`${request.method} ${request.template} ${request.field}`);
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(await shown(), before);
    const all = [...routesOf(admin.document.json)].filter(({ route }) => route.security.length > 0).flatMap(({ fields }) => fields);
    assert.equal(hit.size, all.length, 'no field was left out');
  });

  /* Not those of the own sign-in: a password that is wrong often locks its user, as it should. */
  test('what is only odd is answered, and is no fault of the server', async () => {
    const faults = [];
    for (const request of odd(admin.document.json)) {
      if (request.template.startsWith('/auth/') || request.route.security.length === 0) continue;
      const answer = await call(request);
      if (answer.status >= 500) faults.push(say(request, answer));
    }
    assert.deepEqual(faults, []);
    assert.equal((await admin.get('/health')).status, 200);
  });
});
