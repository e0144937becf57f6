// Finding the singlets of a proton brain spectrum (tNAA, tCr, tCho): three Lorentzian lines of one phase, one width and
// non-negative amplitudes over a smooth complex baseline, fitted by least squares at every shift of a search range.
// The phase is free, so nothing must be phased before; a missing line costs nothing but its own evidence.
import type { ComplexSignal } from '../domain/complexArray.ts';
import { frequencyAxisHz, ppmToHz } from '../domain/axes.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../math/fft.ts';
import { innerProduct } from '../math/complexLeastSquares.ts';
import { minimiseSimplex } from '../math/nelderMead.ts';
import { noiseSdOfTail } from './signal.ts';

/** Chemical shifts of the three singlets. [ppm] Source: Govindaraju 2000, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V. */
export const SINGLETS_PPM = [2.01, 3.03, 3.2] as const;

/** Fit window around the singlets: from beside the lipids to before myo-inositol. [ppm] */
const WINDOW_PPM: readonly [number, number] = [1.75, 3.45];
/** Linewidths tried in the search. [ppm] */
const WIDTHS_PPM = [0.025, 0.05, 0.1] as const;
/** Polynomial terms of the complex baseline in the search. */
const SEARCH_TERMS = 4;
/**
 * Once the lines are found, only their near neighbourhoods count, each with its own baseline: Glx and the multiplets of
 * NAA between 2.1 and 2.8 ppm would pull phase and shift. [ppm]
 */
const NEIGHBOURHOODS_PPM: readonly (readonly [number, number])[] = [
  [2.92, 3.3],
  [1.9, 2.1],
];
/** Polynomial terms of each neighbourhood's baseline. */
const NEIGHBOURHOOD_TERMS = 2;
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
  /** Part of the energy above the baseline, near the lines, that the lines explain, 0 to 1. */
  readonly explained: number;
  /** √(energy explained in the whole window) over the noise SD of a spectral point: the matched-filter SNR. */
  readonly matchedSnr: number;
  /** By which part the best other shift's residual energy is reduced, 0 to 1: how much this shift leads. */
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

/** What is fitted beside the lines, in a window of `length` samples: polynomials in one or more separate pieces. */
interface Baseline {
  readonly length: number;
  /** Pieces [start, end) of the window that are compared; samples outside count for nothing. */
  readonly pieces: readonly (readonly [number, number])[];
  /** Orthonormal real polynomials. */
  readonly terms: readonly BaselineTerm[];
}

/** A real polynomial, zero outside its piece [from, to). */
interface BaselineTerm {
  readonly values: Float64Array;
  readonly from: number;
  readonly to: number;
}

/**
 * DFT of a truncated damped exponential at the grid's bins from `start` on: Σ qⁿ = (1 − q^N)/(1 − q); zero outside the
 * baseline's pieces, where nothing is compared.
 */
function lorentzian(grid: Grid, start: number, baseline: Baseline, lineHz: number, widthHz: number): ComplexSignal {
  const out = { re: new Float64Array(baseline.length), im: new Float64Array(baseline.length) };
  const decay = Math.PI * widthHz * grid.dwellTimeS;
  const size = Math.exp(-decay);
  const sizeN = Math.exp(-decay * grid.fidPoints);
  for (const [from, to] of baseline.pieces) {
    for (let i = from; i < to; i++) {
      const angle = 2 * Math.PI * (lineHz - (grid.hz[start + i] as number)) * grid.dwellTimeS;
      const topRe = 1 - sizeN * Math.cos(angle * grid.fidPoints);
      const topIm = -sizeN * Math.sin(angle * grid.fidPoints);
      const lowRe = 1 - size * Math.cos(angle);
      const lowIm = -size * Math.sin(angle);
      const low = lowRe * lowRe + lowIm * lowIm;
      out.re[i] = (topRe * lowRe + topIm * lowIm) / low;
      out.im[i] = (topIm * lowRe - topRe * lowIm) / low;
    }
  }
  return out;
}

