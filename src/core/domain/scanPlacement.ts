// What a scan's header says of its place beyond the grid: saturation bands, the excited volume, the pulses' frequency.
import type { JsonObject, JsonValue } from './json.ts';
import type { Affine } from './mrsDataset.ts';

/** A slab whose signal was saturated before the acquisition. */
export interface SaturationBand {
  /** A point in its middle, RAS. [mm] */
  readonly centreMm: readonly [number, number, number];
  /** Across it, RAS; of any length but zero. */
  readonly normal: readonly [number, number, number];
  readonly thicknessMm: number;
}

/** What is known of a scan's place. */
export interface ScanPlacement {
  readonly saturationBands: readonly SaturationBand[];
  /** Of a grid: the box that was excited, index → RAS mm; null where the header doesn't tell, and for single voxels. */
  readonly excitedBox: Affine | null;
  /** Shift that the selective pulses were tuned to, where the header tells. [ppm] */
  readonly carrierPpm: number | null;
}

/** User key of the NIfTI-MRS header that the bands are kept under: a row of seven numbers each. */
export const SATURATION_BANDS_KEY = 'SaturationBands';
const NUMBERS_PER_BAND = 7;

/** Adds the bands to a header, where there are any. */
export function putSaturationBands(header: JsonObject, bands: readonly SaturationBand[]): void {
  if (bands.length === 0) return;
  header[SATURATION_BANDS_KEY] = {
    Value: bands.map(({ centreMm, normal, thicknessMm }) => [...centreMm, ...normal, thicknessMm]),
    Description: 'Saturation bands: middle (RAS, mm), normal (RAS), thickness (mm)',
  };
}

const numbersOf = (value: JsonValue | undefined, count: number): number[] | null =>
  Array.isArray(value) && value.length === count && value.every((v) => typeof v === 'number' && Number.isFinite(v))
    ? (value as number[])
    : null;

function bandOf(row: JsonValue): SaturationBand[] {
  const numbers = numbersOf(row, NUMBERS_PER_BAND);
  if (numbers === null) return [];
  const [x, y, z, a, b, c, thicknessMm] = numbers as [number, number, number, number, number, number, number];
  if (!(thicknessMm > 0) || Math.hypot(a, b, c) === 0) return [];
  return [{ centreMm: [x, y, z], normal: [a, b, c], thicknessMm }];
}

/** The bands that a header tells; rows that are none are left out. */
export function saturationBandsOf(header: JsonObject): readonly SaturationBand[] {
  const entry = header[SATURATION_BANDS_KEY];
  const rows = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry['Value'] : null;
  return Array.isArray(rows) ? rows.flatMap(bandOf) : [];
}

/** The box that NIfTI-MRS's VOI key tells. @returns index → RAS mm; null where there is none, or one without volume */
export function excitedBoxOf(header: JsonObject): Affine | null {
  const rows = header['VOI'];
  if (!Array.isArray(rows) || rows.length !== 4) return null;
  const numbers = rows.map((row) => numbersOf(row, 4));
  if (numbers.some((row) => row === null)) return null;
  const affine = numbers.flat() as number[];
  const at = (i: number): number => affine[i] as number;
  const volume =
    at(0) * (at(5) * at(10) - at(6) * at(9)) -
    at(1) * (at(4) * at(10) - at(6) * at(8)) +
    at(2) * (at(4) * at(9) - at(5) * at(8));
  return Math.abs(volume) > 1e-9 ? affine : null;
}
