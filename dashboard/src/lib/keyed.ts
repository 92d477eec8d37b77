/* keyed.ts - many values under their keys, each a signal of its own.
 *
 * A change of one value wakes only what shows that value; `keys` changes only when one comes or goes.
 * What arrives between two frames of the screen is put in at once: the last of each key counts. */
import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals';

/** Runs before the next frame is drawn; while the page is hidden, within a second. */
export type NextFrame = (run: () => void) => void;

/** What a table shows: fixed rows, or a Keyed. */
export interface RowSource<T> {
  readonly keys: ReadonlySignal<readonly string[]>;
  /** Goes up whenever any value changed; at most once a frame. */
  readonly version: ReadonlySignal<number>;
  row(key: string): ReadonlySignal<T> | undefined;
}

export class Keyed<T> implements RowSource<T> {
  readonly #rows = new Map<string, Signal<T>>();
  readonly #keys = signal<readonly string[]>([]);
  readonly #version = signal(0);
  readonly #waiting = new Map<string, T | null>();
  readonly #nextFrame: NextFrame;
  readonly #keyOf: (value: T) => string;
  #asked = false;

  constructor(keyOf: (value: T) => string, nextFrame: NextFrame) {
    this.#keyOf = keyOf;
    this.#nextFrame = nextFrame;
  }

  get keys(): ReadonlySignal<readonly string[]> {
    return this.#keys;
  }

  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  row(key: string): ReadonlySignal<T> | undefined {
    return this.#rows.get(key);
  }

  /** The latest value, also one that waits for the next frame. */
  latest(key: string): T | undefined {
    const waiting = this.#waiting.get(key);
    if (waiting === null) return undefined;
    return waiting ?? this.#rows.get(key)?.peek();
  }

  values(): T[] {
    return this.#keys.value.flatMap((key) => this.#rows.get(key)?.value ?? []);
  }

  put(value: T): void {
    this.#wait(this.#keyOf(value), value);
  }

  drop(key: string): void {
    this.#wait(key, null);
  }

  /** `change` makes a new value of the latest; keys that are not there are left alone. */
  change(key: string, change: (value: T) => T): void {
    const now = this.latest(key);
    if (now !== undefined) this.#wait(key, change(now));
  }

  /** All of them anew, at once: what is not in `values` is gone. */
  replace(values: readonly T[]): void {
    this.#waiting.clear();
    const next = new Map(values.map((value) => [this.#keyOf(value), value]));
    for (const key of this.#rows.keys()) if (!next.has(key)) this.#waiting.set(key, null);
    for (const [key, value] of next) this.#waiting.set(key, value);
    this.flush();
  }

  flush(): void {
    if (this.#waiting.size === 0) return;
    batch(() => {
      let moved = false;
      for (const [key, value] of this.#waiting) moved = this.#apply(key, value) || moved;
      if (moved) this.#keys.value = [...this.#rows.keys()];
      this.#version.value += 1;
    });
    this.#waiting.clear();
  }

  /** true: a key came or went */
  #apply(key: string, value: T | null): boolean {
    if (value === null) return this.#rows.delete(key);
    const row = this.#rows.get(key);
    if (row) {
      row.value = value;
      return false;
    }
    this.#rows.set(key, signal(value));
    return true;
  }

  #wait(key: string, value: T | null): void {
    this.#waiting.set(key, value);
    if (this.#asked) return;
    this.#asked = true;
    this.#nextFrame(() => {
      this.#asked = false;
      this.flush();
    });
  }
}

/** Rows that stay as they are. */
export function fixed<T>(rows: readonly T[], keyOf: (value: T) => string): RowSource<T> {
  const all = new Map(rows.map((row) => [keyOf(row), signal(row)]));
  return { keys: signal([...all.keys()]), version: signal(0), row: (key) => all.get(key) };
}
