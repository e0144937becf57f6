// The default app of the assembled Electron runtime: it opens a checkout's folder as `electron FOLDER` does, and nothing else.

/**
 * Electron itself waits for this module before it becomes ready, so the app's main has to be awaited here: an app that
 * registers privileged schemes or command-line switches must have done so by then.
 */
const MAIN = `import { app } from 'electron';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

process.defaultApp = true;
try {
  const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
  if (!folder) throw new Error('the folder of an app is expected as argument');
  const appPath = path.resolve(folder);
  const about = JSON.parse(readFileSync(path.join(appPath, 'package.json'), 'utf8'));
  const main = path.resolve(appPath, about.main ?? 'index.js');
  if (about.version) app.setVersion(about.version);
  if (about.productName || about.name) app.setName(about.productName || about.name);
  app.setAppPath(appPath);
  if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', path.join(app.getPath('appData'), app.getName()));
  await import(pathToFileURL(main).href);
} catch (error) {
  console.error('The app could not be started: ' + (error?.stack ?? error));
  app.exit(1);
}
`;

/** File name → content of resources/default_app.asar. */
export const DEFAULT_APP_FILES = {
  'package.json': `${JSON.stringify({ name: 'lineshape-default-app', type: 'module', main: 'main.js' })}\n`,
  'main.js': MAIN,
};
