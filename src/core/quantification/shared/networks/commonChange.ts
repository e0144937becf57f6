// One signal in time under a change that is common to all its lines, with what the derivatives by that change are made of: three
// transforms, two at a time.
import { CANONICAL_POINTS, CANONICAL_TRANSFORM_POINTS } from '../../../domain/canonicalBand.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { pairTransforms } from '../../../math/simd/pairTransforms.ts';
import type { PairTransform } from '../../../math/simd/pairTransforms.ts';
import { BAND_FIRST_BIN, BAND_POINTS } from './bandSpectrum.ts';
import { canonicalDwellTimeS } from './canonicalFid.ts';

/** [shift ppm, Lorentzian FWHM Hz, γ 1/s²] of e^{−2πi·shift·f0·t} · e^{−π·lorentzian·t} · e^{−γt²}. */
export type CommonChange = readonly [shiftPpm: number, lorentzianHz: number, gamma: number];

/** Arrays of this thread's transforms; they hold nothing between two calls. */
let made: PairTransform | null = null;

function transformOfPairs(): PairTransform {
  if (made === null) [made = null] = pairTransforms([CANONICAL_TRANSFORM_POINTS]);
  return made as PairTransform;
}

/** A loop: `map` of a typed array calls for every sample. */
function scaled(values: Float64Array, factor: number): Float64Array {
  const out = new Float64Array(BAND_POINTS);
  for (let j = 0; j < BAND_POINTS; j++) out[j] = factor * (values[j] as number);
  return out;
}

export class CommonlyChanged {
  readonly #signal: ComplexSignal;
  readonly #f0: number;
  readonly #dwellTimeS: number;

  /** @param signal canonical, 512 points */
  constructor(signal: ComplexSignal, spectrometerFrequencyMHz: number) {
    this.#signal = signal;
    this.#f0 = spectrometerFrequencyMHz;
    this.#dwellTimeS = canonicalDwellTimeS(spectrometerFrequencyMHz);
  }

  /** The spectra on the band's grid of the changed signal x(t), and of t·x(t). */
  spectra(change: CommonChange): readonly [ComplexSignal, ComplexSignal] {
    const { input, output, run } = transformOfPairs();
    const [whole, byTime] = input;
    this.#place(change, whole);
    const dwell = this.#dwellTimeS;
    for (let n = 0; n < CANONICAL_POINTS; n++) {
      byTime.re[n] = n * dwell * (whole.re[n] as number);
      byTime.im[n] = n * dwell * (whole.im[n] as number);
    }
    // Nothing before it was shifted: the first point counts half.
    whole.re[0] = (whole.re[0] as number) / 2;
    whole.im[0] = (whole.im[0] as number) / 2;
    run(BAND_FIRST_BIN, BAND_POINTS);
    const [ofWhole, ofByTime] = output;
    return [
      { re: scaled(ofWhole.re, dwell), im: scaled(ofWhole.im, dwell) },
      { re: scaled(ofByTime.re, dwell), im: scaled(ofByTime.im, dwell) },
    ];
  }

  /**
   * Real parts of the spectra of ∂/∂shift, ∂/∂Lorentzian, ∂/∂γ.
   * @param byTime spectrum of t·x(t) at this change
   */
  derivatives(change: CommonChange, byTime: ComplexSignal): [Float64Array, Float64Array, Float64Array] {
    const { input, output, run } = transformOfPairs();
    const [bySquare] = input;
    this.#place(change, bySquare);
    const dwell = this.#dwellTimeS;
    for (let n = 0; n < CANONICAL_POINTS; n++) {
      const weight = (n * dwell) ** 2;
      bySquare.re[n] = weight * (bySquare.re[n] as number);
      bySquare.im[n] = weight * (bySquare.im[n] as number);
    }
    run(BAND_FIRST_BIN, BAND_POINTS);
    return [
      // The real part of −2πi·f0·F is 2π·f0·Im F.
      scaled(byTime.im, 2 * Math.PI * this.#f0),
      scaled(byTime.re, -Math.PI),
      scaled(output[0].re, -dwell),
    ];
  }

  /** The changed signal; h(t) = e^{at + bt²} by recurrence: each step multiplies h by r, and r by its constant growth. */
  #place([shiftPpm, lorentzianHz, gamma]: CommonChange, to: ComplexSignal): void {
    const { re, im } = this.#signal;
    const dwell = this.#dwellTimeS;
    const size = Math.exp(-Math.PI * lorentzianHz * dwell - gamma * dwell * dwell);
    const angle = -2 * Math.PI * shiftPpm * this.#f0 * dwell;
    const growth = Math.exp(-2 * gamma * dwell * dwell);
    let [hr, hi] = [1, 0];
    let [rr, ri] = [size * Math.cos(angle), size * Math.sin(angle)];
    for (let n = 0; n < CANONICAL_POINTS; n++) {
      const [xr, xi] = [re[n] as number, im[n] as number];
      to.re[n] = xr * hr - xi * hi;
      to.im[n] = xr * hi + xi * hr;
      const next = hr * rr - hi * ri;
      hi = hr * ri + hi * rr;
      hr = next;
      rr *= growth;
      ri *= growth;
    }
  }
}
