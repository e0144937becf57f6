// Builds dist/: main process, preload, worker threads and command line with esbuild, the renderer with Vite.
// `--only=cli` builds the command line and its workers; `--force` builds although nothing changed.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPO_ROOT, runMain, SetUpError } from './commands.mjs';
import { resourceManifest } from './resourceManifest.mjs';
import { setUp } from './setup.mjs';

const SOURCE = path.join(REPO_ROOT, 'src');
const BENCHMARKS = path.join(REPO_ROOT, 'bench');
const DIST = path.join(REPO_ROOT, 'dist');
const CONFIGURATION = [
  'package.json',
  'package-lock.json',
  'vite.config.ts',
  'tsconfig.base.json',
  'scripts/build.mjs',
  'scripts/components.mjs',
  'scripts/resourceManifest.mjs',
  'licences/libsql-crates.json',
];

/** What is bundled, with its licences: shown on the help page, and the source of the package's list of parts. */
export const COMPONENTS_FILE = path.join(DIST, 'renderer', 'components.json');

/** Native modules and what they load by name stay in node_modules. */
export const EXTERNAL = [
  'electron',
  'libsql',
  '@libsql/*',
  '@neon-rs/*',
  '@node-rs/*',
  'onnxruntime-node',
  'playwright',
];

/** What a bundle takes instead of a package: codecs that nothing here calls. */
export const INSTEAD = { 'dcmjs-codecs': path.join(SOURCE, 'node', 'dicom', 'network', 'noCodecs.ts') };

/** CommonJS packages inside an ES module bundle call require for Node's own modules. */
export const REQUIRE_BANNER =
  "import { createRequire as lineshapeCreateRequire } from 'node:module';\n" +
  'const require = lineshapeCreateRequire(import.meta.url);';

/**
 * Builds what changed since the last build.
 * @param {object} options
 * @param {'all' | 'cli'} options.only the whole app, or only the command line and its workers
 * @param {boolean} [options.force] build although the sources are those of the last build
 * @param {(line: string) => void} options.onMessage receiver of the progress lines
 * @returns {Promise<boolean>} whether anything was built
 * @throws {SetUpError} where a source is missing or does not compile
 */
export async function build({ only, force = false, onMessage }) {
  const stamp = path.join(DIST, `build-${only}.json`);
  const manifest = await resourceManifest(path.join(REPO_ROOT, 'resources'));
  const hash = await sourceHash(manifest);
  const entries = await nodeEntries(only);
  const outputs = entries.map((entry) => entry.outfile);
  if (only === 'all') outputs.push(path.join(DIST, 'renderer', 'index.html'));
  if (!force && (await stampedHash(stamp)) === hash && outputs.every((file) => existsSync(file))) {
    onMessage('Build: up to date');
    return false;
  }
  const startMs = performance.now();
  await rm(stamp, { force: true });
  const modules = await Promise.all([
    ...entries.map((entry) => bundle(entry, manifest)),
    ...(only === 'all' ? [buildRenderer()] : []),
  ]);
  await mkdir(DIST, { recursive: true });
  if (only === 'all') await writeComponents(modules.flat());
  await writeFile(stamp, JSON.stringify({ hash }));
  onMessage(`Build: ${only === 'all' ? 'app and command line' : 'command line'}, ${seconds(startMs)} s`);
  return true;
}

function seconds(startMs) {
  return ((performance.now() - startMs) / 1000).toFixed(1);
}

async function nodeEntries(only) {
  const cli = { source: 'cli/lineshape.ts', outfile: path.join(DIST, 'cli', 'lineshape.js'), format: 'esm' };
  const workers = [
    ...(await workerEntries('node/workers', 'workers')),
    ...(await workerEntries('node/dicom', 'workers')),
  ];
  const main = ['start', 'main'].map((name) => ({
    source: `main/${name}.ts`,
    outfile: path.join(DIST, 'main', `${name}.js`),
    format: 'esm',
  }));
  const preload = { source: 'preload/preload.ts', outfile: path.join(DIST, 'preload', 'preload.cjs'), format: 'cjs' };
  const entries = [cli, ...workers, ...(await benchEntries())];
  if (only === 'all') entries.push(...main, preload, ...(await workerEntries('main', 'main')));
  for (const { source } of entries) {
    if (!existsSync(path.resolve(SOURCE, source)))
      throw new SetUpError(`the build needs src/${source}, which is missing.`);
  }
  return entries;
}

