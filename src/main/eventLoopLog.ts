// Measures how long the main process keeps others waiting, for `bench app` and the tests.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { IntervalHistogram } from 'node:perf_hooks';
import { writeFileSync } from 'node:fs';

/** The histogram's timer period; its figures include it, so an idle loop reads about 10 ms. [ms] */
const SAMPLING_MS = 10;

export interface DelayFigures {
  readonly samples: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface EventLoopLog {
  /** A job begins: its figures start from zero. */
  readonly beginJob: () => void;
  /** A job has ended: its figures are written. */
  readonly endJob: () => void;
  /** The app quits. */
  readonly close: () => void;
}

function figures(histogram: IntervalHistogram): DelayFigures {
  const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e4) / 100;
  return {
    samples: histogram.count,
    p50Ms: ms(histogram.percentile(50)),
    p99Ms: ms(histogram.percentile(99)),
    maxMs: ms(histogram.max),
  };
}

/**
 * @param path where the figures are written as JSON `{samplingMs, session, job}`; null measures nothing
 * @returns the three moments that matter
 */
export function createEventLoopLog(path: string | null): EventLoopLog {
  if (path === null) return { beginJob: () => undefined, endJob: () => undefined, close: () => undefined };
  const session = monitorEventLoopDelay({ resolution: SAMPLING_MS });
  const job = monitorEventLoopDelay({ resolution: SAMPLING_MS });
  let lastJob: DelayFigures | null = null;
  session.enable();
  const write = (): void => {
    writeFileSync(path, JSON.stringify({ samplingMs: SAMPLING_MS, session: figures(session), job: lastJob }));
  };
  return {
    beginJob: () => {
      job.reset();
      job.enable();
    },
    endJob: () => {
      job.disable();
      lastJob = figures(job);
      write();
    },
    close: () => {
      session.disable();
      write();
    },
  };
}
