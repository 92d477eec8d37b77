/* table.tsx - rows that are many and change often.
 *
 * Only rows in sight (and a few around) are in the document; each listens to its own value, so that one
 * price changes one cell. The order by a live column is looked at once a second, not at each change: rows
 * must not jump under the pointer. On a narrow screen rows become cards, each cell with its title. */
import { useComputed, useSignal, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { t } from '../i18n';
import { fixed, type RowSource } from '../lib/keyed';
import { sortKeys, type Sorting, type SortValue } from '../lib/order_rows';
import { Button, Select } from './control';
import { Empty } from './state';

export interface Column<T> {
  id: string;
  title: string;
  cell: (row: T) => ComponentChildren;
  /** Given: the table can be sorted by it. */
  sort?: (row: T) => SortValue;
  /** Figures stand at the right. */
  end?: boolean;
  /** The title of a card on a narrow screen. */
  main?: boolean;
}

export interface TableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  source: RowSource<T>;
  sorting?: Sorting;
  /** Said where there is no row. */
  empty: string;
  emptyText?: ComponentChildren;
  rowClass?: (row: T) => string;
}

/** More rows than that scroll in a window of their own. */
const WINDOW_FROM = 60;
const AROUND = 8;
const RESORT_MS = 1_000;
const FIRST_HEIGHT = 40;

/** Rows that do not change by themselves. */
export function ListTable<T>({ rows, keyOf, ...rest }: Omit<TableProps<T>, 'source'> & { rows: readonly T[]; keyOf: (row: T) => string }): JSX.Element {
  const source = useMemo(() => fixed(rows, keyOf), [rows]);
  return <Table {...rest} source={source} />;
}

