/* position_acts.tsx - what can be done about a position: buy and sell beside it, protect, close. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post, path } from '../api/client';
import type { Action, Done, OrderSent, Position } from '../api/types';
import { t, term } from '../i18n';
import { absolute, readDecimal, sign } from '../lib/decimal';
import { formatQuantity } from '../lib/money';
import { Button, Field } from '../ui/control';
import { useIntention } from '../ui/hooks';
import { Confirm, Drawer } from '../ui/overlay';
import { fieldError, IntentionError } from '../ui/state';
import { toast } from '../ui/toasts';
import { OrderForm, useDraft } from './order_form';
import { told } from './sent';

interface ActProps {
  position: Position;
  onClose: () => void;
}

function held({ qty }: Position): string {
  return formatQuantity(absolute(qty));
}

export function QuickOrder({ position, action, onClose }: ActProps & { action: Action }): JSX.Element {
  const { account, ticker, exchange } = position;
  const draft = useDraft({ account, ticker, exchange, action });
  return (
    <Drawer title={t('position.quickTitle', { act: term(action), ticker, account })} onClose={onClose}>
      <OrderForm draft={draft} onSent={(sent) => {
        told(sent, draft);
        onClose();
      }} />
    </Drawer>
  );
}

/** "" = no number was wanted; null = it is wrong. */
function optional(text: string): string | null {
  if (text.trim() === '') return '';
  const value = readDecimal(text);
  return value !== null && sign(value) > 0 ? value : null;
}

export function ClosePosition({ position, onClose }: ActProps): JSX.Element {
  const { account, ticker, exchange } = position;
  const part = useSignal('');
  const intention = useIntention();
  const qty = optional(part.value);
  const close = async (): Promise<void> => {
    if (qty === null) return;
    const body = { ticker, exchange, ...(qty ? { qty } : {}) };
    const sent = await intention.run(body, (key) => post<OrderSent>(path`/accounts/${account}/close`, body, key));
    if (!sent) return;
    toast(t(sent.duplicate ? 'order.duplicate' : 'order.sent', { action: t('position.close'), what: ticker }));
    onClose();
  };
  return (
    <Confirm title={t('position.closeTitle', { ticker })} act={t('position.closeAct')} danger intention={intention} onConfirm={() => void close()} onClose={onClose}>
      <p>{t('position.closeText', { quantity: qty ? formatQuantity(qty) : held(position), ticker, account })}</p>
      <Field label={t('position.closePart')} mode="decimal" value={part.value} onInput={(text) => { part.value = text; }}
        error={qty === null ? t('field.positive') : fieldError(intention, 'qty')} />
    </Confirm>
  );
}

const EXITS = ['takeProfit', 'stopLoss', 'stopLossLimit'] as const;

export function ProtectPosition({ position, onClose }: ActProps): JSX.Element {
  const { account, ticker, exchange, currency } = position;
  const typed = useSignal<Record<(typeof EXITS)[number], string>>({ takeProfit: '', stopLoss: '', stopLossLimit: '' });
  const pressed = useSignal(false);
  const intention = useIntention();
  const values = EXITS.map((name) => [name, optional(typed.value[name])] as const);
  const missing = typed.value.takeProfit.trim() === '' && typed.value.stopLoss.trim() === '';
  const save = async (): Promise<void> => {
    pressed.value = true;
    if (missing || values.some(([, value]) => value === null)) return;
    const body = { account, ticker, exchange, ...Object.fromEntries(values.filter(([, value]) => value)) };
    const done = await intention.run(body, (key) => post<Done>('/positions/protect', body, key));
    if (!done) return;
    toast(t('position.protectDone', { ticker }));
    onClose();
  };
  const labels = { takeProfit: t('order.takeProfit'), stopLoss: t('order.stopLoss'), stopLossLimit: t('order.stopLossLimit') };
  return (
    <Drawer title={t('position.protectTitle', { ticker })} onClose={onClose}>
      <form onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}>
        <p>{t('position.protectText', { quantity: held(position), ticker, account })}</p>
        {values.map(([name, value]) => (
          <Field key={name} label={labels[name]} mode="decimal" suffix={currency} optional value={typed.value[name]}
            onInput={(text) => { typed.value = { ...typed.value, [name]: text }; }} error={value === null ? t('field.positive') : fieldError(intention, name)} />
        ))}
        {pressed.value && missing ? <p class="field-error" role="alert">{t('position.protectNeeds')}</p> : null}
        <IntentionError intention={intention} fields={EXITS} />
        <div class="buttons"><Button type="submit" kind="primary" busy={intention.state.value === 'busy'}>{t('position.protectSave')}</Button></div>
      </form>
    </Drawer>
  );
}
