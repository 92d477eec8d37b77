/* types.ts - what the API answers. Made from src/web/shapes.txt; do not edit. */

/** Digits as text: money and quantities never pass through a number. */
export type Decimal = string;
/** RFC 3339, UTC. */
export type Time = string;
/** 2026-11-22 */
export type CalendarDate = string;
export type Id = string;

export const ActionValues = ['Buy', 'Sell'] as const;
export type Action = (typeof ActionValues)[number];

export const OrderTypeValues = ['Limit', 'Market', 'Stop', 'StopLimit'] as const;
export type OrderType = (typeof OrderTypeValues)[number];

export const TimeInForceValues = ['Day', 'Gtc', 'Ioc', 'Fok'] as const;
export type TimeInForce = (typeof TimeInForceValues)[number];

export const OrderStateValues = ['Pending', 'Submitting', 'Unknown', 'Open', 'PartiallyFilled', 'Filled', 'Canceled', 'Rejected', 'Expired'] as const;
export type OrderState = (typeof OrderStateValues)[number];

export const CurrencyValues = ['KRW', 'USD', 'CNY', 'JPY', 'HKD', 'VND'] as const;
export type Currency = (typeof CurrencyValues)[number];

export const ExchangeValues = ['NASDAQ', 'NYSE', 'AMEX', 'HKEX', 'SSE', 'SZSE', 'TSE', 'HNX', 'HOSE', 'KRX', 'KOSDAQ', 'KOSPI'] as const;
export type Exchange = (typeof ExchangeValues)[number];

export const RoleValues = ['Viewer', 'Trader', 'Admin'] as const;
export type Role = (typeof RoleValues)[number];

export const SeverityValues = ['Info', 'Warning', 'Critical'] as const;
export type Severity = (typeof SeverityValues)[number];

export const NotificationKindValues = ['System', 'Schedule', 'Risk', 'Security', 'Order'] as const;
export type NotificationKind = (typeof NotificationKindValues)[number];

export const LifeStateValues = ['live', 'paper', 'off'] as const;
export type LifeState = (typeof LifeStateValues)[number];

export const ResolveOutcomeValues = ['Filled', 'Open', 'Rejected', 'Canceled'] as const;
export type ResolveOutcome = (typeof ResolveOutcomeValues)[number];

/** an error (RFC 9457); nothing was changed unless `code` is UNKNOWN_OUTCOME */
export interface Problem {
  /** "about:blank" */
  type: string;
  /** the status in words */
  title: string;
  status: number;
  /** one sentence: what is wrong and what was expected */
  detail: string;
  /** stable, for programs: FIELD_INVALID, NOT_SIGNED_IN, FORBIDDEN, CSRF, STALE_VERSION ... */
  code: string;
  /** the field that is wrong */
  field: string | null;
}

/** it was done */
export interface Done {
  message: string;
}

/** who is signed in */
export interface Session {
  user: string;
  role: Role;
  /** of an API key: read, trade, admin; empty for a person */
  scopes: string[];
  /** to be sent back as X-CSRF-Token with everything that changes something */
  csrf: string;
  /** a second factor is set */
  totp: boolean;
  /** only the password may be changed until then: it was made by `yq up` */
  mustChange: boolean;
  /** after so long without a request the session ends */
  idleSeconds: number;
  /** then it ends whatever happens */
  expiresAt: Time;
  /** of the server */
  version: string;
}

/** the outcome of a sign-in */
export interface SignInAnswer {
  /** the password is right: send it again with `code` */
  totpRequired: boolean;
  session: Session | null;
}

/** one signed-in device */
export interface SessionRow {
  id: string;
  createdAt: Time;
  lastAt: Time;
  address: string;
  agent: string;
  current: boolean;
}

/** all of them */
export interface SessionList {
  items: SessionRow[];
}

/** a person who may sign in */
export interface User {
  name: string;
  role: Role;
  totp: boolean;
  disabled: boolean;
  lockedUntil: Time | null;
  createdAt: Time;
  lastSignInAt: Time | null;
  /** to be sent back with a change */
  version: number;
}

/** all of them */
export interface UserList {
  items: User[];
}

/** an API key, without its secret */
export interface Key {
  id: Id;
  name: string;
  user: string;
  scopes: string[];
  createdAt: Time;
  expiresAt: Time | null;
  lastUsedAt: Time | null;
}

/** all of them */
export interface KeyList {
  items: Key[];
}

