// The main window: where it stands, what its page may do, and what happens when its page crashes.
import { join } from 'node:path';
import { BrowserWindow, screen } from 'electron';
import type { EventLog } from './eventLog.ts';
import { PAGE_URL } from './protocolPaths.ts';
import { LOCKED_DOWN } from './security.ts';
import { fitToScreens, MINIMUM_SIZE, readWindowPlace, writeWindowPlace } from './settings.ts';

export interface WindowOptions {
  /** The bundled preload. */
  readonly preload: string;
  readonly userData: string;
  readonly developerTools: boolean;
  readonly log: EventLog;
  /** The page crashed and is loaded again. */
  readonly onRevived: () => void;
  /** The page has loaded; called at each load. */
  readonly onLoaded: () => void;
}

function rememberPlace(window: BrowserWindow, path: string): void {
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds();
    writeWindowPlace(path, { position: { x, y }, width, height, maximized: window.isMaximized() });
  });
}

/** A page that crashes is loaded again, twice a window's life at most; all data are in the database. */
function reviveAfterCrash(window: BrowserWindow, { log, onRevived }: WindowOptions): void {
  let revivals = 0;
  window.webContents.on('render-process-gone', (_event, details) => {
    log.warn('page-gone', { reason: details.reason });
    if (details.reason === 'clean-exit' || revivals >= 2 || window.isDestroyed()) return;
    revivals++;
    onRevived();
    window.webContents.reload();
  });
}

/**
 * Opens the main window; it shows itself once there is something to see.
 * @param options see WindowOptions
 */
export function openMainWindow(options: WindowOptions): BrowserWindow {
  const placePath = join(options.userData, 'window.json');
  const place = fitToScreens(
    readWindowPlace(placePath),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...(place.position ?? {}),
    width: place.width,
    height: place.height,
    minWidth: MINIMUM_SIZE.width,
    minHeight: MINIMUM_SIZE.height,
    title: 'Lineshape',
    backgroundColor: '#0E1116',
    show: false,
    webPreferences: { ...LOCKED_DOWN, preload: options.preload, devTools: options.developerTools },
  });
  if (place.maximized) window.maximize();
  rememberPlace(window, placePath);
  reviveAfterCrash(window, options);
  window.once('ready-to-show', () => window.show());
  window.on('page-title-updated', (event) => event.preventDefault());
  window.webContents.on('did-finish-load', options.onLoaded);
  window.webContents.on('did-fail-load', (_event, code) => options.log.warn('page-failed', { code }));
  void window.loadURL(PAGE_URL).catch(() => undefined); // told by did-fail-load
  return window;
}
