// Several spectra in one plot: brought to one height, named, coloured, above or over one another.
import type { ChartColour, ChartSeries } from '../../charts/chartTypes.ts';
import type { DatasetView, SpectrumFiguresView } from '../../../ipc/contract.ts';
import type { SpectrumCurve } from './model.ts';
import type { OverlayScaling, OverlayView } from './view.ts';

/** A spectrum among several. */
export interface OverlaidCurve {
  readonly id: string;
  readonly name: string;
  readonly curve: SpectrumCurve;
  /** What it is scaled by; null where that can't be measured. */
  readonly sizes: Readonly<Record<Exclude<OverlayScaling, 'none'>, number | null>>;
  /** Its water reference; null without one. */
  readonly water: SpectrumFiguresView['water'];
  readonly protocol: Protocol;
}

/** What a spectrum's look depends on besides the tissue. */
export type Protocol = Pick<DatasetView['description'], 'fieldT' | 'echoTimeS' | 'repetitionTimeS' | 'sequence'>;

/** Around creatine's methyl line, from choline's foot to the trough before the next. [ppm] */
const CREATINE_PPM: readonly [number, number] = [2.93, 3.11];
/** At each end the straight ground is taken from this much. [ppm] */
const GROUND_PPM = 0.015;

/** Centre of the samples within a range. */
function centreOf({ ppm, y }: SpectrumCurve, low: number, high: number): { at: number; y: number } | null {
  const inside = Array.from(ppm.keys()).filter((i) => (ppm[i] as number) >= low && (ppm[i] as number) <= high);
  const mean = (values: Float64Array): number =>
    inside.reduce((sum, i) => sum + (values[i] as number), 0) / inside.length;
  return inside.length === 0 ? null : { at: mean(ppm), y: mean(y) };
}

/**
 * Area under tCr's methyl peak over a straight line between its feet: the linewidth changes it less than a height.
 * @param curve real part, in phase
 * @returns spectrum units × ppm; null where there is no such peak
 */
export function creatineArea(curve: SpectrumCurve): number | null {
  const [low, high] = CREATINE_PPM;
  const left = centreOf(curve, high - GROUND_PPM, high);
  const right = centreOf(curve, low, low + GROUND_PPM);
  if (left === null || right === null) return null;
  const step = Math.abs((curve.ppm[0] ?? 0) - (curve.ppm[1] ?? 0));
  const slope = (left.y - right.y) / (left.at - right.at);
  let area = 0;
  curve.ppm.forEach((at, i) => {
    if (at < low || at > high) return;
    area += ((curve.y[i] as number) - right.y - slope * (at - right.at)) * step;
  });
  return area > 0 ? area : null;
}

/** Okabe & Ito's colours without blue, which is the fit's; the first spectrum keeps the data's own. */
const COLOURS: readonly ChartColour[] = ['text', '#E69F00', '#56B4E9', '#009E73', '#CC79A7', '#D55E00', '#D2CD55'];

/** @param index 0 is the open study's own spectrum */
export function overlayColour(index: number): ChartColour {
  return COLOURS[index % COLOURS.length] as ChartColour;
}

/** Factor that brings a spectrum to the first one's height; null where what it needs could not be measured. */
export function overlayScale(first: OverlaidCurve, other: OverlaidCurve, scaling: OverlayScaling): number | null {
  if (scaling === 'none') return 1;
  const [wanted, own] = [first.sizes[scaling], other.sizes[scaling]];
  return wanted === null || own === null || !(wanted > 0) || !(own > 0) ? null : wanted / own;
}

function highestWithin({ ppm, y }: SpectrumCurve, [left, right]: readonly [number, number]): number {
  let high = 0;
  ppm.forEach((at, i) => {
    if (at <= left && at >= right) high = Math.max(high, Math.abs(y[i] as number));
  });
  return high;
}

/**
 * The curves of a plot, the first one on top of a stack.
 * @param window where heights are compared, high first. [ppm]
 */
export function overlaySeries(
  curves: readonly OverlaidCurve[],
  { stacked, offset, scaling }: OverlayView,
  window: readonly [number, number],
): ChartSeries[] {
  const [first] = curves;
  if (first === undefined) return [];
  const scales = curves.map((other) => overlayScale(first, other, scaling) ?? 1);
  const height = Math.max(...curves.map(({ curve }, i) => (scales[i] as number) * highestWithin(curve, window)));
  return curves.map(({ id, name, curve }, i) => {
    const by = stacked ? (curves.length - 1 - i) * offset * height : 0;
    const scale = scales[i] as number;
    const y = scale === 1 && by === 0 ? curve.y : curve.y.map((v) => v * scale + by);
    return { id, name, ppm: curve.ppm, y, colour: overlayColour(i), endLabel: true };
  });
}
