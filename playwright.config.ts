// End-to-end tests in the real Electron; started by scripts/e2e.mjs, which finds the runtime and the display, and makes the package.
import { defineConfig } from '@playwright/test';

const PACKAGE_ALONE = /packaged[^/]*\.spec\.ts$/;
/** What makes an app of its own from the checkout, or is about Electron alone. */
const CHECKOUT_ALONE = /(released|fuses)\.spec\.ts$/;
/** Journeys through every part that a package can get wrong: threads, native libraries, networks, resources, printing, sockets, pages. */
const PACKAGE_JOURNEYS = /(app-starts|basis|database|dicom|hardening|images)\.spec\.ts$/;

const whole = process.env['LINESHAPE_PACKAGED'] === 'all';
const checkout = { name: 'checkout', testIgnore: PACKAGE_ALONE };
const packaged = whole
  ? { name: 'packaged', testIgnore: CHECKOUT_ALONE }
  : { name: 'packaged', testMatch: [PACKAGE_ALONE, PACKAGE_JOURNEYS], grepInvert: /@checkout-alone/ };
const hasPackage = Boolean(process.env['LINESHAPE_PACKAGE']);

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: /\.(e2e|spec|test)\.ts$/,
  outputDir: 'test-artefacts/playwright',
  // One app at a time: the machines that run this have two cores, and the window needs one for drawing in software.
  workers: 1,
  projects: whole ? [packaged] : hasPackage ? [checkout, packaged] : [checkout],
  retries: 0,
  timeout: 120_000,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], ['json', { outputFile: 'test-artefacts/e2e.json' }]],
});
