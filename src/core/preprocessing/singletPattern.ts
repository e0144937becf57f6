// Finding the singlets of a proton brain spectrum (tNAA, tCr, tCho): three Lorentzian lines of one phase, one width and
// non-negative amplitudes over a smooth complex baseline, fitted by least squares at every shift of a search range.
// The phase is free, so nothing must be phased before; a missing line costs nothing but its own evidence.
import type { ComplexSignal } from '../domain/complexArray.ts';
import { frequencyAxisHz, ppmToHz } from '../domain/axes.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../math/fft.ts';
import { addScaled, innerProduct } from '../math/complexLeastSquares.ts';
import { minimiseSimplex } from '../math/nelderMead.ts';
import { noiseSdOfTail } from './signal.ts';

/** Chemical shifts of the three singlets. [ppm] Source: Govindaraju 2000, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V. */
export const SINGLETS_PPM = [2.01, 3.03, 3.2] as const;

/** Fit window around the singlets: from beside the lipids to before myo-inositol. [ppm] */
const WINDOW_PPM: readonly [number, number] = [1.75, 3.45];
/** Linewidths tried in the search. [ppm] */
const WIDTHS_PPM = [0.025, 0.05, 0.1] as const;
/** Polynomial terms of the complex baseline. */
const BASELINE_TERMS = 4;
/** Maxima nearer than this are the same maximum. [ppm] */
const SAME_MAXIMUM_PPM = 0.08;
const PHASE_STARTS = 12;

export interface SingletFit {
  /** Offset of the data's lines from their places; positive towards higher frequency (lower ppm). [Hz] */
  readonly shiftHz: number;
  readonly widthHz: number;
  /** Phase of the lines in the data. [rad] */
  readonly phaseRad: number;
  /** Amplitudes (time domain) of tNAA, tCr, tCho at the common phase. */
  readonly amplitudes: readonly [number, number, number];
  /** Each line's own phase, unconstrained. [rad] */
  readonly linePhasesRad: readonly [number, number, number];
  /** Part of the window's energy above the baseline that the lines explain, 0 to 1. */
  readonly explained: number;
  /** √(energy explained) over the noise SD of a spectral point: the matched-filter SNR. */
  readonly matchedSnr: number;
  /** How much better this shift explains the data than the best other one, 0 to 1. */
  readonly uniqueness: number;
}

/** A zero-filled spectrum with what a line model needs to know of it. */
interface Grid {
  readonly spectrum: ComplexSignal;
  readonly hz: Float64Array;
  readonly fidPoints: number;
  readonly dwellTimeS: number;
  readonly frequencyMHz: number;
}

interface LineSolution {
  readonly amplitudes: [number, number, number];
  readonly phaseRad: number;
  /** Energy explained. */
  readonly gain: number;
}

function makeGrid(fid: ComplexSignal, dwellTimeS: number, frequencyMHz: number): Grid {
  const size = nextPowerOfTwo(2 * fid.re.length);
  const padded = { re: new Float64Array(size), im: new Float64Array(size) };
  padded.re.set(fid.re);
  padded.im.set(fid.im);
  return {
    spectrum: fidToSpectrum(padded),
    hz: frequencyAxisHz(size, dwellTimeS),
    fidPoints: fid.re.length,
    dwellTimeS,
    frequencyMHz,
  };
}

/** DFT of a truncated damped exponential at the grid's bins [start, end): Σ qⁿ = (1 − q^N)/(1 − q). */
function lorentzian(grid: Grid, start: number, end: number, lineHz: number, widthHz: number): ComplexSignal {
  const out = { re: new Float64Array(end - start), im: new Float64Array(end - start) };
  const decay = Math.PI * widthHz * grid.dwellTimeS;
  const size = Math.exp(-decay);
  const sizeN = Math.exp(-decay * grid.fidPoints);
  for (let k = start; k < end; k++) {
    const angle = 2 * Math.PI * (lineHz - (grid.hz[k] as number)) * grid.dwellTimeS;
    const topRe = 1 - sizeN * Math.cos(angle * grid.fidPoints);
    const topIm = -sizeN * Math.sin(angle * grid.fidPoints);
    const lowRe = 1 - size * Math.cos(angle);
    const lowIm = -size * Math.sin(angle);
    const low = lowRe * lowRe + lowIm * lowIm;
    out.re[k - start] = (topRe * lowRe + topIm * lowIm) / low;
    out.im[k - start] = (topIm * lowRe - topRe * lowIm) / low;
  }
  return out;
}

/** Orthonormal real polynomials over `length` samples. */
function baselinePolynomials(length: number): ComplexSignal[] {
  const basis: ComplexSignal[] = [];
  for (let degree = 0; degree < BASELINE_TERMS; degree++) {
    const v = {
      re: Float64Array.from({ length }, (_, i) => ((2 * i) / Math.max(1, length - 1) - 1) ** degree),
      im: new Float64Array(length),
    };
    removeBaseline(v, basis);
    removeBaseline(v, basis);
    const norm = Math.sqrt(innerProduct(v, v).re);
    basis.push({ re: v.re.map((x) => x / norm), im: v.im });
  }
  return basis;
}

