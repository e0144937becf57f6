// Worker entry: checks and backs up the study database once, then ends.
import { parentPort, workerData } from 'node:worker_threads';
import { keepUp } from '../study-db/upkeep.ts';
import type { UpkeepTask } from '../study-db/upkeep.ts';

parentPort?.postMessage(keepUp(workerData as UpkeepTask, Date.now()));
