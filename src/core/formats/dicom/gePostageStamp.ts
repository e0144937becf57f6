// GE postage-stamp series → dataset. GE keeps 256 points of each spectrum: 250 Hz about 2.3 ppm at 1.5 T (SIVIC; it is 2000 Hz
// and 1024 samples filled to 2048). They are set into a wider band about water and transformed back to time signals.
import type { ComplexArray } from '../../domain/complexArray.ts';
import { zeros } from '../../domain/complexArray.ts';
import { ppmToHz } from '../../domain/axes.ts';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { spectrumToFid } from '../../math/fft.ts';
import { implausibleTimes } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import type { DicomFile } from './dicomFile.ts';
import { TAG } from './dicomFile.ts';
import { acquisitionFields, headerFields, patientFields, positive, put, putUser } from './dicomFields.ts';
import { voiRows } from './dicomGeometry.ts';
import { geAcquisitionTag, STAMPS, stampPixel } from './geStampLayout.ts';
import type { StampStack } from './geStampSlices.ts';
import { stackStamps, stampAffine, stampVoi } from './geStampSlices.ts';

/** Width of the band that is kept at 1.5 T, and the shift at its middle. [Hz], [ppm] */
const BAND_HZ = 250;
const BAND_CENTRE_PPM = 2.3;
/** 1H frequencies called 1.5 T. [MHz] */
const AT_1_5_T_MHZ = [61, 66] as const;
/** Resonance at 1.5 T nominal, where the file doesn't give it. [MHz] */
const ASSUMED_MHZ = 63.87;
/** How far the band told by the file may be from the known one, as a part of it. */
const SAME_BAND = 0.01;
/** Points of the time signals: a band of 1000 Hz, which holds the shifted 250 Hz. */
const POINTS = 4 * STAMPS;
/** How much more signal the decaying half must hold than the other, for the sign to be told. */
const CLEAR_DECAY = 1.5;

/** @throws UnsupportedDataError where the frequency scale is not the known one */
function frequencyMHz(file: DicomFile, options: ReadOptions, warnings: Warning[]): number {
  const { dataset, fileName } = file;
  const told = positive(dataset.number(TAG.imagingFrequency)) ?? options.spectrometerFrequencyMHz ?? null;
  const field = dataset.number(TAG.magneticFieldStrength);
  const [width, samples] = [0xa7, 0xa8].map((low) => positive(dataset.number(geAcquisitionTag(dataset, low, 'DS'))));
  const band = width && samples ? (STAMPS * width) / (2 * samples) : BAND_HZ;
  const frequency = told ?? (field !== null && Math.abs(field - 1.5) < 0.1 ? ASSUMED_MHZ : 0);
  if (!(frequency >= AT_1_5_T_MHZ[0] && frequency <= AT_1_5_T_MHZ[1]) || Math.abs(band / BAND_HZ - 1) > SAME_BAND) {
    const message = `${fileName} is a GE spectroscopy image whose frequency scale isn't publicly described (only that of 1.5 T is); export the P-file (.7) or MR Spectroscopy DICOM instead.`;
    throw new UnsupportedDataError('UNSUPPORTED', message);
  }
  if (told === null) {
    const message = `The file doesn't give its frequency; ${ASSUMED_MHZ} MHz (1.5 T) was taken.`;
    warnings.push({ code: 'frequency-assumed', message });
  }
  return frequency;
}

/** Every voxel's spectrum in the middle of a band four times as wide, as a time signal. */
function bandSignals(stack: StampStack): ComplexArray {
  const { layout, slices } = stack;
  const data = zeros([layout.columns, layout.rows, slices.length, POINTS]);
  const first = (POINTS - STAMPS) / 2;
  let voxel = 0;
  for (let x = 0; x < layout.columns; x++) {
    for (let y = 0; y < layout.rows; y++) {
      for (const { re, im } of slices) {
        const spectrum = { re: new Float64Array(POINTS), im: new Float64Array(POINTS) };
        for (let s = 0; s < STAMPS; s++) {
          const [row, column] = stampPixel(layout, x, y, s);
          spectrum.re[first + s] = re(row, column);
          spectrum.im[first + s] = im(row, column);
        }
        const fid = spectrumToFid(spectrum);
        data.re.set(fid.re, voxel * POINTS);
        data.im.set(fid.im, voxel * POINTS);
        voxel++;
      }
    }
  }
  return data;
}

