/* risk.tsx - the switches, the limits and how much of each is used, what strategies may do. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { get, path, post, put } from '../api/client';
import { LifeStateValues, type Halt, type HaltList, type LifeState, type Limit, type Risk, type StrategyLife } from '../api/types';
import { t } from '../i18n';
import { approximate } from '../lib/decimal';
import { aliases, halts } from '../state/desk';
import { may } from '../state/session';
import { Button, Check, Field, Select } from '../ui/control';
import { Bar, Percent, Time } from '../ui/figures';
import { useIntention, useLoad } from '../ui/hooks';
import { Confirm } from '../ui/overlay';
import { Badge, Card, PageHead, type Tone } from '../ui/pieces';
import { fieldError, Shown } from '../ui/state';
import { ListTable } from '../ui/table';
import { toast } from '../ui/toasts';

const TONES: Record<LifeState, Tone> = { live: 'good', paper: 'info', off: 'neutral' };

export default function RiskPage(): JSX.Element {
  const risk = useLoad((abort) => get<Risk>('/risk', {}, abort), [halts.value]);
  return (
    <>
      <PageHead title={t('nav.risk')} actions={<Button small busy={risk.loading.value} onClick={() => risk.again()}>{t('action.refresh')}</Button>} />
      <Switches />
      <Shown of={risk} lines={10}>{(data) => (
        <>
          <Card title={t('risk.limits')}><Limits limits={data.limits} /></Card>
          <Strategies rows={data.strategies} again={() => risk.again()} />
        </>
      )}</Shown>
    </>
  );
}

/* ---- switches ---- */

function Switches(): JSX.Element {
  const throwing = useSignal(false);
  const releasing = useSignal<Halt | null>(null);
  const standing = halts.value;
  return (
    <Card title={t('risk.switches')} actions={may('Trader') ? <Button kind="danger" onClick={() => { throwing.value = true; }}>{t('risk.halt')}</Button> : null}>
      <ListTable label={t('risk.switches')} rows={standing} keyOf={({ field }) => field} empty={t('halt.none')} emptyText={t('risk.noneText')} columns={[
        { id: 'scope', title: t('risk.scope'), main: true, cell: (row) => row.scope },
        { id: 'who', title: t('audit.who'), cell: (row) => <span class="wraps">{row.who}</span> },
        { id: 'why', title: t('col.reason'), cell: (row) => <span class="wraps">{row.why}</span> },
        { id: 'at', title: t('col.at'), cell: (row) => <Time at={row.at} /> },
        { id: 'until', title: t('risk.until'), cell: (row) => (row.until ? <Time at={row.until} /> : t('risk.forGood')) },
        { id: 'flatten', title: t('account.flatten'), cell: (row) => (row.flatten ? <Badge tone="bad">{t('risk.flattening')}</Badge> : '–') },
        { id: 'acts', title: t('col.actions'), end: true, cell: (row) => (may('Trader') ? <Button small label={`${t('risk.release')}: ${row.scope}`} onClick={() => { releasing.value = row; }}>{t('risk.release')}</Button> : null) },
      ]} />
      {throwing.value ? <ThrowSwitch onClose={() => { throwing.value = false; }} /> : null}
      {releasing.value ? <ReleaseSwitch halt={releasing.value} onClose={() => { releasing.value = null; }} /> : null}
    </Card>
  );
}

/** Typed before everything is closed. */
const WORD = 'FLATTEN';

