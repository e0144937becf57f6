// Every request the study host answers.
import type { HostHandlers } from '../hostMessages.ts';
import { accessHandlers } from './accessHandlers.ts';
import { analysisHandlers } from './analysisHandlers.ts';
import { batchHandlers } from './batchHandlers.ts';
import { basisHandlers } from './basisHandlers.ts';
import { comparisonHandlers } from './comparisonHandlers.ts';
import type { HandlerContext } from './context.ts';
import { correctionHandlers } from './correctionHandlers.ts';
import { datasetHandlers } from './datasetHandlers.ts';
import { dicomHandlers } from './dicomHandlers.ts';
import { dicomReportHandlers } from './dicomReportHandlers.ts';
import { exportHandlers } from './exportHandlers.ts';
import { fitHandlers } from './fitHandlers.ts';
import { importHandlers } from './importHandlers.ts';
import { jobHandlers } from './jobHandlers.ts';
import { lcmodelHandlers } from './lcmodelHandlers.ts';
import { mapHandlers } from './mapHandlers.ts';
import { methodsHandlers } from './methodsHandlers.ts';
import { modelHandlers } from './modelHandlers.ts';
import { mrsiHandlers } from './mrsiHandlers.ts';
import { referenceRangeHandlers } from './referenceRangeHandlers.ts';
import { reportHandlers } from './reportHandlers.ts';
import { settingsHandlers } from './settingsHandlers.ts';
import { simulationHandlers } from './simulationHandlers.ts';
import { studyHandlers } from './studyHandlers.ts';
import { worklistHandlers } from './worklistHandlers.ts';

/** @param context the services and the way to the page */
export function createHostHandlers(context: HandlerContext): HostHandlers {
  const beginning = {
    ...fitHandlers(context),
    ...lcmodelHandlers(context),
    ...correctionHandlers(context),
    ...simulationHandlers(context),
    ...dicomHandlers(context),
  };
  return {
    ...accessHandlers(context),
    ...settingsHandlers(context),
    ...studyHandlers(context),
    ...worklistHandlers(context),
    ...batchHandlers(context),
    ...importHandlers(context),
    ...exportHandlers(context),
    ...dicomReportHandlers(context),
    ...datasetHandlers(context),
    ...basisHandlers(context),
    ...beginning,
    ...jobHandlers(context, beginning),
    ...analysisHandlers(context),
    ...comparisonHandlers(context),
    ...mapHandlers(context),
    ...mrsiHandlers(context),
    ...methodsHandlers(context),
    ...modelHandlers(context),
    ...reportHandlers(context),
    ...referenceRangeHandlers(context),
    'host:close': async () => {
      await context.services.close();
      return null;
    },
  };
}
