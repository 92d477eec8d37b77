/* user_forms.tsx - adding and changing one who may sign in. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { path, post, put } from '../../api/client';
import { RoleValues, type Role, type User } from '../../api/types';
import { t, term } from '../../i18n';
import { Button, Check, Field, Select } from '../../ui/control';
import { useIntention } from '../../ui/hooks';
import { Dialog } from '../../ui/overlay';
import { fieldError, IntentionError } from '../../ui/state';
import { toast } from '../../ui/toasts';

function RoleSelect({ value, onChange }: { value: Role; onChange: (role: Role) => void }): JSX.Element {
  return <Select label={t('users.role')} value={value} onChange={onChange} help={t(`users.role.${value}`)}
    choices={RoleValues.map((one) => ({ value: one, text: term(one) }))} />;
}

interface FormProps {
  onClose: () => void;
  onDone: () => void;
}

export function AddUser({ onClose, onDone }: FormProps): JSX.Element {
  const name = useSignal('');
  const role = useSignal<Role>('Viewer');
  const password = useSignal('');
  const intention = useIntention();
  const add = async (): Promise<void> => {
    const body = { name: name.value.trim(), role: role.value, password: password.value };
    const made = await intention.run(body, (key) => post<User>('/users', body, key));
    if (!made) return;
    toast(t('users.added', { name: made.name }));
    onDone();
  };
  return (
    <Dialog title={t('users.add')} onClose={onClose}>
      <form onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}>
        <Field label={t('users.name')} value={name.value} maxLength={64} autofocus onInput={(text) => { name.value = text; }} error={fieldError(intention, 'name')} />
        <RoleSelect value={role.value} onChange={(next) => { role.value = next; }} />
        <Field label={t('signIn.password')} type="password" autocomplete="new-password" value={password.value} help={t('password.help')}
          onInput={(text) => { password.value = text; }} error={fieldError(intention, 'password')} />
        <IntentionError intention={intention} fields={['name', 'password']} />
        <div class="buttons end">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" kind="primary" busy={intention.state.value === 'busy'} disabled={!name.value.trim() || !password.value}>{t('users.add')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function ChangeUser({ user, onClose, onDone, onStale }: { user: User; onClose: () => void; onDone: (user: User) => void; onStale: () => void }): JSX.Element {
  const role = useSignal<Role>(user.role);
  const disabled = useSignal(user.disabled);
  const password = useSignal('');
  const resetTotp = useSignal(false);
  const intention = useIntention();
  const change = async (): Promise<void> => {
    const body = {
      version: user.version,
      ...(role.value === user.role ? {} : { role: role.value }),
      ...(disabled.value === user.disabled ? {} : { disabled: disabled.value }),
      ...(password.value ? { password: password.value } : {}),
      ...(resetTotp.value ? { resetTotp: true } : {}),
    };
    const made = await intention.run(body, (key) => put<User>(path`/users/${user.name}`, body, key));
    if (made) {
      toast(t('users.changed', { name: user.name }));
      onDone(made);
    } else if (intention.error.value?.code === 'STALE_VERSION') {
      onStale();
    }
  };
  return (
    <Dialog title={t('users.changeTitle', { name: user.name })} onClose={onClose}>
      <form onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}>
        <RoleSelect value={role.value} onChange={(next) => { role.value = next; }} />
        <Check label={t('users.disable')} help={t('users.disableHelp')} checked={disabled.value} onChange={(next) => { disabled.value = next; }} />
        {user.totp ? <Check label={t('users.resetTotp')} help={t('users.resetTotpHelp')} checked={resetTotp.value} onChange={(next) => { resetTotp.value = next; }} /> : null}
        <Field label={t('users.newPassword')} optional type="password" autocomplete="new-password" value={password.value} help={t('password.help')}
          onInput={(text) => { password.value = text; }} error={fieldError(intention, 'password')} />
        <IntentionError intention={intention} fields={['password']} />
        <div class="buttons end">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" kind="primary" busy={intention.state.value === 'busy'}>{t('action.save')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
