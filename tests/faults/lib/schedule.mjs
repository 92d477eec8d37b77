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

  shuffled(list) {
    const left = [...list];
    return list.map(() => left.splice(this.whole(0, left.length - 1), 1)[0]);
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

const cents = (r) => String(r.whole(0, 99)).padStart(2, '0');
/* Many, for an order whose outcome is unknown holds up those behind it on the same ticker. */
const INSTRUMENTS = [
  ...['AAPL', 'AMZN', 'GOOG', 'META', 'MSFT', 'NFLX', 'NVDA', 'TSLA'].map((ticker, i) => ({
    ticker, exchange: 'NASDAQ', lot: 1, price: (r) => `${r.whole(100 + 40 * i, 110 + 40 * i)}.${cents(r)}`,
  })),
  ...['000100', '000200', '000300', '000400'].map((ticker) => ({ ticker, exchange: 'KRX', lot: 1, price: (r) => `${r.whole(700, 720)}00` })),
  ...['000100', '000200', '000300', '000400'].map((ticker) => ({ ticker, exchange: 'SZSE', lot: 100, price: (r) => `${r.whole(8, 9)}.${cents(r)}` })),
];
/* More where whether an order is there takes longer to be known. */
const MORE = Array.from({ length: 24 }, (_, i) => ({ ticker: `F${i}`, exchange: 'NASDAQ', lot: 1, price: (r) => `${r.whole(20 + 5 * i, 21 + 5 * i)}.${cents(r)}` }));

const near = (price, share) => (Number(price) * share + (share > 1 ? 0.02 : 0)).toFixed(2);

/* `at`: {markets, daysOnly}, what can be traded where the accounts are, and how; without it, everything. */
export function makeAlert(random, name, at) {
  const instrument = random.pick(at ? [...INSTRUMENTS, ...MORE].filter(({ exchange }) => at.markets.includes(exchange)) : INSTRUMENTS);
  const price = instrument.price(random);
  const alert = {
    id: name, strategy: random.pick(Object.keys(MAPPING)), ticker: instrument.ticker, exchange: instrument.exchange,
    action: random.chance(0.6) ? 'buy' : 'sell', price, qty: instrument.lot * random.whole(1, 9),
  };
  if (random.chance(0.2)) Object.assign(alert, { type: 'limit', limit_price: price, time_in_force: at?.daysOnly ? 'day' : 'gtc' });
  /* So near that they are often reached: prices differ by more from one alert to the next. */
  if (alert.action === 'buy' && instrument.lot === 1 && random.chance(0.3)) Object.assign(alert, { tp: near(price, 1 + random.next() / 20), sl: near(price, 1 - random.next() / 20 - 0.002) });
  return alert;
}

export const DAEMONS = ['yq-webhook', 'yq-order-manager', 'yq-broker-gateway'];
export const PROCESSES = [...DAEMONS, 'valkey-server'];

/* [weight, maker]; each makes {kind, ...}, `at` knows what can happen there.  faults.mjs does them. */
export const KINDS = {
  kill: [6, (r) => ({ kind: 'kill', target: r.pick(PROCESSES) })],
  stop: [2, (r) => ({ kind: 'stop', target: r.pick(DAEMONS) })],
  freeze: [4, (r) => ({ kind: 'freeze', target: r.pick(PROCESSES), ms: r.chance(0.2) ? 5500 : r.whole(100, 2200) })],
  starve: [2, (r) => ({ kind: 'starve', target: r.pick(PROCESSES), of: r.pick(['time', 'files']), ms: r.whole(300, 3000) })],
  lock: [2, (r) => ({ kind: 'lock', ms: r.whole(300, 2500), rudely: r.chance(0.5) })],
  hide: [1, (r) => ({ kind: 'hide', ms: r.whole(300, 2000) })],
  blackout: [1, () => ({ kind: 'blackout' })],
  exchange: [6, (r, at) => ({ kind: 'exchange', of: r.pick(at.troubles), ms: r.chance(0.2) ? r.whole(2000, 5000) : r.whole(0, 1000) })],
};

/* What can happen where the accounts are: the paper broker is a part of the gateway. */
export function kindsAt(broker) {
  return Object.keys(KINDS).filter((kind) => kind !== 'exchange' || broker !== 'paper');
}

/* Points that are only passed when a person has asked for something. */
export const NEEDS_PERSON = /^gateway\.resolv/;

/* Points that are only passed while Valkey is away. */
export const NEEDS_SPOOL = /^webhook\.(spool|forward)/;

/* Who comes past it: each program has a killer of its own. */
const GATEWAY = /^(gateway|paper)\./;
const OWNERS = [/^webhook\./, /^(decider|archiver|lane)\./, GATEWAY];
const RELEASED = 0.85; /* of a gateway's deaths: somebody gives its leases back */

/* What was spooled by one that died is forwarded by the next. */
const FORWARDED = 'webhook.forwarded';
const SPOOLED = 'webhook.spooled';

function makeKill(random, point) {
  return {
    point, passage: random.whole(1, NEEDS_SPOOL.test(point) ? 1 : 3),
    release: GATEWAY.test(point) && random.chance(RELEASED), after: point === SPOOLED ? FORWARDED : undefined,
  };
}

function makeKills(random, points, times) {
  return OWNERS.map((owner) => {
    const mine = points.filter((point) => owner.test(point) && point !== FORWARDED);
    return random.shuffled(Array.from({ length: times * mine.length }, (_, i) => makeKill(random, mine[i % mine.length])));
  });
}

const MANY = 500; /* alerts: they come faster */
const FAULTS_MAX = 10;

/*
 * {seed, alerts, faults, kills}: each fault has `at`, the number of the alert before which it
 * begins; `kills` are the orders for Killers, each of `points` so many `times`.
 */
export function makeSchedule(seed, count, kinds, points, times, at) {
  const random = new Random(seed * 2654435761);
  const alerts = Array.from({ length: count }, (_, i) => ({
    body: makeAlert(random, `seed-${seed}-alert-${i}`, at),
    gapMs: random.whole(0, count > MANY ? 16 : 60),
    againMs: random.chance(0.2) ? random.pick([0, random.whole(0, 4000)]) : null, /* sent a second time after so long */
    insist: random.chance(0.9), /* sent again in the end if it was not answered */
  }));
  const faults = [];
  const wanted = kinds.filter((kind) => kind in KINDS).map((kind) => KINDS[kind]);
  for (let i = 0; wanted.length > 0 && i < Math.min(FAULTS_MAX, Math.max(1, Math.floor(count / 14))); i++)
    faults.push({ at: random.whole(2, count - 1), ...random.weighted(wanted)(random, at) });
  faults.sort((a, b) => a.at - b.at);
  return { seed, alerts, faults, kills: kinds.includes('points') ? makeKills(random, points, times) : [] };
}

/* What sort of fault it is: "kill yq-webhook". */
export function nameOf({ kind, of, target }) {
  return [kind, of, target].filter(Boolean).join(' ');
}

export function describe({ at, kind, ...rest }) {
  return `before alert ${at}: ${kind} ${Object.values(rest).join(' ')}`;
}
