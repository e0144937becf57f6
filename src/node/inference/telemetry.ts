// Nothing leaves this computer. From 1.29 on, ONNX Runtime's official builds for Linux and macOS give the computer an
// identifier (a file in the user's cache folder) and send events on every network to Microsoft, unless this variable stands
// in the process's own environment before the library starts (microsoft/onnxruntime pull request 27379; seen with 1.30).
// A worker thread's process.env is a copy that the library doesn't see: only the main thread can set it.
import { isMainThread } from 'node:worker_threads';
import { BugError } from '../../core/domain/errors.ts';

const SWITCH = 'ORT_DISABLE_TELEMETRY';

/** Switches the runtime's telemetry off, for this process and the threads it starts from now on; main thread only. */
export function forbidTelemetry(): void {
  if (isMainThread) process.env[SWITCH] = '1';
}

/** To be called before the runtime's library is loaded. @throws BugError where the main thread has not forbidden it */
export function requireNoTelemetry(): void {
  if (process.env[SWITCH] === '1') return;
  throw new BugError("Networks can't be run before the main thread has switched the runtime's telemetry off.");
}
