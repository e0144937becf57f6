// Where labels go so that they never collide: peak labels above the curve, names at the lines' ends.

export interface LabelRequest {
  readonly text: string;
  /** Pixel the label points to. */
  readonly x: number;
  /** Highest pixel of the curve under the label (smallest y). */
  readonly y: number;
  readonly width: number;
}

export interface PlacedLabel extends LabelRequest {
  /** Box of the text. */
  readonly left: number;
  readonly top: number;
}

export interface PlotBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const LABEL_HEIGHT = 14;
const GAP = 5;
const SIDE_GAP = 4;

const overlaps = (a: PlacedLabel, b: PlacedLabel): boolean =>
  a.left < b.left + b.width + SIDE_GAP &&
  b.left < a.left + a.width + SIDE_GAP &&
  a.top < b.top + LABEL_HEIGHT &&
  b.top < a.top + LABEL_HEIGHT;

/**
 * Places labels above their peaks, first come first served; one that collides moves up, and one that finds no room
 * inside the plot is left out.
 * @param requests in order of importance
 * @param curveTop highest pixel of the curve between two pixel columns, so that no label lies on a line
 */
export function placePeakLabels(
  requests: readonly LabelRequest[],
  box: PlotBox,
  curveTop: (fromX: number, toX: number) => number,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const request of requests) {
    if (request.x < box.left || request.x > box.right) continue;
    const left = Math.min(Math.max(request.x - request.width / 2, box.left), box.right - request.width);
    let top = Math.min(request.y, curveTop(left, left + request.width)) - GAP - LABEL_HEIGHT;
    let label: PlacedLabel = { ...request, left, top };
    for (let hit = placed.find((p) => overlaps(p, label)); hit !== undefined;) {
      top = hit.top - LABEL_HEIGHT;
      label = { ...request, left, top };
      const moved = label;
      hit = placed.find((p) => overlaps(p, moved));
    }
    if (label.top >= box.top) placed.push(label);
  }
  return placed;
}

/**
 * Spreads labels along a vertical line with a least distance, each as near to its wish as the others allow.
 * @param wishes centre pixels
 * @param low,high limits of the centres
 * @returns centres in the order of the wishes, or null where they don't fit
 */
export function spreadVertically(wishes: readonly number[], gap: number, low: number, high: number): number[] | null {
  if (wishes.length === 0) return [];
  if ((wishes.length - 1) * gap > high - low) return null;
  const order = wishes.map((_, i) => i).sort((a, b) => (wishes[a] as number) - (wishes[b] as number));
  const centres = new Array<number>(wishes.length);
  let previous = low - gap;
  for (const i of order) {
    previous = Math.max(wishes[i] as number, previous + gap);
    centres[i] = previous;
  }
  let next = high + gap;
  for (const i of [...order].reverse()) {
    next = Math.min(centres[i] as number, next - gap);
    centres[i] = next;
  }
  return centres;
}
