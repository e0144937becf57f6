// Scans from files through the pipeline: what `quantify` and `report` have in common.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { FileBasisSet } from '../core/basis/files/index.ts';
import { CancelledError, ReaderError, UsageError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import type { Warning } from '../core/domain/provenance.ts';
import type { VoxelQuantification } from '../core/domain/quantification.ts';
import type { Recipe } from '../core/domain/recipe.ts';
import { analyse, defaultRecipeFor, parseRecipe, recipeById } from '../core/pipeline/index.ts';
import type { AnalysisOutcome } from '../core/pipeline/index.ts';
import { METHOD_IDS } from '../core/quantification/index.ts';
import { chooseBasis } from './basisChoice.ts';
import { addCommonOptions, addHeaderOptions, ppmRangeOf, readOptionsOf, voxelListOf } from './options.ts';
import type { CommonOptions, HeaderOptions } from './options.ts';
import { readOneScan, readScans } from './scanInputs.ts';
import type { ScanInput } from './scanInputs.ts';
import type { Session } from './session.ts';

export interface QuantifyOptions extends CommonOptions, HeaderOptions {
  readonly basis?: string;
  readonly removeBasisMarker?: boolean;
  readonly water?: string;
  readonly method: string;
  readonly recipe?: string;
  readonly preprocess: boolean;
  readonly ppm?: string;
  readonly voxels?: string;
}

export interface ScanResult {
  readonly scan: ScanInput;
  readonly water: ScanInput | null;
  readonly basis: FileBasisSet;
  readonly analysedAt: string;
  /** One a method. */
  readonly analyses: readonly {
    readonly method: string;
    readonly recipe: Recipe;
    readonly outcome: AnalysisOutcome;
    readonly voxels: readonly VoxelQuantification[];
    /** Of the reading, the preprocessing and the basis. */
    readonly warnings: readonly Warning[];
  }[];
}

/** Options of `quantify` and `report`. */
export function addQuantifyOptions(command: Command): Command {
  const withOptions = command
    .option(
      '--basis <b>',
      'basis set: id of a bundled one (see "basis list"), a file, or a folder of basis files; auto (default): the bundled one that fits best',
    )
    .option('--remove-basis-marker', 'take the reference singlet at 0 ppm out of the basis signals')
    .option('--water <file>', 'water reference scan')
    .option('--method <m>', `methods, separated by commas; there is ${METHOD_IDS.join(', ')}`, 'nlls')
    .option('--recipe <r>', 'recipe: id or JSON file (default: by the kind of scan)')
    .option('--no-preprocess', 'fit the data as they are')
    .option('--ppm <lo,hi>', 'fitted range (default 0.2,4.2)')
    .option('--voxels <v,…>', 'voxel numbers to fit, x slowest, from 0 (default: all with signal)');
  return addCommonOptions(addHeaderOptions(withOptions));
}

/** @throws UsageError where this version has no such method */
export function methodsOf(text: string): string[] {
  const methods = [...new Set(text.split(',').map((m) => m.trim().toLowerCase()))];
  for (const method of methods) {
    if (!METHOD_IDS.includes(method)) {
      throw new UsageError(`There is no method "${method}" in this version; there is ${METHOD_IDS.join(', ')}.`);
    }
  }
  return methods;
}

/** A recipe by id, or from a JSON file. */
export async function loadRecipe(name: string): Promise<Recipe> {
  if (!/\.json$/i.test(name)) return recipeById(name);
  let text: string;
  try {
    text = await readFile(name, 'utf8');
  } catch (error) {
    throw new ReaderError('READ_FAILED', `The recipe ${basename(name)} can't be read.`, {}, error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UsageError(`The recipe ${basename(name)} is not valid JSON.`);
  }
  return parseRecipe(json);
}

async function recipeFor(options: QuantifyOptions, dataset: MrsDataset, method: string): Promise<Recipe> {
  if (!options.preprocess && options.recipe !== undefined) {
    throw new UsageError('--no-preprocess and --recipe contradict each other; give one of them.');
  }
  const base = !options.preprocess
    ? recipeById('fit-only')
    : options.recipe === undefined
      ? defaultRecipeFor(dataset)
      : await loadRecipe(options.recipe);
  const ppm = options.ppm === undefined ? {} : { ppmRange: ppmRangeOf(options.ppm) };
  return { ...base, quantification: { method, options: { ...base.quantification.options, ...ppm } } };
}

/** Checks what can be checked before any file is read. @throws UsageError */
function checkOptions(options: QuantifyOptions): void {
  methodsOf(options.method);
  readOptionsOf(options);
  if (options.ppm !== undefined) ppmRangeOf(options.ppm);
  if (options.voxels !== undefined) voxelListOf(options.voxels);
}

/**
 * Reads, preprocesses and fits every scan of the given paths.
 * @throws what reading, basis choice and pipeline throw; nothing has been written then
 */
export async function quantifyScans(
  paths: readonly string[],
  options: QuantifyOptions,
  session: Session,
): Promise<ScanResult[]> {
  checkOptions(options);
  const readOptions = readOptionsOf(options);
  const scans = await readScans(paths, readOptions);
  const water = options.water === undefined ? null : await readOneScan(options.water, readOptions);
  const results: ScanResult[] = [];
  for (const [index, scan] of scans.entries()) {
    if (session.deps.cancellation.isCancelled()) throw new CancelledError();
    const choice = { basis: options.basis, removeMarker: options.removeBasisMarker ?? false, readOptions };
    const basis = await chooseBasis(choice, scan.dataset, session.resources);
    results.push(await quantifyScan(scan, water, basis, options, sharedProgress(session, index, scans)));
  }
  return results;
}

/** Progress of one scan of several as part of the whole. */
function sharedProgress(session: Session, index: number, scans: readonly ScanInput[]): Session {
  if (scans.length === 1) return session;
  const name = scans[index]?.fileName ?? '';
  const onProgress: Session['deps']['onProgress'] = ({ fraction, message }) =>
    session.deps.onProgress({ fraction: (index + fraction) / scans.length, message: `${name}: ${message}` });
  return { ...session, deps: { ...session.deps, onProgress } };
}

async function quantifyScan(
  scan: ScanInput,
  water: ScanInput | null,
  basis: FileBasisSet,
  options: QuantifyOptions,
  session: Session,
): Promise<ScanResult> {
  const voxels = options.voxels === undefined ? null : voxelListOf(options.voxels);
  const analyses: ScanResult['analyses'][number][] = [];
  for (const method of methodsOf(options.method)) {
    const recipe = await recipeFor(options, scan.dataset, method);
    const input = { dataset: scan.dataset, water: water?.dataset ?? scan.water, basis, recipe, voxels };
    const outcome = await analyse(input, session.deps);
    const warnings = [...outcome.warnings, ...basis.warnings];
    analyses.push({ method, recipe, outcome, voxels: outcome.voxels, warnings });
  }
  return { scan, water, basis, analysedAt: session.stamp.now(), analyses };
}
