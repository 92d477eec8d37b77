/* trades.tsx - archived executions, what they come to, and all of them as a file. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { apiUrl, get } from '../api/client';
import type { Trade, TradeList, TradeSum } from '../api/types';
import { ExchangeValues } from '../api/types';
import { asked, Filters, useFilter } from '../desk/filters';
import { t } from '../i18n';
import { to } from '../router';
import { Money, Price, Quantity, Side, Time } from '../ui/figures';
import { useLoad } from '../ui/hooks';
import { Card, PageHead, Pager } from '../ui/pieces';
import { Shown } from '../ui/state';
import { ListTable, type Column } from '../ui/table';

function columns(): Column<Trade>[] {
  return [
    { id: 'at', title: t('col.at'), cell: (row) => <Time at={row.at} /> },
    { id: 'ticker', title: t('col.ticker'), main: true, cell: (row) => <a href={to(`/orders/${row.orderId}`)}>{row.ticker}</a> },
    { id: 'account', title: t('col.account'), cell: (row) => row.account },
    { id: 'side', title: t('col.side'), cell: (row) => <Side action={row.action} /> },
    { id: 'qty', title: t('col.quantity'), end: true, cell: (row) => <Quantity quantity={row.qty} /> },
    { id: 'price', title: t('col.price'), end: true, cell: (row) => <Price price={row.price} currency={row.currency} /> },
    { id: 'amount', title: t('col.amount'), end: true, cell: (row) => <Money amount={row.amount} currency={row.currency} /> },
    { id: 'commission', title: t('col.commission'), end: true, cell: (row) => <Money amount={row.commission} currency={row.currency} /> },
    { id: 'strategy', title: t('signal.strategy'), cell: (row) => row.strategy || t('term.Manual') },
  ];
}

function Sums({ sums }: { sums: readonly TradeSum[] }): JSX.Element {
  return (
    <ListTable label={t('trade.sums')} rows={sums} keyOf={({ currency, action }) => `${currency} ${action}`} empty={t('trade.none')} columns={[
      { id: 'currency', title: t('col.currency'), main: true, cell: (row) => row.currency },
      { id: 'side', title: t('col.side'), cell: (row) => <Side action={row.action} /> },
      { id: 'trades', title: t('nav.trades'), end: true, cell: (row) => <span class="figure">{row.trades}</span> },
      { id: 'amount', title: t('col.amount'), end: true, cell: (row) => <Money amount={row.amount} currency={row.currency} /> },
      { id: 'commission', title: t('col.commission'), end: true, cell: (row) => <Money amount={row.commission} currency={row.currency} /> },
    ]} />
  );
}

export default function TradesPage(): JSX.Element {
  const filter = useFilter(['account', 'ticker', 'exchange', 'strategy', 'from', 'to']);
  const cursor = useSignal<string | null>(null);
  const wanted = JSON.stringify(asked(filter.values));
  const list = useLoad((abort) => get<TradeList>('/trades', { ...asked(filter.values), cursor: cursor.value }, abort), [wanted, cursor.value]);
  useEffect(() => { cursor.value = null; }, [wanted]);
  return (
    <>
      <PageHead title={t('nav.trades')} actions={<a class="button" href={apiUrl('/trades.csv', asked(filter.values))} download="trades.csv">{t('trade.csv')}</a>}>{t('trade.about')}</PageHead>
      <Card title={t('nav.trades')}>
        <Filters filter={filter} fields={[
          { name: 'account', kind: 'account', label: t('col.account') },
          { name: 'ticker', kind: 'text', label: t('col.ticker') },
          { name: 'exchange', kind: 'choice', label: t('col.exchange'), choices: ExchangeValues.map((value) => ({ value, text: value })) },
          { name: 'strategy', kind: 'text', label: t('signal.strategy') },
          { name: 'from', kind: 'date', label: t('filter.from') },
          { name: 'to', kind: 'date', label: t('filter.to') },
        ]} />
        <Shown of={list} lines={8}>{(data) => (
          <>
            <ListTable label={t('nav.trades')} rows={data.items} keyOf={({ id }) => id} columns={columns()} empty={t('trade.none')} />
            <Pager cursor={cursor.value} next={data.next} busy={list.loading.value} onPage={(next) => { cursor.value = next; }} />
            <h3>{t('trade.sums')}</h3>
            <Sums sums={data.sums} />
          </>
        )}</Shown>
      </Card>
    </>
  );
}
