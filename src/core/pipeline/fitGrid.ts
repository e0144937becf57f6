// The fits of a grid with spatially smooth start values, in waves: a coarse lattice of voxels from their own data, the
// voxels between from their neighbours (where shift and phase are smooth), then whatever disagrees with its neighbourhood once more from the other side.
// Each wave looks only at finished ones, so that the result does not depend on which thread was first.
import type { QuantificationResult } from '../domain/quantification.ts';
import { voxelIndex } from '../geometry/index.ts';
import type { Vec3 } from '../geometry/index.ts';
import type { FitInput, FitOutput, FitStart } from '../ports/fitRunner.ts';
import { disagreeingVoxels, isSmooth, objectiveOf, startFromNeighbours } from './smoothStarts.ts';

/** Fits some voxels; outputs in the order of the inputs, without those whose fit failed. */
export type FitWave = (inputs: readonly FitInput[]) => Promise<FitOutput[]>;

/** Distance of the voxels of the first wave, which search their start values on their own. */
const LATTICE_STEP = 2;

const isOnLattice = (grid: Vec3, voxel: number): boolean =>
  voxelIndex(grid, voxel).every((i) => i % LATTICE_STEP === 0);

/** The outputs so far, and where each fit began. */
class GridFits {
  readonly outputs = new Map<number, FitOutput>();
  readonly #fitWave: FitWave;
  readonly #grid: Vec3;

  constructor(grid: Vec3, fitWave: FitWave) {
    this.#grid = grid;
    this.#fitWave = fitWave;
  }

  get #results(): Map<number, FitOutput['result']> {
    return new Map([...this.outputs].map(([voxel, { result }]) => [voxel, result]));
  }

  /** Whether the fits so far foretell those of their neighbours. */
  isSmooth(step: number): boolean {
    return isSmooth(this.#results, this.#grid, step);
  }

  /** First fits of voxels, from their neighbours' as far as those are there, or each from its own data. */
  async fit(inputs: readonly FitInput[], from: 'neighbours' | 'data'): Promise<void> {
    const results = this.#results;
    const startOf = ({ voxel }: FitInput): FitStart | null =>
      from === 'neighbours' ? startFromNeighbours(results, this.#grid, voxel, 1) : null;
    const started = inputs.map((input) => withStart(input, startOf(input)));
    const origins = originsOf(started);
    for (const output of await this.#fitWave(started)) {
      const startedFrom = origins.get(output.voxel) ?? 'data';
      this.outputs.set(output.voxel, noted(output, { startedFrom, fittedAgain: false }));
    }
  }

  /**
   * Fits voxels that disagree with their neighbours a second time: from the neighbours where the first fit searched by
   * itself, by itself where it began at the neighbours'. The lower objective stays.
   */
  async repair(inputs: readonly FitInput[], step: number): Promise<void> {
    const results = this.#results;
    const suspects = new Set(disagreeingVoxels(results, this.#grid, step));
    const again = inputs
      .filter(({ voxel }) => suspects.has(voxel))
      .map((input) => {
        const searched = results.get(input.voxel)?.diagnostics['startedFrom'] === 'data';
        return withStart(input, searched ? startFromNeighbours(results, this.#grid, input.voxel, step) : null);
      });
    const origins = originsOf(again);
    for (const output of await this.#fitWave(again)) {
      const first = this.outputs.get(output.voxel) as FitOutput;
      const isBetter = objectiveOf(output.result) < objectiveOf(first.result);
      const startedFrom = isBetter ? origins.get(output.voxel) : first.result.diagnostics['startedFrom'];
      const kept = isBetter ? output : first;
      this.outputs.set(output.voxel, noted(kept, { startedFrom: startedFrom ?? 'data', fittedAgain: true }));
    }
  }
}

function originsOf(inputs: readonly FitInput[]): Map<number, string> {
  return new Map(inputs.map(({ voxel, start }) => [voxel, start === undefined ? 'data' : 'neighbours']));
}

/** The same input with a start. Property by property, getters as such: its FID is made when it is asked for. */
function withStart(input: FitInput, start: FitStart | null): FitInput {
  if (start === null) return input;
  const properties = Object.getOwnPropertyDescriptors(input);
  return Object.defineProperties({ start } as unknown as FitInput, properties);
}

function noted(output: FitOutput, notes: QuantificationResult['diagnostics']): FitOutput {
  const { result } = output;
  return { ...output, result: { ...result, diagnostics: { ...result.diagnostics, ...notes } } };
}

/**
 * Fits the voxels of a grid; `diagnostics` of each says where its fit began ("data" or "neighbours", `startedFrom`), and
 * whether it disagreed with its neighbours and was fitted again (`fittedAgain`).
 * @param inputs of the voxels to fit
 * @param grid voxels along x, y, z
 * @param fitWave by a method that takes start values
 * @returns in the order of the inputs, without those whose fit failed
 */
export async function fitGrid(inputs: readonly FitInput[], grid: Vec3, fitWave: FitWave): Promise<FitOutput[]> {
  const fits = new GridFits(grid, fitWave);
  const lattice = inputs.filter(({ voxel }) => isOnLattice(grid, voxel));
  await fits.fit(lattice, 'data');
  const isForetold = fits.isSmooth(LATTICE_STEP);
  if (isForetold) await fits.repair(lattice, LATTICE_STEP);
  const between = inputs.filter(({ voxel }) => !isOnLattice(grid, voxel));
  await fits.fit(between, isForetold ? 'neighbours' : 'data');
  if (fits.isSmooth(1)) await fits.repair(inputs, 1);
  return inputs.flatMap(({ voxel }) => fits.outputs.get(voxel) ?? []);
}
