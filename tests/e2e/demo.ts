// The demo study, opened as a user does; the first of anything takes long on a busy machine.
import type { Page } from '@playwright/test';
import { expect } from './launch.ts';

const LOADED = { timeout: 45_000 };

/** Opens the demo study by its key. @throws where it does not open */
export async function openDemo(page: Page): Promise<void> {
  await expect(page.getByTestId('open-demo').or(page.getByTestId('open-demo-empty')).first()).toBeVisible(LOADED);
  await page.keyboard.press('Control+d');
  await expect(page.getByTestId('study-view')).toBeVisible(LOADED);
  await expect(page.getByTestId('patient-name')).toBeVisible(LOADED);
}

/** A fit takes long where the processor is shared. */
const FITTED = { timeout: 120_000 };

/** Runs the fit by its key once it can be run: until basis sets and recipes are read, the key says why not. */
export async function fitByKey(page: Page): Promise<void> {
  await expect(page.getByTestId('run-fit').first()).toBeEnabled(LOADED);
  await page.keyboard.press('Control+r');
  await expect(page.getByTestId('fit-status').first()).toBeVisible(FITTED);
}
