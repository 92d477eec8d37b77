/* combobox.tsx - search as you type: the list pattern of WAI-ARIA, with the keyboard. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from '../api/problem';
import { t } from '../i18n';
import { useDebounced, useName } from './hooks';
import { sentence } from './state';

const WAIT_MS = 150;

export interface ComboboxProps<T> {
  label: string;
  /** What stands in the field. */
  text: string;
  onText: (text: string) => void;
  search: (text: string, abort: AbortSignal) => Promise<readonly T[]>;
  keyOf: (item: T) => string;
  show: (item: T) => ComponentChildren;
  onChoose: (item: T) => void;
  error?: string | null;
  help?: ComponentChildren;
  placeholder?: string;
  autofocus?: boolean;
  hideLabel?: boolean;
  /** "/" puts the focus here. */
  searchField?: boolean;
}

export function Combobox<T>(props: ComboboxProps<T>): JSX.Element {
  const id = useName('combo');
  const items = useSignal<readonly T[]>([]);
  const open = useSignal(false);
  const at = useSignal(-1);
  const note = useSignal('');
  const stop = useRef<AbortController | null>(null);
  const later = useDebounced(WAIT_MS);
  useEffect(() => () => stop.current?.abort(), []);

  const look = async (text: string): Promise<void> => {
    stop.current?.abort();
    const abort = new AbortController();
    stop.current = abort;
    try {
      const found = await props.search(text, abort.signal);
      if (abort.signal.aborted) return;
      items.value = found;
      at.value = found.length > 0 ? 0 : -1;
      note.value = found.length > 0 ? t('combo.results', { count: found.length }) : t('combo.none');
    } catch (error) {
      if (abort.signal.aborted) return;
      items.value = [];
      note.value = error instanceof ApiError ? sentence(error) : String(error);
    }
  };
  const typed = (text: string): void => {
    props.onText(text);
    items.value = [];
    at.value = -1;
    open.value = text.trim() !== '';
    note.value = t('combo.searching');
    if (open.value) later(() => void look(text.trim()));
    else stop.current?.abort();
  };
  const choose = (item: T | undefined): void => {
    if (item === undefined) return;
    open.value = false;
    stop.current?.abort();
    props.onChoose(item);
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => { at.value = Math.min(at.value + 1, items.value.length - 1); },
    ArrowUp: () => { at.value = Math.max(at.value - 1, 0); },
    Enter: () => choose(items.value[at.value]),
    Escape: () => { open.value = false; },
  };
  const pressed = (event: KeyboardEvent): void => {
    const act = open.value ? keys[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const active = items.value[at.value];
  const about = props.error ?? props.help;
  return (
    <div class={`field combo${props.error ? ' wrong' : ''}`}>
      <label for={id} class={props.hideLabel ? 'unseen' : ''}>{props.label}</label>
      <input id={id} type="text" role="combobox" aria-expanded={open.value} aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={open.value && active !== undefined ? `${id}-${at.value}` : undefined} autocomplete="off" spellcheck={false}
        aria-invalid={props.error ? 'true' : undefined} aria-describedby={about ? `${id}-help` : undefined}
        value={props.text} placeholder={props.placeholder} autofocus={props.autofocus} data-search={props.searchField ? '' : undefined}
        onInput={(event) => typed(event.currentTarget.value)} onKeyDown={pressed} onBlur={() => { open.value = false; }} />
      <ul id={`${id}-list`} role="listbox" aria-label={props.label} hidden={!open.value || items.value.length === 0}>
        {items.value.map((item, i) => (
          <li key={props.keyOf(item)} id={`${id}-${i}`} role="option" aria-selected={i === at.value}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(item);
            }}>{props.show(item)}</li>
        ))}
      </ul>
      {open.value ? <p class="combo-note" role="status">{note.value}</p> : null}
      {about ? <p id={`${id}-help`} class={props.error ? 'field-error' : 'help'}>{about}</p> : null}
    </div>
  );
}
