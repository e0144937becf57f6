// Chart arithmetic: ranges, ticks, decimation, labels that never collide, panel scales.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addLine, emptyCoverage, writePixels } from '../../src/renderer/charts/bundleRaster.ts';
import {
  mainPanelIndex,
  pickedSeries,
  readingAt,
  readingDifference,
  readingTexts,
  scaleBarHeight,
} from '../../src/renderer/charts/chartReadings.ts';
import {
  endLabels,
  heightToPixel,
  peakLabels,
  pixelToPpm,
  ppmToPixel,
} from '../../src/renderer/charts/chartGeometry.ts';
import type { ChartPanel, PpmRange } from '../../src/renderer/charts/chartTypes.ts';
import { LABEL_HEIGHT, placePeakLabels, spreadVertically } from '../../src/renderer/charts/labelPlacement.ts';
import { layoutPanels, type ChartLook } from '../../src/renderer/charts/spectrumLayout.ts';
import {
  clampRange,
  decimate,
  nearestIndex,
  panelExtent,
  panRange,
  tickStep,
  tickValues,
  valueExtent,
  visibleIndices,
  zoomRange,
} from '../../src/renderer/charts/spectrumScale.ts';

const ppm = Float64Array.from({ length: 1001 }, (_, i) => 10 - i * 0.01);
const LIMITS: PpmRange = [10, 0];

describe('ranges', () => {
  it('finds the visible samples and one neighbour on each side', () => {
    const { start, end } = visibleIndices(ppm, [4.205, 0.195]);
    expect(ppm[start]).toBeCloseTo(4.21, 9);
    expect(ppm[end - 1]).toBeCloseTo(0.19, 9);
    expect(ppm[nearestIndex(ppm, 2.0149)]).toBeCloseTo(2.01, 9);
    expect(nearestIndex(ppm, 99)).toBe(0);
    expect(nearestIndex(ppm, -99)).toBe(1000);
  });

  it('zooms around the point under the cursor', () => {
    const zoomed = zoomRange([4.2, 0.2], 2, 0.5, LIMITS);
    expect(zoomed[0] - zoomed[1]).toBeCloseTo(2, 12);
    expect((zoomed[0] - 2) / (zoomed[0] - zoomed[1])).toBeCloseTo((4.2 - 2) / 4, 12);
  });

  it('never leaves the axis and never turns over, whatever is asked', () => {
    const any = fc.double({ min: -30, max: 30, noNaN: true });
    fc.assert(
      fc.property(any, any, fc.double({ min: 0.01, max: 20, noNaN: true }), any, (a, b, factor, part) => {
        const start = clampRange([Math.max(a, b), Math.min(a, b)], LIMITS);
        for (const range of [start, zoomRange(start, a, factor, LIMITS), panRange(start, part, LIMITS)]) {
          expect(range[0]).toBeGreaterThan(range[1]);
          expect(range[0]).toBeLessThanOrEqual(LIMITS[0] + 1e-9);
          expect(range[1]).toBeGreaterThanOrEqual(LIMITS[1] - 1e-9);
        }
      }),
    );
  });

  it('pans by a part of the width, towards lower ppm for positive parts', () => {
    const [left, right] = panRange([4.2, 0.2], 0.025, LIMITS);
    expect(left).toBeCloseTo(4.1, 12);
    expect(right).toBeCloseTo(0.1, 12);
  });

  it('puts ticks on round values inside the range', () => {
    expect(tickStep(4, 600)).toBe(0.5);
    expect(tickValues([4.2, 0.2], 0.5)).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
    expect(tickStep(0.2, 600)).toBeCloseTo(0.05, 12);
  });
});

