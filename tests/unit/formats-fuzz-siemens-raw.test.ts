// Damaged Siemens raw data and .rda files: always a reader's error or a sound read, never a crash or a hang.
import { describe, expect, it } from 'vitest';
import { shapeSize } from '../../src/core/domain/complexArray.ts';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { isRda, isTwix, readRda, readTwix } from '../../src/core/formats/siemens/index.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import type { MadeSet } from '../fixtures/siemensFiles.ts';
import { makeRda, makeTwixVb, makeTwixVd, MASK, rdaHeader, svsBuffers, svsProtocol } from '../fixtures/siemensFiles.ts';

const CASES = 2000;
/** The limit for one file. [ms] */
const LIMIT_MS = 2000;
const EXTREMES = [0, 1, 2, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const DIGITS = ['0', '9', '-', 'e', '.', '"', '#', '{', '}', '\n', '99999999999'];

type Random = (n: number) => number;
type Read = (bytes: Uint8Array) => MrsDataset;

/** Overwrites digits of the header's text. */
function mutateText(bytes: Uint8Array, below: Random): void {
  for (let tries = 0; tries < 50; tries++) {
    const at = below(bytes.length);
    const byte = bytes[at] as number;
    if (byte < 0x30 || byte > 0x39) continue;
    const text = DIGITS[below(DIGITS.length)] as string;
    for (let i = 0; i < text.length && at + i < bytes.length; i++) bytes[at + i] = text.charCodeAt(i);
    return;
  }
}

/** Overwrites a word, of the headers where they are known. */
function mutateWord(bytes: Uint8Array, starts: readonly number[], below: Random): void {
  const start = starts[below(starts.length)] as number;
  const at = Math.min(start + 4 * below(48), bytes.length - 4);
  new DataView(bytes.buffer).setUint32(at, EXTREMES[below(EXTREMES.length)] as number, true);
}

function mutated(base: Uint8Array, starts: readonly number[], below: Random): Uint8Array {
  const bytes = base.slice();
  for (let k = 1 + below(4); k > 0; k--) {
    const kind = below(4);
    if (kind === 0) bytes[below(bytes.length)] = below(256);
    else if (kind === 1) mutateText(bytes, below);
    else mutateWord(bytes, starts, below);
  }
  return below(5) === 0 ? bytes.slice(0, below(bytes.length)) : bytes;
}

function expectSound(dataset: MrsDataset): void {
  const { data, dimensions } = dataset;
  expect(data.re.length).toBe(shapeSize(data.shape));
  expect(data.im.length).toBe(data.re.length);
  expect(data.shape.length).toBe(4 + dimensions.length);
  expect(dimensions.length).toBeLessThanOrEqual(3);
  expect(dataset.dwellTimeS).toBeGreaterThan(0);
  expect(dataset.spectrometerFrequencyMHz).toBeGreaterThan(0);
  expect(dataset.affine?.every(Number.isFinite) ?? true).toBe(true);
}

/** @returns how often each outcome was met */
function fuzz(
  read: Read,
  bases: readonly (readonly [Uint8Array, readonly number[]])[],
  seed: number,
): Map<string, number> {
  const random = seededRandom(seed);
  const below: Random = (n) => Math.floor(random.uniform() * n);
  const outcomes = new Map<string, number>();
  for (let i = 0; i < CASES; i++) {
    const [base, starts] = bases[below(bases.length)] as (typeof bases)[number];
    const bytes = mutated(base, starts, below);
    expect([isTwix(bytes), isRda(bytes)].every((v) => typeof v === 'boolean')).toBe(true);
    const begun = performance.now();
    let outcome = 'read';
    try {
      expectSound(read(bytes));
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'BUG') throw error;
      outcome = error.code;
    }
    expect(performance.now() - begun).toBeLessThan(LIMIT_MS);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return outcomes;
}

const SETS: MadeSet[] = [0, 1, 2, 3].map((n) => ({
  counters: { Ave: n >> 1, Eco: n & 1 },
  samples: 16,
  channels: 2,
  value: (c, p) => [n + c, p],
}));
const NOISE: MadeSet = { samples: 16, channels: 2, mask: MASK.noise };

describe('damaged Siemens files', () => {
  it(`${CASES} mutated raw data files are read or refused in words`, () => {
    const vb = makeTwixVb({ buffers: svsBuffers('vb', svsProtocol(), 'syngo MR B17'), sets: [NOISE, ...SETS] });
    const vd = makeTwixVd([{ buffers: svsBuffers('vd', svsProtocol(), 'syngo MR XA30'), sets: [NOISE, ...SETS] }]);
    const view = new DataView(vd.buffer);
    const vdData = 10240 + view.getUint32(10240, true);
    const vbData = new DataView(vb.buffer).getUint32(0, true);
    const vdSet = 192 + 2 * (32 + 8 * 16);
    const vbSet = 2 * (128 + 8 * 16);
    const outcomes = fuzz(
      (bytes) => readTwix(bytes, 'a.dat'),
      [
        [vb, [0, vbData, vbData + vbSet, vbData + 2 * vbSet]],
        [vd, [0, 10240, vdData, vdData + vdSet, vdData + 2 * vdSet]],
      ],
      20260402,
    );
    // Each kind of outcome must have been met, or the mutations test nothing.
    for (const outcome of ['read', 'FILE_TRUNCATED', 'FORMAT_INVALID']) {
      expect([outcome, (outcomes.get(outcome) ?? 0) > 50]).toEqual([outcome, true]);
    }
  }, 30_000);

  it(`${CASES} mutated .rda files are read or refused in words`, () => {
    const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i / 7);
    const grid = rdaHeader({ 'CSIMatrixSize[0]': 4, 'CSIMatrixSize[1]': 2, PixelSpacing3D: '10.000000' });
    const outcomes = fuzz(
      (bytes) => readRda(bytes, 'a.rda'),
      [
        [makeRda(rdaHeader(), numbers(8)), [0, 400, 800]],
        [makeRda(grid, numbers(64)), [0, 400, 800]],
      ],
      20260403,
    );
    for (const outcome of ['read', 'FILE_TRUNCATED', 'HEADER_MISSING']) {
      expect([outcome, (outcomes.get(outcome) ?? 0) > 20]).toEqual([outcome, true]);
    }
  }, 30_000);
});
