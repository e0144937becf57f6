// Which statements, branches and functions of the instrumented sources a case ran, and how often, in AFL's classes
// (M. Zalewski, "Technical details of afl-fuzz"): a case is worth keeping where it reaches a class that none before it did.

/** Counters of one source file, as istanbul-lib-instrument makes them. */
interface FileCounters {
  readonly s: Record<number, number>;
  readonly f: Record<number, number>;
  readonly b: Record<number, number[]>;
}

/** Counters of one kind in one file. */
interface CounterRun {
  readonly counts: Record<number, number> | number[];
  readonly length: number;
  /** Place of its first counter among all. */
  readonly start: number;
}

export interface Coverage {
  /** Counters of all files. */
  readonly total: number;
  /** Sets every counter to 0. */
  readonly reset: () => void;
  /** Notes what ran since the last reset, and resets. @returns how many classes were reached for the first time */
  readonly note: () => number;
  /** How many counters were reached by any case noted. */
  readonly reached: () => number;
  /** 1 for each counter that was reached; in the order of the files. */
  readonly reachedMap: () => Uint8Array;
  /** Files with a counter that was reached. */
  readonly filesReached: () => string[];
  /** Paths with the number of counters of each. */
  readonly files: () => readonly (readonly [path: string, counters: number])[];
}

/** A bit for 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127 and more runs. */
function classOf(count: number): number {
  if (count < 4) return 1 << (count - 1);
  if (count < 8) return 8;
  if (count < 16) return 16;
  if (count < 32) return 32;
  return count < 128 ? 64 : 128;
}

/** @param byPath the global object that the instrumented files filled when they were loaded */
export function coverageOf(byPath: Readonly<Record<string, FileCounters>>): Coverage {
  const runs: CounterRun[] = [];
  const files: [path: string, counters: number, start: number][] = [];
  let total = 0;
  const add = (counts: CounterRun['counts']): void => {
    const { length } = Object.keys(counts);
    runs.push({ counts, length, start: total });
    total += length;
  };
  for (const path of Object.keys(byPath).sort()) {
    const { s, f, b } = byPath[path] as FileCounters;
    const start = total;
    [s, f, ...Object.values(b)].forEach(add);
    files.push([path, total - start, start]);
  }
  const seen = new Uint8Array(total);
  const note = (): number => {
    let found = 0;
    for (const { counts, length, start } of runs) {
      for (let i = 0; i < length; i++) {
        const count = counts[i] as number;
        if (count === 0) continue;
        counts[i] = 0;
        const bit = classOf(count);
        const held = seen[start + i] as number;
        if ((held & bit) !== 0) continue;
        seen[start + i] = held | bit;
        found++;
      }
    }
    return found;
  };
  const reset = (): void => {
    for (const { counts, length } of runs) for (let i = 0; i < length; i++) counts[i] = 0;
  };
  return {
    total,
    reset,
    note,
    reached: () => seen.reduce((sum, bits) => sum + (bits === 0 ? 0 : 1), 0),
    reachedMap: () => seen.map((bits) => (bits === 0 ? 0 : 1)),
    filesReached: () =>
      files.filter(([, n, start]) => seen.subarray(start, start + n).some((bits) => bits !== 0)).map(([path]) => path),
    files: () => files.map(([path, n]) => [path, n] as const),
  };
}
