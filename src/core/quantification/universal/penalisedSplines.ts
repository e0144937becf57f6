// The baseline of the solve: cubic B-splines over the band, one knot interval every 0.1 ppm, whose second differences have a
// known SD (Eilers & Marx 1996, doi:10.1214/ss/1038425655): min_c |r − Bc|² + λ|Dc|², λ = (noise SD / roughness)².
import { BugError } from '../../domain/errors.ts';
import {
  cubicSplineDesign,
  reducedProjections,
  secondDifferencePenalty,
  splineGram,
  splineTimes,
} from '../../math/bspline.ts';
import { backSubstitute, choleskyFactor } from '../../math/cholesky.ts';
import { BAND_POINTS } from '../shared/networks/bandSpectrum.ts';

const INTERVALS = 40;
const DESIGN = cubicSplineDesign(BAND_POINTS, INTERVALS);
const GRAM = splineGram(DESIGN);
const PENALTY = secondDifferencePenalty(DESIGN.columns);
const RIDGE = 1e-9;

export interface PenalisedSplines {
  /** L⁻¹Bᵀv of columns of 512 values: with them, uᵀWv = uᵀv − (L⁻¹Bᵀu)·(L⁻¹Bᵀv), W what the splines leave. */
  readonly reduce: (columns: readonly Float64Array[]) => Float64Array[];
  /** The baseline that fits a residual best, 512 values. @param reduced the residual's L⁻¹Bᵀv, which is spent */
  readonly fitTo: (reduced: Float64Array) => Float64Array;
}

/** Known stiffnesses: steps of a quarter of an octave between the least and the greatest that are asked for. */
const known = new Map<number, PenalisedSplines>();
const STEPS_PER_OCTAVE = 4;

/**
 * @param roughness SD of the second differences of the coefficients over the noise SD of a bin; it is rounded to a quarter of an
 *   octave, so that spectra of one kind share a factor
 */
export function penalisedSplines(roughness: number): PenalisedSplines {
  const step = Math.round(STEPS_PER_OCTAVE * Math.log2(roughness));
  const found = known.get(step) ?? makeSplines(2 ** ((-2 * step) / STEPS_PER_OCTAVE));
  known.set(step, found);
  return found;
}

function makeSplines(lambda: number): PenalisedSplines {
  const n = DESIGN.columns;
  const system = GRAM.map((g, i) => g + lambda * (PENALTY[i] as number));
  const factor = choleskyFactor(system, n, RIDGE);
  if (factor === null) throw new BugError('The system of the baseline is not positive definite.');
  return {
    reduce: (columns) => reducedProjections(DESIGN, factor, columns),
    fitTo: (reduced) => {
      backSubstitute(factor, n, reduced);
      return splineTimes(DESIGN, reduced);
    },
  };
}
