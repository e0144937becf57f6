// Complex samples of a DICOM element (pairs of 32-bit floats) → the dataset's arrays, checked against the header first.
import type { ComplexArray } from '../../domain/complexArray.ts';
import { shapeSize, zeros } from '../../domain/complexArray.ts';
import { ReaderError } from '../../domain/errors.ts';
import type { DicomFile, DicomTag } from './dicomFile.ts';

export interface Samples {
  /** Complex samples in the file. */
  readonly count: number;
  /** Real and imaginary part of sample i, as stored. */
  re(i: number): number;
  im(i: number): number;
}

/** @throws ReaderError where the element is absent, empty or cut */
export function complexSamples(file: DicomFile, tag: DicomTag | null): Samples {
  const floats = tag === null ? null : file.dataset.floats(tag);
  if (floats === null) {
    throw file.complete
      ? new ReaderError('HEADER_MISSING', `${file.fileName} is a spectroscopy file without its signal data.`)
      : new ReaderError(
          'FILE_TRUNCATED',
          `${file.fileName} is damaged or cut short: its signal data can't be reached.`,
        );
  }
  return { count: Math.floor(floats.count / 2), re: (i) => floats.at(2 * i), im: (i) => floats.at(2 * i + 1) };
}

/** Header values come as numbers of any kind: a count is a positive integer. */
export function countOf(value: number | null, fallback: number, what: string, file: DicomFile): number {
  const count = value ?? fallback;
  if (Number.isInteger(count) && count >= 1) return count;
  throw new ReaderError('DIMENSIONS_ABSURD', `${file.fileName} claims ${count} ${what}.`);
}

/**
 * Checks that the signal has the number of samples that the header promises.
 * @throws ReaderError DIMENSIONS_ABSURD where samples are missing
 */
export function requireSamples(samples: Samples, expected: number, file: DicomFile): void {
  if (samples.count >= expected) return;
  throw new ReaderError(
    'DIMENSIONS_ABSURD',
    `${file.fileName} promises ${expected} complex samples, but holds ${samples.count}.`,
    { expectedSamples: expected, foundSamples: samples.count },
  );
}

export interface Arrangement {
  /** Shape of the result, time last. */
  readonly shape: readonly number[];
  /** First sample in the file of the FID that is i-th in the result (C order). */
  readonly start: (fid: number) => number;
  /** Whether the vendor's sign is opposite to NIfTI-MRS's. */
  readonly conjugate: boolean;
}

/** Copies FIDs into the order of the dataset. @throws ReaderError FORMAT_INVALID where values are not finite numbers */
export function arrangeSamples(samples: Samples, arrangement: Arrangement, file: DicomFile): ComplexArray {
  const { shape, start, conjugate } = arrangement;
  const points = shape[shape.length - 1] as number;
  const data = zeros(shape);
  const sign = conjugate ? -1 : 1;
  let sum = 0;
  for (let fid = 0; fid < shapeSize(shape) / points; fid++) {
    const from = start(fid);
    for (let i = 0; i < points; i++) {
      const [re, im] = [samples.re(from + i), samples.im(from + i)];
      data.re[fid * points + i] = re;
      data.im[fid * points + i] = sign * im;
      sum += re + im;
    }
  }
  if (!Number.isFinite(sum)) {
    throw new ReaderError('FORMAT_INVALID', `${file.fileName} holds samples that are not finite numbers.`);
  }
  return data;
}
