// Amounts with the user's basis set, once the network has told the lineshape:
//   min over a ≥ 0, c, d:  |y − Aa − Bc − Jd|²/(mσ)² + |Dc|²/(m·roughness)² + Σ (d_k + moved_k)²/sd_k²
// A the basis's signals as the network moved and broadened them, B baseline splines, J the derivatives by phase, common shift and
// widths, sd_k the network's own SDs: a Gauss–Newton step from its estimate, which is the prior. Where the step bends the model by
// more than the noise hides, or leaves more than noise, a second one is made from where the first led to (moved_k), the own shifts of
// strong metabolites among its unknowns, m the residual over the noise, if above 1. What the linear solve of Chen 2024 (QNet,
// doi:10.1109/TBME.2024.3354123) takes for known is thereby known as well as the network says, and the covariance of the amounts holds
// all of it. training/quantification/universal/solve.py is the twin.
import { invertScaled } from '../../math/cholesky.ts';
import { solveNnls } from '../../math/nnls.ts';
import type { BandModel } from '../shared/networks/bandModel.ts';
import { phasedReal, subtract } from '../shared/networks/linearSolve.ts';
import type { BandInput } from '../shared/networks/spectraBatch.ts';
import { withoutSplines, withoutStep } from './equations.ts';
import type { Equations, StepPrior, SteppedEquations, Weighed } from './equations.ts';
import {
  COMMON_UNKNOWNS,
  bendOf,
  changesOf,
  lineshapeDerivatives,
  precisions,
  startOf,
  stepFrame,
  stepped,
} from './lineshapeStep.ts';
import type { StepFrame } from './lineshapeStep.ts';
import { residualExcess } from './misfit.ts';
import { penalisedSplines } from './penalisedSplines.ts';
import type { PenalisedSplines } from './penalisedSplines.ts';
import { countedNoise, coveredSamples } from './runUniversal.ts';
import type { UniversalLineshape } from './runUniversal.ts';

/** The baseline's roughness over the noise, kept from freezing and from following the lines. */
const ROUGHNESS_OVER_NOISE = [0.02, 30] as const;
/** What the bend of the first step may leave, over the noise SD, before a second is made. */
const LARGEST_BEND = 1.5;
/** Residual over noise that asks for a second step. */
const LARGEST_RESIDUAL = 1.1;

export interface UniversalSolution {
  /** Of all signals of the model, in the units of the basis. */
  readonly amplitudes: Float64Array;
  /** M × M, by the noise alone; null where signals can't be told apart. */
  readonly covariance: Float64Array | null;
  readonly phaseDeg: number;
  readonly shiftPpm: number;
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
  /** Real parts in the phase of the network, 512 bins. */
  readonly data: Float64Array;
  readonly baseline: Float64Array;
  /** Of all signals, the step included. */
  readonly signals: Float64Array;
  readonly residualSd: number;
  /** Power that the residual has beyond the noise, by signal; see misfit.ts. */
  readonly excess: Float64Array;
  /** Steps that were made: 1 or 2. */
  readonly steps: number;
}

/** Adds sign · Σ w_k·column_k to `out`. */
function addCombined(
  out: Float64Array,
  columns: readonly Float64Array[],
  weights: Float64Array,
  sign: 1 | -1,
): Float64Array {
  for (let k = 0; k < weights.length; k++) {
    const w = sign * (weights[k] as number);
    if (w === 0) continue;
    const column = columns[k] as Float64Array;
    for (let j = 0; j < out.length; j++) out[j] = (out[j] as number) + w * (column[j] as number);
  }
  return out;
}

function residualSdOf(data: Float64Array, signals: Float64Array, baseline: Float64Array): number {
  let power = 0;
  for (let j = 0; j < data.length; j++)
    power += ((data[j] as number) - (signals[j] as number) - (baseline[j] as number)) ** 2;
  return Math.sqrt(power / data.length);
}

/** What one step's solve stands on. */
interface Standing extends StepFrame {
  readonly lineshape: UniversalLineshape;
  readonly splines: PenalisedSplines;
  readonly noiseSd: number;
}

/** The solve at one lineshape. */
interface Pass {
  readonly unknowns: Float64Array;
  readonly data: Float64Array;
  readonly amplitudes: Float64Array;
  readonly derivatives: readonly Float64Array[];
  readonly step: Float64Array;
  readonly gram: Float64Array;
  readonly signals: Float64Array;
  readonly baseline: Float64Array;
  readonly residualSd: number;
}

const everyIndex = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function solveAmounts({ gram, products: h }: Equations, warmStart: readonly number[]): Float64Array {
  return solveNnls(gram, h, h.length, [], warmStart).x;
}

const present = (amplitudes: Float64Array): number[] =>
  everyIndex(amplitudes.length).filter((m) => (amplitudes[m] as number) > 0);

/**
 * The model changed as the unknowns say, and a step from there.
 * @param amplitudesBefore amounts that the derivatives are taken at; null: those of a solve without a step
 */
