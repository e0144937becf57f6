// Report page → PDF, by Chromium's own printing in a hidden window without script or preload.
import { BrowserWindow } from 'electron';
import { ProcessingError } from '../core/domain/errors.ts';
import { offerReportPage } from './protocol.ts';
import { LOCKED_DOWN } from './security.ts';

/**
 * @param html the complete report page; its own @page rule may set margins
 * @returns the PDF, A4
 * @throws ProcessingError where the page can't be laid out
 */
export async function printPdf(html: string): Promise<Uint8Array> {
  const page = offerReportPage(html);
  const window = new BrowserWindow({
    show: false,
    width: 794,
    height: 1123,
    webPreferences: { ...LOCKED_DOWN, javascript: false, images: true, backgroundThrottling: false },
  });
  try {
    await window.loadURL(page.url);
    return await window.webContents.printToPDF({
      pageSize: 'A4',
      printBackground: true,
      preferCSSPageSize: true,
      generateTaggedPDF: true,
    });
  } catch (error) {
    throw new ProcessingError('PROCESSING_FAILED', 'The report could not be laid out as PDF.', {}, error);
  } finally {
    page.release();
    window.destroy();
  }
}
