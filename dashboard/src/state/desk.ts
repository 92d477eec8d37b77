/* desk.ts - accounts, positions, open orders, switches, health and notices as they are now.
 *
 * Loaded when the page starts and after each gap of the line, then moved on by its events. What an
 * event changed while a load was under way is newer than what the load brings. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { get } from '../api/client';
import { ApiError } from '../api/problem';
import type { Account, Execution, Gone, Halt, Health, Notification, Order, OrderList, Overview, Position, Price } from '../api/types';
import { kept } from '../lib/kept';
import { nextFrame } from '../lib/frame';
import { Keyed } from '../lib/keyed';
import { movedOn, priced } from '../lib/worth';
import { live } from './live';

const NOTICES_MOST = 200;
const PAGE = 200;
const PAGES_MOST = 25;
const REFRESH_MS = 60_000;
const SOON_MS = 1_500;

export function positionKey({ account, ticker, exchange }: Pick<Position, 'account' | 'ticker' | 'exchange'>): string {
  return `${account} ${exchange} ${ticker}`;
}

export const accounts = new Keyed<Account>(({ alias }) => alias, nextFrame);
export const positions = new Keyed<Position>(positionKey, nextFrame);
export const openOrders = new Keyed<Order>(({ id }) => id, nextFrame);
export const notices = signal<readonly Notification[]>([]);
export const halts = signal<readonly Halt[]>([]);
export const health = signal<Health | null>(null);
/** null: it was loaded; before that `loaded` is false. */
export const deskError = signal<ApiError | null>(null);
export const loaded = signal(false);

/** The account that pages are about; "" = all of them. */
export const chosenAccount = kept<string>('account', '', (text) => text);

/** Alias by alias, in the order of their names. */
export const aliases = computed(() => [...accounts.keys.value].sort());

/** What events changed since the load began that is under way. */
let touched: Set<string> | null = null;
let turn = 0;

/** All anew; what fails leaves what was there. */
export async function loadDesk(): Promise<void> {
  const mine = (turn += 1);
  touched = new Set();
  try {
    const [overview, orders] = await Promise.all([get<Overview>('/overview'), allOpenOrders()]);
    if (mine !== turn) return;
    putOverview(overview);
    openOrders.replace(merged(openOrders, orders, ({ id }) => id));
    touched = null;
    deskError.value = null;
    loaded.value = true;
  } catch (error) {
    if (mine !== turn) return;
    touched = null;
    deskError.value = error instanceof ApiError ? error : new ApiError({ status: 0, detail: String(error), code: 'PAGE', field: null });
  }
}

async function allOpenOrders(): Promise<Order[]> {
  const all: Order[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MOST; page += 1) {
    const list: OrderList = await get<OrderList>('/orders', { open: true, limit: PAGE, cursor });
    all.push(...list.items);
    cursor = list.next;
    if (cursor === null) break;
  }
  return all;
}

function putOverview(overview: Overview): void {
  accounts.replace(merged(accounts, overview.accounts, ({ alias }) => alias));
  positions.replace(merged(positions, overview.accounts.flatMap((account) => account.positions), positionKey));
  if (!touched?.has('halts')) halts.value = overview.halts;
  if (!touched?.has('health')) health.value = overview.health;
  if (!touched?.has('notices')) notices.value = overview.notices;
}

/** What was loaded, but where an event was newer what it said: also that something is gone. */
function merged<T>(store: Keyed<T>, values: readonly T[], keyOf: (value: T) => string): T[] {
  const newer = touched ?? new Set<string>();
  const keys = new Set([...values.map(keyOf), ...newer]);
  const given = new Map(values.map((value) => [keyOf(value), value]));
  return [...keys].flatMap((key) => (newer.has(key) ? store.latest(key) : given.get(key)) ?? []);
}

export function accountEquity(alias: string): Account['equity'] {
  const account = accounts.row(alias)?.value;
  if (!account) return [];
  positions.version.value;
  const mine = positions.keys.peek().flatMap((key) => positions.row(key)?.peek() ?? []).filter((one) => one.account === alias);
  return account.equity.map((known) => movedOn(known, account.deposits, mine));
}

