/* account.tsx - one account: what it is worth, what it holds, and acting on it. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { path, post } from '../api/client';
import type { Account, Done, HaltList } from '../api/types';
import { t } from '../i18n';
import { formatMoney } from '../lib/money';
import { to, type PageParams } from '../router';
import { AccountBadges, EquityCard } from '../desk/equity';
import { OpenOrders } from '../desk/open_orders';
import { Positions } from '../desk/positions';
import { accountEquity, accounts, halts, positions } from '../state/desk';
import { live } from '../state/live';
import { may } from '../state/session';
import { Button, ButtonLink, Field } from '../ui/control';
import { Ago, Money } from '../ui/figures';
import { useIntention } from '../ui/hooks';
import { Confirm } from '../ui/overlay';
import { Card, Facts, PageHead } from '../ui/pieces';
import { Empty, IntentionError } from '../ui/state';
import { ListTable } from '../ui/table';
import { toast } from '../ui/toasts';
import { DeskState } from './overview';

export default function AccountPage({ params }: { params: PageParams }): JSX.Element {
  const alias = params.account ?? '';
  return <DeskState>{() => <Known alias={alias} />}</DeskState>;
}

function Known({ alias }: { alias: string }): JSX.Element {
  const account = accounts.keys.value.includes(alias) ? accounts.row(alias)?.value : undefined;
  if (!account) return <Empty title={t('account.unknown', { account: alias })}><a href={to('/accounts')}>{t('nav.account')}</a></Empty>;
  return (
    <>
      <PageHead title={alias} actions={may('Trader') ? <Acts account={account} /> : null}><AccountBadges account={account} /></PageHead>
      <Facts items={[
        [t('account.broker'), account.broker],
        [t('account.number'), account.number],
        [t('account.synced'), <Ago key="s" at={account.syncedAt} />],
        [t('account.updated'), <Ago key="u" at={account.updatedAt} />],
      ]} />
      <div class="grid">{accountEquity(alias).map((equity) => <EquityCard key={equity.currency} equity={equity} />)}</div>
      <Card title={t('account.positions')}><Positions account={alias} acting /></Card>
      <Card title={t('overview.orders')}><OpenOrders account={alias} /></Card>
      <Card title={t('account.deposits')}><Deposits account={account} /></Card>
    </>
  );
}

function Deposits({ account }: { account: Account }): JSX.Element {
  return (
    <ListTable label={t('account.deposits')} rows={account.deposits} keyOf={({ currency }) => currency} empty={t('account.noDeposits')}
      columns={[
        { id: 'currency', title: t('col.currency'), main: true, cell: (row) => row.currency, sort: (row) => ({ text: row.currency }) },
        { id: 'amount', title: t('col.amount'), end: true, cell: (row) => <span title={formatMoney(row.amount, row.currency)}><Money amount={row.amount} currency={row.currency} /></span>, sort: (row) => ({ decimal: row.amount }) },
      ]} />
  );
}

function Acts({ account }: { account: Account }): JSX.Element {
  const flattening = useSignal(false);
  const sync = useIntention();
  const ask = async (): Promise<void> => {
    const done = await sync.run({}, (key) => post<Done>(path`/accounts/${account.alias}/sync`, {}, key));
    if (done) toast(t('account.synced.done'), 'info');
  };
  return (
    <>
      <ButtonLink kind="primary" href={to('/orders/new', { account: account.alias })}>{t('nav.newOrder')}</ButtonLink>
      <Button busy={sync.state.value === 'busy'} onClick={() => void ask()}>{t('account.sync')}</Button>
      <Button kind="danger" onClick={() => { flattening.value = true; }}>{t('account.flatten')}</Button>
      <IntentionError intention={sync} />
      {flattening.value ? <Flatten account={account} onClose={() => { flattening.value = false; }} /> : null}
    </>
  );
}

function Flatten({ account, onClose }: { account: Account; onClose: () => void }): JSX.Element {
  const reason = useSignal('');
  const intention = useIntention();
  const { alias } = account;
  const count = positions.keys.value.filter((key) => key.startsWith(`${alias} `)).length;
  const flatten = async (): Promise<void> => {
    const body = { confirm: alias, ...(reason.value.trim() ? { reason: reason.value.trim() } : {}) };
    const now = await intention.run(body, (key) => post<HaltList>(path`/accounts/${alias}/flatten`, body, key));
    if (!now) return;
    if (live.state.peek() !== 'live') halts.value = now.items; /* else its event says so, in its turn */
    toast(t('account.flattenDone', { account: alias }), 'warning');
    onClose();
  };
  return (
    <Confirm title={t('account.flattenTitle', { account: alias })} act={t('account.flatten')} danger typed={alias} intention={intention}
      onConfirm={() => void flatten()} onClose={onClose}>
      <p>{t('account.flattenText', { account: alias, count })}</p>
      <Field label={t('col.reason')} optional value={reason.value} maxLength={200} onInput={(text) => { reason.value = text; }} />
    </Confirm>
  );
}
