// Two methods compared: one spectrum's results side by side, and the pairs of many spectra.
import { setImmediate } from 'node:timers/promises';
import { UsageError } from '../../core/domain/errors.ts';
import type { QuantificationResult } from '../../core/domain/quantification.ts';
import { compareResults } from '../../core/quality/comparison.ts';
import type { ComparedQuantity } from '../../core/quality/comparison.ts';
import { recipeById } from '../../core/pipeline/index.ts';
import type { AnalysisRecord, AnalysisSummary, StudyStore } from '../../core/ports/studyStore.ts';
import type { AgreementView, ComparedMethodView, ComparedSideView } from '../../ipc/contract.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { HandlerContext } from './context.ts';

function sideOf(record: AnalysisRecord, voxel: number): DeepReadonly<ComparedSideView> {
  const found = record.voxels.find((v) => v.voxel === voxel);
  const { method, basisId, recipe } = record;
  const version = found?.result.version ?? null;
  return { method, version, basisId, recipe: { ...recipe } as never, result: found?.result ?? null, curves: found?.curves ?? null }; // prettier-ignore
}

/** A key names a method, or one recipe (by its hash) run with it. */
const isOf = (analysis: AnalysisSummary, key: string): boolean =>
  key === analysis.method || key === `${analysis.method} ${analysis.recipeSha256}`;

/** The newest analysis of each dataset that the key names. @param analyses in the order they were made */
function newestOf(analyses: readonly AnalysisSummary[], key: string): AnalysisSummary[] {
  return [...new Map(analyses.filter((a) => isOf(a, key)).map((a) => [a.datasetId, a])).values()];
}

const optionText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Options of the fit that are not those of the shipped recipe of the same id. */
function changedOptions({ recipe }: AnalysisRecord): string {
  let shipped: Readonly<Record<string, unknown>> = {};
  try {
    shipped = recipeById(recipe.id).quantification.options;
  } catch {
    // The user's own recipe: all its options are said.
  }
  return Object.entries(recipe.quantification.options)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(shipped[name]))
    .map(([name, value]) => `${name} ${optionText(value)}`)
    .join(', ');
}

/** Methods of the studies, and of each its set-ups where it has several. */
function methodsOf(store: StudyStore, studyIds: readonly string[]): ComparedMethodView[] {
  const perKey = new Map<string, { example: AnalysisSummary; studies: Set<string> }>();
  const count = (key: string, analysis: AnalysisSummary): void => {
    const entry = perKey.get(key) ?? { example: analysis, studies: new Set() };
    entry.studies.add(analysis.studyId);
    perKey.set(key, entry);
  };
  for (const analysis of studyIds.flatMap((id) => store.listAnalyses(id))) {
    count(analysis.method, analysis);
    count(`${analysis.method} ${analysis.recipeSha256}`, analysis);
  }
  const all = [...perKey].map(([key, { example, studies }]): ComparedMethodView => {
    const { method, recipeId } = example;
    if (key === method) return { key, method, recipeId: null, changed: '', studies: studies.size };
    return { key, method, recipeId, changed: changedOptions(store.getAnalysis(example.id)), studies: studies.size };
  });
  const setUps = (method: string): number => all.filter((m) => m.method === method && m.recipeId !== null).length;
  return all.filter((m) => m.recipeId === null || setUps(m.method) > 1);
}

type Spectrum = Omit<AgreementView['spectra'][number], 'statusA' | 'statusB'>;
/** A result under a key that is the same in both series. */
interface Keyed {
  readonly key: string;
  readonly result: QuantificationResult;
}

/** Results of both series, and what each key stands for. */
interface Series {
  readonly a: Keyed[];
  readonly b: Keyed[];
  readonly places: Map<string, Spectrum>;
}

