// Siemens raw data (twix, .dat; VB, VD, VE, XA) → MrsDataset. Samples go straight from the file into the dataset's arrays,
// conjugated once (the raw sign is opposite to NIfTI-MRS's); nothing of the file but its header is kept.
import type { SingleArray } from '../../domain/complexArray.ts';
import { shapeSize, singleZeros } from '../../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { ByteSource } from '../../domain/fileContent.ts';
import { bytesSource } from '../../domain/fileContent.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { implausibleTimes } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import { ascconvNumber } from './protocolText.ts';
import { arrangeSets } from './twixDimensions.ts';
import { voxelAffine } from './twixGeometry.ts';
import type { TwixProtocol } from './twixHeader.ts';
import {
  acquisitionInfo,
  dwellTimeS,
  frequencyMHz,
  headerKeys,
  nucleus,
  parseTwixProtocol,
  patientInfo,
  sequencePath,
} from './twixHeader.ts';
import type { TwixMeasurement, TwixTable } from './twixLayout.ts';
import { readTwixMeasurement, readTwixTable } from './twixLayout.ts';
import type { AdcSet, AdcSets, SkippedKind } from './twixMdh.ts';
import { COUNTERS, decodeChannel, listAdcSets } from './twixMdh.ts';
import type { SequenceFacts } from './twixSequences.ts';
import { arrangeOptions, pointsBeforeEcho, sequenceBaseName, sortReferences } from './twixSequences.ts';

export interface TwixOptions extends ReadOptions {
  /** Which measurement of a file that holds several, from 1; the last spectroscopic one where not given. */
  readonly measurement?: number;
}

export interface TwixScan {
  /** Where `part` asks for the water and there is one: that too, so that a large scan isn't decoded for it. */
  readonly dataset: MrsDataset;
  /** Water reference the sequence acquired along with the data, where it is known to. */
  readonly water: MrsDataset | null;
}

interface Chosen {
  readonly measurement: TwixMeasurement;
  readonly protocol: TwixProtocol;
  readonly warnings: readonly Warning[];
}

/** Spectroscopic protocols give the length of their signal; imaging protocols lack the key. */
function isSpectroscopy(protocol: TwixProtocol): boolean {
  return (ascconvNumber(protocol.ascconv, 'sSpecPara.lVectorSize') ?? 0) > 1;
}

function load(source: ByteSource, table: TwixTable, index: number): Omit<Chosen, 'warnings'> {
  const measurement = readTwixMeasurement(source, table, index);
  return { measurement, protocol: parseTwixProtocol(measurement.buffers) };
}

/** The measurement asked for, or the last spectroscopic one. */
function choose(source: ByteSource, table: TwixTable, wanted: number | undefined): Chosen {
  const count = table.entries.length;
  if (wanted !== undefined) {
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > count) {
      throw new UnsupportedDataError('UNSUPPORTED', `${source.name} has measurements 1 to ${count}, not ${wanted}.`);
    }
    return { ...load(source, table, wanted - 1), warnings: [] };
  }
  for (let index = count - 1; index >= 0; index--) {
    const candidate = load(source, table, index);
    if (!isSpectroscopy(candidate.protocol)) continue;
    const message = `The file holds ${count} measurements (adjustments and scans); number ${index + 1} is read.`;
    return { ...candidate, warnings: count > 1 ? [{ code: 'several-measurements', message }] : [] };
  }
  throw new UnsupportedDataError(
    'UNSUPPORTED',
    `${source.name} is Siemens raw data of an imaging sequence, not of spectroscopy: no protocol in it has a vector size.`,
  );
}

const SKIPPED_WORDS: Readonly<Record<SkippedKind, string>> = {
  noise: 'noise',
  phaseCorrection: 'phase-correction (preparation or reference)',
  feedback: 'feedback',
  phaseStabilisation: 'phase-stabilisation',
  parallelReference: 'parallel-imaging reference',
};

