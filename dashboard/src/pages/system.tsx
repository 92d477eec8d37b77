/* system.tsx - the machine room: programs, lag, streams, brokers, how long orders take. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { get } from '../api/client';
import type { BrokerLink, Daemon, Latency, StreamState, System } from '../api/types';
import { t } from '../i18n';
import { approximate } from '../lib/decimal';
import { to } from '../router';
import { health } from '../state/desk';
import { may } from '../state/session';
import { Button } from '../ui/control';
import { Ago, Bar, Time } from '../ui/figures';
import { useLoad } from '../ui/hooks';
import { Badge, Card, Facts, PageHead } from '../ui/pieces';
import { Empty, Shown } from '../ui/state';
import { ListTable } from '../ui/table';
import { Notifications } from './notifications';

const AGAIN_MS = 10_000;

export default function SystemPage(): JSX.Element {
  const system = useLoad((abort) => get<System>('/system', {}, abort), [health.value?.ok]);
  useEffect(() => {
    const timer = window.setInterval(() => { if (document.visibilityState === 'visible') system.again(); }, AGAIN_MS);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <>
      <PageHead title={t('nav.system')} actions={(
        <>
          <Button small busy={system.loading.value} onClick={() => system.again()}>{t('action.refresh')}</Button>
          {may('Admin') ? <a class="button small" href={to('/audit')}>{t('nav.audit')}</a> : null}
        </>
      )} />
      <Shown of={system} lines={10}>{(data) => <Room system={data} />}</Shown>
      <Card title={t('system.log')}><Notifications /></Card>
    </>
  );
}

function Room({ system }: { system: System }): JSX.Element {
  const now = health.value ?? system.health;
  return (
    <>
      <Card title={t('system.health')}>
        {now.ok ? <p><Badge tone="good">{t('system.ok')}</Badge></p> : <ul>{now.problems.map((problem) => <li key={problem}><Badge tone="bad">{t('system.bad')}</Badge> {problem}</li>)}</ul>}
        <Daemons daemons={now.daemons} />
      </Card>
      <div class="columns">
        <Card title={t('system.latency')}><LatencyOf latency={system.latency} /></Card>
        <Card title={t('system.versions')}><Versions system={system} /></Card>
      </div>
      <Card title={t('system.brokers')}><Brokers brokers={system.brokers} /></Card>
      <Card title={t('system.streams')}><Streams streams={system.streams} /></Card>
    </>
  );
}

function Daemons({ daemons }: { daemons: readonly Daemon[] }): JSX.Element {
  return (
    <ListTable label={t('system.programs')} rows={daemons} keyOf={(row) => `${row.app} ${row.role ?? ''} ${row.pid ?? ''}`} empty={t('system.noPrograms')} columns={[
      { id: 'app', title: t('system.program'), main: true, cell: (row) => `${row.app}${row.role ? ` (${row.role})` : ''}` },
      { id: 'state', title: t('col.state'), cell: (row) => <Badge tone={row.state === 'ready' && row.health === 'ok' ? 'good' : row.state === 'gone' ? 'bad' : 'warning'}>{row.state}</Badge> },
      { id: 'health', title: t('system.healthOf'), cell: (row) => <span class="wraps">{row.health}</span> },
      { id: 'lag', title: t('system.lag'), end: true, cell: (row) => <span class="figure">{row.lag ?? '–'}</span> },
      { id: 'beat', title: t('system.beat'), cell: (row) => <Ago at={row.beatAt} /> },
      { id: 'started', title: t('system.started'), cell: (row) => <Time at={row.startedAt} /> },
      { id: 'version', title: t('system.version'), cell: (row) => row.version ?? '–' },
      { id: 'pid', title: t('system.pid'), end: true, cell: (row) => <span class="figure">{row.pid ?? '–'}</span> },
    ]} />
  );
}

/** How many of the latest orders took how long; the bars beside numbers. */
function LatencyOf({ latency }: { latency: Latency }): JSX.Element {
  if (latency.count === 0) return <Empty title={t('system.noOrders')} />;
  const most = Math.max(1, ...latency.buckets.map(({ count }) => count));
  return (
    <>
      <Facts items={[
        [t('system.orders'), <span key="n" class="figure">{latency.count}</span>],
        ['p50', <span key="50" class="figure">{latency.p50Ms ?? '–'} ms</span>],
        ['p99', <span key="99" class="figure">{latency.p99Ms ?? '–'} ms</span>],
      ]} />
      <table class="histogram" aria-label={t('system.latency')}>
        <thead><tr><th scope="col">{t('system.upTo')}</th><th scope="col">{t('system.orders')}</th><th scope="col" class="unseen">{t('system.share')}</th></tr></thead>
        <tbody>{latency.buckets.map(({ upToMs, count }) => (
          <tr key={upToMs}>
            <th scope="row" class="figure">{upToMs} ms</th>
            <td class="figure">{count}</td>
            <td><Bar ratio={approximate(String(Math.round((count / most) * 100) / 100)) * 0.79} label={`${upToMs} ms: ${count}`} /></td>
          </tr>
        ))}</tbody>
      </table>
    </>
  );
}

function Versions({ system }: { system: System }): JSX.Element {
  return (
    <Facts items={[
      ['yQuant', system.version], ['Valkey', system.valkey], ['Firebird', system.firebird],
      [t('system.color'), system.color ? `${system.color} (${t(system.active ? 'system.active' : 'system.standby')})` : '–'],
      [t('system.queue'), <span key="q" class="figure">{system.queue}</span>],
      [t('system.parked'), system.parked > 0 ? <Badge key="p" tone="bad">{system.parked}</Badge> : <span key="p" class="figure">0</span>],
      [t('system.asOf'), <Time key="t" at={system.at} />],
    ]} />
  );
}

function Brokers({ brokers }: { brokers: readonly BrokerLink[] }): JSX.Element {
  return (
    <ListTable label={t('system.brokers')} rows={brokers} keyOf={({ account }) => account} empty={t('account.none')} columns={[
      { id: 'account', title: t('col.account'), main: true, cell: (row) => row.account },
      { id: 'broker', title: t('account.broker'), cell: (row) => row.broker },
      { id: 'ok', title: t('col.state'), cell: (row) => <Badge tone={row.ok ? 'good' : 'bad'}>{t(row.ok ? 'system.ok' : 'system.bad')}</Badge> },
      { id: 'text', title: t('col.message'), cell: (row) => <span class="wraps">{row.text || '–'}</span> },
      { id: 'synced', title: t('account.synced'), cell: (row) => <Ago at={row.syncedAt} /> },
      { id: 'owner', title: t('system.owner'), cell: (row) => <span class="wraps">{row.owner ?? '–'}</span> },
    ]} />
  );
}

function Streams({ streams }: { streams: readonly StreamState[] }): JSX.Element {
  return (
    <ListTable label={t('system.streams')} rows={streams} keyOf={({ name }) => name} empty={t('system.noStreams')} columns={[
      { id: 'name', title: t('col.name'), main: true, cell: (row) => <code>{row.name}</code> },
      { id: 'length', title: t('system.entries'), end: true, cell: (row) => <span class="figure">{row.length}</span> },
      { id: 'last', title: t('system.lastEntry'), cell: (row) => <Ago at={row.lastAt} /> },
      { id: 'id', title: t('system.lastId'), cell: (row) => <code>{row.lastId || '–'}</code> },
    ]} />
  );
}
