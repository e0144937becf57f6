// Models and basis sets are used only as they were released; the user's own are told apart.
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resourceManifest } from '../../scripts/resourceManifest.mjs';
import { listBundledBases, loadBasis, loadListedBasis } from '../../src/node/files/basisLibrary.ts';
import { sha256Hex } from '../../src/node/files/hashing.ts';
import { readModelCard, readSelfTest } from '../../src/node/files/modelCards.ts';
import { sealResources } from '../../src/node/files/releasedFiles.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import type { CliBundle } from '../fixtures/bundleCli.ts';

const SHIPPED = fileURLToPath(new URL('../../resources', import.meta.url));
const BASIS = 'lineshape-3t-press-te30-123mhz';
const MODEL = 'dsr';
const FILES = [
  `basis/${BASIS}.json`,
  `basis/${BASIS}.nii.gz`,
  `models/${MODEL}.json`,
  `models/${MODEL}.onnx`,
  `models/${MODEL}.selftest.json`,
];
const CHANGED =
  /^The file \S+ is not the one that came with this Lineshape: its SHA-256 begins .*; please install the program again\.$/;
const FOREIGN =
  /^The file \S+ did not come with this Lineshape and is not used; take it out of the program's folder\.$/;

function copyResources(folder: string): void {
  for (const file of FILES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(SHIPPED, file), join(folder, file));
  }
}

/** Changes one byte: of a card a digit that leaves it valid. */
function change(path: string): void {
  const bytes = readFileSync(path);
  const at = path.endsWith('.json') ? bytes.lastIndexOf('1') : Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] as number) ^ 2;
  writeFileSync(path, bytes);
}

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'used',
    (error: unknown) => (error as Error).message,
  );

let resources: string;
beforeEach(async () => {
  resources = join(mkdtempSync(join(tmpdir(), 'lineshape-released-')), 'resources');
  copyResources(resources);
  sealResources(resources, await resourceManifest(resources));
});
afterEach(() => {
  sealResources(resources, null);
  rmSync(dirname(resources), { recursive: true, force: true });
});

describe('the manifest of the build', () => {
  it('holds each file of models and basis sets with its own hash', async () => {
    const manifest = await resourceManifest(SHIPPED);
    for (const file of FILES) expect(manifest[file]).toBe(sha256Hex(readFileSync(join(SHIPPED, file))));
    expect(Object.keys(manifest).every((file) => /^(models|basis)\/[^/]+$/.test(file))).toBe(true);
  });

  it('agrees with every card about the file that belongs to it', async () => {
    sealResources(SHIPPED, await resourceManifest(SHIPPED));
    const ids = Object.keys(await resourceManifest(SHIPPED)).filter((file) => file.endsWith('.onnx'));
    for (const file of ids) await readModelCard(join(SHIPPED, 'models'), file.slice('models/'.length, -'.onnx'.length));
    expect((await listBundledBases(SHIPPED)).length).toBeGreaterThan(10);
    expect(ids.length).toBeGreaterThan(10);
  });
});

