/* kept.ts - a signal whose value outlives the page, in the browser's own storage. */
import { signal, type Signal } from '@preact/signals';

/** `read` turns what was stored into a value, or refuses with null. */
export function kept<T extends string>(name: string, first: T, read: (text: string) => T | null): Signal<T> {
  const value = signal<T>(first);
  try {
    const stored = localStorage.getItem(`yquant.${name}`);
    value.value = (stored !== null ? read(stored) : null) ?? first;
  } catch {
    /* no storage allowed: it lasts as long as the page */
  }
  value.subscribe((now) => {
    try {
      localStorage.setItem(`yquant.${name}`, now);
    } catch {
      /* as above */
    }
  });
  return value;
}

export function oneOf<T extends string>(values: readonly T[]): (text: string) => T | null {
  return (text) => values.find((value) => value === text) ?? null;
}
