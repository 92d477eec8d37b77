/* notifications.tsx - sending one to see that it arrives. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post } from '../../api/client';
import type { Done } from '../../api/types';
import { t } from '../../i18n';
import { Button, Field } from '../../ui/control';
import { useIntention } from '../../ui/hooks';
import { Card } from '../../ui/pieces';
import { fieldError, IntentionError } from '../../ui/state';
import { toast } from '../../ui/toasts';

export function NotificationsPart(): JSX.Element {
  const text = useSignal('');
  const intention = useIntention();
  const send = async (): Promise<void> => {
    const body = text.value.trim() ? { text: text.value.trim() } : {};
    if (await intention.run(body, (key) => post<Done>('/notifications/test', body, key))) toast(t('notify.sent'));
  };
  return (
    <div class="narrow">
      <Card title={t('settings.notifications')}>
        <p>{t('notify.text')}</p>
        <form onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}>
          <Field label={t('col.message')} optional value={text.value} maxLength={200} onInput={(typed) => { text.value = typed; }} error={fieldError(intention, 'text')} />
          <IntentionError intention={intention} fields={['text']} />
          <div class="buttons"><Button type="submit" kind="primary" busy={intention.state.value === 'busy'}>{t('notify.send')}</Button></div>
        </form>
      </Card>
    </div>
  );
}
