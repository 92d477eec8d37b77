/* sign_in.tsx - signing in: as a page of its own, or over the page whose session has ended. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { session } from '../api/client';
import { t } from '../i18n';
import { signIn } from '../state/session';
import { Button, Field } from './control';
import { useIntention } from './hooks';
import { Dialog } from './overlay';
import { fieldError, IntentionError } from './state';

function SignInForm({ user: given }: { user: string }): JSX.Element {
  const user = useSignal(given);
  const password = useSignal('');
  const code = useSignal('');
  const second = useSignal(false);
  const intention = useIntention();
  const busy = intention.state.value === 'busy';
  const send = async (): Promise<void> => {
    /* A sign-in changes nothing that could be done twice: each try stands for itself. */
    if (intention.state.value === 'unknown') intention.forget();
    const done = await intention.run(null, () => signIn(user.value.trim(), password.value, second.value ? code.value.trim() : ''));
    if (done === false) second.value = true;
    if (done === true) password.value = '';
  };
  return (
    <form class="sign-in" onSubmit={(event) => {
      event.preventDefault();
      if (!busy) void send();
    }}>
      {second.value ? (
        <Field label={t('signIn.code')} help={t('signIn.codeHelp')} value={code.value} onInput={(text) => { code.value = text; }} mode="numeric"
          autocomplete="one-time-code" maxLength={8} autofocus error={fieldError(intention, 'code')} />
      ) : (
        <>
          <Field label={t('signIn.user')} name="username" value={user.value} onInput={(text) => { user.value = text; }} autocomplete="username"
            maxLength={64} autofocus={!given} error={fieldError(intention, 'user')} />
          <Field label={t('signIn.password')} name="password" type="password" value={password.value} onInput={(text) => { password.value = text; }}
            autocomplete="current-password" autofocus={Boolean(given)} error={fieldError(intention, 'password')} />
        </>
      )}
      <IntentionError intention={intention} fields={['code', 'user', 'password']} />
      <div class="buttons">
        <Button type="submit" kind="primary" busy={busy} disabled={user.value.trim() === '' || password.value === '' || (second.value && code.value.trim() === '')}>{t('signIn.go')}</Button>
        {second.value ? <Button disabled={busy} onClick={() => { second.value = false; code.value = ''; }}>{t('signIn.back')}</Button> : null}
      </div>
    </form>
  );
}

export function SignInPage(): JSX.Element {
  return (
    <main class="alone">
      <h1>{t('app.name')}</h1>
      <h2>{t('signIn.title')}</h2>
      <SignInForm user="" />
    </main>
  );
}

export function SignInAgain(): JSX.Element {
  return (
    <Dialog title={t('signIn.again')} onClose={() => undefined} firm>
      <p>{t('signIn.againText')}</p>
      <SignInForm user={session.value?.user ?? ''} />
    </Dialog>
  );
}
