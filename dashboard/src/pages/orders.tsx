/* orders.tsx - what is open, live; and all orders of the archive. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { get, post } from '../api/client';
import { OrderStateValues, type Done, type Order, type OrderList } from '../api/types';
import { asked, Filters, useFilter } from '../desk/filters';
import { OpenOrders } from '../desk/open_orders';
import { t, term } from '../i18n';
import { to } from '../router';
import { chosenAccount, openOrders } from '../state/desk';
import { may } from '../state/session';
import { Button, ButtonLink, Field } from '../ui/control';
import { Price, Quantity, Side, Time } from '../ui/figures';
import { useIntention, useLoad } from '../ui/hooks';
import { Confirm } from '../ui/overlay';
import { Card, PageHead, Pager, StateBadge } from '../ui/pieces';
import { Shown } from '../ui/state';
import { ListTable, type Column } from '../ui/table';
import { toast } from '../ui/toasts';
import { DeskState } from './overview';

/** Typed before all orders are canceled. */
const WORD = 'CANCEL';

export default function OrdersPage(): JSX.Element {
  return (
    <>
      <PageHead title={t('nav.orders')} actions={may('Trader') ? <Acts /> : null} />
      <Card title={t('overview.orders')}><DeskState>{() => <OpenOrders account={chosenAccount.value} />}</DeskState></Card>
      <Card title={t('orders.archive')}><Archive /></Card>
    </>
  );
}

function Acts(): JSX.Element {
  const asking = useSignal(false);
  return (
    <>
      <ButtonLink kind="primary" href={to('/orders/new')}>{t('nav.newOrder')}</ButtonLink>
      <Button kind="danger" disabled={openOrders.keys.value.length === 0} onClick={() => { asking.value = true; }}>{t('orders.cancelAll')}</Button>
      {asking.value ? <CancelAll onClose={() => { asking.value = false; }} /> : null}
    </>
  );
}

function CancelAll({ onClose }: { onClose: () => void }): JSX.Element {
  const reason = useSignal('');
  const intention = useIntention();
  const account = chosenAccount.value;
  const cancel = async (): Promise<void> => {
    const body = { confirm: WORD, ...(account ? { account } : {}), ...(reason.value.trim() ? { reason: reason.value.trim() } : {}) };
    const done = await intention.run(body, (key) => post<Done>('/orders/cancel-all', body, key));
    if (!done) return;
    toast(done.message, 'warning');
    onClose();
  };
  return (
    <Confirm title={t('orders.cancelAllTitle')} act={t('orders.cancelAll')} danger typed={WORD} intention={intention} onConfirm={() => void cancel()} onClose={onClose}>
      <p>{account ? t('orders.cancelAllOf', { account }) : t('orders.cancelAllText', { count: openOrders.keys.value.length })}</p>
      <Field label={t('col.reason')} optional value={reason.value} maxLength={200} onInput={(text) => { reason.value = text; }} />
    </Confirm>
  );
}

function columns(): Column<Order>[] {
  return [
    { id: 'at', title: t('col.at'), cell: (row) => <Time at={row.orderedAt} /> },
    { id: 'ticker', title: t('col.ticker'), main: true, cell: (row) => <a href={to(`/orders/${row.id}`)}>{row.ticker}</a> },
    { id: 'account', title: t('col.account'), cell: (row) => row.account },
    { id: 'side', title: t('col.side'), cell: (row) => <Side action={row.action} /> },
    { id: 'type', title: t('col.type'), cell: (row) => term(row.type) },
    { id: 'qty', title: t('col.quantity'), end: true, cell: (row) => <Quantity quantity={row.qty} /> },
    { id: 'filled', title: t('col.filled'), end: true, cell: (row) => <Quantity quantity={row.filled} /> },
    { id: 'average', title: t('col.averagePrice'), end: true, cell: (row) => <Price price={row.avgPrice} currency={row.currency} /> },
    { id: 'state', title: t('col.state'), cell: (row) => <StateBadge state={row.state} /> },
    { id: 'message', title: t('col.message'), cell: (row) => <span class="clipped" title={row.message}>{row.message || '–'}</span> },
  ];
}

function Archive(): JSX.Element {
  const filter = useFilter(['account', 'ticker', 'state', 'from', 'to']);
  const cursor = useSignal<string | null>(null);
  const wanted = JSON.stringify(asked(filter.values));
  const list = useLoad((abort) => get<OrderList>('/orders', { ...asked(filter.values), cursor: cursor.value }, abort), [wanted, cursor.value]);
  useEffect(() => { cursor.value = null; }, [wanted]);
  return (
    <>
      <Filters filter={filter} fields={[
        { name: 'account', kind: 'account', label: t('col.account') },
        { name: 'ticker', kind: 'text', label: t('col.ticker') },
        { name: 'state', kind: 'choice', label: t('col.state'), choices: OrderStateValues.map((value) => ({ value, text: term(value) })) },
        { name: 'from', kind: 'date', label: t('filter.from') },
        { name: 'to', kind: 'date', label: t('filter.to') },
      ]} />
      <div class="buttons"><Button small busy={list.loading.value} onClick={() => list.again()}>{t('action.refresh')}</Button></div>
      <Shown of={list} lines={8}>{(data) => (
        <>
          <ListTable label={t('orders.archive')} rows={data.items} keyOf={({ id }) => id} columns={columns()} empty={t('orders.none')} />
          <Pager cursor={cursor.value} next={data.next} busy={list.loading.value} onPage={(next) => { cursor.value = next; }} />
        </>
      )}</Shown>
    </>
  );
}
