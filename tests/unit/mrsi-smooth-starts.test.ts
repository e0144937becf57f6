// Grids with start values from their neighbours: what is fitted from where, what is fitted again, and that the order in
// which threads finish changes nothing; then the NLLS fit from a given start.
import { describe, expect, it } from 'vitest';
import type { QuantificationResult } from '../../src/core/domain/quantification.ts';
import { syntheticFid, withNoise } from '../../src/core/basis/syntheticScan.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { fitGrid } from '../../src/core/pipeline/fitGrid.ts';
import type { FitWave } from '../../src/core/pipeline/fitGrid.ts';
import { neighboursOf, startFromNeighbours } from '../../src/core/pipeline/smoothStarts.ts';
import type { FitInput, FitOutput, FitStart } from '../../src/core/ports/fitRunner.ts';
import { fitVoxel } from '../../src/core/quantification/index.ts';
import { listBundledBases, loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { voxelResult } from '../fixtures/studies.ts';

const GRID = [8, 6, 1] as const;
const COUNT = GRID[0] * GRID[1];

function input(voxel: number): FitInput {
  const fid = { re: new Float64Array(1), im: new Float64Array(1) };
  return { voxel, fid, dwellTimeS: 5e-4, spectrometerFrequencyMHz: 123.2, nucleus: '1H', noiseSd: 1 };
}

/** A result at given values with a given misfit. */
function result(values: Partial<FitStart>, residualSd: number): QuantificationResult {
  const { result: base } = voxelResult(0);
  const diagnostics = { fitPoints: 100, noiseSd: 1, baselineEdPerPpm: 0 };
  const at = { phase0Deg: 0, phase1DegPerPpm: 0, shiftHz: 0, lorentzianHz: 3, gaussianHz: 4 };
  return { ...base, ...at, ...values, residualSd, diagnostics };
}

const output = (voxel: number, values: Partial<FitStart>, residualSd: number): FitOutput => {
  const { curves } = voxelResult(voxel);
  return { voxel, result: result(values, residualSd), curves: curves as FitOutput['curves'] };
};

/** Shift of a voxel in a smooth field, 0.6 Hz from one to the next. [Hz] */
const field = (voxel: number): number => 0.6 * (Math.floor(voxel / GRID[1]) + (voxel % GRID[1]));

/** A method with two minima: from its own data it ends in a wrong one at the voxels named, near a start never. */
function trapped(traps: readonly number[], waves: FitInput[][]): FitWave {
  return (inputs) => {
    waves.push([...inputs]);
    return Promise.resolve(
      inputs.map(({ voxel, start }) =>
        traps.includes(voxel) && start === undefined
          ? output(voxel, { shiftHz: field(voxel) + 20 }, 1.5)
          : output(voxel, { shiftHz: field(voxel) }, 1),
      ),
    );
  };
}

describe('a grid fitted with its neighbours', () => {
  const inputs = Array.from({ length: COUNT }, (_, voxel) => input(voxel));

  it('searches on a lattice, begins between at the neighbours’ median, and mends what was trapped', async () => {
    const waves: FitInput[][] = [];
    // Voxel 12 is at (2, 0): on the lattice.
    const outputs = await fitGrid(inputs, GRID, trapped([12], waves));
    expect(outputs.map(({ voxel }) => voxel)).toEqual(inputs.map(({ voxel }) => voxel));
    expect(outputs.map((o) => o.result.shiftHz)).toEqual(inputs.map(({ voxel }) => field(voxel)));
    expect(waves.map((wave) => wave.length)).toEqual([12, 1, 36, 0]);
    expect(waves[1]?.[0]).toMatchObject({ voxel: 12, start: { lorentzianHz: 3, gaussianHz: 4 } });
    expect(outputs[12]?.result.diagnostics).toMatchObject({ startedFrom: 'neighbours', fittedAgain: true });
    expect(outputs[0]?.result.diagnostics).toMatchObject({ startedFrom: 'data', fittedAgain: false });
    // (1, 1) lies between four lattice voxels, whose median shift is its own.
    expect(waves[2]?.find(({ voxel }) => voxel === 7)?.start?.shiftHz).toBeCloseTo(field(7), 12);
  });

  it('lets the better fit stay, whichever was first', async () => {
    // A real hot spot: far from its neighbours, and well fitted only there.
    const wave: FitWave = (given) =>
      Promise.resolve(
        given.map(({ voxel, start }) => {
          if (voxel !== 12) return output(voxel, { shiftHz: field(voxel) }, 1);
          return start === undefined ? output(voxel, { shiftHz: 25 }, 1) : output(voxel, { shiftHz: 2 }, 1.4);
        }),
      );
    const found = (await fitGrid(inputs, GRID, wave))[12]?.result;
    expect(found).toMatchObject({ shiftHz: 25, diagnostics: { startedFrom: 'data', fittedAgain: true } });
  });

  it('does not depend on the order in which a wave is done', async () => {
    const waves: FitInput[][] = [];
    const inOrder = await fitGrid(inputs, GRID, trapped([12, 26], waves));
    const backwards: FitWave = async (given) =>
      (await trapped([12, 26], [])([...given].reverse())).sort((a, b) => a.voxel - b.voxel);
    expect(await fitGrid(inputs, GRID, backwards)).toEqual(inOrder);
  });

  it('starts from the data alone where each voxel has a phase of its own', async () => {
    const random = seededRandom(3);
    const phases = inputs.map(() => 360 * random.uniform() - 180);
    const starts: (FitStart | undefined)[] = [];
    await fitGrid(inputs, GRID, (given) => {
      starts.push(...given.map(({ start }) => start));
      return Promise.resolve(given.map(({ voxel }) => output(voxel, { phase0Deg: phases[voxel] as number }, 1)));
    });
    expect(starts).toEqual(inputs.map(() => undefined));
  });

  it('goes on without a voxel whose fit failed', async () => {
    const wave: FitWave = async (given) => (await trapped([], [])(given)).filter(({ voxel }) => voxel !== 14);
    const outputs = await fitGrid(inputs, GRID, wave);
    expect(outputs).toHaveLength(COUNT - 1);
    expect(outputs.some(({ voxel }) => voxel === 14)).toBe(false);
  });
});

describe('neighbours', () => {
  it('end at the border of the grid', () => {
    expect(neighboursOf([3, 3, 1], 0, 1)).toEqual([1, 3, 4]);
    expect(neighboursOf([3, 3, 1], 4, 1)).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
    expect(neighboursOf([5, 5, 1], 12, 2)).toHaveLength(8);
  });

  it('agree on a phase across ±180°', () => {
    const phases = [179, -179, 178];
    const fits = new Map(phases.map((phase0Deg, i) => [i + 1, result({ phase0Deg }, 1)]));
    expect(startFromNeighbours(fits, [2, 2, 1], 0, 1)?.phase0Deg).toBeCloseTo(179, 9);
    expect(startFromNeighbours(new Map(), [2, 2, 1], 0, 1)).toBeNull();
  });
});

describe('the NLLS fit from a given start', () => {
  it('ends where its own search ends', async () => {
    const [card] = await listBundledBases(resourcesDir());
    const basis = await loadBundledBasis(resourcesDir(), card?.id ?? '');
    const concentrations = Object.fromEntries(basis.signals.map(({ name }) => [name, name === 'NAA' ? 12 : 4]));
    const clean = syntheticFid(basis, {
      concentrations,
      broadening: { lorentzianHz: 3, gaussianHz: 4 },
      shiftHz: 5,
      phaseRad: 1,
      extraLines: [],
    });
    const { dwellTimeS, spectrometerFrequencyMHz } = basis;
    const noiseSd = 2;
    const fid = withNoise(clean, noiseSd, seededRandom(8));
    const given: FitInput = { voxel: 0, fid, dwellTimeS, spectrometerFrequencyMHz, nucleus: '1H', noiseSd };
    const start = { phase0Deg: 75, phase1DegPerPpm: 1, shiftHz: 2, lorentzianHz: 5, gaussianHz: 2 };
    const searched = fitVoxel(given, basis, 'nlls', {}, NEVER_CANCELLED).result;
    const started = fitVoxel({ ...given, start }, basis, 'nlls', {}, NEVER_CANCELLED).result;
    expect(started.status).toBe('converged');
    // Both end within a tenth of a bound of one minimum, which is what the fit calls converged.
    expect(started.shiftHz).toBeCloseTo(searched.shiftHz, 1);
    const [a, b] = [started, searched].map(({ combined }) => combined.find(({ name }) => name === 'tNAA'));
    expect(Math.abs((a?.amplitude ?? 0) - (b?.amplitude ?? 1))).toBeLessThan(0.2 * (b?.crlbAbsolute ?? 0));
  });
});
