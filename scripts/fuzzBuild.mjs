// Builds the fuzz targets into dist/fuzz: once as they are, once with a counter at every statement, branch and function
// (istanbul-lib-instrument), and the texts of each source file, which the fuzzer puts into its cases.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPO_ROOT } from './commands.mjs';
import { EXTERNAL, INSTEAD, REQUIRE_BANNER } from './build.mjs';
import { resourceManifest } from './resourceManifest.mjs';

const TESTS = path.join(REPO_ROOT, 'tests', 'fuzz');
/** The program's own sources, and the DICOM parser's. */
const COUNTED = /[\\/]src[\\/].*\.ts$|[\\/]node_modules[\\/]dicom-parser[\\/].*\.js$/;
/** Loops over samples say nothing of a format, and counters make them slow. */
const UNCOUNTED = /[\\/]core[\\/](math|basis[\\/]densityMatrix|basis[\\/]pulses[\\/]slr|quantification[\\/]nlls)/;
const LITERAL = /'([^'\\\n]{1,40})'|"([^"\\\n]{1,40})"|`([^`\\\n$]{1,40})`|\/([\w$&<>=:# -]{2,40})\//g;

const relative = (file) => path.relative(REPO_ROOT, file).split(path.sep).join('/');

/** Short texts of a source that could be keys or marks of a format: no imports, no sentences. */
function wordsIn(source) {
  const words = [...source.matchAll(LITERAL)].map((found) => found.slice(1).find((group) => group !== undefined));
  return [...new Set(words.filter((word) => !/\.ts$|^node:|\w \w+ \w+ \w/.test(word)))];
}

function countingPlugin(words) {
  return {
    name: 'counters',
    async setup(build) {
      const { createInstrumenter } = await import('istanbul-lib-instrument');
      const { transform } = await import('esbuild');
      build.onLoad({ filter: COUNTED }, async ({ path: file }) => {
        if (UNCOUNTED.test(file)) return undefined;
        const source = await readFile(file, 'utf8');
        words[relative(file)] = wordsIn(source);
        const { code } = file.endsWith('.ts')
          ? await transform(source, { loader: 'ts', target: 'node20.18' })
          : { code: source };
        const instrumenter = createInstrumenter({
          esModules: file.endsWith('.ts'),
          compact: true,
          preserveComments: false,
        });
        return { contents: instrumenter.instrumentSync(code, relative(file)), loader: 'js' };
      });
    },
  };
}

/** @param {string} folder dist/fuzz */
export async function buildFuzzTargets(folder) {
  const { build } = await import('esbuild');
  const manifest = await resourceManifest(path.join(REPO_ROOT, 'resources'));
  const { version } = JSON.parse(await readFile(path.join(REPO_ROOT, 'package.json'), 'utf8'));
  const words = {};
  const bundle = (entry, outfile, plugins = []) =>
    build({
      entryPoints: [path.join(TESTS, entry)],
      outfile: path.join(folder, outfile),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.18',
      external: [...EXTERNAL, './targets.*'],
      alias: INSTEAD,
      keepNames: true,
      define: { __APP_VERSION__: JSON.stringify(version), __RESOURCE_MANIFEST__: JSON.stringify(manifest) },
      banner: { js: REQUIRE_BANNER },
      absWorkingDir: REPO_ROOT,
      logLevel: 'error',
      plugins,
    });
  await Promise.all([
    bundle('fuzzProcess.ts', 'fuzzProcess.js'),
    bundle('openDatabase.ts', 'openDatabase.js'),
    bundle('targets/index.ts', 'targets.plain.js'),
    bundle('targets/index.ts', 'targets.instrumented.js', [countingPlugin(words)]),
  ]);
  await writeFile(path.join(folder, 'words.json'), JSON.stringify(words));
  const { TARGETS } = await import(pathToFileURL(path.join(folder, 'targets.plain.js')).href);
  await writeFile(path.join(folder, 'names.json'), JSON.stringify(TARGETS.map(({ name }) => name)));
}
