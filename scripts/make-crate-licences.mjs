// Writes licences/NAME-crates.json: the licences of the Rust crates inside a prebuilt library, whose names and versions stand
// in the library itself. To be run after an update of libsql or @node-rs/argon2; needs cargo and the crates' registry.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { REPO_ROOT, runCommand, runMain, SetUpError } from './commands.mjs';
import { cratesInside } from './crateNames.mjs';

const LIBRARIES = [
  {
    library: '@libsql/linux-x64-gnu/index.node',
    target: 'libsql-crates.json',
    // SQLite and its cipher, which leaves no name of a crate in the library.
    also: [{ name: 'libsql-ffi', version: '0.9.30' }],
  },
  {
    library: '@node-rs/argon2-linux-x64-gnu/argon2.linux-x64-gnu.node',
    target: 'argon2-crates.json',
    also: [],
  },
];

/**
 * One project that asks for each crate: cargo brings their sources. A later patch of the same version will do for its licence:
 * some exact ones were withdrawn.
 */
async function vendor(crates, folder) {
  const wanted = crates.map(({ name, version }, i) => `c${i} = { package = "${name}", version = "~${version}" }`);
  const manifest = `[package]\nname = "licences"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n${wanted.join('\n')}\n`;
  await mkdir(path.join(folder, 'src'));
  await writeFile(path.join(folder, 'Cargo.toml'), manifest);
  await writeFile(path.join(folder, 'src', 'lib.rs'), '');
  const { code, output } = await runCommand('cargo', ['vendor', '--quiet', '--versioned-dirs'], {
    cwd: folder,
    capture: true,
  });
  if (code !== 0) throw new SetUpError(`cargo could not bring the crates: ${output.trim()}`);
  return path.join(folder, 'vendor');
}

async function folderOf({ name, version }, vendored) {
  const exact = `${name}-${version}`;
  const minor = exact.slice(0, exact.lastIndexOf('.') + 1);
  const names = await readdir(vendored);
  const found = names.find((one) => one === exact) ?? names.find((one) => one.startsWith(minor));
  if (found === undefined) throw new SetUpError(`cargo did not bring the crate ${exact}.`);
  return path.join(vendored, found);
}

/** Where a crate may be had under one of two licences, one text does; MIT's is the short one. */
async function licenceOf(crate, vendored) {
  const { name, version } = crate;
  const folder = await folderOf(crate, vendored);
  const manifest = await readFile(path.join(folder, 'Cargo.toml'), 'utf8');
  const licence = /^license = "([^"]+)"/m.exec(manifest)?.[1].replaceAll(/\s*\/\s*/g, ' OR ') ?? null;
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const mit = / OR /.test(licence ?? '') ? files.filter((file) => /mit/i.test(file)) : [];
  const texts = await Promise.all(
    (mit.length > 0 ? mit : files).map((file) => readFile(path.join(folder, file), 'utf8').catch(() => '')),
  );
  return { name, version, licence, text: texts.map((text) => text.trim()).join('\n\n') };
}

async function writeLicences({ library, target, also }) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lineshape-crates-'));
  try {
    const crates = [...cratesInside(await readFile(path.join(REPO_ROOT, 'node_modules', library))), ...also];
    const vendored = await vendor(crates, folder);
    const licences = await Promise.all(crates.map((crate) => licenceOf(crate, vendored)));
    await writeFile(path.join(REPO_ROOT, 'licences', target), `${JSON.stringify(licences, null, 1)}\n`);
    const without = licences.filter(({ text }) => text === '').map(({ name }) => name);
    console.log(`${target}: ${licences.length} crates; without a text of their own: ${without.join(', ') || 'none'}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await runMain(async () => {
  for (const one of LIBRARIES) await writeLicences(one);
});