function makeBaseline(length: number, pieces: readonly (readonly [number, number])[], termCount: number): Baseline {
  const terms: BaselineTerm[] = [];
  for (const [from, to] of pieces) {
    for (let degree = 0; degree < termCount; degree++) {
      const v = { re: new Float64Array(length), im: new Float64Array(length) };
      for (let i = from; i < to; i++) v.re[i] = ((2 * (i - from)) / Math.max(1, to - from - 1) - 1) ** degree;
      project(v, terms);
      project(v, terms);
      const norm = Math.sqrt(innerProduct(v, v).re);
      terms.push({ values: v.re.map((x) => x / norm), from, to });
    }
  }
  return { length, pieces, terms };
}

/** The part of a signal along a term. */
function alongTerm({ values, from, to }: BaselineTerm, { re, im }: ComplexSignal): Projection {
  let alongRe = 0;
  let alongIm = 0;
  for (let i = from; i < to; i++) {
    alongRe += (values[i] as number) * (re[i] as number);
    alongIm += (values[i] as number) * (im[i] as number);
  }
  return { re: alongRe, im: alongIm };
}

function project(v: ComplexSignal, terms: readonly BaselineTerm[]): void {
  for (const term of terms) {
    const { values, from, to } = term;
    const c = alongTerm(term, v);
    for (let i = from; i < to; i++) {
      v.re[i] = (v.re[i] as number) - c.re * (values[i] as number);
      v.im[i] = (v.im[i] as number) - c.im * (values[i] as number);
    }
  }
}

/** Clears the samples outside the pieces and takes the baseline's part out, in place. */
function removeBaseline(v: ComplexSignal, baseline: Baseline): void {
  let last = 0;
  for (const [from, to] of baseline.pieces) {
    v.re.fill(0, last, from);
    v.im.fill(0, last, from);
    last = to;
  }
  v.re.fill(0, last);
  v.im.fill(0, last);
  project(v, baseline.terms);
}