describe('y ranges', () => {
  const y = ppm.map((p) => (Math.abs(p - 4.7) < 0.005 ? 1000 : Math.abs(p - 2) < 0.005 ? 10 : 0));
  const panel: ChartPanel = { id: 'a', title: '', weight: 1, series: [{ id: 's', name: 's', ppm, y, colour: 'text' }] };

  it('follows what is visible, not the water beside it', () => {
    expect(valueExtent(ppm, y, [4.2, 0.2])).toEqual({ low: 0, high: 10 });
    expect(panelExtent(panel, [4.2, 0.2]).high).toBeLessThan(12);
    expect(panelExtent(panel, [10, 0]).high).toBeGreaterThan(1000);
  });

  it('is never empty', () => {
    const flat: ChartPanel = { ...panel, series: [{ id: 's', name: 's', ppm, y: y.map(() => 3), colour: 'text' }] };
    expect(panelExtent(flat, [4, 1])).toEqual({ low: 2, high: 4 });
    expect(panelExtent({ ...panel, series: [] }, [4, 1])).toEqual({ low: -1, high: 1 });
  });

  it('draws a residual at the data’s own scale', () => {
    const residual: ChartPanel = {
      id: 'r',
      title: '',
      weight: 0.25,
      zeroLine: true,
      scaleAs: 'a',
      series: [{ id: 'r', name: 'r', ppm, y: y.map(() => 0.5), colour: 'text' }],
    };
    const colours = {
      text: '',
      muted: '',
      accent: '',
      line: '',
      before: '',
      after: '',
      caution: '',
      stop: '',
      shade: '',
      band: '',
      panel: '',
    };
    const look: ChartLook = {
      range: [4.2, 0.2],
      shade: null,
      colours,
      size: { width: 800, height: 600 },
      endRoom: 0,
      headroom: 0.1,
    };
    const [top, main] = layoutPanels([residual, panel], look);
    const unit = (box: typeof main): number => (box!.extent.high - box!.extent.low) / box!.height;
    expect(unit(top)).toBeCloseTo(unit(main), 9);
    expect(top!.extent.low).toBeCloseTo(-top!.extent.high, 12);
    expect(main!.top).toBeGreaterThan(top!.top + top!.height);
    expect(ppmToPixel(main!, look.range, pixelToPpm(main!, look.range, 333))).toBeCloseTo(333, 9);
    expect(heightToPixel(main!, main!.extent.high)).toBeCloseTo(main!.top, 9);
  });
});

describe('decimate', () => {
  it('keeps a spike of one sample among 100 000, at its place', () => {
    const n = 100_000;
    const axis = Float64Array.from({ length: n }, (_, i) => 10 - (10 * i) / n);
    const y = new Float64Array(n);
    y[54_321] = 7;
    y[54_322] = -7;
    const points = decimate(axis, y, [10, 0], 500);
    expect(points.length).toBeLessThanOrEqual(2000);
    expect(points).toContainEqual([axis[54_321], 7]);
    expect(points).toContainEqual([axis[54_322], -7]);
    for (let i = 1; i < points.length; i++) expect(points[i]![0]).toBeLessThan(points[i - 1]![0]);
  });

  it('gives every sample where there are few', () => {
    expect(decimate(ppm, ppm, [10, 0], 500)).toHaveLength(1001);
  });
});

describe('labels', () => {
  const box = { left: 0, top: 0, right: 600, bottom: 300 };

  it('never collide, stay inside, and never lie on the curve', () => {
    const request = fc.record({
      text: fc.constant('tNAA'),
      x: fc.double({ min: -20, max: 620, noNaN: true }),
      y: fc.double({ min: 30, max: 300, noNaN: true }),
      width: fc.double({ min: 10, max: 60, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 25 }), (requests) => {
        const placed = placePeakLabels(requests, box, () => 300);
        placed.forEach((a, i) => {
          expect(a.top).toBeGreaterThanOrEqual(0);
          expect(a.left).toBeGreaterThanOrEqual(0);
          expect(a.left + a.width).toBeLessThanOrEqual(600 + 1e-9);
          expect(a.top + LABEL_HEIGHT).toBeLessThan(a.y);
          placed.slice(0, i).forEach((b) => {
            const apart =
              a.left >= b.left + b.width ||
              b.left >= a.left + a.width ||
              a.top >= b.top + LABEL_HEIGHT ||
              b.top >= a.top + LABEL_HEIGHT;
            expect(apart).toBe(true);
          });
        });
      }),
    );
  });

  it('rises above a curve that is higher beside the peak', () => {
    const [label] = placePeakLabels([{ text: 'mI', x: 100, y: 200, width: 20 }], box, () => 120);
    expect(label!.top + LABEL_HEIGHT).toBeLessThan(120);
  });

  it('keeps its distance along the lines’ ends, or says that there is no room', () => {
    expect(spreadVertically([50, 51, 52], 12, 0, 100)).toEqual([50, 62, 74]);
    const low = spreadVertically([98, 99, 100], 12, 0, 100)!;
    expect(low[2]).toBeLessThanOrEqual(100);
    expect(low[1]! - low[0]!).toBeGreaterThanOrEqual(12);
    expect(spreadVertically([1, 2, 3], 60, 0, 100)).toBeNull();
  });

  it('names those lines first that are listed first where not all fit', () => {
    const series = ['NAA', 'Cr', 'Ins'].map((name, i) => ({
      id: name,
      name,
      ppm,
      y: ppm.map(() => i * 0.01),
      colour: '#ffffff' as const,
      endLabel: true,
    }));
    const panel: ChartPanel = { id: 'c', title: '', weight: 1, series };
    const small = { id: 'c', left: 0, top: 0, width: 100, height: 20, extent: { low: 0, high: 1 } };
    expect(endLabels(panel, small, [4, 1]).map((l) => l.text)).toEqual(['NAA']);
    expect(endLabels(panel, { ...small, height: 200 }, [4, 1])).toHaveLength(3);
  });
});

