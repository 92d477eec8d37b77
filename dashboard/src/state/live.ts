/* live.ts - the line of this page, and when it is nudged. */
import { Live } from '../api/live';
import { expired, refreshSession } from '../api/client';

export const live = new Live({
  open: (url) => new EventSource(url, { withCredentials: true }),
  online: () => navigator.onLine,
  now: () => Date.now(),
  later: (run, ms) => window.setTimeout(run, ms),
  cancel: (timer) => window.clearTimeout(timer),
  check: async () => !expired.value && refreshSession(),
});

const UNSEEN_MS = 60_000;

export function watchLine(): void {
  let unseen = 0;
  window.addEventListener('offline', () => live.pause());
  window.addEventListener('online', () => live.nudge());
  window.addEventListener('pageshow', () => live.nudge());
  document.addEventListener('visibilitychange', () => {
    window.clearTimeout(unseen);
    if (document.visibilityState === 'visible') live.nudge();
    else unseen = window.setTimeout(() => live.pause(), UNSEEN_MS);
  });
}