/** a new API key; the secret is shown this once */
export interface KeyMade {
  key: Key;
  secret: string;
}

/** a second factor, not yet in force */
export interface TotpSetup {
  /** base 32 */
  secret: string;
  /** otpauth://... */
  uri: string;
}

/** money */
export interface Amount {
  currency: Currency;
  amount: Decimal;
}

/** what an account holds of one instrument */
export interface Position {
  account: string;
  ticker: string;
  exchange: Exchange;
  currency: Currency;
  /** from the catalog */
  name: string | null;
  /** negative = short */
  qty: Decimal;
  avgPrice: Decimal;
  /** the latest known */
  price: Decimal | null;
  priceAt: Time | null;
  /** qty x price */
  value: Decimal | null;
  /** qty x avgPrice */
  cost: Decimal;
  /** value - cost */
  unrealized: Decimal | null;
  /** of the cost: 0.0123 is 1.23 % */
  unrealizedRate: Decimal | null;
  /** of the price today, in per cent as the broker says it */
  changeRate: Decimal | null;
  /** why it was opened */
  reason: string;
}

/** one account now */
export interface Account {
  alias: string;
  /** masked but for the last four */
  number: string;
  broker: string;
  active: boolean;
  realMoney: boolean;
  updatedAt: Time | null;
  syncedAt: Time | null;
  deposits: Amount[];
  equity: Equity[];
  positions: Position[];
  openOrders: number;
  /** a kill switch stands over it */
  halted: boolean;
}

/** all of them */
export interface AccountList {
  items: Account[];
}

/** what an account or all are worth in one currency */
export interface Equity {
  currency: Currency;
  cash: Decimal;
  /** at the latest prices */
  positions: Decimal;
  total: Decimal;
  /** against the end of the last recorded day, without what was paid in */
  today: Decimal | null;
  todayRate: Decimal | null;
  /** every position has a price */
  complete: boolean;
}

/** all at a glance */
export interface Overview {
  accounts: Account[];
  equity: Equity[];
  /** newest first, at most 50 */
  openOrders: Order[];
  openCount: number;
  halts: Halt[];
  health: Health;
  /** the latest 20, newest first */
  notices: Notification[];
  at: Time;
}

/** an order and how far it is */
export interface Order {
  id: Id;
  account: string;
  ticker: string;
  exchange: Exchange;
  currency: Currency;
  name: string | null;
  action: Action;
  type: OrderType;
  qty: Decimal;
  price: Decimal | null;
  stopPrice: Decimal | null;
  tif: TimeInForce;
  /** Manual, Schedule, Webhook:{Strategy} */
  reason: string;
  reduceOnly: boolean;
  state: OrderState;
  filled: Decimal;
  /** of what is filled */
  avgPrice: Decimal | null;
  /** the last error or refusal */
  message: string;
  brokerOrderId: string;
  signalId: Id | null;
  bracketId: Id | null;
  orderedAt: Time;
  createdAt: Time | null;
  submittedAt: Time | null;
  finalAt: Time | null;
  cancelRequestedAt: Time | null;
  /** not final */
  open: boolean;
  /** its sequence; a change of what is older is refused */
  version: number;
}

/** a page of orders */
export interface OrderList {
  items: Order[];
  /** cursor of the next page */
  next: string | null;
  /** from the live state (else from the archive) */
  live: boolean;
}

/** one thing that happened */
export interface Step {
  /** received, decided, created, claimed, submitted, first fill, fill, final, archived, canceled by hand ... */
  what: string;
  /** null = not known */
  at: Time | null;
  /** since the step before, in milliseconds */
  afterMs: Decimal | null;
  /** details for people */
  text: string;
}

/** one rule that was looked at */
export interface Rule {
  name: string;
  passed: boolean;
  /** the sentence with its numbers */
  text: string;
}

/** one execution */
export interface Fill {
  id: string;
  at: Time;
  qty: Decimal;
  price: Decimal;
  commission: Decimal;
  currency: Currency;
}

/** all that is known of an order */
export interface OrderStory {
  order: Order;
  steps: Step[];
  fills: Fill[];
  rules: Rule[];
  /** how its take-profit and stop-loss are; "" = none */
  bracket: string;
  /** what may be done to it now: cancel, replace, resolve */
  allowed: string[];
}

/** an order was put on its way */
export interface OrderSent {
  id: Id;
  /** the same was sent before under this idempotency key; nothing was sent again */
  duplicate: boolean;
}

