// Complex scalogram of a band spectrum by generalised Morse wavelets (Olhede & Walden 2002,
// doi:10.1109/TSP.2002.804066; Lilly & Olhede 2009, doi:10.1109/TSP.2008.2007607), as in the time-frequency CNN of
// Shamaei 2020: symmetry 3, time-bandwidth product 60, L1 norm (peak 2). 40 scales × 48 times instead of 340 × 1536: 10
// instead of 48 voices an octave, centres from 0.57 to 4.07 ppm only, and a column every 8.1 ms (3 T) over 0.39 s,
// where the paper has every sample of 0.384 s. Bounds (Cramér-Rao) of the amplitudes grow by 0.4 % (median; 3.7 % at
// most) against those from the spectrum: training/quantification/scalogram_cnn/information.py.
import { CANONICAL_TRANSFORM_POINTS } from '../../../domain/canonicalBand.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { pairTransforms } from '../../../math/simd/pairTransforms.ts';
import type { PairTransform } from '../../../math/simd/pairTransforms.ts';
import { BAND_POINTS } from '../networks/bandSpectrum.ts';
import { FIRST_FREQUENCY_BIN } from './timeFrequencyInput.ts';
import type { TimeFrequencyInput } from './timeFrequencyInput.ts';

const SCALES = 40;
const TIMES = 48;
const VOICES_PER_OCTAVE = 10;
/** Centre of the widest wavelet [bins]: 0.574 ppm; that of the narrowest is 4.07 ppm. */
const HIGHEST_CENTRE_BIN = 480;
/** A column every so many points of the canonical FID. */
const TIME_STEP_POINTS = 8;
/** Bins so far apart turn alike between columns, and are summed before the transform. */
const FOLDED = CANONICAL_TRANSFORM_POINTS / TIME_STEP_POINTS;
const GAMMA = 3;
const BETA = 60 / GAMMA;

/** Centre frequencies of the scales [bins], falling. */
export function scalogramCentres(): Float64Array {
  return Float64Array.from({ length: SCALES }, (_, i) => HIGHEST_CENTRE_BIN * 2 ** (-i / VOICES_PER_OCTAVE));
}

/**
 * Ψ(ω) = 2 (eγ/β)^{β/γ} ω^β e^{−ω^γ} over the band's bins, scaled to a centre: with x = ω/ω_peak and ω_peak^γ = β/γ it is
 * 2 exp(β ln x + (β/γ)(1 − x^γ)).
 */
function morseFilter(centreBin: number): Float64Array {
  return Float64Array.from({ length: BAND_POINTS }, (_, j) => {
    const x = (FIRST_FREQUENCY_BIN + j) / centreBin;
    return 2 * Math.exp(BETA * Math.log(x) + (BETA / GAMMA) * (1 - x ** GAMMA));
  });
}

/** @returns (real, imaginary) × scales (from low ppm to high) × times */
export function morseScalogram(): TimeFrequencyInput {
  const filters = Array.from(scalogramCentres(), morseFilter);
  const [transform] = pairTransforms([FOLDED]) as [PairTransform];
  const { input, output, run } = transform;
  return {
    shape: [2, SCALES, TIMES],
    put: (band, scale, out, offset) => {
      const factor = scale > 0 ? 1 / scale : 1;
      for (let row = 0; row < SCALES; row += 2) {
        input.forEach((folded, i) => foldInto(folded, band, filters[row + i] as Float64Array));
        run(0, TIMES);
        output.forEach((column, i) => {
          const at = offset + (row + i) * TIMES;
          for (let t = 0; t < TIMES; t++) {
            out[at + t] = factor * (column.im[t] as number);
            out[at + SCALES * TIMES + t] = factor * (column.re[t] as number);
          }
        });
      }
    },
  };
}

/** Real and imaginary part exchanged, so that the forward transform is the inverse one, exchanged too. */
function foldInto({ re, im }: ComplexSignal, band: ComplexSignal, filter: Float64Array): void {
  re.fill(0);
  im.fill(0);
  for (let j = 0; j < BAND_POINTS; j++) {
    const weight = filter[j] as number;
    const at = (FIRST_FREQUENCY_BIN + j) % FOLDED;
    re[at] = (re[at] as number) + weight * (band.im[j] as number);
    im[at] = (im[at] as number) + weight * (band.re[j] as number);
  }
}
