// How well amplitudes that a network gave without a signal model explain the spectrum: they are held, and only what they don't
// say is fitted: common phase, shift and widths, and a smooth baseline (cubic B-splines), which takes macromolecules along.
import { timeAxisS } from '../../../domain/axes.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { CANONICAL_POINTS } from '../../../domain/canonicalBand.ts';
import { BugError } from '../../../domain/errors.ts';
import { cubicSplineDesign, splineGram } from '../../../math/bspline.ts';
import { choleskyFactor, choleskySolve } from '../../../math/cholesky.ts';
import { addGramByLoops, dot } from '../../../math/innerProducts.ts';
import { canonicalBandSpectrum, gammaOf } from './bandModel.ts';
import type { BandModel, LineChange } from './bandModel.ts';
import { BAND_POINTS, BAND_STEP_PPM } from './bandSpectrum.ts';
import { canonicalDwellTimeS } from './canonicalFid.ts';
import { phasedReal } from './linearSolve.ts';
import type { EstimateOptions } from './networkEstimate.ts';

/** As dense as the macromolecules' lines ask for, and too stiff for a metabolite's: 0.2 ppm. */
const BASELINE_INTERVALS = 20;
const ITERATIONS = 8;
/** Farthest shift that is looked for at first, to either side. [bins] */
const SEARCH_BINS = 16;
/** Where the widths begin: of a good shim. [Hz] */
const FIRST_LORENTZIAN_HZ = 3;
const FIRST_GAUSSIAN_HZ = 3;
/** Largest width that is believed. [Hz] */
const WIDEST_HZ = 30;
/** Of the normal equations' diagonal. */
const DAMPING = 1e-3;

/** What is fitted: [phase rad, shift ppm, Lorentzian Hz, γ 1/s²]. */
type Parameters = readonly [phase: number, shiftPpm: number, lorentzianHz: number, gamma: number];

export interface Reconstruction {
  readonly phaseRad: number;
  readonly change: LineChange;
  /** Real part, phased. */
  readonly baseline: Float64Array;
}

const DESIGN = cubicSplineDesign(BAND_POINTS, BASELINE_INTERVALS);
const DESIGN_FACTOR = choleskyFactor(splineGram(DESIGN), DESIGN.columns);

type IgnoredBins = NonNullable<EstimateOptions['ignoredBins']>;

/** Takes out, in place, what a baseline explains; bins that don't count are zero. */
function withoutBaseline(v: Float64Array, ignored: IgnoredBins | null): Float64Array {
  const { columns, first, values } = DESIGN;
  if (DESIGN_FACTOR === null)
    throw new BugError('The baseline of a reconstruction has columns that can not be told apart.');
  if (ignored !== null) v.fill(0, ignored[0], ignored[1]);
  const projected = new Float64Array(columns);
  for (let i = 0; i < BAND_POINTS; i++) {
    const c = first[i] as number;
    for (let a = 0; a < 4; a++) {
      projected[c + a] = (projected[c + a] as number) + (values[4 * i + a] as number) * (v[i] as number);
    }
  }
  const weights = choleskySolve(DESIGN_FACTOR, columns, projected);
  for (let i = 0; i < BAND_POINTS; i++) {
    const c = first[i] as number;
    let baseline = 0;
    for (let a = 0; a < 4; a++) baseline += (values[4 * i + a] as number) * (weights[c + a] as number);
    v[i] = (v[i] as number) - baseline;
  }
  if (ignored !== null) v.fill(0, ignored[0], ignored[1]);
  return v;
}

/** The sum of the signals, changed, and its derivatives by what changes it. */
class SignalSum {
  readonly #sum: ComplexSignal;
  readonly #f0: number;
  readonly #times: Float64Array;

  constructor(model: BandModel, amplitudes: Float64Array) {
    model.change(model.names.map(() => ({ shiftPpm: 0, lorentzianHz: 0, gaussianHz: 0 })));
    this.#sum = model.sumInTime(amplitudes);
    this.#f0 = model.spectrometerFrequencyMHz;
    this.#times = timeAxisS(CANONICAL_POINTS, canonicalDwellTimeS(this.#f0));
  }

