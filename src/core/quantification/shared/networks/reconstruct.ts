// How well amplitudes that a network gave without a signal model explain the spectrum: they are held, and only what they don't
// say is fitted: common phase, shift and widths, and a smooth baseline (cubic B-splines), which takes macromolecules along.
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { BugError } from '../../../domain/errors.ts';
import { cubicSplineDesign, splineGram } from '../../../math/bspline.ts';
import { choleskyFactor, choleskySolve } from '../../../math/cholesky.ts';
import { addGramByLoops, dot } from '../../../math/innerProducts.ts';
import { gammaOf } from './bandModel.ts';
import type { BandModel, LineChange } from './bandModel.ts';
import { BAND_POINTS, BAND_STEP_PPM } from './bandSpectrum.ts';
import { CommonlyChanged } from './commonChange.ts';
import type { CommonChange } from './commonChange.ts';
import { phasedReal, subtract } from './linearSolve.ts';
import type { EstimateOptions } from './networkEstimate.ts';

/** As dense as the macromolecules' lines ask for, and too stiff for a metabolite's: 0.2 ppm. */
const BASELINE_INTERVALS = 20;
const ITERATIONS = 8;
/** Farthest shift that is looked for at first, to either side. [bins] */
const SEARCH_BINS = 16;
/** What lies between is looked at about the best. */
const SEARCH_STEP = 2;
/** Where the widths begin: of a good shim. [Hz] */
const FIRST_LORENTZIAN_HZ = 3;
const FIRST_GAUSSIAN_HZ = 3;
/** Largest width that is believed. [Hz] */
const WIDEST_HZ = 30;
/** Of the normal equations' diagonal. */
const DAMPING = 1e-3;

/** What is fitted. */
interface Parameters {
  readonly phaseRad: number;
  readonly change: CommonChange;
}

export interface Reconstruction {
  readonly phaseRad: number;
  readonly change: LineChange;
  /** Real parts, phased; the sum of the signals, and what is no signal of the model. */
  readonly signals: Float64Array;
  readonly baseline: Float64Array;
}

const DESIGN = cubicSplineDesign(BAND_POINTS, BASELINE_INTERVALS);
const DESIGN_FACTOR = choleskyFactor(splineGram(DESIGN), DESIGN.columns);

type IgnoredBins = NonNullable<EstimateOptions['ignoredBins']>;

/** Bᵀv of the baseline's design; its four values a row are summed one by one, for this is done dozens of times a spectrum. */
function projectionOf(v: Float64Array): Float64Array {
  const { columns, first, values } = DESIGN;
  const out = new Float64Array(columns);
  for (let i = 0; i < BAND_POINTS; i++) {
    const c = first[i] as number;
    const at = 4 * i;
    const y = v[i] as number;
    out[c] = (out[c] as number) + (values[at] as number) * y;
    out[c + 1] = (out[c + 1] as number) + (values[at + 1] as number) * y;
    out[c + 2] = (out[c + 2] as number) + (values[at + 2] as number) * y;
    out[c + 3] = (out[c + 3] as number) + (values[at + 3] as number) * y;
  }
  return out;
}

/** Takes out, in place, what a baseline explains; bins that don't count are zero. */
function withoutBaseline(v: Float64Array, ignored: IgnoredBins | null): Float64Array {
  const { columns, first, values } = DESIGN;
  if (DESIGN_FACTOR === null)
    throw new BugError('The baseline of a reconstruction has columns that can not be told apart.');
  if (ignored !== null) v.fill(0, ignored[0], ignored[1]);
  const weights = choleskySolve(DESIGN_FACTOR, columns, projectionOf(v));
  for (let i = 0; i < BAND_POINTS; i++) {
    const c = first[i] as number;
    const at = 4 * i;
    const low =
      (values[at] as number) * (weights[c] as number) + (values[at + 1] as number) * (weights[c + 1] as number);
    const high =
      (values[at + 2] as number) * (weights[c + 2] as number) + (values[at + 3] as number) * (weights[c + 3] as number);
    v[i] = (v[i] as number) - low - high;
  }
  if (ignored !== null) v.fill(0, ignored[0], ignored[1]);
  return v;
}

