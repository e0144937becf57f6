// How large a grid's voxels are drawn, and which part of it is in sight: the chosen voxel always.
import { computed, nextTick, type ComputedRef, type Ref } from 'vue';
import type { MapMode } from './mrsiView.ts';
import { MOST_ZOOM } from './mrsiView.ts';

/** A spectrum is readable in a voxel of this size. [CSS pixels] */
const READABLE_CELL = 32;
const LARGEST_CELL = 128;
const SMALLEST_CELL = 4;
/** Neighbours that stay in sight beside the chosen voxel, where there is room. */
const NEIGHBOURS = 1.5;

export interface ZoomedGrid {
  readonly columns: number;
  readonly rows: number;
  readonly mode: MapMode;
  /** See MrsiView. */
  readonly zoom: number | null;
}

/**
 * Width of a voxel. [CSS pixels]
 * @param room of the pane [CSS pixels]
 */
export function cellSize({ columns, rows, mode, zoom }: ZoomedGrid, room: { width: number; height: number }): number {
  const whole = Math.max(SMALLEST_CELL, Math.floor(Math.min(room.width / columns, room.height / rows)));
  if (zoom === null) return mode === 'map' ? whole : Math.max(whole, READABLE_CELL);
  return Math.max(whole, Math.min(Math.round(whole * zoom), LARGEST_CELL));
}

/** How far to scroll so that a stretch is in sight: not at all where it is, else to its nearer edge. [CSS pixels] */
export function scrollFor(from: number, to: number, room: number): number {
  if (from < 0) return from;
  return to > room ? Math.min(from, to - room) : 0;
}

export interface ZoomTarget {
  /** What scrolls, and the grid in it. */
  readonly host: Ref<HTMLElement | null>;
  readonly box: Ref<HTMLElement | null>;
  readonly room: Ref<{ width: number; height: number }>;
  readonly grid: ComputedRef<ZoomedGrid>;
  /** Column and row of the chosen voxel. */
  readonly place: ComputedRef<{ readonly column: number; readonly row: number }>;
  readonly onZoom: (zoom: number) => void;
}

export function useGridZoom({ host, box, room, grid, place, onZoom }: ZoomTarget) {
  const cell = computed(() => cellSize(grid.value, room.value));
  const whole = computed(() => cellSize({ ...grid.value, zoom: 1 }, room.value));
  const canGrow = computed(() => cell.value < LARGEST_CELL);
  const canShrink = computed(() => cell.value > whole.value);

  /** Scrolls no further than is needed to see the chosen voxel with its neighbours. */
  function showVoxel(): void {
    const [frame, inner] = [host.value, box.value];
    if (frame === null || inner === null) return;
    const [outer, drawn] = [frame.getBoundingClientRect(), inner.getBoundingClientRect()];
    const by = (start: number, at: number, size: number): number => {
      const spare = Math.max(0, Math.min(NEIGHBOURS * cell.value, (size - cell.value) / 2));
      return scrollFor(start + at * cell.value - spare, start + (at + 1) * cell.value + spare, size);
    };
    frame.scrollLeft += by(drawn.left - outer.left, place.value.column, frame.clientWidth);
    frame.scrollTop += by(drawn.top - outer.top, place.value.row, frame.clientHeight);
  }

  /** @param at what stays where it is; the chosen voxel where not given [CSS pixels in the window] */
  async function zoomBy(factor: number, at?: { readonly x: number; readonly y: number }): Promise<void> {
    const before = box.value?.getBoundingClientRect();
    const wanted = Math.max(1, Math.min(LARGEST_CELL, cell.value * factor) / whole.value);
    const held = at ?? {
      x: (before?.left ?? 0) + (place.value.column + 0.5) * cell.value,
      y: (before?.top ?? 0) + (place.value.row + 0.5) * cell.value,
    };
    const inGrid = [(held.x - (before?.left ?? 0)) / cell.value, (held.y - (before?.top ?? 0)) / cell.value] as const;
    onZoom(Math.min(MOST_ZOOM, wanted));
    await nextTick();
    const after = box.value?.getBoundingClientRect();
    if (host.value === null || after === undefined) return;
    host.value.scrollLeft += after.left + inGrid[0] * cell.value - held.x;
    host.value.scrollTop += after.top + inGrid[1] * cell.value - held.y;
  }

  return { cell, canGrow, canShrink, showVoxel, zoomBy, showWhole: () => onZoom(1) };
}
