// The node file adapters: reading the user's paths, writing whole or not at all, hashes, resources and basis sets.
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { SHIPPED_IDS } from '../../src/core/basis/shippedBases.ts';
import type { JsonObject, JsonValue } from '../../src/core/domain/json.ts';
import { atomicWrite } from '../../src/node/files/atomicWrite.ts';
import {
  listBases,
  listBundledBases,
  loadBasis,
  loadBundledBasis,
  loadListedBasis,
} from '../../src/node/files/basisLibrary.ts';
import { canonicalJson, recipeSha256, sha256Hex, sha256OfFiles } from '../../src/node/files/hashing.ts';
import { readInputFiles, readWhole } from '../../src/node/files/readInputFiles.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { addUserBasis } from '../../src/node/files/userBases.ts';
import { lcmodelBasisText } from '../fixtures/basisFiles.ts';
import { RECIPE } from '../fixtures/studies.ts';
import { asOrdinaryUserAsync, makeTempFolder, mountSmallDisk } from '../fixtures/tempFolder.ts';

const root = makeTempFolder();
const disk = mountSmallDisk(root, 64);
let serial = 0;
let folder = '';

beforeEach(() => {
  folder = join(root, `case${serial++}`);
  mkdirSync(folder);
});
afterAll(() => {
  disk?.unmount();
  rmSync(root, { recursive: true });
});

/** Makes files whose content is their own name. */
function make(...names: string[]): string[] {
  return names.map((name) => {
    writeFileSync(join(folder, name), name);
    return join(folder, name);
  });
}

/** An error of this code whose message is one sentence that names the file and not its folder. */
function oneSentence(code: string, name: string): unknown {
  return expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(`^(?!.*${folder})[^\\n]*${name}[^\\n]*\\.$`)) as string,
  });
}

describe('reading input files', () => {
  const read = async (...paths: string[]): Promise<string[]> =>
    (await readInputFiles(paths)).map(readWhole).map((file) => {
      expect(new TextDecoder().decode(file.bytes)).toBe(file.name);
      expect(file.bytes.byteLength).toBe(file.bytes.buffer.byteLength);
      return file.name;
    });

  it('gives names and bytes in the order asked for, each file once', async () => {
    const [b, a] = make('b.nii.gz', 'a.nii.gz');
    expect(await read(b!, a!, b!)).toEqual(['b.nii.gz', 'a.nii.gz']);
  });

  it.each([
    ['scan.SDAT', ['scan.SPAR'], ['other.SPAR', 'scan.txt']],
    ['scan.spar', ['scan.SDAT'], []],
    ['scan.RAW', ['scan.control'], ['control', 'scan.H2O']],
    ['scan.h2o', ['control'], ['other.control']],
    ['scan.raw', ['control.file'], ['other.control']],
    ['scan.hdr', ['scan.img'], []],
    ['scan.nii', [], ['scan.json', 'control']],
  ])('brings the companions of %s: %j', async (name, companions, others) => {
    const [path] = make(name, ...companions, ...others);
    expect(await read(path!)).toEqual([name, ...companions]);
  });

  it('brings the parameter files of Bruker and Varian data, which have fixed names', async () => {
    mkdirSync(join(folder, 'pdata', '1'), { recursive: true });
    make('fid', 'acqp', 'method', 'pulseprogram', 'procpar');
    writeFileSync(join(folder, 'pdata', '1', '2dseq'), '2dseq');
    writeFileSync(join(folder, 'pdata', '1', 'visu_pars'), 'visu_pars');
    expect(await read(join(folder, 'fid'))).toEqual(['fid', 'acqp', 'method', 'procpar']);
    const deep = await readInputFiles([join(folder, 'pdata', '1', '2dseq')]);
    const base = basename(folder);
    expect(deep.map((f) => f.path)).toEqual([
      `${base}/pdata/1/2dseq`,
      `${base}/acqp`,
      `${base}/method`,
      `${base}/pdata/1/visu_pars`,
      `${base}/procpar`,
    ]);
  });

  it("gives a folder's files by name and its subfolders' after them, with their places; hidden ones left out", async () => {
    make('b.txt', 'a.txt', '.hidden');
    mkdirSync(join(folder, 'sub', '.git'), { recursive: true });
    writeFileSync(join(folder, 'sub', 'deep.txt'), 'deep.txt');
    writeFileSync(join(folder, 'sub', '.git', 'config'), 'config');
    expect(await read(folder)).toEqual(['a.txt', 'b.txt', 'deep.txt']);
    const files = await readInputFiles([folder]);
    expect(files.map((f) => f.path)).toEqual(['a.txt', 'b.txt', 'sub/deep.txt'].map((p) => `${basename(folder)}/${p}`));
    expect(files[2]?.absolutePath).toBe(join(folder, 'sub', 'deep.txt'));
    expect((await readInputFiles([folder], { recursive: false })).map((f) => f.name)).toEqual(['a.txt', 'b.txt']);
  });

  it('follows links to files within the folder, and none out of it or to folders', async () => {
    const outside = join(root, `outside${serial}.txt`);
    writeFileSync(outside, 'secret');
    const [a] = make('a.txt');
    mkdirSync(join(folder, 'sub'));
    symlinkSync(a!, join(folder, 'sub', 'link'));
    symlinkSync(outside, join(folder, 'out'));
    symlinkSync(join(folder, 'none'), join(folder, 'dangling'));
    symlinkSync(folder, join(folder, 'sub', 'circle'));
    expect((await readInputFiles([folder])).map((f) => f.name)).toEqual(['a.txt', 'link']);
  });

  it('says in a sentence what is missing, empty or forbidden', async () => {
    await expect(readInputFiles([join(folder, 'none.nii')])).rejects.toEqual(oneSentence('READ_FAILED', 'none.nii'));
    const [file] = make('scan.nii');
    const below = join(file!, 'below.nii');
    await expect(readInputFiles([below])).rejects.toEqual(oneSentence('READ_FAILED', 'below.nii'));
    writeFileSync(file!, '');
    await expect(readInputFiles([file!])).rejects.toEqual(oneSentence('FILE_EMPTY', 'scan.nii'));
    mkdirSync(join(folder, 'empty'));
    const empty = readInputFiles([join(folder, 'empty')]);
    await expect(empty).rejects.toEqual(oneSentence('READ_FAILED', 'empty'));
    make('secret.nii');
    chmodSync(join(folder, 'secret.nii'), 0o000);
    await asOrdinaryUserAsync(async () => {
      const secret = readInputFiles([join(folder, 'secret.nii')]);
      await expect(secret).rejects.toEqual(oneSentence('READ_FAILED', 'secret.nii'));
    });
  });
});

