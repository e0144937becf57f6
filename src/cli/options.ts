// Options that several commands share, and their reading.
import type { Command } from 'commander';
import { UsageError } from '../core/domain/errors.ts';
import type { ReadOptions } from '../core/formats/index.ts';

export interface CommonOptions {
  readonly json?: boolean;
  readonly threads?: string;
}

export interface HeaderOptions {
  readonly frequencyMhz?: string;
  readonly dwellS?: string;
  readonly teMs?: string;
}

/** Options of every command. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print exactly one JSON document on stdout')
    .option('--threads <n>', 'worker threads (default: one fewer than the processor has)');
}

const MAX_THREADS = 256;

/** @returns --threads; undefined where not given @throws UsageError */
export function threadCountOf(given: string | undefined): number | undefined {
  return given === undefined ? undefined : wholeNumber('--threads', given, 1, MAX_THREADS);
}

/** Options for files that have no header. */
export function addHeaderOptions(command: Command): Command {
  return command
    .option('--frequency-mhz <f>', "spectrometer frequency, for files that don't say it")
    .option('--dwell-s <s>', "time between two complex points, for files that don't say it")
    .option('--te-ms <t>', "echo time, for files that don't say it");
}

/** @throws UsageError where the text is not a positive number */
export function positiveNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new UsageError(`${option} takes a positive number, not "${text}".`);
  }
  return value;
}

/** @param high absent: without end @throws UsageError where the text is not a whole number in that range */
export function wholeNumber(option: string, text: string, low: number, high = Infinity): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
    const range = high === Infinity ? `from ${low}` : `from ${low} to ${high}`;
    throw new UsageError(`${option} takes a whole number ${range}, not "${text}".`);
  }
  return value;
}

/** The one of `known` that the text names, in whatever case. @throws UsageError naming them */
export function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((value) => value.toLowerCase() === text.toLowerCase());
  if (found === undefined) throw new UsageError(`${option} takes ${known.join(', ')}, not "${text}".`);
  return found;
}

/** For an option that may be given several times. */
export const collect = (text: string, before: readonly string[]): string[] => [...before, text];

/** @throws UsageError */
export function readOptionsOf(options: HeaderOptions): ReadOptions {
  const { frequencyMhz, dwellS, teMs } = options;
  return {
    ...(frequencyMhz === undefined
      ? {}
      : { spectrometerFrequencyMHz: positiveNumber('--frequency-mhz', frequencyMhz) }),
    ...(dwellS === undefined ? {} : { dwellTimeS: positiveNumber('--dwell-s', dwellS) }),
    ...(teMs === undefined ? {} : { echoTimeS: positiveNumber('--te-ms', teMs) / 1000 }),
  };
}

/** @param text "0.2,4.2" @throws UsageError */
export function ppmRangeOf(text: string): [number, number] {
  const parts = text.split(',').map((p) => (p.trim() === '' ? NaN : Number(p)));
  const [low, high] = parts;
  if (parts.length !== 2 || low === undefined || high === undefined || !parts.every(Number.isFinite) || low === high) {
    throw new UsageError(`--ppm takes two different numbers as LO,HI (for example 0.2,4.2), not "${text}".`);
  }
  return [Math.min(low, high), Math.max(low, high)];
}

/** @param text "3" or "0,5,17" @throws UsageError */
export function voxelListOf(text: string): number[] {
  const voxels = text.split(',').map(Number);
  if (!voxels.every((v) => Number.isInteger(v) && v >= 0) || text.trim() === '') {
    throw new UsageError(`--voxels takes voxel numbers from 0, separated by commas, not "${text}".`);
  }
  return [...new Set(voxels)];
}
