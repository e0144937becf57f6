// The end-to-end tests: Playwright drives the real Electron, on Linux under a virtual screen.
// `--packaged` walks the packaged app through all of them; without it, through those that a package could break. All other
// arguments are passed on to `playwright test`.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { REPO_ROOT, runCommand, runMain, underVirtualDisplay } from './commands.mjs';
import { setUp } from './setup.mjs';

/** Playwright's own record of a run, read by scripts/test.mjs. */
export const E2E_REPORT = path.join(REPO_ROOT, 'test-artefacts', 'e2e.json');

/**
 * Runs Playwright on an app that is built, and on its package.
 * @param {object} options
 * @param {import('./electronRuntime.mjs').ElectronRuntime} options.runtime the Electron to drive
 * @param {string[]} [options.args] passed on to `playwright test`
 * @param {boolean} [options.packagedOnly] all tests, but those of the package only
 * @param {(line: string) => void} options.onMessage receiver of the progress lines
 * @returns {Promise<number>} its exit code
 */
export async function runEndToEnd({ runtime, args = [], packagedOnly = false, onMessage }) {
  // Loaded late: the packages it uses may only just have been installed.
  const { testPackage } = await import('./testPackage.mjs');
  const packaged = await testPackage({ runtime, onMessage });
  await mkdir(path.dirname(E2E_REPORT), { recursive: true });
  const playwright = path.join(REPO_ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
  const { command, args: all } = underVirtualDisplay(process.execPath, [playwright, 'test', ...args]);
  const env = {
    LINESHAPE_ELECTRON: runtime.executable,
    LINESHAPE_PACKAGE: packaged,
    ...(packagedOnly ? { LINESHAPE_PACKAGED: 'all' } : {}),
  };
  const { code } = await runCommand(command, all, { env });
  return code;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const onMessage = (line) => console.error(line);
    const runtime = await setUp({ electron: true, display: true, onMessage });
    await build({ only: 'all', onMessage });
    const args = process.argv.slice(2);
    const packagedOnly = args.includes('--packaged');
    return runEndToEnd({ runtime, args: args.filter((arg) => arg !== '--packaged'), packagedOnly, onMessage });
  });
}
