// The spectra of a batch as networks see them, with their scales and noise.
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { BugError } from '../../../domain/errors.ts';
import type { FitInput } from '../../../ports/fitRunner.ts';
import type { Tensor } from '../../../ports/inferenceEngine.ts';
import { estimateNoiseSds } from '../noise.ts';
import { BAND_POINTS, bandSpectra } from './bandSpectrum.ts';

/** One spectrum of a batch. */
export interface BandInput {
  readonly input: FitInput;
  /** On the band's grid. */
  readonly spectrum: ComplexSignal;
  /** Its largest magnitude. */
  readonly scale: number;
  /** Noise SD of one real channel of the spectrum. */
  readonly noiseSd: number;
}

export function largestMagnitude({ re, im }: ComplexSignal): number {
  let largest = 0;
  for (let i = 0; i < re.length; i++) {
    largest = Math.max(largest, (re[i] as number) ** 2 + (im[i] as number) ** 2);
  }
  // A sample that is no number must not pass unseen: Math.max keeps NaN.
  return Math.sqrt(largest);
}

/** @param inputs of one scan: sampled alike */
export function bandInputs(inputs: readonly FitInput[]): BandInput[] {
  const [first] = inputs;
  if (first === undefined) return [];
  const fids = inputs.map(({ fid }) => fid);
  const points = (fids[0] as ComplexSignal).re.length;
  if (fids.some(({ re }) => re.length !== points)) throw new BugError('The spectra of a batch are not of one length.');
  const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = first;
  const { of, noiseSd } = bandSpectra({ points, dwellTimeS, spectrometerFrequencyMHz });
  const unknown = inputs.filter((input) => input.noiseSd === null);
  const ofUnknown = estimateNoiseSds(
    unknown.map(({ fid }) => fid),
    dwellTimeS,
    spectrometerFrequencyMHz,
    nucleus,
  );
  const estimated = new Map(unknown.map((input, k) => [input, ofUnknown[k] as number]));
  return of(fids).map((spectrum, k) => {
    const input = inputs[k] as FitInput;
    const ofFid = input.noiseSd ?? (estimated.get(input) as number);
    return { input, spectrum, scale: largestMagnitude(spectrum), noiseSd: noiseSd(ofFid) };
  });
}

/** The input "spectrum": [spectra, 2, 512], real and imaginary parts over the scale. */
export function spectrumTensor(batch: readonly Pick<BandInput, 'spectrum' | 'scale'>[]): Tensor {
  const data = new Float32Array(batch.length * 2 * BAND_POINTS);
  batch.forEach(({ spectrum, scale }, k) => {
    const start = 2 * k * BAND_POINTS;
    for (let j = 0; j < BAND_POINTS; j++) {
      data[start + j] = (spectrum.re[j] as number) / scale;
      data[start + BAND_POINTS + j] = (spectrum.im[j] as number) / scale;
    }
  });
  return { data, shape: [batch.length, 2, BAND_POINTS] };
}
