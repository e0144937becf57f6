// Corr and CorrF: frequency-domain correlation. The shift is where the magnitude spectra of a transient and of the mean agree
// best, between points by a parabola; the phase is then that of the spectra's scalar product. Magnitudes know no phase,
// so that the search needs none. It begins at the coarse alignment.
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import { innerProduct } from '../../math/complexLeastSquares.ts';
import { meanSignal } from '../../math/meanSignal.ts';
import { dot } from '../../math/innerProducts.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { ClassicalMethod } from './classicalMethod.ts';
import { classicalMethod } from './classicalMethod.ts';
import { coarseAlignment } from './coarseAlignment.ts';
import { edgeWarnings } from './estimateWarnings.ts';
import type { FpcEstimate, FpcOptions, TransientSet } from './method.ts';
import { added, alignedSignals } from './offsets.ts';
import { centred, withoutOffset } from '../transientOffsets.ts';
import { LIMITED_PPM } from './spectralRegistrationMethods.ts';

const ZERO_FILL = 2;
const PASSES = 3;
/** How far from its coarse place a transient is looked for. [Hz] */
const REACH_HZ = 10;
const CITATION = 'as compared in Shamaei A et al., Magn Reson Med 2023;89:1221, doi:10.1002/mrm.29498';

/** Magnitude spectra in a range and around it, as far as shifts are looked for. */
class Magnitudes {
  readonly #band: BandTransform;
  readonly reach: number;
  readonly stepHz: number;
  readonly length: number;

  constructor(set: TransientSet, range: readonly [number, number] | null, reachHz: number) {
    const points = set.signals[0]?.re.length ?? 0;
    const { dwellTimeS, spectrometerFrequencyMHz } = set;
    let reach = 0;
    this.#band = new BandTransform(points, ZERO_FILL, (size) => {
      const { start, end } =
        range === null
          ? { start: 0, end: size }
          : ppmRangeIndices(ppmAxis(size, dwellTimeS, spectrometerFrequencyMHz), ...range);
      reach = Math.min(Math.ceil(reachHz * size * dwellTimeS), Math.floor((size - 1) / 2));
      return { start: start - reach + size, end: end + reach + size };
    });
    this.reach = reach;
    this.length = this.#band.bandLength - 2 * reach;
    this.stepHz = 1 / (this.#band.fftSize * dwellTimeS);
  }

  complex(fid: ComplexSignal): ComplexSignal {
    const { bandLength } = this.#band;
    const out = { re: new Float64Array(bandLength), im: new Float64Array(bandLength) };
    this.#band.transform(fid.re, fid.im, out.re, out.im);
    return out;
  }

  /** Mean magnitudes of signals in the range alone, less their own mean over it. */
  meanOf(fids: readonly ComplexSignal[]): Float64Array {
    const sum = new Float64Array(this.length);
    for (const fid of fids) {
      const { re, im } = this.complex(fid);
      for (let i = 0; i < this.length; i++) {
        const at = i + this.reach;
        sum[i] = (sum[i] as number) + Math.hypot(re[at] as number, im[at] as number) / fids.length;
      }
    }
    const mean = sum.reduce((a, b) => a + b, 0) / Math.max(1, this.length);
    return sum.map((v) => v - mean);
  }

  /** Shift at which a transient's magnitudes agree best with a reference's. */
  bestShiftHz(fid: ComplexSignal, reference: Float64Array): number {
    const { re, im } = this.complex(fid);
    const sizes = re.map((v, i) => Math.hypot(v, im[i] as number));
    const agreement = Float64Array.from({ length: 2 * this.reach + 1 }, (_, at) =>
      dot(reference, sizes.subarray(at, at + this.length)),
    );
    let best = 0;
    agreement.forEach((v, i) => (best = v > (agreement[best] as number) ? i : best));
    const left = agreement[best - 1] ?? -Infinity;
    const right = agreement[best + 1] ?? -Infinity;
    const bend = left - 2 * (agreement[best] as number) + right;
    const between = Number.isFinite(bend) && bend < 0 ? (0.5 * (left - right)) / bend : 0;
    return (best + between - this.reach) * this.stepHz;
  }

  phaseOf(aligned: ComplexSignal, reference: ComplexSignal): number {
    const part = ({ re, im }: ComplexSignal): ComplexSignal => ({
      re: re.subarray(this.reach, this.reach + this.length),
      im: im.subarray(this.reach, this.reach + this.length),
    });
    const product = innerProduct(part(reference), part(this.complex(aligned)));
    return Math.atan2(product.im, product.re);
  }
}

function correlate(
  set: TransientSet,
  range: readonly [number, number] | null,
  options: FpcOptions,
  cancellation: Cancellation,
): FpcEstimate {
  const magnitudes = new Magnitudes(set, range, Math.min(REACH_HZ, options.maximumShiftHz));
  const coarse = coarseAlignment(set, options.maximumShiftHz, cancellation).offsets;
  const placed = alignedSignals(set, coarse);
  let found: { readonly shiftHz: number; readonly phaseRad: number }[] = placed.map(() => ({
    shiftHz: 0,
    phaseRad: 0,
  }));
  for (let pass = 0; pass < PASSES; pass++) {
    cancellation.throwIfCancelled();
    const aligned = placed.map((signal, k) => withoutOffset(signal, found[k]!, set.dwellTimeS));
    const target = magnitudes.meanOf(aligned);
    const mean = magnitudes.complex(meanSignal(aligned));
    found = placed.map((signal) => {
      const shiftHz = magnitudes.bestShiftHz(signal, target);
      const moved = withoutOffset(signal, { shiftHz, phaseRad: 0 }, set.dwellTimeS);
      return { shiftHz, phaseRad: magnitudes.phaseOf(moved, mean) };
    });
  }
  const offsets = centred(added(coarse, found));
  return {
    offsets,
    frame: 'relative',
    details: { reference: 'mean', ppmRange: range === null ? null : [...range] },
    warnings: edgeWarnings(offsets, options),
  };
}

export const CORRELATION: ClassicalMethod = classicalMethod({
  id: 'corr',
  title: 'Frequency-domain correlation',
  citation: CITATION,
  estimateNow: (set, options, cancellation) => correlate(set, options.ppmRange, options, cancellation),
});

export const LIMITED_CORRELATION: ClassicalMethod = classicalMethod({
  id: 'corrf',
  title: 'Frequency-domain correlation over a limited range',
  citation: CITATION,
  estimateNow: (set, options, cancellation) => correlate(set, options.ppmRange ?? LIMITED_PPM, options, cancellation),
});
