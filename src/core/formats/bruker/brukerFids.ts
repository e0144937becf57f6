// Bruker raw data: fid, fid.refscan, fid_proc.64 and rawdata.job0 as numbers, with the digital filter's delay taken away.
// Layouts as the public readers brukerapi 0.2.5, spec2nii 0.8.15 and FID-A's io_loadspec_bruk take them.
import type { DoubleArray } from '../../domain/complexArray.ts';
import { zeros } from '../../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import { foundWord } from '../../domain/foundWord.ts';
import type { Warning } from '../../domain/provenance.ts';
import { wordTable } from '../../domain/wordTable.ts';
import type { BrukerParameters } from './jcampParameters.ts';

export type WordType = 'int16' | 'int32' | 'float32' | 'float64' | 'uint8';
export const WORD_BYTES: Readonly<Record<WordType, number>> = { uint8: 1, int16: 2, int32: 4, float32: 4, float64: 8 };

/** Unit of ParaVision's padded blocks. [bytes] */
const KILOBYTE_BLOCK = 1024;

export type FidKind = 'fid' | 'fid.refscan' | 'fid_proc.64' | 'rawdata';

/** Reads word `index` of a typed byte array. */
export function wordReader(bytes: Uint8Array, type: WordType, littleEndian: boolean): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case 'uint8':
      return (i) => view.getUint8(i);
    case 'int16':
      return (i) => view.getInt16(2 * i, littleEndian);
    case 'int32':
      return (i) => view.getInt32(4 * i, littleEndian);
    case 'float32':
      return (i) => view.getFloat32(4 * i, littleEndian);
    case 'float64':
      return (i) => view.getFloat64(8 * i, littleEndian);
  }
}

const isVersion360 = (parameters: BrukerParameters): boolean =>
  /PV-?\s?360|ParaVision 360/i.test(parameters.text('ACQ_sw_version') ?? '');

function wordType(parameters: BrukerParameters, kind: FidKind, fileName: string): WordType {
  if (kind === 'fid_proc.64') return 'float64';
  const raw = parameters.text('GO_raw_data_format') ?? parameters.text('ACQ_word_size');
  const types: Readonly<Record<string, WordType>> = wordTable({
    GO_32BIT_SGN_INT: 'int32',
    GO_16BIT_SGN_INT: 'int16',
    GO_32BIT_FLOAT: 'float32',
    _32_BIT: 'int32',
    _16_BIT: 'int16',
  });
  // ParaVision 360 names the word's size in ACQ_word_size only; its other key stands for older raw data.
  const named = isVersion360(parameters) ? (parameters.text('ACQ_word_size') ?? raw) : raw;
  const type = named === null ? undefined : types[named];
  if (type === undefined) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `The parameter files of ${fileName} name the word type ${named === null ? 'nowhere' : foundWord(named)}, which is not known.`,
    );
  }
  return type;
}

/** How the words of a file are laid out: blocks of channels of interleaved real and imaginary words. */
interface Layout {
  readonly wordsPerChannel: number;
  readonly wordsPerBlock: number;
  readonly channels: number;
  readonly blocks: number;
}

/** The scan's own entry of ACQ_jobs as numbers: words per channel and scan first, spectral width sixth. */
export function scanJob(parameters: BrukerParameters): number[] {
  const jobs = parameters.structs('ACQ_jobs');
  return (jobs.find((text) => text.includes('<job0>')) ?? jobs[0] ?? '').split(',').map(Number);
}

const jobSize = (parameters: BrukerParameters): number | null => scanJob(parameters)[0] ?? null;

const wholeBlocks = (words: number, perBlock: number): boolean =>
  perBlock > 0 && words >= perBlock && words % perBlock === 0;

/** fid of ParaVision 5 to 7: ACQ_size[0] words a channel, each block filled up to whole kilobytes where it says so. */
function padded(words: number, bytesPerWord: number, parameters: BrukerParameters): number {
  if (parameters.text('GO_block_size') !== 'Standard_KBlock_Format') return words;
  return (Math.ceil((words * bytesPerWord) / KILOBYTE_BLOCK) * KILOBYTE_BLOCK) / bytesPerWord;
}