/** Signal energy in the first and the second half of all time signals. */
function halves(data: ComplexArray): [number, number] {
  const energy: [number, number] = [0, 0];
  for (let i = 0; i < data.re.length; i++) {
    const n = i % POINTS;
    if (n === 0 || n === POINTS / 2) continue; // their own mirror images
    energy[n < POINTS / 2 ? 0 : 1] += (data.re[i] as number) ** 2 + (data.im[i] as number) ** 2;
  }
  return energy;
}

/** Conjugated spectra have their time signals reversed and conjugated. */
function reverseTime({ re, im }: ComplexArray): void {
  for (let start = 0; start < re.length; start += POINTS) {
    re.subarray(start + 1, start + POINTS).reverse();
    im.subarray(start + 1, start + POINTS).reverse();
  }
  for (let i = 0; i < im.length; i++) im[i] = -(im[i] as number);
}

/** The sign of the imaginary images is not described; but a measured signal decays, and with the wrong sign it grows. */
function settleSign(data: ComplexArray, warnings: Warning[]): void {
  const [early, late] = halves(data);
  if (late > early) reverseTime(data);
  if (Math.max(early, late) >= CLEAR_DECAY * Math.min(early, late) && early + late > 0) return;
  const message =
    'The sign of the imaginary part can’t be told from the signal’s decay; if the spectrum can’t be phased, it is the other.';
  warnings.push({ code: 'sign-assumed', message });
}

/** Moves the middle of the band from water's shift to its own. */
function moveBand({ re, im }: ComplexArray, shiftHz: number, dwellTimeS: number): void {
  for (let i = 0; i < re.length; i++) {
    const angle = 2 * Math.PI * shiftHz * dwellTimeS * (i % POINTS);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const [a, b] = [re[i] as number, im[i] as number];
    re[i] = a * c - b * s;
    im[i] = a * s + b * c;
  }
}

const PROCESSED: readonly Warning[] = [
  {
    code: 'format-unverified',
    message:
      'GE spectroscopy images ("postage stamps") have not been seen on a real file: they are read as SIVIC reads them; check frequency axis and voxel order.',
  },
  {
    code: 'reconstructed-data',
    message: `The images hold ${STAMPS} points of each spectrum as the scanner processed it, ${BAND_HZ} Hz about ${BAND_CENTRE_PPM} ppm: water and all else outside is cut off.`,
  },
];

/**
 * Reads a series of GE spectroscopy images.
 * @param files all images of the series, in any order
 * @throws ReaderError; UnsupportedDataError for incomplete series and unknown frequency scales
 */
export function readGeStamps(files: readonly [DicomFile, ...DicomFile[]], options: ReadOptions = {}): MrsDataset {
  const stack = stackStamps(files);
  const { first } = stack;
  const warnings: Warning[] = [...PROCESSED];
  const frequency = frequencyMHz(first, options, warnings);
  const dwellTimeS = STAMPS / (BAND_HZ * POINTS);
  const data = bandSignals(stack);
  settleSign(data, warnings);
  moveBand(data, ppmToHz(BAND_CENTRE_PPM, frequency), dwellTimeS);
  if (!data.re.every(Number.isFinite) || !data.im.every(Number.isFinite)) {
    throw new ReaderError('FORMAT_INVALID', `${first.fileName} holds samples that are not finite numbers.`);
  }
  const acquisition = acquisitionFields(first);
  const header = headerFields(first);
  putUser(header, 'DicomVariant', 'ge-postage-stamp', 'Kind of DICOM file that was read');
  const voi = stampVoi(stack);
  put(header, 'VOI', voi === null ? null : voiRows(voi));
  return {
    data,
    dimensions: [],
    dwellTimeS,
    spectrometerFrequencyMHz: frequency,
    nucleus: '1H',
    acquisition: { ...acquisition, echoTimeS: acquisition.echoTimeS ?? options.echoTimeS ?? null },
    patient: patientFields(first),
    affine: stampAffine(stack, warnings),
    format: 'dicom',
    header,
    provenance: [],
    warnings: [...warnings, ...implausibleTimes(acquisition)],
  };
}
