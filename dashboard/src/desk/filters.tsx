/* filters.tsx - what a list shows, kept in the page's address: a reload or a link shows the same. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { t } from '../i18n';
import { currentQuery, setQuery } from '../router';
import { aliases } from '../state/desk';
import { Button, Select, type Choice } from '../ui/control';
import { useDebounced } from '../ui/hooks';

export interface Filter<K extends string> {
  values: Readonly<Record<K, string>>;
  set: (name: K, value: string) => void;
  clear: () => void;
}

/** Members of the address's query; "" = any. */
export function useFilter<K extends string>(names: readonly K[]): Filter<K> {
  const query = currentQuery.value;
  const values = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ''])) as Record<K, string>;
  return {
    values,
    set: (name, value) => setQuery({ ...values, [name]: value }),
    clear: () => setQuery({}),
  };
}

/** What a request is made of: dates stand for whole days, the last one included. */
export function asked<K extends string>(values: Readonly<Record<K, string>>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries<string>(values)) if (value.trim()) all[name] = value.trim();
  if (all.to && /^\d{4}-\d{2}-\d{2}$/.test(all.to)) {
    const next = new Date(`${all.to}T00:00:00Z`);
    next.setUTCDate(next.getUTCDate() + 1);
    all.to = next.toISOString().slice(0, 10);
  }
  return all;
}

export type FilterField<K extends string> =
  | { name: K; kind: 'text'; label: string }
  | { name: K; kind: 'date'; label: string }
  | { name: K; kind: 'account'; label: string }
  | { name: K; kind: 'choice'; label: string; choices: readonly Choice<string>[] };

export function Filters<K extends string>({ filter, fields }: { filter: Filter<K>; fields: readonly FilterField<K>[] }): JSX.Element {
  const later = useDebounced(300);
  const any = useMemo(() => ({ value: '', text: t('filter.any') }), [t('filter.any')]);
  const isSet = Object.values(filter.values).some(Boolean);
  return (
    <div class="filters" role="search" aria-label={t('filter.title')}>
      {fields.map((field) => {
        const value = filter.values[field.name];
        if (field.kind === 'text' || field.kind === 'date') {
          return (
            <label key={field.name} class="filter">
              <span>{field.label}</span>
              <input type={field.kind as 'text'} defaultValue={value} key={isSet ? 'set' : 'clear'} autocomplete="off" spellcheck={false} maxLength={128}
                onInput={(event) => {
                  const typed = event.currentTarget.value;
                  later(() => filter.set(field.name, typed));
                }} />
            </label>
          );
        }
        const choices = field.kind === 'account' ? aliases.value.map((alias) => ({ value: alias, text: alias })) : field.choices;
        return <Select key={field.name} label={field.label} value={value} choices={[any, ...choices]} onChange={(next) => filter.set(field.name, next)} />;
      })}
      <Button small disabled={!isSet} onClick={() => filter.clear()}>{t('filter.clear')}</Button>
    </div>
  );
}
