// What the app does not need yet, it does not load: the networks' runtime and their thread, and the samples of basis sets.
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { fitByKey, openDemo } from './demo.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

const RESOURCES = path.join(REPO_ROOT, 'resources');
/** A fit takes long where the processor is shared. */
const FITTED = { timeout: 180_000 };

/** The built app with resources of its own, in which only the cards of basis sets and networks are. */
async function appWithCardsOnly(folder: string): Promise<string> {
  await cp(path.join(REPO_ROOT, 'package.json'), path.join(folder, 'package.json'));
  for (const name of ['dist', 'node_modules']) await symlink(path.join(REPO_ROOT, name), path.join(folder, name));
  await cp(path.join(RESOURCES, 'demo'), path.join(folder, 'resources', 'demo'), { recursive: true });
  for (const kind of ['basis', 'models']) await copyFiles(folder, kind, (name) => name.endsWith('.json'));
  return folder;
}

async function copyFiles(folder: string, kind: string, wanted: (name: string) => boolean): Promise<void> {
  const to = path.join(folder, 'resources', kind);
  await mkdir(to, { recursive: true });
  const names = (await readdir(path.join(RESOURCES, kind))).filter(wanted);
  await Promise.all(names.map((name) => cp(path.join(RESOURCES, kind, name), path.join(to, name))));
}

/** @returns whether the process has the networks' runtime in its memory, as Linux tells it */
async function hasRuntime(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/maps`, 'latin1')).includes('libonnxruntime');
}

/** @returns how many basis sets and networks the app can name */
function namedSets(page: Page): Promise<{ bases: number; networks: number }> {
  return page.evaluate(async () => {
    type Answer = { value: { cards: unknown[]; models: { card: unknown }[] } };
    type Call = Record<string, (request: unknown) => Promise<Answer>>;
    const { call } = (window as unknown as { lineshape: { call: Call } }).lineshape;
    const bases = await call['basis:list']?.({ datasetId: null });
    const networks = await call['models:list']?.({});
    return {
      bases: bases?.value.cards.length ?? 0,
      networks: networks?.value.models.filter(({ card }) => card !== null).length ?? 0,
    };
  });
}

test('neither networks nor basis sets are loaded before they are used', async ({ launchApp }, info) => {
  test.skip(process.platform !== 'linux', 'reads /proc');
  test.setTimeout(480_000);
  const folder = await appWithCardsOnly(info.outputPath());
  const { window: page, electron } = await launchApp({ appFolder: folder });
  const pid = electron.process().pid as number;
  // Worklist, study, spectra and the lists of what there is: all without one sample of a basis set and without a network.
  await openDemo(page);
  await expect(page.getByTestId('run-fit').first()).toBeEnabled(FITTED);
  const cards = async (kind: string): Promise<number> =>
    (await readdir(path.join(RESOURCES, kind))).filter((name) => /\.(nii\.gz|onnx)$/.test(name)).length;
  expect(await namedSets(page)).toEqual({ bases: await cards('basis'), networks: await cards('models') });
  expect(await hasRuntime(pid)).toBe(false);

  // The fit reads its basis set now: it was not there before.
  await copyFiles(folder, 'basis', (name) => name.endsWith('.nii.gz'));
  await fitByKey(page);
  expect(await hasRuntime(pid)).toBe(false);

  await copyFiles(folder, 'models', (name) => name.endsWith('.onnx'));
  await page.getByTestId('preset-physics').click();
  await page.getByTestId('method').selectOption('dq-nmm');
  await page.getByTestId('run-fit').click();
  await expect(
    page
      .getByTestId('analysis')
      .locator('option')
      .filter({ hasText: /dq-nmm/i }),
  ).toHaveCount(1, FITTED);
  expect(await hasRuntime(pid)).toBe(true);
});