describe('writing a file whole', () => {
  it('makes and replaces it, and leaves nothing else', async () => {
    const path = join(folder, 'report.html');
    await atomicWrite(path, 'first');
    await atomicWrite(path, new TextEncoder().encode('second, longer'));
    expect(readFileSync(path, 'utf8')).toBe('second, longer');
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('fails in a sentence where the folder is missing, a folder is in the way, or writing is forbidden', async () => {
    const nowhere = join(folder, 'none', 'report.html');
    await expect(atomicWrite(nowhere, 'x')).rejects.toEqual(oneSentence('WRITE_FAILED', 'report.html'));
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    writeFileSync(join(taken, 'file'), '');
    await expect(atomicWrite(taken, 'x')).rejects.toEqual(oneSentence('WRITE_FAILED', 'taken'));
    expect(readdirSync(folder)).toEqual(['taken']);
    const path = join(folder, 'report.html');
    writeFileSync(path, 'old');
    chmodSync(folder, 0o555);
    await asOrdinaryUserAsync(async () => {
      await expect(atomicWrite(path, 'new')).rejects.toEqual(oneSentence('WRITE_FAILED', 'report.html'));
    });
    chmodSync(folder, 0o777);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['report.html', 'taken']);
  });

  it.skipIf(disk === null)('keeps the old file on a full disk (a real 64 KiB disk; needs mount)', async () => {
    const path = join(disk!.path, 'report.html');
    await atomicWrite(path, 'old');
    await expect(atomicWrite(path, new Uint8Array(200_000))).rejects.toEqual(oneSentence('DISK_FULL', 'report.html'));
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(disk!.path)).toEqual(['report.html']);
  });
});

describe('hashes', () => {
  it('are SHA-256 (FIPS 180-2, example B.1)', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256Hex('abc')).toBe(abc);
    expect(sha256Hex(new TextEncoder().encode('xabcx').subarray(1, 4))).toBe(abc);
  });

  it('of a set do not depend on its order, but on every name order, content and number', () => {
    const file = (name: string, text: string): { name: string; bytes: Uint8Array } => ({
      name,
      bytes: new TextEncoder().encode(text),
    });
    const [a, b, B] = [file('a', '1'), file('b', '2'), file('B', '2')];
    expect(sha256OfFiles([a])).toBe(sha256Hex('1'));
    expect(sha256OfFiles([a, b])).toBe(sha256Hex(sha256Hex('1') + sha256Hex('2')));
    expect(sha256OfFiles([b, a])).toBe(sha256OfFiles([a, b]));
    // By code unit, capitals stand first.
    expect(sha256OfFiles([a, B])).toBe(sha256Hex(sha256Hex('2') + sha256Hex('1')));
  });

  it('of a recipe do not depend on the order of its keys, but on its values', () => {
    const reversed = (value: JsonValue): JsonValue => {
      if (Array.isArray(value)) return value.map(reversed);
      if (value === null || typeof value !== 'object') return value;
      const entries = Object.entries(value).reverse();
      return Object.fromEntries(entries.map(([key, field]) => [key, reversed(field)]));
    };
    const same = reversed(RECIPE as unknown as JsonObject) as unknown as typeof RECIPE;
    expect(JSON.stringify(same)).not.toBe(JSON.stringify(RECIPE));
    expect(recipeSha256(same)).toBe(recipeSha256(RECIPE));
    expect(recipeSha256({ ...RECIPE, version: 2 })).not.toBe(recipeSha256(RECIPE));
    expect(canonicalJson({ b: [1, { d: null, c: 'ä"' }], a: 1e-7 })).toBe('{"a":1e-7,"b":[1,{"c":"ä\\"","d":null}]}');
  });
});

