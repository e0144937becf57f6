// The committed basis files: hash, card and content agree with what the simulator gives today.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseBasisCard } from '../../src/core/basis/basisCard.ts';
import type { BasisCard } from '../../src/core/basis/basisCard.ts';
import { datasetToBasisSet } from '../../src/core/basis/basisDataset.ts';
import { SHIPPED_BASES, SHIPPED_IDS, simulateShipped } from '../../src/core/basis/shippedBases.ts';
import { BRAIN_METABOLITES } from '../../src/core/basis/spinSystems/index.ts';
import { readNiftiMrs } from '../../src/core/formats/niftiMrs.ts';

const folder = join(import.meta.dirname, '../../resources/basis');

const readCard = (id: string): BasisCard =>
  parseBasisCard(JSON.parse(readFileSync(join(folder, `${id}.json`), 'utf8')), `${id}.json`);

/** Simulating all metabolites of all sets takes a minute; these show every step of the engine. */
const RESIMULATED = ['Cr', 'Glu', 'Lac', 'NAA'];

describe('resources/basis', () => {
  it('holds a card and a file for each shipped basis, and nothing else', () => {
    const expected = SHIPPED_IDS.flatMap((id) => [`${id}.json`, `${id}.nii.gz`]).sort();
    expect(readdirSync(folder).sort()).toEqual(expected);
  });

  it.each(SHIPPED_BASES.map((b) => [b.id, b] as const))(
    '%s is what the simulator gives, and its card says so',
    (_id, simulation) => {
      const fresh = simulateShipped({
        ...simulation,
        request: { ...simulation.request, metabolites: RESIMULATED },
      });
      expect(fresh.map((set) => set.editing)).toEqual(simulation.conditions);
      for (const set of fresh) {
        const card = readCard(set.id);
        const bytes = readFileSync(join(folder, card.file));
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(card.sha256);
        expect(card.request).toEqual(simulation.request);
        const stored = datasetToBasisSet(readNiftiMrs(new Uint8Array(bytes), card.file), card.file, card.sha256);
        expect(stored.signals.map((s) => s.name)).toEqual([...card.metabolites, ...card.macromolecules]);
        expect(card.metabolites).toEqual([...BRAIN_METABOLITES]);
        expect(stored).toMatchObject({
          id: card.id,
          title: card.title,
          echoTimeS: card.echoTimeS,
          sequence: card.sequence,
          editing: card.editing,
          spectrometerFrequencyMHz: card.spectrometerFrequencyMHz,
          dwellTimeS: card.dwellTimeS,
          points: card.points,
          linewidthHz: card.linewidthHz,
        });
        for (const { name, fid } of set.signals) {
          const signal = stored.signals.find((s) => s.name === name)!;
          let largest = 0;
          signal.fid.re.forEach((v, n) => {
            largest = Math.max(largest, Math.abs(v - fid.re[n]!), Math.abs(signal.fid.im[n]! - fid.im[n]!));
          });
          // float32 rounding of amplitudes up to 33
          expect(largest, name).toBeLessThan(4e-6);
        }
      }
    },
  );

  it('a card with a wrong field is refused by name', () => {
    const card = JSON.parse(readFileSync(join(folder, `${SHIPPED_IDS[0]!}.json`), 'utf8')) as object;
    expect(() => parseBasisCard({ ...card, echoTimeS: '30 ms' }, 'x.json')).toThrow(/x\.json.*"echoTimeS"/);
    expect(() => parseBasisCard({ ...card, sha256: 'zz' }, 'x.json')).toThrow(/sha256/);
    expect(() => parseBasisCard([], 'x.json')).toThrow(/schema/);
  });
});
