// The spectrum that every network for quantification sees, and the grid on which their signals are solved for: 512 bins from
// 4.199 down to 0.207 ppm, the Fourier integral of the first 512/(8·f0[MHz]) seconds. training/quantification/canonical.py
// computes the same.
import { WATER_PPM } from '../../../domain/axes.ts';
import {
  CANONICAL_BANDWIDTH_PPM,
  CANONICAL_CENTRE_PPM,
  CANONICAL_POINTS,
  CANONICAL_TRANSFORM_POINTS,
} from '../../../domain/canonicalBand.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { chirpTransform } from '../../../math/chirpTransform.ts';
import type { ChirpFrequencies } from '../../../math/chirpTransform.ts';
import { simdChirp } from '../../../math/simd/chirp.ts';

/** Bins of the band. */
export const BAND_POINTS = 512;
/** Index of the first bin, counted from the band's centre towards lower ppm. */
export const BAND_FIRST_BIN = -150;
/** [ppm] */
export const BAND_STEP_PPM = CANONICAL_BANDWIDTH_PPM / CANONICAL_TRANSFORM_POINTS;
/** Shift of each bin, falling. [ppm] */
export const BAND_PPM: Float64Array = Float64Array.from(
  { length: BAND_POINTS },
  (_, j) => CANONICAL_CENTRE_PPM - (BAND_FIRST_BIN + j) * BAND_STEP_PPM,
);

/** How the FIDs of a scan are sampled. */
export interface FidSampling {
  readonly points: number;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
}

export interface BandSpectra {
  /** Samples that count: those before 512/(8·f0) s. */
  readonly used: number;
  /** @param fids zero frequency at 4.65 ppm @returns Σ' s_n e^{−2πiν·nΔt}·Δt on BAND_PPM, n = 0 counted half */
  readonly of: (fids: readonly ComplexSignal[]) => ComplexSignal[];
  /** SD of the noise of one real channel of the spectrum. @param fidNoiseSd of one real channel and time point */
  readonly noiseSd: (fidNoiseSd: number) => number;
}

const FIRST_SAMPLE_WEIGHT = 0.5;

function pairwise(
  fids: readonly ComplexSignal[],
  ofPair: (a: ComplexSignal, b: ComplexSignal) => readonly [ComplexSignal, ComplexSignal],
): ComplexSignal[] {
  const spectra: ComplexSignal[] = [];
  for (let k = 0; k < fids.length; k += 2) {
    const a = fids[k] as ComplexSignal;
    const b = fids[k + 1];
    const [first, second] = ofPair(a, b ?? a);
    spectra.push(first);
    if (b !== undefined) spectra.push(second);
  }
  return spectra;
}

/** The same by plain TypeScript. */
function oneByOne(used: number, frequencies: ChirpFrequencies, weights: Float64Array): BandSpectra['of'] {
  const { apply } = chirpTransform(used, frequencies);
  return (fids) =>
    fids.map(({ re, im }) => {
      const head = { re: re.slice(0, used), im: im.slice(0, used) };
      head.re[0] = FIRST_SAMPLE_WEIGHT * (head.re[0] as number);
      head.im[0] = FIRST_SAMPLE_WEIGHT * (head.im[0] as number);
      const spectrum = apply(head);
      return {
        re: spectrum.re.map((v, j) => v * (weights[j] as number)),
        im: spectrum.im.map((v, j) => v * (weights[j] as number)),
      };
    });
}

/** @param usesSimd false for the version in plain TypeScript, the oracle of the other */
export function makeBandSpectra(sampling: FidSampling, usesSimd = true): BandSpectra {
  const { points, dwellTimeS, spectrometerFrequencyMHz: f0 } = sampling;
  const durationS = CANONICAL_POINTS / (CANONICAL_BANDWIDTH_PPM * f0);
  const used = Math.min(points, Math.ceil(durationS / dwellTimeS - 1e-9));
  const frequencies: ChirpFrequencies = {
    first: (WATER_PPM - (BAND_PPM[0] as number)) * f0 * dwellTimeS,
    step: BAND_STEP_PPM * f0 * dwellTimeS,
    count: BAND_POINTS,
  };
  // Beyond the scan's own bandwidth there is nothing, not the periodic image.
  const weights = Float64Array.from({ length: BAND_POINTS }, (_, j) =>
    Math.abs(frequencies.first + j * frequencies.step) > 0.5 ? 0 : dwellTimeS,
  );
  const chirp = usesSimd ? simdChirp(used, frequencies, weights) : null;
  return {
    used,
    of:
      chirp === null
        ? oneByOne(used, frequencies, weights)
        : (fids) => pairwise(fids, (a, b) => chirp.applyPair(a, b, FIRST_SAMPLE_WEIGHT)),
    noiseSd: (fidNoiseSd) => fidNoiseSd * dwellTimeS * Math.sqrt(used - 1 + FIRST_SAMPLE_WEIGHT ** 2),
  };
}

/** Samplings met last: a thread sees one scan's voxels after another. */
const kept = new Map<string, BandSpectra>();
const MOST_KEPT = 4;

/** As makeBandSpectra; the tables of a sampling are kept. */
export function bandSpectra({ points, dwellTimeS, spectrometerFrequencyMHz }: FidSampling): BandSpectra {
  const key = `${points} ${dwellTimeS} ${spectrometerFrequencyMHz}`;
  const known = kept.get(key) ?? makeBandSpectra({ points, dwellTimeS, spectrometerFrequencyMHz });
  kept.delete(key);
  kept.set(key, known);
  for (const old of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(old);
  }
  return known;
}
