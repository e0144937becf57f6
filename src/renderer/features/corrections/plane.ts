// Boxes of a figure with their axes, and curves drawn inside them.
import type { PpmRange } from '../../charts/chartTypes.ts';
import type { Shape } from '../../charts/figure.ts';
import { tickStep, tickValues, type Extent } from '../../charts/spectrumScale.ts';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A box with what its borders stand for. `x` at the left and at the right border; of ppm the left is the higher. */
export interface Plane extends Box {
  readonly x: readonly [left: number, right: number];
  readonly y: Extent;
}

export const toX = (p: Plane, value: number): number => p.left + ((value - p.x[0]) / (p.x[1] - p.x[0])) * p.width;
export const toY = (p: Plane, value: number): number => p.top + ((p.y.high - value) / (p.y.high - p.y.low)) * p.height;

/** Extent with a margin; never empty. */
export function widened({ low, high }: Extent, part = 0.06): Extent {
  if (!(low <= high)) return { low: -1, high: 1 };
  const margin = high > low ? part * (high - low) : Math.abs(high) * 0.1 || 1;
  return { low: low - margin, high: high + margin };
}

export function extentOf(lists: readonly ArrayLike<number>[]): Extent {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const v = list[i] as number;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  return { low, high };
}

/** Values at the ticks of an axis, with their texts. */
export function ticks(from: number, to: number, pixels: number): { readonly value: number; readonly text: string }[] {
  const [high, low] = [Math.max(from, to), Math.min(from, to)];
  const step = tickStep(high - low, pixels);
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return tickValues([high, low], step).map((value) => ({
    value,
    text: (Math.abs(value) < step / 2 ? 0 : value).toFixed(digits).replace('-', '−'),
  }));
}

/** Border and vertical lines; `name` and figures of the x axis where it is the lowest of its column. */
export function xAxis(p: Plane, name: string | null): Shape[] {
  const bottom = p.top + p.height;
  const right = p.left + p.width;
  const grid = ticks(...p.x, p.width).flatMap(({ value, text }): Shape[] => [
    { kind: 'line', from: [toX(p, value), p.top], to: [toX(p, value), bottom], colour: 'line', width: 0.6 },
    ...(name === null
      ? []
      : [{ kind: 'text', at: [toX(p, value), bottom + 15], text, anchor: 'middle', colour: 'muted' } as const]),
  ]);
  const border: Shape[] = [
    { kind: 'line', from: [p.left, p.top], to: [right, p.top], colour: 'line' },
    { kind: 'line', from: [p.left, p.top], to: [p.left, bottom], colour: 'line' },
    { kind: 'line', from: [right, p.top], to: [right, bottom], colour: 'line' },
    { kind: 'line', from: [p.left, bottom], to: [right, bottom], colour: name === null ? 'line' : 'muted' },
  ];
  if (name === null) return [...grid, ...border];
  return [
    ...grid,
    ...border,
    { kind: 'text', at: [p.left + p.width / 2, bottom + 31], text: name, anchor: 'middle', colour: 'muted' },
  ];
}

/** Horizontal lines with their figures, and the axis's name above the box. */
export function yAxis(p: Plane, name: string): Shape[] {
  const lines = ticks(p.y.low, p.y.high, 5 * p.height).flatMap(({ value, text }): Shape[] => [
    { kind: 'line', from: [p.left, toY(p, value)], to: [p.left + p.width, toY(p, value)], colour: 'line', width: 0.6 },
    { kind: 'text', at: [p.left - 6, toY(p, value) + 4], text, anchor: 'end', colour: 'muted' },
  ]);
  return [...lines, { kind: 'text', at: [p.left, p.top - 5], text: name, anchor: 'start', colour: 'muted' }];
}

/**
 * Path of a curve over falling ppm, kept inside the box.
 * @param range drawn part [ppm], high first
 * @param lift added to the height [pixels]
 */
export function curvePath(p: Plane, ppm: Float32Array, y: Float32Array, range: PpmRange, lift = 0): string {
  let path = '';
  for (let i = 0; i < ppm.length; i++) {
    const at = ppm[i] as number;
    if (at > range[0] || at < range[1]) continue;
    const row = Math.min(p.top + p.height, Math.max(p.top, toY(p, y[i] as number) - lift));
    path += `${path === '' ? 'M' : 'L'}${toX(p, at).toFixed(1)} ${row.toFixed(1)}`;
  }
  return path;
}
