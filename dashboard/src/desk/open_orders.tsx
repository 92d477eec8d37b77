/* open_orders.tsx - what is not final yet, live. */
import { computed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { path, post } from '../api/client';
import type { Done, Order } from '../api/types';
import { t, term } from '../i18n';
import { formatQuantity } from '../lib/money';
import { to } from '../router';
import { openOrders } from '../state/desk';
import { may } from '../state/session';
import { Button } from '../ui/control';
import { Price, Quantity, Side, Time } from '../ui/figures';
import { useIntention } from '../ui/hooks';
import { Confirm } from '../ui/overlay';
import { StateBadge } from '../ui/pieces';
import { Table, type Column } from '../ui/table';
import { toast } from '../ui/toasts';

function columns(cancel: (order: Order) => void): Column<Order>[] {
  const acts: Column<Order> = {
    id: 'acts', title: t('col.actions'), end: true,
    cell: (row) => <Button small disabled={row.cancelRequestedAt !== null} label={`${t('overview.cancelAct')}: ${row.ticker}`} onClick={() => cancel(row)}>{t('action.cancel')}</Button>,
  };
  return [
    { id: 'ticker', title: t('col.ticker'), main: true, sort: (row) => ({ text: row.ticker }), cell: (row) => <a href={to(`/orders/${row.id}`)}>{row.ticker}</a> },
    { id: 'account', title: t('col.account'), sort: (row) => ({ text: row.account }), cell: (row) => row.account },
    { id: 'side', title: t('col.side'), sort: (row) => ({ text: row.action }), cell: (row) => <Side action={row.action} /> },
    { id: 'type', title: t('col.type'), sort: (row) => ({ text: row.type }), cell: (row) => term(row.type) },
    { id: 'qty', title: t('col.quantity'), end: true, sort: (row) => ({ decimal: row.qty }), cell: (row) => <Quantity quantity={row.qty} /> },
    { id: 'filled', title: t('col.filled'), end: true, sort: (row) => ({ decimal: row.filled }), cell: (row) => <Quantity quantity={row.filled} /> },
    { id: 'price', title: t('col.price'), end: true, sort: (row) => ({ decimal: row.price ?? row.stopPrice }), cell: (row) => <Price price={row.price ?? row.stopPrice} currency={row.currency} /> },
    { id: 'state', title: t('col.state'), sort: (row) => ({ text: row.state }), cell: (row) => <StateBadge state={row.state} /> },
    { id: 'at', title: t('col.at'), sort: (row) => ({ text: row.orderedAt }), cell: (row) => <Time at={row.orderedAt} /> },
    ...(may('Trader') ? [acts] : []),
  ];
}

export function OpenOrders({ account }: { account: string }): JSX.Element {
  const asked = useSignal<Order | null>(null);
  const shown = useMemo(() => columns((order) => { asked.value = order; }), [t('col.ticker'), may('Trader')]);
  const source = useMemo(() => ({
    keys: computed(() => openOrders.keys.value.filter((key) => account === '' || openOrders.row(key)?.peek().account === account)),
    version: openOrders.version,
    row: (key: string) => openOrders.row(key),
  }), [account]);
  return (
    <>
      <Table label={t('overview.orders')} columns={shown} source={source} sorting={{ column: 'at', descending: true }} empty={t('overview.noOrders')} />
      {asked.value ? <CancelOrder order={asked.value} onClose={() => { asked.value = null; }} /> : null}
    </>
  );
}

export function CancelOrder({ order, onClose }: { order: Order; onClose: () => void }): JSX.Element {
  const intention = useIntention();
  const cancel = async (): Promise<void> => {
    const done = await intention.run({ id: order.id }, (key) => post<Done>(path`/orders/${order.id}/cancel`, {}, key));
    if (!done) return;
    toast(t('overview.cancelDone', { ticker: order.ticker }));
    onClose();
  };
  const values = { action: term(order.action), quantity: formatQuantity(order.qty), ticker: order.ticker, account: order.account, filled: formatQuantity(order.filled) };
  return (
    <Confirm title={t('overview.cancelTitle')} act={t('overview.cancelAct')} danger intention={intention} onConfirm={() => void cancel()} onClose={onClose}>
      <p>{t('overview.cancelText', values)}</p>
    </Confirm>
  );
}
