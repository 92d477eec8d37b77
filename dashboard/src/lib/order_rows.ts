/* order_rows.ts - the order of a table's rows by one column. */
import { compare } from './decimal';

/** decimal: exact texts; null always comes last. */
export type SortValue = { text: string | null } | { decimal: string | null } | { number: number | null };

export interface Sorting {
  column: string;
  descending: boolean;
}

function raw(value: SortValue): string | number | null {
  return 'text' in value ? value.text : 'decimal' in value ? value.decimal : value.number;
}

function compareValues(a: SortValue, b: SortValue): number {
  if ('decimal' in a && 'decimal' in b) return compare(a.decimal ?? '0', b.decimal ?? '0');
  const [x, y] = [raw(a) ?? '', raw(b) ?? ''];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The keys in order; equals stay as they were. */
export function sortKeys(keys: readonly string[], valueOf: (key: string) => SortValue, descending: boolean): string[] {
  const rows = keys.map((key) => ({ key, value: valueOf(key) }));
  const none = ({ value }: { value: SortValue }): boolean => raw(value) === null;
  const present = rows.filter((row) => !none(row));
  present.sort((a, b) => (descending ? compareValues(b.value, a.value) : compareValues(a.value, b.value)));
  return [...present, ...rows.filter(none)].map(({ key }) => key);
}
