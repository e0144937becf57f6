// Which rows of a long table are drawn: pure, over the edges of its rows. [CSS px]

/** Rows drawn beyond either edge of what is seen, so that scrolling shows no gap. */
const SPARE_ROWS = 12;

/** @returns the upper edge of each row, and the lower edge of the last */
export function rowEdges(count: number, heightAt: (row: number) => number): Float64Array {
  const edges = new Float64Array(count + 1);
  for (let row = 0; row < count; row++) edges[row + 1] = (edges[row] ?? 0) + heightAt(row);
  return edges;
}

/** The last row that begins at or above a place. */
function rowAt(edges: Float64Array, place: number): number {
  let [low, high] = [0, Math.max(0, edges.length - 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((edges[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * @param top how far the list is scrolled; more than it is long, where a search has just left fewer rows
 * @param height of what is seen
 * @returns the first row to draw, and one past the last
 */
export function drawnRows(top: number, height: number, edges: Float64Array): { from: number; to: number } {
  const count = edges.length - 1;
  const length = edges[count] ?? 0;
  const seenFrom = Math.max(0, Math.min(top, length - height));
  return {
    from: Math.max(0, rowAt(edges, seenFrom) - SPARE_ROWS),
    to: Math.min(count, rowAt(edges, seenFrom + height) + 1 + SPARE_ROWS),
  };
}