function addPair(into: Series, a: AnalysisRecord, b: AnalysisRecord, studyNumber: number): void {
  const { studyId, datasetId } = a;
  const keyed = ({ voxels }: AnalysisRecord): Keyed[] =>
    voxels.map(({ voxel, result }) => ({ key: `${datasetId} ${voxel}`, result }));
  into.a.push(...keyed(a));
  into.b.push(...keyed(b));
  for (const { voxel } of a.voxels) {
    into.places.set(`${datasetId} ${voxel}`, { studyId, studyNumber, datasetId, voxel, analysisA: a.id, analysisB: b.id }); // prettier-ignore
  }
}

/** By study id, its place by time of import. */
function studyNumbers(store: StudyStore): Map<string, number> {
  const rising = [...store.listStudies()].sort((x, y) => (x.createdAt < y.createdAt ? -1 : 1));
  return new Map(rising.map((study, i) => [study.id, i + 1]));
}

function crlbOf({ result }: Keyed, name: string, isSum: boolean): number | null {
  return (isSum ? result.combined : result.metabolites).find((e) => e.name === name)?.crlbPercent ?? null;
}

/** Pairs of every metabolite, with the bounds and states by which the page leaves some out. */
function agreementOf(series: Series, quantity: ComparedQuantity): DeepReadonly<AgreementView> {
  const byKey = (list: readonly Keyed[]): ((key: string) => Keyed) => {
    const map = new Map(list.map((keyed) => [keyed.key, keyed]));
    return (key) => map.get(key) as Keyed;
  };
  const [inA, inB] = [byKey(series.a), byKey(series.b)];
  const { rows, onlyA, onlyB } = compareResults(series.a, series.b, quantity);
  const keys = [...new Set(rows.flatMap(({ pairs }) => pairs.map((p) => p.key)))];
  const index = new Map(keys.map((key, i) => [key, i]));
  return {
    spectra: keys.map((key) => ({
      ...(series.places.get(key) as Spectrum),
      statusA: inA(key).result.status,
      statusB: inB(key).result.status,
    })),
    rows: rows.map(({ name, isSum, pairs }) => ({
      name,
      isSum,
      points: pairs.map(({ key, a, b }) => ({
        spectrum: index.get(key) as number,
        a,
        b,
        crlbPercentA: crlbOf(inA(key), name, isSum),
        crlbPercentB: crlbOf(inB(key), name, isSum),
      })),
    })),
    onlyA,
    onlyB,
  };
}

type Handled = 'comparison:voxel' | 'comparison:methods' | 'comparison:agreement';

export function comparisonHandlers({ services: { store, analyses } }: HandlerContext): Pick<HostHandlers, Handled> {
  return {
    'comparison:voxel': ({ a, b, voxel }) => {
      const [first, second] = [analyses.get(a), analyses.get(b)];
      if (first.datasetId !== second.datasetId) throw new UsageError('Only analyses of the same scan are compared.');
      return { a: sideOf(first, voxel), b: sideOf(second, voxel) };
    },
    'comparison:methods': ({ studyIds }) => methodsOf(store, studyIds),
    'comparison:agreement': async ({ scope, quantity }) => {
      const series: Series = { a: [], b: [], places: new Map() };
      const numbers = studyNumbers(store);
      if (scope.kind === 'grid') {
        const [a, b] = [analyses.get(scope.a), analyses.get(scope.b)];
        if (a.datasetId !== b.datasetId) throw new UsageError('Only analyses of the same scan are compared.');
        addPair(series, a, b, numbers.get(a.studyId) ?? 0);
        return agreementOf(series, quantity);
      }
      for (const studyId of scope.studyIds) {
        const all = store.listAnalyses(studyId);
        const ofB = new Map(newestOf(all, scope.b).map((b) => [b.datasetId, b]));
        for (const a of newestOf(all, scope.a)) {
          const b = ofB.get(a.datasetId);
          if (b === undefined) continue;
          addPair(series, store.getAnalysis(a.id), store.getAnalysis(b.id), numbers.get(studyId) ?? 0);
          await setImmediate(); // other requests are answered in between
        }
      }
      return agreementOf(series, quantity);
    },
  };
}
