// What the processes of a running program take, as Linux accounts for it (/proc): memory, processor time, threads, mapped files.
import { readFileSync, readdirSync } from 'node:fs';

/** One process of the program. */
export interface ProcessAccount {
  readonly pid: number;
  /** `main`, or Chromium's own word: `renderer`, `gpu-process`, `zygote`, `utility`. */
  readonly kind: string;
  /** Pages in memory, those shared with other processes included. [MB] */
  readonly residentMB: number;
  /** Pages in memory, shared ones counted in parts: these add up over processes. [MB] */
  readonly proportionalMB: number;
  /** Pages that no other process has, so that nothing beside the program changes the figure. [MB] */
  readonly ownMB: number;
  readonly threads: number;
  /** Processor time since its start. [clock ticks] */
  readonly ticks: number;
}

/** Linux counts processor time in hundredths of a second wherever Electron runs (USER_HZ). */
export const TICKS_A_SECOND = 100;

interface Stat {
  readonly parent: number;
  readonly ticks: number;
  readonly threads: number;
}

/** @returns null where the process has ended meanwhile */
function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name stands in brackets and may hold spaces; the fields after it are numbered from 3 (proc(5)).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3]);
    return { parent: field(4), ticks: field(14) + field(15), threads: field(20) };
  } catch {
    return null;
  }
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? NaN);
}

function kindOf(pid: number): string {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  // Chromium joins its arguments with spaces.
  return /--type=([\w-]+)/.exec(command)?.[1] ?? 'main';
}

function account(pid: number, { ticks, threads }: Stat): ProcessAccount | null {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    const residentMB = kilobytes(rollup, 'Rss') / 1024;
    const proportionalMB = kilobytes(rollup, 'Pss') / 1024;
    const ownMB = (kilobytes(rollup, 'Private_Clean') + kilobytes(rollup, 'Private_Dirty')) / 1024;
    return { pid, kind: kindOf(pid), residentMB, proportionalMB, ownMB, threads, ticks };
  } catch {
    return null;
  }
}

/**
 * @param root process id of the program
 * @returns it and all that it started and that still run, the program first
 */
export function processesOf(root: number): ProcessAccount[] {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : null;
    if (stat !== null) stats.set(Number(name), stat);
  }
  const own = (pid: number): boolean => {
    if (pid === root) return true;
    const parent = stats.get(pid)?.parent ?? 0;
    return parent > 1 && own(parent);
  };
  return [...stats]
    .filter(([pid]) => own(pid))
    .sort(([a], [b]) => (a === root ? -1 : b === root ? 1 : a - b))
    .flatMap(([pid, stat]) => account(pid, stat) ?? []);
}

/** @param root process id of the program @returns processor time of all its running processes since their start, ms */
export function processorTimeMs(root: number): number {
  return processesOf(root).reduce((sum, { ticks }) => sum + (1000 * ticks) / TICKS_A_SECOND, 0);
}

/** What the program takes as a whole. */
export interface ProgramMemory {
  /** The main process with its worker threads. */
  readonly main: {
    readonly residentMB: number;
    readonly proportionalMB: number;
    readonly ownMB: number;
    readonly threads: number;
  };
  /** All processes; the sum of what is resident counts what they share several times. */
  readonly all: {
    readonly processes: number;
    readonly residentMB: number;
    readonly proportionalMB: number;
    readonly ownMB: number;
  };
}

/** @param root process id of the program */
export function memoryOf(root: number): ProgramMemory {
  const accounts = processesOf(root);
  const main = accounts[0];
  if (main?.pid !== root) throw new Error('The program has ended.');
  const sum = (of: (one: ProcessAccount) => number): number =>
    Math.round(accounts.reduce((total, one) => total + of(one), 0));
  return {
    main: {
      residentMB: Math.round(main.residentMB),
      proportionalMB: Math.round(main.proportionalMB),
      ownMB: Math.round(main.ownMB),
      threads: main.threads,
    },
    all: {
      processes: accounts.length,
      residentMB: sum((one) => one.residentMB),
      proportionalMB: sum((one) => one.proportionalMB),
      ownMB: sum((one) => one.ownMB),
    },
  };
}

/**
 * Lets the program be and counts what it does all the same.
 * @param root process id of the program
 * @param seconds how long
 * @returns processor time in percent of one core, of all processes and of each that took any
 */
export async function idleLoad(
  root: number,
  seconds: number,
): Promise<{ percent: number; by: Record<string, number> }> {
  const before = new Map(processesOf(root).map(({ pid, ticks }) => [pid, ticks]));
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const elapsed = (performance.now() - began) / 1000;
  const percentOf = (ticks: number): number => Number(((100 * ticks) / TICKS_A_SECOND / elapsed).toFixed(2));
  const by: Record<string, number> = {};
  let total = 0;
  for (const { pid, kind, ticks } of processesOf(root)) {
    const used = ticks - (before.get(pid) ?? 0);
    total += used;
    if (used > 0) by[kind] = percentOf(used);
  }
  return { percent: percentOf(total), by };
}

/**
 * @param pid of a process of this user
 * @param pattern looked for in the files' paths
 * @returns files that the process has mapped into its memory, native libraries among them
 */
export function mappedFiles(pid: number, pattern: RegExp): string[] {
  const maps = readFileSync(`/proc/${pid}/maps`, 'latin1');
  const files = maps.split('\n').flatMap((line) => /\s(\/.+)$/.exec(line)?.[1] ?? []);
  return [...new Set(files)].filter((file) => pattern.test(file));
}
