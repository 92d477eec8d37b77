/* change_password.tsx - the old password and a new one; also the only page open to a fresh installation. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post, refreshSession } from '../api/client';
import type { Done } from '../api/types';
import { t } from '../i18n';
import { signOut } from '../state/session';
import { Button, Field } from './control';
import { useIntention } from './hooks';
import { fieldError, IntentionError } from './state';

export function ChangePassword({ onDone }: { onDone: () => void }): JSX.Element {
  const old = useSignal('');
  const next = useSignal('');
  const again = useSignal('');
  const intention = useIntention();
  const differs = again.value !== '' && again.value !== next.value;
  const send = async (): Promise<void> => {
    const body = { old: old.value, new: next.value };
    const done = await intention.run(body, (key) => post<Done>('/auth/password', body, key));
    if (!done) return;
    old.value = next.value = again.value = '';
    await refreshSession();
    onDone();
  };
  return (
    <form onSubmit={(event) => {
      event.preventDefault();
      if (!differs) void send();
    }}>
      <Field label={t('password.old')} type="password" autocomplete="current-password" value={old.value} onInput={(text) => { old.value = text; }}
        error={fieldError(intention, 'old')} />
      <Field label={t('password.new')} type="password" autocomplete="new-password" value={next.value} onInput={(text) => { next.value = text; }}
        error={fieldError(intention, 'new')} help={t('password.help')} />
      <Field label={t('password.again')} type="password" autocomplete="new-password" value={again.value} onInput={(text) => { again.value = text; }}
        error={differs ? t('password.differs') : null} />
      <IntentionError intention={intention} fields={['old', 'new']} />
      <div class="buttons">
        <Button type="submit" kind="primary" busy={intention.state.value === 'busy'}
          disabled={!old.value || !next.value || again.value !== next.value}>{t('password.change')}</Button>
      </div>
    </form>
  );
}

export function MustChangePage(): JSX.Element {
  return (
    <main class="alone">
      <h1>{t('change.title')}</h1>
      <p>{t('change.text')}</p>
      <ChangePassword onDone={() => undefined} />
      <div class="buttons"><Button kind="quiet" onClick={() => void signOut()}>{t('frame.signOut')}</Button></div>
    </main>
  );
}
