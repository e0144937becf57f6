// A changed byte in a basis set or a network that came with the app is refused in one sentence; the others are used.
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, REPO_ROOT, test } from './launch.ts';

const CHANGED_BASIS = 'lineshape-3t-press-te30-123mhz';
const MODEL = 'dsr';
const WHOLE_BASIS = 'lineshape-3t-press-te35-123mhz';

/** The built app with resources of its own. */
async function appWithOwnResources(folder: string): Promise<string> {
  await cp(path.join(REPO_ROOT, 'package.json'), path.join(folder, 'package.json'));
  for (const name of ['dist', 'node_modules']) await symlink(path.join(REPO_ROOT, name), path.join(folder, name));
  for (const name of ['basis', 'demo'])
    await cp(path.join(REPO_ROOT, 'resources', name), path.join(folder, 'resources', name), { recursive: true });
  const models = path.join(folder, 'resources', 'models');
  await mkdir(models);
  for (const ending of ['json', 'onnx', 'selftest.json'])
    await cp(
      path.join(REPO_ROOT, 'resources', 'models', `${MODEL}.${ending}`),
      path.join(models, `${MODEL}.${ending}`),
    );
  return folder;
}

async function changeByte(file: string, at: (bytes: Buffer) => number): Promise<void> {
  const bytes = await readFile(file);
  const place = at(bytes);
  bytes[place] = (bytes[place] as number) ^ 2;
  await writeFile(file, bytes);
}

/** @returns the sentence of the refusal; null where the request was answered */
function refusal(page: Page, channel: string, request: unknown): Promise<string | null> {
  return page.evaluate(
    async ({ name, payload }) => {
      type Call = Record<string, (request: unknown) => Promise<{ ok: boolean; error?: { message: string } }>>;
      const { call } = (window as unknown as { lineshape: { call: Call } }).lineshape;
      const answer = await call[name]?.(payload);
      return answer?.ok ? null : (answer?.error?.message ?? 'no answer');
    },
    { name: channel, payload: request },
  );
}

test('a changed byte in a basis set or its card is refused', async ({ launchApp }, info) => {
  const appFolder = await appWithOwnResources(info.outputPath());
  const basis = path.join(appFolder, 'resources', 'basis', CHANGED_BASIS);
  await changeByte(`${basis}.nii.gz`, (bytes) => Math.floor(bytes.length / 2));
  const { window: page } = await launchApp({ appFolder });
  expect(await refusal(page, 'basis:spectra', { basisId: WHOLE_BASIS })).toBeNull();
  const sentence = (file: string): RegExp =>
    new RegExp(
      `^The file basis/${file} is not the one that came with this Lineshape: .*; please install the program again\\.$`,
    );
  expect(await refusal(page, 'basis:spectra', { basisId: CHANGED_BASIS })).toMatch(sentence(`${CHANGED_BASIS}.nii.gz`));
  expect(await refusal(page, 'basis:list', { datasetId: null })).toBeNull();
  await changeByte(`${basis}.json`, (bytes) => bytes.lastIndexOf('1'));
  expect(await refusal(page, 'basis:list', { datasetId: null })).toMatch(sentence(`${CHANGED_BASIS}.json`));
});

test('a network is refused whose card was changed along with it', async ({ launchApp }, info) => {
  const appFolder = await appWithOwnResources(info.outputPath());
  const network = path.join(appFolder, 'resources', 'models', MODEL);
  const hash = async (): Promise<string> =>
    createHash('sha256')
      .update(await readFile(`${network}.onnx`))
      .digest('hex');
  const before = await hash();
  await changeByte(`${network}.onnx`, (bytes) => Math.floor(bytes.length / 2));
  const card = await readFile(`${network}.json`, 'utf8');
  await writeFile(`${network}.json`, card.replace(before, await hash()));
  const { window: page } = await launchApp({ appFolder });
  const models = await page.evaluate(async () => {
    type Listed = { value: { models: { id: string; card: unknown; problem: string | null }[] } };
    const { call } = (
      window as unknown as { lineshape: { call: Record<string, (request: unknown) => Promise<Listed>> } }
    ).lineshape;
    return (await call['models:list']?.({}))?.value.models;
  });
  const sentence = new RegExp(`^The file models/${MODEL}\\.json is not the one that came with this Lineshape: .*\\.$`);
  expect(models).toEqual([{ id: MODEL, card: null, problem: expect.stringMatching(sentence) }]);
});
