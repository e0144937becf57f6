// Entry of the study host thread: opens the services, then answers requests one by one as they come.
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorRecord } from '../core/domain/errors.ts';
import { sealResources } from '../node/files/releasedFiles.ts';
import { actAs } from './acting.ts';
import { createEventLog } from './eventLog.ts';
import { createHostHandlers } from './ipcHandlers/index.ts';
import type { Emit } from './emit.ts';
import type { FromHost, HostHandlers, HostStart, ToHost, ToHostAnswer } from './hostMessages.ts';
import { createMainRequests } from './mainRequests.ts';
import { withDicom } from './dicomNode.ts';
import { createServices } from './services.ts';

const send = (message: FromHost): void => parentPort?.postMessage(message);
const emit: Emit = (event, payload) => send({ kind: 'event', event, payload });
const log = createEventLog(
  (line) => process.stderr.write(line),
  () => new Date().toISOString(),
);

async function answer(handlers: HostHandlers, { id, name, request, user }: ToHost): Promise<void> {
  try {
    const value: unknown = await actAs(user, () => handlers[name](request as never));
    send({ kind: 'answer', id, value });
  } catch (error) {
    const record = toErrorRecord(error);
    // The registrar logs what the page asked; a bug's place is known here only.
    if (record.code === 'BUG') log.failure('host-failed', { name, code: record.code }, error);
    send({ kind: 'refusal', id, error: record });
  }
}

try {
  const start = workerData as HostStart;
  sealResources(start.resources, start.manifest);
  const main = createMainRequests(send);
  const services = withDicom(createServices(start, emit, log), start, { emit, log, print: main.print });
  const handlers = createHostHandlers({ services, emit });
  parentPort?.on('message', (message: ToHost | ToHostAnswer) => {
    if ('answerTo' in message) main.settle(message);
    else void answer(handlers, message);
  });
  send({ kind: 'ready', threads: services.threads });
  services.dicom.start().catch((error: unknown) => emit('app:error', toErrorRecord(error)));
} catch (error) {
  const record = toErrorRecord(error);
  log.failure('host-unusable', { code: record.code }, error);
  send({ kind: 'unusable', error: record });
}