function ThrowSwitch({ onClose }: { onClose: () => void }): JSX.Element {
  const account = useSignal('');
  const strategy = useSignal('');
  const reason = useSignal('');
  const minutes = useSignal('');
  const flatten = useSignal(false);
  const intention = useIntention();
  const badMinutes = minutes.value.trim() !== '' && !/^[1-9]\d{0,5}$/.test(minutes.value.trim());
  const missing = reason.value.trim() === '';
  const act = async (): Promise<void> => {
    if (badMinutes || missing) return;
    const body = {
      reason: reason.value.trim(), flatten: flatten.value, ...(account.value ? { account: account.value } : {}),
      ...(strategy.value.trim() ? { strategy: strategy.value.trim() } : {}), ...(minutes.value.trim() ? { minutes: +minutes.value.trim() } : {}),
    };
    const now = await intention.run(body, (key) => post<HaltList>('/halts', body, key));
    if (!now) return;
    halts.value = now.items;
    toast(t('risk.halted'), 'warning');
    onClose();
  };
  return (
    <Confirm title={t('risk.haltTitle')} act={t(flatten.value ? 'risk.haltFlatten' : 'risk.haltAct')} danger {...(flatten.value ? { typed: WORD } : {})}
      intention={intention} onConfirm={() => void act()} onClose={onClose}>
      <p>{t('risk.haltText')}</p>
      <Select label={t('col.account')} value={account.value} choices={[{ value: '', text: t('frame.allAccounts') }, ...aliases.value.map((value) => ({ value, text: value }))]}
        onChange={(next) => { account.value = next; }} error={fieldError(intention, 'account')} />
      <Field label={t('signal.strategy')} optional value={strategy.value} maxLength={128} onInput={(text) => { strategy.value = text; }} error={fieldError(intention, 'strategy')} help={t('risk.strategyHelp')} />
      <Field label={t('col.reason')} value={reason.value} maxLength={200} onInput={(text) => { reason.value = text; }} error={fieldError(intention, 'reason')} help={missing ? t('field.required') : undefined} />
      <Field label={t('risk.minutes')} optional mode="numeric" value={minutes.value} onInput={(text) => { minutes.value = text; }} error={badMinutes ? t('field.positive') : fieldError(intention, 'minutes')} help={t('risk.minutesHelp')} />
      <Check label={t('risk.flatten')} checked={flatten.value} onChange={(on) => { flatten.value = on; }} help={t('risk.flattenHelp')} />
    </Confirm>
  );
}

function ReleaseSwitch({ halt, onClose }: { halt: Halt; onClose: () => void }): JSX.Element {
  const reason = useSignal('');
  const force = useSignal(false);
  const intention = useIntention();
  const cooling = halt.notBefore !== null && new Date(halt.notBefore).getTime() > Date.now();
  const act = async (): Promise<void> => {
    if (reason.value.trim() === '') return;
    const body = { field: halt.field, reason: reason.value.trim(), ...(force.value ? { force: true } : {}) };
    const now = await intention.run(body, (key) => post<HaltList>('/halts/release', body, key));
    if (!now) return;
    halts.value = now.items;
    toast(t('risk.released', { scope: halt.scope }), 'warning');
    onClose();
  };
  return (
    <Confirm title={t('risk.releaseTitle', { scope: halt.scope })} act={t('risk.release')} danger intention={intention} onConfirm={() => void act()} onClose={onClose}>
      <p>{t('risk.releaseText')}</p>
      {cooling && halt.notBefore ? <p class="warn">{t('risk.cooling')} <Time at={halt.notBefore} /></p> : null}
      <Field label={t('col.reason')} value={reason.value} maxLength={200} onInput={(text) => { reason.value = text; }} error={fieldError(intention, 'reason')} help={t('field.required')} />
      {cooling && may('Admin') ? <Check label={t('risk.force')} checked={force.value} onChange={(on) => { force.value = on; }} /> : null}
    </Confirm>
  );
}

/* ---- limits ---- */

function Limits({ limits }: { limits: readonly Limit[] }): JSX.Element {
  return (
    <ListTable label={t('risk.limits')} rows={limits} keyOf={(row) => `${row.account} ${row.strategy ?? ''} ${row.name}`} empty={t('risk.noLimits')} emptyText={t('risk.noLimitsText')} columns={[
      { id: 'name', title: t('risk.limit'), main: true, cell: (row) => row.name, sort: (row) => ({ text: row.name }) },
      { id: 'account', title: t('col.account'), cell: (row) => row.account, sort: (row) => ({ text: row.account }) },
      { id: 'strategy', title: t('signal.strategy'), cell: (row) => row.strategy ?? '–', sort: (row) => ({ text: row.strategy }) },
      { id: 'limit', title: t('risk.configured'), end: true, cell: (row) => <span class="figure">{row.limit}</span> },
      { id: 'used', title: t('risk.used'), end: true, cell: (row) => <span class="figure">{row.used ?? '–'}</span> },
      { id: 'ratio', title: t('risk.share'), end: true, sort: (row) => ({ decimal: row.ratio }), cell: (row) => (row.ratio === null ? '–' : (
        <span class="share"><Bar ratio={approximate(row.ratio)} label={`${row.name} ${row.account}`} /><Percent rate={row.ratio} /></span>
      )) },
    ]} />
  );
}

