/* schedules.tsx - orders and liquidations at their times. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { get, path, post, put, remove } from '../api/client';
import type { Done, Schedule, ScheduleFile, ScheduleList, ScheduleRunList } from '../api/types';
import { ScheduleForm } from '../desk/schedule_form';
import { t } from '../i18n';
import { inZone } from '../lib/clock';
import { to } from '../router';
import { zone } from '../state/preferences';
import { may } from '../state/session';
import { Button, TextArea } from '../ui/control';
import { Time } from '../ui/figures';
import { useIntention, useLoad } from '../ui/hooks';
import { Confirm, Drawer } from '../ui/overlay';
import { Badge, Card, PageHead } from '../ui/pieces';
import { IntentionError, Shown } from '../ui/state';
import { ListTable, type Column } from '../ui/table';
import { toast } from '../ui/toasts';

type Doing = { what: 'new' } | { what: 'import' } | { what: 'edit' | 'run' | 'remove' | 'runs' | 'switch'; of: Schedule };

function columns(act: (what: 'edit' | 'run' | 'remove' | 'runs' | 'switch', of: Schedule) => void): Column<Schedule>[] {
  const trader = may('Trader');
  return [
    { id: 'name', title: t('col.name'), main: true, cell: (row) => row.name, sort: (row) => ({ text: row.name }) },
    { id: 'on', title: t('schedule.on'), cell: (row) => <Badge tone={row.enabled ? 'good' : 'neutral'}>{t(row.enabled ? 'schedule.enabled' : 'schedule.disabled')}</Badge> },
    { id: 'what', title: t('schedule.what'), cell: (row) => <span class="wraps">{row.what}</span> },
    { id: 'account', title: t('col.account'), cell: (row) => (row.account === '*' ? t('frame.allAccounts') : row.account), sort: (row) => ({ text: row.account }) },
    { id: 'when', title: t('schedule.when'), cell: (row) => <span class="wraps">{row.when}</span> },
    { id: 'next', title: t('schedule.next'), cell: (row) => (row.nextAt ? <Time at={row.nextAt} /> : '–'), sort: (row) => ({ text: row.nextAt }) },
    { id: 'last', title: t('schedule.last'), cell: (row) => <span class="wraps">{row.lastDueAt ? <Time at={row.lastDueAt} /> : '–'} {inZone(row.lastOutcome, zone.value)}</span> },
    { id: 'acts', title: t('col.actions'), end: true, cell: (row) => (
      <span class="buttons">
        <Button small label={`${t('schedule.runs')}: ${row.name}`} onClick={() => act('runs', row)}>{t('schedule.runs')}</Button>
        {trader ? <Button small label={`${t('schedule.edit')}: ${row.name}`} onClick={() => act('edit', row)}>{t('schedule.edit')}</Button> : null}
        {trader ? <Button small label={`${t(row.enabled ? 'schedule.disable' : 'schedule.enable')}: ${row.name}`} onClick={() => act('switch', row)}>{t(row.enabled ? 'schedule.disable' : 'schedule.enable')}</Button> : null}
        {trader ? <Button small label={`${t('schedule.run')}: ${row.name}`} onClick={() => act('run', row)}>{t('schedule.run')}</Button> : null}
        {trader ? <Button small kind="danger" label={`${t('schedule.remove')}: ${row.name}`} onClick={() => act('remove', row)}>{t('schedule.remove')}</Button> : null}
      </span>
    ) },
  ];
}

export default function SchedulesPage(): JSX.Element {
  const list = useLoad((abort) => get<ScheduleList>('/schedules', {}, abort), []);
  const doing = useSignal<Doing | null>(null);
  const quick = useIntention();
  const done = (): void => {
    doing.value = null;
    list.again();
  };
  const act = (what: 'edit' | 'run' | 'remove' | 'runs' | 'switch', of: Schedule): void => {
    if (what === 'switch') void turn(of);
    else doing.value = { what, of };
  };
  /* Nothing is lost by it: it does not ask. */
  const turn = async (of: Schedule): Promise<void> => {
    const body = { text: of.text, enabled: !of.enabled, version: of.version };
    if (await quick.run({ id: of.id, ...body }, (key) => put<Schedule>(path`/schedules/${of.id}`, body, key))) toast(t(of.enabled ? 'schedule.isDisabled' : 'schedule.isEnabled', { name: of.name }));
    list.again();
  };
  const now = doing.value;
  return (
    <>
      <PageHead title={t('nav.schedules')} actions={<Acts onNew={() => { doing.value = { what: 'new' }; }} onImport={() => { doing.value = { what: 'import' }; }} />} />
      <Card title={t('nav.schedules')}>
        <IntentionError intention={quick} />
        <Shown of={list} lines={6}>{(data) => (
          <ListTable label={t('nav.schedules')} rows={data.items} keyOf={({ id }) => id} columns={columns(act)} sorting={{ column: 'name', descending: false }}
            empty={t('schedule.none')} emptyText={t('schedule.noneText')} />
        )}</Shown>
      </Card>
      {now?.what === 'new' ? <ScheduleForm onClose={() => { doing.value = null; }} onDone={done} /> : null}
      {now?.what === 'edit' ? <ScheduleForm of={now.of} onClose={() => { doing.value = null; }} onDone={done} onStale={() => list.again()} /> : null}
      {now?.what === 'import' ? <Import onClose={() => { doing.value = null; }} onDone={done} /> : null}
      {now?.what === 'runs' ? <Runs of={now.of} onClose={() => { doing.value = null; }} /> : null}
      {now?.what === 'run' ? <RunNow of={now.of} onClose={done} /> : null}
      {now?.what === 'remove' ? <Remove of={now.of} onClose={done} /> : null}
    </>
  );
}

