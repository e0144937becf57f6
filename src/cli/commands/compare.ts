// lineshape compare: two methods on the same spectra.
import type { Command } from 'commander';
import { ProcessingError, UsageError } from '../../core/domain/errors.ts';
import { agreementIntervals } from '../../core/math/limitsOfAgreement.ts';
import { COMPARED_QUANTITIES, compareResults } from '../../core/quality/comparison.ts';
import type { Comparison, ComparedQuantity, ComparisonRow } from '../../core/quality/comparison.ts';
import { csvRow } from '../../core/reports/index.ts';
import type { CsvCell } from '../../core/reports/index.ts';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import { seriesOfFiles, seriesOfStudy } from '../comparedResults.ts';
import type { ResultSeries } from '../comparedResults.ts';
import { addCommonOptions, oneOf } from '../options.ts';
import type { CommonOptions } from '../options.ts';
import { requireFolderOf } from '../outputFolder.ts';
import { withStudyDb } from '../studyDatabase.ts';
import { fixed, printJson, printText, say, textTable } from '../terminal.ts';

interface Options extends CommonOptions {
  readonly methods?: string;
  readonly quantity: string;
  readonly db?: string;
  readonly study?: string;
  readonly out?: string;
}

const REGRESSION = 'Deming, equal error variances: A = slope · B + intercept';
const ICC = 'ICC(A,1): absolute agreement, two-way, single measurement';
const QUANTITY_WORDS: Readonly<Record<ComparedQuantity, string>> = {
  ratio: 'ratios to tCr',
  amplitude: 'amplitudes',
  concentration: 'concentrations',
};

function twoOf(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.length !== 2 || names.includes('')) {
    throw new UsageError(`--methods takes two names as A,B, not "${text}".`);
  }
  return names;
}

async function seriesFor(paths: readonly string[], options: Options): Promise<readonly [ResultSeries, ResultSeries]> {
  const methods = options.methods === undefined ? null : twoOf(options.methods);
  const { db, study } = options;
  if (db === undefined && study === undefined) {
    if (paths.length < 1 || paths.length > 2)
      throw new UsageError('Name two result files or folders, or one that holds both methods.');
    return seriesOfFiles(paths, methods);
  }
  if (db === undefined || study === undefined || methods === null || paths.length > 0) {
    throw new UsageError("A study's analyses are compared with --db PATH --study ID --methods A,B, and without files.");
  }
  return withStudyDb(db, 'read', (store) => seriesOfStudy(store, study, methods));
}

const number = (value: number | null): string => (value === null ? '–' : value.toPrecision(3));

function tableRow(row: ComparisonRow): string[] {
  return [
    row.name,
    String(row.n),
    number(row.meanA),
    number(row.meanB),
    number(row.bias),
    fixed(row.biasPercent, 1),
    number(row.sd),
    row.limits === null ? '–' : `${number(row.limits[0])} … ${number(row.limits[1])}`,
    fixed(row.correlation, 3),
    fixed(row.slope, 3),
    number(row.intercept),
    fixed(row.icc, 3),
  ];
}

const HEADER = ['Metabolite', 'n', 'Mean A', 'Mean B', 'A − B', '%', 'SD', 'Limits of agreement', 'r', 'Slope', 'Intercept', 'ICC'] as const; // prettier-ignore

function printComparison(
  [a, b]: readonly [ResultSeries, ResultSeries],
  quantity: ComparedQuantity,
  comparison: Comparison,
): void {
  const { rows, common, onlyA, onlyB } = comparison;
  printText(`A: ${a.label}\nB: ${b.label}\n${common} spectra in both, ${QUANTITY_WORDS[quantity]}\n`);
  printText(textTable(HEADER, rows.map(tableRow)));
  printText(`\nLimits of agreement: bias ± 1.96 SD. Regression: ${REGRESSION}. ${ICC}.`);
  const unsettled = [notConverged(a), notConverged(b)] as const;
  if (unsettled[0] + unsettled[1] > 0) {
    say(`Not converged, and counted all the same: ${unsettled[0]} of A and ${unsettled[1]} of B.`);
  }
  if (onlyA + onlyB > 0) say(`${onlyA} spectra only in A and ${onlyB} only in B were left out.`);
}

