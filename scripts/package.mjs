// npm run package: an unpacked app in release/, from the Electron runtime at hand.
// With --inspect it can be driven by the end-to-end tests: that fuse alone differs from a release.
// With --release: this system's installers; they need the official Electron and helpers fetched from outside the registry.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { REPO_ROOT, runMain, SetUpError } from './commands.mjs';
import { packagedFuses, setFuses } from './fuses.mjs';
import { setUp } from './setup.mjs';

const say = (line) => console.error(line);

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

await runMain(async () => {
  const release = process.argv.includes('--release');
  const inspect = process.argv.includes('--inspect');
  if (release && inspect) throw new SetUpError('a release is never made with --inspect.');
  const runtime = await setUp({ electron: true, display: false, onMessage: say });
  if (release && runtime.source !== 'official') {
    throw new SetUpError('installers are made only from the official Electron, which is not at hand here.');
  }
  await build({ only: 'all', onMessage: say });
  const { build: pack, Platform, DIR_TARGET } = await import('electron-builder');
  const made = await withCopyOf(runtime.dist, (electronDist) =>
    pack({
      projectDir: REPO_ROOT,
      publish: 'never',
      targets: release ? Platform.current().createTarget() : Platform.current().createTarget(DIR_TARGET),
      config: {
        extends: 'electron-builder.yml',
        electronDist,
        electronVersion: runtime.version,
        afterPack: (context) => fuse(context, inspect),
      },
    }),
  );
  say(`Package: ${made.length > 0 ? made.join(', ') : path.join(REPO_ROOT, 'release')}`);
});
