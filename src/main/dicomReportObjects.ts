// Reports as DICOM objects in the study host: what is printed comes from the main process, of a signed version what was
// signed.
import type { SentKind } from '../core/domain/dicomNode.ts';
import { ProcessingError } from '../core/domain/errors.ts';
import { writeDicomCapture, writeDicomPdf } from '../core/formats/write/dicomReport.ts';
import type { SentObject } from '../core/ports/dicomNetwork.ts';
import { pngPixels } from '../node/files/pngPixels.ts';
import { newDicomUid } from '../node/files/reportDicom.ts';
import { contentOf } from './ipcHandlers/reportHandlers.ts';
import type { MainRequests } from './mainRequests.ts';
import type { BaseServices, ReportObjects } from './services.ts';

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** @param print asks the main process for the printed page */
export function reportObjectsBy(services: BaseServices, print: MainRequests['print']): ReportObjects {
  return async (report, kinds) => {
    const content = await contentOf(services, { ...report, format: 'html' });
    const { paper = 'a4' } = report;
    const header = { ...content.dicom, uid: newDicomUid };
    const bytesOf = async (kind: SentKind): Promise<{ sopClassUid: string; bytes: Uint8Array }> => {
      if (kind === 'report-pdf') {
        const pdf = content.pdf ?? (await print({ html: content.text, paper, as: 'pdf' }));
        return { sopClassUid: '1.2.840.10008.5.1.4.1.1.104.1', bytes: writeDicomPdf(pdf, header) };
      }
      if (kind === 'report-capture') {
        const png = await print({ html: content.text, paper, as: 'png' });
        return { sopClassUid: '1.2.840.10008.5.1.4.1.1.7', bytes: writeDicomCapture(pngPixels(png), header) };
      }
      throw new ProcessingError('PROCESSING_FAILED', 'merge wip/c');
    };
    const objects: SentObject[] = [];
    for (const kind of kinds) {
      const made = await bytesOf(kind);
      objects.push({ ...made, sopInstanceUid: '1.2', transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN });
    }
    return objects;
  };
}
