// The AMARES fit of one FID (Vanhamme 1997, J Magn Reson 129:35, doi:10.1006/jmre.1997.1244): least squares of peaks with
// prior knowledge. Amplitudes are linear and eliminated by variable projection, which AMARES itself does not do; the model
// and its constraints are the same, so that the minimum is. A search for a shift common to all peaks may come first.
import { carrierPpm, ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { Interval } from '../../math/boxLeastSquares.ts';
import { fft, nextPowerOfTwo } from '../../math/fft.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import { estimateNoiseSd } from '../shared/noise.ts';
import { covarianceAt, minimiseSeparable, tangentAt } from '../shared/separableFit.ts';
import type { SeparableCovariance, SeparableProblem, SeparableSolution, Tolerance } from '../shared/separableFit.ts';
import { dataScaleOf, scaledSignal } from '../shared/timeDomainData.ts';
import { BEGIN_TIME, COMMON_SHIFT, PHASE0, compilePrior } from './compile.ts';
import type { CompiledPrior } from './compile.ts';
import { AmaresModel } from './model.ts';
import type { AmaresOptions } from './options.ts';
import type { PriorKnowledge } from './priorKnowledge.ts';

const COARSE: Tolerance = { absolute: 0.1, relative: 1e-4 };
/** A ten-thousandth of χ²: other programs' minima are compared with this one's. */
const FINE: Tolerance = { absolute: 1e-4, relative: 1e-12 };
const MOST_COMMON_ITERATIONS = 15;
/** Without a search the axis is trusted. [ppm] */
const AUTO_SEARCH_PPM = 2;
/** Room of the common shift about the search's best. [ppm] */
const COMMON_SHIFT_ROOM_PPM = 0.15;
/** Zero filling of the search's correlation. */
const SEARCH_ZERO_FILL = 4;
/** A band with fewer bins than this says nothing. */
const LEAST_BAND_BINS = 16;
const NOISE_FLOOR = 1e-7;

export interface AmaresState {
  readonly prior: CompiledPrior;
  readonly model: AmaresModel;
  readonly problem: SeparableProblem;
  readonly solution: SeparableSolution;
  readonly covariance: SeparableCovariance | null;
  readonly dataScale: number;
  /** Per channel and sample, scaled. */
  readonly noiseSd: number;
  readonly residualRms: number;
  readonly iterations: number;
  /** ppm at zero frequency. */
  readonly referencePpm: number;
}

interface Start {
  readonly shiftHz: number;
  readonly phase0: number;
}

/**
 * Shift and phase from the data: correlation with every peak as the prior knowledge starts it, over all shifts of the search
 * at once (an FFT of data · conj(peak)); the powers are added, so that relative phases and amplitudes don't matter.
 */
function searchStart(model: AmaresModel, theta: Float64Array, fid: ComplexSignal, searchHz: number): Start {
  const { dwellTimeS } = model.sampling;
  const points = fid.re.length;
  const size = SEARCH_ZERO_FILL * nextPowerOfTwo(points);
  const correlations = model.peaksAt(theta).map((peak) => {
    const product = { re: new Float64Array(size), im: new Float64Array(size) };
    let energy = 0;
    for (let i = 0; i < points; i++) {
      const pr = peak.re[i] as number;
      const pi = peak.im[i] as number;
      const dr = fid.re[i] as number;
      const di = fid.im[i] as number;
      product.re[i] = dr * pr + di * pi;
      product.im[i] = di * pr - dr * pi;
      energy += pr * pr + pi * pi;
    }
    return { ...fft(product), energy: Math.max(energy, 1e-300) };
  });
  const steps = Math.round(searchHz * size * dwellTimeS);
  let best: Start & { readonly power: number } = { shiftHz: 0, phase0: 0, power: -1 };
  for (let k = -steps; k <= steps; k++) {
    const at = (k + size) % size;
    let power = 0;
    let re = 0;
    let im = 0;
    for (const c of correlations) {
      const r = c.re[at] as number;
      const q = c.im[at] as number;
      power += (r * r + q * q) / c.energy;
      // Strong peaks decide on the phase.
      re += (r * Math.hypot(r, q)) / c.energy;
      im += (q * Math.hypot(r, q)) / c.energy;
    }
    if (power > best.power) best = { shiftHz: k / (size * dwellTimeS), phase0: Math.atan2(im, re), power };
  }
  return best;
}

function modelFor(input: FitInput, prior: CompiledPrior, options: AmaresOptions, referencePpm: number): AmaresModel {
  const { dwellTimeS, spectrometerFrequencyMHz: f0 } = input;
  const { ppmRange } = options;
  const band =
    ppmRange === 'auto'
      ? null
      : (size: number) => ppmRangeIndices(ppmAxis(size, dwellTimeS, f0, referencePpm), ppmRange[0], ppmRange[1]);
  if (band !== null && ppmRange !== 'auto') {
    const { start, end } = band(nextPowerOfTwo(input.fid.re.length));
    if (end - start < LEAST_BAND_BINS) {
      throw new ProcessingError(
        'PROCESSING_FAILED',
        `The fit range ${ppmRange[0]} to ${ppmRange[1]} ppm holds only ${end - start} points of this spectrum; at least ${LEAST_BAND_BINS} are needed.`,
      );
    }
  }
  const points = input.fid.re.length;
  return new AmaresModel(prior, { points, dwellTimeS, referenceHz: referencePpm * f0, band });
}

/** Bounds of the first three parameters as the options have them; the others' stay the prior knowledge's. */
function commonBounds(options: AmaresOptions, shiftHz: number, roomHz: number): Interval[] {
  const { beginTimeS, beginTimeBoundS } = options;
  const bounds: Interval[] = [];
  bounds[PHASE0] = { lower: -Infinity, upper: Infinity };
  bounds[COMMON_SHIFT] = { lower: shiftHz - roomHz, upper: shiftHz + roomHz };
  bounds[BEGIN_TIME] = { lower: Math.max(0, beginTimeS - beginTimeBoundS), upper: beginTimeS + beginTimeBoundS };
  return bounds;
}

/** Peaks that lie beyond the sampled bandwidth would fold in and be fitted to something else. */
function checkBandwidth(input: FitInput, prior: CompiledPrior, referencePpm: number): void {
  const nyquistHz = 0.5 / input.dwellTimeS;
  for (const peak of prior.peaks) {
    const hz = peak.shift.factor * (prior.start[peak.shift.slot] as number) + peak.shift.offset;
    if (Math.abs(referencePpm * input.spectrometerFrequencyMHz - hz) > nyquistHz) {
      const ppm = (hz / input.spectrometerFrequencyMHz).toFixed(2);
      throw new ProcessingError(
        'PROCESSING_FAILED',
        `The peak ${peak.name} at ${ppm} ppm lies outside the bandwidth of this scan; take it out of the prior knowledge, or correct the reference.`,
      );
    }
  }
}

/**
 * Fits one FID.
 * @throws ProcessingError where there is no signal to fit, or a peak lies outside the bandwidth; CancelledError
 */
export function fitAmares(
  input: FitInput,
  knowledge: PriorKnowledge,
  options: AmaresOptions,
  cancellation: Cancellation,
): AmaresState {
  const { dwellTimeS, spectrometerFrequencyMHz: f0, nucleus } = input;
  const dataScale = dataScaleOf(input.fid, 0);
  const fid = scaledSignal(input.fid, 1 / dataScale);
  const noise = input.noiseSd ?? estimateNoiseSd(input.fid, dwellTimeS, f0, nucleus);
  const noiseSd = Math.max(noise / dataScale, NOISE_FLOOR);
  const referencePpm = options.referencePpm === 'auto' ? carrierPpm(nucleus) : options.referencePpm;
  const prior = compilePrior(knowledge, f0);
  checkBandwidth(input, prior, referencePpm);
  const model = modelFor(input, prior, options, referencePpm);
  const autoSearchPpm = nucleus === '1H' ? 0 : AUTO_SEARCH_PPM;
  const searchPpm = options.shiftSearchPpm === 'auto' ? autoSearchPpm : options.shiftSearchPpm;
  const theta = prior.start.slice();
  theta[BEGIN_TIME] = options.beginTimeS;
  const found = searchStart(model, theta, fid, searchPpm * f0);
  const fitsPhase = options.phase0 === 'fit';
  theta[PHASE0] = fitsPhase ? found.phase0 : 0;
  theta[COMMON_SHIFT] = found.shiftHz;
  const roomHz = Math.min(searchPpm, COMMON_SHIFT_ROOM_PPM) * f0;
  const bounds = prior.bounds.slice();
  commonBounds(options, found.shiftHz, roomHz).forEach((b, j) => (bounds[j] = b));
  const problem: SeparableProblem = {
    model,
    y: model.rowsOf(fid.re, fid.im),
    sigma: noiseSd,
    bounds,
    amplitudeBounds: prior.amplitudes.map(({ lower, upper }) => ({
      lower: lower / dataScale,
      upper: upper / dataScale,
    })),
    free: [...(fitsPhase ? [PHASE0] : []), ...(searchPpm > 0 ? [COMMON_SHIFT] : [])],
  };
  const common = minimiseSeparable(problem, theta, MOST_COMMON_ITERATIONS, COARSE, cancellation);
  // From here each peak moves within its own bounds; a common shift or phase beside free ones would say nothing more.
  const free = [
    ...(fitsPhase && !prior.hasFreePhase ? [PHASE0] : []),
    ...(options.beginTimeBoundS > 0 ? [BEGIN_TIME] : []),
    ...prior.free,
  ];
  const full = { ...problem, free };
  const solution = minimiseSeparable(full, common.theta, options.maxIterations, FINE, cancellation);
  const parameters = free.length + prior.amplitudes.length;
  const residualRms = Math.sqrt(
    (solution.chiSquare * noiseSd ** 2) / Math.max(1, solution.residual.length - parameters),
  );
  return {
    prior,
    model,
    problem: full,
    solution,
    covariance: covarianceAt(tangentAt(full, solution), Math.max(noiseSd, residualRms)),
    dataScale,
    noiseSd,
    residualRms,
    iterations: common.iterations + solution.iterations,
    referencePpm,
  };
}
