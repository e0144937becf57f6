// bench simulatedSets: is a method unbiased, are its bounds and intervals true, and is it nearer the truth than the published
// ones, over a simulated set of a published protocol (its test seed, a shipped basis)? LINESHAPE_PRESET (dq where not set),
// LINESHAPE_CASES (500), LINESHAPE_METHOD (nlls), LINESHAPE_FIT_OPTIONS and LINESHAPE_CHANGES (JSON objects; {}) choose.
import { readFileSync } from 'node:fs';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import { planSimulation, presetSeeds, PRESET_IDS, simulateCases } from '../src/core/basis/simulatedSets/index.ts';
import type { PresetId, SimulationChanges, SimulationPlan } from '../src/core/basis/simulatedSets/index.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { evaluateEstimates, slimEstimates, truthOf } from '../src/core/quality/evaluation.ts';
import type { AccuracyRow, CaseEstimate } from '../src/core/quality/evaluation.ts';
import { fitVoxel } from '../src/core/quantification/index.ts';

const BASIS_FILE = 'lineshape-3t-press-te30-123mhz.nii.gz';
/** Issue 5: what an estimate with a bound below 20 % should keep to. */
const AIM = { crlbPercent: 20, biasOverSe: 2, rmseOverCrlb: 1.15, coverage95: [93, 97] } as const;

type Figures = Readonly<Record<string, number>>;

/**
 * What others had on such a set, in %. dq: QUEST's error (Shamaei 2023, doi:10.1016/j.compbiomed.2023.106837, section 5); beside
 * its R² of 0.10 it can only be a ratio of means, mean |error| over mean truth. hatami: QUEST's SMAPE at SNR 10 (Hatami 2018,
 * doi:10.1007/978-3-030-00928-1_53, Table 1). qnet: QNet's own MAPE at SNR 7 to 20 (Chen 2024,
 * doi:10.1109/TBME.2024.3354123, Table II), since LCModel's stands in a figure only.
 */
const PUBLISHED: Partial<Record<PresetId, { readonly of: string; readonly figures: Figures }>> = {
  dq: { of: 'QUEST, mean |error| over mean truth', figures: { GPC: 26.1, PCr: 11.8, PCho: 25.8 } },
  hatami: {
    of: 'QUEST, SMAPE',
    figures: {
      Ala: 31.21, Asc: 28.8, Asp: 41.98, Cr: 26.3, GABA: 37.63, GPC: 25.06, GSH: 26.81, Glc: 33.42, Gln: 36.09, Glu: 34.88,
      Gly: 29.78, Ins: 28.03, Lac: 28.8, NAA: 26.69, NAAG: 23.58, PCho: 21.44, PCr: 26.4, PE: 43.29, Tau: 36.82,
      Scyllo: 23.02, Mac: 14.45,
    }, // prettier-ignore
  },
  qnet: { of: 'QNet, MAPE', figures: { tNAA: 4.35, tCr: 2.41, tCho: 2.59, Glx: 4.56, Ins: 7.47 } },
};

interface Conditions {
  readonly preset: PresetId;
  readonly cases: number;
  readonly method: string;
  readonly options: JsonObject;
  readonly changes: SimulationChanges & JsonObject;
}

function conditions(): Conditions {
  const { env } = process;
  const preset = PRESET_IDS.find((id) => id === (env['LINESHAPE_PRESET'] ?? 'dq'));
  if (preset === undefined) throw new Error(`LINESHAPE_PRESET should be one of ${PRESET_IDS.join(', ')}.`);
  return {
    preset,
    cases: Number(env['LINESHAPE_CASES'] ?? '500'),
    method: env['LINESHAPE_METHOD'] ?? 'nlls',
    options: JSON.parse(env['LINESHAPE_FIT_OPTIONS'] ?? '{}') as JsonObject,
    changes: JSON.parse(env['LINESHAPE_CHANGES'] ?? '{}') as SimulationChanges & JsonObject,
  };
}

interface Fitted {
  readonly estimates: readonly CaseEstimate[];
  readonly truth: ReadonlyMap<string, Float64Array>;
  readonly notConverged: number;
}

