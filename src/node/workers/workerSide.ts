// The worker's end of the pool: takes tasks one at a time, answers each with its value or its error.
import type { MessagePort } from 'node:worker_threads';
import { BugError, toErrorRecord } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import { flagCancellation } from './cancellation.ts';
import { detach } from './detach.ts';
import type { PoolMessage, WorkerMessage } from './messages.ts';
import { throttleProgress } from './throttle.ts';

/** What a running task may use. */
export interface TaskContext {
  readonly cancellation: Cancellation;
  /** Throttled to ten reports a second. */
  readonly onProgress: ProgressListener;
  /** @returns what the pool shared under this key @throws BugError where it shared nothing */
  readonly shared: (key: string) => unknown;
}

/**
 * Serves tasks until the thread is ended.
 * @param port the worker's `parentPort`
 * @param runTask does one task; its value's arrays are copied before they are sent, so it may keep its own
 * @param givesAway whether a task keeps nothing of its value, so that no copy is needed
 */
export function serveTasks<Task>(
  port: MessagePort | null,
  runTask: (task: Task, context: TaskContext) => unknown,
  givesAway: (task: Task) => boolean = () => false,
): void {
  if (port === null) throw new BugError('A worker file was started outside a worker thread.');
  const resources = new Map<string, unknown>();
  const shared = (key: string): unknown => {
    if (!resources.has(key)) throw new BugError('A worker was given no resource of this name.', { key });
    return resources.get(key);
  };
  const send = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

  const run = async (jobId: number, task: Task, cancelFlag: Int32Array): Promise<void> => {
    const onProgress = throttleProgress((report) => send({ type: 'progress', jobId, report }));
    try {
      const result = await runTask(task, { cancellation: flagCancellation(cancelFlag), onProgress, shared });
      const { value, transfer } = detach(result, { giveAway: givesAway(task) });
      send({ type: 'done', jobId, value }, transfer);
    } catch (error) {
      send({ type: 'failed', jobId, error: toErrorRecord(error) });
    }
  };

  port.on('message', (message: PoolMessage<Task>) => {
    if (message.type === 'share') resources.set(message.key, message.value);
    else if (message.type === 'forget') resources.delete(message.key);
    else void run(message.jobId, message.task, message.cancelFlag);
  });
}