function withoutBins({ re, im }: ComplexSignal, ignored: IgnoredBins | null): ComplexSignal {
  if (ignored === null) return { re, im };
  return { re: re.slice().fill(0, ignored[0], ignored[1]), im: im.slice().fill(0, ignored[0], ignored[1]) };
}

/** Σ conj(model)·spectrum with the model moved by whole bins. */
function overlap(spectrum: ComplexSignal, model: ComplexSignal, bins: number): readonly [re: number, im: number] {
  let re = 0;
  let im = 0;
  const end = BAND_POINTS + Math.min(0, bins);
  for (let j = Math.max(0, bins); j < end; j++) {
    const mr = model.re[j - bins] as number;
    const mi = model.im[j - bins] as number;
    const sr = spectrum.re[j] as number;
    const si = spectrum.im[j] as number;
    re += mr * sr + mi * si;
    im += mr * si - mi * sr;
  }
  return [re, im];
}

/** The whole-bin shift and the phase at which the signals lie best on the spectrum; lines are many bins wide. */
function firstPlace(spectrum: ComplexSignal, model: ComplexSignal): { readonly bins: number; readonly phase: number } {
  let best = { bins: 0, phase: 0, size: -1 };
  const look = (bins: number): void => {
    if (Math.abs(bins) > SEARCH_BINS) return;
    const [re, im] = overlap(spectrum, model, bins);
    const size = Math.hypot(re, im);
    if (size > best.size) best = { bins, phase: Math.atan2(im, re), size };
  };
  for (let bins = -SEARCH_BINS; bins <= SEARCH_BINS; bins += SEARCH_STEP) look(bins);
  const { bins: coarse } = best;
  look(coarse - 1);
  look(coarse + 1);
  return best;
}

interface Problem {
  /** Bins that don't count are zero. */
  readonly spectrum: ComplexSignal;
  /** The same without what a baseline explains: of any phase it is the turned parts' sum. */
  readonly bare: ComplexSignal;
  readonly sum: CommonlyChanged;
  readonly ignored: IgnoredBins | null;
}

interface State {
  readonly parameters: Parameters;
  readonly signals: ComplexSignal;
  /** Spectrum of t times the signals. */
  readonly byTime: ComplexSignal;
  readonly residual: Float64Array;
  readonly cost: number;
}

function stateAt({ bare, sum, ignored }: Problem, parameters: Parameters): State {
  const [signals, byTime] = sum.spectra(parameters.change);
  const residual = subtract(phasedReal(bare, parameters.phaseRad), withoutBaseline(signals.re.slice(), ignored));
  return { parameters, signals, byTime, residual, cost: dot(residual, residual) };
}

function clamped(phaseRad: number, [shift, lorentzian, gamma]: CommonChange): Parameters {
  const within = (v: number, low: number, high: number): number => Math.max(low, Math.min(high, v));
  const farthest = 1.5 * SEARCH_BINS * BAND_STEP_PPM;
  const change = [within(shift, -farthest, farthest), within(lorentzian, 0, WIDEST_HZ), within(gamma, 0, gammaOf(WIDEST_HZ))] as const; // prettier-ignore
  return { phaseRad, change };
}

/** Derivatives of the model less the data by phase, shift, Lorentzian width and γ, without what a baseline explains. */
function columnsAt({ bare, sum, ignored }: Problem, { parameters, byTime }: State): readonly Float64Array[] {
  const { phaseRad, change } = parameters;
  // −∂/∂phase of Re(e^{−iφ}S) is −Im(e^{−iφ}S): the data turn, the model doesn't.
  const turned = phasedReal(bare, phaseRad - Math.PI / 2);
  return [turned, ...sum.derivatives(change, byTime).map((column) => withoutBaseline(column, ignored))];
}

