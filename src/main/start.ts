// The program's entry: compares the packaged program with what was packed before anything else of it is loaded.
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { app, dialog } from 'electron';
import { toErrorRecord } from '../core/domain/errors.ts';
import { checkProgram } from '../node/files/programFiles.ts';
import type { SealedFiles } from '../node/files/programFiles.ts';
import type * as Main from './main.ts';

/** Files beside the archive that are compared later; null in a checkout, where nothing is. @throws ModelError */
async function check(): Promise<SealedFiles | null> {
  const archive = app.getAppPath();
  if (!app.isPackaged || !archive.endsWith('.asar')) return null;
  const files = createRequire(import.meta.url)('original-fs') as typeof import('node:fs');
  return checkProgram(archive, files.promises, process.platform);
}

try {
  const startMs = performance.now();
  const sealed = await check();
  if (process.env['LINESHAPE_TIMING'] === '1') {
    const ms = Math.round(performance.now() - startMs);
    process.stdout.write(`${JSON.stringify({ timing: 'program-checked-in', ms })}\n`);
  }
  // A file of its own: what it imports is loaded at once, the database's library included.
  const main = (await import(new URL('./main.js', import.meta.url).href)) as typeof Main;
  main.startApp(sealed);
} catch (error) {
  const { message } = toErrorRecord(error);
  if (process.env['LINESHAPE_NO_DIALOGS']) process.stderr.write(`${message}\n`);
  else dialog.showErrorBox('Lineshape can’t start', message);
  app.exit(1);
}
