// lineshape evaluate: methods against the known truth of a simulated set.
import type { Command } from 'commander';
import type { FileBasisSet } from '../../core/basis/files/index.ts';
import type { BasisSet } from '../../core/domain/basisSet.ts';
import { ProcessingError, UsageError } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';
import type { Warning } from '../../core/domain/provenance.ts';
import { evaluateByLevel, evaluateEstimates, truthOf } from '../../core/quality/evaluation.ts';
import type { AccuracyRow, LevelEvaluation, MethodEvaluation, TruthScale } from '../../core/quality/evaluation.ts';
import { allRefused, isRefusal, methodForScan, networkForScan } from '../../core/pipeline/index.ts';
import type { RefusedMethod } from '../../core/pipeline/index.ts';
import { checkBasis, fitsSingleLines, METHOD_IDS, needsBasis, NO_BASIS } from '../../core/quantification/index.ts';
import { csvRow } from '../../core/reports/index.ts';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import { basisForMethods } from '../basisChoice.ts';
import { basisOfSet, fitSet, loadSet, SPECTRA_FILE, TRUTH_FILE, usualMetabolites } from '../evaluationSet.ts';
import type { EvaluationSet, FittedMetabolites, FittedSet } from '../evaluationSet.ts';
import { WRITTEN_BY } from '../jsonDocuments.ts';
import { windowsFor } from '../fitOptions.ts';
import { addCommonOptions, oneOf, positiveNumber, wholeNumber } from '../options.ts';
import type { CommonOptions } from '../options.ts';
import { requireFolderOf } from '../outputFolder.ts';
import { methodsOf } from '../quantifyScans.ts';
import { loadRecipe } from '../recipeChoice.ts';
import { withSession } from '../session.ts';
import type { Session } from '../session.ts';
import { fixed, printJson, printText, say, textTable } from '../terminal.ts';

interface Options extends CommonOptions {
  readonly set: string;
  readonly basis?: string;
  readonly method: string;
  readonly ppm?: string;
  readonly recipe?: string;
  readonly scale: string;
  readonly cases?: string;
  readonly metabolites?: string;
  readonly snrLevels?: string;
  readonly out?: string;
}

const METABOLITES: readonly FittedMetabolites[] = ['truth', 'all'];
const SCALES: readonly TruthScale[] = ['none', 'tCr', 'common'];
const MAX_FAILURES_SAID = 5;

interface Evaluated {
  readonly fitted: FittedSet;
  readonly basis: BasisSet;
  readonly options: JsonObject;
  readonly evaluation: MethodEvaluation;
  /** The same between levels of SNR; empty where none were asked for. */
  readonly levels: readonly LevelEvaluation[];
}

interface Outcome {
  readonly set: EvaluationSet;
  readonly basis: FileBasisSet;
  /** Of the basis, but not fitted. */
  readonly leftOut: readonly string[];
  readonly scale: TruthScale;
  readonly cases: number;
  /** Never none. */
  readonly methods: readonly Evaluated[];
  /** Methods that the set could not be given to, where others could. */
  readonly refused: readonly RefusedMethod[];
  readonly warnings: readonly Warning[];
}

function casesOf(text: string | undefined, available: number): number {
  if (text === undefined) return available;
  return Math.min(wholeNumber('--cases', text, 1), available);
}

/** Each method's options: a recipe's, for the method that it is for, and the window. */
async function fitOptions(options: Options, methods: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
  const windows = windowsFor(options.ppm, methods);
  const recipe = options.recipe === undefined ? null : (await loadRecipe(options.recipe)).quantification;
  return new Map(
    methods.map((method) => [method, { ...(recipe?.method === method ? recipe.options : {}), ...windows.get(method) }]),
  );
}

/** The truth of the first cases. */
function firstOf(truth: ReadonlyMap<string, Float64Array>, count: number): Map<string, Float64Array> {
  return new Map([...truth].map(([name, values]) => [name, values.subarray(0, count)]));
}

/** @param text "3,10,20": rising @throws UsageError */
function snrEdgesOf(text: string | undefined): readonly number[] {
  if (text === undefined) return [];
  const edges = text.split(',').map((part) => positiveNumber('--snr-levels', part));
  const rises = edges.every((edge, i) => i === 0 || edge > (edges[i - 1] as number));
  if (edges.length < 2 || !rises) {
    throw new UsageError(`--snr-levels takes two or more rising numbers, such as 5,10,20, not "${text}".`);
  }
  return edges;
}

/** @throws UsageError where levels are asked for and the set doesn't tell its SNR */
function levelsOf(edges: readonly number[], set: EvaluationSet, cases: number): ArrayLike<number> {
  const snr = set.truth.nuisances.get('snr');
  if (snr !== undefined) return snr.subarray(0, cases);
  if (edges.length > 0) throw new UsageError(`--snr-levels needs a column "snr" in ${TRUTH_FILE}, which is not there.`);
  return [];
}

function requireEstimates({ method, cases, failures }: FittedSet): void {
  if (cases.some((c) => c !== null)) return;
  const [first] = failures;
  throw new ProcessingError(
    'PROCESSING_FAILED',
    `${method} gave no estimate of any of the ${cases.length} spectra; the first: ${first?.reason ?? 'no reason was given.'}`,
    { method },
  );
}

