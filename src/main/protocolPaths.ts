// What the app:// scheme serves: URL → file below the renderer's folder, its MIME type, and the headers every answer
// carries. Pure but for the symbolic-link check, so that it is tested without Electron.
import { realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

export const APP_SCHEME = 'app';
/** Host of the user interface. */
export const PAGE_HOST = 'lineshape';
/** Host of report pages kept in memory while they are printed: another origin, so that no page there may call us. */
export const REPORT_HOST = 'report';
export const PAGE_ORIGIN = `${APP_SCHEME}://${PAGE_HOST}`;
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`;

/**
 * As tight as its users allow: NiiVue (WebAssembly and blob workers for decompression, images and fonts as data: and
 * blob: URLs), ECharts and Vue (style attributes).
 */
export const PAGE_CSP = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self' blob: data:",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A report is one self-contained page without a script. */
export const REPORT_CSP =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

/** @returns the MIME type by the file's extension; unknown ones are plain bytes, which no page will run */
export function mimeType(fileName: string): string {
  return MIME_TYPES[extname(fileName).toLowerCase()] ?? 'application/octet-stream';
}

/** @returns headers of every answer */
export function responseHeaders(contentType: string, csp: string): Record<string, string> {
  return {
    'Content-Type': contentType,
    'Content-Security-Policy': csp,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  };
}

/**
 * The path segments a URL asks for, or null where it must be refused. Works on the raw text too, because the URL parser
 * folds ".." away before anyone could see that it was there.
 * @param rawUrl as the request has it
 */
export function requestedSegments(rawUrl: string): readonly string[] | null {
  let url: URL;
  let path: string;
  try {
    url = new URL(rawUrl);
    path = decodeURIComponent(url.pathname);
    const rawPath = decodeURIComponent(rawUrl.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, ''));
    if (rawPath.split(/[/\\]/).includes('..')) return null;
  } catch {
    return null; // not a URL, or a broken escape
  }
  if (url.protocol !== `${APP_SCHEME}:` || url.host !== PAGE_HOST || url.username !== '' || url.password !== '')
    return null;
  const segments = (path === '/' ? '/index.html' : path).slice(1).split('/');
  const refused = (s: string): boolean =>
    s === '' || s === '.' || s === '..' || s.includes('\\') || s.includes('\0') || s.includes(':') || s.includes('%');
  return segments.some(refused) ? null : segments;
}

/**
 * URL → real file below `root`.
 * @param rawUrl the request's URL
 * @param root the renderer's folder, absolute
 * @returns the file's path, or null where the URL leaves the folder (also through a symbolic link) or nothing is there
 */
export async function resolvePageFile(rawUrl: string, root: string): Promise<string | null> {
  const segments = requestedSegments(rawUrl);
  if (segments === null) return null;
  try {
    const realRoot = await realpath(root);
    const file = await realpath(join(realRoot, ...segments));
    return file.startsWith(realRoot + sep) ? file : null;
  } catch {
    return null; // no such file
  }
}
