/* draft.ts - an order as it is being written: what was typed, what it comes to, what is missing. */
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Action, Decimal, Exchange, Instrument, OrderType, TimeInForce } from '../api/types';
import { lotsFor, multiply, readDecimal, sign } from '../lib/decimal';
import { currencyDigits } from '../lib/money';
import { placesOf, toPlaces } from '../lib/decimal';

/** Where the quantity comes from: what was typed last. */
export type SizeBy = 'qty' | 'amount';

export interface OrderBody {
  account: string;
  ticker: string;
  exchange: Exchange;
  action: Action;
  type: OrderType;
  qty?: Decimal;
  amount?: Decimal;
  price?: Decimal;
  stopPrice?: Decimal;
  tif: TimeInForce;
  takeProfit?: Decimal;
  stopLoss?: Decimal;
  stopLossLimit?: Decimal;
  reduceOnly?: boolean;
  reason?: string;
}

const PRICED: Record<OrderType, { limit: boolean; stop: boolean }> = {
  Limit: { limit: true, stop: false },
  Market: { limit: false, stop: false },
  Stop: { limit: false, stop: true },
  StopLimit: { limit: true, stop: true },
};

export type DraftField = 'account' | 'ticker' | 'qty' | 'amount' | 'price' | 'stopPrice' | 'takeProfit' | 'stopLoss' | 'stopLossLimit';
export type DraftFault = 'missing' | 'decimal' | 'positive';

export class Draft {
  readonly account = signal('');
  readonly instrument = signal<Instrument | null>(null);
  /** What stands in the search field. */
  readonly searched = signal('');
  readonly action = signal<Action>('Buy');
  readonly type = signal<OrderType>('Limit');
  readonly tif = signal<TimeInForce>('Day');
  readonly qty = signal('');
  readonly amount = signal('');
  readonly sizeBy = signal<SizeBy>('qty');
  readonly price = signal('');
  readonly stopPrice = signal('');
  readonly takeProfit = signal('');
  readonly stopLoss = signal('');
  readonly stopLossLimit = signal('');
  readonly reduceOnly = signal(false);
  readonly reason = signal('');
  /** The latest price of the instrument. */
  readonly latest = signal<Decimal | null>(null);

  readonly priced = computed(() => PRICED[this.type.value]);

  /** The price that turns an amount into a quantity. */
  readonly reference: ReadonlySignal<Decimal | null> = computed(() => {
    const { limit, stop } = this.priced.value;
    const typed = limit ? this.price.value : stop ? this.stopPrice.value : '';
    const price = readDecimal(typed);
    return price !== null && sign(price) > 0 ? price : this.latest.value;
  });

  readonly faults: ReadonlySignal<Partial<Record<DraftField, DraftFault>>> = computed(() => {
    const all: Partial<Record<DraftField, DraftFault>> = {};
    if (!this.account.value) all.account = 'missing';
    if (!this.instrument.value) all.ticker = 'missing';
    for (const [field, text, needed] of this.#numbers()) {
      const fault = numberFault(text, needed);
      if (fault) all[field] = fault;
    }
    return all;
  });

  readonly complete = computed(() => Object.keys(this.faults.value).length === 0);

  #numbers(): [DraftField, string, boolean][] {
    const { limit, stop } = this.priced.value;
    const size: [DraftField, string, boolean] = this.sizeBy.value === 'qty' ? ['qty', this.qty.value, true] : ['amount', this.amount.value, true];
    return [
      size,
      ...(limit ? [['price', this.price.value, true] as [DraftField, string, boolean]] : []),
      ...(stop ? [['stopPrice', this.stopPrice.value, true] as [DraftField, string, boolean]] : []),
      ['takeProfit', this.takeProfit.value, false],
      ['stopLoss', this.stopLoss.value, false],
      ['stopLossLimit', this.stopLossLimit.value, false],
    ];
  }

  choose(instrument: Instrument): void {
    batch(() => {
      const another = this.instrument.value?.ticker !== instrument.ticker || this.instrument.value.exchange !== instrument.exchange;
      this.instrument.value = instrument;
      this.searched.value = `${instrument.ticker} · ${instrument.exchange}`;
      this.latest.value = instrument.price;
      if (another) {
        for (const typed of [this.price, this.stopPrice, this.takeProfit, this.stopLoss, this.stopLossLimit]) typed.value = '';
        if (instrument.price !== null) this.price.value = instrument.price;
      }
      this.follow();
    });
  }

  search(text: string): void {
    this.searched.value = text;
    this.instrument.value = null;
    this.latest.value = null;
  }

  typeQty(text: string): void {
    this.#type(this.qty, text, 'qty');
  }

  typeAmount(text: string): void {
    this.#type(this.amount, text, 'amount');
  }

  #type(field: Signal<string>, text: string, by: SizeBy): void {
    batch(() => {
      field.value = text;
      this.sizeBy.value = by;
      this.follow();
    });
  }

  /** Quantity and amount say the same: the one that was not typed follows. */
  follow(): void {
    const price = this.reference.value;
    const instrument = this.instrument.value;
    const typed = readDecimal(this.sizeBy.value === 'qty' ? this.qty.value : this.amount.value);
    const other = this.sizeBy.value === 'qty' ? this.amount : this.qty;
    if (typed === null || price === null || !instrument) {
      other.value = '';
      return;
    }
    if (this.sizeBy.value === 'amount') {
      other.value = lotsFor(typed, price, instrument.lot);
      return;
    }
    const amount = multiply(typed, price);
    const digits = currencyDigits(instrument.currency);
    other.value = placesOf(amount) > digits ? toPlaces(amount, digits) : amount;
  }

  /** What is sent; only of a complete draft. */
  body(): OrderBody | null {
    const instrument = this.instrument.value;
    if (!instrument || !this.complete.value) return null;
    const { limit, stop } = this.priced.value;
    const size = this.sizeBy.value === 'qty' ? { qty: readDecimal(this.qty.value) ?? '' } : { amount: readDecimal(this.amount.value) ?? '' };
    return {
      account: this.account.value, ticker: instrument.ticker, exchange: instrument.exchange,
      action: this.action.value, type: this.type.value, tif: this.tif.value, ...size,
      ...(limit ? number('price', this.price.value) : {}),
      ...(stop ? number('stopPrice', this.stopPrice.value) : {}),
      ...number('takeProfit', this.takeProfit.value),
      ...number('stopLoss', this.stopLoss.value),
      ...number('stopLossLimit', this.stopLossLimit.value),
      ...(this.reduceOnly.value ? { reduceOnly: true } : {}),
      ...(this.reason.value.trim() ? { reason: this.reason.value.trim() } : {}),
    };
  }

  /** After it was sent: the same instrument, nothing to send by mistake. */
  clearSize(): void {
    batch(() => {
      for (const typed of [this.qty, this.amount, this.takeProfit, this.stopLoss, this.stopLossLimit, this.reason]) typed.value = '';
      this.reduceOnly.value = false;
    });
  }
}

function number<N extends string>(name: N, text: string): Partial<Record<N, Decimal>> {
  const value = readDecimal(text);
  return value === null ? {} : ({ [name]: value } as Record<N, Decimal>);
}

function numberFault(text: string, needed: boolean): DraftFault | null {
  if (text.trim() === '') return needed ? 'missing' : null;
  const value = readDecimal(text);
  if (value === null) return 'decimal';
  return sign(value) > 0 ? null : 'positive';
}
