/* schedule_draft.ts - a schedule as the form has it, and as the text of an exported file. What the form does not know of stays. */
import type { Action, Exchange } from '../api/types';

export interface ScheduleDraft {
  name: string;
  kind: 'Order' | 'Liquidation';
  account: string;
  ticker: string;
  exchange: Exchange;
  action: Action;
  type: 'Market' | 'Limit';
  sizeBy: 'Quantity' | 'Amount';
  size: string;
  price: string;
  country: string;
  reasons: string;
  when: 'At' | 'Open' | 'Close';
  time: string;
  minutes: string;
  days: readonly string[];
  anyHour: boolean;
  enabled: boolean;
  /** Members of the text that the form does not show. */
  rest: Readonly<Record<string, unknown>>;
}

const WEEK = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const SHOWN = ['Name', 'Kind', 'AccountAlias', 'Ticker', 'Exchange', 'Action', 'Type', 'Quantity', 'Amount', 'Price', 'Country', 'Reasons',
  'When', 'Time', 'Minutes', 'Weekdays', 'AnyHour', 'Enabled', 'Version'];

export function blank(account: string): ScheduleDraft {
  return {
    name: '', kind: 'Order', account, ticker: '', exchange: 'NASDAQ', action: 'Buy', type: 'Market', sizeBy: 'Quantity', size: '', price: '', country: 'US',
    reasons: '', when: 'At', time: '10:00', minutes: '5', days: WEEK.slice(0, 5), anyHour: false, enabled: true, rest: {},
  };
}

/** "Mon-Wed,Fri" as a list. */
export function readDays(text: string): string[] {
  const days = new Set<string>();
  for (const part of text.split(',')) {
    const [from = '', until = from] = part.trim().split('-');
    const first = WEEK.findIndex((day) => day.toLowerCase() === from.toLowerCase());
    const last = WEEK.findIndex((day) => day.toLowerCase() === until.toLowerCase());
    if (first < 0 || last < 0) continue;
    for (let i = first; ; i = (i + 1) % 7) {
      days.add(WEEK[i] ?? '');
      if (i === last) break;
    }
  }
  return WEEK.filter((day) => days.has(day));
}

/** A number of the text without a double in between: its own digits. */
function digits(text: string, member: string): string {
  return new RegExp(`"${member}"\\s*:\\s*"?(-?[0-9.]+)`).exec(text)?.[1] ?? '';
}

export function fromText(text: string, enabled: boolean): ScheduleDraft {
  const base = blank('');
  let read: Record<string, unknown>;
  try {
    read = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { ...base, enabled };
  }
  const word = (name: string, fallback: string): string => (typeof read[name] === 'string' ? (read[name] as string) : fallback);
  const amount = digits(text, 'Amount');
  return {
    ...base,
    name: word('Name', ''),
    kind: word('Kind', 'Order') === 'Liquidation' ? 'Liquidation' : 'Order',
    account: word('AccountAlias', ''),
    ticker: word('Ticker', ''),
    exchange: word('Exchange', base.exchange) as Exchange,
    action: word('Action', 'Buy') as Action,
    type: word('Type', 'Market') === 'Limit' ? 'Limit' : 'Market',
    sizeBy: amount ? 'Amount' : 'Quantity',
    size: amount || digits(text, 'Quantity'),
    price: digits(text, 'Price'),
    country: word('Country', base.country),
    reasons: Array.isArray(read.Reasons) ? read.Reasons.join(', ') : '',
    when: (['At', 'Open', 'Close'] as const).find((one) => one === read.When) ?? 'At',
    time: word('Time', base.time).slice(0, 5),
    minutes: digits(text, 'Minutes').replace('-', '') || base.minutes,
    days: readDays(word('Weekdays', 'Mon-Fri')),
    anyHour: read.AnyHour === true,
    enabled,
    rest: Object.fromEntries(Object.entries(read).filter(([name]) => !SHOWN.includes(name))),
  };
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

/** Numbers go out as they were typed. */
function exact(name: string, text: string): string {
  return `${JSON.stringify(name)}:${text.trim().replaceAll(',', '')}`;
}

export function toText(draft: ScheduleDraft): string {
  const parts = [...Object.entries(draft.rest).map(([name, value]) => member(name, value)),
    member('Name', draft.name.trim()), member('Kind', draft.kind), member('AccountAlias', draft.account)];
  if (draft.kind === 'Order') {
    parts.push(member('Ticker', draft.ticker.trim()), member('Exchange', draft.exchange), member('Action', draft.action), member('Type', draft.type), exact(draft.sizeBy, draft.size));
    if (draft.type === 'Limit') parts.push(exact('Price', draft.price));
  } else {
    const reasons = draft.reasons.split(',').map((reason) => reason.trim()).filter(Boolean);
    parts.push(member('Country', draft.country));
    if (reasons.length > 0) parts.push(member('Reasons', reasons));
  }
  parts.push(member('When', draft.when), member('Weekdays', draft.days.join(',')), member('AnyHour', draft.anyHour));
  parts.push(draft.when === 'At' ? member('Time', draft.time) : exact('Minutes', draft.when === 'Close' ? `-${draft.minutes.trim()}` : draft.minutes));
  return `{${parts.join(',')}}`;
}
