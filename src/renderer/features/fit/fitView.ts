// What the view of a fit remembers.

export type ComponentMode = 'overlay' | 'stack' | 'off';

export interface FitView {
  /** Components that are switched off. */
  readonly hidden: readonly string[];
  /** What the reader zoomed to, high first; null: all that was fitted. [ppm] */
  readonly range: readonly [number, number] | null;
}

/** From what was stored; anything else falls back to all of the fit. */
export function parseFitView(stored: unknown): FitView {
  const { hidden, range } = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>;
  const [left, right] = Array.isArray(range) ? (range as unknown[]) : [];
  const isRange = typeof left === 'number' && typeof right === 'number' && left > right && Math.abs(left) < 1000;
  return {
    hidden: Array.isArray(hidden) ? hidden.filter((name): name is string => typeof name === 'string') : [],
    range: isRange && Number.isFinite(right) ? [left, right] : null,
  };
}
