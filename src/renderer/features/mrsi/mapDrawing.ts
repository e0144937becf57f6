// The grid on its canvas: coloured voxels, hatched ones above the limit or outside the mask, a corner on those that a network
// doesn't know, spectra, grid lines, regions, the chosen voxel outlined.
import { cssColour, mapColour, type ColourMapName } from '../../charts/colourMaps.ts';
import type { GridSpectraView } from '../../../ipc/contract.ts';
import type { GridDrawing, VoxelMap } from './model.ts';
import { drawRegion, type DrawnRegion } from './regionDrawing.ts';
import { drawSpectra, spectraScale } from './spectraDrawing.ts';

export interface MapColours {
  readonly map: ColourMapName;
  readonly line: string;
  readonly hatch: string;
  readonly caution: string;
  readonly accent: string;
  readonly text: string;
}

/** One slice of a map, its voxels `cell` CSS pixels wide. */
export interface DrawnMap {
  readonly map: VoxelMap;
  /** How strongly the map is coloured, 0 to 1. */
  readonly opacity: number;
  readonly spectra: GridSpectraView | null;
  readonly regions: readonly DrawnRegion[];
  readonly drawing: GridDrawing;
  readonly cell: number;
  readonly chosen: number;
}

const HATCH_STEP = 5;
/** Legs of the corner that marks a doubtful voxel: part of the voxel, and no less than can be seen. [CSS pixels] */
const CORNER_PART = 0.4;
const SMALLEST_CORNER = 4;
/** Sets the corner off from every colour of the map. */
const CORNER_EDGE = 'rgba(8, 10, 14, 0.85)';

/** @param rising lines from lower left to upper right; false: the other way */
function hatch(context: CanvasRenderingContext2D, x: number, y: number, cell: number, rising: boolean): void {
  context.save();
  context.beginPath();
  context.rect(x, y, cell, cell);
  context.clip();
  context.beginPath();
  for (let offset = -cell; offset < cell; offset += HATCH_STEP) {
    context.moveTo(x + offset, rising ? y + cell : y);
    context.lineTo(x + offset + cell, rising ? y : y + cell);
  }
  context.stroke();
  context.restore();
}

/** Bottom left: a triangle with a dark edge. */
function markCorner(context: CanvasRenderingContext2D, x: number, y: number, cell: number, colour: string): void {
  const leg = Math.min(cell, Math.max(SMALLEST_CORNER, CORNER_PART * cell));
  context.beginPath();
  context.moveTo(x + 0.5, y + cell - leg);
  context.lineTo(x + leg, y + cell - 0.5);
  context.lineTo(x + 0.5, y + cell - 0.5);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
  context.save();
  context.strokeStyle = CORNER_EDGE;
  context.stroke();
  context.restore();
}

function drawVoxels(context: CanvasRenderingContext2D, drawn: DrawnMap, colours: MapColours): void {
  const { map, drawing, cell, opacity } = drawn;
  const { values, states, unlike, low, high } = map;
  if (opacity === 0) return;
  context.strokeStyle = colours.hatch;
  context.lineWidth = 1;
  for (let row = 0; row < drawing.rows; row++) {
    for (let column = 0; column < drawing.columns; column++) {
      const voxel = drawing.voxelAt(column, row);
      const value = values[voxel] as number;
      const state = states[voxel];
      if (state === 'aboveLimit' || state === 'lowQuality') {
        hatch(context, column * cell, row * cell, cell, state === 'aboveLimit');
      }
      // Zero and no value are transparent: only what was measured is coloured.
      if (value > 0) {
        context.globalAlpha = opacity;
        context.fillStyle = cssColour(mapColour(colours.map, (value - low) / (high - low)));
        context.fillRect(column * cell, row * cell, cell, cell);
        context.globalAlpha = 1;
      }
      if (unlike[voxel] === true) markCorner(context, column * cell, row * cell, cell, colours.caution);
    }
  }
}

function drawLines(context: CanvasRenderingContext2D, { drawing, cell }: DrawnMap, colour: string): void {
  const width = cell * drawing.columns;
  const height = cell * drawing.rows;
  context.strokeStyle = colour;
  context.globalAlpha = 0.35;
  context.lineWidth = 1;
  context.beginPath();
  for (let c = 0; c <= drawing.columns; c++) {
    const x = Math.min(width - 0.5, c * cell + 0.5);
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  for (let r = 0; r <= drawing.rows; r++) {
    const y = Math.min(height - 0.5, r * cell + 0.5);
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
  context.globalAlpha = 1;
}

function outline(context: CanvasRenderingContext2D, { drawing, cell, chosen }: DrawnMap, accent: string): void {
  const { column, row } = drawing.placeOf(chosen);
  const box = [column * cell + 1, row * cell + 1, cell - 2, cell - 2] as const;
  context.strokeStyle = 'rgba(8, 10, 14, 0.85)';
  context.lineWidth = 5;
  context.strokeRect(...box);
  context.strokeStyle = accent;
  context.lineWidth = 2;
  context.strokeRect(...box);
}

/** Draws the map over the whole canvas, sharp on any screen. */
export function drawMap(canvas: HTMLCanvasElement, drawn: DrawnMap, colours: MapColours): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = window.devicePixelRatio || 1;
  const width = drawn.cell * drawn.drawing.columns;
  const height = drawn.cell * drawn.drawing.rows;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  drawVoxels(context, drawn, colours);
  drawLines(context, drawn, colours.line);
  const { spectra, drawing, cell, regions } = drawn;
  if (spectra !== null) drawSpectra(context, { spectra, scale: spectraScale(spectra), drawing, cell }, colours.text);
  for (const region of regions) drawRegion(context, region, drawing, cell);
  outline(context, drawn, colours.accent);
}
