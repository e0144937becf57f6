// What is drawn on the report's images besides the voxel: the displaced box, regions of a grid and their table.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { axisPlane, gridRegionSection, shiftedBox, type Vec3 } from '../../src/core/geometry/index.ts';
import { placeOnImage } from '../../src/core/pipeline/placeOnImage.ts';
import { buildReport, htmlReport, jsonReport, regionRatios } from '../../src/core/reports/index.ts';
import { REPORT_LANGUAGES } from '../../src/core/reports/index.ts';
import type { ReportInput } from '../../src/core/reports/index.ts';
import { drawnOnImages } from '../../src/renderer/features/reports/model.ts';
import { estimate, exampleReport, exampleResult } from './reportsFixture.ts';
import { syntheticScan } from './workflowFixture.ts';

const T1 = new Uint8Array(readFileSync('resources/demo/t1.nii.gz'));
const GRID: Vec3 = [3, 3, 1];
/** 10 mm voxels, the middle of voxel (1, 1, 0) at the origin. */
const AFFINE = [10, 0, 0, -10, 0, 10, 0, -10, 0, 0, 10, 0, 0, 0, 0, 1];
const UNKNOWN = { bandwidthHz: null, direction: null } as const;
const SHIFT = { ppm: 2.01, carrierPpm: 4.65, axes: [{ bandwidthHz: 1000, direction: 1 }, UNKNOWN, UNKNOWN] } as const;

const scan = (affine: readonly number[] = AFFINE) => ({ ...syntheticScan(), affine: [...affine] });

describe('the edge of a region on a plane', () => {
  const lengthOf = (voxels: readonly number[]): number =>
    gridRegionSection(AFFINE, GRID, voxels, axisPlane(2, 0)).reduce(
      (sum, [a, b]) => sum + Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]),
      0,
    );

  it('goes around the region, not around its voxels', () => {
    expect(lengthOf([4])).toBeCloseTo(40, 9);
    expect(lengthOf([4, 5])).toBeCloseTo(60, 9);
    // All but the middle: outer edge 120 mm, inner edge 40 mm.
    expect(lengthOf([0, 1, 2, 3, 5, 6, 7, 8])).toBeCloseTo(160, 9);
  });

  it('lies where the voxels are, and nowhere on a plane that misses them', () => {
    const points = gridRegionSection(AFFINE, GRID, [8], axisPlane(2, 2)).flat();
    expect(Math.min(...points.map(([x]) => x))).toBeCloseTo(5, 9);
    expect(Math.max(...points.map(([, y]) => y))).toBeCloseTo(15, 9);
    expect(new Set(points.map(([, , z]) => z))).toEqual(new Set([2]));
    expect(gridRegionSection(AFFINE, GRID, [8], axisPlane(2, 6))).toEqual([]);
    expect(gridRegionSection(AFFINE, GRID, [], axisPlane(2, 0))).toEqual([]);
  });
});

describe('a voxel on an image', () => {
  it('is drawn with its box for another chemical shift, displaced as far as the pulse displaces it', () => {
    const affine = [20, 0, 0, -5, 0, 20, 0, -20, 0, 0, 20, 20, 0, 0, 0, 1];
    const { images, displacedPpm } = placeOnImage(T1, 't1.nii.gz', scan(affine), { voxel: 0, shift: SHIFT });
    expect(displacedPpm).toBe(2.01);
    const [axial] = images;
    const left = (corners: readonly (readonly [number, number])[] = []): number => Math.min(...corners.map(([x]) => x));
    const width = Math.max(...axial!.outline.map(([x]) => x)) - left(axial!.outline);
    const { displacementMm } = shiftedBox(SHIFT, affine, null, syntheticScan().spectrometerFrequencyMHz);
    // The box is 20 mm wide; to the patient's right is to the left of the page.
    expect(left(axial!.displaced) - left(axial!.outline)).toBeCloseTo((-(displacementMm[0] as number) / 20) * width, 6);
  });

  it('has no displaced box where it is not known how it was selected', () => {
    const shift = { ...SHIFT, axes: [UNKNOWN, UNKNOWN, UNKNOWN] } as const;
    const { images, displacedPpm } = placeOnImage(T1, 't1.nii.gz', scan(), { voxel: 0, shift });
    expect([images.length, displacedPpm, images[0]?.displaced]).toEqual([3, null, undefined]);
    expect(placeOnImage(T1, 't1.nii.gz', { ...scan(), affine: null }, { voxel: 0, shift: SHIFT })).toEqual({
      images: [],
    });
  });
});

