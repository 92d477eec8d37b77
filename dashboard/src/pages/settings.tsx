/* settings.tsx - what belongs to the person who is signed in, and, for an administrator, to all. */
import type { JSX } from 'preact';
import { session } from '../api/client';
import { t } from '../i18n';
import { currentQuery, setQuery } from '../router';
import { may } from '../state/session';
import { Tabs } from '../ui/control';
import { PageHead } from '../ui/pieces';
import { KeysPart } from './settings/keys';
import { NotificationsPart } from './settings/notifications';
import { PersonPart } from './settings/person';
import { SecondFactorPart } from './settings/second_factor';
import { SessionsPart } from './settings/sessions';
import { UsersPart } from './settings/users';

const PARTS = {
  person: PersonPart,
  second: SecondFactorPart,
  sessions: SessionsPart,
  keys: KeysPart,
  users: UsersPart,
  notifications: NotificationsPart,
} as const;
type Part = keyof typeof PARTS;

const ADMIN: readonly Part[] = ['users', 'notifications'];

export default function SettingsPage(): JSX.Element {
  const parts = (Object.keys(PARTS) as Part[]).filter((part) => !ADMIN.includes(part) || may('Admin'));
  const chosen = parts.find((part) => part === currentQuery.value.get('part')) ?? 'person';
  const Shown = PARTS[chosen];
  return (
    <>
      <PageHead title={t('nav.settings')}><p class="muted">{t('frame.user', { user: session.value?.user ?? '' })}</p></PageHead>
      <Tabs label={t('nav.settings')} value={chosen} items={parts.map((value) => ({ value, text: t(`settings.${value}`) }))}
        onChange={(part) => setQuery({ part: part === 'person' ? null : part })}>
        <Shown />
      </Tabs>
    </>
  );
}