/** what would become of an order; nothing is sent */
export interface Preview {
  passes: boolean;
  rules: Rule[];
  /** after rounding to the lot */
  qty: Decimal | null;
  /** the limit price, rounded to the tick, or the latest price */
  price: Decimal | null;
  /** qty x price */
  amount: Decimal | null;
  currency: Currency;
  buyingPower: Decimal | null;
  /** of that instrument, signed */
  held: Decimal;
  tick: Decimal | null;
  lot: Decimal;
  marketOpen: boolean;
  /** "US opens 2026-11-24T14:30:00Z" */
  marketText: string;
  warnings: string[];
}

/** something that can be traded */
export interface Instrument {
  ticker: string;
  exchange: Exchange;
  currency: Currency;
  name: string;
  nameLocal: string;
  type: string;
  lot: Decimal;
  delisted: boolean;
  suspended: boolean;
  price: Decimal | null;
  priceAt: Time | null;
  changeRate: Decimal | null;
}

/** found ones, the best match first */
export interface InstrumentList {
  items: Instrument[];
}

/** an alert and what was decided on it */
export interface Signal {
  id: Id;
  strategy: string;
  ticker: string;
  exchange: Exchange;
  action: string;
  price: Decimal | null;
  receivedAt: Time;
  decidedAt: Time | null;
  /** accepted (not decided yet), ordered, refused ... */
  verdict: string;
  /** of a refusal */
  code: string;
  /** why, for people */
  text: string;
  orders: number;
}

/** a page of them */
export interface SignalList {
  items: Signal[];
  next: string | null;
}

/** the whole story of an alert */
export interface SignalStory {
  signal: Signal;
  /** what the alert said */
  fields: Pair[];
  steps: Step[];
  rules: Rule[];
  orders: Order[];
}

/** a name and a value */
export interface Pair {
  name: string;
  value: string;
}

/** one archived execution */
export interface Trade {
  id: string;
  account: string;
  at: Time;
  ticker: string;
  exchange: Exchange;
  currency: Currency;
  action: Action;
  qty: Decimal;
  price: Decimal;
  amount: Decimal;
  commission: Decimal;
  strategy: string;
  orderId: Id;
}

/** what the trades of the filter come to */
export interface TradeSum {
  currency: Currency;
  action: Action;
  trades: number;
  amount: Decimal;
  commission: Decimal;
}

/** a page of them */
export interface TradeList {
  items: Trade[];
  /** of all that the filter finds, not of the page alone */
  sums: TradeSum[];
  next: string | null;
}

/** orders at given times */
export interface Schedule {
  id: Id;
  name: string;
  enabled: boolean;
  /** order, liquidate */
  kind: string;
  account: string;
  /** the whole of it in one line, as in an exported file */
  text: string;
  /** for people: "Mon-Fri 15 min before US closes" */
  when: string;
  /** for people: "Buy 10 AAPL (NASDAQ), Market" */
  what: string;
  nextAt: Time | null;
  lastDueAt: Time | null;
  lastOutcome: string;
  updatedBy: string;
  updatedAt: Time;
  version: number;
}

/** all of them */
export interface ScheduleList {
  items: Schedule[];
}

/** one run of a schedule */
export interface ScheduleRun {
  dueAt: Time;
  state: string;
  text: string;
  orders: Id[];
}

/** the latest runs, newest first */
export interface ScheduleRunList {
  items: ScheduleRun[];
}

/** for export and import */
export interface ScheduleFile {
  text: string;
}

/** performance of one account in one currency */
export interface Figures {
  account: string;
  /** null = all */
  strategy: string | null;
  currency: Currency;
  from: CalendarDate | null;
  to: CalendarDate | null;
  days: number;
  startEquity: Decimal | null;
  endEquity: Decimal | null;
  /** 0.0123 is 1.23 % */
  totalReturn: Decimal | null;
  annualReturn: Decimal | null;
  volatility: Decimal | null;
  sharpe: Decimal | null;
  sortino: Decimal | null;
  maxDrawdown: Decimal | null;
  calmar: Decimal | null;
  trades: number;
  wins: number;
  losses: number;
  winRate: Decimal | null;
  profitFactor: Decimal | null;
  realized: Decimal | null;
  commission: Decimal | null;
}

/** one recorded day */
export interface DayPoint {
  date: CalendarDate;
  equity: Decimal;
  return: Decimal | null;
  drawdown: Decimal | null;
}