/** One damped Gauss–Newton step. @returns the better state, null where the step is none */
function stepped(problem: Problem, state: State, columns: readonly Float64Array[], damping: number): State | null {
  const { parameters, residual, cost } = state;
  const n = columns.length;
  const gram = new Float64Array(n * n);
  addGramByLoops(columns, gram, 1);
  for (let i = 0; i < n; i++) gram[i * n + i] = (gram[i * n + i] as number) * (1 + damping) + 1e-300;
  const factor = choleskyFactor(gram, n);
  if (factor === null) return null;
  const products = Float64Array.from(columns, (column) => dot(column, residual));
  const [turn, ...step] = choleskySolve(factor, n, products) as unknown as [number, number, number, number];
  const moved = parameters.change.map((v, i) => v + (step[i] as number)) as unknown as CommonChange;
  const next = stateAt(problem, clamped(parameters.phaseRad + turn, moved));
  return next.cost < cost ? next : null;
}

function bestState(problem: Problem, first: State): State {
  let state = first;
  let columns = columnsAt(problem, state);
  let damping = DAMPING;
  for (let i = 0; i < ITERATIONS; i++) {
    const next = stepped(problem, state, columns, damping);
    damping = next === null ? damping * 30 : damping / 3;
    if (next === null) continue;
    const gain = state.cost - next.cost;
    const isDone = gain < 1e-4 * state.cost;
    state = next;
    if (isDone) break;
    columns = columnsAt(problem, state);
  }
  return state;
}

/** The spectrum less the bins that don't count, and that without what a baseline explains of it. */
function problemOf(spectrum: ComplexSignal, sum: CommonlyChanged, ignored: IgnoredBins | null): Problem {
  const counted = withoutBins(spectrum, ignored);
  const bare = {
    re: withoutBaseline(counted.re.slice(), ignored),
    im: withoutBaseline(counted.im.slice(), ignored),
  };
  return { spectrum: counted, bare, sum, ignored };
}

/**
 * Fits what the amplitudes don't say.
 * @param model of the basis
 * @param ignored bins where the spectrum holds what is no signal of the model; null for none
 */
export function reconstruct(
  spectrum: ComplexSignal,
  model: BandModel,
  amplitudes: Float64Array,
  ignored: IgnoredBins | null = null,
): Reconstruction {
  const sum = new CommonlyChanged(model.unchangedInTime(amplitudes), model.spectrometerFrequencyMHz);
  const problem = problemOf(spectrum, sum, ignored);
  const widths = [FIRST_LORENTZIAN_HZ, gammaOf(FIRST_GAUSSIAN_HZ)] as const;
  const { bins, phase } = firstPlace(problem.spectrum, sum.spectra([0, ...widths])[0]);
  const first = stateAt(problem, { phaseRad: phase, change: [-bins * BAND_STEP_PPM, ...widths] });
  const { parameters, signals, residual } = bestState(problem, first);
  const { phaseRad } = parameters;
  const [shiftPpm, lorentzianHz, gamma] = parameters.change;
  const change = { shiftPpm, lorentzianHz, gaussianHz: Math.sqrt(gamma * 4 * Math.LN2) / Math.PI };
  const left = phasedReal(problem.spectrum, phaseRad);
  // Where bins don't count, all that is no signal of the model is left as baseline.
  const whole = phasedReal(spectrum, phaseRad);
  const baseline = left.map((v, j) => {
    const counts = ignored === null || j < ignored[0] || j >= ignored[1];
    return counts
      ? v - (signals.re[j] as number) - (residual[j] as number)
      : (whole[j] as number) - (signals.re[j] as number);
  });
  return { phaseRad, change, signals: signals.re, baseline };
}
