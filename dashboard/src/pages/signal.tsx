/* signal.tsx - the whole story of one alert: what it said, each rule with its numbers, its orders. */
import type { JSX } from 'preact';
import { get, path } from '../api/client';
import type { Order, SignalStory } from '../api/types';
import { t, term } from '../i18n';
import { to, type PageParams } from '../router';
import { Price, Quantity, Side } from '../ui/figures';
import { useLoad } from '../ui/hooks';
import { Card, Facts, PageHead, Rules, StateBadge, Timeline } from '../ui/pieces';
import { Empty, Shown } from '../ui/state';
import { ListTable } from '../ui/table';
import { Verdict } from './signals';

export default function SignalPage({ params }: { params: PageParams }): JSX.Element {
  const id = params.signal ?? '';
  const story = useLoad((abort) => get<SignalStory>(path`/signals/${id}`, {}, abort), [id]);
  return <Shown of={story} lines={10}>{(data) => <Story story={data} />}</Shown>;
}

function Story({ story: { signal, fields, steps, rules, orders } }: { story: SignalStory }): JSX.Element {
  return (
    <>
      <PageHead title={`${signal.ticker} · ${signal.strategy}`}><Verdict verdict={signal.verdict} /> {signal.text}</PageHead>
      <div class="columns">
        <div class="stack">
          <Card title={t('signal.rules')}>{rules.length > 0 ? <Rules rules={rules} /> : <Empty title={t('signal.noRules')} />}</Card>
          <Card title={t('nav.orders')}><OrdersOf orders={orders} /></Card>
        </div>
        <div class="stack">
          <Card title={t('order.story')}><Timeline steps={steps} /></Card>
          <Card title={t('signal.said')}><Facts items={fields.map(({ name, value }) => [name, value] as const)} /></Card>
        </div>
      </div>
    </>
  );
}

export function OrdersOf({ orders }: { orders: readonly Order[] }): JSX.Element {
  return (
    <ListTable label={t('nav.orders')} rows={orders} keyOf={({ id }) => id} empty={t('signal.noOrders')} columns={[
      { id: 'ticker', title: t('col.ticker'), main: true, cell: (row) => <a href={to(`/orders/${row.id}`)}>{row.ticker}</a> },
      { id: 'account', title: t('col.account'), cell: (row) => row.account },
      { id: 'side', title: t('col.side'), cell: (row) => <Side action={row.action} /> },
      { id: 'type', title: t('col.type'), cell: (row) => term(row.type) },
      { id: 'qty', title: t('col.quantity'), end: true, cell: (row) => <Quantity quantity={row.qty} /> },
      { id: 'filled', title: t('col.filled'), end: true, cell: (row) => <Quantity quantity={row.filled} /> },
      { id: 'price', title: t('col.averagePrice'), end: true, cell: (row) => <Price price={row.avgPrice} currency={row.currency} /> },
      { id: 'state', title: t('col.state'), cell: (row) => <StateBadge state={row.state} /> },
    ]} />
  );
}
