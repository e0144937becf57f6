// Writes resources/basis: every shipped basis set as NIfTI-MRS with its card. Run: npx tsx scripts/make-basis.ts
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBasisCard } from '../src/core/basis/basisCard.ts';
import { basisSetToDataset } from '../src/core/basis/basisDataset.ts';
import { SHIPPED_BASES, simulateShipped } from '../src/core/basis/shippedBases.ts';
import { simulationCard } from '../src/core/basis/simulationCard.ts';
import { writeNiftiMrs } from '../src/core/formats/niftiMrs.ts';

const OUT = join(import.meta.dirname, '..', 'resources', 'basis');

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
for (const simulation of SHIPPED_BASES) {
  for (const basis of simulateShipped(simulation)) {
    const bytes = writeNiftiMrs(basisSetToDataset(basis), { compress: true, precision: 'complex64' });
    const file = `${basis.id}.nii.gz`;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const card = { ...simulationCard(simulation.request, basis, file, sha256), version: simulation.version };
    parseBasisCard(card, `${basis.id}.json`);
    writeFileSync(join(OUT, file), bytes);
    writeFileSync(join(OUT, `${basis.id}.json`), `${JSON.stringify(card, null, 2)}\n`);
    console.log(`${file}: ${basis.signals.length} signals, ${bytes.length} bytes`);
  }
}
