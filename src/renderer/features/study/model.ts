// Arrangements of the study view, and what the layout remembers.
import { t } from '../../app/i18n/index.ts';

export type Preset = 'read' | 'physics' | 'compare' | 'mrsi' | 'report' | 'opinions' | 'methods' | 'corrections';
export type SignalTab = 'spectrum' | 'fit';

export interface Layout {
  readonly preset: Preset;
  /** Sizes in percent by splitter name. */
  readonly sizes: Readonly<Record<string, readonly number[]>>;
}

export const PRESETS: readonly Preset[] = [
  'read',
  'physics',
  'compare',
  'mrsi',
  'report',
  'opinions',
  'methods',
  'corrections',
];

/** An arrangement's name. */
export const presetText = (preset: Preset): string => t(`study.presets.${preset}`);

/** Sizes of a fresh installation, in percent. */
export const DEFAULT_SIZES: Readonly<Record<string, readonly number[]>> = {
  'read-rows': [60, 40],
  'read-top': [40, 60],
  'read-bottom': [62, 38],
  'physics-columns': [64, 36],
  'physics-right': [58, 42],
  'compare-columns': [72, 28],
  'methods-columns': [55, 45],
  'opinions-columns': [52, 48],
  'opinions-rows': [52, 48],
  'corrections-rows': [67, 33],
  'corrections-columns': [58, 42],
  'corrections-side': [48, 52],
  'mrsi-columns': [38, 62],
  'mrsi-left': [58, 42],
  'mrsi-right': [58, 42],
  'mrsi-bottom': [58, 42],
};

export const DEFAULT_LAYOUT: Layout = { preset: 'read', sizes: DEFAULT_SIZES };

const isPreset = (value: unknown): value is Preset => PRESETS.some((p) => p === value);

function isSizes(value: unknown, count: number): value is number[] {
  return (
    Array.isArray(value) &&
    value.length === count &&
    value.every((v) => typeof v === 'number' && v >= 0 && v <= 100) &&
    Math.abs((value as number[]).reduce((a, b) => a + b, 0) - 100) < 1
  );
}

/** The layout from what was stored; what doesn't fit falls back to its default. */
export function parseLayout(stored: string | null): Layout {
  let value: unknown = null;
  try {
    value = stored === null ? null : JSON.parse(stored);
  } catch {
    return DEFAULT_LAYOUT;
  }
  if (typeof value !== 'object' || value === null) return DEFAULT_LAYOUT;
  const { preset, sizes } = value as { preset?: unknown; sizes?: unknown };
  const known = typeof sizes === 'object' && sizes !== null ? (sizes as Record<string, unknown>) : {};
  const read = Object.entries(DEFAULT_SIZES).map(([name, fallback]) => {
    const own = known[name];
    return [name, isSizes(own, fallback.length) ? own : fallback] as const;
  });
  return { preset: isPreset(preset) ? preset : DEFAULT_LAYOUT.preset, sizes: Object.fromEntries(read) };
}

/** The preset that is drawn: MRSI needs a grid. */
export function usablePreset(preset: Preset, voxels: number): Preset {
  return preset === 'mrsi' && voxels <= 1 ? 'read' : preset;
}

/** A key of a provenance entry as words: "largestShiftHz" → "largest shift Hz". */
export function spacedWords(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, (_, before: string, next: string) => `${before} ${next.toLowerCase()}`)
    .replace(/\b(hz|snr|ppm|sd)\b/g, (unit) => ({ hz: 'Hz', snr: 'SNR', sd: 'SD' })[unit] ?? unit);
}

const LONGEST_LIST = 6;

/** A value of a provenance entry as text: figures to four digits, long lists by their length. */
export function detailText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? t('study.details.yes') : t('study.details.no');
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) {
    if (value.length === 0) return t('study.details.none');
    return value.length > LONGEST_LIST
      ? t('study.details.values', { count: value.length })
      : value.map(detailText).join(', ');
  }
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, v]) => `${spacedWords(key)}: ${detailText(v)}`)
      .join('; ');
  }
  return String(value);
}
