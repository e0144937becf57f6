// Rows of long tables: which are drawn, by where the list is scrolled to.
import { describe, expect, it } from 'vitest';
import { drawnRows, rowEdges } from '../../src/renderer/app/ui/rowWindow.ts';

describe('rows of one height', () => {
  const edges = rowEdges(10_000, () => 46);

  it('are drawn as many as are seen, and some beyond', () => {
    expect(drawnRows(0, 460, edges)).toEqual({ from: 0, to: 23 });
    expect(drawnRows(46_000, 460, edges)).toEqual({ from: 988, to: 1023 });
    expect(drawnRows(459_540, 460, edges)).toEqual({ from: 9978, to: 10_000 });
  });

  it('are drawn to the end where the list is shorter than it was scrolled', () => {
    const five = rowEdges(5, () => 46);
    expect(drawnRows(46_000, 460, five)).toEqual({ from: 0, to: 5 });
    const forty = rowEdges(40, () => 46);
    expect(drawnRows(46_000, 460, forty)).toEqual({ from: 18, to: 40 });
    expect(
      drawnRows(
        0,
        460,
        rowEdges(0, () => 46),
      ),
    ).toEqual({ from: 0, to: 0 });
  });
});

describe('rows of different heights', () => {
  it('have their edges one below the other', () => {
    expect([...rowEdges(4, (row) => (row === 2 ? 100 : 40))]).toEqual([0, 40, 80, 180, 220]);
  });

  it('are all drawn that touch what is seen, wherever it is scrolled', () => {
    const heights = Array.from({ length: 300 }, (_, row) => 30 + ((row * 37) % 90));
    const edges = rowEdges(300, (row) => heights[row] ?? 0);
    for (let top = 0; top < (edges.at(-1) ?? 0) - 500; top += 61) {
      const { from, to } = drawnRows(top, 500, edges);
      const seen = heights.flatMap((height, row) =>
        (edges[row] ?? 0) < top + 500 && (edges[row] ?? 0) + height > top ? [row] : [],
      );
      expect(from).toBeLessThanOrEqual(seen[0] ?? 0);
      expect(to).toBeGreaterThan(seen.at(-1) ?? 0);
      // Not many more than are seen.
      expect(to - from).toBeLessThan(seen.length + 27);
    }
  });
});
