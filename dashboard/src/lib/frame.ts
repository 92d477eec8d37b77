/* frame.ts - once before the next frame; a hidden page draws none, so a timer stands in. */
import type { NextFrame } from './keyed';

const HIDDEN_MS = 1_000;

export const nextFrame: NextFrame = (run) => {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    window.clearTimeout(timer);
    cancelAnimationFrame(frame);
    run();
  };
  const timer = window.setTimeout(once, HIDDEN_MS);
  const frame = requestAnimationFrame(once);
};
