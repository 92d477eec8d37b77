/* main.tsx - the page begins. */
import { render, type JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { session } from './api/client';
import { t } from './i18n';
import { watchHistory } from './router';
import { beginDesk } from './state/desk';
import { watchLine } from './state/live';
import { applyPreferences } from './state/preferences';
import { beginSession, phase } from './state/session';
import { MustChangePage } from './ui/change_password';
import { Frame } from './ui/frame';
import { SignInPage } from './ui/sign_in';
import { Bulkhead, Loading } from './ui/state';

function Desk(): JSX.Element {
  useEffect(beginDesk, []);
  return <Frame />;
}

function Root(): JSX.Element {
  switch (phase.value) {
    case 'starting':
      return <main class="alone"><h1>{t('app.name')}</h1><Loading /></main>;
    case 'unreachable':
      return <main class="alone"><h1>{t('app.name')}</h1><p role="status">{t('signIn.unreachable')}</p></main>;
    case 'out':
      return <SignInPage />;
    case 'in':
      return session.value?.mustChange ? <MustChangePage /> : <Desk />;
  }
}

function begin(): void {
  applyPreferences();
  watchHistory();
  watchLine();
  void beginSession();
  const place = document.getElementById('app');
  if (place) render(<Bulkhead><Root /></Bulkhead>, place);
}

begin();
