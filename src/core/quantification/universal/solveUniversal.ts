// Amounts with the user's basis set, once the network has told the lineshape:
//   min over a ≥ 0, c, d:  |y − Aa − Bc − Jd|²/σ² + |Dc|²/roughness² + Σ d_k²/sd_k²
// A the basis's signals as the network moved and broadened them, B baseline splines, J the derivatives by phase, common shift and
// widths, sd_k the network's own SDs: one Gauss–Newton step from its estimate, which is the prior. What the linear solve of
// Chen 2024 (QNet, doi:10.1109/TBME.2024.3354123) takes for known is thereby known as well as the network says, and the
// covariance of the amounts holds all of it. training/quantification/universal/solve.py is the twin.
import { choleskyFactor, choleskySolve, invertScaled } from '../../math/cholesky.ts';
import { addCrossProducts, addGram } from '../../math/innerProducts.ts';
import { solveNnls } from '../../math/nnls.ts';
import type { BandModel, LineChange } from '../shared/networks/bandModel.ts';
import { phasedReal } from '../shared/networks/linearSolve.ts';
import type { BandInput } from '../shared/networks/spectraBatch.ts';
import { STEP_PARAMETERS, lineshapeDerivatives } from './lineshapeStep.ts';
import { penalisedSplines } from './penalisedSplines.ts';
import type { PenalisedSplines } from './penalisedSplines.ts';
import { countedNoise } from './runUniversal.ts';
import type { Estimated, UniversalLineshape } from './runUniversal.ts';

/**
 * Part of the roughness that the network expects which the baseline is allowed: it leans towards spectra with baselines, and what
 * a baseline takes from the lines costs more than what it leaves.
 */
const ALLOWED_ROUGHNESS = 0.1;
/** The baseline's roughness over the noise, kept from freezing and from following the lines. */
const ROUGHNESS_OVER_NOISE = [0.02, 30] as const;
/** Steps are for small misses: no prior is wider. [deg, ppm] */
const LARGEST_PRIOR = { phaseDeg: 12, shiftPpm: 0.004, widthPpm: 0.012 } as const;

export interface UniversalSolution {
  /** Of all signals of the model, in the units of the basis. */
  readonly amplitudes: Float64Array;
  /** M × M; null where signals can't be told apart. */
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
}

/** Normal equations of the amounts: what is left of AᵀA and Aᵀy without splines and step. */
interface Equations {
  readonly gram: Float64Array;
  readonly products: Float64Array;
}

/** A column and what the splines make of it. */
interface Weighed {
  readonly columns: readonly Float64Array[];
  readonly reduced: readonly Float64Array[];
}

const clip = (value: number, [low, high]: readonly [number, number]): number => Math.min(Math.max(value, low), high);

/** UᵀWV. @returns u × v, row-major */
function products(u: Weighed, v: Weighed): Float64Array {
  const out = new Float64Array(u.columns.length * v.columns.length);
  addCrossProducts(u.columns, v.columns, out, 1);
  addCrossProducts(u.reduced, v.reduced, out, -1);
  return out;
}

/** The splines taken out of AᵀA and Aᵀy. */
function withoutSplines({ gram, products: h }: Equations, a: Weighed, y: Weighed): Equations {
  addGram(a.reduced, gram, -1);
  addCrossProducts(a.reduced, y.reduced, h, -1);
  return { gram, products: h };
}

/** Broad signals move with the others, and are as wide as they are. */
function changesOf(
  model: BandModel,
  { shiftPpm, lorentzianHz, gaussianHz, ownShiftPpm }: UniversalLineshape,
  isBroad: readonly boolean[],
): LineChange[] {
  return model.names.map((name, m) => {
    if (isBroad[m] === true) return { shiftPpm: shiftPpm.value, lorentzianHz: 0, gaussianHz: 0 };
    const own = ownShiftPpm(name)?.value ?? 0;
    return { shiftPpm: shiftPpm.value + own, lorentzianHz: lorentzianHz.value, gaussianHz: gaussianHz.value };
  });
}

/** 1/sd² of the step's parameters. */
function precisions({ phaseDeg, shiftPpm, lorentzianHz, gaussianHz }: UniversalLineshape, f0: number): number[] {
  const of = ({ sd }: Estimated, largest: number): number => 1 / Math.min(sd, largest) ** 2;
  const width = LARGEST_PRIOR.widthPpm * f0;
  return [
    of(phaseDeg, LARGEST_PRIOR.phaseDeg),
    of(shiftPpm, LARGEST_PRIOR.shiftPpm),
    of(lorentzianHz, width),
    of(gaussianHz, width),
  ];
}

const everyIndex = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function solveAmounts({ gram, products: h }: Equations, warmStart: readonly number[]): Float64Array {
  return solveNnls(gram, h, h.length, [], warmStart).x;
}

