// Metabolites or water: told by the spectrum wherever the water line stands, and by the file's ending only where it is unclear.
import { describe, expect, it } from 'vitest';
import type { Samples } from '../../src/core/domain/complexArray.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { guessRole, metaboliteProminence } from '../../src/core/pipeline/guessRole.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';
import { syntheticScan } from './workflowFixture.ts';

/** The scan with all its lines moved by half the band, as a sign change from point to point moves them. */
function movedToTheEdge(scan: MrsDataset): MrsDataset {
  const alternate = (v: number, i: number): number => (i % 2 === 0 ? v : -v);
  return { ...scan, data: { ...scan.data, re: scan.data.re.map(alternate), im: scan.data.im.map(alternate) } };
}

/** A water line with a metabolite line on its foot of a height between the two sure limits. */
function unclear(): MrsDataset {
  const water = syntheticScan({ water: true });
  const scan = syntheticScan();
  const mix = (a: Samples, b: Samples): Samples => a.map((v, i) => v + 120 * (b[i] as number));
  const { re, im, shape } = water.data;
  return { ...water, data: { re: mix(re, scan.data.re), im: mix(im, scan.data.im), shape } };
}

describe('role of a scan', () => {
  it('is water also where its line lies at the edge of the band', () => {
    expect(guessRole(movedToTheEdge(syntheticScan({ water: true })), 'metabolites.nii')).toBe('water');
  });

  it('is told by the ending where the spectrum leaves it open', () => {
    const scan = unclear();
    const prominence = metaboliteProminence(scan) as number;
    expect(prominence).toBeGreaterThan(0.004);
    expect(prominence).toBeLessThan(0.03);
    expect(guessRole(scan, 'multi-voxel.ref')).toBe('water');
    expect(guessRole(scan, 'd1.H2O')).toBe('water');
    expect(guessRole(scan, 'multi-voxel.met')).toBe('metabolite');
  });
});

describe.skipIf(!dataAvailable)('role of real scans with telling or misleading names (needs ../shared/data)', () => {
  const FOLDER = 'lcmodel_runs/multi_voxel_10';
  const tarquin = (stem: string): string[] => ['SDAT', 'SPAR'].map((end) => `tarquin/data/phillips/${stem}.${end}`);
  const read = (paths: readonly string[]): MrsDataset => readMrs(paths.map(realFile));

  it('LCModel’s water at the edge of the band is water', () => {
    const water = read([`${FOLDER}/multi-voxel.ref`, `${FOLDER}/control.file`]);
    expect(guessRole(water, 'scan')).toBe('water');
    expect(guessRole(read([`${FOLDER}/multi-voxel.met`, `${FOLDER}/control.file`]), 'scan')).toBe('metabolite');
  });

  it('tarquin’s svs_30_ref.SDAT is no water: its first point and its NAA are those of svs_30_WS.SDAT', () => {
    const [reference, suppressed] = [read(tarquin('svs_30_ref')), read(tarquin('svs_30_WS'))];
    const first = ({ data }: MrsDataset): number => Math.hypot(data.re[0] as number, data.im[0] as number);
    // Unsuppressed water would be some thousand times as much.
    expect(first(reference) / first(suppressed)).toBeCloseTo(1, 1);
    const [a, b] = [metaboliteProminence(reference), metaboliteProminence(suppressed)] as [number, number];
    expect(a / b).toBeCloseTo(1, 1);
    expect(guessRole(reference, 'svs_30_ref.SDAT')).toBe('metabolite');
  });
});
