// Curves of a fit that was made in the time domain: data and model's parts as phased spectra, as every method shows them.
import { WATER_PPM, ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { FitCurves } from '../../domain/quantification.ts';
import { BandTransform } from '../../math/bandTransform.ts';

/** A window with fewer points than this says nothing. */
const LEAST_BAND_POINTS = 16;

export interface TimeDomainFit {
  readonly data: ComplexSignal;
  /** null where the method has no background. */
  readonly background: ComplexSignal | null;
  readonly components: readonly { readonly name: string; readonly signal: ComplexSignal }[];
}

export interface CurveFrame {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  /** Chemical shift at zero frequency of the data; water's where not given. [ppm] */
  readonly referencePpm?: number;
  /** Window shown. [ppm] */
  readonly ppmRange: readonly [number, number];
  /** Taken out of all curves: e^{−i(phase0 + 2πν·beginTime)}. */
  readonly phase0: number;
  readonly beginTimeS: number;
}

/**
 * Spectra of a time-domain fit, twice zero-filled, real part after phasing.
 * @throws ProcessingError where the window holds too few points
 */
export function timeDomainCurves(fit: TimeDomainFit, frame: CurveFrame): FitCurves {
  const { dwellTimeS, spectrometerFrequencyMHz: f0, referencePpm = WATER_PPM, ppmRange } = frame;
  const points = fit.data.re.length;
  const axisOf = (size: number): Float64Array => ppmAxis(size, dwellTimeS, f0, referencePpm);
  const band = new BandTransform(points, 2, (size) => ppmRangeIndices(axisOf(size), ppmRange[0], ppmRange[1]));
  const n = band.bandLength;
  if (n < LEAST_BAND_POINTS) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The range ${ppmRange[0]} to ${ppmRange[1]} ppm holds only ${n} points of this spectrum; at least ${LEAST_BAND_POINTS} are needed.`,
    );
  }
  const axis = axisOf(band.fftSize);
  const { start } = ppmRangeIndices(axis, ppmRange[0], ppmRange[1]);
  const ppm = axis.slice(start, start + n);
  const angles = ppm.map((p) => frame.phase0 + 2 * Math.PI * (referencePpm - p) * f0 * frame.beginTimeS);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const curveOf = (signal: ComplexSignal): Float64Array => {
    band.transform(signal.re, signal.im, re, im);
    return angles.map((angle, i) => (re[i] as number) * Math.cos(angle) + (im[i] as number) * Math.sin(angle));
  };
  const data = curveOf(fit.data);
  const baseline = fit.background === null ? new Float64Array(n) : curveOf(fit.background);
  const components = fit.components.map(({ name, signal }) => ({ name, curve: curveOf(signal) }));
  const total = baseline.slice();
  for (const { curve } of components)
    for (let i = 0; i < n; i++) total[i] = (total[i] as number) + (curve[i] as number);
  return { ppm, data, fit: total, baseline, residual: data.map((v, i) => v - (total[i] as number)), components };
}

/** SD of the curves' residual over that of the noise alone. @param noiseSd per channel and sample @param points of the FID */
export function residualOverNoise({ residual }: FitCurves, noiseSd: number, points: number): number {
  const power = residual.reduce((sum, v) => sum + v * v, 0) / residual.length;
  return Math.sqrt(power / points) / noiseSd;
}