describe('what is read off a curve', () => {
  const y = ppm.map((p) => (Math.abs(p - 2) < 0.005 ? 8 : 0.5));
  const series = { id: 's', name: 's', ppm, y, colour: 'text' as const };
  const scale = { spectrometerFrequencyMHz: 123.2, referencePpm: 4.65 };

  it('is the nearest sample, in ppm, Hz from the reference and height', () => {
    const reading = readingAt(series, 2.003, scale)!;
    expect(reading.ppm).toBeCloseTo(2, 9);
    expect(reading.hz).toBeCloseTo(2.65 * 123.2, 9);
    expect(reading.height).toBe(8);
    expect(readingTexts(reading)).toEqual({ ppm: '2.000 ppm', hz: '326.5 Hz', height: '8.00' });
    expect(readingAt(undefined, 2, scale)).toBeNull();
    expect(readingTexts(readingAt(series, 2, { ...scale, spectrometerFrequencyMHz: null })!).hz).toBe('');
  });

  it('differs between two cursors with its sign', () => {
    const [a, b] = [readingAt(series, 3, scale)!, readingAt(series, 2, scale)!];
    const difference = readingDifference(a, b);
    expect(difference.ppm).toBeCloseTo(-1, 9);
    expect(difference.hz).toBeCloseTo(123.2, 9);
    expect(difference.height).toBeCloseTo(7.5, 12);
    expect(readingDifference(a, { ...b, hz: null }).hz).toBeNull();
  });

  it('is of the first panel that holds data, and a scale bar is round', () => {
    const panel: ChartPanel = { id: 'a', title: '', weight: 1, series: [series] };
    expect(mainPanelIndex([{ ...panel, zeroLine: true }, panel])).toBe(1);
    expect(mainPanelIndex([])).toBe(0);
    expect(scaleBarHeight({ low: -1, high: 9 })).toBe(2);
    expect(scaleBarHeight({ low: 0, high: 3e-5 })).toBeCloseTo(5e-6, 12);
  });
});

describe('a bundle of lines', () => {
  const [width, height] = [50, 40];
  const axis = Float64Array.from({ length: 4001 }, (_, i) => 10 - i * 0.0025);
  const level = new Float32Array(axis.length);
  const whole = { range: [10, 0] as PpmRange, extent: { low: -20, high: 20 } };
  /** Opacity of a pixel, from 0 to 1. */
  const drawn = (lines: readonly Float32Array[], view = whole, opacity = 1) => {
    const coverage = emptyCoverage(width, height);
    lines.forEach((y) => addLine(coverage, view, { ppm: axis, y, by: 0 }));
    const pixels = new Uint8ClampedArray(4 * width * height);
    writePixels(coverage, { most: lines.length, opacity, colour: [0x4d, 0xa3, 0xff] }, pixels);
    return (column: number, row: number): number => pixels[4 * (row * width + column) + 3]! / 255;
  };
  const rows = Array.from({ length: height }, (_, row) => row);
  const columns = Array.from({ length: width }, (_, column) => column);

  it('keeps a spike of one sample among eighty in its column, from end to end', () => {
    const y = level.slice();
    y[2010] = 15;
    const at = drawn([y]);
    const column = Math.floor((2010 / 4000) * width);
    for (let row = 5; row < 20; row++) expect(at(column, row)).toBeGreaterThan(0.99);
    for (let row = 6; row < 18; row++) expect(at(column + 2, row)).toBe(0);
  });

  it('is a line of its thickness where it is level, in every column, also where samples are far apart', () => {
    for (const range of [
      [10, 0],
      [5.01, 5],
    ] as const) {
      const at = drawn([level], { ...whole, range });
      for (const column of columns) {
        // Sixteenths of a pixel at each end.
        expect(Math.abs(rows.reduce((sum, row) => sum + at(column, row), 0) - 1.25)).toBeLessThan(0.13);
        expect(at(column, 19)).toBeGreaterThan(0.5);
        expect(at(column, 17) + at(column, 22)).toBe(0);
      }
    }
  });

  it('follows a slope between samples that are columns apart', () => {
    const y = Float32Array.from(axis, (_, i) => (i % 2 === 0 ? -10 : 10));
    // Four samples over fifty columns: a zigzag of slopes, joined.
    const at = drawn([y], { ...whole, range: [5.0075, 5] });
    for (const column of columns) expect(rows.some((row) => at(column, row) > 0.4)).toBe(true);
    expect(rows.filter((row) => at(8, row) > 0.1).length).toBeLessThan(8);
  });

  it('stays empty beside the axis and beyond the plot', () => {
    const outside = drawn([level.map(() => 1000), level.map(() => -1000)]);
    columns.forEach((column) => rows.forEach((row) => expect(outside(column, row)).toBe(0)));
    const beyond = drawn([level], { ...whole, range: [12, 8] });
    expect(beyond(10, 19)).toBe(0);
    expect(beyond(40, 19)).toBeGreaterThan(0);
    expect(drawn([new Float32Array(1)])(10, 19)).toBe(0);
  });

  it('grows denser where lines meet, in its colour', () => {
    const tall = level.map((_, i) => (i % 2 === 0 ? -15 : 15));
    expect(drawn([tall], whole, 0.25)(20, 20)).toBeCloseTo(0.25, 2);
    expect(drawn([tall, tall], whole, 0.25)(20, 20)).toBeCloseTo(1 - 0.75 ** 2, 2);
    const pixels = new Uint8ClampedArray(4 * width * height);
    writePixels(emptyCoverage(width, height), { most: 1, opacity: 1, colour: [0x4d, 0xa3, 0xff] }, pixels);
    expect([...pixels.slice(0, 4)]).toEqual([0x4d, 0xa3, 0xff, 0]);
  });

  it('takes part in the y range with its lines where they stand', () => {
    const lines = [Float32Array.from(axis, () => 1), Float32Array.from(axis, () => 2)];
    const bundle = { name: 'b', ppm: axis, lines, step: 10, colour: 'text' as const, opacity: 1 };
    const { low, high } = panelExtent({ id: 'a', title: '', weight: 1, series: [], bundle }, [4, 1], 0);
    expect(high).toBe(11);
    expect(low).toBeCloseTo(2 - 0.05 * 9, 9);
  });

  it('has its peak names above all of its lines, not only above the first', () => {
    // The first is flat; others over it reach higher.
    const lines = [0, 8, 4].map((height) => Float32Array.from(axis, () => height));
    const bundle = { name: 'b', ppm: axis, lines, step: 0, colour: 'text' as const, opacity: 1 };
    const box = { id: 'a', left: 0, top: 0, width: 100, height: 200, extent: { low: 0, high: 20 } };
    const [label] = peakLabels({ id: 'a', title: '', weight: 1, series: [], bundle }, box, [4, 1], [{ ppm: 2.5, text: 'x' }], () => 8); // prettier-ignore
    expect(label!.y).toBeCloseTo(heightToPixel(box, 8), 9);
    expect(label!.top).toBeLessThan(label!.y);
  });
});

