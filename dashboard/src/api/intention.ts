/* intention.ts - one thing that somebody wants done, however often it is pressed or sent.
 *
 * The key is made when the intention begins and lives until its outcome is certain. While it is being
 * sent nothing else is; after no answer the same body goes out under the same key, so that the server
 * does it once. A body that changed after an uncertain outcome is refused here: it would be a second
 * intention, and the first may have been done. */
import { signal, type ReadonlySignal } from '@preact/signals';
import { randomId } from '../lib/random';
import { ApiError } from './problem';

/**
 * idle     nothing was sent, or what was sent has its answer
 * busy     on its way
 * unknown  sent, and nobody knows: send the same again, or give it up
 */
export type IntentionState = 'idle' | 'busy' | 'unknown';

export class Intention {
  readonly #state = signal<IntentionState>('idle');
  readonly #error = signal<ApiError | null>(null);
  readonly #makeKey: () => string;
  #key: string | null = null;
  #body = '';

  constructor(makeKey: () => string = () => randomId()) {
    this.#makeKey = makeKey;
  }

  get state(): ReadonlySignal<IntentionState> {
    return this.#state;
  }

  get error(): ReadonlySignal<ApiError | null> {
    return this.#error;
  }

  /** The answer, or null: it failed (`error` says how), or it is on its way already. */
  async run<T>(body: unknown, send: (key: string) => Promise<T>): Promise<T | null> {
    if (this.#state.value === 'busy') return null;
    const text = JSON.stringify(body) ?? '';
    if (this.#state.value === 'unknown' && text !== this.#body) {
      this.#error.value = new ApiError({ status: 409, code: 'STILL_UNKNOWN', detail: '', field: null });
      return null;
    }
    this.#key ??= this.#makeKey();
    this.#body = text;
    this.#state.value = 'busy';
    this.#error.value = null;
    try {
      const answer = await send(this.#key);
      this.#settle('idle');
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        this.#state.value = 'unknown';
        throw error;
      }
      this.#settle(error.certainty === 'unknown' ? 'unknown' : 'idle');
      this.#error.value = error;
      return null;
    }
  }

  /** The user gives up what nobody knows of: what comes next is another intention. */
  forget(): void {
    if (this.#state.value === 'busy') return;
    this.#settle('idle');
    this.#error.value = null;
  }

  #settle(state: 'idle' | 'unknown'): void {
    if (state === 'idle') this.#key = null;
    this.#state.value = state;
  }
}
