/* audit.tsx - who did what by hand. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { get } from '../api/client';
import type { AuditList, AuditRow } from '../api/types';
import { asked, Filters, useFilter } from '../desk/filters';
import { t } from '../i18n';
import { Time } from '../ui/figures';
import { useLoad } from '../ui/hooks';
import { Card, PageHead, Pager } from '../ui/pieces';
import { Shown } from '../ui/state';
import { ListTable, type Column } from '../ui/table';

function columns(): Column<AuditRow>[] {
  return [
    { id: 'at', title: t('col.at'), cell: (row) => <Time at={row.at} /> },
    { id: 'who', title: t('audit.who'), main: true, cell: (row) => <span class="wraps">{row.who}</span> },
    { id: 'origin', title: t('audit.origin'), cell: (row) => row.origin },
    { id: 'verb', title: t('audit.verb'), cell: (row) => row.verb },
    { id: 'target', title: t('audit.target'), cell: (row) => <span class="wraps">{row.target}</span> },
    { id: 'before', title: t('audit.before'), cell: (row) => <span class="wraps">{row.before || '–'}</span> },
    { id: 'after', title: t('audit.after'), cell: (row) => <span class="wraps">{row.after || '–'}</span> },
    { id: 'reason', title: t('col.reason'), cell: (row) => <span class="wraps">{row.reason || '–'}</span> },
  ];
}

export default function AuditPage(): JSX.Element {
  const filter = useFilter(['target', 'account', 'from', 'to']);
  const cursor = useSignal<string | null>(null);
  const wanted = JSON.stringify(asked(filter.values));
  const list = useLoad((abort) => get<AuditList>('/audit', { ...asked(filter.values), cursor: cursor.value }, abort), [wanted, cursor.value]);
  useEffect(() => { cursor.value = null; }, [wanted]);
  return (
    <>
      <PageHead title={t('nav.audit')}>{t('audit.about')}</PageHead>
      <Card title={t('nav.audit')}>
        <Filters filter={filter} fields={[
          { name: 'target', kind: 'text', label: t('audit.target') },
          { name: 'account', kind: 'account', label: t('col.account') },
          { name: 'from', kind: 'date', label: t('filter.from') },
          { name: 'to', kind: 'date', label: t('filter.to') },
        ]} />
        <Shown of={list} lines={8}>{(data) => (
          <>
            <ListTable label={t('nav.audit')} rows={data.items} keyOf={({ seq }) => String(seq)} columns={columns()} empty={t('audit.none')} />
            <Pager cursor={cursor.value} next={data.next} busy={list.loading.value} onPage={(next) => { cursor.value = next; }} />
          </>
        )}</Shown>
      </Card>
    </>
  );
}