/** What all methods are measured on. */
interface Task {
  readonly set: EvaluationSet;
  /** As the file has it, and as the set's truth has it. */
  readonly whole: FileBasisSet;
  readonly basis: FileBasisSet;
  readonly cases: number;
  readonly scale: TruthScale;
  readonly edges: readonly number[];
}

async function evaluateMethod(method: string, own: JsonObject, task: Task, session: Session): Promise<Evaluated> {
  const { set, whole, basis, cases, scale, edges } = task;
  // A network of one basis takes it whole, whatever the truth names.
  const users = needsBasis(method) ? basis : whole;
  const network = await networkForScan(method, set.dataset, users, session.deps.networks);
  const ofMethod = fitsSingleLines(method) ? NO_BASIS : (network?.basis ?? users);
  const fit = { basis: ofMethod, method, network: network?.choice ?? null, options: own, count: cases };
  const fitted = await fitSet(set, fit, { ...session.deps, threads: session.threads });
  requireEstimates(fitted);
  const truth = firstOf(set.truth.metabolites, cases);
  const evaluation = evaluateEstimates(fitted.cases, truth, scale);
  const levels = evaluateByLevel(fitted.cases, truth, levelsOf(edges, set, cases), edges, scale);
  return { fitted, basis: ofMethod, options: own, evaluation, levels };
}

/** @throws where no method gives anything */
async function evaluateEach(
  methods: ReadonlyMap<string, JsonObject>,
  task: Task,
  session: Session,
): Promise<Pick<Outcome, 'methods' | 'refused'>> {
  const evaluated: Evaluated[] = [];
  const refused: RefusedMethod[] = [];
  for (const [method, own] of methods) {
    try {
      evaluated.push(await evaluateMethod(method, own, task, session));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused.push({ method, error });
    }
  }
  if (evaluated.length === 0) throw allRefused(refused);
  return { methods: evaluated, refused };
}

async function evaluate(options: Options, session: Session): Promise<Outcome> {
  const named = methodsOf(options.method);
  const scale = oneOf('--scale', options.scale, SCALES);
  const metabolites =
    options.metabolites === undefined ? null : oneOf('--metabolites', options.metabolites, METABOLITES);
  casesOf(options.cases, 1);
  const edges = snrEdgesOf(options.snrLevels);
  const set = await loadSet(options.set);
  const shelf = session.deps.networks;
  const methods = await Promise.all(named.map((method) => methodForScan(method, set.dataset, 'nlls', shelf)));
  const own = await fitOptions(options, methods);
  const cases = casesOf(options.cases, set.truth.cases);
  levelsOf(edges, set, cases);
  const choice = { basis: options.basis, removeMarker: false, readOptions: {} };
  const whole = await basisForMethods(methods, choice, set.dataset, session.resources);
  const { basis, leftOut } = basisOfSet(whole, set, metabolites ?? usualMetabolites(set));
  const mismatch = methods.some(needsBasis) ? checkBasis(basis, set.dataset) : [];
  const found = await evaluateEach(own, { set, whole, basis, cases, scale, edges }, session);
  // Where a simulated voxel lies is no question.
  const ofSet = set.dataset.warnings.filter(({ code }) => code !== 'geometry-missing');
  return { set, basis, leftOut, scale, cases, ...found, warnings: [...ofSet, ...basis.warnings, ...mismatch] };
}

function methodDocument({ fitted, basis, options, evaluation, levels }: Evaluated): unknown {
  const { method, version, cases, msPerSpectrum, wallMsPerSpectrum, failures } = fitted;
  return {
    ...{ method, version, options },
    basis: { id: basis.id, sha256: basis.sha256 },
    n: cases.filter((c) => c !== null).length,
    ...{ msPerSpectrum, wallMsPerSpectrum, failures },
    ...evaluation,
    ...(levels.length === 0 ? {} : { snrLevels: levels }),
  };
}

function documentOf(
  { set, basis, leftOut, scale, cases, methods, refused, warnings }: Outcome,
  threads: number,
): unknown {
  return {
    schema: 'lineshape.evaluation/1',
    set: { spectra: SPECTRA_FILE, truth: TRUTH_FILE, sha256: set.sha256, cases: set.truth.cases, evaluated: cases },
    basis: { id: basis.id, sha256: basis.sha256, leftOut },
    scale,
    methods: methods.map(methodDocument),
    refused: refused.map(({ method, error }) => ({ method, code: error.code, reason: error.message })),
    warnings,
    threads,
    program: WRITTEN_BY,
  };
}

const HEADER = ['Metabolite', 'n', 'MAPE %', 'SMAPE %', 'R²', 'Slope', 'Intercept', 'Bias', '± SE', 'RMSE', 'CRLB', 'CRLB %', 'RMSE/CRLB', '95 % cov.'] as const; // prettier-ignore

