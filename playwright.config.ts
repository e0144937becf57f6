// End-to-end tests in the real Electron; started by scripts/e2e.mjs, which finds the runtime and the display.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: /\.(e2e|spec|test)\.ts$/,
  outputDir: 'test-artefacts/playwright',
  // One app at a time: the machines that run this have two cores, and the window needs one for drawing in software.
  workers: 1,
  retries: 0,
  timeout: 120_000,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], ['json', { outputFile: 'test-artefacts/e2e.json' }]],
});
