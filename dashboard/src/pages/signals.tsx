/* signals.tsx - every alert and what was decided on it. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { get } from '../api/client';
import type { Signal, SignalList } from '../api/types';
import { asked, Filters, useFilter } from '../desk/filters';
import { t, term } from '../i18n';
import { to } from '../router';
import { live } from '../state/live';
import { Price, Time } from '../ui/figures';
import { useDebounced, useLoad } from '../ui/hooks';
import { Badge, Card, PageHead, Pager, type Tone } from '../ui/pieces';
import { Shown } from '../ui/state';
import { ListTable, type Column } from '../ui/table';

const TONES: Record<string, Tone> = { ordered: 'good', refused: 'bad', accepted: 'info' };
const VERDICTS = ['ordered', 'refused', 'ignored'];
const CURRENCIES = { NASDAQ: 'USD', NYSE: 'USD', AMEX: 'USD', HKEX: 'HKD', SSE: 'CNY', SZSE: 'CNY', TSE: 'JPY', HNX: 'VND', HOSE: 'VND', KRX: 'KRW', KOSDAQ: 'KRW', KOSPI: 'KRW' } as const;

export function Verdict({ verdict }: { verdict: string }): JSX.Element {
  return <Badge tone={TONES[verdict] ?? 'neutral'}>{term(`verdict.${verdict}`).replace(/^verdict\./, '')}</Badge>;
}

function columns(): Column<Signal>[] {
  return [
    { id: 'at', title: t('col.at'), cell: (row) => <a href={to(`/signals/${row.id}`)}><Time at={row.receivedAt} /></a> },
    { id: 'ticker', title: t('col.ticker'), main: true, cell: (row) => <a href={to(`/signals/${row.id}`)}>{row.ticker}</a> },
    { id: 'strategy', title: t('signal.strategy'), cell: (row) => row.strategy },
    { id: 'action', title: t('col.side'), cell: (row) => term(row.action) },
    { id: 'price', title: t('col.price'), end: true, cell: (row) => <Price price={row.price} currency={CURRENCIES[row.exchange]} /> },
    { id: 'verdict', title: t('signal.verdict'), cell: (row) => <Verdict verdict={row.verdict} /> },
    { id: 'why', title: t('signal.why'), cell: (row) => <span class="clipped" title={row.text}>{row.text || '–'}</span> },
    { id: 'orders', title: t('nav.orders'), end: true, cell: (row) => <span class="figure">{row.orders}</span> },
  ];
}

const NEW_MOST = 50;

interface NewSignal { id: string; strategy: string; ticker: string; at: string }

function fresh({ id, strategy, ticker, at }: NewSignal): Signal {
  return { id, strategy, ticker, exchange: 'NASDAQ', action: '', price: null, receivedAt: at, decidedAt: null, verdict: 'accepted', code: '', text: '', orders: 0 };
}

function matches(signal: NewSignal, wanted: Readonly<Record<string, string>>): boolean {
  return (!wanted.strategy || wanted.strategy === signal.strategy) && (!wanted.ticker || wanted.ticker === signal.ticker) && !wanted.verdict && !wanted.to;
}

/** What the list has already is told better there. */
function withNew(arrived: readonly Signal[], listed: readonly Signal[]): readonly Signal[] {
  const known = new Set(listed.map(({ id }) => id));
  const oldest = listed.at(-1)?.receivedAt ?? '';
  return [...arrived.filter(({ id, receivedAt }) => !known.has(id) && receivedAt >= oldest), ...listed];
}

export default function SignalsPage(): JSX.Element {
  const filter = useFilter(['strategy', 'ticker', 'verdict', 'from', 'to']);
  const cursor = useSignal<string | null>(null);
  const wanted = JSON.stringify(asked(filter.values));
  const list = useLoad((abort) => get<SignalList>('/signals', { ...asked(filter.values), cursor: cursor.value }, abort), [wanted, cursor.value]);
  const arrived = useSignal<readonly Signal[]>([]);
  const soon = useDebounced(500);
  useEffect(() => {
    cursor.value = null;
    arrived.value = [];
  }, [wanted]);
  /* Shown at once as far as it is known; what was decided on it is in the archive a moment later. */
  useEffect(() => live.on('signal', (signal) => {
    if (cursor.peek() === null && matches(signal, filter.values)) arrived.value = [fresh(signal), ...arrived.peek()].slice(0, NEW_MOST);
    soon(() => { if (cursor.peek() === null) list.again(); });
  }), [wanted]);
  return (
    <>
      <PageHead title={t('nav.signals')}>{t('signal.about')}</PageHead>
      <Card title={t('nav.signals')}>
        <Filters filter={filter} fields={[
          { name: 'strategy', kind: 'text', label: t('signal.strategy') },
          { name: 'ticker', kind: 'text', label: t('col.ticker') },
          { name: 'verdict', kind: 'choice', label: t('signal.verdict'), choices: VERDICTS.map((value) => ({ value, text: term(`verdict.${value}`).replace(/^verdict\./, '') })) },
          { name: 'from', kind: 'date', label: t('filter.from') },
          { name: 'to', kind: 'date', label: t('filter.to') },
        ]} />
        <Shown of={list} lines={8}>{(data) => (
          <>
            <ListTable label={t('nav.signals')} rows={cursor.value === null ? withNew(arrived.value, data.items) : data.items} keyOf={({ id }) => id} columns={columns()} empty={t('signal.none')} emptyText={t('signal.noneText')} />
            <Pager cursor={cursor.value} next={data.next} busy={list.loading.value} onPage={(next) => { cursor.value = next; }} />
          </>
        )}</Shown>
      </Card>
    </>
  );
}
