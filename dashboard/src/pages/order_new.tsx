/* order_new.tsx - an order by hand, on a page of its own. What is typed stays while the page is open. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { ActionValues, ExchangeValues, type OrderSent } from '../api/types';
import { t } from '../i18n';
import { currentQuery, to } from '../router';
import { Draft } from '../desk/draft';
import { OrderForm, useDraft, type DraftStart } from '../desk/order_form';
import { told } from '../desk/sent';
import { aliases, chosenAccount } from '../state/desk';
import { Card, PageHead } from '../ui/pieces';

/** Outlives a look at another page. */
let kept = new Draft();

/** Of the address: ?account=Paper&exchange=NASDAQ&ticker=AAPL&action=Sell&qty=10 */
function start(query: URLSearchParams): DraftStart {
  const exchange = ExchangeValues.find((one) => one === query.get('exchange'));
  const action = ActionValues.find((one) => one === query.get('action'));
  const account = query.get('account') ?? (kept.account.peek() ? null : chosenAccount.peek() || (aliases.peek().length === 1 ? aliases.peek()[0] : null));
  return {
    ...(account ? { account } : {}),
    ...(query.get('ticker') ? { ticker: query.get('ticker') ?? '' } : {}),
    ...(exchange ? { exchange } : {}),
    ...(action ? { action } : {}),
    ...(query.get('qty') ? { qty: query.get('qty') ?? '' } : {}),
  };
}

export default function OrderNewPage(): JSX.Element {
  if (currentQuery.value.has('ticker')) kept = fresh();
  const draft = useDraft(start(currentQuery.value), kept);
  const last = useSignal<OrderSent | null>(null);
  return (
    <>
      <PageHead title={t('nav.newOrder')} />
      <div class="narrow">
        <Card title={t('nav.newOrder')}>
          <OrderForm draft={draft} autofocus onSent={(sent) => {
            told(sent, draft);
            draft.clearSize();
            last.value = sent;
          }} />
          {last.value ? (
            <div class="box good" role="status">
              <p>{last.value.duplicate ? t('order.duplicate') : t('order.another')} <a href={to(`/orders/${last.value.id}`)}>{t('order.look')}</a></p>
            </div>
          ) : null}
        </Card>
      </div>
    </>
  );
}

let asked = '';

/** A new draft for each address that names an instrument, not for each drawing of the page. */
function fresh(): Draft {
  const address = window.location.search;
  if (asked === address) return kept;
  asked = address;
  return new Draft();
}
