/* lazy.ts - a component that is loaded when it is first shown. */
import { signal } from '@preact/signals';
import type { ComponentChildren, ComponentType, JSX } from 'preact';
import { h, Fragment } from 'preact';
import { useEffect } from 'preact/hooks';

const waiting = signal(0);

export function lazy<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): (props: P) => JSX.Element | null {
  const loaded = signal<ComponentType<P> | null>(null);
  let begun = false;
  return function Lazy(props: P): JSX.Element | null {
    useEffect(() => {
      if (begun) return;
      begun = true;
      waiting.value += 1;
      load().then(({ default: component }) => { loaded.value = component; }, () => { begun = false; }).finally(() => { waiting.value -= 1; });
    }, []);
    return loaded.value ? h(loaded.value as ComponentType<object>, props) : null;
  };
}

/** What stands there until everything lazy has come. */
export function Suspense({ fallback, children }: { fallback: JSX.Element; children: ComponentChildren }): JSX.Element {
  return h(Fragment, null, waiting.value > 0 ? fallback : null, children);
}