/** Every benchmark is a file of its own: the command line imports it by name, and the app knows nothing of it. */
async function benchEntries() {
  const files = await readdir(BENCHMARKS).catch(() => []);
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({
      source: path.join(BENCHMARKS, file),
      outfile: path.join(DIST, 'bench', file.replace(/\.ts$/, '.js')),
      format: 'esm',
    }));
}

/** Every NAME.worker.ts of a folder becomes a file of its own, which a thread starts with. */
async function workerEntries(folder, target) {
  const files = await readdir(path.join(SOURCE, folder)).catch(() => []);
  return files
    .filter((file) => file.endsWith('.worker.ts'))
    .map((file) => ({
      source: `${folder}/${file}`,
      outfile: path.join(DIST, target, file.replace(/\.ts$/, '.js')),
      format: 'esm',
    }));
}

/** @returns {Promise<string[]>} the modules that went in; none for a benchmark, which is not shipped */
async function bundle({ source, outfile, format }, manifest) {
  const { build: esbuild, formatMessages } = await import('esbuild');
  const { version } = JSON.parse(await readFile(path.join(REPO_ROOT, 'package.json'), 'utf8'));
  try {
    const { metafile } = await esbuild({
      metafile: true,
      entryPoints: [path.resolve(SOURCE, source)],
      outfile,
      bundle: true,
      format,
      platform: 'node',
      target: 'node20.18',
      external: EXTERNAL,
      alias: INSTEAD,
      sourcemap: 'linked',
      legalComments: 'linked',
      define: { __APP_VERSION__: JSON.stringify(version), __RESOURCE_MANIFEST__: JSON.stringify(manifest) },
      ...(format === 'esm' ? { banner: { js: REQUIRE_BANNER } } : {}),
      absWorkingDir: REPO_ROOT,
      logLevel: 'silent',
    });
    return outfile.startsWith(path.join(DIST, 'bench')) ? [] : bundledModules(metafile);
  } catch (error) {
    if (!error.errors) throw error;
    const text = await formatMessages(error.errors, { kind: 'error', color: false });
    throw new SetUpError(`src/${source} does not build.\n${text.join('\n')}`);
  }
}

/** Modules of which something is left in the bundle. */
function bundledModules({ outputs }) {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => file),
  );
}

async function writeComponents(modules) {
  // Loaded late: it needs packages that may only just have been installed.
  const { packageFolders, shippedComponents } = await import('./components.mjs');
  await writeFile(COMPONENTS_FILE, JSON.stringify(await shippedComponents(packageFolders(modules))));
}

/** @returns {Promise<string[]>} the modules that went in */
async function buildRenderer() {
  if (!existsSync(path.join(SOURCE, 'renderer', 'index.html'))) {
    throw new SetUpError('the build needs src/renderer/index.html, which is missing.');
  }
  const { build: viteBuild } = await import('vite');
  const modules = [];
  const collect = {
    name: 'lineshape-modules',
    generateBundle: (_options, files) => {
      for (const file of Object.values(files)) modules.push(...Object.keys(file.modules ?? {}));
    },
  };
  try {
    await viteBuild({ configFile: path.join(REPO_ROOT, 'vite.config.ts'), logLevel: 'warn', plugins: [collect] });
    return modules;
  } catch (error) {
    throw new SetUpError(`src/renderer does not build.\n${error.message}`);
  }
}

/** SHA-256 over every source and configuration file, names included, and the manifest of the resources. */
async function sourceHash(manifest) {
  const hash = createHash('sha256').update(JSON.stringify(manifest));
  const listed = await Promise.all(
    [SOURCE, BENCHMARKS].map((folder) => readdir(folder, { recursive: true, withFileTypes: true })),
  );
  const files = listed
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(REPO_ROOT, path.join(entry.parentPath ?? entry.path, entry.name)))
    // The benchmarks' folder holds what they wrote besides.
    .filter((file) => !file.startsWith('bench') || file.endsWith('.ts'));
  for (const file of [...files.sort(), ...CONFIGURATION]) {
    hash
      .update(`${file}\0`)
      .update(await readFile(path.join(REPO_ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

async function stampedHash(stamp) {
  const text = await readFile(stamp, 'utf8').catch(() => null);
  return text === null ? null : JSON.parse(text).hash;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const onMessage = (line) => console.error(line);
    await setUp({ electron: false, display: false, onMessage });
    const only = process.argv.includes('--only=cli') ? 'cli' : 'all';
    await build({ only, force: process.argv.includes('--force'), onMessage });
  });
}
