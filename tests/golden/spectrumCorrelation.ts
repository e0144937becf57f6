// Likeness of two signals over a ppm range, after the best shift, phase, line broadening and amplitude.
import { ppmAxis, ppmRangeIndices } from '../../src/core/domain/axes.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';

export interface Likeness {
  /** |⟨a, b⟩| / (‖a‖ ‖b‖) of the complex spectra in the range: 1 is identical. */
  readonly correlation: number;
  readonly shiftHz: number;
  /** Lorentzian FWHM added to the simulated signal; negative: added to the reference. */
  readonly broadeningHz: number;
}

interface Comparison {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  readonly rangePpm: readonly [number, number];
}

function modified(fid: ComplexSignal, dwellTimeS: number, shiftHz: number, broadeningHz: number): ComplexSignal {
  const re = new Float64Array(fid.re.length);
  const im = new Float64Array(fid.re.length);
  for (let n = 0; n < re.length; n++) {
    const t = n * dwellTimeS;
    const decay = Math.exp(-Math.PI * broadeningHz * t);
    const c = decay * Math.cos(2 * Math.PI * shiftHz * t);
    const s = decay * Math.sin(2 * Math.PI * shiftHz * t);
    re[n] = fid.re[n]! * c - fid.im[n]! * s;
    im[n] = fid.re[n]! * s + fid.im[n]! * c;
  }
  return { re, im };
}

function correlationIn(a: ComplexSignal, b: ComplexSignal, start: number, end: number): number {
  let re = 0;
  let im = 0;
  let aa = 0;
  let bb = 0;
  for (let k = start; k < end; k++) {
    re += a.re[k]! * b.re[k]! + a.im[k]! * b.im[k]!;
    im += a.im[k]! * b.re[k]! - a.re[k]! * b.im[k]!;
    aa += a.re[k]! ** 2 + a.im[k]! ** 2;
    bb += b.re[k]! ** 2 + b.im[k]! ** 2;
  }
  return Math.hypot(re, im) / Math.sqrt(aa * bb);
}

/**
 * The greatest correlation over shift and broadening, by a coordinate search that halves its steps.
 * @param simulated,reference FIDs of equal sampling
 */
export function likeness(simulated: ComplexSignal, reference: ComplexSignal, comparison: Comparison): Likeness {
  const { dwellTimeS, spectrometerFrequencyMHz, rangePpm } = comparison;
  const axis = ppmAxis(reference.re.length, dwellTimeS, spectrometerFrequencyMHz);
  const { start, end } = ppmRangeIndices(axis, rangePpm[0], rangePpm[1]);
  const evaluate = (shiftHz: number, broadeningHz: number): number => {
    const a = fidToSpectrum(modified(simulated, dwellTimeS, shiftHz, Math.max(0, broadeningHz)));
    const b = fidToSpectrum(modified(reference, dwellTimeS, 0, Math.max(0, -broadeningHz)));
    return correlationIn(a, b, start, end);
  };
  let best: Likeness = { correlation: evaluate(0, 0), shiftHz: 0, broadeningHz: 0 };
  for (let step = 4; step > 0.02; step /= 2) {
    for (let moved = true; moved;) {
      moved = false;
      for (const [ds, db] of [
        [step, 0],
        [-step, 0],
        [0, step],
        [0, -step],
      ] as const) {
        const shiftHz = best.shiftHz + ds;
        const broadeningHz = best.broadeningHz + db;
        if (Math.abs(shiftHz) > 12 || Math.abs(broadeningHz) > 12) continue;
        const correlation = evaluate(shiftHz, broadeningHz);
        if (correlation > best.correlation + 1e-9) {
          best = { correlation, shiftHz, broadeningHz };
          moved = true;
        }
      }
    }
  }
  return best;
}

/** Both signals to a common, in vivo like width first, so that broad and narrow references weigh alike. */
export function broaden(fid: ComplexSignal, dwellTimeS: number, broadeningHz: number): ComplexSignal {
  return modified(fid, dwellTimeS, 0, broadeningHz);
}
