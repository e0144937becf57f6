// A map over an MRSI grid: values of a quantity, which voxels have none and why, its scale, and moving through voxels.
import { voxelIndex, voxelNumber, type Vec3 } from '../../../core/geometry/index.ts';
import { t } from '../../app/i18n/index.ts';
import type { AnalysisDetailView } from '../../../ipc/contract.ts';
import { CRLB_UNDETERMINED_PERCENT, resultRows } from '../../../core/reports/tables.ts';
import { estimateIn, mapTitle, type MapQuantity } from './mapQuantities.ts';

type FittedVoxel = AnalysisDetailView['voxels'][number];

/** What a spectrum must be like for its values to count; null: anything. */
export interface QualityMask {
  readonly minimumSnr: number | null;
  readonly maximumFwhmHz: number | null;
}

export interface MapChoice {
  readonly metabolite: string;
  readonly quantity: MapQuantity;
  /** Estimates above it are left out, in a ratio of either part; null: none. [%] */
  readonly crlbLimitPercent: number | null;
  readonly mask: QualityMask;
}

export const NO_MASK: QualityMask = { minimumSnr: null, maximumFwhmHz: null };

/**
 * What a voxel of the map is: `value`, drawn in its colour; `aboveLimit`, hatched; `lowQuality`, hatched the other way,
 * outside the quality mask; `noSignal`, looked at and refused; `notFitted`, outside what was fitted; `noValue`, fitted
 * without this quantity.
 */
export type VoxelState = 'value' | 'aboveLimit' | 'lowQuality' | 'noSignal' | 'notFitted' | 'noValue';
const VOXEL_STATES: readonly VoxelState[] = ['value', 'aboveLimit', 'lowQuality', 'noSignal', 'notFitted', 'noValue'];

export interface VoxelMap {
  /** C order over the grid; NaN where there is no value. */
  readonly values: Float64Array;
  readonly states: readonly VoxelState[];
  /** Whether a voxel's values come from a network that does not know such spectra: drawn, and marked. */
  readonly unlike: readonly boolean[];
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  /** With the unit. */
  readonly title: string;
}

/** Names a map can be made of: sums first. */
export function mapNames(analysis: AnalysisDetailView | null): readonly string[] {
  // Voxels without signal were refused and list nothing.
  return [...new Set((analysis?.voxels ?? []).flatMap(({ result }) => resultRows(result).map((row) => row.name)))];
}

/** Whether an estimate that the value rests on is less certain than the reader wants. */
function isAboveLimit({ result }: FittedVoxel, { metabolite, quantity, crlbLimitPercent }: MapChoice): boolean {
  if (crlbLimitPercent === null || !quantity.ofMetabolite) return false;
  const parts = [metabolite, ...(quantity.reference === null ? [] : [quantity.reference])];
  return parts.some((name) => {
    const crlb = estimateIn(result, name)?.crlbPercent ?? null;
    return crlb === null || !(crlb <= crlbLimitPercent);
  });
}

/** Whether a spectrum is outside the mask. A figure that is none, is. */
export function isOutsideMask(
  { snr, fwhmHz }: FittedVoxel['result'],
  { minimumSnr, maximumFwhmHz }: QualityMask,
): boolean {
  return (minimumSnr !== null && !(snr.value >= minimumSnr)) || (maximumFwhmHz !== null && !(fwhmHz <= maximumFwhmHz));
}

/** What a voxel contributes to a map or a region's table. */
export function stateOf(voxel: FittedVoxel, choice: MapChoice): { readonly state: VoxelState; readonly value: number } {
  const { metabolite, quantity } = choice;
  if (voxel.result.status === 'refused') return { state: 'noSignal', value: NaN };
  const estimate = quantity.ofMetabolite ? estimateIn(voxel.result, metabolite) : null;
  if (quantity.ofMetabolite && estimate === null) return { state: 'noValue', value: NaN };
  if (isOutsideMask(voxel.result, choice.mask)) return { state: 'lowQuality', value: NaN };
  if (isAboveLimit(voxel, choice)) return { state: 'aboveLimit', value: NaN };
  const value = quantity.of(voxel.result, estimate);
  return value === null || !Number.isFinite(value) ? { state: 'noValue', value: NaN } : { state: 'value', value };
}

const isUnlike = ({ result }: FittedVoxel): boolean =>
  result.status !== 'refused' && result.doubt !== undefined && !result.inDistribution;

/** Value below which a share of the sorted values lies, linearly interpolated. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const a = sorted[low] ?? 0;
  const b = sorted[Math.min(sorted.length - 1, low + 1)] ?? a;
  return a + (at - low) * (b - a);
}

/** Whether a value is told from zero: those that are not scatter widely, and say nothing of the scale. */
function isDetermined(voxel: FittedVoxel, choice: MapChoice): boolean {
  return !isAboveLimit(voxel, { ...choice, crlbLimitPercent: CRLB_UNDETERMINED_PERCENT });
}

