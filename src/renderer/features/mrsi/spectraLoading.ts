// The spectra of a slice, fetched piece by piece from the chosen voxel outwards, so that the first are seen soon.
import type { GridSpectraView } from '../../../ipc/contract.ts';
import type { GridDrawing } from './model.ts';

/** Spectra of one request: few enough that the chosen voxel's own spectrum never waits long behind them. */
const PIECE = 32;
/** Until then nothing is shown of what is coming: most of it is there at once. [ms] */
export const SHOW_AFTER_MS = 300;

/** Voxels of the drawn slice, those nearest to one of them first. */
export function nearestFirst(drawing: GridDrawing, voxel: number): number[] {
  const { columns, rows, voxelAt, placeOf } = drawing;
  const from = placeOf(voxel);
  const places = Array.from({ length: columns * rows }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    return { voxel: voxelAt(column, row), distance: Math.hypot(column - from.column, row - from.row) };
  });
  return places.sort((a, b) => a.distance - b.distance).map((place) => place.voxel);
}

export interface SpectraLoading {
  readonly voxels: readonly number[];
  /** Asks for some of them. */
  readonly ask: (voxels: number[]) => Promise<GridSpectraView>;
  /** Whether they are still wanted. */
  readonly isWanted: () => boolean;
  /** Called with what is there so far, once that takes longer than a blink, and with all at the end. */
  readonly onSpectra: (spectra: GridSpectraView) => void;
}

/** Ends early, in silence, when the spectra are wanted no longer. @throws RequestError */
export async function loadSpectra({ voxels, ask, isWanted, onSpectra }: SpectraLoading): Promise<void> {
  const startedMs = performance.now();
  let values = new Float64Array(0);
  for (let at = 0; at < voxels.length; at += PIECE) {
    const piece = await ask(voxels.slice(at, at + PIECE));
    if (!isWanted()) return;
    if (at === 0) values = new Float64Array(voxels.length * piece.points);
    values.set(piece.values, at * piece.points);
    const done = at + piece.voxels.length;
    if (done < voxels.length && performance.now() - startedMs < SHOW_AFTER_MS) continue;
    const { points } = piece;
    onSpectra({ voxels: voxels.slice(0, done), points, values: values.subarray(0, done * points) });
  }
}
