// Reports as DICOM objects in the study host: what is printed comes from the main process.
import { reportObjects, storedReport } from '../node/dicom/reportObjects.ts';
import type { MainRequests } from './mainRequests.ts';
import type { BaseServices, ReportObjects } from './services.ts';

/** @param print asks the main process for the printed page */
export function reportObjectsBy(services: BaseServices, print: MainRequests['print']): ReportObjects {
  return async (report, kinds) => {
    const { language = 'en', paper = 'a4', drawn = {} } = report;
    return reportObjects(await storedReport({ ...report, language, paper, drawn }, services), kinds, {
      pdf: (html) => print({ html, paper, as: 'pdf' }),
      picture: (html) => print({ html, paper, as: 'png' }),
    });
  };
}
