/* clock.ts - times as people read them, always with their zone. */
import type { Time } from '../api/types';

export type TimeForm = 'full' | 'time' | 'date';

const FORMS: Record<TimeForm, Intl.DateTimeFormatOptions> = {
  full: { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
  date: { year: 'numeric', month: '2-digit', day: '2-digit', timeZoneName: 'short' },
};

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, form: TimeForm): Intl.DateTimeFormat {
  const name = `${form} ${zone}`;
  let found = formatters.get(name);
  if (!found) {
    found = new Intl.DateTimeFormat('en-US', { ...FORMS[form], hourCycle: 'h23', timeZone: zone });
    formatters.set(name, found);
  }
  return found;
}

/** "2026-11-24 09:30:05 GMT+9"; the text itself when it is no time. */
export function formatTime(at: Time, zone: string, form: TimeForm = 'full'): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const parts = Object.fromEntries(formatter(zone, form).formatToParts(date).map(({ type, value }) => [type, value]));
  const day = parts.year ? `${parts.year}-${parts.month}-${parts.day}` : '';
  const clock = parts.hour ? `${parts.hour}:${parts.minute}:${parts.second}` : '';
  return [day, clock, parts.timeZoneName].filter(Boolean).join(' ');
}

/** A sentence of the server with its times in the zone of the reader. */
export function inZone(sentence: string, zone: string): string {
  return sentence.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => formatTime(at, zone));
}

/** The middle units of a span: "5 s", "12 min", "3 h", "4 d". */
export function formatSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

export function zones(): string[] {
  return typeof Intl.supportedValuesOf === 'function' ? ['UTC', ...Intl.supportedValuesOf('timeZone')] : ['UTC'];
}

export function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: zone }));
  } catch {
    return false;
  }
}
