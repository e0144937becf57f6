// The packaged app that the end-to-end tests walk through: made once, and again only when something that goes into it changed.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { REPO_ROOT } from './commands.mjs';
import { makePackage } from './package.mjs';

const OUTPUT = path.join(REPO_ROOT, 'test-artefacts', 'package');
const STAMP = path.join(OUTPUT, 'made-of.txt');
/** The build's own stamp stands for all sources, the lock file, models and basis sets. */
const MADE_OF = ['dist/build-all.json', 'electron-builder.yml', 'LICENSE', 'bin', 'licences', 'resources/demo'];
const MADE_BY = ['package', 'sbom', 'components', 'fuses', 'testPackage'].map((name) => `scripts/${name}.mjs`);

async function hashOf(runtime) {
  const hash = createHash('sha256').update(`${runtime.dist} ${runtime.version} ${process.platform} ${process.arch}`);
  for (const place of [...MADE_OF, ...MADE_BY]) {
    const whole = path.join(REPO_ROOT, place);
    const entries = await readdir(whole, { recursive: true, withFileTypes: true }).catch(() => null);
    const files =
      entries === null
        ? [whole]
        : entries
            .filter((entry) => entry.isFile())
            .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
    for (const file of files.sort()) hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex');
}

function programIn(folder) {
  if (process.platform === 'darwin') {
    const unpacked = process.arch === 'arm64' ? 'mac-arm64' : 'mac';
    return path.join(folder, unpacked, 'Lineshape.app', 'Contents', 'MacOS', 'Lineshape');
  }
  if (process.platform === 'win32') return path.join(folder, 'win-unpacked', 'Lineshape.exe');
  return path.join(folder, process.arch === 'arm64' ? 'linux-arm64-unpacked' : 'linux-unpacked', 'lineshape-app');
}

/**
 * Makes the package of what is built, with the debugger's fuse on, unless it is there already.
 * @param {object} options
 * @param {import('./electronRuntime.mjs').ElectronRuntime} options.runtime
 * @param {(line: string) => void} options.onMessage
 * @returns {Promise<string>} its program file
 */
export async function testPackage({ runtime, onMessage }) {
  const program = programIn(OUTPUT);
  const hash = await hashOf(runtime);
  const made = await readFile(STAMP, 'utf8').catch(() => null);
  if (made === hash && existsSync(program)) {
    onMessage('Package for the tests: up to date');
    return program;
  }
  await rm(OUTPUT, { recursive: true, force: true });
  await makePackage({ runtime, output: OUTPUT, inspect: true });
  await writeFile(STAMP, hash);
  onMessage(`Package for the tests: ${program}`);
  return program;
}
