// One line about a scan or an image, for lists.
import type { DatasetDescription } from '../ports/studyStore.ts';
import { voxelSizeMm } from '../domain/mrsDataset.ts';

const DIMENSION_WORDS: Readonly<Record<string, string>> = {
  DIM_COIL: 'coils',
  DIM_DYN: 'transients',
  DIM_EDIT: 'editing conditions',
  DIM_MEAS: 'measurements',
  DIM_PHASE_CYCLE: 'phase cycles',
};

const number = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));
const milliseconds = (name: string, seconds: number | null): string | null =>
  seconds === null ? null : `${name} ${number(seconds * 1000, 4)} ms`;

const joined = (parts: readonly (string | null)[]): string => parts.filter((p) => p !== null && p !== '').join(', ');

/** "PRESS, TE 30 ms, TR 2000 ms, 123.2 MHz, 8 coils × 64 transients" */
export function summariseScan(description: DatasetDescription): string {
  const { grid, dimensions, nucleus, spectrometerFrequencyMHz: frequency } = description;
  const voxels = grid.reduce((p, n) => p * n, 1);
  const repeats = dimensions.filter(({ length }) => length > 1);
  return joined([
    description.sequence,
    milliseconds('TE', description.echoTimeS),
    milliseconds('TR', description.repetitionTimeS),
    nucleus === null || nucleus === '1H' ? null : nucleus,
    frequency === null ? null : `${number(frequency, 4)} MHz`,
    voxels > 1 ? `${grid.join(' × ')} voxels` : null,
    repeats.map(({ tag, length }) => `${length} ${DIMENSION_WORDS[tag] ?? 'repetitions'}`).join(' × '),
  ]);
}

/** "256 × 256 × 192, 1 × 1 × 1 mm" */
export function summariseImage({ grid, affine }: DatasetDescription): string {
  const size = voxelSizeMm(affine);
  return joined([grid.join(' × '), size === null ? null : `${size.map((mm) => number(mm, 3)).join(' × ')} mm`]);
}
