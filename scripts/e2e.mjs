// The end-to-end tests: Playwright drives the real Electron, on Linux under a virtual screen.
// Arguments are passed on to `playwright test`.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { REPO_ROOT, runCommand, runMain, underVirtualDisplay } from './commands.mjs';
import { setUp } from './setup.mjs';

/** Playwright's own record of a run, read by scripts/test.mjs. */
export const E2E_REPORT = path.join(REPO_ROOT, 'test-artefacts', 'e2e.json');

/**
 * Runs Playwright on an app that is built.
 * @param {string} executable the Electron to drive
 * @param {string[]} args passed on to `playwright test`
 * @returns {Promise<number>} its exit code
 */
export async function runEndToEnd(executable, args) {
  await mkdir(path.dirname(E2E_REPORT), { recursive: true });
  const playwright = path.join(REPO_ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
  const { command, args: all } = underVirtualDisplay(process.execPath, [playwright, 'test', ...args]);
  const { code } = await runCommand(command, all, { env: { LINESHAPE_ELECTRON: executable } });
  return code;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const onMessage = (line) => console.error(line);
    const runtime = await setUp({ electron: true, display: true, onMessage });
    await build({ only: 'all', onMessage });
    return runEndToEnd(runtime.executable, process.argv.slice(2));
  });
}
