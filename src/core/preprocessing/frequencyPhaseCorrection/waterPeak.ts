// The residual water line as the mark of frequency and phase: its highest point, between points by a parabola through the
// logarithms, and the phase there. Right only where water is one stable line.
import { ppmAxis, ppmRangeIndices, WATER_PPM } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { Warning } from '../../domain/provenance.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import { rotateSignal } from '../../math/rotation.ts';
import { noiseSdOfTail } from '../signal.ts';
import type { ClassicalMethod } from './classicalMethod.ts';
import { classicalMethod } from './classicalMethod.ts';
import type { TransientSet } from './method.ts';
import { centred } from '../transientOffsets.ts';

const ZERO_FILL = 4;
/** Water's own place varies with temperature and the carrier. [ppm] */
const MARGIN_PPM = 0.15;
/** Height over the rms of noise below which the highest point is no line. */
const STANDS_OUT = 5;

interface Peak {
  readonly shiftHz: number;
  readonly phaseRad: number;
  readonly overNoise: number;
}

function rangeOf(set: TransientSet, maximumShiftHz: number, given: readonly [number, number] | null): [number, number] {
  if (given !== null) return [given[0], given[1]];
  const reach = maximumShiftHz / set.spectrometerFrequencyMHz + MARGIN_PPM;
  return [WATER_PPM - reach, WATER_PPM + reach];
}

/** Phase of a signal's part at a frequency. */
function phaseAt(fid: ComplexSignal, hz: number, dwellTimeS: number): number {
  const { re, im } = rotateSignal(fid, -hz * dwellTimeS, 0);
  const sum = (x: Float64Array): number => x.reduce((a, b) => a + b, 0);
  return Math.atan2(sum(im), sum(re));
}

/** @param firstHz frequency of the band's first point */
function peakOf(fid: ComplexSignal, band: BandTransform, firstHz: number, dwellTimeS: number): Peak {
  const re = new Float64Array(band.bandLength);
  const im = new Float64Array(band.bandLength);
  band.transform(fid.re, fid.im, re, im);
  const sizes = re.map((v, i) => Math.hypot(v, im[i] as number));
  let top = 0;
  sizes.forEach((v, i) => (top = v > (sizes[top] as number) ? i : top));
  const logAt = (i: number): number => Math.log(Math.max(sizes[i] ?? 0, Number.MIN_VALUE));
  const inside = top > 0 && top < sizes.length - 1;
  const bend = inside ? logAt(top - 1) - 2 * logAt(top) + logAt(top + 1) : 0;
  const between = bend < 0 ? (0.5 * (logAt(top - 1) - logAt(top + 1))) / bend : 0;
  const shiftHz = firstHz + (top + between) / (band.fftSize * dwellTimeS);
  const noise = noiseSdOfTail(fid) * Math.sqrt(2 * fid.re.length);
  return {
    shiftHz,
    phaseRad: phaseAt(fid, shiftHz, dwellTimeS),
    overNoise: noise > 0 ? (sizes[top] as number) / noise : Infinity,
  };
}

function weakWarnings(weak: number): Warning[] {
  if (weak === 0) return [];
  const message = `In ${weak} transient(s) no residual water stands out of the noise: offsets by it are doubtful there.`;
  return [{ code: 'water-peak-missing', message }];
}

export const WATER_PEAK: ClassicalMethod = classicalMethod({
  id: 'water-peak',
  title: 'Residual water peak',
  citation: 'Near J et al., NMR Biomed 2021;34:e4257, doi:10.1002/nbm.4257',
  estimateNow: (set, options, cancellation) => {
    cancellation.throwIfCancelled();
    const range = rangeOf(set, options.maximumShiftHz, options.ppmRange);
    const { dwellTimeS, spectrometerFrequencyMHz } = set;
    let start = 0;
    const band = new BandTransform(set.signals[0]?.re.length ?? 0, ZERO_FILL, (size) => {
      const found = ppmRangeIndices(ppmAxis(size, dwellTimeS, spectrometerFrequencyMHz), ...range);
      start = found.start;
      return found;
    });
    const firstHz = (start - band.fftSize / 2) / (band.fftSize * dwellTimeS);
    const peaks = set.signals.map((signal) => peakOf(signal, band, firstHz, dwellTimeS));
    const weak = peaks.filter((p) => p.overNoise < STANDS_OUT).length;
    return {
      offsets: centred(peaks.map(({ shiftHz, phaseRad }) => ({ shiftHz, phaseRad, weight: 1 }))),
      frame: 'relative',
      details: { ppmRange: range, transientsWithoutPeak: weak },
      warnings: weakWarnings(weak),
    };
  },
});
