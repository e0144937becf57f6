// What ships is known with its licences: every package is named with a text, none may be one that an MIT program can't ship.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isAccepted, microsoftTerms, packageFolders, shippedComponents } from '../../scripts/components.mjs';
import { cratesInside } from '../../scripts/crateNames.mjs';

const ROOT = new URL('../../', import.meta.url);
const own = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as { dependencies: object };

describe('licences', () => {
  it.each([
    ['MIT', true],
    ['MIT OR Apache-2.0', true],
    ['(MIT OR GPL-3.0-only) AND BSD-3-Clause', true],
    ['Apache-2.0 AND ISC', true],
    ['GPL-3.0-or-later', false],
    ['MIT AND LGPL-2.1-only', false],
    ['AGPL-3.0-only OR SSPL-1.0', false],
    ['MPL-2.0', false],
  ])('%s: %s', (expression, accepted) => {
    expect(isAccepted(expression)).toBe(accepted);
  });

  it('that are no expression are refused', () => {
    expect(() => isAccepted('SEE LICENSE IN LICENSE.md')).toThrow();
  });
});

describe('components', () => {
  it('are the packages of the modules in a bundle, nested ones too', () => {
    const modules = [
      'src/main/main.ts',
      'node_modules/zod/v4/index.js',
      'node_modules/@a/b/node_modules/c/d.js',
      '\0virtual',
    ];
    expect(packageFolders(modules)).toEqual(['node_modules/@a/b/node_modules/c', 'node_modules/zod']);
    expect(packageFolders([fileURLToPath(new URL('node_modules/vue/dist/vue.js', ROOT))])).toEqual([
      'node_modules/vue',
    ]);
  });

  it('name every dependency of the program, Electron and what libraries hold, each with its text', async () => {
    const bundled = Object.keys(own.dependencies).map((name) => `node_modules/${name}`);
    const components = await shippedComponents(bundled);
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(own.dependencies)));
    expect(names).toEqual(expect.arrayContaining(['Electron', 'SQLite', 'SQLite3 Multiple Ciphers', 'ring']));
    for (const { name, licence, text } of components) {
      expect(isAccepted(licence), name).toBe(true);
      expect(text.length, name).toBeGreaterThan(60);
    }
    // ONNX Runtime's own notices, which its npm package lacks.
    expect(components.find(({ name }) => name === 'onnxruntime-node')?.text).toContain('protobuf');
  });

  it('refuse a package under another licence', async () => {
    // Only a tool here.
    await expect(shippedComponents(['node_modules/axe-core'])).rejects.toThrow(/^axe-core is under "MPL-2.0", which /);
  });

  it('on Windows ask for the terms of Microsoft’s libraries', async () => {
    expect(await microsoftTerms('linux')).toEqual([]);
    const folder = await mkdtemp(join(tmpdir(), 'lineshape-terms-'));
    for (const name of ['DirectML', 'dxcompiler']) await writeFile(join(folder, `${name}.txt`), `Terms of ${name}`);
    await expect(microsoftTerms('win32', folder)).rejects.toThrow(
      /^dxil\.dll goes with the package, and its terms are missing: put them into licences\/windows\/dxil\.txt\.$/,
    );
    await writeFile(join(folder, 'dxil.txt'), 'Terms of dxil');
    expect((await microsoftTerms('win32', folder)).map(({ text }) => text)).toContain('Terms of dxil');
    await rm(folder, { recursive: true });
  });

  // The library of this system: what others hold differs in parts of the system's own.
  it.runIf(process.platform === 'linux' && process.arch === 'x64').each([
    ['libsql', '@libsql/linux-x64-gnu/index.node', 'libsql-crates.json', 50],
    ['argon2', '@node-rs/argon2-linux-x64-gnu/argon2.linux-x64-gnu.node', 'argon2-crates.json', 2],
  ])('name the crates that the library of %s holds', async (_name, file, list, least) => {
    const library = await readFile(new URL(`node_modules/${file}`, ROOT));
    const inside = cratesInside(library).map(({ name, version }) => `${name} ${version}`);
    expect(inside.length).toBeGreaterThan(least);
    const kept = JSON.parse(await readFile(new URL(`licences/${list}`, ROOT), 'utf8')) as {
      name: string;
      version: string;
    }[];
    expect(inside.filter((one) => !kept.some(({ name, version }) => `${name} ${version}` === one))).toEqual([]);
  });
});