function removeBaseline(v: ComplexSignal, basis: readonly ComplexSignal[]): void {
  for (const b of basis) {
    const c = innerProduct(b, v);
    addScaled(v, -c.re, -c.im, b);
  }
}

/** Solves the k × k system of the chosen lines by Cramer's rule; null where it is singular or an amplitude negative. */
function solveSubset(gram: readonly number[], right: readonly number[], chosen: readonly number[]): number[] | null {
  const n = chosen.length;
  const a = chosen.map((i) => [...chosen.map((j) => gram[3 * i + j] as number), right[i] as number]);
  for (let p = 0; p < n; p++) {
    const pivot = (a[p] as number[])[p] as number;
    if (!(Math.abs(pivot) > 1e-12)) return null;
    for (let r = 0; r < n; r++) {
      if (r === p) continue;
      const factor = ((a[r] as number[])[p] as number) / pivot;
      for (let c = p; c <= n; c++) {
        (a[r] as number[])[c] = ((a[r] as number[])[c] as number) - factor * ((a[p] as number[])[c] as number);
      }
    }
  }
  const x = a.map((row, i) => (row[n] as number) / (row[i] as number));
  return x.every((v) => v >= 0) ? x : null;
}

const SUBSETS: readonly (readonly number[])[] = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];

/** Best non-negative amplitudes at a fixed phase, over all subsets of the three lines. */
function amplitudesAtPhase(gram: readonly number[], b: readonly { re: number; im: number }[], phase: number) {
  const c = Math.cos(phase);
  const s = Math.sin(phase);
  const right = b.map((v) => v.re * c + v.im * s);
  let best = { gain: 0, amplitudes: [0, 0, 0] as [number, number, number] };
  for (const chosen of SUBSETS) {
    const x = solveSubset(gram, right, chosen);
    if (x === null) continue;
    const gain = x.reduce((sum, v, i) => sum + v * (right[chosen[i] as number] as number), 0);
    if (gain > best.gain) {
      const amplitudes: [number, number, number] = [0, 0, 0];
      chosen.forEach((line, i) => (amplitudes[line] = x[i] as number));
      best = { gain, amplitudes };
    }
  }
  return best;
}

/** Amplitudes and common phase by alternation from a few phases. */
function solveLines(gram: readonly number[], b: readonly { re: number; im: number }[]): LineSolution {
  let best: LineSolution = { amplitudes: [0, 0, 0], phaseRad: 0, gain: 0 };
  for (let k = 0; k < PHASE_STARTS; k++) {
    const phase = (2 * Math.PI * k) / PHASE_STARTS;
    const found = amplitudesAtPhase(gram, b, phase);
    if (found.gain > best.gain) best = { ...found, phaseRad: phase };
  }
  for (let pass = 0; pass < 30 && best.gain > 0; pass++) {
    const re = best.amplitudes.reduce((sum, x, i) => sum + x * (b[i] as { re: number }).re, 0);
    const im = best.amplitudes.reduce((sum, x, i) => sum + x * (b[i] as { im: number }).im, 0);
    const phase = Math.atan2(im, re);
    const found = amplitudesAtPhase(gram, b, phase);
    const gained = found.gain - best.gain;
    if (gained >= 0) best = { ...found, phaseRad: phase };
    if (gained <= 1e-12 * best.gain) break;
  }
  return best;
}

/** The three lines in the window, freed of the baseline, and their Gram matrix (real part). */
function makeTemplates(grid: Grid, start: number, basis: readonly ComplexSignal[], shiftHz: number, widthHz: number) {
  const end = start + (basis[0] as ComplexSignal).re.length;
  const lines = SINGLETS_PPM.map((ppm) => {
    const line = lorentzian(grid, start, end, ppmToHz(ppm, grid.frequencyMHz) + shiftHz, widthHz);
    removeBaseline(line, basis);
    return line;
  });
  const gram = lines.flatMap((a) => lines.map((b) => innerProduct(a, b).re));
  return { lines, gram };
}

/** The spectrum's samples [start, start + length) freed of the baseline, and their energy. */
function segmentAt(grid: Grid, start: number, basis: readonly ComplexSignal[]) {
  const end = start + (basis[0] as ComplexSignal).re.length;
  const segment = { re: grid.spectrum.re.slice(start, end), im: grid.spectrum.im.slice(start, end) };
  removeBaseline(segment, basis);
  return { segment, energy: innerProduct(segment, segment).re };
}

interface Candidate {
  readonly bins: number;
  readonly widthHz: number;
  readonly score: number;
}

