/* order_form.tsx - an order by hand: found by typing, checked while it is written, sent once. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { get, path, post } from '../api/client';
import { ActionValues, OrderTypeValues, TimeInForceValues, type Exchange, type Instrument, type InstrumentList, type OrderSent } from '../api/types';
import { t, term } from '../i18n';
import { live } from '../state/live';
import { accounts, aliases } from '../state/desk';
import { Button, Check, Field, Segments, Select } from '../ui/control';
import { Combobox } from '../ui/combobox';
import { Ago, Percent, Price } from '../ui/figures';
import { useIntention } from '../ui/hooks';
import { Badge } from '../ui/pieces';
import { IntentionError } from '../ui/state';
import { AccountBadges } from './equity';
import { Draft, type DraftFault, type DraftField } from './draft';
import { PreviewBox, usePreview } from './preview';

const FAULTS: Record<DraftFault, () => string | null> = {
  missing: () => t('field.required'),
  decimal: () => t('field.decimal'),
  positive: () => t('field.positive'),
};

const FIELDS: readonly DraftField[] = ['account', 'ticker', 'qty', 'amount', 'price', 'stopPrice', 'takeProfit', 'stopLoss', 'stopLossLimit'];

export interface OrderFormProps {
  draft: Draft;
  onSent: (sent: OrderSent, draft: Draft) => void;
  autofocus?: boolean;
}

export function OrderForm({ draft, onSent, autofocus }: OrderFormProps): JSX.Element {
  const intention = useIntention();
  const pressed = useSignal(false);
  const preview = usePreview(draft);
  useLatestPrice(draft);

  const busy = intention.state.value === 'busy';
  const refused = intention.error.value ?? preview.error.value;
  const errorOf = (field: DraftField): string | null => {
    const fault = draft.faults.value[field];
    if (fault && (fault !== 'missing' || pressed.value)) return FAULTS[fault]();
    return refused?.field === field ? refused.message : null;
  };
  const send = async (): Promise<void> => {
    pressed.value = true;
    const body = draft.body();
    if (!body) return;
    const sent = await intention.run(body, (key) => post<OrderSent>('/orders', body, key));
    if (!sent) return;
    pressed.value = false;
    onSent(sent, draft);
  };
  const again = intention.state.value === 'unknown';
  return (
    <form class="order-form" noValidate onSubmit={(event) => {
      event.preventDefault();
      if (!busy) void send();
    }}>
      <fieldset class="stack" disabled={busy || again}>
        <What draft={draft} errorOf={errorOf} autofocus={autofocus ?? false} />
        <Segments label={t('col.side')} value={draft.action.value} onChange={(next) => { draft.action.value = next; }}
          choices={ActionValues.map((value) => ({ value, text: term(value) }))} tone={(value) => (value === 'Buy' ? 'buy' : 'sell')} />
        <div class="fields">
          <Select label={t('col.type')} value={draft.type.value} choices={OrderTypeValues.map((value) => ({ value, text: term(value) }))}
            onChange={(next) => { draft.type.value = next; draft.follow(); }} />
          <Select label={t('col.tif')} value={draft.tif.value} choices={TimeInForceValues.map((value) => ({ value, text: term(value) }))}
            onChange={(next) => { draft.tif.value = next; }} />
        </div>
        <Numbers draft={draft} errorOf={errorOf} />
        <Exits draft={draft} errorOf={errorOf} />
        <Check label={t('order.reduceOnly')} help={t('order.reduceOnlyHelp')} checked={draft.reduceOnly.value} onChange={(next) => { draft.reduceOnly.value = next; }} />
        <Field label={t('col.reason')} optional value={draft.reason.value} maxLength={200} onInput={(text) => { draft.reason.value = text; }} />
      </fieldset>
      <PreviewBox preview={preview} draft={draft} />
      <IntentionError intention={intention} fields={again ? [] : FIELDS} />
      <div class="buttons">
        <Button type="submit" kind={draft.action.value === 'Buy' ? 'buy' : 'sell'} busy={busy}>
          {again ? t('order.sendAgain') : t(draft.action.value === 'Buy' ? 'order.buy' : 'order.sell', { what: draft.instrument.value?.ticker ?? '' })}
        </Button>
      </div>
    </form>
  );
}

interface PartProps {
  draft: Draft;
  errorOf: (field: DraftField) => string | null;
}

function What({ draft, errorOf, autofocus }: PartProps & { autofocus: boolean }): JSX.Element {
  const choices = [{ value: '', text: '–' }, ...aliases.value.map((value) => ({ value, text: value }))];
  const account = accounts.row(draft.account.value)?.value;
  const found = draft.instrument.value;
  return (
    <>
      <Select label={t('col.account')} value={draft.account.value} choices={choices} error={errorOf('account')}
        onChange={(next) => { draft.account.value = next; }} help={account ? <AccountBadges account={account} /> : null} />
      <Combobox<Instrument> label={t('order.instrument')} text={draft.searched.value} onText={(text) => draft.search(text)} searchField
        search={async (q, abort) => (await get<InstrumentList>('/catalog', { q: q.slice(0, 40), account: draft.account.value, limit: 20 }, abort)).items}
        keyOf={(one) => `${one.exchange} ${one.ticker}`} show={(one) => <InstrumentRow instrument={one} />}
        onChoose={(one) => draft.choose(one)} error={errorOf('ticker')} placeholder={t('order.searchHint')} autofocus={autofocus} />
      {found ? (
        <p class="instrument">
          <span>{found.name || found.nameLocal}</span>
          <Price price={draft.latest.value} currency={found.currency} />
          <Percent percent={found.changeRate} signed />
          {found.priceAt ? <span class="muted"><Ago at={found.priceAt} /></span> : null}
          {found.suspended ? <Badge tone="warning">{t('order.suspended')}</Badge> : null}
          {found.delisted ? <Badge tone="bad">{t('order.delisted')}</Badge> : null}
        </p>
      ) : null}
    </>
  );
}

function InstrumentRow({ instrument }: { instrument: Instrument }): JSX.Element {
  return (
    <span class="instrument-row">
      <strong>{instrument.ticker}</strong> <span class="muted">{instrument.exchange}</span>
      <span class="name">{[instrument.name, instrument.nameLocal].filter(Boolean).join(' · ')}</span>
      <Price price={instrument.price} currency={instrument.currency} />
    </span>
  );
}

function Numbers({ draft, errorOf }: PartProps): JSX.Element {
  const currency = draft.instrument.value?.currency ?? null;
  const { limit, stop } = draft.priced.value;
  return (
    <>
      {limit || stop ? (
        <div class="fields">
          {limit ? <Field label={t('col.price')} mode="decimal" value={draft.price.value} suffix={currency} error={errorOf('price')}
            onInput={(text) => { draft.price.value = text; draft.follow(); }} /> : null}
          {stop ? <Field label={t('col.stopPrice')} mode="decimal" value={draft.stopPrice.value} suffix={currency} error={errorOf('stopPrice')}
            onInput={(text) => { draft.stopPrice.value = text; draft.follow(); }} /> : null}
        </div>
      ) : null}
      <div class="fields">
        <Field label={t('col.quantity')} mode="decimal" value={draft.qty.value} onInput={(text) => draft.typeQty(text)} error={errorOf('qty')}
          help={draft.sizeBy.value === 'amount' ? t('order.followsAmount') : null} />
        <Field label={t('col.amount')} mode="decimal" value={draft.amount.value} suffix={currency} onInput={(text) => draft.typeAmount(text)} error={errorOf('amount')}
          help={draft.sizeBy.value === 'qty' ? t('order.followsQuantity') : null} />
      </div>
    </>
  );
}

function Exits({ draft, errorOf }: PartProps): JSX.Element {
  const currency = draft.instrument.value?.currency ?? null;
  return (
    <details open={Boolean(draft.takeProfit.peek() || draft.stopLoss.peek())}>
      <summary>{t('order.exits')}</summary>
      <div class="fields">
        <Field label={t('order.takeProfit')} mode="decimal" optional value={draft.takeProfit.value} suffix={currency} error={errorOf('takeProfit')}
          onInput={(text) => { draft.takeProfit.value = text; }} />
        <Field label={t('order.stopLoss')} mode="decimal" optional value={draft.stopLoss.value} suffix={currency} error={errorOf('stopLoss')}
          onInput={(text) => { draft.stopLoss.value = text; }} />
        <Field label={t('order.stopLossLimit')} mode="decimal" optional value={draft.stopLossLimit.value} suffix={currency} error={errorOf('stopLossLimit')}
          onInput={(text) => { draft.stopLossLimit.value = text; }} help={t('order.stopLossLimitHelp')} />
      </div>
    </details>
  );
}

/** Prices of the line, and one asked afresh when the instrument was chosen. */
function useLatestPrice(draft: Draft): void {
  const instrument = draft.instrument.value;
  const name = instrument ? `${instrument.exchange} ${instrument.ticker}` : '';
  useEffect(() => {
    if (!instrument) return undefined;
    const { ticker, exchange } = instrument;
    const stop = new AbortController();
    const heard = live.on('price', (price) => {
      if (price.ticker === ticker && price.exchange === exchange) draft.latest.value = price.price;
    });
    get<Instrument>(path`/instruments/${exchange}/${ticker}`, { fresh: true }, stop.signal).then((fresh) => {
      if (stop.signal.aborted || draft.instrument.peek()?.ticker !== ticker) return;
      draft.instrument.value = fresh;
      if (fresh.price === null) return;
      draft.latest.value = fresh.price;
      if (draft.price.peek() === '') draft.price.value = fresh.price;
    }, () => undefined /* the price of the catalog stays, with its time */);
    return () => {
      stop.abort();
      heard();
    };
  }, [name]);
}

export interface DraftStart {
  account?: string;
  ticker?: string;
  exchange?: Exchange;
  action?: 'Buy' | 'Sell';
  qty?: string;
}

/** A draft that begins with what is known; the instrument is looked up. */
export function useDraft(start: DraftStart, kept?: Draft): Draft {
  const draft = useMemo(() => kept ?? new Draft(), []);
  useEffect(() => {
    if (start.account) draft.account.value = start.account;
    if (start.action) draft.action.value = start.action;
    if (start.qty) draft.typeQty(start.qty);
    if (!start.ticker || !start.exchange) return;
    draft.searched.value = `${start.ticker} · ${start.exchange}`;
    get<Instrument>(path`/instruments/${start.exchange}/${start.ticker}`).then((found) => draft.choose(found), () => {
      draft.searched.value = start.ticker ?? '';
    });
  }, []);
  return draft;
}
