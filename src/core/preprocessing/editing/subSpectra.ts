// Alignment of the OFF onto the ON sub-spectrum: the frequency and phase that leave least of the lines which editing does
// not touch in the difference (Cleve 2017, doi:10.1016/j.jmr.2017.04.004, there over the whole spectrum; Mikkelsen 2020,
// doi:10.1002/nbm.4368, over the choline line). With D(f, φ) = ON − e^{iφ}·OFF shifted by f, complex, in ppm windows, each
// without its own parabola, Σ|D| (L1) or Σ|D|² (L2) is minimised. Complex, since in the real part alone a shift and a phase
// look alike; without the parabola, since feet of edited lines reach into the windows: with a straight line alone the choline
// line's phase is off by three times as much on a simulated scan without noise. Grids over f with the phase of least squares
// come first, so that there is no start value to get wrong: one over a wider window, where a line can't be taken for its
// neighbour, one about its best place; the best of that is refined by a simplex.
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import { minimiseSimplex } from '../../math/nelderMead.ts';
import { rotateSignal } from '../../math/rotation.ts';

export type PpmWindow = readonly [number, number];

export interface SubSpectraOptions {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  /** Windows compared. [ppm] */
  readonly windows: readonly PpmWindow[];
  /** Window of the first search. [ppm] */
  readonly searchWindow: PpmWindow;
  readonly norm: 'L1' | 'L2';
  readonly maximumShiftHz: number;
}

export interface SubSpectraOffset {
  /** To be added to OFF: OFF(t)·e^{i(2π·shift·t + phase)}. [Hz] */
  readonly shiftHz: number;
  readonly phaseRad: number;
  /** Norm of the difference over that of ON in the same windows. */
  readonly before: number;
  readonly after: number;
}

/** Steps of the coarse search. [Hz] */
const COARSE_STEP_HZ = 0.25;
const ZERO_FILL = 2;
/** Reach of the second grid about the first one's best. [Hz] */
const NEAR_HZ = 4;
const REFINED_CANDIDATES = 3;

/** Takes the parabola of least squares out, in place: 1, x and x² less its mean are orthogonal on a symmetric grid. */
function removeParabola(values: Float64Array): void {
  const n = values.length;
  const x = values.map((_, i) => (2 * i - n + 1) / n);
  const meanSquare = x.reduce((sum, v) => sum + v * v, 0) / Math.max(1, n);
  for (const term of [x.map(() => 1), x, x.map((v) => v * v - meanSquare)]) {
    let along = 0;
    let energy = 0;
    for (let i = 0; i < n; i++) {
      along += (term[i] as number) * (values[i] as number);
      energy += (term[i] as number) ** 2;
    }
    if (energy === 0) continue;
    for (let i = 0; i < n; i++) values[i] = (values[i] as number) - (along / energy) * (term[i] as number);
  }
}

class WindowedSpectra {
  readonly #bands: readonly BandTransform[];

  constructor(points: number, options: SubSpectraOptions, windows: readonly PpmWindow[]) {
    const { dwellTimeS, spectrometerFrequencyMHz } = options;
    this.#bands = windows.map(
      ([low, high]) =>
        new BandTransform(points, ZERO_FILL, (size) =>
          ppmRangeIndices(ppmAxis(size, dwellTimeS, spectrometerFrequencyMHz), low, high),
        ),
    );
  }

  /** The windows of a spectrum, one after the other, each without its parabola. */
  of(fid: ComplexSignal): ComplexSignal {
    const length = this.#bands.reduce((sum, b) => sum + b.bandLength, 0);
    const out = { re: new Float64Array(length), im: new Float64Array(length) };
    let at = 0;
    for (const band of this.#bands) {
      band.transform(fid.re, fid.im, out.re, out.im, at);
      removeParabola(out.re.subarray(at, at + band.bandLength));
      removeParabola(out.im.subarray(at, at + band.bandLength));
      at += band.bandLength;
    }
    return out;
  }
}

