// Basis spectra on a chart: which are shown at first, overlaid or as a stack, and one signal of two sets together.
import type { ChartColour, ChartPanel, ChartSeries, PpmRange } from '../../charts/chartTypes.ts';

/** What proton basis sets are looked at in: the brain's spectrum and a little to both sides. */
export const BASIS_RANGE: PpmRange = [4.4, 0.2];

export type SpectraMode = 'overlay' | 'stack';

export interface BasisCurve {
  readonly name: string;
  /** Falling. */
  readonly ppm: Float64Array;
  readonly y: Float64Array;
}

/** Shown until something else is chosen: the signals that every reader knows. */
const FIRST_SHOWN = ['NAA', 'Cr', 'GPC', 'Ins', 'Glu', 'Gln'];

/** @param names signals of the set, in reading order @returns the best known of them, or the first five where it has none */
export function firstShown(names: readonly string[]): string[] {
  const known = names.filter((name) => FIRST_SHOWN.includes(name));
  return known.length > 0 ? known : names.slice(0, 5);
}

/** Largest magnitude inside a ppm range; of the whole curve where nothing stands inside. */
export function peakHeight({ ppm, y }: BasisCurve, range: PpmRange = BASIS_RANGE): number {
  let inside = 0;
  let anywhere = 0;
  for (let i = 0; i < y.length; i++) {
    const height = Math.abs(y[i] as number);
    const at = ppm[i] as number;
    if (height > anywhere) anywhere = height;
    if (height > inside && at <= range[0] && at >= range[1]) inside = height;
  }
  // A line outside leaves tails within; they are no peak.
  return inside > 0.02 * anywhere ? inside : anywhere;
}

export interface SpectraLook {
  readonly mode: SpectraMode;
  /** Every signal to the same height. */
  readonly equalHeights: boolean;
  /** Drawn thicker, the others stay thin. */
  readonly highlighted: string | null;
  readonly colourOf: (name: string) => ChartColour;
}

/** Distance of a stack's base lines, in heights of the tallest signal: equal signals need their own height. */
const STACK_STEP = { equal: 0.9, real: 0.3 } as const;

/** One panel with the spectra overlaid, or offset upwards with the first one on top and its name at the line's end. */
export function spectraPanels(curves: readonly BasisCurve[], look: SpectraLook): ChartPanel[] {
  const heights = curves.map((curve) => peakHeight(curve));
  const tallest = look.equalHeights ? 1 : Math.max(...heights, Number.MIN_VALUE);
  const step = tallest * (look.equalHeights ? STACK_STEP.equal : STACK_STEP.real);
  const series = curves.map(({ name, ppm, y }, i): ChartSeries => {
    const height = heights[i] ?? 0;
    const scale = look.equalHeights && height > 0 ? 1 / height : 1;
    const offset = look.mode === 'stack' ? (curves.length - 1 - i) * step : 0;
    return {
      id: name,
      name,
      ppm,
      y: scale === 1 && offset === 0 ? y : y.map((v) => v * scale + offset),
      colour: look.colourOf(name),
      width: look.highlighted === name ? 2.5 : 1.25,
      endLabel: look.mode === 'stack',
    };
  });
  return [{ id: 'spectra', title: '', weight: 1, series }];
}

/** The same signal of two sets on one axis. */
export function comparisonPanels(first: BasisCurve, second: BasisCurve): ChartPanel[] {
  const line = { ppm: first.ppm, y: first.y };
  const other = { ppm: second.ppm, y: second.y };
  const series: ChartSeries[] = [
    { id: 'first', name: first.name, ...line, colour: 'before' },
    { id: 'second', name: second.name, ...other, colour: 'after', dashed: true },
  ];
  return [{ id: 'comparison', title: '', weight: 1, series }];
}
