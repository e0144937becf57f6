// One Gauss–Newton step's unknowns: what is common to all lines, and the own shifts of strong metabolites. Their derivatives at
// given amplitudes, priors, and how far they are straight.
import { dot } from '../../math/innerProducts.ts';
import type { BandModel, LineChange } from '../shared/networks/bandModel.ts';
import { BAND_POINTS, BAND_STEP_PPM } from '../shared/networks/bandSpectrum.ts';
import { emptySpectrum } from '../shared/networks/canonicalSpectrum.ts';
import type { Estimated, UniversalLineshape } from './runUniversal.ts';

/** Metabolites whose own shifts are corrected: those whose misplaced lines leave most in a spectrum. */
const OWN_SHIFTS: ReadonlySet<string> = new Set(['NAA', 'Cr', 'PCr', 'GPC', 'PCho', 'Ins', 'Glu']);
/** Steps are for small misses: no prior is wider. [deg, ppm] */
const LARGEST_PRIOR = { phaseDeg: 12, shiftPpm: 0.01, widthPpm: 0.02, ownShiftPpm: 0.02 } as const;
/** Over these a step leaves the straight line. [deg, ppm] */
const STRAIGHT = { phaseDeg: 57.3, ppm: 0.05 } as const;

/** Of the model's signals. */
export interface StepFrame {
  readonly model: BandModel;
  /** Signals that are as wide as they are, whatever the common widths. */
  readonly isBroad: readonly boolean[];
  /** Signals whose own shift is an unknown. */
  readonly own: readonly number[];
}

/** Phase [deg], shift [ppm], Lorentzian and Gaussian FWHM [Hz], then own shifts [ppm]: the order of all that follows. */
export const COMMON_UNKNOWNS = 4;

export function stepFrame(model: BandModel, isBroad: readonly boolean[], lineshape: UniversalLineshape): StepFrame {
  const own = model.names.flatMap((name, m) =>
    isBroad[m] !== true && OWN_SHIFTS.has(name) && lineshape.ownShiftPpm(name) !== null ? [m] : [],
  );
  return { model, isBroad, own };
}

/** The network's estimates. */
export function startOf(
  { model, own }: StepFrame,
  { phaseDeg, shiftPpm, lorentzianHz, gaussianHz, ownShiftPpm }: UniversalLineshape,
): Float64Array {
  const common = [phaseDeg, shiftPpm, lorentzianHz, gaussianHz].map(({ value }) => value);
  return Float64Array.of(...common, ...own.map((m) => ownShiftPpm(model.names[m] as string)?.value ?? 0));
}

/** 1/sd² of the unknowns. */
export function precisions(
  { model, own }: StepFrame,
  { phaseDeg, shiftPpm, lorentzianHz, gaussianHz, ownShiftPpm }: UniversalLineshape,
): Float64Array {
  const of = (estimated: Estimated | null, largest: number): number =>
    1 / Math.min(estimated?.sd ?? largest, largest) ** 2;
  const width = LARGEST_PRIOR.widthPpm * model.spectrometerFrequencyMHz;
  return Float64Array.of(
    of(phaseDeg, LARGEST_PRIOR.phaseDeg),
    of(shiftPpm, LARGEST_PRIOR.shiftPpm),
    of(lorentzianHz, width),
    of(gaussianHz, width),
    ...own.map((m) => of(ownShiftPpm(model.names[m] as string), LARGEST_PRIOR.ownShiftPpm)),
  );
}

/** Unknowns a step further; widths do not fall below none. */
export const stepped = (unknowns: Float64Array, step: Float64Array): Float64Array =>
  unknowns.map((v, k) => (k === 2 || k === 3 ? Math.max(0, v + (step[k] as number)) : v + (step[k] as number)));

/** Norm of what a step of the common unknowns leaves of the straight line, about. */
export function bendOf(derivatives: readonly Float64Array[], step: Float64Array, f0: number): number {
  const straight = [STRAIGHT.phaseDeg, STRAIGHT.ppm, STRAIGHT.ppm * f0, STRAIGHT.ppm * f0];
  return derivatives.reduce(
    (sum, column, k) => sum + (Math.sqrt(dot(column, column)) * (step[k] as number) ** 2) / (straight[k] as number),
    0,
  );
}