  changed([, shiftPpm, lorentzianHz, gamma]: Parameters): ComplexSignal {
    const out = { re: new Float64Array(CANONICAL_POINTS), im: new Float64Array(CANONICAL_POINTS) };
    const { re, im } = this.#sum;
    for (let n = 0; n < CANONICAL_POINTS; n++) {
      const t = this.#times[n] as number;
      const size = Math.exp(-Math.PI * lorentzianHz * t - gamma * t * t);
      const angle = -2 * Math.PI * shiftPpm * this.#f0 * t;
      const c = size * Math.cos(angle);
      const s = size * Math.sin(angle);
      out.re[n] = (re[n] as number) * c - (im[n] as number) * s;
      out.im[n] = (re[n] as number) * s + (im[n] as number) * c;
    }
    return out;
  }

  spectrum(signal: ComplexSignal): ComplexSignal {
    return canonicalBandSpectrum(signal, this.#f0);
  }

  /** Real parts of the spectra of ∂/∂shift, ∂/∂Lorentzian, ∂/∂γ. */
  derivatives({ re, im }: ComplexSignal): Float64Array[] {
    const weighed = (weight: (t: number) => number, turned: boolean): Float64Array => {
      const signal = { re: new Float64Array(CANONICAL_POINTS), im: new Float64Array(CANONICAL_POINTS) };
      for (let n = 0; n < CANONICAL_POINTS; n++) {
        const w = weight(this.#times[n] as number);
        // −i·(re + i·im) = im − i·re
        signal.re[n] = w * ((turned ? im[n] : re[n]) as number);
        signal.im[n] = turned ? -w * (re[n] as number) : w * (im[n] as number);
      }
      return this.spectrum(signal).re;
    };
    return [
      weighed((t) => 2 * Math.PI * this.#f0 * t, true),
      weighed((t) => -Math.PI * t, false),
      weighed((t) => -t * t, false),
    ];
  }
}

function withoutBins({ re, im }: ComplexSignal, ignored: IgnoredBins | null): ComplexSignal {
  if (ignored === null) return { re, im };
  return { re: re.slice().fill(0, ignored[0], ignored[1]), im: im.slice().fill(0, ignored[0], ignored[1]) };
}

/** The whole-bin shift and the phase at which the signals lie best on the spectrum. */
function firstPlace(spectrum: ComplexSignal, model: ComplexSignal): { readonly bins: number; readonly phase: number } {
  let best = { bins: 0, phase: 0, size: -1 };
  for (let bins = -SEARCH_BINS; bins <= SEARCH_BINS; bins++) {
    let re = 0;
    let im = 0;
    for (let j = Math.max(0, bins); j < BAND_POINTS + Math.min(0, bins); j++) {
      const [mr, mi] = [model.re[j - bins] as number, model.im[j - bins] as number];
      const [sr, si] = [spectrum.re[j] as number, spectrum.im[j] as number];
      re += mr * sr + mi * si;
      im += mr * si - mi * sr;
    }
    const size = Math.hypot(re, im);
    if (size > best.size) best = { bins, phase: Math.atan2(im, re), size };
  }
  return best;
}

interface Problem {
  readonly spectrum: ComplexSignal;
  readonly sum: SignalSum;
  readonly ignored: IgnoredBins | null;
}

interface State {
  readonly parameters: Parameters;
  readonly signal: ComplexSignal;
  readonly residual: Float64Array;
  readonly cost: number;
}

function stateAt({ spectrum, sum, ignored }: Problem, parameters: Parameters): State {
  const signal = sum.changed(parameters);
  const residual = phasedReal(spectrum, parameters[0]);
  const model = sum.spectrum(signal).re;
  for (let j = 0; j < residual.length; j++) residual[j] = (residual[j] as number) - (model[j] as number);
  withoutBaseline(residual, ignored);
  return { parameters, signal, residual, cost: dot(residual, residual) };
}

function clamped([phase, shift, lorentzian, gamma]: Parameters): Parameters {
  const within = (v: number, low: number, high: number): number => Math.max(low, Math.min(high, v));
  const farthest = 1.5 * SEARCH_BINS * BAND_STEP_PPM;
  return [phase, within(shift, -farthest, farthest), within(lorentzian, 0, WIDEST_HZ), within(gamma, 0, gammaOf(WIDEST_HZ))]; // prettier-ignore
}

/** One damped Gauss–Newton step. @returns the better state, null where the step is none */
function stepped(problem: Problem, state: State, damping: number): State | null {
  const { spectrum, sum, ignored } = problem;
  const { parameters, signal, residual } = state;
  // ∂/∂phase of Re(e^{−iφ}S) is Im(e^{−iφ}S): the data turn, the model doesn't.
  const turned = phasedReal({ re: spectrum.im, im: spectrum.re.map((v) => -v) }, parameters[0]).map((v) => -v);
  const columns = [turned, ...sum.derivatives(signal)].map((column) => withoutBaseline(column, ignored));
  const n = columns.length;
  const gram = new Float64Array(n * n);
  addGramByLoops(columns, gram, 1);
  for (let i = 0; i < n; i++) gram[i * n + i] = (gram[i * n + i] as number) * (1 + damping) + 1e-300;
  const factor = choleskyFactor(gram, n);
  if (factor === null) return null;
  const step = choleskySolve(
    factor,
    n,
    Float64Array.from(columns, (column) => dot(column, residual)),
  );
  const moved = parameters.map((v, i) => v + (step[i] as number)) as unknown as Parameters;
  const next = stateAt(problem, clamped(moved));
  return next.cost < state.cost ? next : null;
}

/**
 * Fits what the amplitudes don't say.
 * @param model of the basis; it stands at the fitted change afterwards
 * @param ignored bins where the spectrum holds what is no signal of the model; null for none
 */
export function reconstruct(
  spectrum: ComplexSignal,
  model: BandModel,
  amplitudes: Float64Array,
  ignored: IgnoredBins | null = null,
): Reconstruction {
  const sum = new SignalSum(model, amplitudes);
  const problem: Problem = { spectrum: withoutBins(spectrum, ignored), sum, ignored };
  const begin: Parameters = [0, 0, FIRST_LORENTZIAN_HZ, gammaOf(FIRST_GAUSSIAN_HZ)];
  const { bins, phase } = firstPlace(problem.spectrum, sum.spectrum(sum.changed(begin)));
  let state = stateAt(problem, [phase, -bins * BAND_STEP_PPM, begin[2], begin[3]]);
  let damping = DAMPING;
  for (let i = 0; i < ITERATIONS; i++) {
    const next = stepped(problem, state, damping);
    damping = next === null ? damping * 30 : damping / 3;
    if (next === null) continue;
    const gain = state.cost - next.cost;
    const isDone = gain < 1e-4 * state.cost;
    state = next;
    if (isDone) break;
  }
  const [phaseRad, shiftPpm, lorentzianHz, gamma] = state.parameters;
  const gaussianHz = Math.sqrt(gamma * 4 * Math.LN2) / Math.PI;
  const change = { shiftPpm, lorentzianHz, gaussianHz };
  model.change(model.names.map(() => change));
  const left = phasedReal(problem.spectrum, phaseRad);
  const signals = model.sum(amplitudes).re;
  // Where bins don't count, all that is no signal of the model is left as baseline.
  const whole = phasedReal(spectrum, phaseRad);
  const baseline = left.map((v, j) => {
    const counts = ignored === null || j < ignored[0] || j >= ignored[1];
    return counts
      ? v - (signals[j] as number) - (state.residual[j] as number)
      : (whole[j] as number) - (signals[j] as number);
  });
  return { phaseRad, change, baseline };
}
