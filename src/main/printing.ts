// Report page → PDF, picture or paper, by Chromium's own printing in a hidden window without script or preload.
import { BrowserWindow } from 'electron';
import { ProcessingError } from '../core/domain/errors.ts';
import type { ReportPaper } from '../ipc/contract.ts';
import { offerReportPage } from './protocol.ts';
import { LOCKED_DOWN } from './security.ts';

/** Whole pages at 96 dots an inch. [CSS px] */
const SIZES: Readonly<Record<ReportPaper, { readonly width: number; readonly height: number }>> = {
  a4: { width: 794, height: 1123 },
  letter: { width: 816, height: 1056 },
};
const PAGE_NAMES = { a4: 'A4', letter: 'Letter' } as const;
/** Of a picture: 192 dots an inch, at which the smallest print can be read. */
const PICTURE_SCALE = 2;
/** The first frames of a hidden page may be empty. */
const ATTEMPTS = 50;
const BETWEEN_ATTEMPTS_MS = 100;

/** Loads the page hidden, works with it, and forgets it. @throws ProcessingError in the given words */
async function withPage<T>(
  html: string,
  options: { readonly width: number; readonly height: number; readonly offscreen: boolean; readonly failure: string },
  work: (window: BrowserWindow) => Promise<T>,
): Promise<T> {
  const { width, height, offscreen, failure } = options;
  const page = offerReportPage(html);
  const window = new BrowserWindow({
    ...{ show: false, width, height, useContentSize: true, frame: !offscreen },
    webPreferences: { ...LOCKED_DOWN, javascript: false, images: true, backgroundThrottling: false, offscreen },
  });
  try {
    await window.loadURL(page.url);
    return await work(window);
  } catch (error) {
    throw new ProcessingError('PROCESSING_FAILED', failure, {}, error);
  } finally {
    page.release();
    window.destroy();
  }
}

/**
 * @param html the complete report page; its own @page rule may set margins
 * @throws ProcessingError where the page can't be laid out
 */
export function printPdf(html: string, paper: ReportPaper): Promise<Uint8Array> {
  const failure = 'The report could not be laid out as PDF.';
  return withPage(html, { ...SIZES[paper], offscreen: false, failure }, (window) =>
    window.webContents.printToPDF({
      pageSize: PAGE_NAMES[paper],
      printBackground: true,
      preferCSSPageSize: true,
      generateTaggedPDF: true,
    }),
  );
}

/** The first page as PNG. @throws ProcessingError */
export function picturePage(html: string, paper: ReportPaper): Promise<Uint8Array> {
  const { width, height } = SIZES[paper];
  const size = { width: width * PICTURE_SCALE, height: height * PICTURE_SCALE };
  const failure = 'The report could not be drawn as picture.';
  return withPage(html, { ...size, offscreen: true, failure }, async ({ webContents }) => {
    webContents.setZoomFactor(PICTURE_SCALE);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_ATTEMPTS_MS));
      const image = await webContents.capturePage();
      if (!image.isEmpty()) return new Uint8Array(image.toPNG());
    }
    throw new Error('The page stayed empty.');
  });
}

/** Opens the system's dialog. @returns whether the page went to a printer; false: the user cancelled */
export function printOnPaper(html: string, paper: ReportPaper): Promise<boolean> {
  const failure = 'The report could not be printed.';
  return withPage(
    html,
    { ...SIZES[paper], offscreen: false, failure },
    ({ webContents }) =>
      new Promise<boolean>((resolve, reject) => {
        webContents.print({ pageSize: PAGE_NAMES[paper], printBackground: true }, (success, reason) => {
          if (success || /cancel/i.test(reason)) resolve(success);
          else reject(new Error(reason));
        });
      }),
  );
}
