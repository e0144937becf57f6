// Writes resources/demo: a synthetic study (T1-like head, single-voxel PRESS with water, MRSI slice) with its truth.
// Run: npx tsx scripts/make-demo.ts — the same bytes every time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { writeNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { DEMO_BASIS, PATIENT } from './demo/demoScan.ts';
import { LESION } from './demo/headPhantom.ts';
import { mrsiScan } from './demo/mrsi.ts';
import { singleVoxelScan } from './demo/singleVoxel.ts';
import { t1ImageFile } from './demo/t1Image.ts';

const OUT = join(import.meta.dirname, '..', 'resources', 'demo');
// The single voxel's seed is chosen, as resources/demo/README.md says.
const SEEDS = { t1: 20260101, singleVoxel: 20260214, mrsi: 20260103 };

function write(name: string, content: Uint8Array | string): void {
  writeFileSync(join(OUT, name), content);
  console.log(`${name}: ${content.length} bytes`);
}

mkdirSync(OUT, { recursive: true });
const single = singleVoxelScan(seededRandom(SEEDS.singleVoxel));
const mrsi = mrsiScan(seededRandom(SEEDS.mrsi));
const complex64 = { compress: true, precision: 'complex64' } as const;
write('svs_press_te30.nii.gz', writeNiftiMrs(single.metabolites, complex64));
write('svs_water.nii.gz', writeNiftiMrs(single.water, complex64));
write('mrsi_press_te30.nii.gz', writeNiftiMrs(mrsi.dataset, complex64));
write('t1.nii.gz', t1ImageFile(seededRandom(SEEDS.t1)));
write(
  'truth.json',
  `${JSON.stringify({
    schema: 'lineshape.demo-truth/1',
    note: 'Synthetic study; no person was measured.',
    patient: PATIENT,
    basis: DEMO_BASIS.id,
    basisVersion: DEMO_BASIS.version,
    seeds: SEEDS,
    lesion: LESION,
    singleVoxel: single.truth,
    mrsi: mrsi.truth,
  })}\n`,
);
