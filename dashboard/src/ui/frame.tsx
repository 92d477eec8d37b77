/* frame.tsx - what surrounds every page. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { expired, session } from '../api/client';
import { t } from '../i18n';
import { routes } from '../pages';
import { currentPath, fit, go, to } from '../router';
import { aliases, chosenAccount, halts, notices } from '../state/desk';
import { live } from '../state/live';
import { LANGUAGES, THEMES, language, theme, type Language, type Theme } from '../state/preferences';
import { may, signOut } from '../state/session';
import { Banners } from './banners';
import { Button, Select } from './control';
import { useIntention } from './hooks';
import { Outlet } from './outlet';
import { Badge, type Tone } from './pieces';
import { Shortcuts } from './shortcuts';
import { SignInAgain } from './sign_in';
import { sentence } from './state';
import { toast, Toasts } from './toasts';

const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', ko: '한국어' };

export function LanguageSelect({ hideLabel }: { hideLabel?: boolean }): JSX.Element {
  return <Select label={t('frame.language')} hideLabel={hideLabel ?? false} value={language.value} onChange={(next) => { language.value = next; }}
    choices={LANGUAGES.map((value) => ({ value, text: LANGUAGE_NAMES[value] }))} />;
}

export function ThemeSelect({ hideLabel }: { hideLabel?: boolean }): JSX.Element {
  const names: Record<Theme, string> = { system: t('theme.system'), light: t('theme.light'), dark: t('theme.dark') };
  return <Select label={t('frame.theme')} hideLabel={hideLabel ?? false} value={theme.value} onChange={(next) => { theme.value = next; }}
    choices={THEMES.map((value) => ({ value, text: names[value] }))} />;
}

function AccountSwitch(): JSX.Element {
  const choose = (alias: string): void => {
    chosenAccount.value = alias;
    if (fit('/accounts/:account', currentPath.peek()) && alias) go(to(`/accounts/${encodeURIComponent(alias)}`));
  };
  const chosen = aliases.value.includes(chosenAccount.value) ? chosenAccount.value : '';
  return <Select label={t('frame.account')} hideLabel value={chosen} onChange={choose}
    choices={[{ value: '', text: t('frame.allAccounts') }, ...aliases.value.map((value) => ({ value, text: value }))]} />;
}

const LINE: Record<typeof live.state.value, { tone: Tone; text: () => string }> = {
  closed: { tone: 'neutral', text: () => t('line.connecting') },
  connecting: { tone: 'neutral', text: () => t('line.connecting') },
  live: { tone: 'good', text: () => t('line.live') },
  stale: { tone: 'warning', text: () => t('line.short.stale') },
  offline: { tone: 'bad', text: () => t('line.short.offline') },
};

function LineBadge(): JSX.Element {
  const { tone, text } = LINE[live.state.value];
  return <Badge tone={tone}>{text()}</Badge>;
}

function HaltBadge(): JSX.Element | null {
  if (halts.value.length === 0) return null;
  return <a href={to('/risk')}><Badge tone="bad">{t('halt.badge')}</Badge></a>;
}

function UserMenu(): JSX.Element {
  const leaving = useIntention();
  const leave = async (): Promise<void> => {
    await leaving.run({}, () => signOut());
    if (leaving.error.value) toast(sentence(leaving.error.value), 'bad');
  };
  return (
    <>
      <a class="user" href={to('/settings')} title={t('frame.user', { user: session.value?.user ?? '' })}>{session.value?.user}</a>
      <Button small kind="quiet" busy={leaving.state.value === 'busy'} onClick={() => void leave()}>{t('frame.signOut')}</Button>
    </>
  );
}

/** The entry whose path is the longest beginning of where we are. */
function here(): string {
  const paths = routes.flatMap(({ nav }) => (nav ? [nav.path] : []));
  const fits = paths.filter((path) => path === '/' ? currentPath.value === '/' : `${currentPath.value}/`.startsWith(`${path}/`));
  return fits.sort((a, b) => b.length - a.length)[0] ?? '';
}

function Navigation({ onGo }: { onGo: () => void }): JSX.Element {
  const at = here();
  return (
    <nav id="navigation" aria-label={t('app.navigation')} onClick={onGo}>
      <ul>
        {routes.map(({ nav, title, role }) => (nav && (!role || may(role)) ? (
          <li key={nav.path}>
            <a href={to(nav.path)} aria-current={nav.path === at ? 'page' : undefined}>
              {t(title)}{nav.path === '/notifications' && notices.value.some(({ severity }) => severity === 'Critical') ? <span class="dot" aria-hidden="true" /> : null}
            </a>
          </li>
        ) : null))}
      </ul>
    </nav>
  );
}

export function Frame(): JSX.Element {
  const menu = useSignal(false);
  const keys = useSignal(false);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const path = currentPath.value;
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true }); /* a new page is read from its beginning */
    menu.value = false;
  }, [path]);
  return (
    <div class={`frame${menu.value ? ' menu-open' : ''}`}>
      <a class="skip" href="#main">{t('app.skip')}</a>
      <header class="top">
        <button type="button" class="button quiet menu-button" aria-expanded={menu.value} aria-controls="navigation" aria-label={t('app.menu')}
          onClick={() => { menu.value = !menu.value; }}>☰</button>
        <a class="brand" href={to('/')}>{t('app.name')}</a>
        <AccountSwitch />
        <span class="badges"><LineBadge /><HaltBadge /></span>
        <span class="room" />
        <span class="wide-only top-selects"><LanguageSelect hideLabel /><ThemeSelect hideLabel /></span>
        <span class="wide-only"><Button small kind="quiet" label={t('frame.keys')} onClick={() => { keys.value = true; }}>?</Button></span>
        <UserMenu />
      </header>
      <Navigation onGo={() => { menu.value = false; }} />
      <div class="body">
        <Banners />
        <main id="main" ref={main} tabIndex={-1}><Outlet /></main>
      </div>
      <Shortcuts open={keys} />
      {expired.value ? <SignInAgain /> : null}
      <Toasts />
    </div>
  );
}
