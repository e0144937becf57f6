// Unit, golden, contract and migration tests in Node; the end-to-end tests run under Playwright (scripts/e2e.mjs).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/{unit,golden,contract,migrations}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
