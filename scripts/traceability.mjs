// Software items, what each must do, and the tests that show it: docs/traceability.md, made of docs/requirements.json and of the
// tests' own listings. `npm run traceability` writes it; with --check nothing is written, and what is wrong is said.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPO_ROOT, runCommand, runMain, SetUpError } from './commands.mjs';

const REQUIREMENTS = path.join(REPO_ROOT, 'docs', 'requirements.json');
const TABLE = path.join(REPO_ROOT, 'docs', 'traceability.md');
/** Folders whose own folders are rooms of the layout; the others are rooms themselves. */
const ROOMS_INSIDE = ['src/core', 'src/node', 'src/renderer'];

/** @typedef {{file: string, name?: string}} TestPattern */
/** @typedef {{id: string, text: string, risk: string, measure: string, tests: TestPattern[]}} Requirement */
/** @typedef {{id: string, name: string, folders: string[], requirements: Requirement[]}} Item */
/** @typedef {Map<string, string[]>} Listing names of tests by file, relative to the checkout */

/** @returns {Promise<Listing>} every test of vitest and Playwright; none is run */
export async function listTests() {
  const [units, journeys] = await Promise.all([listVitest(), listPlaywright()]);
  return new Map([...units, ...journeys]);
}

async function listed(tool, args) {
  const { code, output } = await runCommand(process.execPath, [path.join(REPO_ROOT, 'node_modules', tool), ...args], {
    capture: true,
  });
  const start = output.search(/^[[{]$/m);
  if (code !== 0 || start < 0)
    throw new SetUpError(`${tool} could not list its tests: ${output.trim().split('\n').at(-1)}`);
  return JSON.parse(output.slice(start));
}

async function listVitest() {
  const tests = await listed('vitest/vitest.mjs', ['list', '--json', '--static-parse']);
  const names = new Map();
  for (const { file, name } of tests) {
    const relative = path.relative(REPO_ROOT, file).replaceAll('\\', '/');
    names.set(relative, [...(names.get(relative) ?? []), name]);
  }
  for (const file of await testFiles('tests')) {
    if (!names.has(file)) names.set(file, await titlesInside(file));
  }
  return names;
}

async function testFiles(folder) {
  const entries = await readdir(path.join(REPO_ROOT, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => path.relative(REPO_ROOT, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/**
 * Vitest's static reading leaves out what stands under a condition (`describe.skipIf(…)`); running each file's head to find
 * such tests takes minutes.
 */
async function titlesInside(file) {
  const text = await readFile(path.join(REPO_ROOT, file), 'utf8');
  return [...text.matchAll(/^ *(?:it|test)\((['`])(.+?)\1/gm)].map(([, , title]) => title);
}

async function listPlaywright() {
  const { suites } = await listed('@playwright/test/cli.js', ['test', '--list', '--reporter=json']);
  const titles = (suite, above) => [
    ...(suite.specs ?? []).map(({ title }) => [...above, title].join(' > ')),
    ...(suite.suites ?? []).flatMap((inner) => titles(inner, [...above, inner.title])),
  ];
  return new Map(suites.map((suite) => [`tests/e2e/${suite.file}`, titles(suite, [])]));
}

/**
 * @param {TestPattern} pattern
 * @param {Listing} listing
 * @returns {string[]} names of the tests that it means
 */
function matched({ file, name }, listing) {
  const names = listing.get(file) ?? [];
  return name === undefined ? names : names.filter((one) => new RegExp(name).test(one));
}

/** @returns {Promise<string[]>} the rooms that the layout has */
async function roomsOfLayout() {
  const foldersIn = async (folder) => {
    const entries = await readdir(path.join(REPO_ROOT, folder), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => `${folder}/${entry.name}`);
  };
  const top = await foldersIn('src');
  const rooms = await Promise.all(top.map((folder) => (ROOMS_INSIDE.includes(folder) ? foldersIn(folder) : [folder])));
  return rooms.flat();
}

/**
 * What the requirements lack: a room without an item, an item or a requirement without a test.
 * @param {Item[]} items
 * @param {Listing} listing
 * @param {string[]} rooms folders that must be some item's
 * @returns {string[]} a sentence each
 */
export function findGaps(items, listing, rooms) {
  const gaps = [];
  const owned = items.flatMap(({ folders }) => folders);
  for (const room of rooms) if (!owned.includes(room)) gaps.push(`${room} belongs to no software item.`);
  for (const folder of owned) if (!rooms.includes(folder)) gaps.push(`${folder} is no room of the layout.`);
  const ids = items.flatMap(({ id, requirements }) => [id, ...requirements.map((one) => one.id)]);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) gaps.push(`${id} stands twice.`);
  for (const { id, requirements } of items) {
    if (requirements.length === 0) gaps.push(`${id} has no requirement, and so no test.`);
    for (const requirement of requirements) {
      if (requirement.tests.length === 0) gaps.push(`${requirement.id} has no test.`);
      for (const pattern of requirement.tests) {
        if (matched(pattern, listing).length > 0) continue;
        gaps.push(`${requirement.id}: no test is named ${pattern.name ?? 'anything'} in ${pattern.file}.`);
      }
    }
  }
  return gaps;
}

const escaped = (text) => text.replaceAll('<', '&lt;').replaceAll('|', '\\|');

/**
 * The page of the table.
 * @param {Item[]} items
 * @param {Listing} listing
 * @returns {string} Markdown
 */
export function tableOf(items, listing) {
  const lines = [
    '# Software items, requirements, tests',
    '',
    'After the manner of IEC 62304: each room of the layout ([architecture](architecture.md)) is a software item with what it must do, what could',
    'happen otherwise, the measure against it, and the tests that show it. Lineshape is research software and was not developed under a',
    'certified process; what it may be used for stands in [intended use](intended-use.md).',
    '',
    'This page is made by `npm run traceability` of [requirements.json](requirements.json) and of the listings of vitest and Playwright. `npm test`',
    'fails where an item or requirement has no test, or where this page is not what they give.',
    '',
  ];
  for (const { id, name, folders, requirements } of items) {
    lines.push(`## ${id} ${name}`, '', folders.map((folder) => `\`${folder}\``).join(', '), '');
    lines.push('| | requirement | risk | measure | tests |', '|---|---|---|---|---|');
    for (const { id: requirement, text, risk, measure, tests } of requirements) {
      const files = tests.map((test) => `[${path.posix.basename(test.file)}](../${test.file})`).join(', ');
      lines.push(`| ${requirement} | ${escaped(text)} | ${escaped(risk)} | ${escaped(measure)} | ${files} |`);
    }
    lines.push('', '<details><summary>Tests by name</summary>', '');
    for (const { id: requirement, tests } of requirements) {
      for (const test of tests) {
        lines.push(`- ${requirement}, ${path.posix.basename(test.file)}`);
        for (const title of matched(test, listing)) lines.push(`  - ${escaped(title).replaceAll('\n', ' ')}`);
      }
    }
    lines.push('', '</details>', '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** @returns {Promise<{gaps: string[], table: string, isStale: boolean}>} */
export async function trace() {
  const { items } = JSON.parse(await readFile(REQUIREMENTS, 'utf8'));
  const [listing, rooms] = await Promise.all([listTests(), roomsOfLayout()]);
  const table = tableOf(items, listing);
  const written = await readFile(TABLE, 'utf8').catch(() => null);
  return { gaps: findGaps(items, listing, rooms), table, isStale: written !== table };
}

/**
 * Says what is wrong.
 * @returns {Promise<boolean>} whether nothing is
 */
export async function checkTraceability() {
  const { gaps, isStale } = await trace();
  for (const gap of gaps) console.error(gap);
  if (isStale) console.error('docs/traceability.md is not what the tests give: run `npm run traceability`.');
  return gaps.length === 0 && !isStale;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    if (process.argv.includes('--check')) return (await checkTraceability()) ? 0 : 1;
    const { gaps, table } = await trace();
    for (const gap of gaps) console.error(gap);
    await writeFile(TABLE, table);
    return gaps.length === 0 ? 0 : 1;
  });
}
