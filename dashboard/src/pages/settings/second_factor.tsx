/* second_factor.tsx - a code from an authenticator besides the password. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post, refreshSession, session } from '../../api/client';
import type { Done, TotpSetup } from '../../api/types';
import { t } from '../../i18n';
import { Button, Field } from '../../ui/control';
import { useIntention } from '../../ui/hooks';
import { Badge, Card, Copy } from '../../ui/pieces';
import { Qr } from '../../ui/qr';
import { fieldError, IntentionError } from '../../ui/state';
import { toast } from '../../ui/toasts';

export function SecondFactorPart(): JSX.Element {
  const on = session.value?.totp ?? false;
  return (
    <div class="narrow">
      <Card title={t('settings.second')} actions={<Badge tone={on ? 'good' : 'warning'}>{t(on ? 'second.on' : 'second.off')}</Badge>}>
        <p>{t('second.text')}</p>
        {on ? <Remove /> : <SetUp />}
      </Card>
    </div>
  );
}

function PasswordForm({ act, danger, send }: { act: string; danger?: boolean; send: (password: string, key: string) => Promise<unknown> }): JSX.Element {
  const password = useSignal('');
  const intention = useIntention();
  return (
    <form onSubmit={(event) => {
      event.preventDefault();
      void intention.run({ password: password.value }, (key) => send(password.value, key));
    }}>
      <Field label={t('second.password')} type="password" autocomplete="current-password" value={password.value}
        onInput={(text) => { password.value = text; }} error={fieldError(intention, 'password')} />
      <IntentionError intention={intention} fields={['password']} />
      <div class="buttons"><Button type="submit" kind={danger ? 'danger' : 'primary'} busy={intention.state.value === 'busy'} disabled={!password.value}>{act}</Button></div>
    </form>
  );
}

function SetUp(): JSX.Element {
  const setup = useSignal<TotpSetup | null>(null);
  if (setup.value) return <Scan setup={setup.value} onBack={() => { setup.value = null; }} />;
  return (
    <PasswordForm act={t('second.begin')} send={async (password, key) => {
      setup.value = await post<TotpSetup>('/auth/totp/begin', { password }, key);
    }} />
  );
}

function Scan({ setup, onBack }: { setup: TotpSetup; onBack: () => void }): JSX.Element {
  const code = useSignal('');
  const intention = useIntention();
  const confirm = async (): Promise<void> => {
    const done = await intention.run({ code: code.value }, (key) => post<Done>('/auth/totp/confirm', { code: code.value.trim() }, key));
    if (!done) return;
    toast(t('second.done'));
    await refreshSession();
  };
  return (
    <form onSubmit={(event) => {
      event.preventDefault();
      void confirm();
    }}>
      <p>{t('second.scan')}</p>
      <Qr text={setup.uri} label={t('second.qr')} />
      <p>{t('second.secret')} <code class="secret">{setup.secret}</code> <Copy text={setup.secret} label={t('second.secret')} /></p>
      <Field label={t('signIn.code')} help={t('signIn.codeHelp')} mode="numeric" autocomplete="one-time-code" maxLength={8} value={code.value}
        onInput={(text) => { code.value = text; }} error={fieldError(intention, 'code')} />
      <IntentionError intention={intention} fields={['code']} />
      <div class="buttons">
        <Button type="submit" kind="primary" busy={intention.state.value === 'busy'} disabled={code.value.trim().length < 6}>{t('second.confirm')}</Button>
        <Button onClick={onBack}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

function Remove(): JSX.Element {
  return (
    <PasswordForm act={t('second.remove')} danger send={async (password, key) => {
      await post<Done>('/auth/totp/remove', { password }, key);
      toast(t('second.removed'), 'warning');
      await refreshSession();
    }} />
  );
}