/* ---- strategies ---- */

function Strategies({ rows, again }: { rows: readonly StrategyLife[]; again: () => void }): JSX.Element {
  const changing = useSignal<StrategyLife | null>(null);
  const another = { strategy: '', state: 'off', who: '', at: null, why: '' } as const;
  return (
    <Card title={t('risk.strategies')} actions={may('Admin') ? <Button onClick={() => { changing.value = another; }}>{t('risk.another')}</Button> : null}>
      <ListTable label={t('risk.strategies')} rows={rows} keyOf={({ strategy }) => strategy} empty={t('risk.noStrategies')} columns={[
        { id: 'strategy', title: t('signal.strategy'), main: true, cell: (row) => row.strategy, sort: (row) => ({ text: row.strategy }) },
        { id: 'state', title: t('col.state'), cell: (row) => <Badge tone={TONES[row.state]}>{t(`life.${row.state}`)}</Badge> },
        { id: 'who', title: t('audit.who'), cell: (row) => <span class="wraps">{row.who || '–'}</span> },
        { id: 'at', title: t('col.at'), cell: (row) => <Time at={row.at} /> },
        { id: 'why', title: t('col.reason'), cell: (row) => <span class="wraps">{row.why || '–'}</span> },
        { id: 'acts', title: t('col.actions'), end: true, cell: (row) => (may('Admin') ? <Button small label={`${t('risk.change')}: ${row.strategy}`} onClick={() => { changing.value = row; }}>{t('risk.change')}</Button> : null) },
      ]} />
      {changing.value ? <ChangeLife of={changing.value} onClose={() => { changing.value = null; }} onDone={again} /> : null}
    </Card>
  );
}

/** Of one that is listed, or of one that is named here. */
function ChangeLife({ of, onClose, onDone }: { of: StrategyLife; onClose: () => void; onDone: () => void }): JSX.Element {
  const state = useSignal<LifeState>(of.state);
  const named = useSignal(of.strategy);
  const strategy = named.value.trim();
  const reason = useSignal('');
  const intention = useIntention();
  const act = async (): Promise<void> => {
    if (reason.value.trim() === '' || strategy === '') return;
    const body = { state: state.value, reason: reason.value.trim() };
    const now = await intention.run({ strategy, ...body }, (key) => put<StrategyLife>(path`/strategies/${strategy}`, body, key));
    if (!now) return;
    toast(t('risk.lifeDone', { strategy, state: t(`life.${now.state}`) }), 'warning');
    onClose();
    onDone();
  };
  return (
    <Confirm title={of.strategy ? t('risk.lifeTitle', { strategy }) : t('risk.another')} act={t('risk.lifeAct', { state: t(`life.${state.value}`) })} danger={state.value === 'live'} intention={intention}
      {...(state.value === 'live' && strategy ? { typed: strategy } : {})} onConfirm={() => void act()} onClose={onClose}>
      <p>{t('risk.lifeText')}</p>
      {of.strategy ? null : <Field label={t('signal.strategy')} value={named.value} maxLength={128} onInput={(text) => { named.value = text; }} error={fieldError(intention, 'strategy')} help={t('field.required')} />}
      <Select label={t('col.state')} value={state.value} choices={LifeStateValues.map((value) => ({ value, text: t(`life.${value}`) }))} onChange={(next) => { state.value = next; }} help={t(`life.${state.value}.text`)} />
      <Field label={t('col.reason')} value={reason.value} maxLength={200} onInput={(text) => { reason.value = text; }} error={fieldError(intention, 'reason')} help={t('field.required')} />
    </Confirm>
  );
}

