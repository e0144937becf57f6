// Writes resources/basis: every shipped basis set as NIfTI-MRS with its card. Run: npx tsx scripts/make-basis.ts
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldStrengthT } from '../src/core/domain/axes.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import { BASIS_CARD_SCHEMA, parseBasisCard } from '../src/core/basis/basisCard.ts';
import type { BasisCard } from '../src/core/basis/basisCard.ts';
import { basisSetToDataset } from '../src/core/basis/basisDataset.ts';
import { SHIPPED_BASES, SHIPPED_SAMPLING, simulateShippedBasis } from '../src/core/basis/shippedBases.ts';
import type { ShippedBasis } from '../src/core/basis/shippedBases.ts';
import { SPIN_SYSTEM_SOURCES } from '../src/core/basis/spinSystems/sources.ts';
import { spinSystem } from '../src/core/basis/spinSystems/index.ts';
import { writeNiftiMrs } from '../src/core/formats/niftiMrs.ts';

const OUT = join(import.meta.dirname, '..', 'resources', 'basis');

function sourcesOf(metabolites: readonly string[]): string[] {
  const keys = metabolites.flatMap((name) =>
    spinSystem(name).moieties.flatMap((m) => [...m.groups, ...m.couplings].map((entry) => entry.source)),
  );
  return [...new Set(keys)].sort().map((key) => {
    const { citation, identifier } = SPIN_SYSTEM_SOURCES[key]!;
    return `${citation} ${identifier}`;
  });
}

function cardOf(definition: ShippedBasis, basis: BasisSet, file: string, sha256: string): BasisCard {
  const { sequence } = definition;
  return {
    schema: BASIS_CARD_SCHEMA,
    id: definition.id,
    version: definition.version,
    title: definition.title,
    file,
    sha256,
    nucleus: basis.nucleus,
    fieldT: Number(fieldStrengthT(basis.spectrometerFrequencyMHz, basis.nucleus)!.toFixed(3)),
    spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
    sequence: sequence.family,
    echoTimeS: sequence.echoTimeS,
    sequenceParameters: sequence.parameters,
    dwellTimeS: basis.dwellTimeS,
    points: basis.points,
    referencePpm: basis.referencePpm,
    linewidthHz: SHIPPED_SAMPLING.linewidthHz,
    metabolites: basis.signals.filter((s) => s.kind === 'metabolite').map((s) => s.name),
    macromolecules: basis.signals.filter((s) => s.kind === 'macromolecule').map((s) => s.name),
    simulation: `Exact density-matrix simulation (strong coupling included). ${sequence.description}; Lorentzian lines of ${SHIPPED_SAMPLING.linewidthHz} Hz. Mac: 17 Gaussian lines after Chen et al. (QNet), added up.`,
    amplitudeUnit:
      'A metabolite singlet of n protons has a FID of n at t = 0, so ratios of amplitudes are ratios of concentrations. One unit of Mac has its 0.90 ppm line as 3 protons.',
    limits: [
      'Hard pulses: no chemical-shift displacement and no finite pulse duration.',
      'No relaxation: T1 and T2 weighting is not in the signals.',
      'Exchanging NH protons are sharp here and broad in vivo; they lie outside the fitted range.',
    ],
    sources: [
      ...sourcesOf(definition.metabolites),
      'Chen D, et al. Magnetic resonance spectroscopy quantification aided by deep estimations of imperfection factors and macromolecular signal. IEEE Trans Biomed Eng 2024; arXiv 2023 (QNet): macromolecule lines.',
    ],
  };
}

mkdirSync(OUT, { recursive: true });
for (const definition of SHIPPED_BASES) {
  const basis = simulateShippedBasis(definition);
  const bytes = writeNiftiMrs(basisSetToDataset(basis), { compress: true, precision: 'complex64' });
  const file = `${definition.id}.nii.gz`;
  const card = cardOf(definition, basis, file, createHash('sha256').update(bytes).digest('hex'));
  parseBasisCard(card, `${definition.id}.json`);
  writeFileSync(join(OUT, file), bytes);
  writeFileSync(join(OUT, `${definition.id}.json`), `${JSON.stringify(card, null, 2)}\n`);
  console.log(`${file}: ${basis.signals.length} signals, ${bytes.length} bytes`);
}
