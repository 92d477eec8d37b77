/* banners.tsx - what must be known on every page: the line is down, trading is halted, something is wrong. */
import type { JSX } from 'preact';
import { t } from '../i18n';
import { formatSpan } from '../lib/clock';
import { to } from '../router';
import { halts, health } from '../state/desk';
import { live } from '../state/live';
import { useNow } from './hooks';

const NAMED = 3;

function list(words: readonly string[]): string {
  const rest = words.length - NAMED;
  const shown = words.slice(0, NAMED).join(' · ');
  return rest > 0 ? `${shown} ${t('halt.more', { count: rest })}` : shown;
}

function LineBanner(): JSX.Element | null {
  const now = useNow();
  const state = live.state.value;
  if (state !== 'stale' && state !== 'offline') return null;
  const span = formatSpan(now - live.heardAt.value);
  const text = live.heardAt.value === 0 ? t('line.never') : t(`line.${state}`, { span });
  return <div class="banner warning" role="status">{text}</div>;
}

function HaltBanner(): JSX.Element | null {
  if (halts.value.length === 0) return null;
  return (
    <div class="banner bad" role="status">
      {t('halt.stands', { scopes: list(halts.value.map(({ scope, field }) => scope || field)) })} <a href={to('/risk')}>{t('health.look')}</a>
    </div>
  );
}

function HealthBanner(): JSX.Element | null {
  if (!health.value || health.value.ok) return null;
  return (
    <div class="banner warning" role="status">
      {t('health.bad', { problems: list(health.value.problems) })} <a href={to('/system')}>{t('health.look')}</a>
    </div>
  );
}

export function Banners(): JSX.Element {
  return <div class="banners"><LineBanner /><HaltBanner /><HealthBanner /></div>;
}
