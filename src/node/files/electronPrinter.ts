// Static HTML → PDF or PNG without the app: by an Electron, or by a Chromium on the PATH, in a process of its own.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface PrintOptions {
  readonly kind: 'pdf' | 'png';
  /** PDF only. @default A4 */
  readonly paper?: 'a4' | 'letter';
  /** PNG only: size of the page in CSS pixels; the picture has twice as many. */
  readonly widthPx?: number;
  readonly heightPx?: number;
}

/** The bytes, or in one sentence why there are none. */
export type PrintOutcome =
  { readonly bytes: Uint8Array; readonly reason: null } | { readonly bytes: null; readonly reason: string };

/** A cold start in software rendering on a slow machine takes 10 s. [ms] */
const TIME_LIMIT_MS = 90_000;
const SCALE = 2;

interface Printer {
  readonly kind: 'electron' | 'chromium';
  readonly executable: string;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((f) => f !== '');
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isExecutable);
    if (found !== undefined) return found;
  }
  return null;
}

/** The runtime that the set-up script assembled and keeps in the user's cache directory (scripts/electronRuntime.mjs). */
function cachedElectron(): string | null {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lineshape');
  if (!existsSync(cache)) return null;
  const folders = readdirSync(cache, { withFileTypes: true }).filter(
    (e) => e.isDirectory() && /^electron/.test(e.name),
  );
  const candidates = folders.flatMap((e) => [join(cache, e.name, 'electron'), join(cache, e.name, 'dist', 'electron')]);
  return candidates.find(isExecutable) ?? null;
}

function findPrinter(): Printer | null {
  const named = process.env['LINESHAPE_ELECTRON'];
  if (named !== undefined && named !== '') return isExecutable(named) ? { kind: 'electron', executable: named } : null;
  const electron = cachedElectron();
  if (electron !== null) return { kind: 'electron', executable: electron };
  const chromium = onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);
  return chromium === null ? null : { kind: 'chromium', executable: chromium };
}

/** Electron's main script: loads the page with scripts off, prints it, ends. Job and result are files in its folder. */
const MAIN_SCRIPT = `
const { app, BrowserWindow } = require('electron');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const job = JSON.parse(readFileSync(join(__dirname, 'job.json'), 'utf8'));
app.setPath('userData', join(__dirname, 'profile'));
app.disableHardwareAcceleration();
app.commandLine.appendSwitch('force-device-scale-factor', String(job.scale));
app.whenReady().then(async () => {
  const window = new BrowserWindow({
    show: false, width: job.width, height: job.height, useContentSize: true, frame: false,
    webPreferences: { javascript: false, sandbox: true, contextIsolation: true, nodeIntegration: false, offscreen: job.kind === 'png' },
  });
  await window.loadFile(join(__dirname, 'page.html'));
  let bytes;
  if (job.kind === 'pdf') bytes = await window.webContents.printToPDF({ pageSize: job.pageSize, printBackground: true, preferCSSPageSize: true, generateTaggedPDF: true });
  else {
    for (let i = 0; i < 50; i++) {
      const image = await window.webContents.capturePage();
      if (!image.isEmpty()) { bytes = image.toPNG(); break; }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  if (!bytes) throw new Error('no picture');
  writeFileSync(join(__dirname, 'result'), bytes);
  app.exit(0);
}).catch((error) => { console.error(String(error && error.message)); app.exit(1); });
`;

/**
 * As root, Chromium's sandbox refuses to start. Without it the page could harm only if it were hostile; it is our own
 * static page: escaped text, scripts off, a content security policy that forbids all loading.
 */
