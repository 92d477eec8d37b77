/* control.tsx - buttons, fields, choices. Every control has a name that is read out. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { useName } from './hooks';

export interface ButtonProps {
  children: ComponentChildren;
  onClick?: (event: MouseEvent) => void;
  kind?: 'plain' | 'primary' | 'danger' | 'buy' | 'sell' | 'quiet';
  type?: 'button' | 'submit';
  disabled?: boolean;
  /** On its way: it stays where it is and cannot be pressed again. */
  busy?: boolean;
  /** What is read out where the content does not say it. */
  label?: string;
  small?: boolean;
  pressed?: boolean;
}

export function Button({ children, onClick, kind = 'plain', type = 'button', disabled, busy, label, small, pressed }: ButtonProps): JSX.Element {
  return (
    <button type={type} class={`button ${kind}${small ? ' small' : ''}${busy ? ' busy' : ''}`} disabled={disabled ?? false}
      aria-disabled={busy ?? false} aria-busy={busy ?? false} aria-label={label} title={label} aria-pressed={pressed}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}>
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink({ href, children, kind = 'plain', small }: { href: string; children: ComponentChildren; kind?: ButtonProps['kind']; small?: boolean }): JSX.Element {
  return <a class={`button ${kind}${small ? ' small' : ''}`} href={href}>{children}</a>;
}

export interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  name?: string;
  type?: 'text' | 'password' | 'search' | 'date' | 'time' | 'datetime-local';
  /** decimal: the number pad of phones, and tabular figures at the right */
  mode?: 'text' | 'decimal' | 'numeric';
  error?: string | null;
  help?: ComponentChildren;
  optional?: boolean;
  disabled?: boolean;
  autocomplete?: string;
  autofocus?: boolean;
  maxLength?: number;
  suffix?: string | null;
  onBlur?: () => void;
}

export function Field(props: FieldProps): JSX.Element {
  const id = useName('field');
  const { label, value, onInput, type = 'text', mode = 'text', error, help, optional, suffix } = props;
  return (
    <div class={`field${error ? ' wrong' : ''}`}>
      <label for={id}>{label}{optional ? <span class="muted"> · {t('field.optional')}</span> : null}</label>
      <div class="input-row">
        <input id={id} name={props.name} type={type as 'text'} value={value} inputMode={mode} class={mode === 'text' ? '' : 'number'}
          disabled={props.disabled} autocomplete={props.autocomplete ?? 'off'} spellcheck={false} maxLength={props.maxLength}
          autofocus={props.autofocus} aria-invalid={error ? 'true' : undefined} aria-describedby={error || help ? `${id}-help` : undefined}
          onInput={(event) => onInput(event.currentTarget.value)} onBlur={props.onBlur} />
        {suffix ? <span class="suffix">{suffix}</span> : null}
      </div>
      {error || help ? <p id={`${id}-help`} class={error ? 'field-error' : 'help'}>{error ?? help}</p> : null}
    </div>
  );
}

export function TextArea({ label, value, onInput, rows = 4, error, help, optional, maxLength }: {
  label: string; value: string; onInput: (value: string) => void; rows?: number; error?: string | null;
  help?: ComponentChildren; optional?: boolean; maxLength?: number;
}): JSX.Element {
  const id = useName('area');
  return (
    <div class={`field${error ? ' wrong' : ''}`}>
      <label for={id}>{label}{optional ? <span class="muted"> · {t('field.optional')}</span> : null}</label>
      <textarea id={id} rows={rows} value={value} spellcheck={false} maxLength={maxLength} aria-invalid={error ? 'true' : undefined}
        aria-describedby={error || help ? `${id}-help` : undefined} onInput={(event) => onInput(event.currentTarget.value)} />
      {error || help ? <p id={`${id}-help`} class={error ? 'field-error' : 'help'}>{error ?? help}</p> : null}
    </div>
  );
}

export interface Choice<T extends string> {
  value: T;
  text: string;
  disabled?: boolean;
}

export function Select<T extends string>({ label, value, choices, onChange, error, help, disabled, hideLabel }: {
  label: string; value: T; choices: readonly Choice<T>[]; onChange: (value: T) => void;
  error?: string | null; help?: ComponentChildren; disabled?: boolean; hideLabel?: boolean;
}): JSX.Element {
  const id = useName('select');
  return (
    <div class={`field${error ? ' wrong' : ''}`}>
      <label for={id} class={hideLabel ? 'unseen' : ''}>{label}</label>
      <select id={id} value={value} disabled={disabled} aria-invalid={error ? 'true' : undefined}
        aria-describedby={error || help ? `${id}-help` : undefined}
        onChange={(event) => {
          const chosen = choices.find((one) => one.value === event.currentTarget.value);
          if (chosen) onChange(chosen.value);
        }}>
        {choices.map((one) => <option key={one.value} value={one.value} disabled={one.disabled} selected={one.value === value}>{one.text}</option>)}
      </select>
      {error || help ? <p id={`${id}-help`} class={error ? 'field-error' : 'help'}>{error ?? help}</p> : null}
    </div>
  );
}

export function Check({ label, checked, onChange, help, disabled }: {
  label: string; checked: boolean; onChange: (checked: boolean) => void; help?: ComponentChildren; disabled?: boolean;
}): JSX.Element {
  const id = useName('check');
  return (
    <div class="check">
      <input id={id} type="checkbox" checked={checked} disabled={disabled} aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
      {help ? <p id={`${id}-help`} class="help">{help}</p> : null}
    </div>
  );
}

/** A few choices side by side, one of them taken. */
export function Segments<T extends string>({ label, value, choices, onChange, tone }: {
  label: string; value: T; choices: readonly Choice<T>[]; onChange: (value: T) => void; tone?: (value: T) => string;
}): JSX.Element {
  const name = useName('segments');
  return (
    <fieldset class="segments">
      <legend>{label}</legend>
      <div>
        {choices.map((one) => (
          <label key={one.value} class={`${one.value === value ? 'chosen' : ''} ${tone?.(one.value) ?? ''}`}>
            <input type="radio" name={name} value={one.value} checked={one.value === value} disabled={one.disabled}
              onChange={() => onChange(one.value)} />
            <span>{one.text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export interface TabItem<T extends string> {
  value: T;
  text: string;
}

export function Tabs<T extends string>({ label, value, items, onChange, children }: {
  label: string; value: T; items: readonly TabItem<T>[]; onChange: (value: T) => void; children: ComponentChildren;
}): JSX.Element {
  const id = useName('tabs');
  useEffect(() => document.getElementById(`${id}-${value}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [value]);
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = items.findIndex((item) => item.value === value);
    const next = items[(at + step + items.length) % items.length];
    if (!next) return;
    onChange(next.value);
    document.getElementById(`${id}-${next.value}`)?.focus();
  };
  return (
    <div class="tabs">
      <div role="tablist" aria-label={label} onKeyDown={move}>
        {items.map((item) => (
          <button key={item.value} type="button" role="tab" id={`${id}-${item.value}`} aria-selected={item.value === value}
            aria-controls={`${id}-panel`} tabIndex={item.value === value ? 0 : -1} onClick={() => onChange(item.value)}>{item.text}</button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>{children}</div>
    </div>
  );
}
