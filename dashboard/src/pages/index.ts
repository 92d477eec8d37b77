/* index.ts - every page: its path, its place in the navigation, its shortcut. */
import type { Role } from '../api/types';
import type { TextKey } from '../i18n';
import type { Route } from '../router';

export interface PageRoute extends Route {
  title: TextKey;
  /** In the navigation, at this path; `key`: "g" and then this letter. */
  nav?: { path: string; key: string };
  /** The least role that the page is for. */
  role?: Role;
}

/** In the order of the navigation. A fixed path stands before one with a parameter. */
export const routes: readonly PageRoute[] = [
  { pattern: '/', title: 'nav.overview', nav: { path: '/', key: 'h' }, load: () => import('./overview') },
  { pattern: '/accounts', title: 'nav.account', nav: { path: '/accounts', key: 'a' }, load: () => import('./accounts') },
  { pattern: '/accounts/:account', title: 'nav.account', load: () => import('./account') },
  { pattern: '/orders/new', title: 'nav.newOrder', nav: { path: '/orders/new', key: 'n' }, role: 'Trader', load: () => import('./order_new') },
  { pattern: '/settings', title: 'nav.settings', nav: { path: '/settings', key: 'e' }, load: () => import('./settings') },
];