/** All three lines first: where their amplitudes come out non-negative, no subset can do better. */
const SUBSETS: readonly (readonly number[])[] = [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/** Inverse of the Gram matrix of some lines, as 3 × 3 with zeros for the others; null where it is singular. */
function subsetInverse(gram: readonly number[], chosen: readonly number[]): Float64Array | null {
  const n = chosen.length;
  const a = chosen.map((i, r) => [
    ...chosen.map((j) => gram[3 * i + j] as number),
    ...chosen.map((_, c) => (r === c ? 1 : 0)),
  ]);
  for (let p = 0; p < n; p++) {
    const pivotRow = a[p] as number[];
    const pivot = pivotRow[p] as number;
    if (!(Math.abs(pivot) > 1e-12)) return null;
    for (let c = 0; c < 2 * n; c++) pivotRow[c] = (pivotRow[c] as number) / pivot;
    for (let r = 0; r < n; r++) {
      if (r === p) continue;
      const row = a[r] as number[];
      const factor = row[p] as number;
      for (let c = 0; c < 2 * n; c++) row[c] = (row[c] as number) - factor * (pivotRow[c] as number);
    }
  }
  const inverse = new Float64Array(9);
  chosen.forEach((i, r) => chosen.forEach((j, c) => (inverse[3 * i + j] = (a[r] as number[])[n + c] as number)));
  return inverse;
}

/** The inverses of all subsets: what non-negative amplitudes of three lines need. */
type SubsetInverses = readonly (Float64Array | null)[];

const subsetInverses = (gram: readonly number[]): SubsetInverses => SUBSETS.map((s) => subsetInverse(gram, s));

type Projection = { readonly re: number; readonly im: number };

/** Best non-negative amplitudes at a fixed phase, over all subsets of the three lines. */
function amplitudesAtPhase(inverses: SubsetInverses, b: readonly Projection[], phase: number) {
  const c = Math.cos(phase);
  const s = Math.sin(phase);
  const [b0, b1, b2] = b as [Projection, Projection, Projection];
  const r0 = b0.re * c + b0.im * s;
  const r1 = b1.re * c + b1.im * s;
  const r2 = b2.re * c + b2.im * s;
  let best = { gain: 0, amplitudes: [0, 0, 0] as [number, number, number] };
  for (let k = 0; k < inverses.length; k++) {
    const m = inverses[k];
    if (m === null || m === undefined) continue;
    const x0 = (m[0] as number) * r0 + (m[1] as number) * r1 + (m[2] as number) * r2;
    const x1 = (m[3] as number) * r0 + (m[4] as number) * r1 + (m[5] as number) * r2;
    const x2 = (m[6] as number) * r0 + (m[7] as number) * r1 + (m[8] as number) * r2;
    if (x0 < 0 || x1 < 0 || x2 < 0) continue;
    const gain = x0 * r0 + x1 * r1 + x2 * r2;
    if (gain > best.gain) best = { gain, amplitudes: [x0, x1, x2] };
    if (k === 0) break;
  }
  return best;
}

/** Amplitudes and common phase by alternation from a few phases. */
function solveLines(inverses: SubsetInverses, b: readonly Projection[]): LineSolution {
  let best: LineSolution = { amplitudes: [0, 0, 0], phaseRad: 0, gain: 0 };
  for (let k = 0; k < PHASE_STARTS; k++) {
    const phase = (2 * Math.PI * k) / PHASE_STARTS;
    const found = amplitudesAtPhase(inverses, b, phase);
    if (found.gain > best.gain) best = { ...found, phaseRad: phase };
  }
  for (let pass = 0; pass < 30 && best.gain > 0; pass++) {
    const re = best.amplitudes.reduce((sum, x, i) => sum + x * (b[i] as Projection).re, 0);
    const im = best.amplitudes.reduce((sum, x, i) => sum + x * (b[i] as Projection).im, 0);
    const phase = Math.atan2(im, re);
    const found = amplitudesAtPhase(inverses, b, phase);
    const gained = found.gain - best.gain;
    if (gained >= 0) best = { ...found, phaseRad: phase };
    if (gained <= 1e-12 * best.gain) break;
  }
  return best;
}

/** The three lines in the window, freed of the baseline, and the inverses of their Gram matrices (real part). */
function makeTemplates(grid: Grid, start: number, baseline: Baseline, shiftHz: number, widthHz: number) {
  const lines = SINGLETS_PPM.map((ppm) => {
    const line = lorentzian(grid, start, baseline, ppmToHz(ppm, grid.frequencyMHz) + shiftHz, widthHz);
    removeBaseline(line, baseline);
    return line;
  });
  return { lines, inverses: subsetInverses(lines.flatMap((a) => lines.map((b) => innerProduct(a, b).re))) };
}

/** A window of the spectrum from a bin on: its samples freed of the baseline, and their energy. */
interface FitWindow {
  readonly grid: Grid;
  readonly start: number;
  readonly baseline: Baseline;
  readonly segment: ComplexSignal;
  readonly energy: number;
}

function fitWindow(grid: Grid, start: number, baseline: Baseline): FitWindow {
  const end = start + baseline.length;
  const segment = { re: grid.spectrum.re.slice(start, end), im: grid.spectrum.im.slice(start, end) };
  removeBaseline(segment, baseline);
  return { grid, start, baseline, segment, energy: innerProduct(segment, segment).re };
}

interface Candidate {
  readonly bins: number;
  readonly widthHz: number;
  readonly score: number;
}

/** Best width at each whole-bin shift of the range. */
function searchShifts(grid: Grid, start: number, baseline: Baseline, maximumPpm: number): Candidate[] {
  const stepHz = (grid.hz[1] as number) - (grid.hz[0] as number);
  const reach = Math.round((maximumPpm * grid.frequencyMHz) / stepHz);
  const sets = WIDTHS_PPM.map((ppm) => ({
    widthHz: ppm * grid.frequencyMHz,
    ...makeTemplates(grid, start, baseline, 0, ppm * grid.frequencyMHz),
  }));
  const candidates: Candidate[] = [];
  for (let bins = -reach; bins <= reach; bins++) {
    const { segment, energy } = fitWindow(grid, start + bins, baseline);
    let best: Candidate = { bins, widthHz: sets[0]?.widthHz ?? 1, score: 0 };
    for (const { widthHz, lines, inverses } of sets) {
      const b = lines.map((line) => innerProduct(line, segment));
      const score = energy > 0 ? solveLines(inverses, b).gain / energy : 0;
      if (score > best.score) best = { bins, widthHz, score };
    }
    candidates.push(best);
  }
  return candidates;
}

/** Exact fit at any shift and width, in the window of the whole-bin shift. */
function evaluateFit({ grid, start, baseline, segment, energy }: FitWindow, shiftHz: number, widthHz: number) {
  const { lines, inverses } = makeTemplates(grid, start, baseline, shiftHz, widthHz);
  const b = lines.map((line) => innerProduct(line, segment));
  return { ...solveLines(inverses, b), energy, b, inverses };
}

/** Each line's own phase: the unconstrained solution, real and imaginary part apart. */
function linePhases(inverses: SubsetInverses, b: readonly Projection[]): [number, number, number] {
  const inverse = inverses[0] ?? new Float64Array(9);
  const at = (i: number): number => {
    const sum = (part: 're' | 'im'): number =>
      b.reduce((total, v, j) => total + (inverse[3 * i + j] as number) * v[part], 0);
    return Math.atan2(sum('im'), sum('re'));
  };
  return [at(0), at(1), at(2)];
}

/** Baseline in the lines' neighbourhoods; that of the whole window where the spectrum is too coarse for it. */
function neighbourhoodBaseline(length: number, binsPerPpm: number): Baseline {
  const bin = (ppm: number): number => Math.round((WINDOW_PPM[1] - ppm) * binsPerPpm);
  const pieces = NEIGHBOURHOODS_PPM.map(([low, high]) => [bin(high), Math.min(length, bin(low))] as const);
  const fine = pieces.every(([from, to]) => to - from >= 4 * NEIGHBOURHOOD_TERMS);
  return fine ? makeBaseline(length, pieces, NEIGHBOURHOOD_TERMS) : makeBaseline(length, [[0, length]], SEARCH_TERMS);
}

/** Shift and width that explain most, from those of the search. */
function refine(window: FitWindow, best: Candidate, stepHz: number) {
  const { x } = minimiseSimplex(
    ([shift, logWidth]) => {
      const at = evaluateFit(window, shift as number, Math.exp(logWidth as number));
      return -at.gain / at.energy;
    },
    [best.bins * stepHz, Math.log(best.widthHz)],
    [stepHz, 0.3],
    1e-3,
    120,
  );
  const shiftHz = x[0] as number;
  const widthHz = Math.exp(x[1] as number);
  return { shiftHz, widthHz, fit: evaluateFit(window, shiftHz, widthHz) };
}

/** SD of |noise| in a point of the zero-filled, unnormalised DFT, in the energy of a window: zero-filling repeats it. */
function windowNoise(fid: ComplexSignal, grid: Grid): number {
  const zeroFill = grid.hz.length / grid.fidPoints;
  return noiseSdOfTail(fid) * Math.sqrt(2 * grid.fidPoints * zeroFill);
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
  const binsPerPpm = frequencyMHz / stepHz;
  const start = grid.hz.findIndex((f) => f >= ppmToHz(WINDOW_PPM[1], frequencyMHz));
  const length = Math.floor((WINDOW_PPM[1] - WINDOW_PPM[0]) * binsPerPpm);
  const reach = Math.ceil(maximumShiftPpm * binsPerPpm);
  if (length < 24 || start < reach || start + length + reach > grid.hz.length) return null;
  const whole = makeBaseline(length, [[0, length]], SEARCH_TERMS);
  const candidates = searchShifts(grid, start, whole, maximumShiftPpm);
  const best = candidates.reduce((a, b) => (b.score > a.score ? b : a));
  if (best.score <= 0) return null;
  const others = candidates.filter((c) => Math.abs(c.bins - best.bins) > SAME_MAXIMUM_PPM * binsPerPpm);
  const rival = Math.max(0, ...others.map((c) => c.score));
  const near = neighbourhoodBaseline(length, binsPerPpm);
  const { shiftHz, widthHz, fit } = refine(fitWindow(grid, start + best.bins, near), best, stepHz);
  const noise = windowNoise(fid, grid);
  const evidence = evaluateFit(fitWindow(grid, start + best.bins, whole), shiftHz, widthHz).gain;
  return {
    shiftHz,
    widthHz,
    phaseRad: fit.phaseRad,
    amplitudes: fit.amplitudes,
    linePhasesRad: linePhases(fit.inverses, fit.b),
    explained: fit.gain / fit.energy,
    matchedSnr: noise > 0 ? Math.sqrt(evidence) / noise : Infinity,
    uniqueness: rival < 1 ? Math.max(0, 1 - (1 - best.score) / (1 - rival)) : 0,
  };
}
