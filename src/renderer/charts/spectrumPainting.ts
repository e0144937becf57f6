// Panels of spectra painted on a canvas: ground, curves, axis. Painted anew for every frame, which a canvas does fast enough
// to follow the hand.
import { addLine, emptyCoverage, writePixels, type Coverage } from './bundleRaster.ts';
import { heightToPixel, ppmToPixel } from './chartGeometry.ts';
import { paintOf, type ChartPanel, type ChartSeries, type LineBundle } from './chartTypes.ts';
import type { ChartLook, PanelBox } from './spectrumLayout.ts';
import { eachDrawnSample, tickStep, tickValues } from './spectrumScale.ts';

export interface PaintFrame {
  readonly context: CanvasRenderingContext2D;
  readonly look: ChartLook;
  /** Family of the axis' figures. */
  readonly font: string;
  readonly axisName: string;
  /** Device pixels a CSS pixel. */
  readonly ratio: number;
}

const LINE_WIDTH = 1.25;
const DASHES = [5, 4];
const LABEL_SIZE = 11;

function paintGround(frame: PaintFrame, panel: ChartPanel, box: PanelBox): void {
  const { context, look } = frame;
  const { colours, range } = look;
  const right = box.left + box.width;
  if (look.shade !== null) {
    const from = Math.max(box.left, ppmToPixel(box, range, look.shade[0]));
    const to = Math.min(right, ppmToPixel(box, range, look.shade[1]));
    context.fillStyle = colours.shade;
    if (to > from) context.fillRect(from, box.top, to - from, box.height);
  }
  const half = panel.bandHalfWidth ?? 0;
  if (half > 0) {
    const top = Math.max(box.top, heightToPixel(box, half));
    const bottom = Math.min(box.top + box.height, heightToPixel(box, -half));
    context.fillStyle = colours.band;
    if (bottom > top) context.fillRect(box.left, top, box.width, bottom - top);
  }
  if (panel.zeroLine === true) {
    context.globalAlpha = 0.6;
    strokeLine(context, [box.left, heightToPixel(box, 0)], [right, heightToPixel(box, 0)], colours.muted);
    context.globalAlpha = 1;
  }
}

type Point = readonly [x: number, y: number];

/** A line one pixel wide, on the pixels and not between them. */
function strokeLine(context: CanvasRenderingContext2D, from: Point, to: Point, colour: string): void {
  const sharp = (v: number): number => Math.round(v) + 0.5;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(sharp(from[0]), sharp(from[1]));
  context.lineTo(sharp(to[0]), sharp(to[1]));
  context.stroke();
}

function strokeSeries({ context, look }: PaintFrame, series: ChartSeries, box: PanelBox): void {
  const { ppm, y } = series;
  const { range } = look;
  // Written out, for this runs for every sample of every frame.
  const perPpm = box.width / (range[0] - range[1]);
  const perUnit = box.height / (box.extent.high - box.extent.low);
  context.beginPath();
  eachDrawnSample(ppm, y, range, Math.round(box.width), (i) => {
    const x = box.left + (range[0] - (ppm[i] as number)) * perPpm;
    context.lineTo(x, box.top + (box.extent.high - (y[i] as number)) * perUnit);
  });
  context.strokeStyle = paintOf(series.colour, look.colours);
  context.lineWidth = series.width ?? LINE_WIDTH;
  context.globalAlpha = series.opacity ?? 1;
  context.setLineDash(series.dashed === true ? DASHES : []);
  context.stroke();
  context.globalAlpha = 1;
}

interface Sheet {
  readonly canvas: OffscreenCanvas;
  readonly coverage: Coverage;
  readonly image: ImageData;
}
/** For the lines' pixels, kept from frame to frame. */
let sheet: Sheet | null = null;

function sheetOf(width: number, height: number): Sheet {
  if (sheet === null || sheet.image.width !== width || sheet.image.height !== height) {
    const canvas = new OffscreenCanvas(width, height);
    sheet = { canvas, coverage: emptyCoverage(width, height), image: new ImageData(width, height) };
  }
  return sheet;
}

/** Red, green, blue of "#rrggbb". */
function rgbOf(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function paintBundle({ context, look, ratio }: PaintFrame, bundle: LineBundle, box: PanelBox): void {
  const { coverage, image, canvas } = sheetOf(Math.round(box.width * ratio), Math.round(box.height * ratio));
  coverage.ends.fill(0);
  const view = { range: look.range, extent: box.extent };
  const { lines, ppm, step, opacity } = bundle;
  lines.forEach((y, i) => addLine(coverage, view, { ppm, y, by: (lines.length - 1 - i) * step }));
  const colour = rgbOf(paintOf(bundle.colour, look.colours));
  writePixels(coverage, { most: lines.length, opacity, colour }, image.data);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  context.drawImage(canvas, box.left, box.top, box.width, box.height);
}

function paintAxis(frame: PaintFrame, boxes: readonly PanelBox[]): void {
  const { context, look, font, axisName } = frame;
  const last = boxes[boxes.length - 1];
  if (last === undefined) return;
  const { range, colours } = look;
  const step = tickStep(range[0] - range[1], look.size.width);
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const bottom = last.top + last.height;
  strokeLine(context, [last.left, bottom], [last.left + last.width, bottom], colours.muted);
  context.font = `${LABEL_SIZE}px ${font}`;
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  for (const ppm of tickValues(range, step)) {
    const x = ppmToPixel(last, range, ppm);
    strokeLine(context, [x, bottom], [x, bottom + 5], colours.muted);
    context.fillStyle = colours.muted;
    context.fillText((Math.abs(ppm) < step / 2 ? 0 : ppm).toFixed(digits).replace('-', '−'), x, bottom + 17);
  }
  context.fillText(axisName, last.left + last.width / 2, bottom + 34);
}

function paintGrid({ context, look }: PaintFrame, box: PanelBox): void {
  const { range, colours, size } = look;
  context.globalAlpha = 0.45;
  for (const ppm of tickValues(range, tickStep(range[0] - range[1], size.width))) {
    const x = ppmToPixel(box, range, ppm);
    strokeLine(context, [x, box.top], [x, box.top + box.height], colours.line);
  }
  context.globalAlpha = 1;
  context.strokeStyle = colours.line;
  context.strokeRect(Math.round(box.left) + 0.5, Math.round(box.top) + 0.5, Math.round(box.width), Math.round(box.height)); // prettier-ignore
}

function paintPanel(frame: PaintFrame, panel: ChartPanel, box: PanelBox): void {
  const { context } = frame;
  paintGrid(frame, box);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  paintGround(frame, panel, box);
  context.lineJoin = 'round';
  if (panel.bundle !== undefined) paintBundle(frame, panel.bundle, box);
  for (const series of panel.series) strokeSeries(frame, series, box);
  context.restore();
}

/** Paints the whole chart anew. @param boxes of the panels, in their order */
export function paintSpectrum(frame: PaintFrame, panels: readonly ChartPanel[], boxes: readonly PanelBox[]): void {
  const { context, look, ratio } = frame;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, look.size.width, look.size.height);
  panels.forEach((panel, i) => {
    const box = boxes[i];
    if (box !== undefined) paintPanel(frame, panel, box);
  });
  paintAxis(frame, boxes);
}
