// Measurement data headers (MDH) of Siemens raw data: walks from one ADC readout to the next, sorts out what is not
// spectroscopy data (noise, synchronisation, phase correction, …) and notes where the samples of the rest lie.
// Field positions and evaluation mask bits as the public readers of the format have them (mapVBVD, suspect).
import { ReaderError } from '../../domain/errors.ts';
import type { ByteSource } from '../../domain/fileContent.ts';
import type { TwixMeasurement, TwixVersion } from './twixLayout.ts';

/** Loop counters in the order they stand in the header. */
export const COUNTERS = [
  'Lin',
  'Ave',
  'Sli',
  'Par',
  'Eco',
  'Phs',
  'Rep',
  'Set',
  'Seg',
  'Ida',
  'Idb',
  'Idc',
  'Idd',
  'Ide',
] as const;
export type CounterName = (typeof COUNTERS)[number];

/** One ADC readout of all channels. */
export interface AdcSet {
  /** First byte of the first channel's header (VB) or of the scan header (VD). */
  readonly offset: number;
  readonly samples: number;
  readonly channels: number;
  readonly counters: readonly number[];
  /** Whether the samples were taken in reversed order. */
  readonly reflected: boolean;
  /** Ticks of 2.5 ms since midnight. */
  readonly timeStamp: number;
  /** First cut-off value, first free parameter and fifth ICE parameter: where sequences tell the points before the echo. */
  readonly cutOff: number;
  readonly freeParameter: number;
  readonly iceParameter: number;
}

/** Why a readout isn't data. */
export type SkippedKind = 'noise' | 'phaseCorrection' | 'feedback' | 'phaseStabilisation' | 'parallelReference';

export interface AdcSets {
  readonly sets: readonly AdcSet[];
  readonly skipped: ReadonlyMap<SkippedKind, number>;
  /** Whether the end mark was met; false for an aborted scan or a file cut short. */
  readonly complete: boolean;
}

interface Layout {
  /** Bytes of the header read, and offsets in it. */
  readonly headerBytes: number;
  readonly mask: number;
  readonly counts: number;
  readonly cutOff: number;
  readonly iceParameter: number | null;
  readonly freeParameter: number;
  /** Bytes before the first channel's header, and of each channel's header. */
  readonly scanHeaderBytes: number;
  readonly channelHeaderBytes: number;
}

const LAYOUTS: Readonly<Record<TwixVersion, Layout>> = {
  vb: {
    headerBytes: 128,
    mask: 20,
    counts: 28,
    cutOff: 60,
    iceParameter: null,
    freeParameter: 88,
    scanHeaderBytes: 0,
    channelHeaderBytes: 128,
  },
  vd: {
    headerBytes: 192,
    mask: 40,
    counts: 48,
    cutOff: 80,
    iceParameter: 136,
    freeParameter: 176,
    scanHeaderBytes: 192,
    channelHeaderBytes: 32,
  },
};

/** Bits of the first word of the evaluation mask. */
const BIT = {
  acquisitionEnd: 0,
  realTimeFeedback: 1,
  hpFeedback: 2,
  syncData: 5,
  referencePhaseStabilisation: 14,
  phaseStabilisation: 15,
  phaseCorrection: 21,
  parallelReference: 22,
  parallelReferenceAndImage: 23,
  reflect: 24,
  noise: 25,
} as const;

const has = (mask: number, bit: number): boolean => ((mask >>> bit) & 1) === 1;

/** The DMA length stands in the lower 25 bits of the first word. */
const DMA_MASK = 0x1ffffff;
/** A file with more readouts isn't spectroscopy: its list alone would fill the memory. */
const MAX_SETS = 500_000;

function skippedKind(mask: number): SkippedKind | null {
  if (has(mask, BIT.noise)) return 'noise';
  if (has(mask, BIT.phaseCorrection)) return 'phaseCorrection';
  if (has(mask, BIT.realTimeFeedback) || has(mask, BIT.hpFeedback)) return 'feedback';
  if (has(mask, BIT.phaseStabilisation) || has(mask, BIT.referencePhaseStabilisation)) return 'phaseStabilisation';
  if (has(mask, BIT.parallelReference) && !has(mask, BIT.parallelReferenceAndImage)) return 'parallelReference';
  return null;
}

