// What the hand does on a spectrum chart: the wheel zooms, dragging pans or adjusts, keys do the same.
import type { Ref } from 'vue';
import { pixelToPpm } from './chartGeometry.ts';
import type { PpmRange } from './chartTypes.ts';
import type { PanelBox } from './spectrumLayout.ts';
import { panRange, zoomRange } from './spectrumScale.ts';

/** A step of an adjustment: of the pointer in pixels, of a key in steps of one or ten. */
export interface Adjustment {
  readonly unit: 'pixels' | 'steps';
  /** To the right. */
  readonly x: number;
  /** Upwards. */
  readonly y: number;
  /** Over the plot's whole width. [ppm] */
  readonly span: number;
  /** Of the plot. [px] */
  readonly width: number;
}

export interface PointerTarget {
  readonly host: Ref<HTMLElement | null>;
  readonly range: Ref<PpmRange>;
  readonly gain: Ref<number>;
  /** Where the pointer is, null outside. [px in the chart] */
  readonly cursor: Ref<{ readonly x: number; readonly y: number } | null>;
  readonly boxes: () => readonly PanelBox[];
  readonly limits: () => PpmRange;
  readonly defaultRange: () => PpmRange;
  /** Whether dragging adjusts instead of panning. */
  readonly adjusts: () => boolean;
  readonly onAdjust: (adjustment: Adjustment) => void;
  /** Dragging with Shift turns the phase in any mode. @param pixels to the right */
  readonly onPhaseDrag: (pixels: number) => void;
}

const LEAST_GAIN = 0.05;
const MOST_GAIN = 200;
/** A key press makes curves higher by this factor. */
const GAIN_STEP = 1.25;

type Drag = {
  readonly kind: 'pan' | 'phase' | 'adjust';
  readonly x: number;
  readonly y: number;
  readonly start: PpmRange;
};

export interface SpectrumPointer {
  readonly onWheel: (event: WheelEvent) => void;
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: () => void;
  readonly onKey: (event: KeyboardEvent) => void;
  readonly reset: () => void;
}

/** @param target the chart that is handled */
export function useSpectrumPointer(target: PointerTarget): SpectrumPointer {
  const { host, range, gain, cursor } = target;
  let drag: Drag | null = null;

  const place = (event: PointerEvent | WheelEvent): { x: number; y: number } => {
    const rect = host.value?.getBoundingClientRect();
    return { x: event.clientX - (rect?.left ?? 0), y: event.clientY - (rect?.top ?? 0) };
  };
  const boxAt = (y: number): PanelBox | undefined => {
    const boxes = target.boxes();
    return boxes.find((b) => y >= b.top && y <= b.top + b.height) ?? boxes[boxes.length - 1];
  };
  const scale = (factor: number): void => {
    gain.value = Math.min(MOST_GAIN, Math.max(LEAST_GAIN, gain.value * factor));
  };
  const zoom = (at: number, factor: number): void => {
    range.value = zoomRange(range.value, at, factor, target.limits());
  };
  const pan = (from: PpmRange, part: number): void => {
    range.value = panRange(from, part, target.limits());
  };
  const adjust = (unit: Adjustment['unit'], x: number, y: number): void => {
    const width = target.boxes()[0]?.width ?? 1;
    target.onAdjust({ unit, x, y, span: range.value[0] - range.value[1], width });
  };

  function onWheel(event: WheelEvent): void {
    const { x, y } = place(event);
    const box = boxAt(y);
    if (box === undefined) return;
    const factor = Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.0022);
    if (event.ctrlKey || event.altKey) scale(1 / factor);
    else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(range.value, event.deltaX / box.width);
    else zoom(pixelToPpm(box, range.value, x), factor);
  }

  function onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    const kind = event.shiftKey ? 'phase' : target.adjusts() ? 'adjust' : 'pan';
    drag = { kind, ...place(event), start: range.value };
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  }

  function onPointerMove(event: PointerEvent): void {
    const at = place(event);
    cursor.value = at;
    if (drag === null) return;
    if (drag.kind === 'pan') {
      const box = boxAt(drag.y);
      if (box !== undefined) pan(drag.start, -(at.x - drag.x) / box.width);
      return;
    }
    if (drag.kind === 'phase') target.onPhaseDrag(at.x - drag.x);
    else adjust('pixels', at.x - drag.x, drag.y - at.y);
    drag = { ...drag, ...at };
  }

  function onArrow(event: KeyboardEvent): boolean {
    const x = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
    const y = { ArrowDown: -1, ArrowUp: 1 }[event.key] ?? 0;
    if ((x === 0 && y === 0) || event.ctrlKey || event.altKey || event.metaKey) return false;
    const times = event.shiftKey ? 10 : 1;
    if (target.adjusts()) adjust('steps', times * x, times * y);
    else if (x !== 0) pan(range.value, 0.1 * x);
    else scale(GAIN_STEP ** y);
    return true;
  }

  function onKey(event: KeyboardEvent): void {
    // Handles on the chart have keys of their own.
    if (event.target !== event.currentTarget) return;
    const centre = (range.value[0] + range.value[1]) / 2;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (plain && (event.key === '+' || event.key === '=')) zoom(centre, 0.8);
    else if (plain && event.key === '-') zoom(centre, 1.25);
    else if (plain && event.key === '0') reset();
    else if (!onArrow(event)) return;
    event.preventDefault();
  }

  function reset(): void {
    range.value = target.defaultRange();
    gain.value = 1;
  }

  return { onWheel, onPointerDown, onPointerMove, onPointerUp: () => (drag = null), onKey, reset };
}