/**
 * Map of one quantity. The scale starts at zero and ends at the 98th percentile of the values that are told from zero, so
 * that wild voxels of mere noise don't darken all others.
 * @param voxels number of voxels of the grid
 */
export function voxelMap(analysis: AnalysisDetailView | null, choice: MapChoice, voxels: number): VoxelMap {
  const values = new Float64Array(voxels).fill(NaN);
  const states = new Array<VoxelState>(voxels).fill('notFitted');
  const unlike = new Array<boolean>(voxels).fill(false);
  const determined: number[] = [];
  for (const voxel of analysis?.voxels ?? []) {
    if (voxel.voxel >= voxels) continue;
    const { state, value } = stateOf(voxel, choice);
    states[voxel.voxel] = state;
    values[voxel.voxel] = value;
    unlike[voxel.voxel] = isUnlike(voxel) && state === 'value';
    if (state === 'value' && value > 0 && isDetermined(voxel, choice)) determined.push(value);
  }
  const { quantity, metabolite } = choice;
  const seen = determined.length > 0 ? determined : [...values].filter((v) => v > 0);
  const sorted = seen.sort((a, b) => a - b);
  const high = quantity.scaleTo ?? (sorted.length === 0 ? 1 : quantile(sorted, 0.98));
  return { values, states, unlike, low: 0, high, unit: quantity.unit, title: mapTitle(quantity, metabolite) };
}

/** Why a voxel has no value, for its read-out. */
export const stateWords = (state: VoxelState): string => t(`mrsi.states.${state}`);

/** "64 voxels: 40 shown, 20 without signal, 4 above the CRLB limit". @param voxels those that are drawn */
export function countWords({ states }: VoxelMap, voxels: readonly number[]): string {
  const parts = VOXEL_STATES.flatMap((state) => {
    const count = voxels.filter((v) => states[v] === state).length;
    return count === 0 ? [] : [t('mrsi.countOfState', { count, state: stateWords(state) })];
  });
  return t('mrsi.counts', { count: voxels.length, parts: parts.join(', ') });
}

/** What the mark of a voxel says. */
export const unlikeMark = (): string => t('mrsi.unlike');

/** "3 voxels unlike the network’s training: not to be relied on"; null where none is. @param voxels those that are drawn */
export function unlikeWords({ unlike }: VoxelMap, voxels: readonly number[]): string | null {
  const count = voxels.filter((v) => unlike[v] === true).length;
  return count === 0 ? null : t('mrsi.unlikeVoxels', { count });
}

/** What was typed as a limit. @returns null: none; NaN: no limit at all that can be used */
export function parseLimit(text: string): number | null {
  if (text.trim() === '') return null;
  const value = Number(text.replace(',', '.'));
  return value > 0 && Number.isFinite(value) ? value : NaN;
}

/** Where a voxel's column and row are drawn, as seen from below: radiological, anterior up. */
export interface GridDrawing {
  readonly columns: number;
  readonly rows: number;
  /** Voxel number at a column and row. */
  readonly voxelAt: (column: number, row: number) => number;
  readonly placeOf: (voxel: number) => { readonly column: number; readonly row: number; readonly slice: number };
}

/**
 * Draws the x–y plane of a slice so that the patient's anterior is up and the patient's right is left (radiological)
 * or right (neurological); the signs come from the affine.
 * @param xToRight whether rising x index moves to the right of the screen
 * @param yUp whether rising y index moves up
 */
export function gridDrawing(grid: Vec3, slice: number, xToRight: boolean, yUp: boolean): GridDrawing {
  const [nx, ny] = grid;
  const column = (x: number): number => (xToRight ? x : nx - 1 - x);
  const row = (y: number): number => (yUp ? ny - 1 - y : y);
  return {
    columns: nx,
    rows: ny,
    voxelAt: (c, r) => voxelNumber(grid, [column(c), row(r), slice]),
    placeOf: (voxel) => {
      const [x, y, z] = voxelIndex(grid, voxel);
      return { column: column(x), row: row(y), slice: z };
    },
  };
}

/**
 * Screen directions of the grid's x and y axes, from their nearest RAS directions.
 * @param affine row-major 4 × 4, null: x to the right, y up
 */
export function gridOrientation(
  affine: readonly number[] | null,
  radiological: boolean,
): { readonly xToRight: boolean; readonly yUp: boolean } {
  if (affine === null) return { xToRight: true, yUp: true };
  const towardsPatientRight = (affine[0] as number) < 0;
  return { xToRight: radiological ? towardsPatientRight : !towardsPatientRight, yUp: (affine[5] as number) >= 0 };
}

/** The neighbouring voxel in a direction on screen, or the same at the border. */
export function neighbour(drawing: GridDrawing, voxel: number, right: number, down: number): number {
  const { column, row } = drawing.placeOf(voxel);
  const c = Math.max(0, Math.min(drawing.columns - 1, column + right));
  const r = Math.max(0, Math.min(drawing.rows - 1, row + down));
  return drawing.voxelAt(c, r);
}
