/* texts.test.ts - both languages say the same. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { en } from '../src/i18n/en';
import { ko } from '../src/i18n/ko';

function holes(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
}

test('every text has both languages, with the same values to put in', () => {
  assert.deepEqual(Object.keys(ko).sort(), Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    assert.ok(text.length > 0, key);
    assert.deepEqual(holes(ko[key as keyof typeof en]), holes(text), key);
  }
});
