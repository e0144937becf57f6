// What a package of Lineshape is made of: the npm packages that were bundled or lie beside the bundles, what their native
// libraries hold, and Electron; each with its licence and the licence's text.
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { REPO_ROOT, SetUpError } from './commands.mjs';

const require = createRequire(import.meta.url);
const parseLicence = require('spdx-expression-parse');
const TEXTS = path.join(REPO_ROOT, 'licences');

/** Packages whose files lie beside the bundles, as electron-builder.yml says; native libraries depend on the system. */
const UNBUNDLED = [
  ...['libsql', '@neon-rs/load', 'detect-libc', '@node-rs/argon2', 'onnxruntime-node', 'onnxruntime-common'],
];
/** npm packages that another one's published build holds, as its source map names them; npm installs them beside it. */
const BUILT_IN = {
  dcmjs: ['gl-matrix', 'iota-array', 'is-buffer', 'lodash.clonedeep', 'loglevel', 'ndarray', 'pako'],
};
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([-.].*)?$/i;

/** Licences that let an MIT program ship the work, as long as it carries the text. */
export const ACCEPTED_LICENCES = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'Zlib',
  'blessing',
]);

/**
 * @typedef {object} Component
 * @property {string} name
 * @property {string} version
 * @property {string} licence SPDX expression
 * @property {'npm' | 'crate' | 'library'} kind
 * @property {string | null} partOf the component whose library holds it
 * @property {string} text of the licence and of notices that must go with it
 */

/**
 * Whether a work under this licence may be shipped.
 * @param {string} expression SPDX
 */
export function isAccepted(expression) {
  const allows = (node) => {
    if (node.conjunction === 'and') return allows(node.left) && allows(node.right);
    if (node.conjunction === 'or') return allows(node.left) || allows(node.right);
    return ACCEPTED_LICENCES.has(node.license);
  };
  return allows(parseLicence(expression));
}

const readText = (...parts) => readFile(path.join(...parts), 'utf8').then((text) => text.trim());

async function textsIn(folder) {
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).sort();
  return (await Promise.all(files.map((file) => readText(folder, file)))).join('\n\n');
}

/** @param {string} folder of the package, relative to the checkout */
async function npmComponent(folder) {
  const stated = JSON.parse(await readText(REPO_ROOT, folder, 'package.json'));
  const { name, version } = stated;
  // Packages of npm's first years have a list.
  const license = stated.license ?? stated.licenses?.map(({ type }) => type).join(' OR ');
  const own = await textsIn(path.join(REPO_ROOT, folder));
  const text = own || (await readText(TEXTS, 'npm', `${name}.txt`).catch(() => ''));
  return { name, version, licence: license, kind: 'npm', partOf: null, text };
}

/**
 * A package's native libraries for this system.
 * @param {string} scope of their packages
 * @param {string} prefix that their names begin with
 * @returns {Promise<string[]>} their folders; for Linux the GNU one, as in the package
 */
async function binariesOf(scope, prefix) {
  const folder = path.join('node_modules', scope);
  const names = await readdir(path.join(REPO_ROOT, folder));
  return names
    .filter((name) => name.startsWith(prefix) && !name.includes('musl'))
    .map((name) => path.join(folder, name));
}

/** @returns the crates inside a library, with the text of the library's own package where a crate carries none */
async function cratesOf(partOf, file, missing) {
  const crates = JSON.parse(await readText(TEXTS, file));
  return crates.map((crate) => ({ ...crate, kind: 'crate', partOf, text: crate.text || missing(crate.name) }));
}

const library = (name, version, licence, partOf, text) => ({ name, version, licence, kind: 'library', partOf, text });

/** The compressors that numcodecs holds as WebAssembly; their own versions are told nowhere: they bear that of the package. */
async function compressors(numcodecs) {
  if (numcodecs === undefined) return [];
  const made = (name, licence, file) =>
    readText(TEXTS, 'numcodecs', file).then((text) => library(name, numcodecs.version, licence, 'numcodecs', text));
  return Promise.all([
    made('Blosc', 'BSD-3-Clause', 'blosc.txt'),
    made('LZ4', 'BSD-2-Clause', 'lz4.txt'),
    made('Zstandard', 'BSD-3-Clause', 'zstd.txt'),
  ]);
}

