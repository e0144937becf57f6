// Looks after the database while the app runs: in a thread of its own, soon after the start and then every hour.
import { Worker } from 'node:worker_threads';
import type { UpkeepResult, UpkeepTask } from '../node/study-db/upkeep.ts';
import type { EventLog } from './eventLog.ts';

/** The page and the first study come first. [ms] */
const FIRST_MS = 5000;
const EVERY_MS = 3600 * 1000;

export interface Upkeep {
  readonly close: () => Promise<void>;
}

/**
 * @param workerUrl the bundled upkeep.worker.js
 * @param onResult takes what is wrong
 */
export function startUpkeep(
  workerUrl: URL,
  task: Omit<UpkeepTask, 'isStart'>,
  onResult: (result: UpkeepResult) => void,
  log: EventLog,
): Upkeep {
  let worker: Worker | null = null;
  const run = (isStart: boolean): void => {
    if (worker !== null) return;
    const workerData: UpkeepTask = { ...task, isStart };
    const started = new Worker(workerUrl, { workerData });
    worker = started;
    started.on('message', onResult);
    started.on('error', (error: unknown) => log.failure('upkeep-failed', { code: 'BUG' }, error));
    started.on('exit', () => (worker = null));
  };
  const first = setTimeout(() => run(true), FIRST_MS);
  const hourly = setInterval(() => run(false), EVERY_MS);
  return {
    // A backup under way is left unfinished; what it wrote is taken away by a later one.
    close: async () => {
      clearTimeout(first);
      clearInterval(hourly);
      await worker?.terminate();
    },
  };
}
