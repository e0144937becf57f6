// A changed byte in a basis set that came with the app is refused in one sentence; the others are used.
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, REPO_ROOT, test } from './launch.ts';

const CHANGED_BASIS = 'lineshape-3t-press-te30-123mhz';
const WHOLE_BASIS = 'lineshape-3t-press-te35-123mhz';

/** The built app with resources of its own. */
async function appWithOwnResources(folder: string): Promise<string> {
  await cp(path.join(REPO_ROOT, 'package.json'), path.join(folder, 'package.json'));
  for (const name of ['dist', 'node_modules']) await symlink(path.join(REPO_ROOT, name), path.join(folder, name));
  for (const name of ['basis', 'demo'])
    await cp(path.join(REPO_ROOT, 'resources', name), path.join(folder, 'resources', name), { recursive: true });
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
  const { window: page } = await launchApp({ appFolder, expectedProblems: [/./] });
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
