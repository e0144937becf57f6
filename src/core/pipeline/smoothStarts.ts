// Shift, phase and width vary smoothly over a grid: what a voxel's neighbours found is where its own fit may begin, and
// a fit far from all of them is suspect of a wrong minimum.
import { WATER_PPM } from '../domain/axes.ts';
import type { QuantificationResult } from '../domain/quantification.ts';
import { voxelIndex, voxelNumber } from '../geometry/index.ts';
import type { Vec3 } from '../geometry/index.ts';
import { madSd, median } from '../math/robustStatistics.ts';
import type { FitStart } from '../ports/fitRunner.ts';

/** Fits of a grid by voxel number. */
export type FitsByVoxel = ReadonlyMap<number, QuantificationResult>;

/** Phases are compared in the middle of the metabolites: there φ0 and φ1 don't depend on each other. */
const COMPARED_AT_PPM = 2.5;
/** A neighbourhood says something of a voxel only with so many fits. */
const LEAST_NEIGHBOURS = 3;
/** A difference counts as disagreement beyond this many robust SDs of the grid's differences … */
const MOST_SDS = 5;
/** … and beyond what shim and coils do from voxel to voxel. [Hz], [deg] */
const LEAST_DISAGREEMENT = { shiftHz: 3, phaseDeg: 30, widthHz: 3 } as const;
/** A misfit this much larger than the neighbours', as a part of it, is suspect too. */
const LEAST_EXCESS_MISFIT = 0.3;
/** Neighbours foretell a voxel's fit where they usually come this near; lines and their Jacobian reach further. [Hz], [deg] */
const MOST_USUAL_DIFFERENCE = { shiftHz: 6, phaseDeg: 30 } as const;
/** Weight of the baseline's freedom beside the misfit. Source: ABfit's criterion (Wilson 2021, doi:10.1002/mrm.28385). */
const BASELINE_WEIGHT = 5;

const wrap = (deg: number): number => deg - 360 * Math.round(deg / 360);

/** Median of angles: about their mean direction, which no wrap at ±180° moves. [deg] */
function medianAngle(degrees: readonly number[]): number {
  const sum = (f: (rad: number) => number): number => degrees.reduce((s, deg) => s + f((deg * Math.PI) / 180), 0);
  const centre = (Math.atan2(sum(Math.sin), sum(Math.cos)) * 180) / Math.PI;
  return wrap(centre + median(degrees.map((deg) => wrap(deg - centre))));
}

const comparedPhaseDeg = ({ phase0Deg, phase1DegPerPpm }: QuantificationResult): number =>
  phase0Deg + phase1DegPerPpm * (COMPARED_AT_PPM - WATER_PPM);

/** FWHM of the broadening, Lorentzian and Gaussian together. Source: Olivero & Longbothum 1977, doi:10.1016/0022-4073(77)90161-3. */
const widthHz = ({ lorentzianHz, gaussianHz }: QuantificationResult): number =>
  0.5346 * lorentzianHz + Math.sqrt(0.2166 * lorentzianHz ** 2 + gaussianHz ** 2);

/** Misfit against the noise that the fit was told of; of model errors there are more where there is more signal. */
const misfitRatio = ({ residualSd, diagnostics }: QuantificationResult): number =>
  residualSd / Math.max(Number(diagnostics['noiseSd'] ?? 0), Number.MIN_VALUE);

/** Voxels at most `step` away along each axis, at a whole number of steps. */
export function neighboursOf(grid: Vec3, voxel: number, step: number): number[] {
  const at = voxelIndex(grid, voxel);
  const range = (axis: 0 | 1 | 2): number[] =>
    [-step, 0, step].map((d) => at[axis] + d).filter((i) => i >= 0 && i < grid[axis]);
  return range(0).flatMap((x) => range(1).flatMap((y) => range(2).map((z) => voxelNumber(grid, [x, y, z]))))
    .filter((other) => other !== voxel); // prettier-ignore
}

function neighbourFits(fits: FitsByVoxel, grid: Vec3, voxel: number, step: number): QuantificationResult[] {
  return neighboursOf(grid, voxel, step).flatMap((other) => fits.get(other) ?? []);
}

/** The median of some fits. @param fits at least one */
function medianStart(fits: readonly QuantificationResult[]): FitStart {
  const phase1DegPerPpm = median(fits.map((f) => f.phase1DegPerPpm));
  const phaseDeg = medianAngle(fits.map(comparedPhaseDeg));
  return {
    phase0Deg: wrap(phaseDeg - phase1DegPerPpm * (COMPARED_AT_PPM - WATER_PPM)),
    phase1DegPerPpm,
    shiftHz: median(fits.map((f) => f.shiftHz)),
    lorentzianHz: median(fits.map((f) => f.lorentzianHz)),
    gaussianHz: median(fits.map((f) => f.gaussianHz)),
  };
}