function parseSet(view: DataView, layout: Layout, offset: number, mask: number): AdcSet {
  const at = layout.counts;
  return {
    offset,
    samples: view.getUint16(at, true),
    channels: view.getUint16(at + 2, true),
    counters: COUNTERS.map((_, i) => view.getUint16(at + 4 + 2 * i, true)),
    reflected: has(mask, BIT.reflect),
    timeStamp: view.getUint32(12, true),
    cutOff: view.getUint16(layout.cutOff, true),
    freeParameter: view.getUint16(layout.freeParameter, true),
    iceParameter: layout.iceParameter === null ? 0 : view.getUint16(layout.iceParameter, true),
  };
}

/** Length of a readout with all its channels. [bytes] */
function setBytes(layout: Layout, set: AdcSet): number {
  return layout.scanHeaderBytes + set.channels * (layout.channelHeaderBytes + 8 * set.samples);
}

/**
 * Lists the readouts of a measurement that are data.
 * @throws ReaderError FORMAT_INVALID, DIMENSIONS_ABSURD
 */
export function listAdcSets(source: ByteSource, measurement: TwixMeasurement): AdcSets {
  const layout = LAYOUTS[measurement.version];
  const sets: AdcSet[] = [];
  const skipped = new Map<SkippedKind, number>();
  let at = measurement.dataStart;
  for (let n = 0; n < MAX_SETS; n++) {
    const bytes = source.read(at, layout.headerBytes);
    if (bytes.length < layout.headerBytes || at + layout.headerBytes > measurement.dataEnd) {
      return { sets, skipped, complete: false };
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const dmaBytes = view.getUint32(0, true) & DMA_MASK;
    const mask = view.getUint32(layout.mask, true);
    if (has(mask, BIT.acquisitionEnd)) return { sets, skipped, complete: true };
    if (dmaBytes === 0) return { sets, skipped, complete: false };
    if (has(mask, BIT.syncData)) {
      at += Math.max(dmaBytes, layout.headerBytes);
      continue;
    }
    const set = parseSet(view, layout, at, mask);
    const length = setBytes(layout, set);
    if (set.channels === 0 || set.samples === 0) {
      throw new ReaderError('FORMAT_INVALID', `${source.name} has a damaged readout header at byte ${at}.`);
    }
    if (at + length > measurement.dataEnd) return { sets, skipped, complete: false };
    const kind = skippedKind(mask);
    if (kind === null) sets.push(set);
    else skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
    at += length;
  }
  throw new ReaderError(
    'DIMENSIONS_ABSURD',
    `${source.name} holds more than ${MAX_SETS} readouts, too many for a scan.`,
  );
}

/**
 * Decodes one channel of a readout, conjugated: Siemens raw data has the sign opposite to NIfTI-MRS's.
 * @param out arrays to write to, from index `start`
 */
export function decodeChannel(
  source: ByteSource,
  version: TwixVersion,
  set: AdcSet,
  channel: number,
  out: { readonly re: Float32Array; readonly im: Float32Array; readonly start: number },
): void {
  const layout = LAYOUTS[version];
  const stride = layout.channelHeaderBytes + 8 * set.samples;
  const at = set.offset + layout.scanHeaderBytes + channel * stride + layout.channelHeaderBytes;
  const bytes = source.read(at, 8 * set.samples);
  if (bytes.length < 8 * set.samples) throw new ReaderError('FILE_TRUNCATED', `${source.name} ends within a readout.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const step = set.reflected ? -1 : 1;
  let to = out.start + (set.reflected ? set.samples - 1 : 0);
  for (let i = 0; i < set.samples; i++, to += step) {
    out.re[to] = view.getFloat32(8 * i, true);
    // 0 − x, so that zeros stay +0.
    out.im[to] = 0 - view.getFloat32(8 * i + 4, true);
  }
}
