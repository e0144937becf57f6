// Where the app's own files and the user's are.
import { dirname, join, resolve } from 'node:path';
import type { App } from 'electron';

export interface AppPaths {
  readonly renderer: string;
  readonly preload: string;
  /** The bundled studyHost.worker.ts. */
  readonly studyHost: string;
  readonly workers: string;
  readonly resources: string;
  readonly userData: string;
  readonly database: string;
  /** The user's own basis sets. */
  readonly userBases: string;
  /** Chromium's own licences, as Electron brings them. */
  readonly chromiumLicences: string;
}

/**
 * @param app Electron's app; its userData must be set already
 * @param environment process.env: LINESHAPE_DB names another database
 */
export function appPaths(app: App, environment: Readonly<Record<string, string | undefined>>): AppPaths {
  const root = app.getAppPath();
  // Threads can't be started from inside the archive; the package keeps their files beside it.
  const threads = root.endsWith('.asar') ? `${root}.unpacked` : root;
  const userData = app.getPath('userData');
  return {
    renderer: join(root, 'dist', 'renderer'),
    preload: join(root, 'dist', 'preload', 'preload.cjs'),
    studyHost: join(threads, 'dist', 'main', 'studyHost.worker.js'),
    workers: join(threads, 'dist', 'workers'),
    // electron-builder puts extraResources beside the archive.
    resources: app.isPackaged ? join(process.resourcesPath, 'resources') : join(root, 'resources'),
    userData,
    userBases: join(userData, 'basis'),
    // On macOS Electron's file stands beside the app, where no installer takes it: the package has a copy.
    chromiumLicences: join(
      process.platform === 'darwin' ? process.resourcesPath : dirname(process.execPath),
      'LICENSES.chromium.html',
    ),
    database: resolve(environment['LINESHAPE_DB'] || join(userData, 'lineshape.db')),
  };
}
