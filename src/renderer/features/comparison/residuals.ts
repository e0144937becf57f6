// Residuals and fits of two analyses of one spectrum on one ppm axis and one scale.
import { t } from '../../app/i18n/index.ts';
import { dot } from '../../../core/math/innerProducts.ts';
import type { ChartPanel } from '../../charts/chartTypes.ts';

/** One fit's curves over its own falling axis. */
export interface Curves {
  readonly ppm: Float64Array;
  readonly data: Float64Array;
  readonly fit: Float64Array;
  readonly residual: Float64Array;
}

/**
 * Values of a curve at other shifts, linear between its samples.
 * @param ppm falling axis of `y`
 * @param at falling; what lies outside `ppm` gives NaN
 */
export function interpolated(ppm: Float64Array, y: Float64Array, at: Float64Array): Float64Array {
  const out = new Float64Array(at.length).fill(NaN);
  let i = 0;
  at.forEach((shift, k) => {
    while (i + 1 < ppm.length && (ppm[i + 1] as number) >= shift) i++;
    const [left, value] = [ppm[i], y[i]];
    if (left === undefined || value === undefined || shift > left) return;
    if (left === shift) {
      out[k] = value;
      return;
    }
    const [right, next] = [ppm[i + 1], y[i + 1]];
    if (right === undefined || next === undefined) return;
    out[k] = value + ((left - shift) / (left - right)) * (next - value);
  });
  return out;
}

/** Both on A's axis, where both have it. */
export interface MatchedCurves {
  readonly ppm: Float64Array;
  readonly data: Float64Array;
  readonly fitA: Float64Array;
  readonly fitB: Float64Array;
  readonly residualA: Float64Array;
  readonly residualB: Float64Array;
  /** B's data, which its fit has phased in its own way. */
  readonly dataB: Float64Array;
  /** What B's curves were multiplied with, where another program scaled its spectra differently; else 1. */
  readonly scale: number;
  /** Root mean square of what is left between the two data curves, as part of A's. */
  readonly dataMismatch: number;
}

/** SD of a residual about zero. */
export const rootMeanSquare = (x: Float64Array): number => (x.length === 0 ? 0 : Math.sqrt(dot(x, x) / x.length));

/** Heights that differ by more are another scale; phase and line shape make smaller differences. */
const OTHER_SCALE = 2;

/** @returns null where the ranges have no more than one sample in common */
export function matchedCurves(a: Curves, b: Curves): MatchedCurves | null {
  const onA = interpolated(b.ppm, b.data, a.ppm);
  const kept = Array.from(a.ppm.keys()).filter((i) => Number.isFinite(onA[i]) && Number.isFinite(a.data[i]));
  if (kept.length < 2) return null;
  const pick = (values: Float64Array): Float64Array => Float64Array.from(kept, (i) => values[i] as number);
  const ppm = pick(a.ppm);
  const [data, unscaled] = [pick(a.data), pick(onA)];
  const [size, sizeB] = [rootMeanSquare(data), rootMeanSquare(unscaled)];
  const ratio = sizeB > 0 && size > 0 ? size / sizeB : 1;
  const scale = ratio > OTHER_SCALE || ratio < 1 / OTHER_SCALE ? ratio : 1;
  const scaled = (values: Float64Array): Float64Array => interpolated(b.ppm, values, ppm).map((v) => v * scale);
  const dataB = unscaled.map((v) => v * scale);
  const rest = data.map((v, i) => v - (dataB[i] as number));
  return {
    ppm,
    data,
    fitA: pick(a.fit),
    fitB: scaled(b.fit),
    residualA: pick(a.residual),
    residualB: scaled(b.residual),
    dataB,
    scale,
    dataMismatch: size > 0 ? rootMeanSquare(rest) / size : 0,
  };
}

/** Data that differ by more, as phased by the two fits, are both drawn. */
const MISMATCH = 0.03;

export const drawsBothData = ({ dataMismatch }: MatchedCurves): boolean => dataMismatch > MISMATCH;

/** @param atDataScale residuals in the data's own height; otherwise as large as the panel allows, both alike */
export function comparisonPanels(
  curves: MatchedCurves,
  names: readonly [a: string, b: string],
  atDataScale: boolean,
): ChartPanel[] {
  const { ppm } = curves;
  const [a, b] = names;
  return [
    {
      id: 'residuals',
      title: t('comparison.curves.residuals'),
      weight: 0.7,
      zeroLine: true,
      ...(atDataScale ? { scaleAs: 'fits' } : {}),
      series: [
        { id: 'residual-a', name: `A: ${a}`, ppm, y: curves.residualA, colour: 'before', width: 1 },
        { id: 'residual-b', name: `B: ${b}`, ppm, y: curves.residualB, colour: 'after', width: 1 },
      ],
    },
    {
      id: 'fits',
      title: t('comparison.curves.dataAndFits'),
      weight: 1,
      series: [
        ...(drawsBothData(curves)
          ? [
              {
                id: 'data-b',
                name: t('comparison.curves.dataB'),
                ppm,
                y: curves.dataB,
                colour: 'muted' as const,
                width: 1,
              },
            ]
          : []),
        { id: 'data', name: t('comparison.curves.data'), ppm, y: curves.data, colour: 'text', width: 1 },
        { id: 'fit-a', name: `A: ${a}`, ppm, y: curves.fitA, colour: 'before' },
        { id: 'fit-b', name: `B: ${b}`, ppm, y: curves.fitB, colour: 'after', dashed: true },
      ],
    },
  ];
}
