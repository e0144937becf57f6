// The offsets that each method found, transient by transient, against the median of all.
import { t } from '../../app/i18n/index.ts';
import { marksPath, type Figure, type FigureSize, type Shape } from '../../charts/figure.ts';
import { median } from '../../../core/math/robustStatistics.ts';
import type { DrawnSide } from './spectraFigures.ts';
import { extentOf, toX, toY, widened, xAxis, yAxis, type Plane } from './plane.ts';

const MARGIN = { left: 40, right: 14, top: 20, bottom: 38 } as const;
/** Holds the name of the quantity below it. */
const GAP = 22;
const DOT = 1.6;

const turned = (deg: number): number => {
  const within = ((((deg + 180) % 360) + 360) % 360) - 180;
  return within === -180 ? 180 : within;
};

/** Phases against their mean direction. [degrees] */
function centredPhases(phaseDeg: Float64Array): number[] {
  const sum = (f: (rad: number) => number): number => phaseDeg.reduce((s, d) => s + f((d * Math.PI) / 180), 0);
  const mean = (Math.atan2(sum(Math.sin), sum(Math.cos)) * 180) / Math.PI;
  return Array.from(phaseDeg, (d) => turned(d - mean));
}

function centredShifts(shiftHz: Float64Array): number[] {
  const middle = median([...shiftHz]);
  return Array.from(shiftHz, (v) => v - middle);
}

interface Track {
  readonly side: DrawnSide;
  readonly values: readonly number[];
}

function trackShapes(p: Plane, { side, values }: Track, withRejected: boolean): Shape[] {
  const place = (k: number): readonly [number, number] => {
    const y = Math.min(p.top + p.height, Math.max(p.top, toY(p, values[k] as number)));
    return [toX(p, k + 1), y];
  };
  const all = values.map((_, k) => k);
  const kept = all.filter((k) => !side.rejected.has(k));
  const out = withRejected ? all.filter((k) => side.rejected.has(k)) : [];
  const line = kept
    .map(
      (k, i) =>
        `${i === 0 ? 'M' : 'L'}${place(k)
          .map((v) => v.toFixed(1))
          .join(' ')}`,
    )
    .join('');
  const crosses = out.map((k) => {
    const [x, y] = place(k);
    const value = values[k] as number;
    if (value > p.y.high) return `M${x - 4} ${y + 8}l4 -7l4 7z`;
    if (value < p.y.low) return `M${x - 4} ${y - 8}l4 7l4 -7z`;
    return `M${x - 4} ${y - 4}l8 8M${x - 4} ${y + 4}l8 -8`;
  });
  return [
    { kind: 'path', d: line, colour: side.colour, width: 0.9, opacity: 0.55 },
    { kind: 'path', d: marksPath(kept.map(place), DOT), colour: side.colour, width: 0, filled: true },
    { kind: 'path', d: crosses.join(''), colour: 'stop', width: 1.5 },
  ];
}

/**
 * Rejected transients are crosses; those beyond the axis, which follows the others, are arrows at its border.
 * @param sides those that found offsets; "as measured" has none
 */
export function driftFigure(sides: readonly DrawnSide[], withRejected: boolean, size: FigureSize): Figure {
  const count = Math.max(2, ...sides.map((s) => s.curves.shiftHz.length));
  const width = size.width - MARGIN.left - MARGIN.right;
  const height = (size.height - MARGIN.top - MARGIN.bottom - GAP) / 2;
  const quantities = [
    { name: t('corrections.axes.frequency'), of: (s: DrawnSide) => centredShifts(s.curves.shiftHz) },
    { name: t('corrections.axes.phase'), of: (s: DrawnSide) => centredPhases(s.curves.phaseDeg) },
  ];
  const shapes = quantities.flatMap(({ name, of }, i): Shape[] => {
    const tracks = sides.map((side): Track => ({ side, values: of(side) }));
    const counted = tracks.map(({ side, values }) => values.filter((_, k) => !side.rejected.has(k)));
    const p: Plane = {
      left: MARGIN.left,
      top: MARGIN.top + i * (height + GAP),
      width,
      height,
      x: [0, count + 1],
      y: widened(extentOf([...counted, [0]]), 0.08),
    };
    return [
      ...yAxis(p, name),
      ...xAxis(p, i === 1 ? t('corrections.axes.transient') : null),
      ...tracks.flatMap((track) => trackShapes(p, track, withRejected)),
    ];
  });
  return { ...size, shapes, marks: [] };
}
