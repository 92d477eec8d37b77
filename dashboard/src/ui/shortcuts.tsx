/* shortcuts.tsx - the keyboard: "/" searches, "g" and a letter goes to a page, "?" lists them. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { routes } from '../pages';
import { go, to } from '../router';
import { may } from '../state/session';
import { Dialog } from './overlay';

const THEN_MS = 1_500;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** The letter that was pressed, also where the keyboard writes Hangul. */
function letter({ key, code }: KeyboardEvent): string {
  const plain = /^Key([A-Z])$/.exec(code);
  return plain?.[1] && !/^[\x20-\x7e]$/.test(key) ? plain[1].toLowerCase() : key;
}

function reachable(): { path: string; key: string; title: string }[] {
  return routes.flatMap(({ nav, role, title }) => (nav && (!role || may(role)) ? [{ ...nav, title: t(title) }] : []));
}

function search(): boolean {
  const field = document.querySelector<HTMLElement>('main [data-search], header [data-search]');
  field?.focus();
  return field !== null;
}

export function Shortcuts({ open }: { open: { value: boolean } }): JSX.Element | null {
  const since = useSignal(0);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      const pressedKey = letter(event);
      const then = Date.now() - since.value < THEN_MS;
      since.value = pressedKey === 'g' && !then ? Date.now() : 0;
      const page = then ? reachable().find(({ key }) => key === pressedKey) : undefined;
      if (page) go(to(page.path));
      else if (event.key === '?') open.value = true;
      else if (event.key !== '/' || !search()) return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
  if (!open.value) return null;
  return (
    <Dialog title={t('keys.title')} onClose={() => { open.value = false; }}>
      <dl class="shortcuts">
        <div><dt><kbd>/</kbd></dt><dd>{t('keys.search')}</dd></div>
        <div><dt><kbd>?</kbd></dt><dd>{t('keys.help')}</dd></div>
        <div><dt><kbd>Esc</kbd></dt><dd>{t('keys.escape')}</dd></div>
        {reachable().map(({ path, key, title }) => (
          <div key={path}><dt><kbd>g</kbd> {t('keys.then')} <kbd>{key}</kbd></dt><dd>{title}</dd></div>
        ))}
      </dl>
    </Dialog>
  );
}
