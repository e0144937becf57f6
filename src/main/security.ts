// What the web side may not do: leave the app's own pages, open windows, ask for permissions, reach the network.
import type { App, Session, WebPreferences } from 'electron';
import { APP_SCHEME, PAGE_HOST, PAGE_ORIGIN, REPORT_HOST } from './protocolPaths.ts';

/** Preferences of every window; the preload is added for the user interface alone. */
export const LOCKED_DOWN: WebPreferences = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webviewTag: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  enableWebSQL: false,
};

/** The only permission given: writing text to the clipboard, for "copy table". */
const ALLOWED_PERMISSION = 'clipboard-sanitized-write';

/**
 * Whether a request may leave the page.
 * @param rawUrl what is asked for
 * @param developerTools whether the developer tools' own pages are allowed (development only)
 */
export function isAllowedRequest(rawUrl: string, developerTools: boolean): boolean {
  let url: URL;
  try {
    url = new URL(rawUrl);
  } catch {
    return false;
  }
  if (url.protocol === `${APP_SCHEME}:`) return url.host === PAGE_HOST || url.host === REPORT_HOST;
  if (url.protocol === 'data:') return true;
  if (url.protocol === 'blob:') return rawUrl.startsWith(`blob:${PAGE_ORIGIN}/`);
  return developerTools && url.protocol === 'devtools:';
}

/**
 * @param session the windows' session
 * @param developerTools see isAllowedRequest
 */
export function hardenSession(session: Session, developerTools: boolean): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(permission === ALLOWED_PERMISSION && details.requestingUrl.startsWith(`${PAGE_ORIGIN}/`));
  });
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === ALLOWED_PERMISSION && origin.startsWith(PAGE_ORIGIN),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isAllowedRequest(details.url, developerTools) });
  });
  session.on('will-download', (event) => event.preventDefault());
}

/** Every page of the app, whenever it is made: no navigation, no windows, no webview. */
export function hardenContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      // A preview frame is filled through srcdoc, which does not pass here; anything that does is a link.
      event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
