// Where the peak labels of a spectrum go: at their line's top, never over one another.
import type { FitCurves } from '../domain/quantification.ts';

/** A label wanted at a place of the plot, in plot units. */
export interface LabelWish {
  readonly text: string;
  readonly x: number;
  /** Top of the line it belongs to (y grows downwards). */
  readonly y: number;
}

export interface PlacedLabel extends LabelWish {
  /** Baseline of the text. */
  readonly textY: number;
}

/** Chemical shifts of the lines that readers look for. [ppm] Source: Govindaraju 2000, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V. */
const LANDMARKS: readonly { readonly text: string; readonly ppm: number; readonly members: readonly string[] }[] = [
  { text: 'tCr', ppm: 3.92, members: ['Cr', 'PCr'] },
  { text: 'mI', ppm: 3.56, members: ['Ins'] },
  { text: 'tCho', ppm: 3.21, members: ['GPC', 'PCho', 'Cho'] },
  { text: 'tCr', ppm: 3.03, members: ['Cr', 'PCr'] },
  // Signals that only the fit of a difference spectrum has.
  { text: 'GABA+', ppm: 3.01, members: ['MM3co', 'GABA+'] },
  { text: 'Glx', ppm: 3.75, members: ['Glx'] },
  { text: 'Glx', ppm: 2.34, members: ['Glu', 'Gln'] },
  { text: 'tNAA', ppm: 2.01, members: ['NAA', 'NAAG'] },
  { text: 'Lac', ppm: 1.31, members: ['Lac'] },
];

/** A line is labelled only where its fitted component reaches this part of the tallest line. */
const LABEL_THRESHOLD = 0.05;
const SEARCH_PPM = 0.06;

/** @returns landmarks that the fit found, with their place (ppm) and the height of the data there */
export function landmarks(curves: FitCurves): { text: string; ppm: number; height: number }[] {
  const top = curves.fit.reduce((m, v, i) => Math.max(m, v - (curves.baseline[i] as number)), 0);
  const found: { text: string; ppm: number; height: number }[] = [];
  for (const mark of LANDMARKS) {
    const members = curves.components.filter((c) => mark.members.includes(c.name));
    let best = 0;
    let at = -1;
    let height = -Infinity;
    for (let i = 0; i < curves.ppm.length; i++) {
      if (Math.abs((curves.ppm[i] as number) - mark.ppm) > SEARCH_PPM) continue;
      const sum = members.reduce((s, c) => s + (c.curve[i] as number), 0);
      height = Math.max(height, curves.data[i] as number, curves.fit[i] as number);
      if (sum > best) {
        best = sum;
        at = i;
      }
    }
    if (at >= 0 && best >= LABEL_THRESHOLD * top)
      found.push({ text: mark.text, ppm: curves.ppm[at] as number, height });
  }
  return found;
}

/**
 * Places labels above their lines; one that would touch an earlier one is raised until it is free.
 * @param wishes labels with the tops of their lines
 * @param size text height and width of one character, plot units
 */
export function placeLabels(
  wishes: readonly LabelWish[],
  size: { readonly height: number; readonly characterWidth: number },
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  const width = (t: string): number => t.length * size.characterWidth + 4;
  for (const wish of [...wishes].sort((a, b) => b.y - a.y)) {
    let textY = wish.y - 4;
    const touches = (other: PlacedLabel): boolean =>
      Math.abs(other.x - wish.x) < (width(other.text) + width(wish.text)) / 2 &&
      Math.abs(other.textY - textY) < size.height;
    for (let hit = placed.find(touches); hit !== undefined; hit = placed.find(touches)) textY = hit.textY - size.height;
    placed.push({ ...wish, textY });
  }
  return placed;
}
