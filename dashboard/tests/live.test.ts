/* live.test.ts - the line of events through silence, sleep, restarts and an ended session. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Live, type LiveWorld } from '../src/api/live';

(globalThis as { document?: unknown }).document = { baseURI: 'http://page/' };

class Source extends EventTarget {
  onerror: (() => void) | null = null;
  closed = false;
  constructor(readonly url: string) { super(); }
  close(): void { this.closed = true; }
  say(name: string, data: unknown, id = ''): void {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data), lastEventId: id }));
  }
}

class World implements LiveWorld {
  sources: Source[] = [];
  clock = 0;
  isOnline = true;
  signedIn = true;
  #timers: { at: number; run: () => void; id: number }[] = [];
  #serial = 0;
  get last(): Source {
    const source = this.sources.at(-1);
    assert.ok(source);
    return source;
  }
  open(url: string): EventSource {
    const source = new Source(url);
    this.sources.push(source);
    return source as unknown as EventSource;
  }
  online(): boolean { return this.isOnline; }
  now(): number { return this.clock; }
  later(run: () => void, ms: number): number {
    this.#timers.push({ at: this.clock + ms, run, id: (this.#serial += 1) });
    return this.#serial;
  }
  cancel(id: number): void { this.#timers = this.#timers.filter((timer) => timer.id !== id); }
  check(): Promise<boolean> { return Promise.resolve(this.signedIn); }
  async pass(ms: number): Promise<void> {
    const end = this.clock + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.cancel(next.id);
      this.clock = Math.max(this.clock, next.at);
      next.run();
      for (let i = 0; i < 5; i += 1) await Promise.resolve();
    }
    this.clock = end;
  }
}

function begin(): { world: World; live: Live } {
  const world = new World();
  const live = new Live(world);
  live.start();
  world.last.say('hello', {}, '1_1_1_1');
  return { world, live };
}

test('a line that ticks is live; one that is silent for 25 seconds is stale', async () => {
  const { world, live } = begin();
  for (let i = 0; i < 6; i += 1) {
    await world.pass(10_000);
    world.last.say('tick', {});
    assert.equal(live.state.value, 'live');
  }
  await world.pass(24_000);
  assert.equal(live.state.value, 'live');
  await world.pass(1_000);
  assert.equal(live.state.value, 'stale');
});

test('a reconnect goes on where the line broke, also after sleep', async () => {
  const { world, live } = begin();
  world.last.say('execution', {}, '5_1_1_1');
  world.last.say('tick', {});
  world.clock += 600_000;
  await world.pass(30_000);
  assert.match(world.last.url, /last=5_1_1_1/);
  assert.equal(live.epoch.value, 0);
  world.last.say('hello', { missed: 3 }, '8_1_1_1');
  assert.equal(live.state.value, 'live');
  assert.equal(live.epoch.value, 1, 'what was loaded before the gap is loaded anew');
});

test('events of a line that was given up are not heard', async () => {
  const { world, live } = begin();
  const old = world.last;
  let heard = 0;
  live.on('price', () => { heard += 1; });
  old.onerror?.();
  await world.pass(1_000);
  old.say('price', {}, '9_9_9_9');
  assert.equal(heard, 0);
  assert.equal(old.closed, true);
  assert.doesNotMatch(world.last.url, /9_9_9_9/);
});

test('reset makes the page load anew', () => {
  const { world, live } = begin();
  world.last.say('reset', {}, '7_7_7_7');
  assert.equal(live.epoch.value, 1);
});

test('tries grow rarer, and begin anew once it was live', async () => {
  const { world, live } = begin();
  const tries: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    const before = world.sources.length;
    const at = world.clock;
    world.last.onerror?.();
    while (world.sources.length === before) await world.pass(100);
    tries.push(world.clock - at);
  }
  assert.deepEqual(tries, [500, 1_000, 2_000, 5_000, 10_000, 15_000]);
  world.last.say('hello', {});
  const at = world.clock;
  const before = world.sources.length;
  world.last.onerror?.();
  while (world.sources.length === before) await world.pass(100);
  assert.equal(world.clock - at, 500);
  assert.equal(live.state.value, 'stale');
});

test('no line is opened without a session, and one comes back with it', async () => {
  const { world } = begin();
  world.signedIn = false;
  world.last.say('bye', { reason: 'session over' });
  const before = world.sources.length;
  await world.pass(120_000);
  assert.equal(world.sources.length, before);
  world.signedIn = true;
  await world.pass(15_000);
  assert.equal(world.sources.length, before + 1);
});

test('an offline device is told apart from a silent server', async () => {
  const { world, live } = begin();
  world.isOnline = false;
  world.last.onerror?.();
  assert.equal(live.state.value, 'offline');
  world.isOnline = true;
  live.nudge();
  world.last.say('hello', {});
  assert.equal(live.state.value, 'live');
});

test('nothing of one user is continued for the next', () => {
  const { world, live } = begin();
  live.stop();
  live.start();
  assert.doesNotMatch(world.last.url, /last=/);
});

test('a page that nobody looks at holds no line, and goes on where it was', async () => {
  const { world, live } = begin();
  live.pause();
  assert.equal(world.last.closed, true);
  const before = world.sources.length;
  await world.pass(3_600_000);
  assert.equal(world.sources.length, before);
  live.nudge();
  assert.match(world.last.url, /last=1_1_1_1/);
});
