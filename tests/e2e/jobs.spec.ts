// Cancelling in the real app: the fit of a grid, stopped on its way, ends as cancelled and stores nothing; the window is free at
// once, and the next fit is a fit like any other.
import type { Page } from '@playwright/test';
import type { EventPayload, LineshapeApi } from '../../src/ipc/contract.ts';
import { expect, test } from './launch.ts';

type JobEnd = EventPayload<'job:finished'>;
type PageWindow = Window & { lineshape: LineshapeApi; jobEnds: JobEnd[]; cancelledAt: number; answeredAt: number };

/** Generous: test machines have two cores, which the window shares. */
const FITTED = { timeout: 120_000 };
/** A voxel in the middle of the demo's grid of 16 × 16. */
const MIDDLE = 16 * 8 + 8;

/** Notes in the page when Cancel is pressed, and how and when jobs end. */
async function watchJobs(page: Page): Promise<void> {
  await page.evaluate(() => {
    const here = window as unknown as PageWindow;
    here.jobEnds = [];
    here.lineshape.on['job:finished']((end) => {
      here.answeredAt = performance.now();
      here.jobEnds.push(end);
    });
    const isCancel = (target: EventTarget | null): boolean =>
      target instanceof Element && target.closest('[data-testid=cancel-job]') !== null;
    document.addEventListener(
      'click',
      ({ target }) => {
        if (isCancel(target)) here.cancelledAt = performance.now();
      },
      true,
    );
  });
}

const jobEnds = (page: Page): Promise<JobEnd[]> => page.evaluate(() => (window as unknown as PageWindow).jobEnds);

/** Analyses of the study that is open, by the database. */
async function storedAnalyses(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { call } = (window as unknown as PageWindow).lineshape;
    const list = await call['study:list']({});
    if (!list.ok) throw new Error(list.error.message);
    const study = await call['study:open']({ studyId: list.value[0]?.id ?? '' });
    if (!study.ok) throw new Error(study.error.message);
    return study.value.analyses.length;
  });
}

test('a grid’s fit is cancelled on its way, and the next fit works', async ({ app }) => {
  test.setTimeout(240_000);
  const { window: page } = app;
  await page.getByTestId('open-demo').click();
  await expect(page.getByTestId('study-view')).toBeVisible();
  const before = await storedAnalyses(page);
  const grid = page.getByTestId('dataset').locator('option').filter({ hasText: /MRSI/ }).first();
  await page.getByTestId('dataset').selectOption((await grid.getAttribute('value')) ?? '');
  await expect(page.getByTestId('recipe')).toHaveValue('mrsi-default');
  await expect(page.getByTestId('basis')).not.toHaveValue('');
  await watchJobs(page);

  await page.getByTestId('run-fit').click();
  const job = page.getByRole('status').filter({ has: page.getByTestId('cancel-job') });
  await expect(job).toContainText(/Fitted [1-9]\d* of \d+ spectra/, FITTED);
  await app.screenshot('jobs-1-running');
  await page.getByTestId('cancel-job').click();
  await expect(page.getByText('The fit was cancelled; nothing was stored.')).toBeVisible();
  const answerMs = await page.evaluate(() => {
    const { cancelledAt, answeredAt } = window as unknown as PageWindow;
    return Math.round(answeredAt - cancelledAt);
  });
  process.stdout.write(`cancel to answer: ${answerMs} ms\n`);
  const [cancelled] = await jobEnds(page);
  expect(cancelled).toMatchObject({ state: 'cancelled', analysisId: null, error: { code: 'CANCELLED' } });

  // Nothing waits any more, nothing is left over.
  await expect(page.getByTestId('cancel-job')).toHaveCount(0);
  await expect(page.getByTestId('run-fit')).toBeEnabled();
  expect(await storedAnalyses(page)).toBe(before);
  await app.screenshot('jobs-2-cancelled');

  const datasetId = await page.getByTestId('dataset').inputValue();
  const basisId = await page.getByTestId('basis').inputValue();
  const started = await page.evaluate(
    (request) => (window as unknown as PageWindow).lineshape.call['fit:start'](request),
    {
      ...{ datasetId, basisId, waterDatasetId: null, recipeId: 'mrsi-default', options: {} },
      voxels: [MIDDLE],
    },
  );
  expect(started.ok).toBe(true);
  await expect.poll(async () => (await jobEnds(page)).map(({ state }) => state), FITTED).toEqual(['cancelled', 'done']);
  expect(await storedAnalyses(page)).toBe(before + 1);
});