/** Signals at the unknowns. Broad ones move with the others, and are as wide as they are. */
export function changesOf(
  { model, isBroad, own }: StepFrame,
  unknowns: Float64Array,
  { ownShiftPpm }: UniversalLineshape,
): LineChange[] {
  const [, shift = 0, lorentzianHz = 0, gaussianHz = 0] = unknowns;
  return model.names.map((name, m) => {
    if (isBroad[m] === true) return { shiftPpm: shift, lorentzianHz: 0, gaussianHz: 0 };
    const at = own.indexOf(m);
    const deviation = at < 0 ? (ownShiftPpm(name)?.value ?? 0) : (unknowns[COMMON_UNKNOWNS + at] as number);
    return { shiftPpm: shift + deviation, lorentzianHz, gaussianHz };
  });
}

/** Puts factor · the column's derivative by its shift [1/ppm], from neighbouring bins to the fourth order: higher ppm are lower bins. */
function putSlope(column: Float64Array, factor: number, out: Float64Array): void {
  const unit = factor / (12 * BAND_STEP_PPM);
  for (let j = 2; j < BAND_POINTS - 2; j++) {
    const near = (column[j + 1] as number) - (column[j - 1] as number);
    const far = (column[j + 2] as number) - (column[j - 2] as number);
    out[j] = unit * (8 * near - far);
  }
}

/** The second derivative likewise [1/ppm²]. */
function putCurvature(column: Float64Array, factor: number, out: Float64Array): void {
  const unit = factor / (12 * BAND_STEP_PPM ** 2);
  for (let j = 2; j < BAND_POINTS - 2; j++) {
    const near = (column[j + 1] as number) + (column[j - 1] as number);
    const far = (column[j + 2] as number) + (column[j - 2] as number);
    out[j] = unit * (16 * near - far - 30 * (column[j] as number));
  }
}

/** Arrays of this thread that every step uses anew: ten thousand spectra would leave a heap of them behind. */
const scratch = {
  narrow: emptySpectrum(),
  broad: emptySpectrum(),
  /** Their two outermost bins stay zero. */
  derivatives: Array.from({ length: COMMON_UNKNOWNS + OWN_SHIFTS.size }, () => new Float64Array(BAND_POINTS)),
};

/**
 * Real parts of the derivatives, 512 bins each, none at the two outermost. Of broad signals only the phase's: they hardly tell a shift.
 * A signal times t is its spectrum's slope: a Lorentzian's width mixes the parts, a Gaussian's is a second derivative.
 * @param frame its model changed as the unknowns say
 * @param columns the model's
 * @returns good until the next call
 */
export function lineshapeDerivatives(
  { model, isBroad, own }: StepFrame,
  columns: readonly Float64Array[],
  amplitudes: Float64Array,
  unknowns: Float64Array,
): Float64Array[] {
  const f0 = model.spectrometerFrequencyMHz;
  const derivatives = scratch.derivatives.slice(0, COMMON_UNKNOWNS + own.length);
  const [byPhase, byShift, byLorentzian, byGaussian, ...byOwnShifts] = derivatives as [Float64Array, Float64Array, Float64Array, Float64Array, ...Float64Array[]]; // prettier-ignore
  const narrow = model.sum(amplitudes.map((a, m) => (isBroad[m] === true ? 0 : a)), scratch.narrow); // prettier-ignore
  const broad = model.sum(amplitudes.map((a, m) => (isBroad[m] === true ? a : 0)), scratch.broad); // prettier-ignore
  for (let j = 0; j < BAND_POINTS; j++) {
    byPhase[j] = (-Math.PI / 180) * ((narrow.im[j] as number) + (broad.im[j] as number));
  }
  putSlope(narrow.re, 1, byShift);
  putSlope(narrow.im, 1 / (2 * f0), byLorentzian);
  putCurvature(narrow.re, (unknowns[3] as number) / (8 * Math.LN2 * f0 ** 2), byGaussian);
  own.forEach((m, k) => putSlope(columns[m] as Float64Array, amplitudes[m] as number, byOwnShifts[k] as Float64Array));
  return derivatives;
}
