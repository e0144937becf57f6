// Electron's fuses: switches in the program file itself, set once when the app is packaged, which no argument or variable of
// the environment can change back.
import { createRequire } from 'node:module';
import { SetUpError } from './commands.mjs';

/** The library is CommonJS, and its enumerations are not seen by a plain import. */
const { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } = createRequire(import.meta.url)('@electron/fuses');

/** How the library tells a fuse's state. */
const STATES = { 48: false, 49: true };

/**
 * The fuses of a packaged app.
 * @param {NodeJS.Platform} platform that it is packaged for
 * @param {{ inspect?: boolean }} [options] inspect: leaves Node's debugger on, which the end-to-end tests drive the app by
 * @returns {Record<string, boolean>} by the names of @electron/fuses
 */
export function packagedFuses(platform, { inspect = false } = {}) {
  return {
    // Nobody may use the program as a plain Node, or have it load code before its own.
    RunAsNode: false,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: inspect,
    OnlyLoadAppFromAsar: true,
    // Electron checks the archive on these two systems only.
    EnableEmbeddedAsarIntegrityValidation: platform === 'darwin' || platform === 'win32',
    // The app keeps no cookies; should a page ever set one, it is not to lie open.
    EnableCookieEncryption: true,
    LoadBrowserProcessSpecificV8Snapshot: false,
    // Pages come from app://, so that file:// needs no rights of its own.
    GrantFileProtocolExtraPrivileges: false,
  };
}

/**
 * @param {string} executable the program file, or on macOS the .app folder
 * @returns {Promise<Record<string, boolean | null>>} its fuses by name; null for one that this Electron does not have
 */
export async function readFuses(executable) {
  const wire = await getCurrentFuseWire(executable);
  const names = Object.keys(FuseV1Options).filter((name) => Number.isNaN(Number(name)));
  return Object.fromEntries(names.map((name) => [name, STATES[wire[FuseV1Options[name]]] ?? null]));
}

/**
 * Sets fuses and reads them back.
 * @param {string} executable the program file, or on macOS the .app folder
 * @param {Record<string, boolean>} fuses by the names of @electron/fuses
 * @param {{ resetSignature?: boolean }} [options] for macOS on ARM, which starts no program without a signature
 * @throws {SetUpError} where a fuse is not as it was set
 */
export async function setFuses(executable, fuses, { resetSignature = false } = {}) {
  const wanted = Object.entries(fuses);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    resetAdHocDarwinSignature: resetSignature,
    ...Object.fromEntries(wanted.map(([name, on]) => [FuseV1Options[name], on])),
  });
  const found = await readFuses(executable);
  const wrong = wanted.filter(([name, on]) => found[name] !== on).map(([name]) => name);
  if (wrong.length > 0)
    throw new SetUpError(`the fuses ${wrong.join(', ')} of ${executable} are not as they were to be set.`);
}
