// Runs one case and says what it did: the refusal, the time of the processor, the memory, and whether any of it is a fault.
import type { Finding } from './findings.ts';
import { judgeError } from './findings.ts';
import type { FuzzCase, FuzzTarget } from './fuzzCase.ts';

/** Memory a case may take beyond what was taken before. [bytes] */
const MOST_BYTES = 2 ** 30;
const BYTES_PER_KIB = 1024;
/** Of a target that names no other. [ms] */
const LONGEST_MS = 2000;

export interface CaseOutcome {
  readonly finding: Finding | null;
  /** Whether it was refused in words. */
  readonly isRefused: boolean;
}

/** Rejections that nobody waits for, since they were last asked for. */
const rejections: unknown[] = [];

/** From now on a rejection or an exception that nobody catches is a finding of the case that runs. */
export function watchRejections(): void {
  process.on('unhandledRejection', (reason) => void rejections.push(reason));
  process.on('uncaughtException', (error) => void rejections.push(error));
}

const processorMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

async function thrownBy(target: FuzzTarget, { files }: FuzzCase): Promise<unknown> {
  try {
    await target.run(files);
    return undefined;
  } catch (error) {
    return error ?? new Error('Nothing was thrown.');
  }
}

/** @param target of the build that the case is to be judged by */
export async function runCase(target: FuzzTarget, input: FuzzCase): Promise<CaseOutcome> {
  const peak = process.resourceUsage().maxRSS;
  const began = process.cpuUsage();
  const error = await thrownBy(target, input);
  const tookMs = processorMs(began);
  const grew = (process.resourceUsage().maxRSS - peak) * BYTES_PER_KIB;
  await new Promise(setImmediate);
  const rejected = rejections.splice(0);
  const isRefused = error !== undefined;
  const found = (finding: Finding): CaseOutcome => ({ finding, isRefused });
  if (rejected.length > 0) {
    const reason = rejected[0] instanceof Error ? (rejected[0].stack ?? '') : String(rejected[0]);
    return found({ kind: 'rejection', signature: `rejection: ${reason.split('\n')[0]}`, what: reason });
  }
  if (tookMs > (target.longestMs ?? LONGEST_MS)) {
    return found({ kind: 'slow', signature: 'slow', what: `${Math.round(tookMs)} ms of the processor` });
  }
  if (grew > MOST_BYTES) {
    return found({ kind: 'memory', signature: 'memory', what: `${Math.round(grew / 2 ** 20)} MiB more than before` });
  }
  return { finding: error === undefined ? null : judgeError(error, target), isRefused };
}
