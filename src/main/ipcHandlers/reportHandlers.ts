// Reports: the page for the preview, the content for a file, and the record that one was written.
import { nameWithoutExtension } from '../../core/domain/fileNames.ts';
import { buildReportModel, csvInputOf } from '../../core/pipeline/studyWorkflow.ts';
import { csvReport, htmlReport } from '../../core/reports/index.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';

export function reportHandlers({
  services: { store, analyses, parse, stamp },
}: HandlerContext): Pick<HostHandlers, 'report:preview' | 'host:report' | 'host:record-report'> {
  const page = async (analysisId: string, voxel: number, withCorrection = false): Promise<string> =>
    htmlReport(await buildReportModel(store, analysisId, voxel, { parse, stamp }), { withCorrection });
  return {
    'report:preview': async ({ analysisId, voxel, withCorrection }) => ({
      html: await page(analysisId, voxel, withCorrection),
    }),
    'host:report': async ({ analysisId, voxel, format, withCorrection }) => {
      const { datasetId } = analyses.get(analysisId);
      const content =
        format === 'html' ? await page(analysisId, voxel, withCorrection) : csvReport([csvInputOf(store, analysisId)]);
      const kind = format === 'html' ? 'report' : 'results';
      return { content, suggestedName: `${nameWithoutExtension(store.getDataset(datasetId).fileName)}-${kind}` };
    },
    'host:record-report': ({ analysisId, format, sha256 }) => {
      const { studyId } = analyses.get(analysisId);
      store.addReport({ studyId, analysisId, format, sha256 });
      return null;
    },
  };
}