/** of one month */
export interface MonthReturn {
  /** 2026-11 */
  month: string;
  return: Decimal | null;
}

/** curve, months and statistics */
export interface Performance {
  total: Figures;
  strategies: Figures[];
  days: DayPoint[];
  months: MonthReturn[];
}

/** a kill switch that stands */
export interface Halt {
  /** *, account:Paper, strategy:Trend, risk:DailyLoss:account:Paper ... */
  field: string;
  /** for people */
  scope: string;
  who: string;
  at: Time;
  why: string;
  until: Time | null;
  /** it may be released then */
  notBefore: Time | null;
  flatten: boolean;
}

/** all that stand */
export interface HaltList {
  items: Halt[];
}

/** a limit of risk and how much of it is used */
export interface Limit {
  account: string;
  /** MaxOrderValue ... */
  name: string;
  strategy: string | null;
  /** as configured, with its unit */
  limit: string;
  /** null = nothing to measure yet */
  used: string | null;
  /** used / limit; 1 = all of it */
  ratio: Decimal | null;
}

/** what a strategy may do */
export interface StrategyLife {
  strategy: string;
  state: LifeState;
  who: string;
  at: Time | null;
  why: string;
}

/** limits, use of each, switches */
export interface Risk {
  limits: Limit[];
  halts: Halt[];
  strategies: StrategyLife[];
}

/** one program */
export interface Daemon {
  app: string;
  /** ready, starting, draining, gone */
  state: string;
  /** "ok" or why not */
  health: string;
  pid: number | null;
  version: string | null;
  startedAt: Time | null;
  beatAt: Time | null;
  /** since its last heartbeat */
  ageMs: number | null;
  /** messages that wait for it */
  lag: number | null;
  role: string | null;
}

/** what is wrong, if anything */
export interface Health {
  ok: boolean;
  problems: string[];
  daemons: Daemon[];
}

/** a stream of the bus */
export interface StreamState {
  name: string;
  length: number;
  lastId: string;
  lastAt: Time | null;
}

/** an account's gateway */
export interface BrokerLink {
  account: string;
  broker: string;
  owner: string | null;
  syncedAt: Time | null;
  ok: boolean;
  text: string;
}

/** of the order path */
export interface LatencyBucket {
  upToMs: Decimal;
  count: number;
}

/** from created to the broker's acknowledgement, of the latest orders */
export interface Latency {
  count: number;
  p50Ms: Decimal | null;
  p99Ms: Decimal | null;
  buckets: LatencyBucket[];
}

/** the machine room */
export interface System {
  health: Health;
  streams: StreamState[];
  brokers: BrokerLink[];
  latency: Latency;
  /** trades on their way into the archive */
  queue: number;
  /** trades that the archive refused */
  parked: number;
  /** which of two systems this is */
  color: string | null;
  active: boolean;
  /** version */
  valkey: string;
  /** version, or why it is away */
  firebird: string;
  version: string;
  at: Time;
}

/** something that people should know */
export interface Notification {
  /** its place in the stream */
  entry: string;
  id: Id;
  kind: NotificationKind;
  severity: Severity;
  app: string;
  text: string;
  account: string;
  strategy: string;
  orderId: Id | null;
  signalId: Id | null;
  at: Time;
}

/** newest first */
export interface NotificationList {
  items: Notification[];
  next: string | null;
}

/** what somebody did by hand */
export interface AuditRow {
  seq: number;
  at: Time;
  who: string;
  origin: string;
  verb: string;
  target: string;
  account: string;
  before: string;
  after: string;
  reason: string;
}

/** newest first */
export interface AuditList {
  items: AuditRow[];
  next: string | null;
}

/** each change of an order at the broker, as an event */
export interface Execution {
  orderId: Id;
  account: string;
  ticker: string;
  action: Action;
  qty: Decimal;
  state: string;
  filled: Decimal;
  avgPrice: Decimal | null;
  lastQty: Decimal | null;
  lastPrice: Decimal | null;
  currency: Currency;
  message: string;
  brokerOrderId: string;
  sequence: number;
  at: Time;
}

/** the latest of an instrument, as an event */
export interface Price {
  ticker: string;
  exchange: Exchange;
  currency: Currency;
  price: Decimal;
  changeRate: Decimal | null;
  at: Time;
}

/** a position or order that is no more, as an event */
export interface Gone {
  account: string;
  ticker: string;
  exchange: Exchange;
}
