/* person.tsx - language, zone, theme; the password. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { t } from '../../i18n';
import { formatTime, zones } from '../../lib/clock';
import { browserZone, zone } from '../../state/preferences';
import { ChangePassword } from '../../ui/change_password';
import { Select } from '../../ui/control';
import { LanguageSelect, ThemeSelect } from '../../ui/frame';
import { useNow } from '../../ui/hooks';
import { Card } from '../../ui/pieces';
import { toast } from '../../ui/toasts';

export function PersonPart(): JSX.Element {
  return (
    <div class="grid">
      <Card title={t('settings.look')}>
        <LanguageSelect />
        <ThemeSelect />
        <ZoneSelect />
      </Card>
      <Card title={t('settings.password')}>
        <ChangePassword onDone={() => toast(t('password.done'))} />
      </Card>
    </div>
  );
}

function ZoneSelect(): JSX.Element {
  const now = new Date(useNow()).toISOString();
  const all = useMemo(() => [...new Set([browserZone(), zone.peek(), ...zones()])].map((value) => ({ value, text: value.replaceAll('_', ' ') })), []);
  return <Select label={t('settings.zone')} value={zone.value} choices={all} onChange={(next) => { zone.value = next; }} help={formatTime(now, zone.value)} />;
}