function listWarnings(sets: AdcSets): Warning[] {
  const warnings = [...sets.skipped].map(([kind, n]) => ({
    code: 'readouts-not-data',
    message: `${n} ${SKIPPED_WORDS[kind]} readout${n === 1 ? ' is' : 's are'} left out, as the file marks them as no data.`,
  }));
  if (!sets.complete) {
    const message = 'The file has no end mark: the scan was aborted or the file is cut short; whole readouts are kept.';
    warnings.push({ code: 'scan-incomplete', message });
  }
  return warnings;
}

const sizeKey = (set: AdcSet): string => `${set.samples} × ${set.channels}`;

/** Readouts of the commonest size; others (navigators, calibration) can't stand in the same array. */
function sameSize(sets: readonly AdcSet[], warnings: Warning[]): readonly AdcSet[] {
  const counts = new Map<string, number>();
  for (const set of sets) counts.set(sizeKey(set), (counts.get(sizeKey(set)) ?? 0) + 1);
  if (counts.size < 2) return sets;
  const [commonest] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  const kept = sets.filter((s) => sizeKey(s) === commonest);
  const message = `${sets.length - kept.length} readouts of another size than ${commonest} (samples × channels) are left out.`;
  warnings.push({ code: 'readouts-of-other-size', message });
  return kept;
}

function refuseMrsi(source: ByteSource, protocol: TwixProtocol): void {
  const voxels = ['Read', 'Phase', 'Slice']
    .map((axis) => ascconvNumber(protocol.ascconv, `sSpecPara.lFinalMatrixSize${axis}`) ?? 1)
    .reduce((product, n) => product * Math.max(1, n), 1);
  if (voxels > 1) {
    const message =
      `${source.name} is Siemens MRSI raw data (k-space of ${voxels} voxels), which needs the scanner's reconstruction; ` +
      'export it as DICOM or .rda.';
    throw new UnsupportedDataError('UNSUPPORTED', message);
  }
}

/** Copies readouts into [1, 1, 1, coil, …dims, points], in the single precision that the scanner wrote them in. */
function decode(
  source: ByteSource,
  measurement: TwixMeasurement,
  order: readonly AdcSet[],
  lengths: readonly number[],
): SingleArray {
  const { samples, channels } = order[0] as AdcSet;
  const data = singleZeros([1, 1, 1, ...(channels > 1 ? [channels] : []), ...lengths, samples]);
  const perChannel = shapeSize(lengths) * samples;
  order.forEach((set, i) => {
    for (let channel = 0; channel < channels; channel++) {
      const start = channel * perChannel + i * samples;
      decodeChannel(source, measurement.version, set, channel, { re: data.re, im: data.im, start });
    }
  });
  return data;
}

interface Context {
  readonly source: ByteSource;
  readonly chosen: Chosen;
  readonly facts: SequenceFacts;
  readonly options: ReadOptions;
}

function missing(source: ByteSource, what: string): ReaderError {
  return new ReaderError('HEADER_MISSING', `${source.name} does not give ${what} in its protocol.`);
}

/** Warnings on sampling: oversampling kept, points before the echo kept. */
function samplingWarnings(set: AdcSet, early: number, protocol: TwixProtocol): Warning[] {
  const warnings: Warning[] = [];
  const vector = ascconvNumber(protocol.ascconv, 'sSpecPara.lVectorSize') ?? 0;
  const factor = vector > 0 ? Math.floor(set.samples / vector) : 1;
  if (factor > 1) {
    const message = `The signal is kept as acquired, ${factor} × oversampled: ${set.samples} points, where the protocol asks for ${vector}.`;
    warnings.push({ code: 'oversampling-kept', message });
  }
  if (early > 0) {
    const message = `The file says that ${early} points were sampled before the echo; they are kept, and belong dropped before fitting.`;
    warnings.push({ code: 'points-before-echo', message });
  }
  return warnings;
}