/** A switch stands over it: one for all, its own, or one that a limit threw. */
export function isHalted(alias: string): boolean {
  return halts.value.some(({ field }) => field === '*' || `:${field}`.endsWith(`:account:${alias}`));
}

export function openOrdersOf(alias: string): number {
  return openOrders.keys.value.filter((key) => openOrders.row(key)?.peek().account === alias).length;
}

function onPosition(position: Position): void {
  touched?.add(positionKey(position));
  /* Names and the price's time are looked up for answers, not for events. */
  const known = positions.latest(positionKey(position));
  positions.put({ ...position, name: position.name ?? known?.name ?? null, priceAt: position.priceAt ?? known?.priceAt ?? null });
  if (accounts.latest(position.account) === undefined) soonAnew();
}

function onGone(gone: Gone): void {
  touched?.add(positionKey(gone));
  positions.drop(positionKey(gone));
}

function onPrice(price: Price): void {
  for (const key of positions.keys.peek()) {
    if (!key.endsWith(` ${price.exchange} ${price.ticker}`)) continue;
    touched?.add(key);
    positions.change(key, (position) => priced(position, price));
  }
}

function onOrder(data: Partial<Order> & { id: string }): void {
  const known = openOrders.latest(data.id);
  if (known && data.version !== undefined && data.version < known.version) return;
  touched?.add(data.id);
  if (data.open === false) openOrders.drop(data.id);
  else if (known || data.state !== undefined) openOrders.put({ ...known, ...data } as Order);
}

const FINAL = new Set(['Filled', 'Canceled', 'Rejected', 'Expired']);

function onExecution(execution: Execution): void {
  const known = openOrders.latest(execution.orderId);
  if (!known || execution.sequence < known.version) return;
  touched?.add(known.id);
  if (FINAL.has(execution.state)) openOrders.drop(known.id);
  else openOrders.put({ ...known, filled: execution.filled, avgPrice: execution.avgPrice, version: execution.sequence });
}

function onNotification(notification: Notification): void {
  touched?.add('notices');
  if (notices.peek().some(({ entry }) => entry === notification.entry)) return;
  notices.value = [notification, ...notices.peek()].slice(0, NOTICES_MOST);
}

function onDeposit({ account, currency, amount }: { account: string; currency: Account['deposits'][number]['currency']; amount: string }): void {
  const known = accounts.latest(account);
  if (!known) {
    soonAnew(); /* the first load brings it, or the next */
    return;
  }
  touched?.add(account);
  accounts.change(account, (now) => ({
    ...now,
    deposits: now.deposits.some((one) => one.currency === currency)
      ? now.deposits.map((one) => (one.currency === currency ? { currency, amount } : one))
      : [...now.deposits, { currency, amount }],
  }));
  if (!known.equity.some((one) => one.currency === currency)) soonAnew();
}

let soon = 0;

/** For what no event carries: an account or a currency that is new. */
function soonAnew(): void {
  if (!loaded.peek()) return;
  window.clearTimeout(soon);
  soon = window.setTimeout(() => void loadDesk(), SOON_MS);
}

/** What no event says, such as the day's beginning, is loaded anew - but only for somebody who is there:
 * a page left open must not keep its session alive. */
function refreshWhileUsed(): void {
  let used = false;
  for (const sign of ['pointerdown', 'keydown', 'wheel']) document.addEventListener(sign, () => { used = true; }, { passive: true });
  window.setInterval(() => {
    if (!used || document.visibilityState !== 'visible') return;
    used = false;
    void loadDesk();
  }, REFRESH_MS);
}

/** Once, when somebody is signed in. */
export function beginDesk(): void {
  live.on('position', onPosition);
  live.on('position-gone', onGone);
  live.on('price', onPrice);
  live.on('order', onOrder);
  live.on('execution', onExecution);
  live.on('notification', onNotification);
  live.on('deposit', onDeposit);
  live.on('hello', () => {
    if (deskError.peek()) void loadDesk();
  });
  live.on('health', (now) => {
    touched?.add('health');
    health.value = now;
  });
  live.on('halt', ({ items }) => {
    touched?.add('halts');
    halts.value = items;
  });
  effect(() => {
    live.epoch.value;
    untracked(() => void loadDesk());
  });
  refreshWhileUsed();
  live.start();
}
