// From a scan with a dimension that is kept to the points of a series: transients binned, and the quantity that varies from
// point to point, from the header of the dimension, the repetition time, or the user.
import { shapeSize, signalAt, zeros } from '../domain/complexArray.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { ProcessingError, UsageError } from '../domain/errors.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { DimensionTag, HigherDimension, MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';

export interface SeriesBins {
  /** Elements of the dimension in each point. */
  readonly bin: number;
  /** From one point's first element to the next's; smaller than `bin`: a sliding window. */
  readonly step: number;
}

export interface SeriesQuantity {
  readonly name: string;
  readonly unit: string;
  /** One a point. */
  readonly values: readonly number[];
}

/** Where a dimension stands. @throws UsageError naming the dimensions there are */
export function seriesDimension(
  dataset: MrsDataset,
  tag: DimensionTag,
): { readonly index: number; readonly length: number } {
  const lengthOf = (index: number): number => dataset.data.shape[3 + index] ?? 1;
  const index = dataset.dimensions.findIndex((d) => d.tag === tag);
  if (index < 0) {
    const there = dataset.dimensions.map((d, i) => `${d.tag} (${lengthOf(i)})`).join(', ');
    throw new UsageError(
      `The scan has no dimension ${tag}; ${there === '' ? 'it has none to keep' : `it has ${there}`}.`,
    );
  }
  return { index, length: lengthOf(index) };
}

/** First elements of the points. @throws UsageError where fewer than two bins fit in */
export function binStarts(length: number, { bin, step }: SeriesBins): number[] {
  const count = Math.floor((length - bin) / step) + 1;
  if (count < 2) {
    throw new UsageError(
      `A series needs at least two points, but ${length} elements in bins of ${bin} make ${Math.max(0, count)}.`,
    );
  }
  return Array.from({ length: count }, (_, k) => k * step);
}

/**
 * The scan with means over bins in place of the elements of a dimension; further dimensions are kept.
 * @throws UsageError where the dimension is missing or too short
 */
export function binDimension(dataset: MrsDataset, tag: DimensionTag, bins: SeriesBins): MrsDataset {
  const { index, length } = seriesDimension(dataset, tag);
  if (bins.bin === 1 && bins.step === 1 && length > 1) return dataset;
  const starts = binStarts(length, bins);
  const { shape } = dataset.data;
  const axis = 3 + index;
  const inner = shapeSize(shape.slice(axis + 1));
  const outer = shapeSize(shape.slice(0, axis));
  const data = zeros(shape.map((n, i) => (i === axis ? starts.length : n)));
  for (const part of ['re', 'im'] as const) {
    const from = dataset.data[part];
    const to = data[part];
    for (let o = 0; o < outer; o++) {
      starts.forEach((start, k) => {
        const target = (o * starts.length + k) * inner;
        for (let e = 0; e < bins.bin; e++) {
          const source = (o * length + start + e) * inner;
          for (let i = 0; i < inner; i++) {
            to[target + i] = (to[target + i] as number) + (from[source + i] as number) / bins.bin;
          }
        }
      });
    }
  }
  return { ...dataset, data };
}

/** The points' FIDs of one voxel; the first element of every other dimension. @throws ProcessingError */
export function pointFids(
  dataset: MrsDataset,
  tag: DimensionTag,
  voxel: number,
): { readonly fids: ComplexSignal[]; readonly warnings: readonly Warning[] } {
  const total = voxelCount(dataset);
  if (voxel >= total) {
    throw new ProcessingError('PROCESSING_FAILED', `Voxel ${voxel} was asked for, but the scan has only ${total}.`);
  }
  const { index, length } = seriesDimension(dataset, tag);
  const perVoxel = shapeSize(dataset.data.shape.slice(3, -1));
  const inner = shapeSize(dataset.data.shape.slice(4 + index, -1));
  const fids = Array.from({ length }, (_, k) => {
    const { re, im } = signalAt(dataset.data, voxel * perVoxel + k * inner);
    return { re: re.slice(0, pointCount(dataset)), im: im.slice(0, pointCount(dataset)) };
  });
  const left = dataset.dimensions.filter((d, i) => d.tag !== tag && (dataset.data.shape[3 + i] ?? 1) > 1);
  const warnings = left.map((d) => ({
    code: 'dimension-left',
    message: `The scan still has a dimension ${d.tag} after preprocessing; only its first element was fitted.`,
  }));
  return { fids, warnings };
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values of a dimension header's entry: a list, {start, increment}, or either as {Value: …}. null: none of these. */
function headerValues(entry: JsonValue | undefined, length: number): number[] | null {
  if (isObject(entry)) {
    if (entry['Value'] !== undefined) return headerValues(entry['Value'], length);
    const { start, increment } = entry;
    if (typeof start !== 'number' || typeof increment !== 'number') return null;
    return Array.from({ length }, (_, k) => start + k * increment);
  }
  if (!Array.isArray(entry) || entry.length !== length) return null;
  const numbers = entry.filter((v): v is number => typeof v === 'number' && isFinite(v));
  return numbers.length === length ? numbers : null;
}

/** Units of the NIfTI-MRS standard's own keys; a user's key has none that is known. */
const STANDARD_UNITS: Readonly<Record<string, string>> = {
  EchoTime: 's',
  RepetitionTime: 's',
  InversionTime: 's',
  MixingTime: 's',
};

/** Mean over each bin. */
function binned(values: readonly number[], bins: SeriesBins): number[] {
  return binStarts(values.length, bins).map(
    (start) => values.slice(start, start + bins.bin).reduce((s, v) => s + v, 0) / bins.bin,
  );
}

function fromHeader(
  dimension: HigherDimension,
  length: number,
  name: string | null,
): { name: string; values: number[] } | null {
  for (const [key, entry] of Object.entries(dimension.header ?? {})) {
    if (name !== null && key.toLowerCase() !== name.toLowerCase()) continue;
    const values = headerValues(entry, length);
    if (values !== null && (name !== null || values.some((v) => v !== values[0]))) return { name: key, values };
  }
  return null;
}

/**
 * What varies along a dimension, one value a point.
 * @param dataset before binning
 * @param asked a key of the dimension's header, or a value for each point; null: what the header has, else time or number
 * @throws UsageError where the key or the number of values is wrong
 */
export function seriesQuantity(
  dataset: MrsDataset,
  tag: DimensionTag,
  bins: SeriesBins,
  asked: string | readonly number[] | null,
): SeriesQuantity {
  const { index, length } = seriesDimension(dataset, tag);
  const count = binStarts(length, bins).length;
  const dimension = dataset.dimensions[index] as HigherDimension;
  if (asked !== null && typeof asked !== 'string') {
    if (asked.length !== count && asked.length !== length) {
      throw new UsageError(`The series has ${count} points, but ${asked.length} values were given for them.`);
    }
    return { name: 'x', unit: '', values: asked.length === count ? asked : binned(asked, bins) };
  }
  const found = fromHeader(dimension, length, asked);
  if (found !== null) {
    return { name: found.name, unit: STANDARD_UNITS[found.name] ?? '', values: binned(found.values, bins) };
  }
  if (asked !== null) {
    const keys = Object.keys(dimension.header ?? {}).join(', ');
    throw new UsageError(
      `The header of ${tag} has no values "${asked}"${keys === '' ? '; it has none at all' : `; it has ${keys}`}.`,
    );
  }
  const { repetitionTimeS } = dataset.acquisition;
  const numbers = Array.from({ length }, (_, k) => k);
  // The time at which a transient ends is that of the next one's start: its middle counts.
  return tag === 'DIM_DYN' && repetitionTimeS !== null
    ? { name: 'time', unit: 's', values: binned(numbers.map((k) => (k + 0.5) * repetitionTimeS), bins) } // prettier-ignore
    : { name: 'number', unit: '', values: binned(numbers, bins) };
}