function layoutOf(
  parameters: BrukerParameters,
  kind: FidKind,
  words: number,
  bytesPerWord: number,
  fileName: string,
): Layout {
  const stated = parameters.number('PVM_EncNReceivers') ?? 1;
  const receivers = Number.isInteger(stated) && stated > 0 ? stated : 1;
  const complexPoints = [parameters.number('PVM_DigNp'), parameters.number('PVM_SpecMatrix')];
  const perChannel = [
    kind === 'rawdata' || isVersion360(parameters) ? jobSize(parameters) : parameters.number('ACQ_size'),
    jobSize(parameters),
    ...complexPoints.map((points) => (points === null ? null : 2 * points)),
  ].filter((n): n is number => n !== null && Number.isInteger(n) && n >= 2 && n % 2 === 0);
  if (perChannel.length === 0) {
    throw new ReaderError(
      'HEADER_MISSING',
      `The parameter files of ${fileName} give no number of points (ACQ_size, ACQ_jobs or PVM_SpecMatrix).`,
    );
  }
  // A fid holds combined or separate channels; the file's length tells. Raw data always hold every channel.
  const channelCounts = kind === 'rawdata' ? [receivers, 1] : [1, receivers];
  const repetitions = Math.max(1, parameters.number('NR') ?? 1);
  const fits: Layout[] = [];
  for (const wordsPerChannel of perChannel) {
    for (const channels of channelCounts) {
      const wordsPerBlock =
        kind === 'rawdata' ? wordsPerChannel * channels : padded(wordsPerChannel * channels, bytesPerWord, parameters);
      if (wholeBlocks(words, wordsPerBlock)) {
        fits.push({ wordsPerChannel, wordsPerBlock, channels, blocks: words / wordsPerBlock });
      }
    }
  }
  const asAnnounced = kind === 'rawdata' ? undefined : fits.find((layout) => layout.blocks === repetitions);
  const best = asAnnounced ?? fits[0];
  if (best !== undefined) return best;
  throw new ReaderError(
    'FILE_TRUNCATED',
    `${fileName} holds ${words} words, which is no whole number of scans of ${perChannel[0]} words.`,
    { words, wordsPerScan: perChannel[0] as number },
  );
}

/** Points that the digital filter puts before the echo; its fraction of a point stays in, as in spec2nii. */
function filterDelay(parameters: BrukerParameters, warnings: Warning[]): number {
  const keys = ['PVM_DigShift', 'ACQ_RxFilterInfo', 'GRPDLY'];
  const exact = keys.map((key) => parameters.number(key)).find((points) => points !== null && points >= 0);
  if (exact === undefined || exact === null) {
    warnings.push({
      code: 'group-delay-unknown',
      message: "The parameter files do not give the digital filter's delay; points before the echo may be left in.",
    });
    return 0;
  }
  return Math.round(exact);
}

export interface BrukerFids {
  /** Shape [channels, scans, points], in the file's own sign. */
  readonly data: DoubleArray;
  /** Points dropped before the echo. */
  readonly droppedPoints: number;
}

/**
 * Reads the FIDs of a raw data file.
 * @throws ReaderError HEADER_MISSING, FILE_TRUNCATED, DIMENSIONS_ABSURD; UnsupportedDataError for unknown words
 */
export function readBrukerFids(
  bytes: Uint8Array,
  kind: FidKind,
  parameters: BrukerParameters,
  fileName: string,
  warnings: Warning[],
): BrukerFids {
  const type = wordType(parameters, kind, fileName);
  const words = Math.floor(bytes.length / WORD_BYTES[type]);
  const layout = layoutOf(parameters, kind, words, WORD_BYTES[type], fileName);
  const droppedPoints = filterDelay(parameters, warnings);
  const points = layout.wordsPerChannel / 2 - droppedPoints;
  if (points < 1) {
    throw new ReaderError(
      'DIMENSIONS_ABSURD',
      `${fileName} has ${layout.wordsPerChannel / 2} points, of which its parameters put ${droppedPoints} before the echo.`,
    );
  }
  const word = wordReader(bytes, type, parameters.text('BYTORDA') !== 'big');
  const data = zeros([layout.channels, layout.blocks, points]);
  for (let channel = 0; channel < layout.channels; channel++) {
    for (let block = 0; block < layout.blocks; block++) {
      const from = block * layout.wordsPerBlock + channel * layout.wordsPerChannel + 2 * droppedPoints;
      const to = (channel * layout.blocks + block) * points;
      for (let t = 0; t < points; t++) {
        data.re[to + t] = word(from + 2 * t);
        data.im[to + t] = word(from + 2 * t + 1);
      }
    }
  }
  return { data, droppedPoints };
}
