/* schedule_form.tsx - a schedule, made or changed: what, in which account, and when. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { path, post, put } from '../api/client';
import { ActionValues, ExchangeValues, type Schedule } from '../api/types';
import { t, term } from '../i18n';
import { readDecimal, sign } from '../lib/decimal';
import { aliases } from '../state/desk';
import { Button, Check, Field, Segments, Select } from '../ui/control';
import { useIntention } from '../ui/hooks';
import { Drawer } from '../ui/overlay';
import { fieldError, IntentionError } from '../ui/state';
import { toast } from '../ui/toasts';
import { blank, fromText, toText, type ScheduleDraft } from './schedule_draft';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const COUNTRIES = ['US', 'KR', 'JP', 'HK', 'CN', 'VN'] as const;

function number(text: string): boolean {
  const value = readDecimal(text);
  return value !== null && sign(value) > 0;
}

export function ScheduleForm({ of, onClose, onDone, onStale }: { of?: Schedule; onClose: () => void; onDone: () => void; onStale?: () => void }): JSX.Element {
  const draft = useSignal<ScheduleDraft>(of ? fromText(of.text, of.enabled) : blank(aliases.peek()[0] ?? ''));
  const intention = useIntention();
  const set = (change: Partial<ScheduleDraft>): void => { draft.value = { ...draft.value, ...change }; };
  const now = draft.value;
  const order = now.kind === 'Order';
  const ready = now.name.trim() !== '' && now.days.length > 0 && (!order || (now.ticker.trim() !== '' && number(now.size) && (now.type !== 'Limit' || number(now.price))))
    && (now.when === 'At' ? /^\d{2}:\d{2}$/.test(now.time) : /^\d{1,3}$/.test(now.minutes));
  const save = async (): Promise<void> => {
    if (!ready) return;
    const body = { text: toText(now), enabled: now.enabled, ...(of ? { version: of.version } : {}) };
    const saved = await intention.run(body, (key) => (of ? put<Schedule>(path`/schedules/${of.id}`, body, key) : post<Schedule>('/schedules', body, key)));
    if (saved) {
      toast(t('schedule.saved', { name: saved.name }));
      onDone();
    } else if (intention.error.value?.code === 'STALE_VERSION') {
      onStale?.();
    }
  };
  return (
    <Drawer title={of ? t('schedule.editTitle', { name: of.name }) : t('schedule.new')} onClose={onClose}>
      <form onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}>
        <Field label={t('col.name')} value={now.name} maxLength={64} onInput={(name) => set({ name })} error={fieldError(intention, 'Name')} />
        <Segments label={t('schedule.what')} value={now.kind} onChange={(kind) => set({ kind })}
          choices={[{ value: 'Order', text: t('schedule.order') }, { value: 'Liquidation', text: t('schedule.liquidation') }]} />
        <Select label={t('col.account')} value={now.account} onChange={(account) => set({ account })}
          choices={[...(order ? [] : [{ value: '*', text: t('frame.allAccounts') }]), ...aliases.value.map((value) => ({ value, text: value }))]} />
        {order ? <OrderPart draft={now} set={set} /> : (
          <>
            <Select label={t('schedule.country')} value={now.country} choices={COUNTRIES.map((value) => ({ value, text: value }))} onChange={(country) => set({ country })} />
            <Field label={t('schedule.reasons')} optional value={now.reasons} onInput={(reasons) => set({ reasons })} help={t('schedule.reasonsHelp')} />
          </>
        )}
        <WhenPart draft={now} set={set} />
        <Check label={t('schedule.enabled')} checked={now.enabled} onChange={(enabled) => set({ enabled })} />
        <IntentionError intention={intention} fields={['Name']} />
        <div class="buttons"><Button type="submit" kind="primary" busy={intention.state.value === 'busy'} disabled={!ready}>{t('action.save')}</Button></div>
      </form>
    </Drawer>
  );
}

interface PartProps {
  draft: ScheduleDraft;
  set: (change: Partial<ScheduleDraft>) => void;
}

function OrderPart({ draft, set }: PartProps): JSX.Element {
  return (
    <>
      <Segments label={t('col.side')} value={draft.action} onChange={(action) => set({ action })} choices={ActionValues.map((value) => ({ value, text: term(value) }))} />
      <div class="fields">
        <Field label={t('col.ticker')} value={draft.ticker} maxLength={20} onInput={(ticker) => set({ ticker: ticker.toUpperCase() })} />
        <Select label={t('col.exchange')} value={draft.exchange} choices={ExchangeValues.map((value) => ({ value, text: value }))} onChange={(exchange) => set({ exchange })} />
      </div>
      <div class="fields">
        <Select label={t('schedule.sizeBy')} value={draft.sizeBy} onChange={(sizeBy) => set({ sizeBy })}
          choices={[{ value: 'Quantity', text: t('col.quantity') }, { value: 'Amount', text: t('col.amount') }]} />
        <Field label={t(draft.sizeBy === 'Quantity' ? 'col.quantity' : 'col.amount')} mode="decimal" value={draft.size} onInput={(size) => set({ size })}
          error={draft.size && !number(draft.size) ? t('field.positive') : null} />
      </div>
      <div class="fields">
        <Select label={t('col.type')} value={draft.type} onChange={(type) => set({ type })} choices={[{ value: 'Market', text: term('Market') }, { value: 'Limit', text: term('Limit') }]} />
        {draft.type === 'Limit' ? <Field label={t('col.price')} mode="decimal" value={draft.price} onInput={(price) => set({ price })} error={draft.price && !number(draft.price) ? t('field.positive') : null} /> : null}
      </div>
    </>
  );
}

function WhenPart({ draft, set }: PartProps): JSX.Element {
  return (
    <>
      <Segments label={t('schedule.when')} value={draft.when} onChange={(when) => set({ when })} choices={[
        { value: 'At', text: t('schedule.at') }, { value: 'Open', text: t('schedule.afterOpen') }, { value: 'Close', text: t('schedule.beforeClose') }]} />
      {draft.when === 'At'
        ? <Field label={t('schedule.time')} value={draft.time} maxLength={5} onInput={(time) => set({ time })} help={t('schedule.timeHelp')} />
        : <Field label={t('schedule.minutes')} mode="numeric" value={draft.minutes} maxLength={3} onInput={(minutes) => set({ minutes })} />}
      <fieldset class="days">
        <legend>{t('schedule.days')}</legend>
        {DAYS.map((day) => <Check key={day} label={t(`day.${day}`)} checked={draft.days.includes(day)} onChange={(on) => set({ days: on ? DAYS.filter((one) => one === day || draft.days.includes(one)) : draft.days.filter((one) => one !== day) })} />)}
      </fieldset>
      <Check label={t('schedule.anyHour')} checked={draft.anyHour} onChange={(anyHour) => set({ anyHour })} help={t('schedule.anyHourHelp')} />
    </>
  );
}
