// What the web side may not do: leave the app's own pages, open windows, ask for permissions, reach the network.
import type { App, Session, WebContents, WebPreferences } from 'electron';
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

/** Peers are reached through a proxy or not at all; there is none. */
const WEBRTC_POLICY = 'disable_non_proxied_udp';

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
 * @param permission as Electron names it
 * @param requester URL or origin of the page that asks
 */
export function isAllowedPermission(permission: string, requester: string): boolean {
  return permission === ALLOWED_PERMISSION && (requester === PAGE_ORIGIN || requester.startsWith(`${PAGE_ORIGIN}/`));
}

/**
 * Must run before the app is ready. Requests are cancelled by hardenSession; this keeps what is no request from reaching the
 * network too: names looked up and connections opened in advance.
 */
export function closeNetwork(app: Pick<App, 'commandLine'>): void {
  // Every name and every address, in the words of Chromium's own switch: nothing is resolved.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}

/**
 * @param session the windows' session
 * @param developerTools see isAllowedRequest
 */
export function hardenSession(session: Session, developerTools: boolean): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(isAllowedPermission(permission, details.requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => isAllowedPermission(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isAllowedRequest(details.url, developerTools) });
  });
  // Else Electron fetches a dictionary from Google at each first start, past the handlers above.
  session.setSpellCheckerEnabled(false);
  session.setSpellCheckerLanguages([]);
  session.on('will-download', (event) => event.preventDefault());
}

function hardenPage(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    // A preview frame is filled through srcdoc, which does not pass here; anything that does is a link.
    event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // No permission is asked for Bluetooth: unless told otherwise, Electron takes the first device there is.
  contents.on('select-bluetooth-device', (event, _devices, choose) => {
    event.preventDefault();
    choose('');
  });
  contents.setWebRTCIPHandlingPolicy(WEBRTC_POLICY);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Every page of the app, whenever it is made: no navigation, no windows, no webview, no devices. */
export function hardenContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => hardenPage(contents));
}
