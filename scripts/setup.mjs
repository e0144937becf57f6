// All set-up of a checkout, done once by npm start and npm test: Node's version, the packages of the lock file,
// the Electron runtime, and the system libraries it needs. Imports nothing that has to be installed first.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { REPO_ROOT, runNpm, SetUpError } from './commands.mjs';

const NODE_NEEDED = [20, 19];

/**
 * @param {object} options
 * @param {boolean} options.electron whether the Electron runtime and its libraries are needed
 * @param {boolean} options.display whether a virtual screen is needed (Linux: Xvfb)
 * @param {(line: string) => void} options.onMessage receiver of the progress lines
 * @returns {Promise<import('./electronRuntime.mjs').ElectronRuntime | null>} the runtime, null where none was asked for
 * @throws {SetUpError} with one sentence that says what is missing
 */
export async function setUp({ electron, display, onMessage }) {
  checkNodeVersion(process.versions.node);
  await ensurePackages(onMessage);
  if (!electron) return null;
  // Loaded late: the packages these modules use may only just have been installed.
  const { resolveElectron } = await import('./electronRuntime.mjs');
  const { ensureSystemLibraries } = await import('./systemLibraries.mjs');
  const runtime = await resolveElectron({ onMessage });
  await ensureSystemLibraries({ virtualDisplay: display, executable: runtime.executable, onMessage });
  return runtime;
}

/**
 * @param {string} version e.g. '20.19.0'
 * @throws {SetUpError} where it is older than needed
 */
export function checkNodeVersion(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return;
  throw new SetUpError(`Node ${NODE_NEEDED.join('.')} or newer is needed, this is Node ${version}.`);
}

async function ensurePackages(onMessage) {
  const locked = await packagesOf(path.join(REPO_ROOT, 'package-lock.json'));
  if (locked === null) throw new SetUpError('package-lock.json is missing or is not readable.');
  const installed = await packagesOf(path.join(REPO_ROOT, 'node_modules', '.package-lock.json'));
  if (installed !== null && matchesLock(installed, locked)) return;
  onMessage('Installing the packages of package-lock.json (npm ci, about a minute) …');
  const { code, output } = await runNpm(['ci', '--include=dev', '--no-progress'], { capture: true });
  if (code !== 0) {
    const cause =
      output.split('\n').find((line) => /^npm error (?!(code|syscall|errno|path|dest)\b)/.test(line)) ??
      `exit code ${code}`;
    throw new SetUpError(`npm ci could not install the packages (${cause.replace(/^npm error /, '')}).`);
  }
}

async function packagesOf(lockFile) {
  try {
    return JSON.parse(await readFile(lockFile, 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * Whether what npm noted at its last complete installation (it writes node_modules/.package-lock.json at the very end)
 * is what the lock file asks for. Packages for other systems are optional and not installed.
 * @param {Record<string, {version?: string, integrity?: string}>} installed packages by folder
 * @param {Record<string, {version?: string, integrity?: string, optional?: boolean}>} locked packages by folder
 */
export function matchesLock(installed, locked) {
  for (const [folder, wanted] of Object.entries(locked)) {
    if (folder === '') continue;
    const found = installed[folder];
    if (!found) {
      if (wanted.optional || wanted.devOptional) continue;
      return false;
    }
    if (found.version !== wanted.version || found.integrity !== wanted.integrity) return false;
  }
  return Object.keys(installed).every((folder) => folder in locked);
}
