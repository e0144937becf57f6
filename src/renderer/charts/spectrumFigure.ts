// Panels of spectra as a figure that can be saved: the same panels as the chart draws, in the light look.
import { t } from '../app/i18n/index.ts';
import type { ChartPanel, PpmRange } from './chartTypes.ts';
import { ppmToPixel, heightToPixel } from './chartGeometry.ts';
import { PRINT_COLOURS, type Figure, type FigureSize, type Shape } from './figure.ts';
import { layoutPanels, type PanelBox } from './spectrumLayout.ts';
import { decimate, tickStep, tickValues } from './spectrumScale.ts';

function panelShapes(panel: ChartPanel, box: PanelBox, range: PpmRange): Shape[] {
  const right = box.left + box.width;
  const inside = (y: number): number => Math.min(box.top + box.height, Math.max(box.top, heightToPixel(box, y)));
  const paths = panel.series.map((series): Shape => {
    const points = decimate(series.ppm, series.y, range, Math.round(box.width)).filter(
      ([ppm]) => ppm <= range[0] && ppm >= range[1],
    );
    const d = points.map(([ppm, y], i) => `${i === 0 ? 'M' : 'L'}${ppmToPixel(box, range, ppm).toFixed(2)} ${inside(y).toFixed(2)}`); // prettier-ignore
    const dashed = series.dashed === true;
    return { kind: 'path', d: d.join(''), colour: series.colour, width: series.width ?? 1.25, dashed };
  });
  const names = panel.series.map((series, i): Shape => {
    const at = [right - 6, box.top + 14 + 14 * i] as const;
    return { kind: 'text', at, text: series.name, anchor: 'end', colour: series.colour };
  });
  const zero: Shape[] =
    panel.zeroLine === true
      ? [{ kind: 'line', from: [box.left, inside(0)], to: [right, inside(0)], colour: 'muted', width: 0.8 }]
      : [];
  const title: Shape = { kind: 'text', at: [box.left + 4, box.top + 12], text: panel.title, anchor: 'start', colour: 'muted' }; // prettier-ignore
  return [...zero, ...paths, ...(panel.title === '' ? [] : [title]), ...names];
}

/** @param range ppm at the left and the right border */
export function spectrumFigure(panels: readonly ChartPanel[], range: PpmRange, size: FigureSize): Figure {
  const look = { range, shade: null, colours: PRINT_COLOURS, size, endRoom: 0, headroom: 0.08 };
  const boxes = layoutPanels(panels, look);
  const last = boxes[boxes.length - 1];
  if (last === undefined) return { ...size, shapes: [], marks: [] };
  const bottom = last.top + last.height;
  const step = tickStep(range[0] - range[1], size.width);
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const ticks = tickValues(range, step).flatMap((ppm): Shape[] => {
    const x = ppmToPixel(last, range, ppm);
    return [
      ...boxes.map((box): Shape => ({ kind: 'line', from: [x, box.top], to: [x, box.top + box.height], colour: 'line', width: 0.6 })), // prettier-ignore
      { kind: 'text', at: [x, bottom + 16], text: ppm.toFixed(digits), anchor: 'middle', colour: 'muted' },
    ];
  });
  const middle = last.left + last.width / 2;
  return {
    ...size,
    shapes: [
      ...ticks,
      ...panels.flatMap((panel, i) => panelShapes(panel, boxes[i] as PanelBox, range)),
      { kind: 'line', from: [last.left, bottom], to: [last.left + last.width, bottom], colour: 'muted' },
      { kind: 'text', at: [middle, bottom + 33], text: t('charts.axis'), anchor: 'middle', colour: 'muted' },
    ],
    marks: [],
  };
}