describe('heights', () => {
  const colours = { text: '', muted: '', accent: '', line: '', before: '', after: '', caution: '', stop: '', shade: '', band: '', panel: '' }; // prettier-ignore
  const y = ppm.map((p) => (Math.abs(p - 4.7) < 0.005 ? 1000 : Math.abs(p - 2) < 0.005 ? 10 : 0));
  const panel: ChartPanel = { id: 'a', title: '', weight: 1, series: [{ id: 's', name: 's', ppm, y, colour: 'text' }] };
  const look: ChartLook = { range: [6, 4], shade: null, colours, size: { width: 800, height: 600 }, endRoom: 0, headroom: 0.1 }; // prettier-ignore

  it('follow the visible range, or stay as another range has them', () => {
    expect(layoutPanels([panel], look)[0]!.extent.high).toBeGreaterThan(1000);
    expect(layoutPanels([panel], { ...look, heightRange: [4.2, 0.2] })[0]!.extent.high).toBeCloseTo(11, 9);
  });

  it('grow with the gain about zero', () => {
    const [one] = layoutPanels([panel], look);
    const [four] = layoutPanels([panel], { ...look, gain: 4 });
    expect(four!.extent.high).toBeCloseTo(one!.extent.high / 4, 9);
    expect(heightToPixel(four!, 0) - heightToPixel(one!, 0)).toBeCloseTo(0, 6);
  });
});

describe('pointing at a curve', () => {
  const box = { id: 'p', left: 0, top: 0, width: 100, height: 100, extent: { low: 0, high: 10 } };
  const level = (id: string, height: number, pickable = true) => ({ id, name: id, ppm, y: ppm.map(() => height), colour: '#ffffff' as const, pickable }); // prettier-ignore
  const panel: ChartPanel = {
    id: 'p',
    title: '',
    weight: 1,
    series: [level('data', 5, false), level('a', 5.2), level('b', 8)],
  };

  it('finds the nearest of those that may be picked, and none where none is near', () => {
    expect(pickedSeries(panel, box, [4, 1], { x: 50, y: 50 })).toBe('a');
    expect(pickedSeries(panel, box, [4, 1], { x: 50, y: 22 })).toBe('b');
    expect(pickedSeries(panel, box, [4, 1], { x: 50, y: 80 })).toBeNull();
    expect(pickedSeries({ ...panel, series: [level('data', 5, false)] }, box, [4, 1], { x: 50, y: 50 })).toBeNull();
  });
});