describe('the ratios of a region', () => {
  const withRatio = (ratioToTCr: number, crlbPercent = 3) => {
    const result = exampleResult();
    const combined = result.combined.map((sum) =>
      sum.name === 'tNAA' ? { ...estimate('tNAA', 1, crlbPercent), ratioToTCr } : sum,
    );
    return { ...result, combined };
  };

  it('are mean and SD of the voxels that count', () => {
    const fitted = [
      { voxel: 0, result: withRatio(1.4) },
      { voxel: 1, result: withRatio(1.6) },
      { voxel: 2, result: withRatio(9, 45) },
      { voxel: 3, result: { ...withRatio(9), status: 'refused' as const } },
      { voxel: 4, result: withRatio(9) },
    ];
    const { ratios } = regionRatios({ name: 'A', voxels: [0, 1, 2, 3] }, fitted);
    const tNAA = ratios.find(({ name }) => name === 'tNAA');
    expect([tNAA?.n, tNAA?.mean]).toEqual([2, 1.5]);
    expect(tNAA?.sd).toBeCloseTo(Math.SQRT2 / 10, 12);
    expect(ratios.some(({ name }) => name === 'tCr')).toBe(false);
  });

  it('are none where no voxel was fitted, and have no SD for one', () => {
    expect(regionRatios({ name: 'A', voxels: [7] }, []).ratios).toEqual([]);
    const [first] = regionRatios({ name: 'A', voxels: [0] }, [{ voxel: 0, result: withRatio(1.4) }]).ratios;
    expect(first).toMatchObject({ n: 1, sd: null });
  });
});

describe('the page', () => {
  const regions = [
    regionRatios({ name: 'Left <frontal>', voxels: [0, 1] }, [{ voxel: 0, result: exampleResult() }]),
    regionRatios({ name: 'Empty', voxels: [5] }, []),
  ];
  const drawn = (change: Partial<ReportInput> = {}): ReportInput => ({
    ...exampleReport(),
    ...placeOnImage(T1, 't1.nii.gz', scan(), { voxel: 0, shift: SHIFT, regions }),
    regions,
    ...change,
  });

  it.each(REPORT_LANGUAGES)('names what is drawn, and has a page with the regions (%s)', (language) => {
    const html = htmlReport(buildReport(drawn({ language })));
    expect(html.match(/class="legend"/g)).toHaveLength(1);
    expect(html).toContain('2.01 ppm');
    expect(html).toContain('stroke-dasharray');
    expect(html).toContain('1 Left &lt;frontal&gt;, 2 Empty');
    expect(html.match(/<article class="page/g)).toHaveLength(3);
    expect(html).toMatch(/2\. Empty<\/td><td>1<\/td><td>–<\/td>/);
  });

  it('says nothing of them where nothing is drawn', () => {
    const html = htmlReport(buildReport(drawn({ regions: [], displacedPpm: null })));
    expect(html).not.toContain('class="legend"');
    expect(html.match(/<article class="page/g)).toHaveLength(2);
  });

  it('has them in its JSON, so that the signature covers them', () => {
    const json = JSON.parse(jsonReport(buildReport(drawn()))) as { regions: unknown[]; displacedPpm: number };
    expect(json.displacedPpm).toBe(2.01);
    expect(json.regions[0]).toMatchObject({ name: 'Left <frontal>', voxels: [0, 1] });
  });
});

describe('what the window hands over', () => {
  it('is the displaced box where it is shown, and regions that have voxels', () => {
    const region = { id: 'r', name: 'A', voxels: [1, 2], meanDatasetId: null };
    expect(drawnOnImages({ ...SHIFT, shown: false }, [])).toEqual({});
    expect(drawnOnImages({ ...SHIFT, shown: true }, [region, { ...region, voxels: [] }])).toEqual({
      shift: SHIFT,
      regions: [{ name: 'A', voxels: [1, 2] }],
    });
  });
});
