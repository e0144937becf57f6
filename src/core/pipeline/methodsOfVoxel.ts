// What every method that a stored scan was analysed with says of one voxel.
import type { VoxelQuantification } from '../domain/quantification.ts';
import { referenceFit } from '../domain/methodValues.ts';
import type { AnalysisRecord, AnalysisSummary, StudyStore } from '../ports/studyStore.ts';

/** A method's newest analysis with the voxel in it. */
export interface MethodOfVoxel extends VoxelQuantification {
  readonly analysis: AnalysisSummary;
}

/**
 * @param store where the scan lies
 * @param voxel index over x, y, z, C order
 * @returns the newest result of each method that has one of the voxel, in the order of their first analyses
 * @throws StudyDbError NOT_FOUND where there is no such scan
 */
export function methodsOfVoxel(
  store: Pick<StudyStore, 'getDataset' | 'listAnalyses' | 'getAnalysisVoxel'>,
  datasetId: string,
  voxel: number,
): MethodOfVoxel[] {
  const { studyId } = store.getDataset(datasetId);
  const analyses = store.listAnalyses(studyId).filter((a) => a.datasetId === datasetId);
  const methods = [...new Set(analyses.map(({ method }) => method))];
  return methods.flatMap((method): MethodOfVoxel[] => {
    for (const analysis of analyses.filter((a) => a.method === method).reverse()) {
      const found = store.getAnalysisVoxel(analysis.id, voxel);
      if (found !== null) return [{ ...found, analysis }];
    }
    return [];
  });
}

/** The newest model fit of a scan, which networks are held against; null where there is none. */
export function fitOfScan(
  store: Pick<StudyStore, 'getAnalysis' | 'listAnalyses'>,
  { studyId, datasetId }: Pick<AnalysisSummary, 'studyId' | 'datasetId'>,
): AnalysisRecord | null {
  const newestFirst = store.listAnalyses(studyId).filter((a) => a.datasetId === datasetId && a.status !== 'refused').reverse(); // prettier-ignore
  const at = referenceFit(newestFirst.map(({ method }) => method));
  const found = at === null ? undefined : newestFirst[at];
  return found === undefined ? null : store.getAnalysis(found.id);
}
