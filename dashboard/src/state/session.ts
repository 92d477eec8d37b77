/* session.ts - who is signed in, and what that person may do. */
import { computed, signal } from '@preact/signals';
import { expired, post, refreshSession, session } from '../api/client';
import { ApiError } from '../api/problem';
import { RoleValues, type Role, type SignInAnswer } from '../api/types';
import { live } from './live';

/**
 * starting     not asked yet
 * unreachable  asked, no answer; asked again by itself
 * out          nobody is signed in
 * in           somebody is, or was until just now (`expired`): the page stays as it is
 */
export type Phase = 'starting' | 'unreachable' | 'out' | 'in';

const AGAIN_MS = 3_000;
const answered = signal<'starting' | 'unreachable' | 'yes'>('starting');

export const phase = computed<Phase>(() => (session.value ? 'in' : answered.value === 'yes' ? 'out' : answered.value));

/** A role holds all that the ones before it may. */
export function may(role: Role): boolean {
  const mine = session.value;
  return mine !== null && RoleValues.indexOf(mine.role) >= RoleValues.indexOf(role);
}

export async function beginSession(): Promise<void> {
  try {
    await refreshSession();
    answered.value = 'yes';
  } catch {
    answered.value = 'unreachable';
    window.setTimeout(() => void beginSession(), AGAIN_MS);
  }
}

/** True: signed in; false: a code is wanted. Throws ApiError. */
export async function signIn(user: string, password: string, code: string): Promise<boolean> {
  const before = session.value;
  const answer = await post<SignInAnswer>('/auth/sign-in', { user, password, ...(code ? { code } : {}) });
  if (answer.totpRequired || !answer.session) return false;
  if (before && before.user !== answer.session.user) {
    window.location.reload(); /* nothing of the other one's may stay */
    return true;
  }
  session.value = answer.session;
  expired.value = false;
  answered.value = 'yes';
  live.nudge();
  return true;
}

export async function signOut(): Promise<void> {
  try {
    await post('/auth/sign-out');
  } catch (error) {
    if (!(error instanceof ApiError) || error.certainty === 'unknown') throw error;
  }
  live.stop();
  window.location.assign(document.baseURI);
}
