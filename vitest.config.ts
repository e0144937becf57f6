// Unit, golden, contract and migration tests in Node; the end-to-end tests run under Playwright (scripts/e2e.mjs).
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The build puts the program's version in.
  define: { __APP_VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    include: ['tests/{unit,golden,contract,migrations}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Much of a test's time is a wait for a program it started: of two processors one worker would leave one idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
