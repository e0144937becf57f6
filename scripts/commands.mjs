// Running other programs from the set-up scripts, and ending a script with one clear sentence instead of a stack trace.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const REPO_ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** A failure whose message is meant for the person at the keyboard, as one sentence. */
export class SetUpError extends Error {}

/**
 * Runs a program to its end.
 * @param {string} command executable
 * @param {string[]} args arguments
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env] added to this process's environment
 * @param {string} [options.cwd] folder to run in (default: the checkout)
 * @param {boolean} [options.capture] collect the output instead of showing it
 * @param {number} [options.limitS] end the program after this many seconds
 * @param {boolean} [options.shell] start it through a shell (npm.cmd on Windows needs that)
 * @returns {Promise<{code: number, output: string, timedOut: boolean}>} code 127 where the program does not exist
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? REPO_ROOT,
      env: { ...process.env, ...options.env },
      stdio: options.capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      shell: options.shell ?? false,
    });
    let output = '';
    let timedOut = false;
    const timer =
      options.limitS === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGKILL');
          }, options.limitS * 1000);
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: error.message, timedOut: false });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? (signal ? 128 : 1), output, timedOut });
    });
  });
}

/**
 * Runs npm: the one that started this script if there is one, else the one on the PATH.
 * @param {string[]} args npm's arguments
 * @param {Parameters<typeof runCommand>[2]} [options] as for runCommand
 */
export function runNpm(args, options = {}) {
  const npmScript = process.env.npm_execpath;
  if (npmScript && /npm-cli\.[cm]?js$/.test(npmScript)) {
    return runCommand(process.execPath, [npmScript, ...args], options);
  }
  return runCommand('npm', args, { ...options, shell: process.platform === 'win32' });
}

/**
 * Runs a tool of node_modules by its package and script, so that no shell and no .cmd file is involved.
 * @param {string} script path inside node_modules, e.g. 'typescript/bin/tsc'
 * @param {string[]} args its arguments
 * @param {Parameters<typeof runCommand>[2]} [options] as for runCommand
 */
export function runTool(script, args, options = {}) {
  return runCommand(process.execPath, [path.join(REPO_ROOT, 'node_modules', script), ...args], options);
}

/** True where windows can be shown: always on macOS and Windows, with an X or Wayland display on Linux. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * Puts a command under a virtual X screen (Linux only; elsewhere it is returned unchanged).
 * @param {string} command executable
 * @param {string[]} args its arguments
 * @returns {{command: string, args: string[]}}
 */
export function underVirtualDisplay(command, args) {
  if (process.platform !== 'linux') return { command, args };
  return { command: 'xvfb-run', args: ['-a', '-s', '-screen 0 1600x1000x24', command, ...args] };
}

/**
 * Runs a script's body and sets the exit code; a SetUpError is shown as its sentence, anything else in full (a bug).
 * @param {() => Promise<number | void>} body returns the exit code (nothing = 0)
 */
export async function runMain(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    console.error(error instanceof SetUpError ? `Lineshape: ${error.message}` : error);
    process.exitCode = 1;
  }
}
