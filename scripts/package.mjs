// npm run package: an unpacked app in release/, from the Electron runtime at hand.
// With --release: this system's installers; they need the official Electron and helpers fetched from outside the registry.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { REPO_ROOT, runMain, SetUpError } from './commands.mjs';
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

await runMain(async () => {
  const release = process.argv.includes('--release');
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
      config: { extends: 'electron-builder.yml', electronDist, electronVersion: runtime.version },
    }),
  );
  say(`Package: ${made.length > 0 ? made.join(', ') : path.join(REPO_ROOT, 'release')}`);
});