function sandboxArguments(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

function electronCommand(executable: string, folder: string): { command: string; args: string[] } | null {
  const args = [...sandboxArguments(), folder];
  const hasDisplay =
    process.platform !== 'linux' || Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY']);
  if (hasDisplay) return { command: executable, args };
  const xvfb = onPath(['xvfb-run']);
  return xvfb === null ? null : { command: xvfb, args: ['-a', executable, ...args] };
}

function chromiumCommand(
  executable: string,
  folder: string,
  options: PrintOptions,
): { command: string; args: string[] } {
  const result = join(folder, 'result');
  const output =
    options.kind === 'pdf'
      ? ['--no-pdf-header-footer', `--print-to-pdf=${result}`]
      : [
          `--screenshot=${result}`,
          `--window-size=${options.widthPx ?? 900},${options.heightPx ?? 460}`,
          `--force-device-scale-factor=${SCALE}`,
        ];
  const page = pathToFileURL(join(folder, 'page.html')).href;
  const profile = `--user-data-dir=${join(folder, 'profile')}`;
  const args = ['--headless', '--disable-gpu', '--hide-scrollbars', ...sandboxArguments(), profile, ...output, page];
  return { command: executable, args };
}

/** @returns null when the program ended well, else why not */
function runToEnd(command: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    // A group of its own: under xvfb-run the time limit must end Electron too, not only the wrapper.
    const child = spawn(command, args, { stdio: 'ignore', detached: process.platform !== 'win32' });
    const stop = (): void => {
      try {
        if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    };
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, TIME_LIMIT_MS);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve(`it can't be started (${(error as NodeJS.ErrnoException).code ?? error.message})`);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (timedOut) resolve(`it did not finish within ${TIME_LIMIT_MS / 1000} s`);
      else resolve(code === 0 ? null : `it ended with ${signal ?? `code ${code}`}`);
    });
  });
}

const unavailable = (reason: string): PrintOutcome => ({ bytes: null, reason });

function commandFor(
  printer: Printer,
  folder: string,
  options: PrintOptions,
): { command: string; args: string[] } | null {
  return printer.kind === 'electron'
    ? electronCommand(printer.executable, folder)
    : chromiumCommand(printer.executable, folder, options);
}

/**
 * Prints a complete, static HTML page. The Electron is the one that LINESHAPE_ELECTRON names, else the one in the
 * set-up's cache, else a Chromium on the PATH prints.
 * @param html page without scripts or external resources
 * @param options kind and, for a picture, size
 * @returns PDF (page size by the page's own @page rule) or PNG; or the reason why there is none
 */
export async function printHtml(html: string, options: PrintOptions): Promise<PrintOutcome> {
  const printer = findPrinter();
  if (printer === null) {
    return unavailable(
      process.env['LINESHAPE_ELECTRON']
        ? 'LINESHAPE_ELECTRON does not name a program that can be run.'
        : 'neither an Electron (LINESHAPE_ELECTRON) nor a Chromium was found.',
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'lineshape-print-'));
  try {
    const command = commandFor(printer, folder, options);
    if (command === null) return unavailable('Electron needs a display here, and xvfb-run was not found.');
    const size = {
      width: options.widthPx ?? 794,
      height: options.heightPx ?? 1123,
      scale: options.kind === 'png' ? SCALE : 1,
    };
    const pageSize = options.paper === 'letter' ? 'Letter' : 'A4';
    await writeFile(join(folder, 'page.html'), html);
    await writeFile(join(folder, 'job.json'), JSON.stringify({ kind: options.kind, pageSize, ...size }));
    await writeFile(join(folder, 'package.json'), '{"name":"lineshape-print","version":"1.0.0","main":"main.cjs"}');
    await writeFile(join(folder, 'main.cjs'), MAIN_SCRIPT);
    const failure = await runToEnd(command.command, command.args);
    const bytes = await readFile(join(folder, 'result')).catch(() => null);
    if (failure !== null || bytes === null || bytes.length === 0) {
      return unavailable(
        `${printer.kind === 'electron' ? 'Electron' : 'Chromium'} could not print: ${failure ?? 'it wrote nothing'}.`,
      );
    }
    return { bytes: new Uint8Array(bytes), reason: null };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
