/* intention.test.ts - what is pressed twice is done once. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Intention } from '../src/api/intention';
import { noAnswer, problemOf } from '../src/api/problem';

function make(): Intention {
  let serial = 0;
  return new Intention(() => `key-${(serial += 1)}`);
}

test('a second press while it is on its way sends nothing', async () => {
  const intention = make();
  let sent = 0;
  let answer: (value: string) => void = () => undefined;
  const slow = (): Promise<string> => {
    sent += 1;
    return new Promise((resolve) => { answer = resolve; });
  };
  const first = intention.run({ qty: '1' }, slow);
  assert.equal(await intention.run({ qty: '1' }, slow), null);
  answer('done');
  assert.equal(await first, 'done');
  assert.equal(sent, 1);
});

test('after no answer the same goes out under the same key', async () => {
  const intention = make();
  const keys: string[] = [];
  await intention.run({ qty: '1' }, (key) => {
    keys.push(key);
    return Promise.reject(noAnswer('TIMEOUT'));
  });
  assert.equal(intention.state.value, 'unknown');
  assert.equal(await intention.run({ qty: '1' }, async (key) => {
    keys.push(key);
    return 'done';
  }), 'done');
  assert.deepEqual(keys, ['key-1', 'key-1']);
});

test('while the outcome is unknown nothing else can be sent', async () => {
  const intention = make();
  await intention.run({ qty: '1' }, () => Promise.reject(problemOf(503, { code: 'UNKNOWN_OUTCOME' }, null)));
  assert.equal(await intention.run({ qty: '2' }, () => assert.fail('it was sent')), null);
  assert.equal(intention.error.value?.code, 'STILL_UNKNOWN');
  assert.equal(intention.state.value, 'unknown');
  intention.forget();
  assert.equal(await intention.run({ qty: '2' }, async (key) => key), 'key-2');
});

test('a refusal ends the intention: the next try has a key of its own', async () => {
  const intention = make();
  await intention.run({ qty: '1' }, () => Promise.reject(problemOf(422, { code: 'FIELD_INVALID', field: 'qty', detail: 'too much' }, null)));
  assert.equal(intention.state.value, 'idle');
  assert.equal(intention.error.value?.field, 'qty');
  assert.equal(await intention.run({ qty: '1' }, async (key) => key), 'key-2');
  assert.equal(intention.error.value, null);
});

test('a proxy that answers with a page of its own is an uncertain outcome', () => {
  assert.equal(problemOf(502, null, null).certainty, 'unknown');
  assert.equal(problemOf(429, { detail: 'locked', code: 'LOCKED' }, '30').retryAfterSeconds, 30);
  assert.equal(problemOf(403, {}, null).certainty, 'refused');
});
