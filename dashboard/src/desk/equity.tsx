/* equity.tsx - what accounts are worth, each currency for itself. */
import type { JSX } from 'preact';
import type { Account, Equity } from '../api/types';
import { t } from '../i18n';
import { to } from '../router';
import { accountEquity, accounts, isHalted, openOrdersOf } from '../state/desk';
import { Money, Percent } from '../ui/figures';
import { Badge, Card } from '../ui/pieces';

export function EquityCard({ equity }: { equity: Equity }): JSX.Element {
  const { currency } = equity;
  return (
    <Card title={t('overview.worth', { currency })}>
      <p class="headline"><Money amount={equity.total} currency={currency} /></p>
      <dl class="facts">
        <div><dt>{t('account.today')}</dt><dd><Money amount={equity.today} currency={currency} signed bare /> <Percent rate={equity.todayRate} signed /></dd></div>
        <div><dt>{t('account.cash')}</dt><dd><Money amount={equity.cash} currency={currency} bare /></dd></div>
        <div><dt>{t('account.positions')}</dt><dd><Money amount={equity.positions} currency={currency} bare /></dd></div>
      </dl>
      {equity.complete ? null : <p class="warn">{t('account.incomplete')}</p>}
    </Card>
  );
}

export function AccountBadges({ account }: { account: Account }): JSX.Element {
  return (
    <span class="badges">
      <Badge tone={account.realMoney ? 'warning' : 'neutral'}>{t(account.realMoney ? 'account.realMoney' : 'account.paperMoney')}</Badge>
      {isHalted(account.alias) ? <Badge tone="bad">{t('halt.badge')}</Badge> : null}
      {account.active ? null : <Badge>{t('account.inactive')}</Badge>}
    </span>
  );
}

export function AccountCard({ alias }: { alias: string }): JSX.Element | null {
  const account = accounts.row(alias)?.value;
  if (!account) return null;
  return (
    <section class="card account-card" aria-label={alias}>
      <header>
        <h2><a href={to(`/accounts/${encodeURIComponent(alias)}`)}>{alias}</a></h2>
        <AccountBadges account={account} />
      </header>
      <p class="muted">{account.broker} · {account.number} · {t('account.openOrders', { count: openOrdersOf(alias) })}</p>
      <dl class="facts">
        {accountEquity(alias).map((one) => (
          <div key={one.currency}>
            <dt>{one.currency}</dt>
            <dd><Money amount={one.total} currency={one.currency} bare /> <Percent rate={one.todayRate} signed /></dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
