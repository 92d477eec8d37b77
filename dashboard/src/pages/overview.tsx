/* overview.tsx - all at a glance, or one account where one is chosen. */
import type { JSX } from 'preact';
import { t } from '../i18n';
import { summed } from '../lib/worth';
import { to } from '../router';
import { AccountCard, EquityCard } from '../desk/equity';
import { OpenOrders } from '../desk/open_orders';
import { Positions } from '../desk/positions';
import { accountEquity, aliases, chosenAccount, deskError, loadDesk, loaded, notices } from '../state/desk';
import { may } from '../state/session';
import { ButtonLink } from '../ui/control';
import { Time } from '../ui/figures';
import { Card, PageHead, SeverityBadge } from '../ui/pieces';
import { Empty, ErrorBox, Loading } from '../ui/state';

const NOTICES_SHOWN = 20;

export default function OverviewPage(): JSX.Element {
  return (
    <>
      <PageHead title={t('nav.overview')} actions={may('Trader') ? <ButtonLink kind="primary" href={to('/orders/new')}>{t('nav.newOrder')}</ButtonLink> : null} />
      <DeskState>{() => <Glance />}</DeskState>
    </>
  );
}

/** Loading and failing of what the whole page knows. */
export function DeskState({ children }: { children: () => JSX.Element }): JSX.Element {
  return (
    <>
      {deskError.value ? <ErrorBox error={deskError.value} onRetry={() => void loadDesk()} /> : null}
      {loaded.value ? children() : deskError.value ? null : <Loading lines={8} />}
    </>
  );
}

function Glance(): JSX.Element {
  const chosen = aliases.value.includes(chosenAccount.value) ? chosenAccount.value : '';
  const shown = chosen ? [chosen] : aliases.value;
  if (aliases.value.length === 0) return <Empty title={t('account.none')}><p>{t('account.noneText')}</p></Empty>;
  return (
    <>
      <div class="grid"><Worth aliases={shown} /></div>
      <div class="grid">{shown.map((alias) => <AccountCard key={alias} alias={alias} />)}</div>
      <Card title={t('account.positions')}><Positions account={chosen} acting={false} /></Card>
      <Card title={t('overview.orders')}><OpenOrders account={chosen} /></Card>
      <Notices />
    </>
  );
}

function Worth({ aliases: shown }: { aliases: readonly string[] }): JSX.Element {
  return <>{summed(shown.map((alias) => accountEquity(alias))).map((equity) => <EquityCard key={equity.currency} equity={equity} />)}</>;
}

function Notices(): JSX.Element {
  return (
    <Card title={t('overview.notices')} actions={<a href={to('/notifications')}>{t('overview.allNotices')}</a>}>
      {notices.value.length === 0 ? <Empty title={t('overview.noNotices')} /> : (
        <ul class="notices">
          {notices.value.slice(0, NOTICES_SHOWN).map((notice) => (
            <li key={notice.entry}>
              <SeverityBadge severity={notice.severity} />
              <span>{notice.text} <span class="muted">{notice.app} · <Time at={notice.at} /></span></span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
