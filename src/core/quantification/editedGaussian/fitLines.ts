// Least squares of a line model to one spectrum, with the covariance of its areas under the true noise of the rows.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { Interval } from '../../math/boxLeastSquares.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import { estimateNoiseSd } from '../shared/noise.ts';
import { gramOf, inverseOfGram, minimiseSeparable, tangentAt } from '../shared/separableFit.ts';
import type { SeparableSolution, Tolerance } from '../shared/separableFit.ts';
import { largestMagnitude, scaledSignal } from '../shared/timeDomainData.ts';
import { COMMON_GAUSSIAN, PHASE, frequencyOf, realPart, widthOf } from './lineModel.ts';
import type { LineModel } from './lineModel.ts';

const FINE: Tolerance = { absolute: 1e-4, relative: 1e-10 };
const NOISE_FLOOR = 1e-7;
/** Common Gaussian width of the singlets at most. [ppm] */
const WIDEST_GAUSSIAN_PPM = 0.12;

export interface LineStart {
  readonly hz: number;
  /** Half width of its range. [Hz] */
  readonly roomHz: number;
  readonly widthHz: number;
  readonly widthRange: readonly [number, number];
}

export interface CommonStart {
  readonly phaseRad: number;
  readonly phaseFree: boolean;
  /** Lorentzian lines get a common Gaussian width. */
  readonly voigt: boolean;
}

export interface FittedLines {
  readonly solution: SeparableSolution;
  /** Areas in data units, and their covariance; null where singular. */
  readonly areas: readonly number[];
  readonly covariance: Float64Array | null;
  /** Curves of the whole window in data units. */
  readonly data: Float64Array;
  readonly lines: readonly Float64Array[];
  readonly baseline: Float64Array;
  /** Per FID sample, data units. */
  readonly noiseSd: number;
  /** RMS residual over that of the noise. */
  readonly misfit: number;
}

/**
 * Fits the lines' areas, places and widths and the baseline.
 * @param common phase and common Gaussian width to begin with; `phaseFree`, `voigt`: they are fitted too
 * @throws ProcessingError where there is no signal, CancelledError
 */
export function fitLines(
  input: FitInput,
  model: LineModel,
  starts: readonly LineStart[],
  common: CommonStart,
  maxIterations: number,
  cancellation: Cancellation,
): FittedLines {
  const scale = largestMagnitude(input.fid);
  if (!(scale > 0) || !isFinite(scale)) {
    throw new ProcessingError('PROCESSING_FAILED', 'The spectrum holds no signal to fit: every sample is zero or one is not a number.'); // prettier-ignore
  }
  const fid: ComplexSignal = scaledSignal(input.fid, 1 / scale);
  const measured = input.noiseSd ?? estimateNoiseSd(input.fid, input.dwellTimeS, input.spectrometerFrequencyMHz);
  const noise = Math.max(measured / scale, NOISE_FLOOR);
  const data = realPart(model.spectrumOf(fid), 0);
  const theta = new Float64Array(frequencyOf(starts.length));
  const widest = WIDEST_GAUSSIAN_PPM * input.spectrometerFrequencyMHz;
  const bounds: Interval[] = [
    { lower: -Infinity, upper: Infinity },
    { lower: 0, upper: widest },
  ];
  theta[PHASE] = common.phaseRad;
  // Not at 0, where the model does not change with it.
  theta[COMMON_GAUSSIAN] = common.voigt ? widest / 4 : 0;
  starts.forEach(({ hz, roomHz, widthHz, widthRange }, m) => {
    theta[frequencyOf(m)] = hz;
    theta[widthOf(m)] = widthHz;
    bounds.push({ lower: hz - roomHz, upper: hz + roomHz }, { lower: widthRange[0], upper: widthRange[1] });
  });
  const baselineTerms = model.baselineOrder + 1;
  const problem = {
    model,
    y: model.rowsOf(data),
    sigma: noise * model.rowNoise,
    bounds,
    amplitudeBounds: [
      ...starts.map(() => ({ lower: 0, upper: Infinity })),
      ...Array.from({ length: baselineTerms }, () => ({ lower: -Infinity, upper: Infinity })),
    ],
    free: Array.from(theta, (_, j) => j).filter(
      (j) => (j !== PHASE || common.phaseFree) && (j !== COMMON_GAUSSIAN || common.voigt),
    ),
  };
  const solution = minimiseSeparable(problem, theta, maxIterations, FINE, cancellation);
  const estimated = problem.free.length + solution.passive.length;
  const misfit = Math.sqrt(solution.chiSquare / Math.max(1, model.fitted.length - estimated));
  const tangent = tangentAt(problem, solution);
  const level = noise * Math.max(1, misfit) * scale;
  const curves = model.curvesAt(solution.theta);
  const inUnits = (curve: Float64Array, factor: number): Float64Array => curve.map((v) => v * factor * scale);
  const baseline = new Float64Array(data.length);
  for (let k = starts.length; k < curves.length; k++) {
    const curve = curves[k] as Float64Array;
    const factor = (solution.amplitudes[k] as number) * scale;
    for (let i = 0; i < baseline.length; i++) baseline[i] = (baseline[i] as number) + factor * (curve[i] as number);
  }
  return {
    solution,
    areas: starts.map((_, m) => (solution.amplitudes[m] as number) * scale),
    covariance: sandwich(model, tangent.columns, starts.length, level),
    data: inUnits(data, 1),
    lines: starts.map((_, m) => inUnits(curves[m] as Float64Array, solution.amplitudes[m] as number)),
    baseline,
    noiseSd: noise * scale,
    misfit,
  };
}

/** (JᵀJ)⁻¹ · JᵀNJ · (JᵀJ)⁻¹ of the first `count` columns: rows of damped data are not independent. */
function sandwich(
  model: LineModel,
  columns: readonly Float64Array[],
  count: number,
  noiseSd: number,
): Float64Array | null {
  const n = columns.length;
  const inverse = inverseOfGram(gramOf(columns), n);
  if (inverse === null) return null;
  const noise = model.noiseProducts(columns);
  const out = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          sum += (inverse[a * n + i] as number) * (noise[i * n + j] as number) * (inverse[b * n + j] as number);
        }
      }
      out[a * count + b] = sum * noiseSd ** 2;
    }
  }
  return out;
}
