// The app:// scheme: serves the built user interface, and report pages while they are printed.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import {
  APP_SCHEME,
  mimeType,
  PAGE_CSP,
  PAGE_HOST,
  REPORT_CSP,
  REPORT_HOST,
  resolvePageFile,
  responseHeaders,
} from './protocolPaths.ts';

/** Report pages by their one-time URL. */
const reportPages = new Map<string, string>();

/** Must run before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/**
 * Keeps a report page until it is released.
 * @param html complete page
 * @returns its URL, and the function that forgets it
 */
export function offerReportPage(html: string): { readonly url: string; readonly release: () => void } {
  const url = `${APP_SCHEME}://${REPORT_HOST}/${randomUUID()}`;
  reportPages.set(url, html);
  return { url, release: () => reportPages.delete(url) };
}

function notFound(): Response {
  return new Response('Not found', { status: 404, headers: responseHeaders('text/plain', PAGE_CSP) });
}

async function answerPage(url: string, rendererFolder: string): Promise<Response> {
  const file = await resolvePageFile(url, rendererFolder);
  if (file === null) return notFound();
  try {
    const bytes = await readFile(file);
    return new Response(new Uint8Array(bytes), { headers: responseHeaders(mimeType(file), PAGE_CSP) });
  } catch {
    return notFound(); // a folder, or gone meanwhile
  }
}

function answerReport(url: string): Response {
  const html = reportPages.get(url);
  if (html === undefined) return notFound();
  return new Response(html, { headers: responseHeaders('text/html; charset=utf-8', REPORT_CSP) });
}

/**
 * Starts serving; the app must be ready.
 * @param rendererFolder dist/renderer
 */
export function servePages(rendererFolder: string): void {
  protocol.handle(APP_SCHEME, (request) => {
    if (request.method !== 'GET') return notFound();
    const host = new URL(request.url).host;
    if (host === PAGE_HOST) return answerPage(request.url, rendererFolder);
    return host === REPORT_HOST ? answerReport(request.url) : notFound();
  });
}