describe('resources', () => {
  it('are found upwards from the code, or where they are said to be', () => {
    const found = resourcesDir();
    expect(readdirSync(join(found, 'basis')).some((name) => name.endsWith('.nii.gz'))).toBe(true);
    mkdirSync(join(folder, 'basis'));
    expect(resourcesDir(folder)).toBe(folder);
    expect(() => resourcesDir(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'BASIS_MISSING' }));
  });
});

describe('basis sets', () => {
  it('that come with the program are listed, and each is what its card says', async () => {
    const resources = resourcesDir();
    const cards = await listBundledBases(resources);
    expect(cards.map((card) => card.id)).toEqual([...SHIPPED_IDS].sort());
    const [card] = cards;
    const basis = await loadBundledBasis(resources, card!.id);
    expect(basis).toMatchObject({ id: card!.id, title: card!.title, sha256: card!.sha256, points: card!.points });
    expect(basis.signals.map((signal) => signal.name)).toEqual([...card!.metabolites, ...card!.macromolecules]);
    expect(await loadBasis(card!.id, resources)).toEqual(basis);
    expect(await loadBasis(join(resources, 'basis', card!.file), resources)).toEqual(basis);
  });

  it('are refused when file and card disagree, and named when they are missing', async () => {
    const [card] = await listBundledBases(resourcesDir());
    cpSync(join(resourcesDir(), 'basis'), join(folder, 'basis'), { recursive: true });
    const path = join(folder, 'basis', card!.file);
    const bytes = readFileSync(path);
    bytes[1000] = (bytes[1000] as number) ^ 1;
    writeFileSync(path, bytes);
    const invalid = oneSentence('MODEL_INVALID', card!.file);
    await expect(loadBundledBasis(folder, card!.id)).rejects.toEqual(invalid);
    await expect(loadBasis(path, folder)).rejects.toEqual(invalid);
    rmSync(path);
    await expect(loadBundledBasis(folder, card!.id)).rejects.toEqual(oneSentence('BASIS_MISSING', card!.file));
    await expect(loadBasis('no-such', folder)).rejects.toEqual(oneSentence('BASIS_MISSING', 'no-such'));
    writeFileSync(join(folder, 'basis', 'broken.json'), '{');
    await expect(listBundledBases(folder)).rejects.toEqual(oneSentence('MODEL_INVALID', 'broken.json'));
  });

  it('of the user are read from a folder, with the hash of its files', async () => {
    const set = join(folder, 'my-basis');
    mkdirSync(set);
    const column = (scale: number): string =>
      Array.from({ length: 64 }, (_, i) => `${scale * Math.exp(-i / 20)} 0`).join('\n');
    writeFileSync(join(set, 'NAA.txt'), column(3));
    writeFileSync(join(set, 'Cr.txt'), column(2));
    const options = { spectrometerFrequencyMHz: 123.2, dwellTimeS: 5e-4 };
    const basis = await loadBasis(set, resourcesDir(), options);
    expect(basis.id).toBe('my-basis');
    expect(basis.signals.map((signal) => signal.name).sort()).toEqual(['Cr', 'NAA']);
    expect(basis.sha256).toBe(sha256Hex(sha256Hex(column(2)) + sha256Hex(column(3))));
    await expect(loadBasis(set, resourcesDir())).rejects.toMatchObject({ code: 'BASIS_MISSING' });
    mkdirSync(join(folder, 'empty'));
    await expect(loadBasis(join(folder, 'empty'), folder)).rejects.toEqual(oneSentence('BASIS_MISSING', 'empty'));
  });
});

describe('a basis set of the user’s own', () => {
  it('is kept in the program’s format, listed, loaded with the same signals, and not doubled', async () => {
    const source = join(folder, 'mine.basis');
    writeFileSync(source, lcmodelBasisText());
    const own = join(folder, 'basis');
    const first = await addUserBasis(own, [source]);
    const again = await addUserBasis(own, [source]);
    expect(again.card).toEqual(first.card);
    expect((await listBases([own])).map((c) => c.id)).toEqual([first.card.id]);
    const kept = await loadListedBasis([own], first.card.id);
    const direct = await loadBasis(source, folder);
    expect(kept.signals.map((s) => s.name)).toEqual(direct.signals.map((s) => s.name));
    expect(kept.echoTimeS).toBe(direct.echoTimeS);
    kept.signals.forEach((signal, i) => expect(signal.fid).toEqual(direct.signals[i]!.fid));
    await expect(addUserBasis(own, [join(folder, 'absent.basis')])).rejects.toMatchObject({ code: 'BASIS_MISSING' });
    expect(readdirSync(own)).toHaveLength(2);
  });
});
