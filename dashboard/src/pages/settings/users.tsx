/* users.tsx - the people who may sign in; for administrators. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { get, path, remove, session } from '../../api/client';
import type { Done, User, UserList } from '../../api/types';
import { t, term } from '../../i18n';
import { Button } from '../../ui/control';
import { Ago } from '../../ui/figures';
import { useIntention, useLoad } from '../../ui/hooks';
import { Confirm } from '../../ui/overlay';
import { Badge, Card } from '../../ui/pieces';
import { Shown } from '../../ui/state';
import { ListTable } from '../../ui/table';
import { toast } from '../../ui/toasts';
import { AddUser, ChangeUser } from './user_forms';

type Act = { kind: 'add' } | { kind: 'change' | 'remove'; user: User };

export function UsersPart(): JSX.Element {
  const list = useLoad((abort) => get<UserList>('/users', {}, abort), []);
  const act = useSignal<Act | null>(null);
  const close = (): void => { act.value = null; };
  const done = (): void => {
    close();
    list.again();
  };
  const changed = (user: User): void => {
    const items = list.data.value?.items ?? [];
    list.data.value = { items: items.map((one) => (one.name === user.name ? user : one)) };
    done();
  };
  const now = act.value;
  /* As it is by now: a change made from an older state would be refused again and again. */
  const present = (user: User): User => list.data.value?.items.find(({ name }) => name === user.name) ?? user;
  return (
    <Card title={t('settings.users')} actions={<Button kind="primary" onClick={() => { act.value = { kind: 'add' }; }}>{t('users.add')}</Button>}>
      <Shown of={list}>{({ items }) => (
        <ListTable label={t('settings.users')} rows={items} keyOf={({ name }) => name} empty={t('users.none')} sorting={{ column: 'name', descending: false }} columns={[
          { id: 'name', title: t('users.name'), main: true, cell: (row) => row.name, sort: (row) => ({ text: row.name }) },
          { id: 'role', title: t('users.role'), cell: (row) => term(row.role), sort: (row) => ({ text: row.role }) },
          { id: 'state', title: t('col.state'), cell: (row) => <UserState user={row} /> },
          { id: 'last', title: t('users.last'), cell: (row) => (row.lastSignInAt ? <Ago at={row.lastSignInAt} /> : t('keys.notYet')), sort: (row) => ({ text: row.lastSignInAt }) },
          { id: 'acts', title: t('col.actions'), end: true, cell: (row) => (
            <span class="buttons">
              <Button small label={`${t('users.change')}: ${row.name}`} onClick={() => { act.value = { kind: 'change', user: row }; }}>{t('users.change')}</Button>
              {row.name === session.value?.user ? null : (
                <Button small label={`${t('users.remove')}: ${row.name}`} onClick={() => { act.value = { kind: 'remove', user: row }; }}>{t('users.remove')}</Button>
              )}
            </span>
          ) },
        ]} />
      )}</Shown>
      {now?.kind === 'add' ? <AddUser onClose={close} onDone={done} /> : null}
      {now?.kind === 'change' ? <ChangeUser user={present(now.user)} onClose={close} onDone={changed} onStale={list.again} /> : null}
      {now?.kind === 'remove' ? <RemoveUser user={present(now.user)} onClose={close} onDone={done} /> : null}
    </Card>
  );
}

function UserState({ user }: { user: User }): JSX.Element {
  const locked = user.lockedUntil !== null && new Date(user.lockedUntil).getTime() > Date.now();
  return (
    <span class="badges">
      {user.disabled ? <Badge tone="bad">{t('users.disabled')}</Badge> : <Badge tone="good">{t('users.enabled')}</Badge>}
      {user.totp ? <Badge>{t('users.totp')}</Badge> : null}
      {locked ? <Badge tone="warning">{t('users.locked')}</Badge> : null}
    </span>
  );
}

function RemoveUser({ user, onClose, onDone }: { user: User; onClose: () => void; onDone: () => void }): JSX.Element {
  const intention = useIntention();
  const act = async (): Promise<void> => {
    if (!(await intention.run({ user: user.name }, (key) => remove<Done>(path`/users/${user.name}`, { version: user.version }, key)))) return;
    toast(t('users.removed', { name: user.name }));
    onDone();
  };
  return (
    <Confirm title={t('users.removeTitle', { name: user.name })} act={t('users.remove')} danger typed={user.name} intention={intention} onConfirm={() => void act()} onClose={onClose}>
      <p>{t('users.removeText')}</p>
    </Confirm>
  );
}
