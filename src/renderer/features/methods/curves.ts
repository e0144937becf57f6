// Fits or residuals of several methods above one another, on one ppm axis and one scale.
import { t } from '../../app/i18n/index.ts';
import type { MethodOfVoxelView } from '../../../ipc/contract.ts';
import type { ChartPanel, ChartSeries, PpmRange } from '../../charts/chartTypes.ts';
import type { MethodColumn } from './model.ts';

export type CurveChoice = 'fits' | 'residuals';
type Curves = NonNullable<MethodOfVoxelView['curves']>;

interface Drawn {
  readonly column: MethodColumn;
  readonly curves: Curves;
  /** Brings its data to the height of the first method's. */
  readonly scale: number;
}

const largest = (values: Float64Array): number => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** Heights that differ by more are another program's scale; phase and line shape make smaller differences. */
const OTHER_SCALE = 2;

function drawnMethods(columns: readonly MethodColumn[]): Drawn[] {
  const withCurves = columns.flatMap((column) => (column.view.curves === null ? [] : [{ column, curves: column.view.curves }])); // prettier-ignore
  const height = largest(withCurves[0]?.curves.data ?? new Float64Array(0));
  return withCurves.map(({ column, curves }) => {
    const own = largest(curves.data);
    const ratio = own > 0 && height > 0 ? height / own : 1;
    return { column, curves, scale: ratio > OTHER_SCALE || ratio < 1 / OTHER_SCALE ? ratio : 1 };
  });
}

/** Parts of the data's height between neighbours, so that each stands by itself. */
const FIT_STEP = 0.55;
const LEAST_RESIDUAL_STEP = 0.02;

function shifted(values: Float64Array, scale: number, by: number): Float64Array {
  return values.map((v) => v * scale + by);
}

function fitSeries({ column, curves, scale }: Drawn, by: number): ChartSeries[] {
  const { ppm, data, fit } = curves;
  const id = column.view.analysisId;
  return [
    { id: `data-${id}`, name: t('methods.curves.data'), ppm, y: shifted(data, scale, by), colour: 'muted', width: 1 },
    {
      id: `fit-${id}`,
      name: column.title,
      ppm,
      y: shifted(fit, scale, by),
      colour: column.look.colour,
      endLabel: true,
    },
  ];
}

function residualSeries({ column, curves, scale }: Drawn, by: number): ChartSeries[] {
  const { ppm, residual } = curves;
  const { title: name, look, view } = column;
  return [{ id: `residual-${view.analysisId}`, name, ppm, y: shifted(residual, scale, by), colour: look.colour, width: 1, endLabel: true }]; // prettier-ignore
}

/** The first method on top, as in the table. */
export function methodPanels(columns: readonly MethodColumn[], choice: CurveChoice): ChartPanel[] {
  const drawn = drawnMethods(columns);
  if (drawn.length === 0) return [];
  const height = Math.max(...drawn.map(({ curves, scale }) => scale * largest(curves.data)), Number.MIN_VALUE);
  const rest = Math.max(...drawn.map(({ curves, scale }) => scale * largest(curves.residual)));
  const step = choice === 'fits' ? FIT_STEP * height : Math.max(rest, LEAST_RESIDUAL_STEP * height);
  const series = drawn.flatMap((one, i) => {
    const by = (drawn.length - 1 - i) * step;
    return choice === 'fits' ? fitSeries(one, by) : residualSeries(one, by);
  });
  const title = choice === 'fits' ? t('methods.curves.fitsTitle') : t('methods.curves.residualsTitle');
  return [{ id: choice, title, weight: 1, series }];
}

/** What the methods fitted, all together. */
export function curveLimits(columns: readonly MethodColumn[]): PpmRange {
  const axes = columns.flatMap(({ view }) => (view.curves === null ? [] : [view.curves.ppm]));
  const high = Math.max(...axes.map((ppm) => ppm[0] ?? 4.2));
  const low = Math.min(...axes.map((ppm) => ppm[ppm.length - 1] ?? 0.2));
  return axes.length === 0 ? [4.2, 0.2] : [high, low];
}

/** Methods without curves, by name. */
export const withoutCurves = (columns: readonly MethodColumn[]): string[] =>
  columns.filter(({ view }) => view.curves === null && view.status !== 'refused').map(({ title }) => title);
