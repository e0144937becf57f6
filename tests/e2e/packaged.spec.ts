// The package itself: it is the one that is released but for one fuse, holds what it needs and no more, and starts.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { listPackage } from '@electron/asar';
import { packagedFuses, readFuses, setFuses } from '../../scripts/fuses.mjs';
import { MOST_BYTES, packageSize } from '../../scripts/packageSize.mjs';
import { expect, packagedProgram, test } from './launch.ts';
import { copyOfPackage, packageFolder, runOf } from './packagedCopies.ts';

const resources = (): string => path.join(packageFolder(), 'resources');

/** Every file of the package, in the archive and beside it, '/'-separated. */
async function filesOfPackage(): Promise<string[]> {
  const entries = await readdir(packageFolder(), { recursive: true, withFileTypes: true });
  const beside = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(packageFolder(), path.join(entry.parentPath ?? entry.path, entry.name)));
  const inside = listPackage(path.join(resources(), 'app.asar'), { isPack: false }).map((file) => `app.asar${file}`);
  return [...beside, ...inside].map((file) => file.split(path.sep).join('/'));
}

test('runs as a packaged app, from the archive', async ({ app }) => {
  const found = await app.electron.evaluate(({ app: electronApp }) => ({
    isPackaged: electronApp.isPackaged,
    path: electronApp.getAppPath(),
    version: electronApp.getVersion(),
    name: electronApp.getName(),
  }));
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(found).toEqual({ isPackaged: true, path: path.join(resources(), 'app.asar'), version, name: 'Lineshape' });
});

test('differs from a release in the debugger alone, and starts as a release too', async ({}, info) => {
  const program = packagedProgram();
  expect(await readFuses(program)).toMatchObject(packagedFuses(process.platform, { inspect: true }));
  const released = await copyOfPackage(info.outputPath('package'));
  await rm(released);
  await copyFile(program, released);
  await setFuses(released, packagedFuses(process.platform));
  const [tested, other] = [await readFuses(program), await readFuses(released)];
  expect(Object.keys(tested).filter((name) => tested[name] !== other[name])).toEqual(['EnableNodeCliInspectArguments']);
  const start = { args: ['--inspect=0'], done: /"timing":"ready-to-show"/ };
  const { said } = await runOf(released, info.outputPath('data'), start);
  expect(said).toContain('"timing":"database-open"');
  expect(said).not.toContain('Debugger listening');
  expect((await runOf(program, info.outputPath('data'), start)).said).toContain('Debugger listening');
});

test('holds at most 250 MB beyond Electron', async () => {
  const { total, parts } = await packageSize(resources());
  expect(total, JSON.stringify(parts)).toBeLessThanOrEqual(MOST_BYTES);
  // Each part is there, and nothing that none of them is.
  expect(Object.entries(parts).filter(([name, bytes]) => (name === 'other') !== (bytes === 0))).toEqual([]);
});

test('holds native libraries of one system, no updater, no sources, no tests', async () => {
  const files = await filesOfPackage();
  const native = files.filter((file) => /\.(node|dll|dylib|so(\.\d+)*)$/.test(file) && file.startsWith('resources/'));
  const modules = 'resources/app.asar.unpacked/node_modules';
  expect(native.sort()).toEqual([
    `${modules}/@libsql/linux-x64-gnu/index.node`,
    `${modules}/@node-rs/argon2-linux-x64-gnu/argon2.linux-x64-gnu.node`,
    `${modules}/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1`,
    `${modules}/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node`,
  ]);
  const unwanted = /updater|app-update\.yml|\.map$|\.ts$|\.vue$|\/bench\/|\/tests?\/|musl|default_app|playwright/i;
  expect(files.filter((file) => unwanted.test(file))).toEqual([]);
  const code = await Promise.all(
    files
      .filter((file) => /^resources\/app\.asar\.unpacked\/dist\/.*\.js$/.test(file))
      .map((file) => readFile(path.join(packageFolder(), file), 'utf8')),
  );
  code.push(await readFile(path.join(resources(), 'app.asar'), 'latin1'));
  expect(code.length).toBeGreaterThan(4);
  // Not even as a word: neither electron-updater nor Electron's own.
  for (const text of code) expect(text).not.toMatch(/electron-updater|autoUpdater/);
});

test('brings the command line, which a Node of the system runs', async ({}, info) => {
  const run = promisify(execFile);
  const program = path.join(resources(), 'app.asar.unpacked', 'bin', 'lineshape.mjs');
  const demo = path.join(resources(), 'resources', 'demo');
  const scan = path.join(demo, 'svs_press_te30.nii.gz');
  const water = path.join(demo, 'svs_water.nii.gz');
  const args = [program, 'quantify', scan, '--water', water, '--method', 'nlls,qnet', '--json'];
  // Away from the checkout, so that it can use the package's own files only.
  const cwd = info.outputPath('elsewhere');
  await mkdir(cwd, { recursive: true });
  const { stdout } = await run(process.execPath, args, { cwd, maxBuffer: 1e8 });
  const { results } = JSON.parse(stdout) as { results: { method: string; status: string }[] };
  expect(results.map(({ method, status }) => [method, status])).toEqual([
    ['nlls', 'converged'],
    [expect.stringContaining('qnet'), 'converged'],
  ]);
});