/** The step taken out of the equations, and what it is once the amounts are known. */
function withoutStep(
  plain: Equations,
  a: Weighed,
  y: Weighed,
  j: Weighed,
  weights: readonly number[],
): { readonly equations: Equations; readonly step: (amplitudes: Float64Array) => Float64Array } {
  const k = STEP_PARAMETERS;
  const n = plain.products.length;
  const inner = products(j, j);
  for (let i = 0; i < k; i++) inner[i * k + i] = (inner[i * k + i] as number) + (weights[i] as number);
  const factor = choleskyFactor(inner, k, 1e-12);
  if (factor === null) return { equations: plain, step: () => new Float64Array(k) };
  const cross = products(a, j);
  const right = products(j, y);
  const gram = plain.gram.slice();
  const h = plain.products.slice();
  const solved = new Float64Array(n * k);
  for (let row = 0; row < n; row++)
    solved.set(choleskySolve(factor, k, cross.subarray(row * k, (row + 1) * k)), row * k);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < k; i++) {
      const s = solved[row * k + i] as number;
      h[row] = (h[row] as number) - s * (right[i] as number);
      for (let other = 0; other < n; other++) {
        gram[row * n + other] = (gram[row * n + other] as number) - s * (cross[other * k + i] as number);
      }
    }
  }
  return {
    equations: { gram, products: h },
    step: (amplitudes) => {
      const left = right.slice();
      for (let row = 0; row < n; row++) {
        for (let i = 0; i < k; i++)
          left[i] = (left[i] as number) - (amplitudes[row] as number) * (cross[row * k + i] as number);
      }
      return choleskySolve(factor, k, left);
    },
  };
}

/** Σ w_k·column_k */
function combined(columns: readonly Float64Array[], weights: Float64Array, start: Float64Array): Float64Array {
  const out = start.slice();
  columns.forEach((column, k) => {
    const w = weights[k] as number;
    if (w !== 0) for (let j = 0; j < out.length; j++) out[j] = (out[j] as number) + w * (column[j] as number);
  });
  return out;
}

function residualSdOf(data: Float64Array, signals: Float64Array, baseline: Float64Array): number {
  let power = 0;
  for (let j = 0; j < data.length; j++)
    power += ((data[j] as number) - (signals[j] as number) - (baseline[j] as number)) ** 2;
  return Math.sqrt(power / data.length);
}

/** Splines for a spectrum: as stiff as the network says. */
function splinesFor({ baselineRoughness }: UniversalLineshape, noiseSd: number): PenalisedSplines {
  return penalisedSplines(clip((ALLOWED_ROUGHNESS * baselineRoughness) / noiseSd, ROUGHNESS_OVER_NOISE));
}

/**
 * @param model of the user's basis; it is left as the network changed it
 * @param isBroad macromolecules and lipids, by signal of the model
 */
export function solveUniversal(
  band: BandInput,
  lineshape: UniversalLineshape,
  model: BandModel,
  isBroad: readonly boolean[],
): UniversalSolution {
  const f0 = model.spectrometerFrequencyMHz;
  const noiseSd = countedNoise(band);
  const splines = splinesFor(lineshape, noiseSd);
  const data = phasedReal(band.spectrum, (lineshape.phaseDeg.value * Math.PI) / 180);
  model.change(changesOf(model, lineshape, isBroad));
  const weigh = (columns: readonly Float64Array[]): Weighed => ({ columns, reduced: splines.reduce(columns) });
  const a = weigh(model.columns());
  const y = weigh([data]);
  const plain = withoutSplines(model.products(data), a, y);
  const first = solveAmounts(plain, everyIndex(model.names.length));
  const j = weigh(lineshapeDerivatives(model, first, isBroad, lineshape.gaussianHz.value));
  const weights = precisions(lineshape, f0).map((precision) => precision * noiseSd ** 2);
  const { equations, step: stepAt } = withoutStep(plain, a, y, j, weights);
  const amplitudes = solveAmounts(
    equations,
    everyIndex(model.names.length).filter((m) => (first[m] as number) > 0),
  );
  const step = stepAt(amplitudes);
  const signals = combined(j.columns, step, model.sum(amplitudes).re);
  const baseline = splines.fitTo(data.map((v, i) => v - (signals[i] as number)));
  return {
    amplitudes,
    covariance: invertScaled(equations.gram, amplitudes.length)?.map((v) => v * noiseSd ** 2) ?? null,
    phaseDeg: lineshape.phaseDeg.value + (step[0] as number),
    shiftPpm: lineshape.shiftPpm.value + (step[1] as number),
    lorentzianHz: Math.max(0, lineshape.lorentzianHz.value + (step[2] as number)),
    gaussianHz: Math.max(0, lineshape.gaussianHz.value + (step[3] as number)),
    data,
    baseline,
    signals,
    residualSd: residualSdOf(data, signals, baseline),
  };
}
