// npm run package: an unpacked app in release/, from the Electron runtime at hand.
// With --inspect it can be driven by the end-to-end tests: that fuse alone differs from a release.
// With --release: this system's installers; they need the official Electron and helpers fetched from outside the registry.
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, COMPONENTS_FILE } from './build.mjs';
import { REPO_ROOT, runMain, SetUpError } from './commands.mjs';
import { packagedFuses, setFuses } from './fuses.mjs';
import { resourceManifest } from './resourceManifest.mjs';
import { setUp } from './setup.mjs';

/** What is made for the package alone; electron-builder.yml takes it from there. */
const PAPERS = path.join(REPO_ROOT, 'dist', 'package');

/** electron-builder changes the files it is given, and the cached runtime is shared: it gets a copy. */
async function withCopyOf(dist, use) {
  const copy = await mkdtemp(path.join(os.tmpdir(), 'lineshape-electron-'));
  try {
    await cp(dist, copy, { recursive: true, verbatimSymlinks: true });
    // These belong to running a checkout, not to an app.
    for (const name of ['lineshape-runtime.json', 'resources/default_app.asar'])
      await rm(path.join(copy, name), { force: true });
    return await use(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** The program file that electron-builder has just put together. */
function packagedProgram({ appOutDir, electronPlatformName, packager }) {
  const { productFilename } = packager.appInfo;
  if (electronPlatformName === 'darwin') return path.join(appOutDir, `${productFilename}.app`);
  return path.join(appOutDir, electronPlatformName === 'win32' ? `${productFilename}.exe` : packager.executableName);
}

/** Before anything is signed: a signature covers the fuses. */
async function fuse(context, inspect) {
  const platform = context.electronPlatformName;
  await setFuses(packagedProgram(context), packagedFuses(platform, { inspect }), {
    resetSignature: platform === 'darwin',
  });
}

/** All licence texts as one file. */
function licenceText(components, microsoft) {
  const parts = components.map(
    ({ name, version, licence, partOf, text }) =>
      `${name} ${version}${partOf === null ? '' : `, part of ${partOf}`}\nLicence: ${licence}\n\n${text}\n`,
  );
  const head = 'Third-party software in Lineshape. Electron’s own parts: LICENSES.chromium.html.\n';
  const terms = microsoft.map(({ name, text }) => `${name}, part of onnxruntime-node\n\n${text}\n`);
  return [head, ...parts, ...terms].join(`\n${'='.repeat(100)}\n\n`);
}

/** The bill of materials, the licences of the parts, and Chromium's, which Electron keeps where not every installer takes it. */
async function writePapers(runtime) {
  const { billOfMaterials, billProblems } = await import('./sbom.mjs');
  const { microsoftTerms } = await import('./components.mjs');
  const { version } = JSON.parse(await readFile(path.join(REPO_ROOT, 'package.json'), 'utf8'));
  const components = JSON.parse(await readFile(COMPONENTS_FILE, 'utf8'));
  const manifest = await resourceManifest(path.join(REPO_ROOT, 'resources'));
  const bill = billOfMaterials({ version, electronVersion: runtime.version, components, manifest });
  const problems = await billProblems(bill);
  if (problems !== null)
    throw new SetUpError(`the bill of materials does not fit its schema: ${JSON.stringify(problems)}`);
  await rm(PAPERS, { recursive: true, force: true });
  await mkdir(PAPERS, { recursive: true });
  await writeFile(path.join(PAPERS, 'sbom.cdx.json'), bill);
  await writeFile(
    path.join(PAPERS, 'THIRD-PARTY-LICENSES.txt'),
    licenceText(components, await microsoftTerms(process.platform)),
  );
  await cp(path.join(REPO_ROOT, 'LICENSE'), path.join(PAPERS, 'LICENSE.txt'));
  const chromium = path.join(runtime.dist, 'LICENSES.chromium.html');
  if (process.platform === 'darwin' && existsSync(chromium))
    await cp(chromium, path.join(PAPERS, 'LICENSES.chromium.html'));
}

/**
 * Packages what is built.
 * @param {object} options
 * @param {import('./electronRuntime.mjs').ElectronRuntime} options.runtime
 * @param {string} options.output folder for the package
 * @param {boolean} [options.release] this system's installers, not only the unpacked app
 * @param {boolean} [options.inspect] leave the debugger's fuse on
 * @returns {Promise<string[]>} the installers that were made
 */
export async function makePackage({ runtime, output, release = false, inspect = false }) {
  await writePapers(runtime);
  const { build: pack, Platform, DIR_TARGET } = await import('electron-builder');
  return withCopyOf(runtime.dist, (electronDist) =>
    pack({
      projectDir: REPO_ROOT,
      publish: 'never',
      targets: release ? Platform.current().createTarget() : Platform.current().createTarget(DIR_TARGET),
      config: {
        extends: 'electron-builder.yml',
        directories: { output },
        electronDist,
        electronVersion: runtime.version,
        afterPack: (context) => fuse(context, inspect),
      },
    }),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const say = (line) => console.error(line);
    const release = process.argv.includes('--release');
    const inspect = process.argv.includes('--inspect');
    if (release && inspect) throw new SetUpError('a release is never made with --inspect.');
    const runtime = await setUp({ electron: true, display: false, onMessage: say });
    if (release && runtime.source !== 'official') {
      throw new SetUpError('installers are made only from the official Electron, which is not at hand here.');
    }
    await build({ only: 'all', onMessage: say });
    const output = path.join(REPO_ROOT, 'release');
    const made = await makePackage({ runtime, output, release, inspect });
    say(`Package: ${made.length > 0 ? made.join(', ') : output}`);
  });
}
