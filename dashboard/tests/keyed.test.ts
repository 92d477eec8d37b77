/* keyed.test.ts - many values that change often. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { effect } from '@preact/signals';
import { Keyed } from '../src/lib/keyed';
import { sortKeys } from '../src/lib/order_rows';

interface Row {
  key: string;
  value: number;
}

function make(): { rows: Keyed<Row>; frame: () => void; frames: () => number } {
  const waiting: (() => void)[] = [];
  let asked = 0;
  const rows = new Keyed<Row>(({ key }) => key, (run) => {
    asked += 1;
    waiting.push(run);
  });
  return { rows, frame: () => waiting.splice(0).forEach((run) => run()), frames: () => asked };
}

test('a thousand changes between two frames are one, and the last of each key counts', () => {
  const { rows, frame, frames } = make();
  rows.replace(Array.from({ length: 1000 }, (_, i) => ({ key: `k${i}`, value: 0 })));
  let seen = 0;
  effect(() => {
    rows.row('k7')?.value;
    seen += 1;
  });
  for (let i = 0; i < 1000; i += 1) rows.put({ key: 'k7', value: i });
  assert.equal(rows.latest('k7')?.value, 999);
  frame();
  assert.equal(frames(), 1);
  assert.equal(seen, 2);
  assert.equal(rows.row('k7')?.value.value, 999);
});

test('a change of one value wakes neither the list nor the others', () => {
  const { rows, frame } = make();
  rows.replace([{ key: 'a', value: 1 }, { key: 'b', value: 2 }]);
  let lists = 0;
  let others = 0;
  effect(() => {
    rows.keys.value;
    lists += 1;
  });
  effect(() => {
    rows.row('b')?.value;
    others += 1;
  });
  rows.put({ key: 'a', value: 9 });
  frame();
  assert.deepEqual([lists, others], [1, 1]);
});

test('what went away and came back within a frame is there', () => {
  const { rows, frame } = make();
  rows.replace([{ key: 'a', value: 1 }]);
  rows.drop('a');
  rows.change('a', (row) => ({ ...row, value: 5 }));
  frame();
  assert.deepEqual(rows.keys.value, []);
  rows.drop('a');
  rows.put({ key: 'a', value: 2 });
  frame();
  assert.deepEqual(rows.values(), [{ key: 'a', value: 2 }]);
});

test('rows are ordered by exact decimals, what has none last', () => {
  const values: Record<string, string | null> = { a: '10', b: '9.5', c: null, d: '9007199254740993', e: '9007199254740992' };
  const by = (descending: boolean): string[] => sortKeys(Object.keys(values), (key) => ({ decimal: values[key] ?? null }), descending);
  assert.deepEqual(by(true), ['d', 'e', 'a', 'b', 'c']);
  assert.deepEqual(by(false), ['b', 'a', 'e', 'd', 'c']);
});
