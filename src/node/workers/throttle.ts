// Progress reports, thinned to what a screen can show.
import type { ProgressListener } from '../../core/ports/progress.ts';

/** Ten reports a second. [ms] */
const MINIMUM_INTERVAL_MS = 100;

/**
 * Passes the first report, then at most ten a second, and always the one that completes (fraction 1).
 * @param now clock in ms; the process's own unless given
 */
export function throttleProgress(
  listener: ProgressListener,
  now: () => number = () => performance.now(),
): ProgressListener {
  let last = -Infinity;
  let complete = false;
  return (report) => {
    const time = now();
    const completes = report.fraction >= 1 && !complete;
    if (!completes && time - last < MINIMUM_INTERVAL_MS) return;
    last = time;
    complete = report.fraction >= 1;
    listener(report);
  };
}
