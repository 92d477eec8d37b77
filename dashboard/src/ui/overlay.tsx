/* overlay.tsx - what lies over the page: drawer and dialogs. The browser's <dialog> keeps the focus
 * inside, closes on Escape and gives the focus back. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Intention } from '../api/intention';
import { t } from '../i18n';
import { Button, Field } from './control';
import { useName } from './hooks';
import { IntentionError } from './state';

export interface OverlayProps {
  title: string;
  children: ComponentChildren;
  onClose: () => void;
  /** It can only be left by what is in it. */
  firm?: boolean;
}

function Overlay({ title, children, onClose, firm, kind }: OverlayProps & { kind: 'dialog' | 'drawer' }): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const id = useName('overlay');
  const open = useRef(false);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    open.current = true;
    return () => {
      open.current = false;
      box.current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={box} class={kind} aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!firm && event.target === box.current) onClose();
      }}
      onClose={() => {
        if (!open.current) return;
        if (firm) box.current?.showModal(); /* a browser closes it at the second Escape, whatever is said */
        else onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}>
      <header>
        <h2 id={id}>{title}</h2>
        {firm ? null : <Button kind="quiet" label={t('action.close')} onClick={onClose}>✕</Button>}
      </header>
      <div class="overlay-body">{children}</div>
    </dialog>
  );
}

export function Dialog(props: OverlayProps): JSX.Element {
  return <Overlay {...props} kind="dialog" />;
}

/** At the side, for a form beside what it is about. */
export function Drawer(props: OverlayProps): JSX.Element {
  return <Overlay {...props} kind="drawer" />;
}

export interface ConfirmProps {
  title: string;
  children: ComponentChildren;
  /** What the button says: the act itself, "Cancel the order", never "OK". */
  act: string;
  danger?: boolean;
  /** Must be typed first; the act is as grave as that. */
  typed?: string;
  intention: Intention;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before an act that cannot be taken back. The caller closes it when the act is done. */
export function Confirm({ title, children, act, danger, typed, intention, onConfirm, onClose }: ConfirmProps): JSX.Element {
  const said = useSignal('');
  const busy = intention.state.value === 'busy';
  return (
    <Dialog title={title} onClose={onClose} firm={busy}>
      <form onSubmit={(event) => {
        event.preventDefault();
        if (!busy && (typed === undefined || said.value === typed)) onConfirm();
      }}>
        <div class="prose">{children}</div>
        {typed === undefined ? null : (
          <Field label={t('dialog.type', { word: typed })} value={said.value} onInput={(text) => { said.value = text; }} autofocus />
        )}
        <IntentionError intention={intention} />
        <div class="buttons end">
          <Button onClick={onClose} disabled={busy}>{t('action.cancel')}</Button>
          <Button type="submit" kind={danger ? 'danger' : 'primary'} busy={busy} disabled={typed !== undefined && said.value !== typed}>{act}</Button>
        </div>
      </form>
    </Dialog>
  );
}
