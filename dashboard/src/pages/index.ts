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
  { pattern: '/orders', title: 'nav.orders', nav: { path: '/orders', key: 'o' }, load: () => import('./orders') },
  { pattern: '/orders/:order', title: 'nav.orders', load: () => import('./order') },
  { pattern: '/signals', title: 'nav.signals', nav: { path: '/signals', key: 's' }, load: () => import('./signals') },
  { pattern: '/signals/:signal', title: 'nav.signals', load: () => import('./signal') },
  { pattern: '/schedules', title: 'nav.schedules', nav: { path: '/schedules', key: 'c' }, load: () => import('./schedules') },
  { pattern: '/trades', title: 'nav.trades', nav: { path: '/trades', key: 't' }, load: () => import('./trades') },
  { pattern: '/performance', title: 'nav.performance', nav: { path: '/performance', key: 'p' }, load: () => import('./performance') },
  { pattern: '/risk', title: 'nav.risk', nav: { path: '/risk', key: 'r' }, load: () => import('./risk') },
  { pattern: '/system', title: 'nav.system', nav: { path: '/system', key: 'y' }, load: () => import('./system') },
  { pattern: '/notifications', title: 'nav.notifications', nav: { path: '/notifications', key: 'i' }, load: () => import('./notifications') },
  { pattern: '/audit', title: 'nav.audit', nav: { path: '/audit', key: 'u' }, role: 'Admin', load: () => import('./audit') },
  { pattern: '/settings', title: 'nav.settings', nav: { path: '/settings', key: 'e' }, load: () => import('./settings') },
];
