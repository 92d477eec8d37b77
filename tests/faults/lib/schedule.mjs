/* schedule.mjs - what happens in one run: the same seed gives the same alerts and the same faults. */

/* A small seeded generator (mulberry32), enough to make runs differ and to repeat them. */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /* In [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /* A whole number from `low` to `high`. */
  whole(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(share) {
    return this.next() < share;
  }

  pick(list) {
    return list[this.whole(0, list.length - 1)];
  }

  /* One of `rows` = [weight, value]. */
  weighted(rows) {
    let left = this.next() * rows.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of rows) if ((left -= weight) < 0) return value;
    return rows.at(-1)[1];
  }
}

/* Strategies and the accounts each trades; the same ticker stands in two markets. */
export const MAPPING = { Trend: ['Alpha'], Swing: ['Beta'], Both: ['Alpha', 'Beta'] };
export const CASH = { USD: '1000000.00', KRW: '1000000000', CNY: '5000000.00' };

const INSTRUMENTS = [
  { ticker: 'AAPL', exchange: 'NASDAQ', lot: 1, price: (r) => `${r.whole(180, 190)}.${String(r.whole(0, 99)).padStart(2, '0')}` },
  { ticker: 'MSFT', exchange: 'NASDAQ', lot: 1, price: (r) => `${r.whole(400, 410)}.${String(r.whole(0, 99)).padStart(2, '0')}` },
  { ticker: '000100', exchange: 'KRX', lot: 1, price: (r) => `${r.whole(700, 720)}00` },
  { ticker: '000100', exchange: 'SZSE', lot: 100, price: (r) => `${r.whole(8, 9)}.${String(r.whole(0, 99)).padStart(2, '0')}` },
];

export function makeAlert(random, name) {
  const instrument = random.pick(INSTRUMENTS);
  const price = instrument.price(random);
  const alert = {
    id: name, strategy: random.pick(Object.keys(MAPPING)), ticker: instrument.ticker, exchange: instrument.exchange,
    action: random.chance(0.6) ? 'buy' : 'sell', price, qty: instrument.lot * random.whole(1, 9),
  };
  if (random.chance(0.2)) Object.assign(alert, { type: 'limit', limit_price: price, time_in_force: 'gtc' });
  return alert;
}

const DAEMONS = ['yq-webhook', 'yq-order-manager', 'yq-broker-gateway'];
export const PROCESSES = [...DAEMONS, 'valkey-server'];

/* [weight, maker]; each makes {kind, ...}.  faults.mjs does them. */
export const KINDS = {
  kill: [6, (r) => ({ kind: 'kill', target: r.pick(PROCESSES) })],
  stop: [2, (r) => ({ kind: 'stop', target: r.pick(DAEMONS) })],
  freeze: [4, (r) => ({ kind: 'freeze', target: r.pick(PROCESSES), ms: r.chance(0.2) ? 5500 : r.whole(100, 2200) })],
  starve: [2, (r) => ({ kind: 'starve', target: r.pick(PROCESSES), of: r.pick(['time', 'files']), ms: r.whole(300, 3000) })],
  lock: [2, (r) => ({ kind: 'lock', ms: r.whole(300, 2500), rudely: r.chance(0.5) })],
  hide: [1, (r) => ({ kind: 'hide', ms: r.whole(300, 2000) })],
  blackout: [1, () => ({ kind: 'blackout' })],
};

/* Points that are only passed while Valkey is away. */
export const NEEDS_SPOOL = /^webhook\.(spool|forward)/;
const GROUPS = 4; /* so many seeds in a row pass every fail point */

function pointsOf(seed, points) {
  return points.filter((_, i) => i % GROUPS === seed % GROUPS);
}

function makePoint(random, point) {
  return { kind: 'point', point, passage: random.whole(1, NEEDS_SPOOL.test(point) ? 1 : 3), order: random.chance(0.8) ? 'kill' : `pause:${random.whole(100, 1500)}` };
}

/*
 * {seed, alerts, faults}: each fault has `at`, the number of the alert before which it begins.
 * `points` are all fail points there are, `kinds` the faults wanted ("points" for the former).
 */
export function makeSchedule(seed, count, kinds, points) {
  const random = new Random(seed * 2654435761);
  const alerts = Array.from({ length: count }, (_, i) => ({
    body: makeAlert(random, `seed-${seed}-alert-${i}`),
    gapMs: random.whole(5, 60),
    againMs: random.chance(0.2) ? random.whole(0, 4000) : null, /* sent a second time after so long */
    insist: random.chance(0.5), /* sent again in the end if it was not answered */
  }));
  const faults = [];
  const wanted = kinds.filter((kind) => kind in KINDS).map((kind) => KINDS[kind]);
  for (let i = 0; wanted.length > 0 && i < Math.max(1, Math.floor(count / 14)); i++)
    faults.push({ at: random.whole(2, count - 1), ...random.weighted(wanted)(random) });
  if (kinds.includes('points'))
    for (const point of pointsOf(seed, points)) faults.push({ at: random.whole(1, count - 1), ...makePoint(random, point) });
  faults.sort((a, b) => a.at - b.at);
  return { seed, alerts, faults };
}

export function describe({ at, kind, ...rest }) {
  return `before alert ${at}: ${kind} ${Object.values(rest).join(' ')}`;
}