function build(context: Context, sets: readonly AdcSet[], extra: readonly Warning[], isWater: boolean): MrsDataset {
  const { source, chosen, facts, options } = context;
  const { protocol } = chosen;
  const first = sets[0] as AdcSet;
  const arrangement = arrangeSets(sets, first.channels > 1, isWater ? {} : arrangeOptions(facts));
  const dwell = dwellTimeS(protocol) ?? options.dwellTimeS;
  const frequency = frequencyMHz(protocol) ?? options.spectrometerFrequencyMHz;
  if (dwell === undefined) throw missing(source, 'the dwell time');
  if (frequency === undefined) throw missing(source, 'the frequency');
  const claimed = pointsBeforeEcho(first, facts);
  // A value as long as the signal isn't one of points.
  const early = claimed < first.samples / 4 ? claimed : 0;
  const warnings = [...extra, ...arrangement.warnings, ...samplingWarnings(first, early, protocol)];
  const affine = voxelAffine(protocol.ascconv, warnings);
  const acquisition = acquisitionInfo(protocol, first.timeStamp);
  const header = headerKeys(protocol);
  if (isWater) header['WaterSuppressed'] = false;
  if (early > 0) header['AcquisitionStartTime'] = -early * dwell;
  const coils = first.channels > 1 ? [{ tag: 'DIM_COIL', info: null, header: null } as const] : [];
  return {
    data: decode(source, chosen.measurement, arrangement.order, arrangement.lengths),
    dimensions: [...coils, ...arrangement.dimensions],
    dwellTimeS: dwell,
    spectrometerFrequencyMHz: frequency,
    nucleus: nucleus(protocol) ?? options.nucleus ?? '1H',
    acquisition: { ...acquisition, echoTimeS: acquisition.echoTimeS ?? options.echoTimeS ?? null },
    patient: patientInfo(protocol),
    affine,
    format: 'siemens-twix',
    header,
    provenance: [],
    warnings: [...warnings, ...implausibleTimes(acquisition)],
  };
}

/** Refuses k-space of imaging, in a measurement chosen by hand: several lines without a spectroscopic protocol. */
function refuseImaging(source: ByteSource, sets: readonly AdcSet[], protocol: TwixProtocol): void {
  const line = COUNTERS.indexOf('Lin');
  if (!isSpectroscopy(protocol) && new Set(sets.map((s) => s.counters[line])).size > 1) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${source.name} holds k-space of an imaging sequence, not spectroscopy.`,
    );
  }
}

/**
 * Reads Siemens raw data piece by piece.
 * @returns the scan, and the water reference acquired along with it
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, HEADER_MISSING, FORMAT_INVALID, DIMENSIONS_ABSURD;
 *   UnsupportedDataError for MRSI k-space and imaging
 */
export function readTwixScan(source: ByteSource, options: TwixOptions = {}): TwixScan {
  const table = readTwixTable(source);
  const chosen = choose(source, table, options.measurement);
  refuseMrsi(source, chosen.protocol);
  const listed = listAdcSets(source, chosen.measurement);
  const warnings = [...chosen.warnings, ...listWarnings(listed)];
  if (listed.sets.length === 0) {
    if (listed.complete) throw new ReaderError('FORMAT_INVALID', `${source.name} holds no readout that is data.`);
    throw new ReaderError('FILE_TRUNCATED', `${source.name} ends before its first whole readout.`);
  }
  refuseImaging(source, listed.sets, chosen.protocol);
  const facts: SequenceFacts = {
    version: chosen.measurement.version,
    name: sequenceBaseName(sequencePath(chosen.protocol)),
    ascconv: chosen.protocol.ascconv,
  };
  const sorted = sortReferences(sameSize(listed.sets, warnings), facts);
  const context: Context = { source, chosen, facts, options };
  const readWater = (): MrsDataset | null =>
    sorted.water.length === 0 ? null : build(context, sorted.water, chosen.warnings, true);
  if (options.part === 'water') {
    const water = readWater();
    if (water !== null) return { dataset: water, water };
  }
  const dataset = build(context, sorted.data, [...warnings, ...sorted.warnings], false);
  return { dataset, water: readWater() };
}

/** Reads Siemens raw data that is in memory; see readTwixScan. */
export function readTwix(bytes: Uint8Array, fileName: string, options: TwixOptions = {}): MrsDataset {
  return readTwixScan(bytesSource(fileName, bytes), options).dataset;
}
