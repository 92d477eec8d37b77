/* performance.tsx - what came of it: the curve, its falls, months, and figures by strategy. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { lazy, Suspense } from './lazy';
import { get } from '../api/client';
import { CurrencyValues, type Currency, type Figures, type Performance } from '../api/types';
import { asked, Filters, useFilter } from '../desk/filters';
import { t } from '../i18n';
import { accounts, aliases, chosenAccount } from '../state/desk';
import { Segments } from '../ui/control';
import { Money, Percent } from '../ui/figures';
import { useLoad } from '../ui/hooks';
import { Card, Facts, PageHead } from '../ui/pieces';
import { Empty, Loading, Shown } from '../ui/state';
import { ListTable } from '../ui/table';
import { DeskState } from './overview';

const Curve = lazy(() => import('../desk/curve'));

export default function PerformancePage(): JSX.Element {
  return (
    <>
      <PageHead title={t('nav.performance')}>{t('performance.about')}</PageHead>
      <DeskState>{() => (aliases.value.length === 0 ? <Empty title={t('account.none')} /> : <Chosen />)}</DeskState>
    </>
  );
}

function currenciesOf(alias: string): Currency[] {
  const known = accounts.row(alias)?.value.equity.map(({ currency }) => currency) ?? [];
  return known.length > 0 ? known : ['USD'];
}

function Chosen(): JSX.Element {
  const filter = useFilter(['account', 'currency', 'strategy', 'from', 'to']);
  const account = filter.values.account || chosenAccount.value || aliases.value[0] || '';
  const held = currenciesOf(account);
  const currency = CurrencyValues.find((one) => one === filter.values.currency) ?? held[0] ?? 'USD';
  const query = { ...asked(filter.values), account, currency };
  const loaded = useLoad((abort) => get<Performance>('/performance', query, abort), [JSON.stringify(query)]);
  return (
    <>
      <Card title={t('filter.title')}>
        <Filters filter={filter} fields={[
          { name: 'account', kind: 'account', label: t('col.account') },
          { name: 'currency', kind: 'choice', label: t('col.currency'), choices: held.map((value) => ({ value, text: value })) },
          { name: 'strategy', kind: 'text', label: t('signal.strategy') },
          { name: 'from', kind: 'date', label: t('filter.from') },
          { name: 'to', kind: 'date', label: t('filter.to') },
        ]} />
      </Card>
      <Shown of={loaded} lines={10}>{(data) => <Report data={data} currency={currency} title={`${account} · ${currency}`} />}</Shown>
    </>
  );
}

type CurveKind = 'equity' | 'drawdown';

function Report({ data, currency, title }: { data: Performance; currency: Currency; title: string }): JSX.Element {
  const kind = useSignal<CurveKind>('equity');
  return (
    <>
      <Card title={title}><Headline figures={data.total} /></Card>
      <Card title={t('performance.curve')} actions={(
        <Segments label={t('performance.show')} value={kind.value} onChange={(next) => { kind.value = next; }}
          choices={[{ value: 'equity', text: t('performance.equity') }, { value: 'drawdown', text: t('performance.drawdown') }]} />
      )}>
        {data.days.length < 2 ? <Empty title={t('performance.noDays')}><p>{t('performance.noDaysText')}</p></Empty> : (
          <>
            <Suspense fallback={<Loading lines={6} />}><Curve days={data.days} kind={kind.value} /></Suspense>
            <details>
              <summary>{t('performance.asTable')}</summary>
              <Days data={data} currency={currency} />
            </details>
          </>
        )}
      </Card>
      <Card title={t('performance.months')}><Months months={data.months} /></Card>
      <Card title={t('performance.strategies')}><Strategies rows={data.strategies} /></Card>
    </>
  );
}

function Headline({ figures }: { figures: Figures }): JSX.Element {
  const plain = (value: string | null): JSX.Element => <span class="figure">{value === null ? '–' : value.replace(/^(-?\d+\.\d{2})\d+$/, '$1')}</span>;
  return (
    <Facts items={[
      [t('performance.total'), <Percent key="t" rate={figures.totalReturn} signed />],
      [t('performance.annual'), <Percent key="a" rate={figures.annualReturn} signed />],
      [t('performance.maxDrawdown'), <Percent key="m" rate={figures.maxDrawdown} signed />],
      [t('performance.volatility'), <Percent key="v" rate={figures.volatility} />],
      ['Sharpe', plain(figures.sharpe)], ['Sortino', plain(figures.sortino)], ['Calmar', plain(figures.calmar)],
      [t('performance.end'), <Money key="e" amount={figures.endEquity} currency={figures.currency} />],
      [t('performance.realized'), <Money key="r" amount={figures.realized} currency={figures.currency} signed />],
      [t('col.commission'), <Money key="c" amount={figures.commission} currency={figures.currency} />],
      [t('performance.trades'), <span key="n" class="figure">{figures.trades}</span>],
      [t('performance.winRate'), <Percent key="w" rate={figures.winRate} />],
      [t('performance.profitFactor'), plain(figures.profitFactor)],
    ]} />
  );
}

function Days({ data, currency }: { data: Performance; currency: Currency }): JSX.Element {
  return (
    <ListTable label={t('performance.curve')} rows={[...data.days].reverse()} keyOf={({ date }) => date} empty={t('performance.noDays')} columns={[
      { id: 'date', title: t('performance.day'), main: true, cell: (row) => <span class="figure">{row.date}</span> },
      { id: 'equity', title: t('performance.equity'), end: true, cell: (row) => <Money amount={row.equity} currency={currency} /> },
      { id: 'return', title: t('col.rate'), end: true, cell: (row) => <Percent rate={row.return} signed /> },
      { id: 'drawdown', title: t('performance.drawdown'), end: true, cell: (row) => <Percent rate={row.drawdown} signed /> },
    ]} />
  );
}

/** A year a row, a month a column. */
function Months({ months }: { months: Performance['months'] }): JSX.Element {
  const years = [...new Set(months.map(({ month }) => month.slice(0, 4)))].sort().reverse();
  if (years.length === 0) return <Empty title={t('performance.noMonths')} />;
  const numbers = Array.from({ length: 12 }, (_, i) => String(i + 1).padStart(2, '0'));
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={t('performance.months')}>
      <table class="months">
        <thead><tr><th scope="col">{t('performance.year')}</th>{numbers.map((number) => <th key={number} scope="col">{number}</th>)}</tr></thead>
        <tbody>{years.map((year) => (
          <tr key={year}>
            <th scope="row">{year}</th>
            {numbers.map((number) => <td key={number} class="end"><Percent rate={months.find(({ month }) => month === `${year}-${number}`)?.return ?? null} signed /></td>)}
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}

function Strategies({ rows }: { rows: readonly Figures[] }): JSX.Element {
  return (
    <ListTable label={t('performance.strategies')} rows={rows} keyOf={({ strategy }) => strategy ?? ''} empty={t('performance.noStrategies')} columns={[
      { id: 'strategy', title: t('signal.strategy'), main: true, cell: (row) => row.strategy || t('term.Manual'), sort: (row) => ({ text: row.strategy }) },
      { id: 'realized', title: t('performance.realized'), end: true, cell: (row) => <Money amount={row.realized} currency={row.currency} signed />, sort: (row) => ({ decimal: row.realized }) },
      { id: 'trades', title: t('performance.trades'), end: true, cell: (row) => <span class="figure">{row.trades}</span> },
      { id: 'wins', title: t('performance.winRate'), end: true, cell: (row) => <Percent rate={row.winRate} /> },
      { id: 'factor', title: t('performance.profitFactor'), end: true, cell: (row) => <span class="figure">{row.profitFactor === null ? '–' : row.profitFactor.replace(/^(-?\d+\.\d{2})\d+$/, '$1')}</span> },
      { id: 'commission', title: t('col.commission'), end: true, cell: (row) => <Money amount={row.commission} currency={row.currency} /> },
    ]} />
  );
}
