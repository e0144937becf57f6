// The seeded fuzz harness of every reader: damages good files in many ways and demands a sound read or a refusal in words.
import { ReaderError, UnsupportedDataError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import type { SeededRandom } from '../../src/core/math/seededRandom.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';

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

const ABSURD_INTEGERS = [
  0,
  1,
  -1,
  2,
  127,
  255,
  32767,
  65535,
  65536,
  2 ** 20,
  2 ** 24,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 32 - 1,
];
const ABSURD_REALS = [0, -1, NaN, Infinity, -Infinity, 1e-320, 1e38, 1e300, -1e300, 0.5];
const ABSURD_TEXTS = [
  '',
  '0',
  '-1',
  '1',
  '3.5',
  'NaN',
  'Infinity',
  '1e308',
  '1e-308',
  '4294967297',
  '99999999999999',
  'x',
];

type Damage = (bytes: Uint8Array, random: SeededRandom) => Uint8Array;

const below = (random: SeededRandom, n: number): number => Math.floor(random.uniform() * n);
const pick = <T>(random: SeededRandom, list: readonly T[]): T => list[below(random, list.length)] as T;

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** [start, end) of a random slice, up to `longest` bytes. */
function slice(bytes: Uint8Array, random: SeededRandom, longest: number): [number, number] {
  const start = below(random, bytes.length);
  return [start, Math.min(bytes.length, start + 1 + below(random, longest))];
}

function flipBytes(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const out = bytes.slice();
  for (let i = 1 + below(random, 16); i > 0; i--) out[below(random, out.length)] = below(random, 256);
  return out;
}

function absurdInteger(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const out = bytes.slice();
  const size = pick(random, [2, 4, 8]);
  if (out.length < size) return out;
  const view = new DataView(out.buffer);
  const at = Math.min(out.length - size, below(random, out.length) & ~1);
  const value = pick(random, ABSURD_INTEGERS);
  const littleEndian = random.uniform() < 0.5;
  if (size === 2) view.setInt16(at, value, littleEndian);
  else if (size === 4) view.setInt32(at, value, littleEndian);
  else view.setBigInt64(at, BigInt(value) * (random.uniform() < 0.2 ? 2n ** 31n : 1n), littleEndian);
  return out;
}

function absurdReal(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const out = bytes.slice();
  const size = pick(random, [4, 8]);
  if (out.length < size) return out;
  const view = new DataView(out.buffer);
  const at = Math.min(out.length - size, below(random, out.length) & ~3);
  const littleEndian = random.uniform() < 0.5;
  if (size === 4) view.setFloat32(at, pick(random, ABSURD_REALS), littleEndian);
  else view.setFloat64(at, pick(random, ABSURD_REALS), littleEndian);
  return out;
}

const isNumeral = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === 0x2d);

/** Replaces a run of digits, wherever one follows a random place, by text that is no sensible number. */
function absurdText(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let start = below(random, bytes.length);
  while (start < bytes.length && !isNumeral(bytes[start])) start++;
  let end = start;
  while (isNumeral(bytes[end])) end++;
  return joined(bytes.subarray(0, start), new TextEncoder().encode(pick(random, ABSURD_TEXTS)), bytes.subarray(end));
}

/** [start, end) of the text line that holds a random place. */
function line(bytes: Uint8Array, random: SeededRandom): [number, number] {
  const at = below(random, bytes.length);
  const end = bytes.indexOf(0x0a, at);
  return [bytes.subarray(0, at).lastIndexOf(0x0a) + 1, end < 0 ? bytes.length : end + 1];
}

const DAMAGES: readonly Damage[] = [
  (bytes, random) => bytes.slice(0, below(random, bytes.length)),
  // Cut near the end, where a length check may just fail to bite.
  (bytes, random) => bytes.slice(0, Math.max(0, bytes.length - 1 - below(random, 16))),
  (bytes, random) =>
    joined(
      bytes,
      Uint8Array.from({ length: 1 + below(random, 64) }, () => below(random, 256)),
    ),
  flipBytes,
  flipBytes,
  absurdInteger,
  absurdInteger,
  absurdReal,
  absurdText,
  absurdText,
  (bytes, random) => bytes.slice().fill(pick(random, [0, 0x20, 0xff]), ...slice(bytes, random, 64)),
  (bytes, random) => {
    const [start, end] = slice(bytes, random, 64);
    return joined(bytes.subarray(0, start), bytes.subarray(end));
  },
  (bytes, random) => {
    const [start, end] = slice(bytes, random, 256);
    return joined(bytes.subarray(0, end), bytes.subarray(start));
  },
  (bytes, random) => {
    const [start, end] = line(bytes, random);
    return joined(bytes.subarray(0, start), bytes.subarray(end));
  },
  (bytes, random) => {
    const [start, end] = line(bytes, random);
    return joined(bytes.subarray(0, end), bytes.subarray(start));
  },
  (_, random) => Uint8Array.from({ length: below(random, 2048) }, () => below(random, 256)),
];

/** One to three damages in a row; an empty file stays empty. */
function damaged(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let out = bytes;
  for (let i = pick(random, [1, 1, 1, 2, 3]); i > 0 && out.length > 0; i--) out = pick(random, DAMAGES)(out, random);
  return out;
}

/** What is wrong with a dataset that a reader returned; null where it is sound. */
export function unsoundness(dataset: MrsDataset): string | null {
  const { re, im, shape } = dataset.data;
  const size = shape.reduce((product, n) => product * n, 1);
  if (!shape.every((n) => Number.isInteger(n) && n > 0)) return `shape [${shape.join(', ')}]`;
  if (re.length !== size || im.length !== size) return `${re.length} and ${im.length} numbers in a shape of ${size}`;
  if (shape.length !== 4 + dataset.dimensions.length)
    return `${dataset.dimensions.length} tags for ${shape.length} axes`;
  if (new Set(dataset.dimensions.map((d) => d.tag)).size !== dataset.dimensions.length) return 'a tag used twice';
  if (!(dataset.dwellTimeS > 0) || !Number.isFinite(dataset.dwellTimeS)) return `dwell time ${dataset.dwellTimeS}`;
  if (!(dataset.spectrometerFrequencyMHz > 0) || !Number.isFinite(dataset.spectrometerFrequencyMHz)) {
    return `frequency ${dataset.spectrometerFrequencyMHz}`;
  }
  if (dataset.affine !== null && (dataset.affine.length !== 16 || !dataset.affine.every(Number.isFinite))) {
    return 'an affine that is not 16 finite numbers';
  }
  const { echoTimeS, repetitionTimeS, mixingTimeS, inversionTimeS } = dataset.acquisition;
  const times = [echoTimeS, repetitionTimeS, mixingTimeS, inversionTimeS];
  return times.every((t) => t === null || Number.isFinite(t)) ? null : `times ${times.join(', ')}`;
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
