/* overview.tsx - all at a glance. */
import type { JSX } from 'preact';
import { t } from '../i18n';
import { PageHead } from '../ui/pieces';

export default function OverviewPage(): JSX.Element {
  return <PageHead title={t('nav.overview')} />;
}
