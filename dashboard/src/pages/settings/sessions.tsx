/* sessions.tsx - where one is signed in; ending what one does not know. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { get, path, remove } from '../../api/client';
import type { Done, SessionList, SessionRow } from '../../api/types';
import { t } from '../../i18n';
import { Button } from '../../ui/control';
import { Ago, Time } from '../../ui/figures';
import { useIntention, useLoad } from '../../ui/hooks';
import { Confirm } from '../../ui/overlay';
import { Badge, Card } from '../../ui/pieces';
import { Shown } from '../../ui/state';
import { ListTable } from '../../ui/table';
import { toast } from '../../ui/toasts';

export function SessionsPart(): JSX.Element {
  const list = useLoad((abort) => get<SessionList>('/auth/sessions', {}, abort), []);
  const ending = useSignal<SessionRow | null>(null);
  return (
    <Card title={t('settings.sessions')}>
      <Shown of={list}>{({ items }) => (
        <ListTable label={t('settings.sessions')} rows={items} keyOf={({ id }) => id} empty={t('sessions.none')} columns={[
          { id: 'agent', title: t('sessions.agent'), main: true, cell: (row) => <span class="clipped" title={row.agent}>{row.agent}</span> },
          { id: 'address', title: t('sessions.address'), cell: (row) => row.address, sort: (row) => ({ text: row.address }) },
          { id: 'created', title: t('sessions.created'), cell: (row) => <Time at={row.createdAt} />, sort: (row) => ({ text: row.createdAt }) },
          { id: 'last', title: t('sessions.last'), cell: (row) => <Ago at={row.lastAt} />, sort: (row) => ({ text: row.lastAt }) },
          { id: 'acts', title: t('col.actions'), end: true, cell: (row) => (row.current ? <Badge tone="good">{t('sessions.current')}</Badge>
            : <Button small label={`${t('sessions.end')}: ${row.address}`} onClick={() => { ending.value = row; }}>{t('sessions.end')}</Button>) },
        ]} />
      )}</Shown>
      {ending.value ? <EndSession row={ending.value} onClose={() => { ending.value = null; }} onDone={list.again} /> : null}
    </Card>
  );
}

function EndSession({ row, onClose, onDone }: { row: SessionRow; onClose: () => void; onDone: () => void }): JSX.Element {
  const intention = useIntention();
  const end = async (): Promise<void> => {
    if (!(await intention.run({ id: row.id }, (key) => remove<Done>(path`/auth/sessions/${row.id}`, {}, key)))) return;
    toast(t('sessions.ended'));
    onClose();
    onDone();
  };
  return (
    <Confirm title={t('sessions.endTitle')} act={t('sessions.end')} danger intention={intention} onConfirm={() => void end()} onClose={onClose}>
      <p>{t('sessions.endText', { address: row.address, agent: row.agent })}</p>
    </Confirm>
  );
}
