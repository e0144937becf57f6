// One FID or spectrum as CSV: comment lines with the units, then time or chemical shift, real and imaginary part.
import { frequencyAxisHz, hzToPpm, timeAxisS, WATER_PPM } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { shapeSize, signalAt } from '../../domain/complexArray.ts';
import { UnsupportedDataError } from '../../domain/errors.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount } from '../../domain/mrsDataset.ts';
import { fidToSpectrum } from '../../math/fft.ts';

export interface WriteCsvOptions {
  readonly domain: 'time' | 'frequency';
  /** Which of the dataset's signals, counted over all axes but time in C order. @default 0 */
  readonly signal?: number;
}

const row = (x: number, signal: ComplexSignal, i: number): string =>
  `${x},${signal.re[i] as number},${signal.im[i] as number}`;

/**
 * Writes one signal; numbers have all their digits, so a program that reads them gets the same doubles.
 * @throws UnsupportedDataError where the dataset has no such signal
 */
export function writeCsv(dataset: MrsDataset, options: WriteCsvOptions): string {
  const index = options.signal ?? 0;
  const signals = shapeSize(dataset.data.shape.slice(0, -1));
  if (!Number.isInteger(index) || index < 0 || index >= signals) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `The dataset has ${signals} signals, and signal ${index + 1} was asked for.`,
    );
  }
  const fid = signalAt(dataset.data, index);
  const points = pointCount(dataset);
  const isTime = options.domain === 'time';
  const signal = isTime ? fid : fidToSpectrum(fid);
  const axis = isTime
    ? timeAxisS(points, dataset.dwellTimeS)
    : frequencyAxisHz(points, dataset.dwellTimeS).map((hz) => hzToPpm(hz, dataset.spectrometerFrequencyMHz));
  return [
    `# ${isTime ? 'FID' : 'Spectrum (plain discrete Fourier transform of the FID, centred)'}, signal ${index + 1} of ${signals}`,
    `# Nucleus: ${dataset.nucleus}`,
    `# Spectrometer frequency: ${dataset.spectrometerFrequencyMHz} MHz`,
    `# Dwell time: ${dataset.dwellTimeS} s`,
    isTime
      ? '# Columns: time in s, real and imaginary part in the scanner’s units; NIfTI-MRS sign convention'
      : `# Columns: chemical shift in ppm (carrier at ${WATER_PPM} ppm), real and imaginary part in the scanner’s units × points`,
    isTime ? 'time_s,real,imaginary' : 'shift_ppm,real,imaginary',
    ...Array.from(axis, (x, i) => row(x, signal, i)),
    '',
  ].join('\n');
}
