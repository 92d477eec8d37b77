/* notifications.tsx - all that the system told people. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { get } from '../api/client';
import { SeverityValues, type Notification, type NotificationList } from '../api/types';
import { asked, Filters, useFilter } from '../desk/filters';
import { t, term } from '../i18n';
import { inZone } from '../lib/clock';
import { to } from '../router';
import { live } from '../state/live';
import { zone } from '../state/preferences';
import { Time } from '../ui/figures';
import { useDebounced, useLoad } from '../ui/hooks';
import { Card, PageHead, Pager, SeverityBadge } from '../ui/pieces';
import { Shown } from '../ui/state';
import { ListTable, type Column } from '../ui/table';

function About({ row }: { row: Notification }): JSX.Element | null {
  if (row.orderId) return <a href={to(`/orders/${row.orderId}`)}>{t('notice.order')}</a>;
  return row.signalId ? <a href={to(`/signals/${row.signalId}`)}>{t('notice.signal')}</a> : null;
}

function columns(): Column<Notification>[] {
  return [
    { id: 'at', title: t('col.at'), cell: (row) => <Time at={row.at} /> },
    { id: 'severity', title: t('notice.severity'), cell: (row) => <SeverityBadge severity={row.severity} /> },
    { id: 'kind', title: t('notice.kind'), cell: (row) => term(row.kind) },
    { id: 'text', title: t('col.message'), main: true, cell: (row) => <span class="wraps">{inZone(row.text, zone.value)}</span> },
    { id: 'app', title: t('notice.by'), cell: (row) => row.app },
    { id: 'about', title: t('notice.about'), cell: (row) => <About row={row} /> },
  ];
}

export default function NotificationsPage(): JSX.Element {
  return (
    <>
      <PageHead title={t('nav.notifications')} />
      <Card title={t('system.log')}><Notifications /></Card>
    </>
  );
}

export function Notifications(): JSX.Element {
  const filter = useFilter(['severity']);
  const cursor = useSignal<string | null>(null);
  const list = useLoad((abort) => get<NotificationList>('/notifications', { ...asked(filter.values), cursor: cursor.value }, abort), [filter.values.severity, cursor.value]);
  const soon = useDebounced(500);
  useEffect(() => { cursor.value = null; }, [filter.values.severity]);
  useEffect(() => live.on('notification', () => soon(() => { if (cursor.peek() === null) list.again(); })), []);
  return (
    <>
      <Filters filter={filter} fields={[{ name: 'severity', kind: 'choice', label: t('notice.severity'), choices: SeverityValues.map((value) => ({ value, text: term(value) })) }]} />
      <Shown of={list} lines={6}>{(data) => (
        <>
          <ListTable label={t('nav.notifications')} rows={data.items} keyOf={({ entry }) => entry} columns={columns()} empty={t('overview.noNotices')} />
          <Pager cursor={cursor.value} next={data.next} busy={list.loading.value} onPage={(next) => { cursor.value = next; }} />
        </>
      )}</Shown>
    </>
  );
}