/** Best width at each whole-bin shift of the range. */
function searchShifts(grid: Grid, start: number, basis: readonly ComplexSignal[], maximumPpm: number): Candidate[] {
  const stepHz = (grid.hz[1] as number) - (grid.hz[0] as number);
  const reach = Math.round((maximumPpm * grid.frequencyMHz) / stepHz);
  const sets = WIDTHS_PPM.map((ppm) => ({
    widthHz: ppm * grid.frequencyMHz,
    ...makeTemplates(grid, start, basis, 0, ppm * grid.frequencyMHz),
  }));
  const candidates: Candidate[] = [];
  for (let bins = -reach; bins <= reach; bins++) {
    const { segment, energy } = segmentAt(grid, start + bins, basis);
    let best: Candidate = { bins, widthHz: sets[0]?.widthHz ?? 1, score: 0 };
    for (const { widthHz, lines, gram } of sets) {
      const b = lines.map((line) => innerProduct(line, segment));
      const score = energy > 0 ? solveLines(gram, b).gain / energy : 0;
      if (score > best.score) best = { bins, widthHz, score };
    }
    candidates.push(best);
  }
  return candidates;
}

/** Exact fit at any shift and width, in the window of the whole-bin shift. */
function evaluateFit(grid: Grid, start: number, basis: readonly ComplexSignal[], shiftHz: number, widthHz: number) {
  const { segment, energy } = segmentAt(grid, start, basis);
  const { lines, gram } = makeTemplates(grid, start, basis, shiftHz, widthHz);
  const b = lines.map((line) => innerProduct(line, segment));
  return { ...solveLines(gram, b), energy, b, gram };
}

/** Each line's own phase: the unconstrained solution of the (real) Gram system. */
function linePhases(gram: readonly number[], b: readonly { re: number; im: number }[]): [number, number, number] {
  const solve = (part: readonly number[]): number[] => {
    const a = [0, 1, 2].map((i) => [...gram.slice(3 * i, 3 * i + 3), part[i] as number]);
    for (let p = 0; p < 3; p++) {
      for (let r = 0; r < 3; r++) {
        if (r === p) continue;
        const factor = ((a[r] as number[])[p] as number) / ((a[p] as number[])[p] as number);
        for (let c = p; c < 4; c++) {
          (a[r] as number[])[c] = ((a[r] as number[])[c] as number) - factor * ((a[p] as number[])[c] as number);
        }
      }
    }
    return a.map((row, i) => (row[3] as number) / (row[i] as number));
  };
  const re = solve(b.map((v) => v.re));
  const im = solve(b.map((v) => v.im));
  const at = (i: number): number => Math.atan2(im[i] as number, re[i] as number);
  return [at(0), at(1), at(2)];
}

/**
 * Finds tNAA, tCr and tCho.
 * @param fid one FID
 * @param maximumShiftPpm offsets searched, either way
 * @returns null where the spectrum is empty or too coarse for the three lines
 */
export function fitSinglets(
  fid: ComplexSignal,
  dwellTimeS: number,
  frequencyMHz: number,
  maximumShiftPpm: number,
): SingletFit | null {
  const grid = makeGrid(fid, dwellTimeS, frequencyMHz);
  const stepHz = (grid.hz[1] as number) - (grid.hz[0] as number);
  const start = grid.hz.findIndex((f) => f >= ppmToHz(WINDOW_PPM[1], frequencyMHz));
  const length = Math.floor(((WINDOW_PPM[1] - WINDOW_PPM[0]) * frequencyMHz) / stepHz);
  const reach = Math.ceil((maximumShiftPpm * frequencyMHz) / stepHz);
  if (length < 24 || start < reach || start + length + reach > grid.hz.length) return null;
  const basis = baselinePolynomials(length);
  const candidates = searchShifts(grid, start, basis, maximumShiftPpm);
  const best = candidates.reduce((a, b) => (b.score > a.score ? b : a));
  if (best.score <= 0) return null;
  const apart = (SAME_MAXIMUM_PPM * frequencyMHz) / stepHz;
  const rival = Math.max(0, ...candidates.filter((c) => Math.abs(c.bins - best.bins) > apart).map((c) => c.score));

  const from = start + best.bins;
  const refined = minimiseSimplex(
    ([shift, logWidth]) => {
      const at = evaluateFit(grid, from, basis, shift as number, Math.exp(logWidth as number));
      return -at.gain / at.energy;
    },
    [best.bins * stepHz, Math.log(best.widthHz)],
    [stepHz, 0.3],
    1e-3,
    120,
  );
  const shiftHz = refined.x[0] as number;
  const widthHz = Math.exp(refined.x[1] as number);
  const fit = evaluateFit(grid, from, basis, shiftHz, widthHz);
  // A spectral point of the unnormalised DFT has the noise SD σ√N per channel; zero-filling by z makes z of them one.
  const zeroFill = grid.hz.length / grid.fidPoints;
  const noise = noiseSdOfTail(fid) * Math.sqrt(2 * grid.fidPoints * zeroFill);
  return {
    shiftHz,
    widthHz,
    phaseRad: fit.phaseRad,
    amplitudes: fit.amplitudes,
    linePhasesRad: linePhases(fit.gram, fit.b),
    explained: fit.gain / fit.energy,
    matchedSnr: noise > 0 ? Math.sqrt(fit.gain) / noise : Infinity,
    uniqueness: Math.max(0, 1 - rival / best.score),
  };
}
