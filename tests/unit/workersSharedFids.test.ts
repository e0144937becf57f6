import { expect, test } from 'vitest';
import type { FitInput } from '../../src/core/ports/fitRunner.ts';
import { SharedFids } from '../../src/node/workers/sharedFids.ts';

const signal = (...values: number[]) => ({ re: Float64Array.from(values), im: Float64Array.from(values, (v) => -v) });

const input = (voxel: number, signals: Pick<FitInput, 'fid' | 'water' | 'editOff'>): FitInput => ({
  voxel,
  ...signals,
  dwellTimeS: 2.5e-4,
  spectrometerFrequencyMHz: 123,
  nucleus: '1H',
  noiseSd: null,
});

test('signals of a task lie in one shared memory, which the next task uses again', () => {
  const inputs = [
    input(3, { fid: signal(1, 2), water: signal(5, 6, 7) }),
    input(4, { fid: signal(3, 4), editOff: signal(8) }),
  ];
  const memory = new SharedFids();
  const placed = memory.place(inputs);
  expect(placed).toEqual(inputs);
  expect(placed[0]).not.toHaveProperty('editOff');
  const { buffer } = placed[0]!.fid.re;
  expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(placed[1]!.editOff!.im.buffer).toBe(buffer);
  const fewer = [input(5, { fid: signal(9, 10) })];
  expect(memory.place(fewer)).toEqual(fewer);
  expect(placed[0]!.fid.re).toEqual(Float64Array.of(9, 10));
});

test('a larger task gets a larger memory', () => {
  const memory = new SharedFids();
  memory.place([input(0, { fid: signal(1) })]);
  const larger = [input(1, { fid: signal(1, 2, 3), water: signal(4, 5) })];
  expect(memory.place(larger)).toEqual(larger);
});
