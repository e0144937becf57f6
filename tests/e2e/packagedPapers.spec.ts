// What the package says of itself: the licences of all that it holds, in the app and as a file, and its bill of materials.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { ACCEPTED_LICENCES, isAccepted, packageFolders } from '../../scripts/components.mjs';
import type { Component } from '../../scripts/components.mjs';
import { billProblems } from '../../scripts/sbom.mjs';
import { expect, REPO_ROOT, test } from './launch.ts';
import { packageFolder } from './packagedCopies.ts';

interface Bill {
  readonly components: readonly {
    readonly type: string;
    readonly name: string;
    readonly version: string;
    readonly 'bom-ref': string;
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
    readonly licenses: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const resources = (): string => path.join(packageFolder(), 'resources');
const archive = (): string => path.join(resources(), 'app.asar');
const readPaper = (name: string): Promise<string> => readFile(path.join(resources(), name), 'utf8');
const billOf = async (): Promise<Bill> => JSON.parse(await readPaper('sbom.cdx.json')) as Bill;

const components = (): Component[] =>
  JSON.parse(extractFile(archive(), 'dist/renderer/components.json').toString()) as Component[];

/** esbuild notes each module's place in a comment, the renderer's source maps name theirs: neither is what the list is made of. */
async function packagesInBundles(): Promise<string[]> {
  const modules: string[] = [];
  const files = listPackage(archive(), { isPack: false }).filter((file) =>
    /^\/dist\/(main|workers|cli|preload)\/.*\.c?js$/.test(file),
  );
  for (const file of files) {
    const text = extractFile(archive(), file.slice(1)).toString();
    for (const [, module] of text.matchAll(/^\s*\/\/ (node_modules\/\S+)$/gm)) modules.push(module as string);
  }
  const assets = path.join(REPO_ROOT, 'dist', 'renderer', 'assets');
  for (const name of (await readdir(assets)).filter((file) => file.endsWith('.map'))) {
    const { sources } = JSON.parse(await readFile(path.join(assets, name), 'utf8')) as { sources: string[] };
    modules.push(...sources.map((source) => path.resolve(assets, source)));
  }
  return packageFolders(modules);
}

async function nameOf(folder: string): Promise<string> {
  const { name, version } = JSON.parse(
    await readFile(path.join(REPO_ROOT, folder, 'package.json'), 'utf8'),
  ) as Component;
  return `${name} ${version}`;
}

/** Name and version of every npm package in it, bundled or as a folder. */
async function shippedPackages(): Promise<string[]> {
  const bundled = await Promise.all((await packagesInBundles()).map(nameOf));
  const folders = listPackage(archive(), { isPack: false }).filter((file) =>
    /^\/node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file),
  );
  const beside = await Promise.all(folders.map((file) => nameOf(path.dirname(file.slice(1)))));
  return [...new Set([...bundled, ...beside])].sort();
}

test('every package in it is named with a licence and its text, in the app’s list and in the file', async () => {
  const shipped = await shippedPackages();
  expect(shipped.length).toBeGreaterThan(30);
  const listed = components();
  const named = listed.filter(({ kind }) => kind === 'npm').map(({ name, version }) => `${name} ${version}`);
  expect(shipped.filter((one) => !named.includes(one))).toEqual([]);
  const file = await readPaper('THIRD-PARTY-LICENSES.txt');
  for (const { name, version, licence, text } of listed) {
    expect(isAccepted(licence), name).toBe(true);
    expect(text.length, name).toBeGreaterThan(60);
    expect(file).toContain(`${name} ${version}`);
    expect(file.includes(text), name).toBe(true);
  }
  expect([...ACCEPTED_LICENCES].filter((licence) => /GPL|SSPL|CC-BY-NC/.test(licence))).toEqual([]);
  const chromium = await readFile(path.join(packageFolder(), 'LICENSES.chromium.html'), 'utf8');
  expect(chromium.match(/class="product"/g)?.length).toBeGreaterThan(100);
  expect(await readPaper('LICENSE.txt')).toContain('MIT License');
});

test('the bill of materials fits its schema and names all that is in it', async () => {
  const text = await readPaper('sbom.cdx.json');
  expect(await billProblems(text)).toBeNull();
  expect(await billProblems(text.replace('"type": "framework"', '"type": "no-such-type"'))).not.toBeNull();
  const { components: parts, dependencies } = await billOf();
  const named = parts.map(({ name, version }) => `${name} ${version}`);
  expect((await shippedPackages()).filter((one) => !named.includes(one))).toEqual([]);
  expect(
    components().filter(({ name, version }) => name !== 'Electron' && !named.includes(`${name} ${version}`)),
  ).toEqual([]);
  const electron = (await readFile(path.join(packageFolder(), 'version'), 'utf8')).trim();
  expect(named).toContain(`Electron ${electron}`);
  expect(named).toContain('SQLite3 Multiple Ciphers 1.8.1');
  // Nothing hangs in the air: each part belongs to the app or to a library.
  const held = new Set(dependencies.flatMap(({ dependsOn = [] }) => dependsOn));
  expect(parts.filter((part) => !held.has(part['bom-ref']))).toEqual([]);
});

test('the bill of materials holds the hash of every network and basis set as it was packed', async () => {
  const { components: parts } = await billOf();
  for (const folder of ['models', 'basis']) {
    const names = await readdir(path.join(resources(), 'resources', folder));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      const sha256 = createHash('sha256')
        .update(await readFile(path.join(resources(), 'resources', folder, name)))
        .digest('hex');
      const part = parts.find((one) => one['bom-ref'] === `resources/${folder}/${name}`);
      expect(part?.hashes, name).toEqual([{ alg: 'SHA-256', content: sha256 }]);
      expect(part?.type).toBe(name.endsWith('.onnx') ? 'machine-learning-model' : 'data');
    }
  }
});

test('the help page shows the licences, in the user’s language', async ({ app }) => {
  const { window: page } = app;
  await page.getByTestId('rail-help').click();
  await page.getByTestId('show-licences').click();
  const list = page.getByTestId('licences');
  await expect(list.locator('details')).toHaveCount(components().length);
  const vue = list.locator('details', { hasText: /^vue \d/ });
  await expect(vue.locator('summary')).toContainText('MIT');
  await vue.locator('summary').click();
  await expect(vue.locator('pre')).toContainText('Permission is hereby granted, free of charge');
  await vue.scrollIntoViewIfNeeded();
  await app.screenshot('help-licences');
  await page.getByTestId('rail-settings').click();
  await page.getByTestId('language-de').click();
  await page.getByTestId('rail-help').click();
  await expect(page.getByRole('heading', { name: 'Lizenzen Dritter' })).toBeVisible();
});
