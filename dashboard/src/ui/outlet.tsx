/* outlet.tsx - the page of the present path, loaded when it is first wanted. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { routes, type PageRoute } from '../pages';
import { currentPath, find, to, type Page, type PageParams } from '../router';
import { may } from '../state/session';
import { Button } from './control';
import { Bulkhead, Empty, Loading } from './state';

const pages = new Map<PageRoute, Page>();

export function Outlet(): JSX.Element {
  const found = find(routes, currentPath.value);
  const route = found?.route as PageRoute | undefined;
  useEffect(() => {
    document.title = `${route ? t(route.title) : t('frame.notFound')} · ${t('app.name')}`;
  });
  if (!found || !route || (route.role && !may(route.role))) {
    return (
      <Empty title={t('frame.notFound')}>
        <p>{t('frame.notFoundText', { path: currentPath.value })}</p>
        <a href={to('/')}>{t('frame.home')}</a>
      </Empty>
    );
  }
  return <Bulkhead key={currentPath.value}><Part route={route} params={found.params} /></Bulkhead>;
}

function Part({ route, params }: { route: PageRoute; params: PageParams }): JSX.Element {
  const failed = useSignal(false);
  const shown = useSignal<{ page: Page | undefined }>({ page: pages.get(route) });
  const Shown = shown.value.page;
  useEffect(() => {
    if (pages.has(route)) return;
    route.load().then((part) => {
      pages.set(route, part.default);
      shown.value = { page: part.default };
    }, () => { failed.value = true; });
  }, [route]);
  if (Shown) return <Shown params={params} />;
  if (!failed.value) return <Loading />;
  return (
    <div class="box error" role="alert">
      <p>{t('frame.partFailed')}</p>
      <Button small onClick={() => window.location.reload()}>{t('frame.reload')}</Button>
    </div>
  );
}
