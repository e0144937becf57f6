// Maps of a grid's results in the study host: every quantity as NIfTI, into a new folder.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../core/domain/errors.ts';
import { voxelCount } from '../../core/domain/mrsDataset.ts';
import { mapFiles } from '../../core/pipeline/index.ts';
import { readStored } from '../../core/pipeline/studyWorkflow.ts';
import { writeOutputs } from '../../node/files/outputFolder.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';

/** Names no patient: "maps nlls", with a number where that is there already. */
function freeFolderName(parent: string, method: string): string {
  const plain = `maps ${method.replace(/[^A-Za-z0-9-]+/g, '-')}`;
  let free = plain;
  for (let n = 2; existsSync(join(parent, free)); n++) free = `${plain} (${n})`;
  return free;
}

export function mapHandlers({
  services: { store, analyses, parse },
}: HandlerContext): Pick<HostHandlers, 'host:export-maps'> {
  return {
    'host:export-maps': async ({ analysisId, parent }) => {
      const { datasetId, method, voxels } = analyses.get(analysisId);
      const { dataset } = await readStored(store, store.getDataset(datasetId), { parse });
      if (voxelCount(dataset) === 1) throw new UsageError('This scan has one voxel only, which makes no map.');
      const files = mapFiles(dataset, voxels);
      if (files.size === 0) throw new UsageError('No voxel of this analysis was fitted, so that there is no map.');
      const folderName = freeFolderName(parent, method);
      await writeOutputs(join(parent, folderName), files);
      const details = { analysisId, files: files.size };
      store.recordAudit({ kind: 'export', action: 'maps', studyId: store.getDataset(datasetId).studyId, details });
      return { folderName, fileCount: files.size };
    },
  };
}
