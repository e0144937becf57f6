// The seeded fuzz harness of every reader: damages good files in many ways and demands a sound read or a refusal in words.
import { ReaderError, UnsupportedDataError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { below, damaged } from '../fixtures/damages.ts';
import { unsoundness } from '../fixtures/unsoundness.ts';

/** Longest one read may take. [ms] */
const MAX_READ_MS = 2000;
/** Memory a read may hold beyond what was held before. [bytes] */
const MAX_READ_BYTES = 2 ** 30;

export interface FuzzPlan {
  /** Sound files: the scan's, and its companions (header, control file) where it has some; each is damaged in turn. */
  readonly files: readonly Uint8Array[];
  /** Reads the files, in the order of `files`; every dataset it returns is checked for soundness. */
  readonly read: (files: readonly Uint8Array[]) => MrsDataset | readonly MrsDataset[] | null;
  /** Sniffers of the format; none may throw. */
  readonly sniff?: (bytes: Uint8Array) => unknown;
  /** @default 2000 */
  readonly runs?: number;
  /** @default 1 */
  readonly seed?: number;
}

export interface FuzzOutcome {
  /** Damaged files that were still read soundly. */
  readonly reads: number;
  readonly refusals: number;
  /** Refusals by code. */
  readonly codes: Readonly<Record<string, number>>;
}

/** @returns the refusal's code; null for a sound read */
function tryRead(plan: FuzzPlan, files: readonly Uint8Array[]): string | null {
  let result: ReturnType<FuzzPlan['read']>;
  try {
    files.forEach((file) => plan.sniff?.(file));
    result = plan.read(files);
  } catch (error) {
    if (error instanceof ReaderError || error instanceof UnsupportedDataError) return error.code;
    throw error;
  }
  const datasets: readonly MrsDataset[] = result === null ? [] : 'data' in result ? [result] : result;
  for (const dataset of datasets) {
    const fault = unsoundness(dataset);
    if (fault !== null) throw new Error(`an unsound dataset was returned: ${fault}`);
  }
  return null;
}

/**
 * Damages the plan's files `runs` times and reads each.
 * @throws Error naming the run for anything but a sound read, a ReaderError or an UnsupportedDataError, for a read of
 *   more than 2 s, and for one that holds more than 1 GiB
 */
export function fuzzReader(plan: FuzzPlan): FuzzOutcome {
  const codes: Record<string, number> = {};
  let reads = 0;
  const runs = plan.runs ?? 2000;
  const peakBefore = process.resourceUsage().maxRSS;
  for (let run = 0; run < runs; run++) {
    const random = seededRandom((plan.seed ?? 1) * 1_000_003 + run);
    const target = below(random, plan.files.length);
    const files = plan.files.map((file, i) => (i === target ? damaged(file, random) : file));
    const began = performance.now();
    const held = process.memoryUsage().arrayBuffers;
    try {
      const code = tryRead(plan, files);
      if (code === null) reads++;
      else codes[code] = (codes[code] ?? 0) + 1;
    } catch (error) {
      throw new Error(`fuzz run ${run} (file ${target}): ${String(error)}`, { cause: error });
    }
    const tookMs = performance.now() - began;
    const grew = process.memoryUsage().arrayBuffers - held;
    if (tookMs > MAX_READ_MS) throw new Error(`fuzz run ${run} (file ${target}) took ${Math.round(tookMs)} ms`);
    if (grew > MAX_READ_BYTES) throw new Error(`fuzz run ${run} (file ${target}) held ${grew} bytes`);
  }
  // maxRSS is in KiB; the peak shows what was freed again within a read.
  const peakGrowth = (process.resourceUsage().maxRSS - peakBefore) * 1024;
  if (peakGrowth > MAX_READ_BYTES) throw new Error(`the fuzz runs needed ${peakGrowth} bytes at their peak`);
  return { reads, refusals: runs - reads, codes };
}