/** Norm of a − e^{iφ}b. */
function differenceNorm(a: ComplexSignal, b: ComplexSignal, phaseRad: number, norm: 'L1' | 'L2'): number {
  const c = Math.cos(phaseRad);
  const s = Math.sin(phaseRad);
  let sum = 0;
  for (let i = 0; i < a.re.length; i++) {
    const re = (a.re[i] as number) - (c * (b.re[i] as number) - s * (b.im[i] as number));
    const im = (a.im[i] as number) - (s * (b.re[i] as number) + c * (b.im[i] as number));
    sum += norm === 'L1' ? Math.hypot(re, im) : re * re + im * im;
  }
  return norm === 'L1' ? sum : Math.sqrt(sum);
}

/** Phase to add to b that brings it nearest to a in least squares. */
function leastSquaresPhase(a: ComplexSignal, b: ComplexSignal): number {
  let re = 0;
  let im = 0;
  for (let i = 0; i < a.re.length; i++) {
    re += (a.re[i] as number) * (b.re[i] as number) + (a.im[i] as number) * (b.im[i] as number);
    im += (a.im[i] as number) * (b.re[i] as number) - (a.re[i] as number) * (b.im[i] as number);
  }
  return Math.atan2(im, re);
}

interface Candidate {
  readonly hz: number;
  readonly phase: number;
  readonly value: number;
}

/** The difference in some windows as a function of OFF's offset. */
class Difference {
  readonly #spectra: WindowedSpectra;
  readonly #target: ComplexSignal;
  readonly #off: ComplexSignal;
  readonly #options: SubSpectraOptions;

  constructor(on: ComplexSignal, off: ComplexSignal, options: SubSpectraOptions, windows: readonly PpmWindow[]) {
    this.#spectra = new WindowedSpectra(on.re.length, options, windows);
    this.#target = this.#spectra.of(on);
    this.#off = off;
    this.#options = options;
  }

  #shifted(hz: number): ComplexSignal {
    return this.#spectra.of(rotateSignal(this.#off, hz * this.#options.dwellTimeS, 0));
  }

  /** Norm of the difference over ON's own. */
  at(hz: number, phase: number): number {
    return this.#relative(this.#shifted(hz), phase);
  }

  #relative(shifted: ComplexSignal, phase: number): number {
    const { re } = this.#target;
    const none = { re: new Float64Array(re.length), im: new Float64Array(re.length) };
    const own = differenceNorm(this.#target, none, 0, this.#options.norm);
    return own > 0 ? differenceNorm(this.#target, shifted, phase, this.#options.norm) / own : 0;
  }

  /** Every step of a grid about a place with its best phase, best first. */
  search(centreHz: number, reachHz: number): Candidate[] {
    const steps = Math.ceil(reachHz / COARSE_STEP_HZ);
    return Array.from({ length: 2 * steps + 1 }, (_, k) => {
      const hz = centreHz + (k - steps) * COARSE_STEP_HZ;
      const moved = this.#shifted(hz);
      const phase = leastSquaresPhase(this.#target, moved);
      return { hz, phase, value: this.#relative(moved, phase) };
    }).sort((a, b) => a.value - b.value);
  }
}

/** Shift and phase of OFF onto ON. @param on,off FIDs of one length, lines at their ppm within a few Hz */
export function alignSubSpectra(on: ComplexSignal, off: ComplexSignal, options: SubSpectraOptions): SubSpectraOffset {
  const wide = new Difference(on, off, options, [options.searchWindow]);
  const narrow = new Difference(on, off, options, options.windows);
  const place = wide.search(0, options.maximumShiftHz)[0] as Candidate;
  const refined = narrow
    .search(place.hz, Math.min(NEAR_HZ, options.maximumShiftHz))
    .slice(0, REFINED_CANDIDATES)
    .map(({ hz, phase }) =>
      minimiseSimplex(([f, p]) => narrow.at(f as number, p as number), [hz, phase], [COARSE_STEP_HZ, 0.1], 1e-4, 200),
    );
  const best = refined.reduce((a, b) => (b.value < a.value ? b : a));
  const [shiftHz, phase] = best.x as readonly [number, number];
  return {
    shiftHz,
    phaseRad: Math.atan2(Math.sin(phase), Math.cos(phase)),
    before: narrow.at(0, 0),
    after: best.value,
  };
}
