// A classical first look for shifts that lie outside what a network was trained for: registration of each transient, its water
// left out and its lipid bounded, to the three singlets of a proton spectrum (tNAA, tCr, tCho).
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { fft, ifft } from '../../../math/fft.ts';
import { median } from '../../../math/robustStatistics.ts';
import { registerShiftAndPhase } from '../../../math/shiftPhaseRegistration.ts';
import { CANONICAL_BANDWIDTH_PPM, CANONICAL_CENTRE_PPM, CANONICAL_POINTS } from '../../../domain/canonicalBand.ts';
import { SINGLETS_PPM } from '../../singletPattern.ts';

/** Common amplitudes of the singlets in brain: 9 protons of choline at a fifth of NAA's concentration. */
const AMPLITUDES = [1, 0.8, 0.5] as const;
const WIDTH_PPM = 0.06;
/** Singlets and what may be beside them; the shift's range comes on either side, water stays out. [ppm] */
const LINES_PPM = [1.85, 3.4] as const;
/** Beyond lie lipid's methyl group and water. [ppm] */
const OUTERMOST_PPM = [1, 4.3] as const;
/** Lipid, which may be among the shifted lines, is bounded to this many times the median magnitude. */
const LARGEST_MAGNITUDE = 6;

/** The singlets' canonical FID. */
function singlets(): ComplexSignal {
  const re = new Float64Array(CANONICAL_POINTS);
  const im = new Float64Array(CANONICAL_POINTS);
  SINGLETS_PPM.forEach((ppm, line) => {
    for (let i = 0; i < CANONICAL_POINTS; i++) {
      const angle = (2 * Math.PI * (CANONICAL_CENTRE_PPM - ppm) * i) / CANONICAL_BANDWIDTH_PPM;
      const size = (AMPLITUDES[line] as number) * Math.exp((-Math.PI * WIDTH_PPM * i) / CANONICAL_BANDWIDTH_PPM);
      re[i] = (re[i] as number) + size * Math.cos(angle);
      im[i] = (im[i] as number) + size * Math.sin(angle);
    }
  });
  return { re, im };
}

/** Magnitude that no line may much exceed. */
function boundOf(spectrum: ComplexSignal, inside: readonly number[]): number {
  return LARGEST_MAGNITUDE * median(inside.map((bin) => Math.hypot(spectrum.re[bin]!, spectrum.im[bin]!)));
}

/** A canonical signal with nothing but the range of the shifted singlets in it, no line of it towering. */
function limited(canonical: ComplexSignal, maximumPpm: number): ComplexSignal {
  const spectrum = fft(canonical);
  const low = Math.max(OUTERMOST_PPM[0], LINES_PPM[0] - maximumPpm);
  const high = Math.min(OUTERMOST_PPM[1], LINES_PPM[1] + maximumPpm);
  const bins = Array.from({ length: CANONICAL_POINTS }, (_, bin) => bin);
  const inside = bins.filter((bin) => {
    const signed = bin < CANONICAL_POINTS / 2 ? bin : bin - CANONICAL_POINTS;
    const ppm = CANONICAL_CENTRE_PPM - (signed * CANONICAL_BANDWIDTH_PPM) / CANONICAL_POINTS;
    return ppm >= low && ppm <= high;
  });
  const bound = boundOf(spectrum, inside);
  const out = { re: new Float64Array(CANONICAL_POINTS), im: new Float64Array(CANONICAL_POINTS) };
  for (const bin of bound > 0 ? inside : []) {
    const factor = 1 / Math.sqrt(1 + (spectrum.re[bin]! ** 2 + spectrum.im[bin]! ** 2) / bound ** 2);
    out.re[bin] = factor * spectrum.re[bin]!;
    out.im[bin] = factor * spectrum.im[bin]!;
  }
  return ifft(out);
}

/**
 * Shifts good to about a tenth of a linewidth.
 * @param canonical signals of 512 samples
 * @param maximumPpm largest shift looked for
 * @returns ppm towards higher frequency
 */
export function coarseShiftsPpm(canonical: readonly ComplexSignal[], maximumPpm: number): number[] {
  const reference = singlets();
  const maximumCycles = maximumPpm / CANONICAL_BANDWIDTH_PPM;
  return canonical.map((signal) => {
    const found = registerShiftAndPhase(reference, limited(signal, maximumPpm), CANONICAL_POINTS, maximumCycles);
    return -found.shiftCycles * CANONICAL_BANDWIDTH_PPM;
  });
}
