/* order.tsx - one order: how far it is, how it came to that, and what can still be done. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { get, path } from '../api/client';
import type { Fill, Order, OrderStory } from '../api/types';
import { CancelOrder } from '../desk/open_orders';
import { ReplaceOrder, ResolveOrder } from '../desk/order_acts';
import { t, term } from '../i18n';
import { to, type PageParams } from '../router';
import { live } from '../state/live';
import { may } from '../state/session';
import { Button } from '../ui/control';
import { Money, Price, Quantity, Side, Time } from '../ui/figures';
import { useDebounced, useLoad } from '../ui/hooks';
import { Card, Facts, PageHead, Rules, StateBadge, Timeline } from '../ui/pieces';
import { Empty, Shown } from '../ui/state';
import { ListTable } from '../ui/table';

export default function OrderPage({ params }: { params: PageParams }): JSX.Element {
  const id = params.order ?? '';
  const story = useLoad((abort) => get<OrderStory>(path`/orders/${id}`, {}, abort), [id]);
  const soon = useDebounced(250);
  useEffect(() => {
    const changed = (of: string): void => { if (of === id) soon(() => story.again()); };
    const ends = [live.on('order', (order) => changed(order.id)), live.on('execution', (execution) => changed(execution.orderId))];
    return () => ends.forEach((end) => end());
  }, [id]);
  return <Shown of={story} lines={10}>{(data) => <Story story={data} again={() => story.again()} />}</Shown>;
}

function Story({ story, again }: { story: OrderStory; again: () => void }): JSX.Element {
  const { order, steps, fills, rules, bracket } = story;
  return (
    <>
      <PageHead title={`${term(order.action)} ${order.ticker}`} actions={may('Trader') ? <Acts story={story} again={again} /> : null}>
        <StateBadge state={order.state} /> {order.message}
      </PageHead>
      <div class="columns">
        <div class="stack">
          <Card title={t('order.story')}><Timeline steps={steps} /></Card>
          <Card title={t('order.fills')}><Fills fills={fills} /></Card>
          <Card title={t('signal.rules')}>{rules.length > 0 ? <Rules rules={rules} /> : <Empty title={t('signal.noRules')} />}</Card>
        </div>
        <div class="stack">
          <Card title={t('order.facts')}><About order={order} bracket={bracket} /></Card>
        </div>
      </div>
    </>
  );
}

function About({ order, bracket }: { order: Order; bracket: string }): JSX.Element {
  return (
    <Facts items={[
      [t('col.account'), <a key="a" href={to(`/accounts/${encodeURIComponent(order.account)}`)}>{order.account}</a>],
      [t('col.exchange'), order.exchange],
      [t('col.side'), <Side key="s" action={order.action} />],
      [t('col.type'), term(order.type)],
      [t('col.quantity'), <Quantity key="q" quantity={order.qty} />],
      [t('col.filled'), <Quantity key="f" quantity={order.filled} />],
      [t('col.price'), <Price key="p" price={order.price} currency={order.currency} />],
      [t('col.stopPrice'), <Price key="sp" price={order.stopPrice} currency={order.currency} />],
      [t('col.averagePrice'), <Price key="ap" price={order.avgPrice} currency={order.currency} />],
      [t('col.tif'), term(order.tif)],
      [t('col.reason'), order.reason],
      [t('order.brokerId'), order.brokerOrderId || '–'],
      [t('order.bracket'), bracket || '–'],
      [t('notice.signal'), order.signalId ? <a key="sig" href={to(`/signals/${order.signalId}`)}>{t('order.toSignal')}</a> : '–'],
      [t('order.id'), <code key="id" class="secret">{order.id}</code>],
    ]} />
  );
}

function Fills({ fills }: { fills: readonly Fill[] }): JSX.Element {
  return (
    <ListTable label={t('order.fills')} rows={fills} keyOf={({ id }) => id} empty={t('order.noFills')} columns={[
      { id: 'at', title: t('col.at'), main: true, cell: (row) => <Time at={row.at} /> },
      { id: 'qty', title: t('col.quantity'), end: true, cell: (row) => <Quantity quantity={row.qty} /> },
      { id: 'price', title: t('col.price'), end: true, cell: (row) => <Price price={row.price} currency={row.currency} /> },
      { id: 'commission', title: t('col.commission'), end: true, cell: (row) => <Money amount={row.commission} currency={row.currency} /> },
    ]} />
  );
}

type Act = 'cancel' | 'replace' | 'resolve';

function Acts({ story: { order, allowed }, again }: { story: OrderStory; again: () => void }): JSX.Element {
  const doing = useSignal<Act | null>(null);
  const close = (): void => {
    doing.value = null;
    again();
  };
  return (
    <>
      {allowed.includes('replace') ? <Button onClick={() => { doing.value = 'replace'; }}>{t('order.replace')}</Button> : null}
      {allowed.includes('resolve') ? <Button kind="danger" onClick={() => { doing.value = 'resolve'; }}>{t('order.resolve')}</Button> : null}
      {allowed.includes('cancel') ? <Button kind="danger" disabled={order.cancelRequestedAt !== null} onClick={() => { doing.value = 'cancel'; }}>{t('overview.cancelAct')}</Button> : null}
      {doing.value === 'cancel' ? <CancelOrder order={order} onClose={close} /> : null}
      {doing.value === 'replace' ? <ReplaceOrder order={order} onClose={close} onStale={again} /> : null}
      {doing.value === 'resolve' ? <ResolveOrder order={order} onClose={close} onStale={again} /> : null}
    </>
  );
}
