// The network thread: every socket of the DICOM node lives here.
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { NetworkServer } from './network/serveNetwork.ts';
import type { NetworkStart } from './network/serveNetwork.ts';

new NetworkServer(parentPort as MessagePort, (workerData ?? {}) as NetworkStart);