const CSV_COLUMNS = ['metabolite', 'n', 'mean_a', 'mean_b', 'bias', 'bias_percent', 'bias_se', 'bias_95_low', 'bias_95_high', 'sd', 'limit_low', 'limit_low_95_low', 'limit_low_95_high', 'limit_high', 'limit_high_95_low', 'limit_high_95_high', 'correlation', 'deming_slope', 'deming_intercept', 'icc_a1'] as const; // prettier-ignore

function cellsOf(row: ComparisonRow): CsvCell[] {
  const { name, n, meanA, meanB, bias, biasPercent, biasSe, sd, limits, correlation, slope, intercept, icc } = row;
  const ends = agreementIntervals(row);
  return [
    ...[name, n, meanA, meanB, bias, biasPercent, biasSe, ...(ends?.bias ?? [null, null]), sd],
    ...[limits?.[0], ...(ends?.lowLimit ?? [null, null]), limits?.[1], ...(ends?.highLimit ?? [null, null])],
    ...[correlation, slope, intercept, icc],
  ];
}

function csvOf({ rows }: Comparison): string {
  return `${[CSV_COLUMNS, ...rows.map(cellsOf)].map(csvRow).join('\n')}\n`;
}

const notConverged = ({ results }: ResultSeries): number =>
  results.filter(({ result }) => result.status === 'notConverged').length;

async function compare(paths: readonly string[], options: Options): Promise<void> {
  const quantity = oneOf('--quantity', options.quantity, COMPARED_QUANTITIES);
  if (options.out !== undefined) requireFolderOf(options.out);
  const series = await seriesFor(paths, options);
  const [a, b] = series;
  const comparison = compareResults(a.results, b.results, quantity);
  if (comparison.common === 0) {
    throw new ProcessingError('PROCESSING_FAILED', 'The two have no spectrum in common: no voxel of the same scan.');
  }
  if (comparison.rows.length === 0) {
    throw new ProcessingError('PROCESSING_FAILED', `The two have no ${QUANTITY_WORDS[quantity]} in common.`);
  }
  if (options.out !== undefined) await atomicWrite(options.out, csvOf(comparison));
  if (options.json === true) {
    const of = (series: ResultSeries): unknown => {
      const { label, method, results } = series;
      return { label, method, spectra: results.length, notConverged: notConverged(series) };
    };
    printJson({
      schema: 'lineshape.comparison/1',
      ...{ a: of(a), b: of(b), quantity, regression: REGRESSION, icc: ICC },
      ...comparison,
      rows: comparison.rows.map((row) => ({ ...row, intervals95: agreementIntervals(row) })),
    });
  } else printComparison(series, quantity, comparison);
  if (options.out !== undefined) say(`Written: ${options.out}`);
}

const EXAMPLES = `
Spectra are paired by the scan's content and the voxel, so that the order of files doesn't matter.

Examples:
  lineshape compare nlls.json quest.json
  lineshape compare both.json --methods nlls,lcmodel --quantity concentration -o agreement.csv
  lineshape compare run-a/ run-b/ --methods nlls,nlls
  lineshape compare --db studies.db --study ID --methods nlls,quest`;

export function addCompareCommand(program: Command): void {
  const command = program
    .command('compare')
    .description('two methods on the same spectra: bias, limits of agreement, correlation, regression, ICC')
    .argument(
      '[file...]',
      'results of "quantify --json", or folders that "quantify -o" wrote: two, or one with both methods',
    )
    .option('--methods <a,b>', 'the methods compared, A first; of a study, methods or analysis ids')
    .option('--quantity <q>', `what is compared: ${COMPARED_QUANTITIES.join(', ')}`, 'ratio')
    .option('--db <path>', "study database, for a study's stored analyses")
    .option('--study <id>', 'study in the database')
    .option('-o, --out <file.csv>', 'the table as CSV');
  addCommonOptions(command).addHelpText('after', EXAMPLES).action(compare);
}
