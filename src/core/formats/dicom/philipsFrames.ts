// What the frames of a Philips file are (scan, water reference, editing ON or OFF) and the dimensions they make.
import type { HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { DicomDataset, DicomFile } from './dicomFile.ts';
import { TAG } from './dicomFile.ts';
import { philipsTag } from './philipsPrivate.ts';

/** A scan and the water reference that its file holds. */
export interface PhilipsScan {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

/** One item per frame with its private description. */
export const frameItems = (dataset: DicomDataset): readonly DicomDataset[] =>
  dataset.sequence(philipsTag(dataset, 0x140f, 'SQ'));

export type Role = 'on' | 'off' | 'water' | 'plain';

/** What each frame is, by its private description. */
function frameRole(item: DicomDataset, edited: boolean): Role {
  if ((item.number(philipsTag(item, 0x1304, 'SS')) ?? 0) !== 0) return 'water';
  if (!edited) return 'plain';
  const condition = item.string(philipsTag(item, 0x1598, 'CS'));
  return condition === '1' ? 'on' : condition === '0' ? 'off' : 'plain';
}

/** @param frames frames (of a grid: planes) that the file holds */
export function frameRoles(file: DicomFile, frames: number): Role[] {
  const { dataset } = file;
  const items = frameItems(dataset);
  const edited = dataset.string(philipsTag(dataset, 0x1597, 'CS')) === 'Y';
  if (items.length === frames && frames > 1) return items.map((item) => frameRole(item, edited));
  // Without descriptions: one scan and its reference, which follows it.
  const hasReference = frames === 2 && dataset.string(TAG.waterReferencedPhaseCorrection) === 'YES';
  return Array.from({ length: frames }, (_, i) => (hasReference && i === 1 ? 'water' : 'plain'));
}

export const indicesOf = (roles: readonly Role[], ...wanted: Role[]): number[] =>
  roles.flatMap((role, i) => (wanted.includes(role) ? [i] : []));

const DYNAMICS: HigherDimension = { tag: 'DIM_DYN', info: null, header: null };
const EDITING: HigherDimension = { tag: 'DIM_EDIT', info: null, header: { EditCondition: ['ON', 'OFF'] } };

export interface FrameLayout {
  /** Frames in the order of the dataset (C order over the dimensions). */
  readonly frames: readonly number[];
  readonly lengths: readonly number[];
  readonly dimensions: readonly HigherDimension[];
}

export function plainLayout(frames: readonly number[]): FrameLayout {
  return frames.length > 1
    ? { frames, lengths: [frames.length], dimensions: [DYNAMICS] }
    : { frames, lengths: [], dimensions: [] };
}

/** Metabolite frames: repetitions, or repetitions of ON and OFF. */
export function metaboliteLayout(roles: readonly Role[], warnings: Warning[]): FrameLayout {
  const [on, off] = [indicesOf(roles, 'on'), indicesOf(roles, 'off')];
  if (on.length > 0 && on.length === off.length) {
    const frames = on.flatMap((frame, i) => [frame, off[i] as number]);
    return { frames, lengths: [on.length, 2], dimensions: [DYNAMICS, EDITING] };
  }
  if (on.length + off.length > 0) {
    const message = `The file holds ${on.length} ON and ${off.length} OFF frames, which don't pair; all are kept as repetitions.`;
    warnings.push({ code: 'editing-unpaired', message });
  }
  return plainLayout(indicesOf(roles, 'on', 'off', 'plain'));
}
