// How amplitudes may run over the points of a series: a few shapes φ_i(x; R), each with a factor of its own, that share at
// most one rate R, a(x) = Σ_i c_i φ_i(x; R). T2 and diffusion decay e^{−xR} (R = 1/T2, or the ADC), T1 recovery after
// saturation 1 − e^{−xR} and after inversion c_0 − c_1 e^{−xR}, or a value that stays or changes in proportion to x. Fitting
// their parameters to all spectra at once is the dynamic fitting of Clarke 2024 (doi:10.1002/mrm.30001).
import { choleskyFactor, choleskySolve } from '../../math/cholesky.ts';

export const AMPLITUDE_MODELS = [
  'constant',
  'linear',
  'exponential',
  'saturationRecovery',
  'inversionRecovery',
] as const;
export type AmplitudeModelName = (typeof AMPLITUDE_MODELS)[number];

/** The points that a model runs over. */
export interface SeriesAxis {
  readonly x: readonly number[];
  readonly mean: number;
  /** Largest minus smallest x. */
  readonly span: number;
}

export function seriesAxis(x: readonly number[]): SeriesAxis {
  const mean = x.reduce((s, v) => s + v, 0) / Math.max(1, x.length);
  return { x, mean, span: Math.max(...x) - Math.min(...x) };
}

export interface AmplitudeModel {
  readonly name: AmplitudeModelName;
  readonly hasRate: boolean;
  /** Whether amplitudes are negative at some points, as before the null of an inversion recovery. */
  readonly isSigned: boolean;
  /** What the factors c_i are called. */
  readonly factors: readonly string[];
  /** φ_i(x; R). */
  readonly shapes: (x: number, rate: number, axis: SeriesAxis) => readonly number[];
  /** ∂φ_i/∂R. */
  readonly slopes: (x: number, rate: number) => readonly number[];
}

const decay = (x: number, rate: number): number => Math.exp(-x * rate);

const MODELS: Readonly<Record<AmplitudeModelName, Omit<AmplitudeModel, 'name'>>> = {
  constant: { hasRate: false, isSigned: false, factors: ['amplitude'], shapes: () => [1], slopes: () => [0] },
  linear: {
    hasRate: false,
    isSigned: false,
    factors: ['meanAmplitude', 'slope'],
    // About the mean of x, so that the two factors are nearly independent.
    shapes: (x, _, { mean }) => [1, x - mean],
    slopes: () => [0, 0],
  },
  exponential: {
    hasRate: true,
    isSigned: false,
    factors: ['amplitudeAtZero'],
    shapes: (x, rate) => [decay(x, rate)],
    slopes: (x, rate) => [-x * decay(x, rate)],
  },
  saturationRecovery: {
    hasRate: true,
    isSigned: false,
    factors: ['equilibriumAmplitude'],
    shapes: (x, rate) => [1 - decay(x, rate)],
    slopes: (x, rate) => [x * decay(x, rate)],
  },
  inversionRecovery: {
    hasRate: true,
    isSigned: true,
    factors: ['equilibriumAmplitude', 'invertedPart'],
    shapes: (x, rate) => [1, -decay(x, rate)],
    slopes: (x, rate) => [0, x * decay(x, rate)],
  },
};

export const amplitudeModel = (name: AmplitudeModelName): AmplitudeModel => ({ name, ...MODELS[name] });

/** Rates that a series can tell: from a growth by e³ over its span to a decay within a hundredth of it. */
export const rateBounds = ({ span }: SeriesAxis): readonly [number, number] => [-3 / span, 100 / span];

/** Best factors at a rate, and what they leave. */
function factorsAt(
  model: AmplitudeModel,
  rate: number,
  values: Float64Array,
  axis: SeriesAxis,
): { factors: Float64Array; misfit: number } {
  const n = model.factors.length;
  const gram = new Float64Array(n * n);
  const right = new Float64Array(n);
  const shapes = axis.x.map((x) => model.shapes(x, rate, axis));
  shapes.forEach((phi, k) => {
    for (let i = 0; i < n; i++) {
      right[i] = (right[i] as number) + (phi[i] as number) * (values[k] as number);
      for (let j = 0; j < n; j++)
        gram[i * n + j] = (gram[i * n + j] as number) + (phi[i] as number) * (phi[j] as number);
    }
  });
  const factor = choleskyFactor(gram, n, 1e-12);
  const factors = factor === null ? new Float64Array(n) : choleskySolve(factor, n, right);
  const misfit = shapes.reduce((sum, phi, k) => {
    const fitted = phi.reduce((s, v, i) => s + v * (factors[i] as number), 0);
    return sum + ((values[k] as number) - fitted) ** 2;
  }, 0);
  return { factors, misfit };
}

/**
 * Start values: the best of a grid of common rates, with the best factors of each signal.
 * @param values amplitudes over the points, for each signal
 */
export function startOf(
  model: AmplitudeModel,
  values: readonly Float64Array[],
  axis: SeriesAxis,
): { readonly factors: readonly Float64Array[]; readonly rate: number } {
  const rates = model.hasRate ? Array.from({ length: 40 }, (_, i) => (0.1 * 500 ** (i / 39)) / axis.span) : [0];
  const tried = rates.map((rate) => {
    const each = values.map((v) => factorsAt(model, rate, v, axis));
    return { rate, factors: each.map((e) => e.factors), misfit: each.reduce((s, e) => s + e.misfit, 0) };
  });
  return tried.reduce((a, b) => (b.misfit < a.misfit ? b : a));
}
