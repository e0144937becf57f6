// Worker entry: checks and backs up the study database once, then ends. Reading it all takes a processor for seconds, which
// the window and the fits may have first.
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { keepUp } from '../study-db/upkeep.ts';
import type { UpkeepTask } from '../study-db/upkeep.ts';

const LOWEST_PRIORITY = 19;
// Linux takes it for this thread alone, other systems for the whole program.
if (process.platform === 'linux') setPriority(LOWEST_PRIORITY);

parentPort?.postMessage(keepUp(workerData as UpkeepTask, Date.now()));
