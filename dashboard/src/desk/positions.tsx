/* positions.tsx - what is held, live; with what can be done about it. */
import { computed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Action, Position } from '../api/types';
import { t, term } from '../i18n';
import type { RowSource } from '../lib/keyed';
import { to } from '../router';
import { positions } from '../state/desk';
import { may } from '../state/session';
import { Button } from '../ui/control';
import { Money, Percent, Price, Quantity } from '../ui/figures';
import { Table, type Column } from '../ui/table';
import { ClosePosition, ProtectPosition, QuickOrder } from './position_acts';

type Act = { kind: 'order'; action: Action; position: Position } | { kind: 'close' | 'protect'; position: Position };

const figures: Column<Position>[] = [
  { id: 'qty', title: 'col.quantity', end: true, cell: (row) => <Quantity quantity={row.qty} />, sort: (row) => ({ decimal: row.qty }) },
  { id: 'avgPrice', title: 'col.averagePrice', end: true, cell: (row) => <Price price={row.avgPrice} currency={row.currency} bare />, sort: (row) => ({ decimal: row.avgPrice }) },
  { id: 'price', title: 'col.price', end: true, cell: (row) => <Price price={row.price} currency={row.currency} bare />, sort: (row) => ({ decimal: row.price }) },
  { id: 'change', title: 'col.change', end: true, cell: (row) => <Percent percent={row.changeRate} signed />, sort: (row) => ({ decimal: row.changeRate }) },
  { id: 'value', title: 'col.value', end: true, cell: (row) => <Money amount={row.value} currency={row.currency} />, sort: (row) => ({ decimal: row.value }) },
  { id: 'unrealized', title: 'col.unrealized', end: true, cell: (row) => <Money amount={row.unrealized} currency={row.currency} signed bare />, sort: (row) => ({ decimal: row.unrealized }) },
  { id: 'rate', title: 'col.rate', end: true, cell: (row) => <Percent rate={row.unrealizedRate} signed />, sort: (row) => ({ decimal: row.unrealizedRate }) },
];

function columns(withAccount: boolean, act: ((act: Act) => void) | null): Column<Position>[] {
  const ticker: Column<Position> = {
    id: 'ticker', title: t('col.ticker'), main: true, sort: (row) => ({ text: row.ticker }),
    cell: (row) => (
      <span class="two-lines" title={row.reason ? `${t('position.why')}: ${term(row.reason)}` : undefined}>
        <span><strong>{row.ticker}</strong> <span class="muted">{row.exchange}</span></span>
        <span class="muted name">{row.name ?? ''}</span>
      </span>
    ),
  };
  const account: Column<Position> = { id: 'account', title: t('col.account'), cell: (row) => <a href={to(`/accounts/${encodeURIComponent(row.account)}`)}>{row.account}</a>, sort: (row) => ({ text: row.account }) };
  const acts: Column<Position>[] = act && may('Trader') ? [{ id: 'acts', title: t('col.actions'), end: true, cell: (row) => <Acts position={row} act={act} /> }] : [];
  return [
    ticker,
    ...(withAccount ? [account] : []),
    ...figures.map((column) => ({ ...column, title: t(column.title as 'col.price') })),
    ...acts,
  ];
}

function Acts({ position, act }: { position: Position; act: (act: Act) => void }): JSX.Element {
  const named = (what: string): string => t('position.of', { act: what, ticker: position.ticker });
  return (
    <span class="buttons">
      <Button small label={named(t('position.buy'))} onClick={() => act({ kind: 'order', action: 'Buy', position })}>{t('position.buy')}</Button>
      <Button small label={named(t('position.sell'))} onClick={() => act({ kind: 'order', action: 'Sell', position })}>{t('position.sell')}</Button>
      <Button small label={named(t('position.protect'))} onClick={() => act({ kind: 'protect', position })}>{t('position.protect')}</Button>
      <Button small label={named(t('position.close'))} onClick={() => act({ kind: 'close', position })}>{t('position.close')}</Button>
    </span>
  );
}

/** The positions of one account, or of all where `account` is "". */
function useRows(account: string): RowSource<Position> {
  return useMemo(() => ({
    keys: computed(() => positions.keys.value.filter((key) => account === '' || key.startsWith(`${account} `))),
    version: positions.version,
    row: (key: string) => positions.row(key),
  }), [account]);
}

/** `acting`: with buttons; where all accounts are shown one goes to the account first. */
export function Positions({ account, acting }: { account: string; acting: boolean }): JSX.Element {
  const act = useSignal<Act | null>(null);
  const source = useRows(account);
  const shown = useMemo(() => columns(account === '', acting ? (next) => { act.value = next; } : null), [account, acting, t('col.ticker'), may('Trader')]);
  const close = (): void => { act.value = null; };
  const now = act.value;
  return (
    <>
      <Table label={t('account.positions')} columns={shown} source={source} sorting={{ column: 'value', descending: true }} empty={t('account.noPositions')} />
      {now?.kind === 'order' ? <QuickOrder position={now.position} action={now.action} onClose={close} /> : null}
      {now?.kind === 'close' ? <ClosePosition position={now.position} onClose={close} /> : null}
      {now?.kind === 'protect' ? <ProtectPosition position={now.position} onClose={close} /> : null}
    </>
  );
}
