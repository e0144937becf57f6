// The parameters of the spectrum viewer, kept with the study.

export type SpectrumPart = 'real' | 'imaginary' | 'magnitude' | 'power';
export type SignalSource = 'processed' | 'raw' | 'both';
/** What dragging in the plot does. */
export type DragMode = 'pan' | 'phase' | 'shift';
/** What other spectra are brought to this one's height by. */
export type OverlayScaling = 'none' | 'tCr' | 'water';

/** Another spectrum drawn with this one. */
export interface OverlaidPlace {
  readonly studyId: string;
  readonly datasetId: string;
  readonly voxel: number;
}

export interface OverlayView {
  readonly places: readonly OverlaidPlace[];
  /** Spectra above one another instead of over one another. */
  readonly stacked: boolean;
  /** Between neighbours of a stack, as part of the highest one's height. */
  readonly offset: number;
  readonly scaling: OverlayScaling;
}

export interface SpectrumView {
  readonly source: SignalSource;
  readonly part: SpectrumPart;
  /** Zero-order phase added to what is shown. [°] */
  readonly phase0Deg: number;
  /** First-order phase, zero at the pivot. [°/ppm] */
  readonly phase1DegPerPpm: number;
  /** null: the nucleus's usual line. [ppm] */
  readonly pivotPpm: number | null;
  /** Added to the ppm axis. */
  readonly shiftPpm: number;
  readonly dragMode: DragMode;
  /** Exponential line broadening. [Hz] */
  readonly broadeningHz: number;
  /** The FID is filled with zeros to at least this many times its length. */
  readonly zeroFill: 1 | 2 | 4;
  readonly coil: number | 'combined';
  /** "all": every one of them, drawn together. */
  readonly transient: number | 'mean' | 'all';
  /** Between neighbours where all are shown, as part of one's height; 0 lays them over one another. */
  readonly transientStep: number;
  readonly showLabels: boolean;
  readonly showScaleBar: boolean;
  /** Signal-to-noise and linewidths at the side. */
  readonly showFigures: boolean;
  /** Heights follow the visible range; otherwise they stay as the usual window has them. */
  readonly autoscale: boolean;
  /** Times by which curves are drawn higher. */
  readonly gain: number;
  /** Where two cursors stand, null: none. [ppm] */
  readonly cursors: readonly [number, number] | null;
  readonly overlay: OverlayView;
  /** What the reader zoomed to, ppm at the left and right border; null: the nucleus's usual window. */
  readonly range: readonly [number, number] | null;
  /** Whose ppm axis `range` is on: a study may hold scans of several nuclei. */
  readonly nucleus: string;
}

export const MOST_OVERLAID = 6;

export const DEFAULT_VIEW: SpectrumView = {
  source: 'processed',
  part: 'real',
  phase0Deg: 0,
  phase1DegPerPpm: 0,
  pivotPpm: null,
  shiftPpm: 0,
  dragMode: 'pan',
  broadeningHz: 0,
  zeroFill: 2,
  coil: 'combined',
  transient: 'mean',
  transientStep: 0.15,
  showLabels: true,
  showScaleBar: false,
  showFigures: true,
  autoscale: true,
  gain: 1,
  cursors: null,
  overlay: { places: [], stacked: true, offset: 0.6, scaling: 'tCr' },
  range: null,
  nucleus: '1H',
};

type Stored = Readonly<Record<string, unknown>>;

const asRecord = (value: unknown): Stored =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Stored) : {};

const isOneOf = <T>(value: unknown, allowed: readonly T[]): value is T =>
  (allowed as readonly unknown[]).includes(value);

const oneOf = <T>(value: unknown, allowed: readonly T[], fallback: T): T =>
  isOneOf(value, allowed) ? value : fallback;

const within = (value: unknown, [low, high]: readonly [number, number], fallback: number): number =>
  typeof value === 'number' && value >= low && value <= high ? value : fallback;

const flag = (value: unknown, fallback: boolean): boolean => (typeof value === 'boolean' ? value : fallback);

const isIndex = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;

const PPM: readonly [number, number] = [-1000, 1000];

/** Two numbers on the ppm axis; null where they are none. */
function ppmPair(value: unknown): readonly [number, number] | null {
  const [a, b] = (Array.isArray(value) ? value : []).map((v) => within(v, PPM, NaN));
  return a === undefined || b === undefined || Number.isNaN(a) || Number.isNaN(b) ? null : [a, b];
}

function parseOverlay(stored: unknown): OverlayView {
  const { places, stacked, offset, scaling } = asRecord(stored);
  const fallback = DEFAULT_VIEW.overlay;
  const read = (Array.isArray(places) ? places : []).flatMap((place): OverlaidPlace[] => {
    const { studyId, datasetId, voxel } = asRecord(place);
    const known = typeof studyId === 'string' && typeof datasetId === 'string' && isIndex(voxel);
    return known ? [{ studyId, datasetId, voxel }] : [];
  });
  return {
    places: read.slice(0, MOST_OVERLAID),
    stacked: flag(stacked, fallback.stacked),
    offset: within(offset, [0, 2], fallback.offset),
    scaling: oneOf(scaling, ['none', 'tCr', 'water'] as const, fallback.scaling),
  };
}

/** What is drawn of the signal. */
function parseSignal(
  v: Stored,
): Pick<SpectrumView, 'source' | 'part' | 'broadeningHz' | 'zeroFill' | 'coil' | 'transient'> {
  return {
    source: oneOf(v['source'], ['processed', 'raw', 'both'] as const, DEFAULT_VIEW.source),
    part: oneOf(v['part'], ['real', 'imaginary', 'magnitude', 'power'] as const, DEFAULT_VIEW.part),
    broadeningHz: within(v['broadeningHz'], [0, 100], 0),
    zeroFill: oneOf(v['zeroFill'], [1, 2, 4] as const, DEFAULT_VIEW.zeroFill),
    coil: isIndex(v['coil']) ? v['coil'] : 'combined',
    transient: isIndex(v['transient']) || v['transient'] === 'all' ? v['transient'] : 'mean',
  };
}

/** A view from what was stored; anything unknown or absurd falls back to its default. */
export function parseView(stored: unknown): SpectrumView {
  const v = asRecord(stored);
  const range = ppmPair(v['range']);
  const pivot = within(v['pivotPpm'], PPM, NaN);
  return {
    ...parseSignal(v),
    phase0Deg: within(v['phase0Deg'], [-180, 180], 0),
    phase1DegPerPpm: within(v['phase1DegPerPpm'], [-360, 360], 0),
    pivotPpm: Number.isNaN(pivot) ? null : pivot,
    shiftPpm: within(v['shiftPpm'], [-5, 5], 0),
    dragMode: oneOf(v['dragMode'], ['pan', 'phase', 'shift'] as const, 'pan'),
    transientStep: within(v['transientStep'], [0, 2], DEFAULT_VIEW.transientStep),
    showLabels: flag(v['showLabels'], true),
    showScaleBar: flag(v['showScaleBar'], false),
    showFigures: flag(v['showFigures'], true),
    autoscale: flag(v['autoscale'], true),
    gain: within(v['gain'], [0.05, 200], 1),
    cursors: ppmPair(v['cursors']),
    overlay: parseOverlay(v['overlay']),
    range: range !== null && range[0] > range[1] ? range : null,
    nucleus: typeof v['nucleus'] === 'string' ? v['nucleus'] : DEFAULT_VIEW.nucleus,
  };
}
