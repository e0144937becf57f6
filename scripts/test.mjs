// npm test: sets the checkout up, then runs every check and test there is, and closes with the sums.
// A static check counts as one test. Every step runs even where an earlier one failed.
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from './build.mjs';
import { REPO_ROOT, runTool, SetUpError } from './commands.mjs';
import { E2E_REPORT, runEndToEnd } from './e2e.mjs';
import { setUp } from './setup.mjs';
import { checkTraceability } from './traceability.mjs';
import { typecheck } from './typecheck.mjs';

const UNIT_REPORT = path.join(REPO_ROOT, 'test-artefacts', 'unit.json');

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/** @returns {Counts} */
const oneCheck = (passed) => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });

const toolSucceeds = async (script, args) => oneCheck((await runTool(script, args)).code === 0);

/** The steps in their order; each gives its counts. */
function steps(runtime) {
  return [
    ['Type checks', async () => oneCheck((await typecheck(console.log)).length === 0)],
    ['Lint', () => toolSucceeds('eslint/bin/eslint.js', ['.', '--max-warnings=0'])],
    ['Format', () => toolSucceeds('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.'])],
    [
      'Import rules',
      () =>
        toolSucceeds('dependency-cruiser/bin/dependency-cruise.mjs', ['--config', '.dependency-cruiser.cjs', 'src']),
    ],
    ['Traceability', async () => oneCheck(await checkTraceability())],
    ['Build', buildCheck],
    ['Unit, golden, contract and migration tests', unitTests],
    ['End-to-end tests', () => endToEndTests(runtime)],
  ];
}

async function buildCheck() {
  await build({ only: 'all', onMessage: console.log });
  return oneCheck(true);
}

async function unitTests() {
  await rm(UNIT_REPORT, { force: true });
  const { code } = await runTool('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${UNIT_REPORT}`,
  ]);
  const report = await readReport(UNIT_REPORT);
  if (report === null) return oneCheck(false);
  // A test file that does not even load has no tests of its own, and still must count.
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return atLeastOneFailure(code, {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  });
}

async function endToEndTests(runtime) {
  await rm(E2E_REPORT, { force: true });
  const code = await runEndToEnd({ runtime, onMessage: console.log });
  const report = await readReport(E2E_REPORT);
  if (report === null) return oneCheck(false);
  const { expected, unexpected, flaky, skipped } = report.stats;
  return atLeastOneFailure(code, { passed: expected, failed: unexpected + flaky, skipped });
}

/** An error outside the tests shows only in the exit code; it must not be lost. */
function atLeastOneFailure(code, counts) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function readReport(file) {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : JSON.parse(text);
}

async function runStep(name, step) {
  console.log(`\n── ${name}`);
  const startMs = performance.now();
  let counts;
  try {
    counts = await step();
  } catch (error) {
    console.error(error instanceof SetUpError ? error.message : error);
    counts = oneCheck(false);
  }
  const tookS = (performance.now() - startMs) / 1000;
  console.log(`── ${name}: ${describe(counts)} (${tookS.toFixed(1)} s)`);
  return { name, counts, tookS };
}

const describe = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

async function main() {
  await mkdir(path.dirname(UNIT_REPORT), { recursive: true });
  const results = [];
  let runtime = null;
  results.push(
    await runStep('Set-up', async () => {
      runtime = await setUp({ electron: true, display: true, onMessage: console.log });
      return { passed: 0, failed: 0, skipped: 0 };
    }),
  );
  if (runtime) for (const [name, step] of steps(runtime)) results.push(await runStep(name, step));
  const sum = (key) => results.reduce((total, { counts }) => total + counts[key], 0);
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  console.log('');
  for (const { name, counts, tookS } of results)
    console.log(`${tookS.toFixed(1).padStart(7)} s  ${name}: ${describe(counts)}`);
  process.exitCode = total.failed === 0 ? 0 : 1;
  console.log(describe(total));
}

await main();
