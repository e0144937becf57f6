// Stored analyses: their figures, and the curves of one voxel.
import type { AnalysisRecord } from '../../core/ports/studyStore.ts';
import type { AnalysisDetailView } from '../../ipc/contract.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { HandlerContext } from './context.ts';

/** @returns the record without its curves, which go voxel by voxel */
export function toAnalysisDetail(record: AnalysisRecord): DeepReadonly<AnalysisDetailView> {
  const { id, studyId, datasetId, method, recipeId, basisId, status, voxelCount, createdAt } = record;
  return {
    summary: { id, studyId, datasetId, method, recipeId, basisId, status, voxelCount, createdAt },
    waterDatasetId: record.waterDatasetId,
    recipe: { ...record.recipe } as never,
    hashes: {
      input: record.inputSha256,
      water: record.waterSha256,
      recipe: record.recipeSha256,
      basis: record.basisSha256,
    },
    appVersion: record.appVersion,
    provenance: record.provenance,
    warnings: record.warnings,
    voxels: record.voxels.map(({ voxel, result }) => ({ voxel, result })),
  };
}

export function analysisHandlers({
  services: { analyses },
}: HandlerContext): Pick<HostHandlers, 'analysis:open' | 'analysis:curves'> {
  return {
    'analysis:open': ({ analysisId }) => toAnalysisDetail(analyses.get(analysisId)),
    'analysis:curves': ({ analysisId, voxel }) =>
      analyses.get(analysisId).voxels.find((v) => v.voxel === voxel)?.curves ?? null,
  };
}
