// The fits of a scan's voxels, by whatever runs them; voxels without signal, and those whose own fit failed, stand among
// them as refused.
import type { Warning } from '../domain/provenance.ts';
import type { QuantificationResult, VoxelQuantification } from '../domain/quantification.ts';
import { refusedResult } from '../domain/refusedResult.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FitBatch, FitInput, FitOutput, FitRunner } from '../ports/fitRunner.ts';
import type { ProgressListener } from '../ports/progress.ts';
import { takesStart } from '../quantification/index.ts';
import { fitGrid } from './fitGrid.ts';
import type { VoxelInputs } from './voxelInputs.ts';

/**
 * Grids of more voxels keep data, fit, baseline and residual of each, but not every signal's own curve: some 100 kB a
 * voxel, which would make a gigabyte of ten thousand. One voxel fitted alone shows them.
 */
const MOST_VOXELS_WITH_COMPONENTS = 1500;
/** With fewer voxels there is no neighbourhood to speak of. */
const LEAST_VOXELS_FOR_NEIGHBOURS = 8;
/** Part of the progress that is kept for voxels that are fitted again. */
const LAST_SHARE = 0.02;

const refused = (method: string, voxel: number, reason: string): VoxelQuantification => ({
  voxel,
  result: refusedResult(method, reason),
  curves: null,
});

function withWarnings(result: QuantificationResult, added: readonly Warning[] | undefined): QuantificationResult {
  return added === undefined ? result : { ...result, warnings: [...result.warnings, ...added] };
}

/** Whether a grid of this many fitted voxels keeps a curve a signal. */
export const keepsComponents = (voxels: number): boolean => voxels <= MOST_VOXELS_WITH_COMPONENTS;

/** What a reader should know of all voxels of a scan. */
export function gridWarnings(voxels: readonly VoxelQuantification[]): Warning[] {
  const fitted = voxels.filter(({ result }) => result.status !== 'refused').length;
  if (keepsComponents(fitted)) return [];
  const message = `With ${fitted} fitted voxels, the curves of the single metabolites were not kept; fit one voxel alone to see them.`;
  return [{ code: 'components-left-out', message }];
}

/** One number over several runs of the fit runner. */
function jointProgress(total: number, onProgress: ProgressListener): (wave: number) => ProgressListener {
  let before = 0;
  return (wave) => {
    const first = before;
    before += wave;
    return ({ fraction }) => {
      const done = Math.round(first + fraction * wave);
      if (first < total) {
        onProgress({ fraction: ((1 - LAST_SHARE) * done) / total, message: `Fitted ${done} of ${total} spectra` });
      } else {
        const message = `Fitting ${wave} spectra again that disagree with their neighbours`;
        onProgress({ fraction: 1 - LAST_SHARE * (1 - fraction), message });
      }
    };
  };
}

/**
 * Fits every input.
 * @param batch method, options and basis
 * @returns one a voxel, in rising order
 * @throws what the method throws, where it concerns all voxels or the only one; CancelledError
 */
export async function fitVoxels(
  { inputs, refused: withoutSignal, grid, warnings }: VoxelInputs,
  batch: Omit<FitBatch, 'inputs'>,
  fitRunner: FitRunner,
  cancellation: Cancellation,
  onProgress: ProgressListener,
): Promise<VoxelQuantification[]> {
  const failures = new Map<number, Error>();
  const isGrid = inputs.length > 1;
  const whole: Omit<FitBatch, 'inputs'> = {
    ...batch,
    withComponents: keepsComponents(inputs.length),
    ...(isGrid ? { onVoxelFailure: (voxel, error) => void failures.set(voxel, error) } : {}),
  };
  const usesNeighbours = takesStart(batch.method) && inputs.length >= LEAST_VOXELS_FOR_NEIGHBOURS;
  const listen = jointProgress(inputs.length, onProgress);
  const fitWave = (wave: readonly FitInput[]): Promise<FitOutput[]> =>
    wave.length === 0
      ? Promise.resolve([])
      : fitRunner.run({ ...whole, inputs: wave }, cancellation, usesNeighbours ? listen(wave.length) : onProgress);
  const fitted = usesNeighbours ? await fitGrid(inputs, grid, fitWave) : await fitWave(inputs);
  const [firstFailure] = failures.values();
  if (fitted.length === 0 && firstFailure !== undefined) throw firstFailure;
  const done = new Set(fitted.map(({ voxel }) => voxel));
  return [
    ...fitted.map(({ voxel, result, curves }) => ({
      voxel,
      result: withWarnings(result, warnings.get(voxel)),
      curves,
    })),
    ...[...failures].flatMap(([voxel, error]) => (done.has(voxel) ? [] : refused(batch.method, voxel, error.message))),
    ...withoutSignal.map(({ voxel, reason }) => refused(batch.method, voxel, reason)),
  ].sort((a, b) => a.voxel - b.voxel);
}
