// bench fitBias: bias and scatter of the NLLS fit against the truth and against its own Cramér–Rao bounds, over noise draws of
// one simulated brain spectrum (shipped basis, tNAA height over noise SD about 100). Prints one JSON document.
import { readFileSync } from 'node:fs';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import { syntheticFid, withNoise } from '../src/core/basis/syntheticScan.ts';
import { COMBINED_METABOLITES } from '../src/core/domain/metaboliteNames.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { fitVoxel } from '../src/core/quantification/index.ts';

const BASIS_FILE = 'lineshape-3t-press-te30-123mhz.nii.gz';
const DRAWS = 60;
const FIRST_SEED = 7000;
const NOISE_SD = 2.2;
/** mM; the demo study's. */
const CONCENTRATIONS: Readonly<Record<string, number>> = {
  Ace: 0.1, Ala: 0.4, Asc: 0.9, Asp: 1.6, Cr: 5, GABA: 1.4, Glc: 1.2, Gln: 2.9, Glu: 9, Gly: 0.5, GPC: 1.2, GSH: 1.8,
  Ins: 7, Lac: 0.6, NAA: 11.4, NAAG: 1.4, PCho: 0.6, PCr: 3.5, PE: 1.2, Scyllo: 0.35, Tau: 1.6, Mac: 4,
}; // prettier-ignore

function truthOf(name: string): number {
  const members = COMBINED_METABOLITES.find((c) => c.name === name)?.members ?? [name];
  return members.reduce((sum, m) => sum + (CONCENTRATIONS[m] ?? 0), 0);
}

/** The benchmark; `lineshape bench fitBias` calls it from dist/bench. */
export function run(): JsonObject {
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${BASIS_FILE}`, import.meta.url)));
  const basis = datasetToBasisSet(readNiftiMrs(bytes, BASIS_FILE), 'bench', '');
  const { dwellTimeS, spectrometerFrequencyMHz } = basis;
  const clean = syntheticFid(basis, {
    concentrations: CONCENTRATIONS,
    broadening: { lorentzianHz: 2, gaussianHz: 3.6 },
    shiftHz: 0,
    phaseRad: 0,
    extraLines: [],
  });
  const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
  const errors = new Map<string, { error: number; bound: number }[]>();
  for (let k = 0; k < DRAWS; k++) {
    const fid = withNoise(clean, NOISE_SD, seededRandom(FIRST_SEED + k));
    const input = { voxel: 0, fid, dwellTimeS, spectrometerFrequencyMHz, nucleus: '1H', noiseSd: null };
    const { result } = fitVoxel(input, basis, 'nlls', {}, never);
    for (const { name, amplitude, crlbAbsolute } of [...result.combined, ...result.metabolites]) {
      const truth = truthOf(name);
      const list = errors.get(name) ?? [];
      list.push({ error: amplitude / truth - 1, bound: (crlbAbsolute ?? NaN) / truth });
      errors.set(name, list);
    }
  }
  const percent = (v: number): number => Math.round(1000 * v) / 10;
  const rows = [...errors].map(([name, list]) => {
    const bias = list.reduce((s, e) => s + e.error, 0) / list.length;
    const scatter = Math.sqrt(list.reduce((s, e) => s + (e.error - bias) ** 2, 0) / (list.length - 1));
    const bound = list.reduce((s, e) => s + e.bound, 0) / list.length;
    return { name, biasPercent: percent(bias), scatterPercent: percent(scatter), meanCrlbPercent: percent(bound) };
  });
  return {
    bench: 'fitBias',
    rows,
    conditions: { draws: DRAWS, noiseSd: NOISE_SD, basis: BASIS_FILE, options: 'default' },
  };
}