function tableRow(row: AccuracyRow): string[] {
  return [
    row.name,
    String(row.n),
    fixed(row.mape, 1),
    fixed(row.smape, 1),
    fixed(row.r2, 3),
    fixed(row.slope, 3),
    fixed(row.intercept, 3),
    fixed(row.bias, 3),
    fixed(row.biasSe, 3),
    fixed(row.rmse, 3),
    fixed(row.meanCrlb, 3),
    fixed(row.meanCrlbPercent, 1),
    fixed(row.rmseOverCrlb, 2),
    fixed(row.coverage95, 1),
  ];
}

function printOutcome({ leftOut, cases, methods, refused, warnings }: Outcome): void {
  for (const { message } of warnings) say(`Warning: ${message}`);
  if (leftOut.length > 0) printText(`Not fitted, as the truth names none of it: ${leftOut.join(', ')}`);
  for (const { fitted, basis, evaluation, levels } of methods) {
    const { method, msPerSpectrum, failures } = fitted;
    const fittedWith = fitsSingleLines(method) ? 'no basis set' : `basis ${basis.id}`;
    printText(`\n${method}, ${fittedWith}, ${cases} cases, ${fixed(msPerSpectrum, 1)} ms a spectrum`);
    printText(textTable(HEADER, [...evaluation.combined, ...evaluation.metabolites].map(tableRow)));
    for (const { from, to, cases: count, combined, metabolites } of levels) {
      printText(`\nSNR ${from} to ${to}, ${count} cases`);
      printText(textTable(HEADER, [...combined, ...metabolites].map(tableRow)));
    }
    if (evaluation.notEstimated.length > 0)
      printText(`In the truth, not estimated: ${evaluation.notEstimated.join(', ')}`);
    if (evaluation.withoutTruth.length > 0)
      printText(`Estimated, truth not known: ${evaluation.withoutTruth.join(', ')}`);
    if (failures.length > 0) printText(`${failures.length} of ${cases} cases without estimate or not converged:`);
    for (const { case: index, status, reason } of failures.slice(0, MAX_FAILURES_SAID)) {
      printText(`  case ${index}, ${status}: ${reason}`);
    }
    if (failures.length > MAX_FAILURES_SAID) printText(`  and ${failures.length - MAX_FAILURES_SAID} more`);
  }
  for (const { method, error } of refused) printText(`\n${method}: refused. ${error.message}`);
}

/** Every estimate beside its truth, unscaled: one row a method, case and metabolite. */
function* estimateRows({ set, methods }: Outcome): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode('method,case,metabolite,truth,estimate,crlb\n');
  const truths = new Map<string, Float64Array | null>();
  for (const { fitted } of methods) {
    for (const [index, estimates] of fitted.cases.entries()) {
      const lines = [...(estimates?.combined ?? []), ...(estimates?.metabolites ?? [])].map((estimate) => {
        const { name, amplitude, crlbAbsolute } = estimate;
        if (!truths.has(name)) truths.set(name, truthOf(set.truth.metabolites, name));
        return csvRow([fitted.method, index, name, truths.get(name)?.[index], amplitude, crlbAbsolute]);
      });
      if (lines.length > 0) yield encoder.encode(`${lines.join('\n')}\n`);
    }
  }
}

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description('methods against a set with known truth: errors, bias, CRLB, coverage')
    .requiredOption('--set <dir>', `folder with ${SPECTRA_FILE} and ${TRUTH_FILE}, as "simulate" writes it`)
    .option(
      '--basis <b>',
      'basis set: id of a bundled one, a file, or a folder; auto (default): the one that fits best',
    )
    .option('--method <m>', `methods, separated by commas; there is ${METHOD_IDS.join(', ')}`, 'nlls')
    .option('--ppm <lo,hi>', 'fitted range (default 0.2,4.2)')
    .option(
      '--recipe <r>',
      "recipe whose fit options are taken; its preprocessing is not, as the cases aren't transients",
    )
    .option('--scale <s>', 'amplitudes before they are compared: none, tCr (each case to its true tCr), common', 'none')
    .option('--cases <n>', 'only the first n cases')
    .option(
      '--metabolites <which>',
      "what is fitted: truth (what the truth names; default for a set of simulate's, which holds nothing else) or all of the basis",
    )
    .option('--snr-levels <edges>', 'tables for cases with an SNR between these too, such as 3,10,20,40,80')
    .option('-o, --out <file.csv>', 'every estimate beside its truth, as CSV')
    .addHelpText(
      'after',
      `
Bias, RMSE and CRLB are in the truth's unit. 95 % cov.: how often the truth lies within the stated 95 % interval.
Cases that are not converged count and are named; those without an estimate are named only.`,
    );
  addCommonOptions(command).action(async (options: Options) => {
    if (options.out !== undefined) requireFolderOf(options.out);
    const { outcome, threads } = await withSession(options, async (session) => ({
      outcome: await evaluate(options, session),
      threads: session.threads,
    }));
    if (options.out !== undefined) await atomicWrite(options.out, estimateRows(outcome));
    if (options.json === true) printJson(documentOf(outcome, threads));
    else printOutcome(outcome);
    if (options.out !== undefined) say(`Written: ${options.out}`);
  });
}
