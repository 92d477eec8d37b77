/* keys.tsx - keys for programs. A secret is shown once, when it is made. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { get, path, post, remove } from '../../api/client';
import type { Done, Key, KeyList, KeyMade } from '../../api/types';
import { t } from '../../i18n';
import { Button, Check, Field } from '../../ui/control';
import { Ago, Time } from '../../ui/figures';
import { useIntention, useLoad } from '../../ui/hooks';
import { Confirm, Dialog } from '../../ui/overlay';
import { Badge, Card, Copy } from '../../ui/pieces';
import { fieldError, IntentionError, Shown } from '../../ui/state';
import { ListTable } from '../../ui/table';
import { toast } from '../../ui/toasts';
import { may } from '../../state/session';

const SCOPES = [{ scope: 'read', role: 'Viewer' }, { scope: 'trade', role: 'Trader' }, { scope: 'admin', role: 'Admin' }] as const;
type Scope = (typeof SCOPES)[number]['scope'];

export function KeysPart(): JSX.Element {
  const list = useLoad((abort) => get<KeyList>('/keys', {}, abort), []);
  const making = useSignal(false);
  const made = useSignal<KeyMade | null>(null);
  const gone = useSignal<Key | null>(null);
  return (
    <Card title={t('settings.keys')} actions={<Button kind="primary" onClick={() => { making.value = true; }}>{t('keys.make')}</Button>}>
      <p class="muted">{t('keys.text')}</p>
      <Shown of={list}>{({ items }) => (
        <ListTable label={t('settings.keys')} rows={items} keyOf={({ id }) => id} empty={t('keys.none')} columns={[
          { id: 'name', title: t('keys.name'), main: true, cell: (row) => row.name, sort: (row) => ({ text: row.name }) },
          { id: 'user', title: t('signIn.user'), cell: (row) => row.user, sort: (row) => ({ text: row.user }) },
          { id: 'scopes', title: t('keys.scopes'), cell: (row) => <span class="badges">{row.scopes.map((scope) => <Badge key={scope}>{scope}</Badge>)}</span> },
          { id: 'created', title: t('keys.created'), cell: (row) => <Time at={row.createdAt} />, sort: (row) => ({ text: row.createdAt }) },
          { id: 'expires', title: t('keys.expires'), cell: (row) => (row.expiresAt ? <Time at={row.expiresAt} /> : t('keys.never')), sort: (row) => ({ text: row.expiresAt }) },
          { id: 'used', title: t('keys.used'), cell: (row) => (row.lastUsedAt ? <Ago at={row.lastUsedAt} /> : t('keys.notYet')), sort: (row) => ({ text: row.lastUsedAt }) },
          { id: 'acts', title: t('col.actions'), end: true, cell: (row) => <Button small label={`${t('keys.remove')}: ${row.name}`} onClick={() => { gone.value = row; }}>{t('keys.remove')}</Button> },
        ]} />
      )}</Shown>
      {making.value ? <MakeKey onClose={() => { making.value = false; }} onMade={(key) => {
        making.value = false;
        made.value = key;
        list.again();
      }} /> : null}
      {made.value ? <Secret made={made.value} onClose={() => { made.value = null; }} /> : null}
      {gone.value ? <RemoveKey of={gone.value} onClose={() => { gone.value = null; }} onDone={list.again} /> : null}
    </Card>
  );
}

function MakeKey({ onClose, onMade }: { onClose: () => void; onMade: (made: KeyMade) => void }): JSX.Element {
  const name = useSignal('');
  const days = useSignal('');
  const scopes = useSignal<readonly Scope[]>(['read']);
  const intention = useIntention();
  const validDays = /^\d{0,4}$/.test(days.value.trim());
  const make = async (): Promise<void> => {
    const wanted = days.value.trim();
    const body = { name: name.value.trim(), scopes: scopes.value, ...(wanted ? { days: +wanted } : {}) };
    const made = await intention.run(body, (key) => post<KeyMade>('/keys', body, key));
    if (made) onMade(made);
  };
  return (
    <Dialog title={t('keys.make')} onClose={onClose}>
      <form onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}>
        <Field label={t('keys.name')} value={name.value} maxLength={64} autofocus onInput={(text) => { name.value = text; }} error={fieldError(intention, 'name')} />
        <fieldset class="stack">
          <legend>{t('keys.scopes')}</legend>
          {SCOPES.filter(({ role }) => may(role)).map(({ scope }) => (
            <Check key={scope} label={scope} help={t(`keys.scope.${scope}`)} checked={scopes.value.includes(scope)}
              onChange={(on) => { scopes.value = on ? [...scopes.value, scope] : scopes.value.filter((one) => one !== scope); }} />
          ))}
        </fieldset>
        <Field label={t('keys.days')} optional mode="numeric" value={days.value} onInput={(text) => { days.value = text; }}
          error={validDays ? fieldError(intention, 'days') : t('field.decimal')} help={t('keys.daysHelp')} />
        <IntentionError intention={intention} fields={['name', 'days']} />
        <div class="buttons end">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" kind="primary" busy={intention.state.value === 'busy'} disabled={!name.value.trim() || scopes.value.length === 0 || !validDays}>{t('keys.make')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Closed only by its button: what is lost here cannot be shown again. */
function Secret({ made, onClose }: { made: KeyMade; onClose: () => void }): JSX.Element {
  return (
    <Dialog title={t('keys.secretTitle', { name: made.key.name })} onClose={onClose} firm>
      <p>{t('keys.secretText')}</p>
      <p class="box"><code class="secret">{made.secret}</code></p>
      <div class="buttons end">
        <Copy text={made.secret} label={t('keys.secret')} />
        <Button kind="primary" onClick={onClose}>{t('keys.kept')}</Button>
      </div>
    </Dialog>
  );
}

function RemoveKey({ of, onClose, onDone }: { of: Key; onClose: () => void; onDone: () => void }): JSX.Element {
  const intention = useIntention();
  const act = async (): Promise<void> => {
    if (!(await intention.run({ id: of.id }, (key) => remove<Done>(path`/keys/${of.id}`, {}, key)))) return;
    toast(t('keys.removed', { name: of.name }));
    onClose();
    onDone();
  };
  return (
    <Confirm title={t('keys.removeTitle', { name: of.name })} act={t('keys.remove')} danger intention={intention} onConfirm={() => void act()} onClose={onClose}>
      <p>{t('keys.removeText')}</p>
    </Confirm>
  );
}
