// How large a package is, by its parts: `node scripts/packageSize.mjs [FOLDER]` prints them as JSON.
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPO_ROOT, runMain, SetUpError } from './commands.mjs';

/** What a package holds beyond Electron, at the most. [bytes] */
export const MOST_BYTES = 250e6;

/** The first pattern that a file's place in `resources` fits names its part; the rest is "other". */
const PARTS = [
  ['networks', /^resources\/models\//],
  ['basis sets', /^resources\/basis\//],
  ['demo study', /^resources\/demo\//],
  ['ONNX Runtime', /^app\.asar\.unpacked\/node_modules\/onnxruntime-/],
  ['password library (argon2)', /^app\.asar\.unpacked\/node_modules\/@node-rs\//],
  ['database library (libsql)', /^app\.asar\.unpacked\/node_modules\//],
  ['threads and study host', /^app\.asar\.unpacked\/dist\/(main|workers)\//],
  ['command line', /^app\.asar\.unpacked\/(dist\/cli\/|bin\/|package\.json)/],
  ['archive (window, main process, help)', /^app\.asar$/],
  [
    'licences and bill of materials',
    /^(THIRD-PARTY-LICENSES\.txt|LICENSE\.txt|LICENSES\.chromium\.html|sbom\.cdx\.json)$/,
  ],
];

/**
 * @param {string} resources the package's folder `resources` (macOS: Contents/Resources)
 * @returns {Promise<{ total: number, parts: Record<string, number> }>} what is not Electron's own [bytes]
 */
export async function packageSize(resources) {
  const parts = Object.fromEntries([...PARTS.map(([name]) => [name, 0]), ['other', 0]]);
  let total = 0;
  for (const entry of await readdir(resources, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const { size } = await lstat(file);
    const place = path.relative(resources, file).split(path.sep).join('/');
    const [name] = PARTS.find(([, pattern]) => pattern.test(place)) ?? ['other'];
    parts[name] += size;
    total += size;
  }
  return { total, parts };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const folder = process.argv[2] ?? path.join(REPO_ROOT, 'test-artefacts', 'package', 'linux-unpacked');
    const resources = path.join(folder, 'resources');
    if (!existsSync(resources)) throw new SetUpError(`${folder} is no package; npm run package makes one.`);
    const { total, parts } = await packageSize(resources);
    const inMb = (bytes) => Math.round(bytes / 1e4) / 100;
    const inParts = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, inMb(bytes)]));
    console.log(JSON.stringify({ totalMb: inMb(total), mostMb: inMb(MOST_BYTES), partsMb: inParts }, null, 1));
  });
}
