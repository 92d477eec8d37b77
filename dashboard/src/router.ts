/* router.ts - pages by history paths below the page's base: "/accounts/Paper", "/orders/new". */
import { computed, signal } from '@preact/signals';
import type { ComponentType } from 'preact';

/** Parts of the path that a page's pattern names. */
export type PageParams = Record<string, string>;
export type Page = ComponentType<{ params: PageParams }>;

export interface Route {
  /** "/accounts/:account" */
  pattern: string;
  load: () => Promise<{ default: Page }>;
}

function base(): string {
  return new URL(document.baseURI).pathname.replace(/\/$/, '');
}

function here(): { path: string; search: string } {
  const { pathname, search } = window.location;
  const path = pathname.startsWith(base()) ? pathname.slice(base().length) : pathname;
  return { path: path || '/', search };
}

const place = signal(here());

export const currentPath = computed(() => place.value.path);
export const currentQuery = computed(() => new URLSearchParams(place.value.search));

/** The address of a page for a link: to("/orders", {state: "Open"}). */
export function to(path: string, query: Record<string, string | null | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const text = search.toString();
  return `${base()}${path}${text ? `?${text}` : ''}`;
}

/** Leave the page? A form with something unsaved may ask first. */
export type Guard = () => boolean;
const guards = new Set<Guard>();

export function guard(may: Guard): () => void {
  guards.add(may);
  return () => guards.delete(may);
}

/** `address`: as `to` gives it. */
export function go(address: string, { replace = false } = {}): void {
  if (![...guards].every((may) => may())) return;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  arrive();
  if (!replace) window.scrollTo(0, 0);
}

/** The query of the page that is shown, changed in place: a filter that survives a reload. */
export function setQuery(query: Record<string, string | null | undefined>): void {
  history.replaceState(null, '', to(currentPath.peek(), query));
  arrive();
}

function arrive(): void {
  place.value = here();
}

function followed(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return;
  if (!link.pathname.startsWith(`${base()}/`) || link.pathname.startsWith(`${base()}/api/`)) return;
  event.preventDefault();
  if (link.hash && link.pathname === window.location.pathname) {
    document.querySelector<HTMLElement>(link.hash)?.focus();
    return;
  }
  go(link.href);
}

export function watchHistory(): void {
  window.addEventListener('popstate', arrive);
  document.addEventListener('click', followed);
}

/** The parts that `pattern` names, or null where it does not fit. */
export function fit(pattern: string, path: string): PageParams | null {
  const wanted = pattern.split('/');
  const given = path.replace(/(.)\/$/, '$1').split('/');
  if (wanted.length !== given.length) return null;
  const params: PageParams = {};
  for (const [i, part] of wanted.entries()) {
    const text = given[i] ?? '';
    if (part.startsWith(':')) {
      if (!text) return null;
      params[part.slice(1)] = decoded(text);
    } else if (part !== text) {
      return null;
    }
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function find(routes: readonly Route[], path: string): { route: Route; params: PageParams } | null {
  for (const route of routes) {
    const params = fit(route.pattern, path);
    if (params) return { route, params };
  }
  return null;
}
