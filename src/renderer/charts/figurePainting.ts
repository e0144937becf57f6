// A figure's shapes painted on a canvas: for figures of hundreds of lines, which as SVG elements would be slow.
import type { ChartColours } from './chartTypes.ts';
import { DASHES, MARK_RADIUS, marksPath, type Figure, type Shape, type ShapeColour } from './figure.ts';

const DASH_LENGTHS = DASHES.split(' ').map(Number);

function paintText(context: CanvasRenderingContext2D, shape: Shape & { readonly kind: 'text' }, colour: string): void {
  context.save();
  context.fillStyle = colour;
  context.textAlign = { start: 'left', middle: 'center', end: 'right' }[shape.anchor] as CanvasTextAlign;
  context.translate(...shape.at);
  if (shape.upright === true) context.rotate(-Math.PI / 2);
  context.fillText(shape.text, 0, 0);
  context.restore();
}

function paintShape(context: CanvasRenderingContext2D, shape: Shape, paint: (colour: ShapeColour) => string): void {
  if (shape.kind === 'image') {
    context.imageSmoothingEnabled = false;
    context.drawImage(shape.source, shape.left, shape.top, shape.width, shape.height);
    return;
  }
  const colour = paint(shape.colour);
  if (shape.kind === 'text') {
    paintText(context, shape, colour);
    return;
  }
  if (shape.kind === 'area') {
    context.fillStyle = colour;
    context.fillRect(shape.left, shape.top, shape.width, shape.height);
    return;
  }
  const path =
    shape.kind === 'path'
      ? new Path2D(shape.d)
      : new Path2D(`M${shape.from[0]} ${shape.from[1]}L${shape.to[0]} ${shape.to[1]}`);
  context.globalAlpha = shape.kind === 'path' ? (shape.opacity ?? 1) : 1;
  if (shape.kind === 'path' && shape.filled === true) {
    context.fillStyle = colour;
    context.fill(path);
  } else {
    context.strokeStyle = colour;
    context.lineWidth = shape.width ?? 1;
    context.setLineDash(shape.dashed === true ? DASH_LENGTHS : []);
    context.stroke(path);
  }
  context.globalAlpha = 1;
}

/**
 * Paints a figure over the whole canvas, sharp on any screen.
 * @param font family of the labels
 */
export function paintFigure(canvas: HTMLCanvasElement, figure: Figure, colours: ChartColours, font: string): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(figure.width * ratio);
  canvas.height = Math.round(figure.height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = `11px ${font}`;
  context.lineJoin = 'round';
  const paint = (colour: ShapeColour): string =>
    colour.startsWith('#') ? colour : colours[colour as keyof ChartColours];
  for (const shape of figure.shapes) paintShape(context, shape, paint);
  if (figure.marks.length === 0 || figure.drawsOwnMarks === true) return;
  context.fillStyle = colours.accent;
  context.fill(new Path2D(marksPath(figure.marks, MARK_RADIUS)));
}
