// Whether the data were averaged, combined or otherwise processed before they came here.
import { foundWord } from '../../domain/foundWord.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { dimensionLength } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { CONVERSION_STEP } from '../niftiMrsHeader.ts';
import { headerNumber, headerValue } from './headerValues.ts';

/** Header keys that count the transients behind a stored one; NumberOfAverages is this program's readers', DICOM's too. */
const AVERAGES_KEYS = ['NumberOfAverages', 'NumberOfTransients', 'NumberOfSignalAverages'] as const;
/** Header keys that count receiver channels. */
const COILS_KEYS = ['NumberOfReceiveCoils', 'NumberOfCoils', 'NumberOfChannels'] as const;

function firstNumber(dataset: MrsDataset, keys: readonly string[]): number | null {
  return keys.map((key) => headerNumber(dataset, key)).find((value) => value !== null) ?? null;
}

function checkAveraging(dataset: MrsDataset): Warning[] {
  const averages = firstNumber(dataset, AVERAGES_KEYS);
  const kept = ['DIM_DYN', 'DIM_EDIT', 'DIM_PHASE_CYCLE', 'DIM_MEAS', 'DIM_METCYCLE', 'DIM_ISIS'] as const;
  const stored = kept.reduce((n, tag) => n * dimensionLength(dataset, tag), 1);
  if (averages === null || averages <= 1 || stored > 1) return [];
  return [
    {
      code: 'already-averaged',
      message: `The header counts ${averages} transients, the file holds one: the scanner averaged them, so aligning transients and rejecting bad ones is left out.`,
    },
  ];
}

function checkCoils(dataset: MrsDataset): Warning[] {
  const coils = firstNumber(dataset, COILS_KEYS);
  if (coils === null || coils <= 1 || dimensionLength(dataset, 'DIM_COIL') > 1) return [];
  return [
    {
      code: 'already-combined',
      message: `The header counts ${coils} receiver channels, the file holds one: the scanner combined them, so combining channels is left out.`,
    },
  ];
}

/** Words of DICOM's ImageType that say a pixel or sample is not as acquired. */
const DERIVED = /^(?:derived|phased|combined|processed|filtered)$/i;

function checkVendor(dataset: MrsDataset): Warning[] {
  const value = headerValue(dataset, 'ImageType');
  const words = (Array.isArray(value) ? value : typeof value === 'string' ? value.split('\\') : []).filter(
    (word): word is string => typeof word === 'string' && DERIVED.test(word.trim()),
  );
  if (words.length === 0) return [];
  return [
    {
      code: 'vendor-processed',
      message: `The scanner marks the data as ${[...new Set(words.map((word) => word.trim().toLowerCase()))].join(', ')}: it may have filtered, phased or corrected them; they are taken as they stand.`,
    },
  ];
}

/** Of a record of hundreds of steps the first tell as much. */
const MOST_NAMED = 12;

/** Entries that say where the data come from, not what was done to them. */
const ORIGINS: readonly string[] = [CONVERSION_STEP, 'Simulation', ''];

function checkRecord(dataset: MrsDataset): Warning[] {
  const methods = [
    ...new Set(dataset.provenance.map((entry) => entry.method).filter((method) => !ORIGINS.includes(method))),
  ];
  if (methods.length === 0) return [];
  return [
    {
      code: 'processed-before',
      message: `The file records processing already done (${methods.slice(0, MOST_NAMED).map(foundWord).join(', ')}); steps of the recipe that repeat it are applied on top.`,
    },
  ];
}

/** @returns warnings about what was done to the data before */
export function checkProcessing(dataset: MrsDataset): Warning[] {
  return [...checkAveraging(dataset), ...checkCoils(dataset), ...checkVendor(dataset), ...checkRecord(dataset)];
}