/** What is inside the native libraries of database and passwords. @param textOf licence text of an npm package */
async function nativeParts(textOf) {
  const libsql = (name) => textOf(name === 'neon' ? '@neon-rs/load' : 'libsql');
  return [
    ...(await cratesOf('libsql', 'libsql-crates.json', libsql)),
    ...(await cratesOf('@node-rs/argon2', 'argon2-crates.json', () => textOf('@node-rs/argon2'))),
    library('SQLite3 Multiple Ciphers', '1.8.1', 'MIT', 'libsql', await readText(TEXTS, 'sqlite3mc', 'LICENSE.txt')),
    library(
      'SQLite',
      '3.45.1',
      'blessing',
      'libsql',
      'SQLite is in the public domain: https://sqlite.org/copyright.html',
    ),
  ];
}

function requireComplete(components) {
  for (const { name, licence, text } of components) {
    if (!licence || !isAccepted(licence))
      throw new SetUpError(
        `${name} is under "${licence ?? 'no licence'}", which scripts/components.mjs does not accept.`,
      );
    if (text === '')
      throw new SetUpError(`${name} carries no licence text; put one into licences/, as its README says.`);
  }
}

/**
 * @param {string[]} bundled folders of the npm packages in the bundles, relative to the checkout
 * @returns {Promise<Component[]>} in the order of their names
 * @throws {SetUpError} where a licence is not accepted or its text is missing
 */
export async function shippedComponents(bundled) {
  const beside = UNBUNDLED.map((name) => `node_modules/${name}`);
  const inside = Object.entries(BUILT_IN)
    .filter(([name]) => bundled.includes(`node_modules/${name}`))
    .flatMap(([, names]) => names.map((name) => `node_modules/${name}`));
  const npm = await Promise.all([...new Set([...bundled, ...beside, ...inside])].map(npmComponent));
  const textOf = (name) => npm.find((one) => one.name === name).text;
  const runtimeText = await Promise.all(
    ['LICENSE.txt', 'ThirdPartyNotices.txt'].map((file) => readText(TEXTS, 'onnxruntime', file)),
  );
  const databases = await Promise.all((await binariesOf('@libsql', '')).map(npmComponent));
  const passwords = await Promise.all((await binariesOf('@node-rs', 'argon2-')).map(npmComponent));
  const electron = await npmComponent('node_modules/electron');
  const components = [
    ...npm.map((one) => {
      if (one.name === 'onnxruntime-node') return { ...one, text: runtimeText.join('\n\n') };
      return one.name === 'onnxruntime-common' ? { ...one, text: runtimeText[0] } : one;
    }),
    ...databases.map((one) => ({ ...one, text: textOf('libsql') })),
    ...passwords.map((one) => ({ ...one, text: textOf('@node-rs/argon2') })),
    ...(await nativeParts(textOf)),
    ...(await compressors(npm.find(({ name }) => name === 'numcodecs'))),
    { ...electron, name: 'Electron', kind: 'library' },
  ];
  requireComplete(components);
  return components.sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
}

/** In the Windows part of ONNX Runtime; no package of npm or PyPI carries their terms. */
const MICROSOFT_LIBRARIES = ['DirectML', 'dxcompiler', 'dxil'];

/**
 * The terms of Microsoft's libraries, which whoever makes the Windows installer puts into licences/windows.
 * @param {NodeJS.Platform} platform that is packaged
 * @param {string} [texts] folder of the texts
 * @returns {Promise<{ name: string, text: string }[]>} none on other systems
 * @throws {SetUpError} where one is missing
 */
export async function microsoftTerms(platform, texts = path.join(TEXTS, 'windows')) {
  if (platform !== 'win32') return [];
  return Promise.all(
    MICROSOFT_LIBRARIES.map(async (name) => {
      const text = await readText(texts, `${name}.txt`).catch(() => '');
      if (text !== '') return { name, text };
      throw new SetUpError(
        `${name}.dll goes with the package, and its terms are missing: put them into licences/windows/${name}.txt.`,
      );
    }),
  );
}

/**
 * The packages that a bundle's modules come from.
 * @param {Iterable<string>} modules paths of modules, absolute or relative to the checkout
 * @returns {string[]} folders relative to the checkout, '/'-separated
 */
export function packageFolders(modules) {
  const folders = new Set();
  for (const module of modules) {
    const place = path.isAbsolute(module) ? path.relative(REPO_ROOT, module) : module;
    const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(place.split(path.sep).join('/'));
    if (found) folders.add(found[0]);
  }
  return [...folders].sort();
}
