// Runs one program of the user's to its end: input on stdin, a time limit, cancel, capped output, nothing left behind.
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { CancelledError } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';

export interface ProcessRequest {
  readonly executable: string;
  readonly folder: string;
  readonly input: string;
  readonly timeLimitMs: number;
}

export interface ProcessOutcome {
  /** Why it could not be started, such as ENOENT; null where it ran. */
  readonly startError: string | null;
  readonly timedOut: boolean;
  readonly code: number | null;
  readonly signal: string | null;
  /** The first 64 KiB of each. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Kept of each output stream; the rest is read and dropped, so that the program never waits. [bytes] */
const OUTPUT_LIMIT = 64 * 1024;
/** Cancel takes effect within this time. [ms] */
const POLL_MS = 50;
/** Time for the last output to arrive after the program's end. [ms] */
const DRAIN_MS = 200;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Ends the program and whatever it started: on POSIX its process group, on Windows its tree. */
function killTree(child: Child): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', `${pid}`, '/T', '/F'], { stdio: 'ignore' }).once('error', () => child.kill('SIGKILL'));
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}

/** Collects the beginning of a stream. @returns what was collected, as text */
function collect(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  let kept = 0;
  stream.on('data', (chunk: Buffer) => {
    if (kept >= OUTPUT_LIMIT) return;
    const part = chunk.subarray(0, OUTPUT_LIMIT - kept);
    kept += part.length;
    chunks.push(part);
  });
  stream.on('error', () => undefined);
  return () => Buffer.concat(chunks).toString('latin1');
}

/** The environment, with the folder for scratch files: a killed program can't remove its own. */
const environment = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  TMPDIR: folder,
  TMP: folder,
  TEMP: folder,
});

/** Waits for the end of the program itself, then shortly for its output. */
function ended(child: Child): Promise<{ code: number | null; signal: string | null; startError: string | null }> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve({ code: null, signal: null, startError: error.code ?? error.message });
    });
    child.once('exit', (code, signal) => {
      const finish = (): void => resolve({ code, signal, startError: null });
      const timer = setTimeout(finish, DRAIN_MS);
      child.once('close', () => {
        clearTimeout(timer);
        finish();
      });
    });
  });
}

/**
 * Runs the program without a shell.
 * @throws CancelledError once the program is ended
 */
export async function runProcess(request: ProcessRequest, cancellation: Cancellation): Promise<ProcessOutcome> {
  cancellation.throwIfCancelled();
  const child: Child = spawn(request.executable, [], {
    cwd: request.folder,
    env: environment(request.folder),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32', // a group of its own, to be killed as one
    windowsHide: true,
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => undefined); // it may end before it has read everything
  child.stdin.end(request.input);
  let timedOut = false;
  let cancelled = false;
  const limit = setTimeout(() => {
    timedOut = true;
    killTree(child);
  }, request.timeLimitMs);
  const poll = setInterval(() => {
    if (!cancellation.isCancelled()) return;
    cancelled = true;
    killTree(child);
  }, POLL_MS);
  try {
    const end = await ended(child);
    if (cancelled) throw new CancelledError();
    return { ...end, timedOut, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(limit);
    clearInterval(poll);
    if (process.platform !== 'win32') killTree(child); // what it started and left running
    child.stdout.destroy();
    child.stderr.destroy();
  }
}