function Acts({ onNew, onImport }: { onNew: () => void; onImport: () => void }): JSX.Element {
  const exporting = useIntention();
  const download = async (): Promise<void> => {
    const file = await exporting.run({}, () => get<ScheduleFile>('/schedules/export'));
    if (!file) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([file.text], { type: 'application/json' }));
    link.download = 'schedules.json';
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
  };
  return (
    <>
      {may('Trader') ? <Button kind="primary" onClick={onNew}>{t('schedule.new')}</Button> : null}
      <Button busy={exporting.state.value === 'busy'} onClick={() => void download()}>{t('schedule.export')}</Button>
      {may('Trader') ? <Button onClick={onImport}>{t('schedule.import')}</Button> : null}
      <IntentionError intention={exporting} />
    </>
  );
}

function Import({ onClose, onDone }: { onClose: () => void; onDone: () => void }): JSX.Element {
  const text = useSignal('');
  const intention = useIntention();
  const send = async (): Promise<void> => {
    const body = { text: text.value };
    const list = await intention.run(body, (key) => post<ScheduleList>('/schedules/import', body, key));
    if (!list) return;
    toast(t('schedule.imported', { count: list.items.length }));
    onDone();
  };
  return (
    <Drawer title={t('schedule.import')} onClose={onClose}>
      <form onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}>
        <p>{t('schedule.importText')}</p>
        <label class="filter"><span>{t('schedule.file')}</span>
          <input type="file" accept="application/json,.json" onChange={(event) => void event.currentTarget.files?.[0]?.text().then((read) => { text.value = read; })} />
        </label>
        <TextArea label={t('schedule.text')} rows={14} value={text.value} onInput={(next) => { text.value = next; }} />
        <IntentionError intention={intention} />
        <div class="buttons"><Button type="submit" kind="primary" busy={intention.state.value === 'busy'} disabled={text.value.trim() === ''}>{t('schedule.importAct')}</Button></div>
      </form>
    </Drawer>
  );
}

function Runs({ of, onClose }: { of: Schedule; onClose: () => void }): JSX.Element {
  const runs = useLoad((abort) => get<ScheduleRunList>(path`/schedules/${of.id}/runs`, {}, abort), [of.id]);
  return (
    <Drawer title={t('schedule.runsOf', { name: of.name })} onClose={onClose}>
      <Shown of={runs}>{(data) => (
        <ListTable label={t('schedule.runs')} rows={data.items} keyOf={({ dueAt }) => dueAt} empty={t('schedule.noRuns')} columns={[
          { id: 'due', title: t('col.at'), main: true, cell: (row) => <Time at={row.dueAt} /> },
          { id: 'state', title: t('col.state'), cell: (row) => row.state },
          { id: 'text', title: t('col.message'), cell: (row) => <span class="wraps">{inZone(row.text, zone.value)}</span> },
          { id: 'orders', title: t('nav.orders'), end: true, cell: (row) => row.orders.map((id, i) => <a key={id} href={to(`/orders/${id}`)}>{i + 1} </a>) },
        ]} />
      )}</Shown>
    </Drawer>
  );
}

function RunNow({ of, onClose }: { of: Schedule; onClose: () => void }): JSX.Element {
  const intention = useIntention();
  const act = async (): Promise<void> => {
    const body = { version: of.version };
    const done = await intention.run({ id: of.id, ...body }, (key) => post<Done>(path`/schedules/${of.id}/run`, body, key));
    if (!done) return;
    toast(done.message, 'info');
    onClose();
  };
  return (
    <Confirm title={t('schedule.runTitle', { name: of.name })} act={t('schedule.run')} danger intention={intention} onConfirm={() => void act()} onClose={onClose}>
      <p>{t('schedule.runText')}</p>
      <p>{of.what}</p>
    </Confirm>
  );
}

function Remove({ of, onClose }: { of: Schedule; onClose: () => void }): JSX.Element {
  const intention = useIntention();
  const act = async (): Promise<void> => {
    if (!(await intention.run({ id: of.id }, (key) => remove<Done>(path`/schedules/${of.id}`, { version: of.version }, key)))) return;
    toast(t('schedule.removed', { name: of.name }));
    onClose();
  };
  return (
    <Confirm title={t('schedule.removeTitle', { name: of.name })} act={t('schedule.remove')} danger intention={intention} onConfirm={() => void act()} onClose={onClose}>
      <p>{t('schedule.removeText')}</p>
    </Confirm>
  );
}