export function Table<T>(props: TableProps<T>): JSX.Element {
  const { source, columns, label } = props;
  const sorting = useSignal<Sorting | null>(props.sorting ?? null);
  const keys = useSorted(source, columns, sorting);
  if (keys.length === 0) return <Empty title={props.empty}>{props.emptyText}</Empty>;
  return (
    <>
      <CardSort columns={columns} sorting={sorting.value} onSort={(next) => { sorting.value = next; }} />
      <Window label={label} count={keys.length}>
        {(from, to, above, below) => (
          <table class="table" role="table" aria-label={label} aria-rowcount={keys.length + 1}>
            <thead role="rowgroup">
              <tr role="row" aria-rowindex={1}>
                {columns.map((column) => (
                  <Head key={column.id} column={column} sorting={sorting.value} onSort={(next) => { sorting.value = next; }} />
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {above > 0 ? <tr class="space" aria-hidden="true"><td style={{ height: `${above}px` }} /></tr> : null}
              {keys.slice(from, to).map((key, i) => {
                const value = source.row(key);
                return value ? <Row key={key} value={value} columns={columns} index={from + i + 2} {...(props.rowClass ? { rowClass: props.rowClass } : {})} /> : null;
              })}
              {below > 0 ? <tr class="space" aria-hidden="true"><td style={{ height: `${below}px` }} /></tr> : null}
            </tbody>
          </table>
        )}
      </Window>
    </>
  );
}

/** The keys in order: at once when rows come or go or another order is chosen, else once a second. */
function useSorted<T>(source: RowSource<T>, columns: readonly Column<T>[], sorting: ReadonlySignal<Sorting | null>): readonly string[] {
  const turn = useSignal(0);
  useEffect(() => {
    let seen = source.version.peek();
    const timer = window.setInterval(() => {
      if (source.version.peek() === seen || sorting.peek() === null) return;
      seen = source.version.peek();
      turn.value += 1;
    }, RESORT_MS);
    return () => window.clearInterval(timer);
  }, [source]);
  const keys = source.keys.value;
  const by = sorting.value;
  return useMemo(() => {
    const column = columns.find(({ id }) => id === by?.column);
    const sort = column?.sort;
    if (!by || !sort) return keys;
    return sortKeys(keys, (key) => {
      const row = source.row(key)?.peek();
      return row === undefined ? { text: null } : sort(row);
    }, by.descending);
  }, [keys, by, turn.value, source]);
}

function Row<T>({ value, columns, index, rowClass }: { value: ReadonlySignal<T>; columns: readonly Column<T>[]; index: number; rowClass?: (row: T) => string }): JSX.Element {
  const row = value.value;
  return (
    <tr role="row" aria-rowindex={index} class={rowClass?.(row)}>
      {columns.map((column) => (
        <td key={column.id} role="cell" data-title={column.title} class={`${column.end ? 'end' : ''}${column.main ? ' main' : ''}`}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function Head<T>({ column, sorting, onSort }: { column: Column<T>; sorting: Sorting | null; onSort: (next: Sorting) => void }): JSX.Element {
  const mine = sorting?.column === column.id;
  const order = mine ? (sorting.descending ? 'descending' : 'ascending') : undefined;
  return (
    <th role="columnheader" scope="col" class={column.end ? 'end' : ''} aria-sort={order}>
      {column.sort ? (
        <button type="button" class="sort" title={t('table.sortBy', { column: column.title })}
          onClick={() => onSort({ column: column.id, descending: mine ? !sorting.descending : Boolean(column.end) })}>
          {column.title}<span aria-hidden="true" class="arrow">{mine ? (sorting.descending ? '▾' : '▴') : ''}</span>
        </button>
      ) : column.title}
    </th>
  );
}

/** The heads are not there on a narrow screen; the order is chosen here. */
function CardSort<T>({ columns, sorting, onSort }: { columns: readonly Column<T>[]; sorting: Sorting | null; onSort: (next: Sorting) => void }): JSX.Element | null {
  const sortable = columns.filter((column) => column.sort);
  if (sortable.length === 0) return null;
  const choices = [{ value: '', text: '–' }, ...sortable.map(({ id, title }) => ({ value: id, text: title }))];
  const descending = sorting?.descending ?? false;
  return (
    <div class="card-sort">
      <Select label={t('table.sort')} value={sorting?.column ?? ''} choices={choices} onChange={(column) => onSort({ column, descending })} />
      <Button small label={`${t('table.order')}: ${t(descending ? 'table.descending' : 'table.ascending')}`}
        onClick={() => onSort({ column: sorting?.column ?? '', descending: !descending })}>{descending ? '▾' : '▴'}</Button>
    </div>
  );
}

interface WindowProps {
  label: string;
  count: number;
  children: (from: number, to: number, above: number, below: number) => ComponentChildren;
}

/** A few rows stand in the page; many scroll here, and only those in sight are made. */
function Window({ label, count, children }: WindowProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const sight = useSignal(800);
  const height = useSignal(FIRST_HEIGHT);
  const small = count <= WINDOW_FROM;
  const from = useComputed(() => Math.max(0, Math.floor(top.value / height.value) - AROUND));
  const shown = useComputed(() => Math.ceil(sight.value / height.value) + 2 * AROUND);
  const first = small ? 0 : Math.min(from.value, Math.max(0, count - shown.value));
  const last = small ? count : Math.min(count, first + shown.value);

  useLayoutEffect(() => {
    const rows = box.current?.querySelectorAll<HTMLElement>('tbody > tr:not(.space)');
    if (small || !rows || rows.length === 0) return;
    let total = 0;
    for (const row of rows) total += row.offsetHeight;
    const mean = total / rows.length;
    if (mean > 0 && Math.abs(mean - height.value) > 1) height.value = mean;
  }, [first, last, small]);

  useEffect(() => {
    const node = box.current;
    if (!node || small) return undefined;
    const watch = new ResizeObserver(() => { sight.value = node.clientHeight; });
    watch.observe(node);
    return () => watch.disconnect();
  }, [small]);

  return (
    <div ref={box} class={small ? 'table-box' : 'table-box window'} tabIndex={0} role="region" aria-label={`${label}: ${t('table.rows', { count })}`}
      onScroll={(event) => { if (!small) top.value = event.currentTarget.scrollTop; }}>
      {children(first, last, first * height.value, (count - last) * height.value)}
    </div>
  );
}
