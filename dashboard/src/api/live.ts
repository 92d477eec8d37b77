/* live.ts - the line of events: opened once, kept open, and honest about whether it lives.
 *
 * The last event's id is kept over every reconnect, also after hours of sleep: the server sends what
 * was missed, or `reset` when it has it no more. A line that says nothing for 25 s (it ticks every 10)
 * counts as dead though the browser may think otherwise. */
import { signal } from '@preact/signals';
import { apiUrl } from './client';
import type { Execution, Gone, Halt, Health, Notification, Order, Position, Price, Id, Time, Currency, Decimal } from './types';

export interface LiveEvents {
  hello: { version: string; at: Time; missed: number };
  execution: Execution;
  order: { id: Id } & Partial<Order>;
  signal: { id: Id; strategy: string; ticker: string; at: Time };
  notification: Notification;
  position: Position;
  'position-gone': Gone;
  deposit: { account: string; currency: Currency; amount: Decimal };
  price: Price;
  health: Health;
  halt: { items: Halt[] };
  tick: { at: Time };
  snapshot: unknown;
  reset: unknown;
  bye: { reason: string };
}
export type LiveName = keyof LiveEvents;

const NAMES: readonly LiveName[] = ['hello', 'execution', 'order', 'signal', 'notification', 'position', 'position-gone',
  'deposit', 'price', 'health', 'halt', 'tick', 'snapshot', 'reset', 'bye'];

/** stale: no word for too long, or between two attempts; offline: the device has no network. */
export type LineState = 'closed' | 'connecting' | 'live' | 'stale' | 'offline';

const SILENCE_MS = 25_000;
const WAITS_MS = [500, 1_000, 2_000, 5_000, 10_000, 15_000];

/** What the line needs of a browser; a test brings its own. */
export interface LiveWorld {
  open(url: string): EventSource;
  online(): boolean;
  now(): number;
  later(run: () => void, ms: number): number;
  cancel(timer: number): void;
  /** After a line that would not open: is the session still good? */
  check(): Promise<boolean>;
}

type Listener = (data: never) => void;

export class Live {
  readonly state = signal<LineState>('closed');
  /** When something was last heard, by this device's clock; 0 = never. */
  readonly heardAt = signal(0);
  /** Goes up when what was loaded may be outdated: after a reconnect, and after `reset`. */
  readonly epoch = signal(0);
  readonly #world: LiveWorld;
  readonly #listeners = new Map<LiveName, Set<Listener>>();
  #source: EventSource | null = null;
  #lastId = '';
  #failures = 0;
  #opened = 0;
  #watch = 0;
  #retry = 0;

  constructor(world: LiveWorld) {
    this.#world = world;
  }

  on<N extends LiveName>(name: N, listener: (data: LiveEvents[N]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set<Listener>();
    this.#listeners.set(name, set);
    set.add(listener as Listener);
    return () => set.delete(listener as Listener);
  }

  start(): void {
    if (this.state.value === 'closed') this.#open();
  }

  /** For a sign-out: what another user would be sent must not continue where this one was. */
  stop(): void {
    this.#drop();
    this.#world.cancel(this.#retry);
    this.#lastId = '';
    this.#opened = 0;
    this.#failures = 0;
    this.state.value = 'closed';
  }

  /** While the device is offline, or nobody looks: browsers allow six lines to a server, for all of its pages together. `nudge` goes on. */
  pause(): void {
    if (this.state.value === 'closed') return;
    this.#drop();
    this.#world.cancel(this.#retry);
    this.state.value = this.#world.online() ? 'stale' : 'offline';
  }

  /** At once instead of after the wait: the network came back, the page is looked at again. */
  nudge(): void {
    if (this.state.value === 'closed') return;
    if (this.state.value === 'live' && this.#world.now() - this.heardAt.value < SILENCE_MS) return;
    this.#failures = 0;
    this.#open();
  }

  #open(): void {
    this.#drop();
    this.#world.cancel(this.#retry);
    if (this.state.value !== 'stale') this.state.value = this.#opened > 0 ? 'stale' : 'connecting';
    const source = this.#world.open(apiUrl('/events', { last: this.#lastId }));
    this.#source = source;
    source.onerror = () => void this.#failed();
    for (const name of NAMES) source.addEventListener(name, (event) => this.#heard(name, event as MessageEvent<string>));
    this.#expectWord();
  }

  #drop(): void {
    this.#world.cancel(this.#watch);
    if (!this.#source) return;
    this.#source.onerror = null;
    this.#source.close();
    this.#source = null;
  }

  #expectWord(): void {
    this.#world.cancel(this.#watch);
    this.#watch = this.#world.later(() => void this.#failed(), SILENCE_MS);
  }

  #heard(name: LiveName, event: MessageEvent<string>): void {
    if (event.target !== this.#source) return;
    if (event.lastEventId) this.#lastId = event.lastEventId;
    this.heardAt.value = this.#world.now();
    this.#expectWord();
    this.#greet(name);
    if (name === 'reset') this.epoch.value += 1;
    this.#tell(name, event.data);
    if (name === 'bye') void this.#failed();
  }

  #greet(name: LiveName): void {
    this.state.value = 'live';
    this.#failures = 0;
    if (name !== 'hello') return;
    this.#opened += 1;
    if (this.#opened > 1) this.epoch.value += 1;
  }

  #tell(name: LiveName, text: string): void {
    let data: unknown;
    try {
      data = text ? JSON.parse(text) : {};
    } catch {
      return; /* cut off: the reload after the reconnect brings it */
    }
    for (const listener of this.#listeners.get(name) ?? []) listener(data as never);
  }

  async #failed(): Promise<void> {
    this.#drop();
    this.state.value = this.#world.online() ? 'stale' : 'offline';
    const wait = WAITS_MS[Math.min(this.#failures, WAITS_MS.length - 1)] ?? 0;
    this.#failures += 1;
    this.#world.cancel(this.#retry);
    this.#retry = this.#world.later(() => void this.#again(), wait);
  }

  async #again(): Promise<void> {
    const good = await this.#world.check().catch(() => false);
    if (this.state.value === 'closed') return;
    if (good) this.#open();
    else await this.#failed();
  }
}
