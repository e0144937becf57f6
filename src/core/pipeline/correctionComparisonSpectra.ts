// What is drawn of a correction: real spectra of the transients, their mean, and how alike each two of them are.
import { ppmAxis, ppmRangeIndices } from '../domain/axes.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../math/fft.ts';
import { Band, BandReference } from '../preprocessing/frequencyPhaseCorrection/bandRegistration.ts';
import { METABOLITE_PPM } from '../preprocessing/frequencyPhaseCorrection/coarseAlignment.ts';
import { inCommonFrame } from '../preprocessing/frequencyPhaseCorrection/index.ts';
import type { TransientOffset, TransientSet } from '../preprocessing/frequencyPhaseCorrection/index.ts';
import { added, alignedSignals, weightedMean } from '../preprocessing/frequencyPhaseCorrection/offsets.ts';
import { phaseOfPositivity } from '../preprocessing/phasing/automaticPhase.ts';
import { ppmWindow, spectrumWindow } from '../preprocessing/signal.ts';
import { SIMILARITY_PPM } from '../quality/similarityIndex.ts';

/** What is drawn. [ppm] */
export const DRAWN_PPM: readonly [number, number] = [0.2, 4.2];
/** Largest number of points of a drawn spectrum. */
const MOST_POINTS = 512;
/** More transients are drawn, and compared in the matrix, in even steps. */
const MOST_DRAWN = 512;
/** Where the sign of the lines is known: between lipids and lactate below and water above. [ppm] */
const PHASE_PPM: readonly [number, number] = [1.9, 3.4];
const BASELINE_DEGREE = 4;
const REFINE_HZ = 5;

/** The drawn part of the spectra. */
export interface DrawnAxis {
  /** Points of the Fourier transform; longer FIDs are cut there, which no screen shows. */
  readonly size: number;
  readonly start: number;
  readonly end: number;
  /** Falling. */
  readonly ppm: Float32Array;
}

/** Curves of one method. Row k of `transients` and of `similarity` is the transient k · step. */
export interface CorrectionSpectra {
  /** Every how manieth transient is in here. */
  readonly step: number;
  readonly rows: number;
  /** Real parts, rows × points of the axis. */
  readonly transients: Float32Array;
  /** Weighted mean of all transients. */
  readonly mean: Float32Array;
  /** The same without those that the outlier rejection would take out. */
  readonly keptMean: Float32Array;
  /** Normalised scalar products over 2.5–3.5 ppm, rows × rows. */
  readonly similarity: Float32Array;
}

/** One shift and phase for all transients. */
export type Frame = Pick<TransientOffset, 'shiftHz' | 'phaseRad'>;

export function drawnAxis({ signals, dwellTimeS, spectrometerFrequencyMHz }: TransientSet): DrawnAxis {
  const of = (size: number): DrawnAxis => {
    const axis = ppmAxis(size, dwellTimeS, spectrometerFrequencyMHz);
    const { start, end } = ppmRangeIndices(axis, ...DRAWN_PPM);
    return { size, start, end, ppm: Float32Array.from(axis.subarray(start, end)) };
  };
  let axis = of(2 * nextPowerOfTwo(signals[0]?.re.length ?? 1));
  while (axis.end - axis.start > MOST_POINTS && axis.size > 2) axis = of(axis.size / 2);
  return axis;
}

function realPart({ re, im }: ComplexSignal, { size, start, end }: DrawnAxis): Float64Array {
  const padded = { re: new Float64Array(size), im: new Float64Array(size) };
  padded.re.set(re.subarray(0, size));
  padded.im.set(im.subarray(0, size));
  return fidToSpectrum(padded).re.subarray(start, end);
}

const meanOf = (set: TransientSet, offsets: readonly TransientOffset[]): ComplexSignal =>
  weightedMean(
    alignedSignals(set, offsets),
    offsets.map((o) => o.weight),
  );

/**
 * Brings the means of all methods to one frequency and phase, so that they can be laid over each other: methods count their
 * offsets from frames of their own, and a shift of all transients together corrects nothing. For drawing only.
 */
export class CommonFrame {
  readonly #set: TransientSet;
  readonly #reference: BandReference;
  readonly #phaseRad: number;
  readonly #reachHz: number;

  /** @param best offsets of the best method: its mean is the reference, in absorption */
  constructor(set: TransientSet, best: readonly TransientOffset[], maximumShiftHz: number) {
    const mean = meanOf(set, best);
    const window = ppmWindow(mean.re.length, set.dwellTimeS, set.spectrometerFrequencyMHz, PHASE_PPM);
    this.#set = set;
    this.#reference = new BandReference(new Band(set, METABOLITE_PPM, BASELINE_DEGREE), mean);
    this.#phaseRad = phaseOfPositivity(spectrumWindow(mean, window));
    this.#reachHz = maximumShiftHz;
  }

  /** What is to be taken out of all transients beside their own offsets. */
  of(offsets: readonly TransientOffset[]): Frame {
    const mean = meanOf(this.#set, offsets);
    const { shiftHz: startHz } = this.#reference.search(mean, this.#reachHz);
    const { shiftHz, phaseRad } = this.#reference.refine(mean, startHz, REFINE_HZ);
    return { shiftHz, phaseRad: phaseRad + this.#phaseRad };
  }
}

/** Re⟨a, b⟩/(‖a‖‖b‖) of all pairs over 2.5–3.5 ppm. */
function similarityMatrix(set: TransientSet, signals: readonly ComplexSignal[]): Float32Array {
  const band = new Band(set, SIMILARITY_PPM, -1);
  const unit = signals.map((signal) => {
    const { re, im } = band.spectrumOf(signal);
    const values = Float64Array.from([...re, ...im]);
    const norm = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
    return norm > 0 ? values.map((v) => v / norm) : values;
  });
  const n = signals.length;
  const matrix = new Float32Array(n * n);
  unit.forEach((a, i) => {
    for (let j = i; j < n; j++) {
      const b = unit[j] as Float64Array;
      let product = 0;
      for (let k = 0; k < a.length; k++) product += (a[k] as number) * (b[k] as number);
      matrix[i * n + j] = product;
      matrix[j * n + i] = product;
    }
  });
  return matrix;
}

/** @param rejected indices of transients that the outlier rejection would take out */
export function correctionSpectra(
  set: TransientSet,
  offsets: readonly TransientOffset[],
  rejected: readonly number[],
  axis: DrawnAxis,
  frame: Frame,
): CorrectionSpectra {
  const step = Math.max(1, Math.ceil(set.signals.length / MOST_DRAWN));
  const every = <T>(list: readonly T[]): T[] => list.filter((_, k) => k % step === 0);
  const framed = added(
    offsets,
    offsets.map(() => frame),
  );
  const signals = alignedSignals(set, framed);
  const drawn = every(signals);
  const points = axis.end - axis.start;
  const transients = new Float32Array(drawn.length * points);
  drawn.forEach((signal, k) => transients.set(realPart(signal, axis), k * points));
  const weights = offsets.map((o) => o.weight);
  const gone = new Set(rejected);
  const kept = weights.map((w, k) => (gone.has(k) ? 0 : w));
  return {
    step,
    rows: drawn.length,
    transients,
    mean: Float32Array.from(realPart(weightedMean(signals, weights), axis)),
    keptMean: Float32Array.from(realPart(weightedMean(signals, kept), axis)),
    // In the frame of the scores, whose similarity index is the mean of this.
    similarity: similarityMatrix(set, every(alignedSignals(set, inCommonFrame(set, offsets)))),
  };
}
