// Scans from files through the pipeline: what `quantify` and `report` have in common.
import type { Command } from 'commander';
import type { FileBasisSet } from '../core/basis/files/index.ts';
import { CancelledError, UsageError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import type { Warning } from '../core/domain/provenance.ts';
import type { VoxelQuantification } from '../core/domain/quantification.ts';
import type { Recipe } from '../core/domain/recipe.ts';
import {
  allRefused,
  analyse,
  AUTO_CHOICES,
  AUTO_METHOD,
  defaultRecipeFor,
  editingOf,
  isRefusal,
  methodForScan,
  preprocessedOnce,
  recipeWithQuantities,
} from '../core/pipeline/index.ts';
import type { AnalysisOutcome, RefusedMethod, ScanSegmentation } from '../core/pipeline/index.ts';
import { isMethod, METHOD_IDS } from '../core/quantification/index.ts';
import { basisForMethods } from './basisChoice.ts';
import { addFitOptions, checkFitOptions, fitOptionsFor, windowsFor } from './fitOptions.ts';
import type { FitOptionFlags } from './fitOptions.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from './options.ts';
import type { CommonOptions, HeaderOptions } from './options.ts';
import { addVoxelOptions, checkVoxelOptions, chosenVoxels } from './mapOptions.ts';
import type { VoxelOptions } from './mapOptions.ts';
import {
  addQuantityOptions,
  checkQuantityOptions,
  intervalOptions,
  quantitiesOf,
  segmentationOf,
} from './quantityOptions.ts';
import type { QuantityFlags } from './quantityOptions.ts';
import { addCorrectionOptions, checkRecipeFlags, chosenRecipe } from './recipeChoice.ts';
import type { RecipeFlags } from './recipeChoice.ts';
import { readOneScan, readScans } from './scanInputs.ts';
import type { ScanInput } from './scanInputs.ts';
import type { Session } from './session.ts';

export interface QuantifyOptions
  extends CommonOptions, HeaderOptions, RecipeFlags, FitOptionFlags, QuantityFlags, VoxelOptions {
  readonly basis?: string;
  readonly removeBasisMarker?: boolean;
  readonly water?: string;
  /** Methods, separated by commas; absent: the recipe's own. */
  readonly method?: string;
  readonly ppm?: string;
}

export interface ScanResult {
  readonly scan: ScanInput;
  readonly water: ScanInput | null;
  readonly basis: FileBasisSet;
  readonly analysedAt: string;
  /** Methods that this scan could not be given to, where others could. */
  readonly refused: readonly (RefusedMethod & { readonly recipe: Recipe })[];
  /** One a method, never none. */
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
    .option(
      '--method <m>',
      `methods, separated by commas: auto (hybrid where the universal network knows such scans, else nlls), ${METHOD_IDS.join(', ')} (default: the recipe's)`,
    )
    .option('--recipe <r>', 'recipe: id or JSON file (default: by the kind of scan)')
    .option('--no-preprocess', 'fit the data as they are')
    .option('--ppm <lo,hi>', 'fitted range (default 0.2,4.2)');
  return addCommonOptions(
    addHeaderOptions(addQuantityOptions(addFitOptions(addVoxelOptions(addCorrectionOptions(withOptions))))),
  );
}

/** @throws UsageError where this version has no such method */
export function methodsOf(text: string): string[] {
  const methods = [...new Set(text.split(',').map((m) => m.trim().toLowerCase()))];
  for (const method of methods) {
    if (method === 'lcmodel') {
      throw new UsageError('LCModel is run by "lineshape lcmodel run", with your own installation of it.');
    }
    if (method !== AUTO_METHOD && !isMethod(method)) {
      throw new UsageError(`There is no method "${method}" in this version; there is ${METHOD_IDS.join(', ')}.`);
    }
  }
  return methods;
}

/** The recipe as the options have it; without preprocessing other nuclei keep the fit of their own recipe. */
async function baseRecipeFor(options: QuantifyOptions, dataset: MrsDataset): Promise<Recipe> {
  const recipe = await chosenRecipe(options, dataset);
  if (options.preprocess || dataset.nucleus === '1H') return recipe;
  return { ...recipe, quantification: defaultRecipeFor(dataset).quantification };
}

/** Methods that the options name; null where the recipe is to say. @throws UsageError */
function namedMethods({ method, priorKnowledge }: QuantifyOptions): string[] | null {
  if (method !== undefined) return methodsOf(method);
  return priorKnowledge === undefined ? null : ['amares'];
}

/** One recipe a method: the base with that method, its own options where they are for it, and those of the command line. */
async function recipesFor(
  options: QuantifyOptions,
  dataset: MrsDataset,
  networks: Session['deps']['networks'],
): Promise<Recipe[]> {
  const base = await baseRecipeFor(options, dataset);
  const own = base.quantification;
  const named = namedMethods(options) ?? [own.method];
  const resolved = await Promise.all(named.map((method) => methodForScan(method, dataset, own.method, networks)));
  const methods = [...new Set(resolved)];
  const given = await fitOptionsFor(options, methods, dataset);
  const quantities = await quantitiesOf(options);
  const windows = windowsFor(options.ppm, methods);
  return methods.map((method) => {
    const ofRecipe = own.method === method ? own.options : {};
    const quantification = { method, options: { ...ofRecipe, ...windows.get(method), ...given.get(method) } };
    return recipeWithQuantities({ ...base, quantification }, quantities);
  });
}

/** Checks what can be checked before any file is read. @throws UsageError */
function checkOptions(options: QuantifyOptions): void {
  checkRecipeFlags(options);
  const named = namedMethods(options)?.flatMap((method) => (method === AUTO_METHOD ? AUTO_CHOICES : method)) ?? null;
  checkFitOptions(options, named);
  checkQuantityOptions(options);
  readOptionsOf(options);
  windowsFor(options.ppm, named ?? METHOD_IDS);
  checkVoxelOptions(options);
}

/**
 * Reads, preprocesses and fits every scan of the given paths. A method that can't quantify a scan stands among the refused
 * ones of it, as long as another can.
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
  const segmentation = await segmentationOf(options);
  const results: ScanResult[] = [];
  for (const [index, scan] of scans.entries()) {
    if (session.deps.cancellation.isCancelled()) throw new CancelledError();
    const recipes = await recipesFor(options, scan.dataset, session.deps.networks);
    const editing = recipes[0] === undefined ? null : editingOf(recipes[0]);
    const choice = { basis: options.basis, removeMarker: options.removeBasisMarker ?? false, readOptions, editing };
    const methods = recipes.map((r) => r.quantification.method);
    const basis = await basisForMethods(methods, choice, scan.dataset, session.resources);
    const task = { scan, water, basis, segmentation, recipes: recipes.map((r) => withIntervals(r, options, basis)) };
    results.push(await quantifyScan(task, options, sharedProgress(session, index, scans)));
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

function withIntervals(recipe: Recipe, options: QuantifyOptions, basis: FileBasisSet): Recipe {
  const { method, options: own } = recipe.quantification;
  return { ...recipe, quantification: { method, options: { ...own, ...intervalOptions(options, method, basis) } } };
}

interface ScanTask extends Pick<ScanResult, 'scan' | 'water' | 'basis'> {
  readonly recipes: readonly Recipe[];
  readonly segmentation: ScanSegmentation | undefined;
}

async function quantifyScan(
  { scan, water, basis, recipes, segmentation }: ScanTask,
  options: QuantifyOptions,
  session: Session,
): Promise<ScanResult> {
  const voxels = await chosenVoxels(options, scan.dataset);
  const deps = { ...session.deps, preprocess: preprocessedOnce(session.deps.preprocess) };
  const analyses: ScanResult['analyses'][number][] = [];
  const refused: ScanResult['refused'][number][] = [];
  for (const recipe of recipes) {
    const { method } = recipe.quantification;
    const input = { dataset: scan.dataset, water: water?.dataset ?? scan.water, basis, recipe, voxels };
    const tissue = segmentation === undefined ? {} : { segmentation };
    try {
      const outcome = await analyse({ ...input, ...tissue }, deps);
      const warnings = [...outcome.warnings, ...basis.warnings];
      analyses.push({ method, recipe, outcome, voxels: outcome.voxels, warnings });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused.push({ method, recipe, error });
    }
  }
  if (analyses.length === 0) throw allRefused(refused);
  return { scan, water, basis, analysedAt: session.stamp.now(), analyses, refused };
}
