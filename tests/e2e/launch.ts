// Starts the real app for an end-to-end test: own user data, console and page errors collected, closed cleanly. In the project
// "packaged" of playwright.config.ts it is the packaged app, in the other one the checkout's.
// `import { expect, test } from './launch.ts'`; a test takes `app` (started) or `launchApp` (to start, restart, or both).
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, test as base, expect } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';

export { expect };

/** The checkout's folder. */
export const REPO_ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const SCREENSHOTS = path.join(REPO_ROOT, 'test-artefacts', 'screenshots');
const CLOSE_LIMIT_MS = 20_000;
const SHOWN = { timeout: 20_000 };

export interface LaunchOptions {
  /** Folder of the app's own data; the same one again is a restart. Default: one new folder a test. */
  readonly userData?: string;
  /** The folder of another app than the one under test: only for what a package can't be. */
  readonly appFolder?: string;
  /** The program file of another package than the one under test. */
  readonly packagedProgram?: string;
  /** Arguments for the app: files to open, `--open-demo`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Console or page errors that the test provokes on purpose; all others fail the test. */
  readonly expectedProblems?: readonly RegExp[];
}

export interface RunningApp {
  readonly electron: ElectronApplication;
  readonly window: Page;
  readonly userData: string;
  /** Console errors and uncaught page errors so far, without the expected ones. */
  readonly problems: readonly string[];
  /** Saves the window as test-artefacts/screenshots/NAME.png and gives the file's path. */
  screenshot(name: string): Promise<string>;
  /** Quits the app and waits for the process to end. */
  close(): Promise<void>;
}

interface Fixtures {
  readonly userDataFolder: string;
  readonly launchApp: (options?: LaunchOptions) => Promise<RunningApp>;
  readonly app: RunningApp;
}

interface Started {
  readonly app: RunningApp;
  readonly output: string[];
}

/** Tests may run as root and in containers with a small /dev/shm, where neither sandbox nor shared memory would do. */
const FOR_CONTAINERS = ['--no-sandbox', '--disable-dev-shm-usage'];

function programOf(variable: 'LINESHAPE_ELECTRON' | 'LINESHAPE_PACKAGE'): string {
  const executable = process.env[variable];
  if (!executable) throw new Error(`${variable} is not set; start these tests with: npm run test:e2e`);
  return executable;
}

/** Whether the running test is to walk through the packaged app. */
export const isPackaged = (): boolean => base.info().project.name === 'packaged';

/** The packaged app's program file. */
export const packagedProgram = (): string => programOf('LINESHAPE_PACKAGE');

/**
 * How the app under test is started.
 * @param args files to open, switches of the app's own
 * @param other the folder of another app, or the program of another package
 */
export function appCommand(
  args: readonly string[] = [],
  other: Pick<LaunchOptions, 'appFolder' | 'packagedProgram'> = {},
): { readonly executable: string; readonly args: string[] } {
  const { appFolder, packagedProgram: program } = other;
  if (program !== undefined || (appFolder === undefined && isPackaged()))
    return { executable: program ?? packagedProgram(), args: [...FOR_CONTAINERS, ...args] };
  return { executable: programOf('LINESHAPE_ELECTRON'), args: [...FOR_CONTAINERS, appFolder ?? REPO_ROOT, ...args] };
}

function environment(userData: string, extra: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // A message box would wait for a click that never comes; the sentence goes to stderr instead.
  return { ...Object.fromEntries(inherited), LINESHAPE_USER_DATA: userData, LINESHAPE_NO_DIALOGS: '1', ...extra };
}

async function start(userDataFolder: string, options: LaunchOptions): Promise<Started> {
  const userData = options.userData ?? userDataFolder;
  const { executable: executablePath, args } = appCommand(options.args, options);
  const electron = await _electron.launch({
    executablePath,
    args,
    cwd: REPO_ROOT,
    env: environment(userData, options.env ?? {}),
  });
  const child = electron.process();
  const output: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const problems: string[] = [];
  const note = (text: string): void => {
    if (!options.expectedProblems?.some((pattern) => pattern.test(text))) problems.push(text);
  };
  electron.on('window', (page) => watch(page, note));
  electron.windows().forEach((page) => watch(page, note));
  const window = await electron.firstWindow();
  await window.waitForLoadState('domcontentloaded');
  // The database says first who may be there. A start that fails shows neither, and says so itself.
  await window
    .locator('[data-testid=status-line], [data-testid=lock-screen]')
    .first()
    .waitFor(SHOWN)
    .catch(() => undefined);
  const screenshot = async (name: string): Promise<string> => {
    await mkdir(SCREENSHOTS, { recursive: true });
    const file = path.join(SCREENSHOTS, `${name}.png`);
    await window.screenshot({ path: file });
    return file;
  };
  return { output, app: { electron, window, userData, problems, screenshot, close: () => closeApp(electron, child) } };
}

const watched = new WeakSet<Page>();

function watch(page: Page, note: (text: string) => void): void {
  if (watched.has(page)) return;
  watched.add(page);
  page.on('pageerror', (error) => note(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') note(`console error: ${message.text()} (${message.location().url})`);
  });
}

/** @throws where the app does not end by itself: hanging at the end is a fault, and no process may be left behind */
async function closeApp(electron: ElectronApplication, child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), CLOSE_LIMIT_MS);
  });
  const outcome = await Promise.race([electron.close(), late]);
  clearTimeout(timer);
  if (outcome !== 'late') return;
  child.kill('SIGKILL');
  throw new Error(`The app did not quit within ${CLOSE_LIMIT_MS / 1000} s.`);
}

export const test = base.extend<Fixtures>({
  // Playwright reads a fixture's needs from its first parameter, which must therefore be an object pattern.
  userDataFolder: async ({}, use) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'lineshape-e2e-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },

  launchApp: async ({ userDataFolder }, use, testInfo) => {
    const started: Started[] = [];
    await use(async (options = {}) => {
      const one = await start(userDataFolder, options);
      started.push(one);
      return one.app;
    });
    const ends = await Promise.allSettled(started.map(({ app }) => app.close()));
    if (testInfo.status !== testInfo.expectedStatus) {
      const body = started.map(({ output }) => output.join('')).join('\n');
      await testInfo.attach('output of the app', { body, contentType: 'text/plain' });
      process.stdout.write(`${body.split('\n').slice(-40).join('\n')}\n`);
    }
    expect(
      ends.filter((end) => end.status === 'rejected').map((end) => String(end.reason)),
      'apps that did not quit',
    ).toEqual([]);
    expect(
      started.flatMap(({ app }) => app.problems),
      'errors in the window during the test',
    ).toEqual([]);
  },

  app: async ({ launchApp }, use) => {
    await use(await launchApp());
  },
});
