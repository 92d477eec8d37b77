/* accounts.tsx - all accounts. */
import type { JSX } from 'preact';
import { t } from '../i18n';
import { AccountCard } from '../desk/equity';
import { aliases } from '../state/desk';
import { PageHead } from '../ui/pieces';
import { Empty } from '../ui/state';
import { DeskState } from './overview';

export default function AccountsPage(): JSX.Element {
  return (
    <>
      <PageHead title={t('nav.account')} />
      <DeskState>{() => (aliases.value.length === 0
        ? <Empty title={t('account.none')}><p>{t('account.noneText')}</p></Empty>
        : <div class="grid">{aliases.value.map((alias) => <AccountCard key={alias} alias={alias} />)}</div>)}</DeskState>
    </>
  );
}