describe('sealed resources', () => {
  it('are used as they are', async () => {
    expect((await loadListedBasis([join(resources, 'basis')], BASIS)).id).toBe(BASIS);
    expect((await readModelCard(join(resources, 'models'), MODEL)).id).toBe(MODEL);
    expect((await readSelfTest(join(resources, 'models'), MODEL)).tolerance).toBeGreaterThan(0);
  });

  it.each([`basis/${BASIS}.json`, `basis/${BASIS}.nii.gz`])('refuse a changed byte in %s', async (file) => {
    change(join(resources, file));
    const folders = [join(resources, 'basis')];
    expect(await messageOf(loadListedBasis(folders, BASIS))).toMatch(CHANGED);
    expect(await messageOf(loadBasis(BASIS, resources))).toMatch(CHANGED);
    expect(await messageOf(loadBasis(join(resources, `basis/${BASIS}.nii.gz`), resources))).toMatch(CHANGED);
  });

  it('refuse a basis set whose card was changed along with it, and one whose card was taken away', async () => {
    const [cardPath, path] = [join(resources, `basis/${BASIS}.json`), join(resources, `basis/${BASIS}.nii.gz`)];
    const before = sha256Hex(readFileSync(path));
    change(path);
    writeFileSync(cardPath, readFileSync(cardPath, 'utf8').replace(before, sha256Hex(readFileSync(path))));
    expect(await messageOf(loadListedBasis([join(resources, 'basis')], BASIS))).toMatch(CHANGED);
    rmSync(cardPath);
    expect(await messageOf(loadBasis(path, resources))).toMatch(CHANGED);
  });

  it('refuse a changed byte in the card of a network or in its self-test', async () => {
    const folder = join(resources, 'models');
    change(join(folder, `${MODEL}.selftest.json`));
    expect(await messageOf(readSelfTest(folder, MODEL))).toMatch(CHANGED);
    change(join(folder, `${MODEL}.json`));
    expect(await messageOf(readModelCard(folder, MODEL))).toMatch(CHANGED);
  });

  it('refuse what was added to them', async () => {
    for (const ending of ['json', 'nii.gz'])
      copyFileSync(join(resources, `basis/${BASIS}.${ending}`), join(resources, `basis/added.${ending}`));
    expect(await messageOf(listBundledBases(resources))).toMatch(FOREIGN);
    expect(await messageOf(readModelCard(join(resources, 'models'), '__proto__'))).toMatch(/There is no network/);
  });

  it('can’t be reached around by a link', async () => {
    const link = join(dirname(resources), 'link');
    symlinkSync(resources, link);
    change(join(resources, `basis/${BASIS}.nii.gz`));
    expect(await messageOf(loadBasis(BASIS, link))).toMatch(CHANGED);
  });

  it('can’t be reached around by links in the place of their files or folders', async () => {
    const elsewhere = join(dirname(resources), 'elsewhere');
    renameSync(join(resources, 'basis'), elsewhere);
    change(join(elsewhere, `${BASIS}.json`));
    symlinkSync(elsewhere, join(resources, 'basis'));
    expect(await messageOf(loadBasis(BASIS, resources))).toMatch(CHANGED);
    rmSync(join(resources, 'basis'));
    mkdirSync(join(resources, 'basis'));
    for (const ending of ['json', 'nii.gz'])
      symlinkSync(join(elsewhere, `${BASIS}.${ending}`), join(resources, `basis/${BASIS}.${ending}`));
    const alias = join(dirname(resources), 'alias');
    symlinkSync(resources, alias);
    for (const folder of [resources, alias]) expect(await messageOf(loadBasis(BASIS, folder))).toMatch(CHANGED);
  });

  it('leave the user’s own basis sets alone', async () => {
    const own = join(dirname(resources), 'basis');
    mkdirSync(own);
    for (const ending of ['json', 'nii.gz'])
      renameSync(join(resources, `basis/${BASIS}.${ending}`), join(own, `${BASIS}.${ending}`));
    const cardPath = join(own, `${BASIS}.json`);
    writeFileSync(cardPath, readFileSync(cardPath, 'utf8').replace(/"title": "[^"]*"/, '"title": "Mine"'));
    const basis = await loadListedBasis([join(resources, 'basis'), own], BASIS);
    expect(basis.title).toBe('Mine');
  });
});

describe('the command line', () => {
  let cli: CliBundle;
  let beside: string;
  beforeAll(async () => {
    const shipped = await resourceManifest(SHIPPED);
    cli = await bundleCli(Object.fromEntries(FILES.map((file) => [file, shipped[file] as string])));
    beside = join(dirname(dirname(cli.program)), 'resources');
  }, 120_000);
  afterAll(() => cli.remove());
  beforeEach(() => copyResources(beside));
  afterEach(() => rmSync(beside, { recursive: true, force: true }));

  it('finds everything in order as it was released', async () => {
    const [bases, models] = await Promise.all([cli.run(['basis', 'list']), cli.run(['models', 'verify'])]);
    expect([bases.code, models.code, models.stdout]).toEqual([0, 0, `${MODEL}: in order\n`]);
  });

  it('refuses a changed basis set and a changed network in one sentence', async () => {
    change(join(beside, `basis/${BASIS}.nii.gz`));
    change(join(beside, `models/${MODEL}.onnx`));
    const [basis, models] = await Promise.all([cli.run(['basis', 'info', BASIS]), cli.run(['models', 'verify'])]);
    expect([basis.code, basis.stdout]).toEqual([5, '']);
    expect(basis.stderr.replace(/^lineshape: /, '').trimEnd()).toMatch(CHANGED);
    expect(models.code).toBe(5);
    expect(models.stdout).toMatch(/^dsr: The network file dsr\.onnx is not the one its card describes: [^\n]*\.\n$/);
  });

  it('refuses a network whose card was changed along with it', async () => {
    const path = join(beside, `models/${MODEL}.onnx`);
    const cardPath = join(beside, `models/${MODEL}.json`);
    const before = sha256Hex(readFileSync(path));
    change(path);
    writeFileSync(cardPath, readFileSync(cardPath, 'utf8').replace(before, sha256Hex(readFileSync(path))));
    const models = await cli.run(['models', 'verify']);
    expect([models.code, models.stdout.replace(/^dsr: /, '').trimEnd()]).toEqual([5, expect.stringMatching(CHANGED)]);
  });
});