function pass(
  standing: Standing,
  spectrum: BandInput['spectrum'],
  unknowns: Float64Array,
  prior: StepPrior,
  amplitudesBefore: Float64Array | null,
): Pass {
  const { model, lineshape, splines } = standing;
  const data = phasedReal(spectrum, ((unknowns[0] as number) * Math.PI) / 180);
  model.change(changesOf(standing, unknowns, lineshape));
  const weigh = (columns: readonly Float64Array[]): Weighed => ({ columns, reduced: splines.reduce(columns) });
  const columns = model.columns();
  const known = weigh([...columns, data]);
  const plain = withoutSplines(model.products(data), known);
  const at = amplitudesBefore ?? solveAmounts(plain, everyIndex(columns.length));
  const derivatives = weigh(lineshapeDerivatives(standing, columns, at, unknowns));
  const solved = withoutStep(plain, known, derivatives, prior);
  const amplitudes = solveAmounts(solved.equations, present(at));
  return { unknowns, data, amplitudes, ...partsOf(standing, known, derivatives, amplitudes, solved) };
}

/** @param known the model's columns, the data behind them */
function partsOf(
  { model, splines }: Standing,
  known: Weighed,
  derivatives: Weighed,
  amplitudes: Float64Array,
  { equations, step: stepAt }: SteppedEquations,
): Pick<Pass, 'derivatives' | 'step' | 'gram' | 'signals' | 'baseline' | 'residualSd'> {
  const n = amplitudes.length;
  const step = stepAt(amplitudes);
  const signals = addCombined(model.sum(amplitudes).re, derivatives.columns, step, 1);
  // What is left over for the splines, reduced as its parts are.
  const left = (known.reduced[n] as Float64Array).slice();
  addCombined(left, known.reduced, amplitudes, -1);
  const baseline = splines.fitTo(addCombined(left, derivatives.reduced, step, -1));
  const residualSd = residualSdOf(known.columns[n] as Float64Array, signals, baseline);
  return { derivatives: derivatives.columns, step, gram: equations.gram, signals, baseline, residualSd };
}

/** One pass for what is common, and another with own shifts where the step was long or much is left. */
function passes(standing: Standing, spectrum: BandInput['spectrum']): { readonly last: Pass; readonly steps: number } {
  const { model, lineshape, noiseSd } = standing;
  const start = startOf(standing, lineshape);
  const precision = precisions(standing, lineshape).map((p) => p * noiseSd ** 2);
  const common = start.slice(0, COMMON_UNKNOWNS);
  const prior = { precision: precision.slice(0, COMMON_UNKNOWNS), moved: new Float64Array(COMMON_UNKNOWNS) };
  const first = pass({ ...standing, own: [] }, spectrum, common, prior, null);
  const bend = bendOf(first.derivatives, first.step, model.spectrometerFrequencyMHz);
  const misfit = Math.max(1, first.residualSd / noiseSd);
  if (!(bend > LARGEST_BEND * noiseSd) && !(misfit > LARGEST_RESIDUAL)) return { last: first, steps: 1 };
  const led = start.slice();
  led.set(stepped(common, first.step));
  const widened = {
    precision: precision.map((p) => p * misfit ** 2),
    moved: led.map((v, k) => v - (start[k] as number)),
  };
  return { last: pass(standing, spectrum, led, widened, first.amplitudes), steps: 2 };
}

/** Splines for a spectrum: as stiff as the network says. */
function splinesFor({ baselineRoughness }: UniversalLineshape, noiseSd: number): PenalisedSplines {
  const [low, high] = ROUGHNESS_OVER_NOISE;
  return penalisedSplines(Math.min(Math.max(baselineRoughness / noiseSd, low), high));
}

/** Of n amounts; null where signals can't be told apart. */
function covarianceOf(gram: Float64Array, n: number, noiseSd: number): Float64Array | null {
  const covariance = invertScaled(gram, n);
  if (covariance === null) return null;
  for (let i = 0; i < covariance.length; i++) covariance[i] = (covariance[i] as number) * noiseSd ** 2;
  return covariance;
}

/**
 * @param model of the user's basis; it is left as the last step found it
 * @param isBroad macromolecules and lipids, by signal of the model
 */
export function solveUniversal(
  band: BandInput,
  lineshape: UniversalLineshape,
  model: BandModel,
  isBroad: readonly boolean[],
): UniversalSolution {
  const noiseSd = countedNoise(band);
  const frame = stepFrame(model, isBroad, lineshape);
  const { last, steps } = passes(
    { ...frame, lineshape, splines: splinesFor(lineshape, noiseSd), noiseSd },
    band.spectrum,
  );
  const { amplitudes, data, baseline, signals, residualSd } = last;
  const [phaseDeg = 0, shiftPpm = 0, lorentzianHz = 0, gaussianHz = 0] = stepped(last.unknowns, last.step);
  const residual = subtract(subtract(data.slice(), signals), baseline);
  return {
    amplitudes,
    covariance: covarianceOf(last.gram, amplitudes.length, noiseSd),
    phaseDeg,
    shiftPpm,
    lorentzianHz,
    gaussianHz,
    data,
    baseline,
    signals,
    residualSd,
    excess: residualExcess(residual, model.columns(), noiseSd, coveredSamples(band.input)),
    steps,
  };
}
