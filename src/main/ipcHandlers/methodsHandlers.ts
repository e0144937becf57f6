// Several methods on one spectrum: the newest result of each.
import { methodsOfVoxel } from '../../core/pipeline/methodsOfVoxel.ts';
import type { MethodOfVoxel } from '../../core/pipeline/methodsOfVoxel.ts';
import type { MethodOfVoxelView } from '../../ipc/contract.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { HandlerContext } from './context.ts';

function methodView({ analysis, result, curves }: MethodOfVoxel): DeepReadonly<MethodOfVoxelView> {
  const { id: analysisId, createdAt, basisId } = analysis;
  const { method, version, status, reason, metabolites, combined } = result;
  const { inDistribution, doubt, executionProvider, elapsedMs } = result;
  return {
    ...{ analysisId, createdAt, method, version, basisId, status, reason, metabolites, combined },
    ...{ inDistribution, executionProvider, elapsedMs },
    ...(doubt === undefined ? {} : { doubt }),
    // A fit whose curves were not kept, or a network whose design gives none, has empty ones.
    curves: curves === null || curves.ppm.length === 0 ? null : curves,
  };
}

export function methodsHandlers({ services: { store } }: HandlerContext): Pick<HostHandlers, 'methods:voxel'> {
  return {
    'methods:voxel': ({ datasetId, voxel }) => ({ methods: methodsOfVoxel(store, datasetId, voxel).map(methodView) }),
  };
}
