// Several DICOM spectroscopy files → scans: files of one series that fit each other become one dataset, in the order of
// their instance numbers; what differs (series, size, echo time, place) becomes a scan of its own.
import { zeros } from '../../domain/complexArray.ts';
import { UsageError } from '../../domain/errors.ts';
import type { DimensionTag, HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { ReadOptions } from '../readOptions.ts';
import type { DicomFile, DicomIdentity } from './dicomFile.ts';
import { dicomIdentity, parseDicom } from './dicomFile.ts';
import type { DicomScan } from './dicomSpectroscopy.ts';
import { isGeStamps, readSpectroscopyFile } from './dicomSpectroscopy.ts';
import { RAW_DATA_STORAGE } from './gePfileInside.ts';
import { readGeStamps } from './gePostageStamp.ts';
import type { SeriesArrangement } from './siemensSeries.ts';
import { arrangeSiemensSeries } from './siemensSeries.ts';

export interface DicomInput {
  /** Base name. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One scan and the files it was made from, in their order. */
export interface DicomSeriesScan extends DicomScan {
  readonly fileNames: readonly string[];
}

interface Member {
  readonly name: string;
  readonly file: DicomFile;
  readonly identity: DicomIdentity;
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

/** Files with the same key hold parts of one scan. */
function groupKey({ identity, dataset, water }: Member): string {
  const affine = dataset.affine?.map((v) => v.toFixed(3)) ?? null;
  const { echoTimeS } = dataset.acquisition;
  const waterShape = water?.data.shape ?? null;
  // Raw data are whole scans.
  const own = identity.sopClassUid === RAW_DATA_STORAGE ? identity.sopInstanceUid : null;
  const series = [identity.studyInstanceUid, identity.seriesInstanceUid, identity.sopClassUid, own];
  return JSON.stringify([
    series,
    dataset.data.shape,
    dataset.dwellTimeS,
    dataset.nucleus,
    echoTimeS,
    affine,
    waterShape,
  ]);
}

function groups(members: readonly Member[]): Member[][] {
  const byKey = new Map<string, Member[]>();
  for (const member of members) {
    const key = groupKey(member);
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [member]);
    else group.push(member);
  }
  return [...byKey.values()];
}

/** The same instance given twice counts once. */
function withoutCopies(group: readonly Member[], warnings: Warning[]): Member[] {
  const seen = new Set<string>();
  const kept = group.filter(({ identity: { sopInstanceUid: uid } }) => {
    if (uid === null) return true;
    const isNew = !seen.has(uid);
    seen.add(uid);
    return isNew;
  });
  const copies = group.length - kept.length;
  if (copies > 0) {
    const message = `${copies} of the files are copies of others of the series; each is read once.`;
    warnings.push({ code: 'duplicate-files', message });
  }
  return kept;
}

const byName = (a: Member, b: Member): number => a.name.localeCompare(b.name, 'en', { numeric: true });

/** By instance number, then acquisition number; by name, with a warning, where those don't tell. */
function sorted(group: readonly Member[], warnings: Warning[]): Member[] {
  const key = ({ identity }: Member): [number, number] => [
    identity.instanceNumber ?? 0,
    identity.acquisitionNumber ?? 0,
  ];
  const distinct = new Set(group.map((m) => key(m).join('/')));
  if (distinct.size < group.length) {
    const message = 'The files’ instance numbers don’t tell their order; they are taken in the order of their names.';
    warnings.push({ code: 'order-from-names', message });
    return [...group].sort(byName);
  }
  return [...group].sort((a, b) => key(a)[0] - key(b)[0] || key(a)[1] - key(b)[1]);
}

/** Instance numbers that leave gaps: files of the series were not given. */
function warnOfGaps(group: readonly Member[], warnings: Warning[]): void {
  const numbers = group.flatMap(({ identity }) => identity.instanceNumber ?? []);
  const span = (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) + 1;
  if (numbers.length < group.length || span <= numbers.length) return;
  const message = `${span - numbers.length} files are missing between instances ${numbers[0]} and ${numbers.at(-1)} of the series.`;
  warnings.push({ code: 'series-incomplete', message });
}

/** NIfTI-MRS has three higher dimensions. */
const MAX_HIGHER_DIMENSIONS = 3;

/** Stacks datasets of one shape; their new dimensions stand before those that each has. */
function stack(
  datasets: readonly MrsDataset[],
  lengths: readonly number[],
  dimensions: readonly HigherDimension[],
): MrsDataset {
  const [first] = datasets as [MrsDataset];
  const { shape } = first.data;
  const voxels = (shape[0] as number) * (shape[1] as number) * (shape[2] as number);
  const block = first.data.re.length / voxels;
  const data = zeros([...shape.slice(0, 3), ...lengths, ...shape.slice(3)]);
  datasets.forEach((dataset, i) => {
    for (let voxel = 0; voxel < voxels; voxel++) {
      const to = (voxel * datasets.length + i) * block;
      data.re.set(dataset.data.re.subarray(voxel * block, (voxel + 1) * block), to);
      data.im.set(dataset.data.im.subarray(voxel * block, (voxel + 1) * block), to);
    }
  });
  return { ...first, data, dimensions: [...dimensions, ...first.dimensions] };
}

function freeTag(dataset: MrsDataset, options: ReadOptions): DimensionTag {
  if (options.dimensionTags?.[0] !== undefined) return options.dimensionTags[0];
  return dataset.dimensions.some((d) => d.tag === 'DIM_DYN') ? 'DIM_MEAS' : 'DIM_DYN';
}

/** Every member's water reference, stacked like the members. */
function stackWater(group: readonly Member[], options: ReadOptions): MrsDataset | null {
  const waters = group.flatMap(({ water }) => water ?? []);
  const [first] = waters;
  if (first === undefined || waters.length !== group.length) return null;
  if (waters.length === 1) return first;
  return stack(waters, [waters.length], [{ tag: freeTag(first, options), info: null, header: null }]);
}

function combine(group: readonly Member[], options: ReadOptions): DicomSeriesScan[] {
  const warnings: Warning[] = [];
  const members = sorted(withoutCopies(group, warnings), warnings);
  const [first] = members as [Member];
  const alone = (m: Member): DicomSeriesScan => ({ dataset: m.dataset, water: m.water, fileNames: [m.name] });
  if (members.length === 1) {
    return [{ ...alone(first), dataset: { ...first.dataset, warnings: [...first.dataset.warnings, ...warnings] } }];
  }
  if (first.dataset.dimensions.length >= MAX_HIGHER_DIMENSIONS) return members.map(alone);
  warnOfGaps(members, warnings);
  const datasets = members.map((m) => m.dataset);
  const plain: SeriesArrangement = {
    order: datasets.map((_, i) => i),
    lengths: [datasets.length],
    dimensions: [{ tag: freeTag(first.dataset, options), info: null, header: null }],
    water: [],
    warnings: [],
  };
  const arrangement = arrangeSiemensSeries(first.file, datasets) ?? plain;
  const pick = (order: readonly number[]): MrsDataset[] => order.map((i) => datasets[i] as MrsDataset);
  const dataset = stack(pick(arrangement.order), arrangement.lengths, arrangement.dimensions);
  const water =
    arrangement.water.length > 0 ? stack(pick(arrangement.water), [arrangement.water.length], plain.dimensions) : null;
  const all = [...dataset.warnings, ...warnings, ...arrangement.warnings];
  return [
    {
      dataset: { ...dataset, warnings: all },
      water: water === null ? stackWater(members, options) : unsuppressed(water),
      fileNames: members.map((m) => m.name),
    },
  ];
}

const unsuppressed = (water: MrsDataset): MrsDataset => ({
  ...water,
  header: { ...water.header, WaterSuppressed: false },
});

interface Parsed {
  readonly name: string;
  readonly file: DicomFile;
  readonly identity: DicomIdentity;
}

/** GE's spectroscopy images: a scan a series, of whatever number of images. */
function readStampSeries(parsed: readonly Parsed[], options: ReadOptions): DicomSeriesScan[] {
  const bySeries = new Map<string, Parsed[]>();
  const seen = new Set<string>();
  for (const one of parsed) {
    const { sopInstanceUid: uid, seriesInstanceUid } = one.identity;
    if (uid !== null && seen.has(uid)) continue;
    if (uid !== null) seen.add(uid);
    const key = seriesInstanceUid ?? '';
    bySeries.set(key, [...(bySeries.get(key) ?? []), one]);
  }
  return [...bySeries.values()].map((series) => {
    const files = series.map(({ file }) => file) as [DicomFile, ...DicomFile[]];
    return { dataset: readGeStamps(files, options), water: null, fileNames: series.map(({ name }) => name) };
  });
}

/**
 * Reads DICOM spectroscopy files given together.
 * @param files any number, of one or several series, in any order
 * @returns one scan per series (more where its files don't fit each other): GE's spectroscopy images first, then in the
 *   order of first appearance
 * @throws ReaderError, UnsupportedDataError naming the first file that is no spectroscopy; UsageError without files
 */
export function readDicomSeries(files: readonly DicomInput[], options: ReadOptions = {}): DicomSeriesScan[] {
  if (files.length === 0) throw new UsageError('No file was given.');
  const parsed = files.map(({ bytes, name }): Parsed => {
    const file = parseDicom(bytes, name);
    return { name, file, identity: dicomIdentity(file) };
  });
  const stamps = parsed.filter(({ file }) => isGeStamps(file));
  const members = parsed
    .filter((one) => !stamps.includes(one))
    .map((one): Member => ({ ...one, ...readSpectroscopyFile(one.file, options) }));
  return [...readStampSeries(stamps, options), ...groups(members).flatMap((group) => combine(group, options))];
}
