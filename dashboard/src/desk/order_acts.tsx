/* order_acts.tsx - another quantity or price for an order that rests; what became of one that nobody knows about. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { path, post } from '../api/client';
import { ResolveOutcomeValues, type Done, type Order, type ResolveOutcome } from '../api/types';
import { t, term } from '../i18n';
import { compare, readDecimal, sign } from '../lib/decimal';
import { formatQuantity } from '../lib/money';
import { Button, Field, Select } from '../ui/control';
import { useIntention } from '../ui/hooks';
import { Confirm, Drawer } from '../ui/overlay';
import { fieldError, IntentionError } from '../ui/state';
import { toast } from '../ui/toasts';

interface ActProps {
  order: Order;
  onClose: () => void;
  /** It was changed meanwhile: its present state is wanted; what was typed stays. */
  onStale: () => void;
}

/** What was typed was typed about the version that was seen; after a refusal, about the present one. */
function useVersion(order: Order): { readonly value: number; renew(): void } {
  const seen = useSignal(order.version);
  const stale = useSignal(false);
  useEffect(() => { if (stale.peek()) seen.value = order.version; }, [order.version]);
  return {
    get value() { return seen.value; },
    renew() {
      seen.value = order.version;
      stale.value = true;
    },
  };
}

function positive(text: string): string | null {
  const value = readDecimal(text);
  return value !== null && sign(value) > 0 ? value : null;
}

const NUMBERS = ['qty', 'price', 'stopPrice'] as const;
type NumberName = (typeof NUMBERS)[number];

export function ReplaceOrder({ order, onClose, onStale }: ActProps): JSX.Element {
  const typed = useSignal<Record<NumberName, string>>({ qty: order.qty, price: order.price ?? '', stopPrice: order.stopPrice ?? '' });
  const reason = useSignal('');
  const version = useVersion(order);
  const intention = useIntention();
  const shown = NUMBERS.filter((name) => name === 'qty' || order[name] !== null);
  const labels = { qty: t('order.wholeQuantity'), price: t('col.price'), stopPrice: t('col.stopPrice') };
  const values = shown.map((name) => [name, positive(typed.value[name])] as const);
  const changed = values.filter(([name, value]) => value !== null && (order[name] === null || compare(value, order[name] as string) !== 0));
  const wrong = values.some(([, value]) => value === null);
  const send = async (): Promise<void> => {
    if (wrong || changed.length === 0) return;
    const body = { ...Object.fromEntries(changed), version: version.value, ...(reason.value.trim() ? { reason: reason.value.trim() } : {}) };
    const done = await intention.run(body, (key) => post<Done>(path`/orders/${order.id}/replace`, body, key));
    if (done) {
      toast(done.message);
      onClose();
    } else if (intention.error.value?.code === 'STALE_VERSION') {
      version.renew();
      onStale();
    }
  };
  return (
    <Drawer title={t('order.replaceTitle', { ticker: order.ticker })} onClose={onClose}>
      <form onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}>
        <p>{t('order.replaceText', { filled: formatQuantity(order.filled), qty: formatQuantity(order.qty) })}</p>
        {values.map(([name, value]) => (
          <Field key={name} label={labels[name]} mode="decimal" value={typed.value[name]} {...(name === 'qty' ? {} : { suffix: order.currency })}
            onInput={(text) => { typed.value = { ...typed.value, [name]: text }; }} error={value === null ? t('field.positive') : fieldError(intention, name)} />
        ))}
        <Field label={t('col.reason')} optional value={reason.value} maxLength={200} onInput={(text) => { reason.value = text; }} />
        <IntentionError intention={intention} fields={shown} />
        <div class="buttons"><Button type="submit" kind="primary" busy={intention.state.value === 'busy'} disabled={wrong || changed.length === 0}>{t('order.replaceAct')}</Button></div>
      </form>
    </Drawer>
  );
}

/** Which outcomes need to say how many were executed at which price. */
const EXECUTED: readonly ResolveOutcome[] = ['Filled', 'Canceled'];

export function ResolveOrder({ order, onClose, onStale }: ActProps): JSX.Element {
  const outcome = useSignal<ResolveOutcome>('Filled');
  const typed = useSignal({ qty: '', price: '', commission: '', brokerOrderId: order.brokerOrderId, reason: '' });
  const version = useVersion(order);
  const intention = useIntention();
  const set = (name: keyof typeof typed.value) => (text: string): void => { typed.value = { ...typed.value, [name]: text }; };
  const { qty, price, commission, brokerOrderId, reason } = typed.value;
  const executed = EXECUTED.includes(outcome.value);
  const needed = outcome.value === 'Filled';
  const bad = (text: string, must: boolean): string | null => ((text.trim() === '' ? must : positive(text) === null) ? t('field.positive') : null);
  const ready = reason.trim() !== '' && (!executed || (!bad(qty, needed) && !bad(price, needed)));
  const send = async (): Promise<void> => {
    const body = {
      outcome: outcome.value, version: version.value, reason: reason.trim(),
      ...(executed && qty.trim() ? { qty: positive(qty) } : {}), ...(executed && price.trim() ? { price: positive(price) } : {}),
      ...(executed && commission.trim() ? { commission: readDecimal(commission) } : {}), ...(brokerOrderId.trim() ? { brokerOrderId: brokerOrderId.trim() } : {}),
    };
    const done = await intention.run(body, (key) => post<Done>(path`/orders/${order.id}/resolve`, body, key));
    if (done) {
      toast(done.message, 'warning');
      onClose();
    } else if (intention.error.value?.code === 'STALE_VERSION') {
      version.renew();
      onStale();
    }
  };
  return (
    <Confirm title={t('order.resolveTitle', { ticker: order.ticker })} act={t('order.resolveAct')} danger intention={intention}
      onConfirm={() => { if (ready) void send(); }} onClose={onClose}>
      <p>{t('order.resolveText', { quantity: formatQuantity(order.qty), ticker: order.ticker, filled: formatQuantity(order.filled) })}</p>
      <Select label={t('order.outcome')} value={outcome.value} choices={ResolveOutcomeValues.map((value) => ({ value, text: term(value) }))}
        onChange={(next) => { outcome.value = next; }} help={t(`order.outcome.${outcome.value}`)} />
      {executed ? (
        <div class="fields">
          <Field label={t('order.executedQuantity')} mode="decimal" optional={!needed} value={qty} onInput={set('qty')} error={qty ? bad(qty, needed) ?? fieldError(intention, 'qty') : fieldError(intention, 'qty')} />
          <Field label={t('order.executedPrice')} mode="decimal" optional={!needed} value={price} suffix={order.currency} onInput={set('price')} error={price ? bad(price, needed) ?? fieldError(intention, 'price') : fieldError(intention, 'price')} />
          <Field label={t('col.commission')} mode="decimal" optional value={commission} suffix={order.currency} onInput={set('commission')} error={fieldError(intention, 'commission')} />
        </div>
      ) : null}
      <Field label={t('order.brokerId')} optional value={brokerOrderId} maxLength={64} onInput={set('brokerOrderId')} error={fieldError(intention, 'brokerOrderId')} />
      <Field label={t('order.howKnown')} value={reason} maxLength={200} onInput={set('reason')} error={fieldError(intention, 'reason')} />
    </Confirm>
  );
}
