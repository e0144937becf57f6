// What a correction is judged by, whatever method made it: how alike the transients are, creatine's width and height in their
// mean, and what drift is left in means of neighbouring transients.
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { JsonObject } from '../../domain/json.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../../math/fft.ts';
import { halfHeightWidth } from '../../math/halfHeightWidth.ts';
import { meanSignal } from '../../math/meanSignal.ts';
import { standardDeviation } from '../../math/robustStatistics.ts';
import { meanPairwiseSimilarity } from '../../math/similarity.ts';
import { SIMILARITY_PPM } from '../alignmentRecord.ts';
import { noiseSdOfTail } from '../signal.ts';
import { fitSinglets } from '../singletPattern.ts';
import { Band, BandReference } from './bandRegistration.ts';
import { METABOLITE_PPM } from './coarseAlignment.ts';
import type { TransientOffset, TransientSet } from './method.ts';
import { alignedSignals, weightedMean } from './offsets.ts';
import { wrapped } from '../transientOffsets.ts';

export interface FpcScores {
  /** Mean pairwise similarity of the spectra over 2.5–3.5 ppm, −1 to 1 (Shamaei 2023, doi:10.1002/mrm.29498). */
  readonly similarityIndex: number;
  /**
   * The same over 1.85–4.1 ppm without a baseline of fourth degree: the tails of water or lipids that a method has aligned
   * instead of the metabolites make the index above rise, but not this.
   */
  readonly metaboliteSimilarity: number;
  /** Of the mean; null where creatine's line does not stand free. */
  readonly creatineWidthHz: number | null;
  /** Height of the mean's creatine line above its surroundings over the SD of noise in a real spectrum. */
  readonly snr: number | null;
  /** SD of shift and phase of up to eight means of neighbouring transients. */
  readonly driftHz: number;
  readonly driftDeg: number;
}

/** Where creatine's line is looked for, an uncorrected carrier's error allowed for. [ppm] */
const CREATINE_PPM: readonly [number, number] = [2.93, 3.13];
const BASELINE_DEGREE = 4;
/** How far the singlets of a mean are looked for, and which part of their surroundings' energy they must explain. */
const FRAME_REACH_PPM = 0.2;
const FRAME_EXPLAINED = 0.5;
const NO_BASELINE = -1;
const ZERO_FILL = 16;
const BLOCKS = 8;
const DRIFT_REACH_HZ = 20;

/**
 * Offsets against the frame in which the mean's singlets (tNAA, tCr, tCho) stand in their places and in absorption: a shift or
 * phase of all transients together corrects nothing and must not count, but it moves lines in and out of the ranges below.
 */
export function inCommonFrame(set: TransientSet, offsets: readonly TransientOffset[]): readonly TransientOffset[] {
  const weights = offsets.map((o) => o.weight);
  const mean = weightedMean(alignedSignals(set, offsets), weights);
  const lines = fitSinglets(mean, set.dwellTimeS, set.spectrometerFrequencyMHz, FRAME_REACH_PPM);
  if (lines === null || lines.explained < FRAME_EXPLAINED) return offsets;
  const { shiftHz, phaseRad } = lines;
  return offsets.map((o) => ({ ...o, shiftHz: o.shiftHz + shiftHz, phaseRad: wrapped(o.phaseRad + phaseRad) }));
}

/** Means of up to eight runs of neighbours. */
function blockMeans(signals: readonly ComplexSignal[]): ComplexSignal[] {
  const blocks = Math.min(BLOCKS, signals.length);
  const edge = (b: number): number => Math.round((b * signals.length) / blocks);
  return Array.from({ length: blocks }, (_, b) => meanSignal(signals.slice(edge(b), edge(b + 1))));
}

function residualDrift(set: TransientSet, aligned: readonly ComplexSignal[], mean: ComplexSignal) {
  const reference = new BandReference(new Band(set, METABOLITE_PPM, BASELINE_DEGREE), mean);
  const found = blockMeans(aligned).map((block) => reference.refine(block, 0, DRIFT_REACH_HZ));
  const degrees = found.map(({ phaseRad }) => (phaseRad * 180) / Math.PI);
  return { driftHz: standardDeviation(found.map((f) => f.shiftHz)), driftDeg: standardDeviation(degrees) };
}

/** Width of creatine's line in a mean, and its height above the straight line through the window's ends, at the line's phase. */
function creatineLine(set: TransientSet, mean: ComplexSignal) {
  const size = nextPowerOfTwo(ZERO_FILL * mean.re.length);
  const padded = { re: new Float64Array(size), im: new Float64Array(size) };
  padded.re.set(mean.re);
  padded.im.set(mean.im);
  const spectrum = fidToSpectrum(padded);
  const axis = ppmAxis(size, set.dwellTimeS, set.spectrometerFrequencyMHz);
  const { start, end } = ppmRangeIndices(axis, ...CREATINE_PPM);
  const line = halfHeightWidth(spectrum, start, end);
  if (line === null) return { creatineWidthHz: null, snr: null };
  const { top, height, samples } = line;
  const along = (i: number): number => {
    const product = (x: Float64Array): number => (x[top] as number) * (x[i] as number);
    return (product(spectrum.re) + product(spectrum.im)) / height;
  };
  const part = (top - start) / Math.max(1, end - 1 - start);
  const above = height - (along(start) + part * (along(end - 1) - along(start)));
  const noise = noiseSdOfTail(mean) * Math.sqrt(mean.re.length);
  return { creatineWidthHz: samples / (size * set.dwellTimeS), snr: noise > 0 ? above / noise : null };
}

/**
 * Scores of a correction; offsets of zero give those of the transients as they are.
 * @throws ProcessingError where the spectra are empty or too coarse
 */
export function correctionScores(set: TransientSet, offsets: readonly TransientOffset[]): FpcScores {
  const aligned = alignedSignals(set, inCommonFrame(set, offsets));
  const mean = weightedMean(
    aligned,
    offsets.map((o) => o.weight),
  );
  const plain = new Band(set, SIMILARITY_PPM, NO_BASELINE);
  const flat = new Band(set, METABOLITE_PPM, BASELINE_DEGREE);
  return {
    similarityIndex: meanPairwiseSimilarity(aligned.map((signal) => plain.spectrumOf(signal))),
    metaboliteSimilarity: meanPairwiseSimilarity(aligned.map((signal) => flat.spectrumOf(signal))),
    ...creatineLine(set, mean),
    ...residualDrift(set, aligned, mean),
  };
}

export function scoresToJson(scores: FpcScores): JsonObject {
  return { ...scores };
}