function fitAll(plan: SimulationPlan, { preset, cases, method, options }: Conditions): Fitted {
  const { dwellTimeS, spectrometerFrequencyMHz } = plan.basis;
  const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
  const truth = new Map(plan.columns.map((name) => [name, new Float64Array(cases)]));
  // As `evaluate` does: nothing is fitted that the set has none of.
  const isInSet = ({ kind, name }: BasisSet['signals'][number]): boolean => kind !== 'metabolite' || truth.has(name);
  const basis: BasisSet = { ...plan.basis, signals: plan.basis.signals.filter(isInSet) };
  const estimates: CaseEstimate[] = [];
  let notConverged = 0;
  for (const { fid, truth: row } of simulateCases(plan, cases, presetSeeds(preset).test)) {
    plan.columns.forEach((name, c) => ((truth.get(name) as Float64Array)[estimates.length] = row[c] as number));
    const input = { voxel: 0, fid, dwellTimeS, spectrometerFrequencyMHz, nucleus: '1H', noiseSd: null };
    const { result } = fitVoxel(input, basis, method, options, never);
    estimates.push(slimEstimates(result));
    if (result.status !== 'converged') notConverged++;
  }
  return { estimates, truth, notConverged };
}

const rounded = (value: number | null, digits: number): number | null =>
  value === null ? null : Number(value.toFixed(digits));

const meanOf = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** @returns mean |error| over mean truth, and how often the estimate is held at zero */
function errorFigures(name: string, { estimates }: Fitted, truth: Float64Array): JsonObject {
  const amplitudes = estimates.map(
    ({ metabolites, combined }) => [...combined, ...metabolites].find((e) => e.name === name)?.amplitude ?? 0,
  );
  const error = amplitudes.reduce((sum, a, i) => sum + Math.abs(a - (truth[i] as number)), 0) / amplitudes.length;
  return {
    errorOverMeanPercent: rounded((100 * error) / meanOf(truth), 1),
    atZeroPercent: rounded((100 * amplitudes.filter((a) => a === 0).length) / amplitudes.length, 1),
  };
}

function tableRow(row: AccuracyRow, fitted: Fitted, published: Figures): JsonObject {
  const truth = truthOf(fitted.truth, row.name) as Float64Array;
  const mean = meanOf(truth);
  const { name, bias, biasSe, rmseOverCrlb, coverage95, meanCrlbPercent, mape, smape, r2, r2Identity } = row;
  return {
    name,
    meanTruth: rounded(mean, 3),
    crlbPercent: rounded(meanCrlbPercent, 1),
    biasPercent: rounded((100 * bias) / mean, 2),
    biasOverSe: rounded(biasSe === null ? null : bias / biasSe, 1),
    rmseOverCrlb: rounded(rmseOverCrlb, 2),
    coverage95: rounded(coverage95, 1),
    mape: rounded(mape, 1),
    smape: rounded(smape, 1),
    r2: rounded(r2, 2),
    r2Identity: rounded(r2Identity, 2),
    ...errorFigures(name, fitted, truth),
    published: published[name] ?? null,
  };
}

/** How many of the estimates that the aims are for keep to each, and which don't. */
function aims(rows: readonly AccuracyRow[]): JsonObject {
  const judged = rows.filter((r) => r.meanCrlbPercent !== null && r.meanCrlbPercent < AIM.crlbPercent);
  const missing = (misses: (row: AccuracyRow) => boolean): string[] => judged.filter(misses).map((r) => r.name);
  const [low, high] = AIM.coverage95;
  return {
    judged: judged.map((r) => r.name),
    biased: missing((r) => Math.abs(r.bias) > AIM.biasOverSe * (r.biasSe ?? 0)),
    rmseAbove: missing((r) => (r.rmseOverCrlb ?? 0) > AIM.rmseOverCrlb),
    coverageBelow: missing((r) => (r.coverage95 ?? 0) < low),
    coverageAbove: missing((r) => (r.coverage95 ?? 0) > high),
  };
}

/** The benchmark; `lineshape bench simulatedSets` calls it from dist/bench. */
export function run(): JsonObject {
  const chosen = conditions();
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${BASIS_FILE}`, import.meta.url)));
  const basis = datasetToBasisSet(readNiftiMrs(bytes, BASIS_FILE), 'bench', '');
  const started = performance.now();
  const fitted = fitAll(planSimulation(basis, chosen.preset, chosen.changes), chosen);
  const msPerCase = rounded((performance.now() - started) / chosen.cases, 1);
  const { metabolites, combined } = evaluateEstimates(fitted.estimates, fitted.truth);
  // "mI" is Ins once more.
  const rows = [...combined.filter((r) => r.name !== 'mI'), ...metabolites];
  const published = PUBLISHED[chosen.preset];
  return {
    bench: 'simulatedSets',
    rows: rows.map((row) => tableRow(row, fitted, published?.figures ?? {})),
    aims: aims(rows),
    published: published?.of ?? null,
    notConverged: fitted.notConverged,
    msPerCase,
    conditions: { ...chosen, seed: presetSeeds(chosen.preset).test, basis: BASIS_FILE },
  };
}
