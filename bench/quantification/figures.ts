// Figures of methods on a set as the results file has them: columns, and rows rounded to what they are known to.
import type { JsonObject, JsonValue } from '../../src/core/domain/json.ts';
import { evaluateByLevel, evaluateEstimates, pullsTowards } from '../../src/core/quality/evaluation.ts';
import type { AccuracyRow, MethodEvaluation } from '../../src/core/quality/evaluation.ts';
import { distributionRate } from '../../src/core/quality/distributionRates.ts';
import type { MethodRun } from './runMethods.ts';
import { presetMeans } from './sets.ts';
import type { MadeSet } from './sets.ts';

/** Figures of a metabolite; their definitions stand in core/math/accuracy.ts. `pull` is that to the preset's own mean. */
export const COLUMNS = ['n', 'smape', 'smapeMean', 'mape', 'r2', 'slope', 'intercept', 'bias', 'rmse', 'errorSd', 'meanCrlb', 'sdOverCrlb', 'rmseOverCrlb', 'coverage95', 'pull'] as const; // prettier-ignore
export type Column = (typeof COLUMNS)[number];
/** Figures of a metabolite at one level of SNR. */
export const LEVEL_COLUMNS = ['n', 'smape', 'mape', 'slope', 'bias', 'rmse', 'sdOverCrlb', 'coverage95'] as const;

const DIGITS = 4;
export const rounded = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(DIGITS));

/** Sums, then single metabolites; "mI" is Ins once more. */
const allRows = ({ combined, metabolites }: MethodEvaluation): AccuracyRow[] => [
  ...combined.filter((row) => row.name !== 'mI'),
  ...metabolites,
];

function rowsOf(
  evaluation: MethodEvaluation,
  columns: readonly (keyof AccuracyRow | 'pull')[],
  pulls: ReadonlyMap<string, number>,
): JsonObject {
  const cell = (row: AccuracyRow, column: keyof AccuracyRow | 'pull'): number | null =>
    rounded(column === 'pull' ? pulls.get(row.name) : (row[column] as number | null));
  return Object.fromEntries(allRows(evaluation).map((row) => [row.name, columns.map((column) => cell(row, column))]));
}

/** Where a tumour would be pulled to: what healthy brain has. */
const meansOf = ({ spec }: MadeSet): ReadonlyMap<string, number> => {
  const { preset, part } = spec;
  const healthy = preset === 'tumour' ? 'qnet' : 'brain';
  return presetMeans(part === 'tumour' ? healthy : preset);
};

function withSums(means: ReadonlyMap<string, number>): Map<string, number> {
  const sum = (...names: string[]): number => names.reduce((total, name) => total + (means.get(name) ?? 0), 0);
  const sums = { tNAA: sum('NAA', 'NAAG'), tCr: sum('Cr', 'PCr'), tCho: sum('GPC', 'PCho'), Glx: sum('Glu', 'Gln') };
  return new Map([...means, ...Object.entries(sums).filter(([, value]) => value > 0)]);
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) / values.length;

/** Of single metabolites, as papers average them; macromolecules are none. */
function meanSmape({ metabolites }: MethodEvaluation): number | null {
  return mean(metabolites.flatMap(({ name, smape }) => (smape === null || name.startsWith('M') ? [] : [smape])));
}

const modelOf = ({ card }: MethodRun['method']): JsonValue =>
  card === null ? null : { id: card.id, version: card.version, sha256: card.sha256.slice(0, 12) };

/** Truth of a method's names: papers' macromolecules are one signal, whose truth is in units of the basis. */
export function figuresOf(run: MethodRun, set: MadeSet): JsonObject {
  const { method, cases, failed, notConverged } = run;
  const evaluation = evaluateEstimates(cases, set.truth);
  const pulls = pullsTowards(withSums(meansOf(set)), cases, set.truth);
  const edges = set.spec.snrEdges;
  const levels = edges === undefined ? [] : evaluateByLevel(cases, set.truth, set.snr, edges);
  return {
    model: modelOf(method),
    trainedOn: [...method.trainedOn],
    ...{ cases: cases.length, failed, notConverged },
    meanSmape: rounded(meanSmape(evaluation)),
    metabolites: rowsOf(evaluation, COLUMNS, pulls),
    ...(levels.length === 0
      ? {}
      : {
          levels: levels.map((level) => ({
            ...{ from: level.from, to: level.to, cases: level.cases },
            metabolites: rowsOf(level, LEVEL_COLUMNS, pulls),
          })),
        }),
  };
}

/** How often a network's in-distribution test was raised; null for a method without one. */
export function distributionFigures({ method, cases }: MethodRun): JsonObject | null {
  const rate = distributionRate(cases);
  if (rate === null) return null;
  const byCheck = Object.fromEntries(Object.entries(rate.byCheck).map(([check, value]) => [check, rounded(value)]));
  return { model: modelOf(method), cases: rate.n, outsidePercent: rounded(rate.outsidePercent), byCheck };
}
