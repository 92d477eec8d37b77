/* client.ts - one request to the API, in the session's name.
 *
 * Whatever changes something carries the CSRF token of the session and an Idempotency-Key. The key
 * belongs to the user's intention (intention.ts), not to the request: sent again it does nothing twice. */
import { signal } from '@preact/signals';
import { randomId } from '../lib/random';
import { ApiError, noAnswer, problemOf } from './problem';
import type { Session } from './types';

const TIMEOUT_MS = 20_000;

export type Query = Record<string, string | number | boolean | null | undefined>;

/** null: nobody is signed in. */
export const session = signal<Session | null>(null);
/** A request was answered with "not signed in" while somebody was. */
export const expired = signal(false);

export function apiUrl(path: string, query: Query = {}): string {
  const url = new URL(`api/v1${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** A path of the API: path`/orders/${id}` encodes what is put in. */
export function path(texts: TemplateStringsArray, ...values: string[]): string {
  return texts.reduce((all, text, i) => all + encodeURIComponent(values[i - 1] ?? '') + text);
}

interface Send {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  key?: string;
  abort?: AbortSignal;
}

function headers({ method, body, key }: Send): Headers {
  const all = new Headers({ Accept: 'application/json' });
  if (body !== undefined) all.set('Content-Type', 'application/json');
  if (method !== 'GET') {
    if (session.value) all.set('X-CSRF-Token', session.value.csrf);
    all.set('Idempotency-Key', key ?? randomId());
  }
  return all;
}

async function ask(url: string, send: Send): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const given = send.abort;
  const stop = new AbortController();
  const end = (): void => stop.abort();
  timeout.addEventListener('abort', end);
  given?.addEventListener('abort', end);
  try {
    return await fetch(url, {
      method: send.method,
      headers: headers(send),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: stop.signal,
      ...(send.body === undefined ? {} : { body: JSON.stringify(send.body) }),
    });
  } catch (error) {
    if (given?.aborted) throw error;
    throw noAnswer(timeout.aborted ? 'TIMEOUT' : navigator.onLine ? 'NO_ANSWER' : 'OFFLINE');
  } finally {
    given?.removeEventListener('abort', end);
  }
}

async function read(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    if (response.ok) throw noAnswer('NO_ANSWER');
    return null;
  }
}

async function once(url: string, send: Send): Promise<unknown> {
  const response = await ask(url, send);
  const body = await read(response);
  if (response.ok) return body;
  throw problemOf(response.status, body, response.headers.get('Retry-After'));
}

async function request<T>(url: string, send: Send): Promise<T> {
  try {
    return (await once(url, send)) as T;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 'CSRF' && (await refreshSession())) return (await once(url, send)) as T;
    if (error.code === 'NOT_SIGNED_IN' && session.value) expired.value = true;
    throw error;
  }
}

/** Asks who is signed in; false when nobody is. */
export async function refreshSession(): Promise<boolean> {
  try {
    const now = (await once(apiUrl('/auth/session'), { method: 'GET' })) as Session;
    /* Another one signed in beside this page: nothing that was shown here is theirs. */
    if (session.value && session.value.user !== now.user) window.location.reload();
    session.value = now;
    expired.value = false;
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    if (session.value) expired.value = true;
    return false;
  }
}

export function get<T>(where: string, query?: Query, abort?: AbortSignal): Promise<T> {
  return request<T>(apiUrl(where, query), { method: 'GET', ...(abort ? { abort } : {}) });
}

/** `key`: of the intention; without one each call is an intention of its own. */
export function post<T>(where: string, body: unknown = {}, key?: string, abort?: AbortSignal): Promise<T> {
  return request<T>(apiUrl(where), { method: 'POST', body, ...(key ? { key } : {}), ...(abort ? { abort } : {}) });
}

export function put<T>(where: string, body: unknown, key?: string): Promise<T> {
  return request<T>(apiUrl(where), { method: 'PUT', body, ...(key ? { key } : {}) });
}

export function remove<T>(where: string, query?: Query, key?: string): Promise<T> {
  return request<T>(apiUrl(where, query), { method: 'DELETE', ...(key ? { key } : {}) });
}
