/* hooks.ts - loading, intentions and clocks for components. */
import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals';
import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { expired } from '../api/client';
import { Intention } from '../api/intention';
import { ApiError } from '../api/problem';
import { live } from '../state/live';

export interface Loaded<T> {
  /** The latest that arrived; kept while it is loaded anew. */
  readonly data: Signal<T | null>;
  readonly error: ReadonlySignal<ApiError | null>;
  readonly loading: ReadonlySignal<boolean>;
  again(): void;
}

/**
 * Loads at once, when one of `dependencies` changes, and when the line says that what was loaded may
 * be outdated (reconnect, new sign-in). A change of dependencies forgets the old data; a reload keeps it.
 */
export function useLoad<T>(load: (abort: AbortSignal) => Promise<T>, dependencies: readonly unknown[]): Loaded<T> {
  const data = useSignal<T | null>(null);
  const error = useSignal<ApiError | null>(null);
  const loading = useSignal(true);
  const turn = useSignal(0);
  const before = useRef(dependencies);
  const epoch = live.epoch.value;
  const over = expired.value;

  useEffect(() => {
    if (over) return undefined;
    if (dependencies.some((value, i) => !Object.is(value, before.current[i]))) data.value = null;
    before.current = dependencies;
    const stop = new AbortController();
    loading.value = true;
    load(stop.signal).then((value) => {
      if (stop.signal.aborted) return;
      data.value = value;
      error.value = null;
      loading.value = false;
    }, (reason: unknown) => {
      if (stop.signal.aborted) return;
      error.value = reason instanceof ApiError ? reason : new ApiError({ status: 0, detail: String(reason), code: 'PAGE', field: null });
      loading.value = false;
    });
    return () => stop.abort();
  }, [...dependencies, epoch, over, turn.value]);

  return useMemo(() => ({ data, error, loading, again: () => { turn.value += 1; } }), []);
}

/** One intention of this component; see api/intention.ts. */
export function useIntention(): Intention {
  return useMemo(() => new Intention(), []);
}

const ticker = signal(Date.now());
let watchers = 0;
let timer = 0;

/** This device's time, once a second, for what shows how long ago something was. */
export function useNow(): number {
  useEffect(() => {
    watchers += 1;
    if (watchers === 1) timer = window.setInterval(() => { ticker.value = Date.now(); }, 1_000);
    return () => {
      watchers -= 1;
      if (watchers === 0) window.clearInterval(timer);
    };
  }, []);
  return ticker.value;
}

let serial = 0;

/** An id for `aria-labelledby` and its like. */
export function useName(prefix: string): string {
  return useMemo(() => `${prefix}-${(serial += 1)}`, []);
}

/** Calls `run` after `ms` without another call. */
export function useDebounced(ms: number): (run: () => void) => void {
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return useMemo(() => (run: () => void) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(run, ms);
  }, []);
}
