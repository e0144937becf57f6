// bench fpcReal: every correction on real transients of the reference data (LINESHAPE_DATA), edited and unedited: how alike the
// transients are, creatine's width and height in their mean and what drift is left, before and after. Prints one JSON document.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { MrsDataset } from '../src/core/domain/mrsDataset.ts';
import { readDicomSeries } from '../src/core/formats/dicom/index.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import {
  CLASSICAL_METHODS,
  correctionScores,
  failed,
  judged,
  selectBest,
} from '../src/core/preprocessing/frequencyPhaseCorrection/index.ts';
import type {
  FpcCandidate,
  FpcScores,
  TransientSet,
} from '../src/core/preprocessing/frequencyPhaseCorrection/index.ts';
import { transientGroups } from '../src/core/preprocessing/frequencyPhaseCorrection/groups.ts';
import { NETWORK_METHODS } from '../src/core/preprocessing/frequencyPhaseCorrection/networks/index.ts';
import * as coilCombination from '../src/core/preprocessing/coilCombination/index.ts';
import { fidNoiseSd } from '../src/core/pipeline/fidNoise.ts';
import type { ModelLibrary } from '../src/core/ports/modelLibrary.ts';
import { withInference, modelsDir } from '../src/cli/inferenceSession.ts';
import { createModelLibrary } from '../src/node/inference/modelLibrary.ts';

const NEVER = { isCancelled: () => false, throwIfCancelled: () => undefined };
/** Shifts that are looked for: a patient's movement and the magnet's drift. [ppm] */
const REACH_PPM = 0.12;

const folder = process.env['LINESHAPE_DATA'] ?? join('..', 'shared', 'data');
const read = (...parts: string[]) => ({
  name: parts.at(-1) as string,
  bytes: new Uint8Array(readFileSync(join(folder, ...parts))),
});

function megaPress(): MrsDataset {
  const series = join('osprey_in_pregame', 'ima', 'sub-01', 'mrs', 'sub-01_mega-press-68');
  const files = readdirSync(join(folder, series)).map((name) => read(series, name));
  const [scan] = readDicomSeries(files);
  if (scan === undefined) throw new Error(`No scan in ${series}.`);
  return scan.dataset;
}

function nifti(...parts: string[]): MrsDataset {
  const { name, bytes } = read(...parts);
  return readNiftiMrs(bytes, name);
}

const SCANS: readonly (readonly [string, () => MrsDataset])[] = [
  ['MEGA-PRESS 3 T, 2 × 128, edited', megaPress],
  ['STEAM 7 T, 16', () => nifti('nifti_mrs_tools', 'metab_raw.nii.gz')],
  ['DW-STEAM 7 T, 10 × 24', () => nifti('pregame_dwmrs', 'InVivo-Data', 'Data1', 'nifti', 'metab.nii.gz')],
  ['DW-STEAM, simulated by its authors, 9 × 32', () => nifti('pregame_dwmrs', 'Synthetic-Data', 'nifti', 'synthetic.nii.gz')],
]; // prettier-ignore

/** Coils combined, nothing else done. */
async function transientsOf(dataset: MrsDataset): Promise<TransientSet[]> {
  const stamp = { program: 'bench', version: '0', now: () => '' };
  const context = {
    ...{ stamp, cancellation: NEVER, onProgress: () => undefined },
    ...{ water: null, models: null, noiseSdOf: fidNoiseSd },
  };
  const hasCoils = dataset.dimensions.some((d) => d.tag === 'DIM_COIL');
  const combined = hasCoils
    ? (await coilCombination.combineCoils(dataset, coilCombination.readOptions({}), context)).dataset
    : dataset;
  return transientGroups(combined)?.sets.filter((set) => set !== null) ?? [];
}

async function candidatesFor(set: TransientSet, models: ModelLibrary): Promise<FpcCandidate[]> {
  const options = { ppmRange: null, maximumShiftHz: REACH_PPM * set.spectrometerFrequencyMHz };
  const out: FpcCandidate[] = [];
  for (const method of [...CLASSICAL_METHODS, ...NETWORK_METHODS]) {
    const found = await method.estimate(set, options, { cancellation: NEVER, models }).then(
      (estimate) => judged(method, set, estimate),
      (error: unknown) => failed(method, error),
    );
    out.push(found);
  }
  return out;
}

/** Scores with equal weights: what alignment alone does. */
const plainScores = (set: TransientSet, candidate: FpcCandidate): FpcScores | null =>
  'failure' in candidate
    ? null
    : correctionScores(set, candidate.estimate.offsets.map((o) => ({ ...o, weight: 1 }))); // prettier-ignore

const FIGURES = {
  similarityIndex: 4,
  metaboliteSimilarity: 4,
  creatineWidthHz: 2,
  snr: 1,
  driftHz: 3,
  driftDeg: 2,
} as const;

function meanRow(method: string, all: readonly (FpcScores | null)[]): JsonObject {
  const scores = all.filter((s) => s !== null);
  const row: JsonObject = { method, sets: scores.length, failed: all.length - scores.length };
  for (const [name, digits] of Object.entries(FIGURES)) {
    const values = scores.map((s) => s[name as keyof FpcScores]).filter((v) => v !== null);
    row[name] =
      values.length === 0 ? null : Number((values.reduce((a, b) => a + b, 0) / values.length).toFixed(digits));
  }
  return row;
}

async function scanTable(sets: readonly TransientSet[], models: ModelLibrary): Promise<JsonObject> {
  const before: FpcScores[] = [];
  const chosen: string[] = [];
  const byMethod = new Map<string, (FpcScores | null)[]>();
  for (const set of sets) {
    const candidates = await candidatesFor(set, models);
    const choice = selectBest(set, candidates);
    before.push(choice.uncorrected);
    chosen.push(choice.chosen ?? 'none');
    for (const candidate of candidates) {
      const { id } = candidate.method;
      byMethod.set(id, [...(byMethod.get(id) ?? []), plainScores(set, candidate)]);
    }
  }
  const rows = [...byMethod].map(([id, scores]) => meanRow(id, scores));
  return { rows: [meanRow('none', before), ...rows], chosenByAuto: chosen };
}

/** The benchmark; `lineshape bench fpcReal` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  return withInference(1, async (engine) => {
    const models = createModelLibrary({ folder: modelsDir(), engine });
    const scans: JsonObject[] = [];
    for (const [scan, load] of SCANS) {
      const sets = await transientsOf(load());
      scans.push({ scan, ...(await scanTable(sets, models)) });
    }
    return { bench: 'fpcReal', scans, conditions: { reachPpm: REACH_PPM, weights: 'equal' } };
  });
}
