// The real Electron app for benchmarks that start, kill and measure it. Needs a build and LINESHAPE_ELECTRON.
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright';
import type { ElectronApplication, Page } from 'playwright';
import { UsageError } from '../../src/core/domain/errors.ts';

/** The checkout's folder, from dist/bench. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface StartedApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Process start → the worklist is drawn and answers. [ms] */
  readonly usableMs: number;
  readonly close: () => Promise<void>;
  /** SIGKILL to the main process. */
  readonly kill: () => Promise<void>;
}

/**
 * Starts the app and waits until its worklist is there.
 * @param userData folder of its data
 * @param args files to open, or options of the program
 */
export async function startApp(userData: string, args: readonly string[] = []): Promise<StartedApp> {
  const executablePath = process.env['LINESHAPE_ELECTRON'];
  if (!executablePath) {
    throw new UsageError('LINESHAPE_ELECTRON must name an Electron; node scripts/electronRuntime.mjs prints one.');
  }
  const began = performance.now();
  const app = await _electron.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', ROOT, ...args],
    env: { ...(process.env as Record<string, string>), LINESHAPE_USER_DATA: userData, LINESHAPE_NO_DIALOGS: '1' },
  });
  const page = await app.firstWindow();
  await page.locator('[data-testid=study-row], [data-testid=open-demo-empty]').first().waitFor();
  const usableMs = performance.now() - began;
  const kill = async (): Promise<void> => {
    const child = app.process();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  return { app, page, usableMs, close: () => app.close(), kill };
}
