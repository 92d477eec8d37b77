/* clock.test.ts - a time without its zone is no time. */
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import test from 'node:test';
import { formatSpan, formatTime, inZone, isZone } from '../src/lib/clock';
import { randomId } from '../src/lib/random';

(globalThis as { crypto?: unknown }).crypto ??= webcrypto; /* node 18 has it under another name */

test('a time is shown in the chosen zone, and says which', () => {
  assert.equal(formatTime('2026-07-01T15:30:05.123456Z', 'UTC'), '2026-07-01 15:30:05 UTC');
  assert.match(formatTime('2026-07-01T15:30:05Z', 'Asia/Seoul'), /^2026-07-02 00:30:05 (GMT\+9|KST)$/);
  assert.match(formatTime('2026-07-01T15:30:05Z', 'America/New_York'), /^2026-07-01 11:30:05 E[SD]T$/);
  assert.equal(formatTime('not a time', 'UTC'), 'not a time');
});

test('midnight is 00, not 24', () => {
  assert.equal(formatTime('2026-07-01T00:00:00Z', 'UTC'), '2026-07-01 00:00:00 UTC');
});

test('a span has one unit', () => {
  assert.deepEqual([0, 4_000, 120_000, 7_200_000, 400_000_000].map(formatSpan), ['0 s', '4 s', '2 min', '2 h', '5 d']);
  assert.equal(formatSpan(-500), '0 s');
});

test('a zone that nobody knows is refused', () => {
  assert.deepEqual([isZone('Asia/Seoul'), isZone('Mars/Olympus')], [true, false]);
});

test('an id is a random UUID', () => {
  const ids = new Set(Array.from({ length: 1000 }, randomId));
  assert.equal(ids.size, 1000);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a sentence's times are told in the reader's zone", () => {
  assert.equal(inZone('US opens 2026-11-24T14:30:00Z', 'UTC'), 'US opens 2026-11-24 14:30:00 UTC');
});
