/* problem.ts - what a request may fail with. */
import type { Problem } from './types';

/**
 * refused  the server said no; nothing was changed
 * unknown  no answer, or one that does not tell: it may have been done
 */
export type Certainty = 'refused' | 'unknown';

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  readonly certainty: Certainty;
  readonly retryAfterSeconds: number | null;

  constructor(problem: Pick<Problem, 'status' | 'detail' | 'code' | 'field'>, retryAfterSeconds: number | null = null) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.field = problem.field;
    this.retryAfterSeconds = retryAfterSeconds;
    this.certainty = isUncertain(problem) ? 'unknown' : 'refused';
  }
}

function isUncertain({ status, code }: Pick<Problem, 'status' | 'code'>): boolean {
  return status === 0 || status >= 500 || code === 'UNKNOWN_OUTCOME' || code === 'IN_FLIGHT';
}

/** No answer arrived. */
export function noAnswer(code: 'OFFLINE' | 'TIMEOUT' | 'NO_ANSWER'): ApiError {
  return new ApiError({ status: 0, detail: '', code, field: null });
}

/** The error that an answer carries; also where a proxy answered with something else than a problem. */
export function problemOf(status: number, body: unknown, retryAfter: string | null): ApiError {
  const given = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  const seconds = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
  return new ApiError({
    status,
    detail: typeof given.detail === 'string' ? given.detail : `HTTP ${status}`,
    code: typeof given.code === 'string' ? given.code : 'HTTP',
    field: typeof given.field === 'string' ? given.field : null,
  }, seconds);
}