/**
 * Where the neighbours' fits say that a voxel's may begin.
 * @param step distance of the neighbours, in voxels
 * @returns null where none of them is fitted
 */
export function startFromNeighbours(fits: FitsByVoxel, grid: Vec3, voxel: number, step: number): FitStart | null {
  const near = neighbourFits(fits, grid, voxel, step);
  return near.length === 0 ? null : medianStart(near);
}

interface Differences {
  readonly voxel: number;
  readonly shiftHz: number;
  readonly phaseDeg: number;
  readonly widthHz: number;
  /** Part by which the misfit exceeds the neighbours'. */
  readonly excessMisfit: number;
}

function differences(fits: FitsByVoxel, grid: Vec3, step: number): Differences[] {
  return [...fits].flatMap(([voxel, fit]) => {
    const near = neighbourFits(fits, grid, voxel, step);
    if (near.length < LEAST_NEIGHBOURS) return [];
    return {
      voxel,
      shiftHz: fit.shiftHz - median(near.map((f) => f.shiftHz)),
      phaseDeg: wrap(comparedPhaseDeg(fit) - medianAngle(near.map(comparedPhaseDeg))),
      widthHz: widthHz(fit) - median(near.map(widthHz)),
      excessMisfit: misfitRatio(fit) / median(near.map(misfitRatio)) - 1,
    };
  });
}

/**
 * Whether shift and phase vary so smoothly that a fit may begin where its neighbours' ended: not where each voxel has a
 * random phase of its own.
 * @param step distance of the neighbours, in voxels
 * @returns false where too few voxels have neighbours to tell
 */
export function isSmooth(fits: FitsByVoxel, grid: Vec3, step: number): boolean {
  const all = differences(fits, grid, step);
  const usual = (of: (d: Differences) => number): number => median(all.map((d) => Math.abs(of(d))));
  return (
    usual((d) => d.shiftHz) < MOST_USUAL_DIFFERENCE.shiftHz && usual((d) => d.phaseDeg) < MOST_USUAL_DIFFERENCE.phaseDeg
  );
}

/**
 * Voxels whose shift, phase or width lies far from the median of their neighbours, or whose misfit exceeds theirs: beyond
 * a floor, and beyond what is usual in this grid.
 * @param fits of the voxels with signal
 * @param step distance of the neighbours, in voxels
 */
export function disagreeingVoxels(fits: FitsByVoxel, grid: Vec3, step: number): number[] {
  const all = differences(fits, grid, step);
  const bound = (of: (d: Differences) => number, floor: number): number =>
    Math.max(floor, MOST_SDS * madSd(all.map(of)));
  const shift = bound((d) => d.shiftHz, LEAST_DISAGREEMENT.shiftHz);
  // A phase can't differ by more than half a turn: a grid of random phases has no bound that one could exceed.
  const phase = Math.min(
    150,
    bound((d) => d.phaseDeg, LEAST_DISAGREEMENT.phaseDeg),
  );
  const width = bound((d) => d.widthHz, LEAST_DISAGREEMENT.widthHz);
  const misfit = bound((d) => d.excessMisfit, LEAST_EXCESS_MISFIT);
  return all
    .filter(
      (d) =>
        Math.abs(d.shiftHz) > shift ||
        Math.abs(d.phaseDeg) > phase ||
        Math.abs(d.widthHz) > width ||
        d.excessMisfit > misfit,
    )
    .map(({ voxel }) => voxel)
    .sort((a, b) => a - b);
}

/**
 * What two fits of the same data are compared by, the lower the better: N·ln(SSR) + 2·w·ED, the misfit with the baseline's
 * freedom paid for. χ² itself won't do, for each fit weighs by the misfit it began with.
 */
export function objectiveOf({ residualSd, diagnostics }: QuantificationResult): number {
  const figure = (key: string): number => Number(diagnostics[key] ?? 0);
  const degrees = figure('baselineEdPerPpm') * (figure('fitRangeHighPpm') - figure('fitRangeLowPpm'));
  return 2 * figure('fitPoints') * Math.log(Math.max(residualSd, Number.MIN_VALUE)) + 2 * BASELINE_WEIGHT * degrees;
}
