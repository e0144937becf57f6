// A stored study quantified without anybody there, as a receiving rule says: its scan with recipe, methods and basis set that
// were named or suit it.
import type { BatchSettings } from '../core/domain/batch.ts';
import { ModelError } from '../core/domain/errors.ts';
import { firstScan, waterReferenceOf } from '../core/domain/studyScans.ts';
import { analyseByMethods } from '../core/pipeline/analyseByMethods.ts';
import type { AnalysisMethod } from '../core/pipeline/analyseByMethods.ts';
import { defaultRecipeFor, editingOf, methodForScan, readStored, recipeById } from '../core/pipeline/index.ts';
import { needsBasis, NO_BASIS } from '../core/quantification/index.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import { basisForMethods, NOT_CLOSE } from './basisChoice.ts';
import type { Session } from './session.ts';

/**
 * @returns the analysis to report; null where the study holds no scan
 * @throws ModelError where no basis set is close enough: nobody is there to see a warning; what reading and fitting throw
 */
export async function quantifyStudy(
  store: StudyStore,
  studyId: string,
  { recipeId, method, alsoBy, basisId }: BatchSettings,
  { deps, resources }: Pick<Session, 'deps' | 'resources'>,
): Promise<string | null> {
  const files = store.listDatasets(studyId);
  const scan = firstScan(files);
  if (scan === null) return null;
  const { dataset } = await readStored(store, scan, deps);
  const base = recipeId === null ? defaultRecipeFor(dataset) : recipeById(recipeId);
  const own = base.quantification;
  const resolved = await Promise.all(
    [method ?? own.method, ...alsoBy].map((one) => methodForScan(one, dataset, own.method, deps.networks)),
  );
  const methods = [...new Set(resolved)];
  const choice = { basis: basisId ?? undefined, removeMarker: false, readOptions: {}, editing: editingOf(base) };
  const basis = await basisForMethods(methods, choice, dataset, resources);
  const notClose = basis.warnings.find(({ code }) => code === NOT_CLOSE);
  if (notClose !== undefined) throw new ModelError('BASIS_MISMATCH', notClose.message);
  const byMethod = methods.map((one): AnalysisMethod => ({
    recipe: { ...base, quantification: { method: one, options: one === own.method ? own.options : {} } },
    basis: needsBasis(one) ? basis : NO_BASIS,
  }));
  const waterDatasetId = waterReferenceOf(files, scan)?.id ?? null;
  const wanted = byMethod as [AnalysisMethod, ...AnalysisMethod[]];
  const { records } = await analyseByMethods(
    { store, datasetId: scan.id, waterDatasetId, methods: wanted, voxels: null },
    deps,
  );
  return records[0].id;
}
