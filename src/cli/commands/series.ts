// lineshape series: all points along one dimension of a scan fitted together, with what they share and models over them.
import type { Command } from 'commander';
import { UsageError } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';
import type { DimensionTag } from '../../core/domain/mrsDataset.ts';
import { DIMENSION_TAGS } from '../../core/formats/niftiMrsHeader.ts';
import { analyseSeries } from '../../core/pipeline/index.ts';
import type { SeriesRequest } from '../../core/pipeline/index.ts';
import {
  AMPLITUDE_MODELS,
  DEFAULT_SHARING,
  parseModel,
  parseSeriesOptions,
} from '../../core/quantification/dynamicSeries/index.ts';
import type { ModelRequest } from '../../core/quantification/dynamicSeries/index.ts';
import { writeOutputs } from '../../node/files/outputFolder.ts';
import { chooseBasis } from '../basisChoice.ts';
import { addCommonOptions, addHeaderOptions, collect, ppmRangeOf, readOptionsOf, wholeNumber } from '../options.ts';
import type { CommonOptions, HeaderOptions } from '../options.ts';
import { checkRecipeFlags, chosenRecipe } from '../recipeChoice.ts';
import type { RecipeFlags } from '../recipeChoice.ts';
import { readOneScan } from '../scanInputs.ts';
import { parametersCsv, parametersTable, pointsCsv, pointsTable, seriesDocument } from '../seriesDocuments.ts';
import type { SeriesResult } from '../seriesDocuments.ts';
import { withSession } from '../session.ts';
import { jsonText, printJson, printText, say } from '../terminal.ts';

interface Options extends CommonOptions, HeaderOptions, RecipeFlags {
  readonly dim: string;
  readonly bin: string;
  readonly step?: string;
  readonly x?: string;
  readonly model: readonly string[];
  readonly share?: string;
  readonly linear?: string;
  readonly basis?: string;
  readonly removeBasisMarker?: boolean;
  readonly water?: string;
  readonly ppm?: string;
  readonly voxel: string;
  readonly out?: string;
}

/** What `--share` may name, and what of the fit it is. */
const SHARED_NAMES = {
  lineshape: 'lineshape',
  shifts: 'groupShifts',
  widths: 'groupWidths',
  phase1: 'phase1',
  baseline: 'baseline',
  shift: 'shift',
  phase: 'phase0',
} as const;
type SharedName = keyof typeof SHARED_NAMES;
const NAMES = Object.keys(SHARED_NAMES) as SharedName[];
const LINEAR_NAMES: readonly string[] = ['shift', 'phase'];

/** @throws UsageError naming what there is */
function namesOf(option: string, text: string, known: readonly string[]): SharedName[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  if (names.length === 1 && names[0] === 'none') return [];
  for (const name of names) {
    if (!known.includes(name)) throw new UsageError(`${option} takes ${known.join(', ')} or none, not "${name}".`);
  }
  return names as SharedName[];
}

function sharingOf({ share, linear }: Options): JsonObject {
  const sharing: Record<string, string> = { ...DEFAULT_SHARING };
  if (share !== undefined) {
    const named = namesOf('--share', share, NAMES);
    for (const name of NAMES) sharing[SHARED_NAMES[name]] = named.includes(name) ? 'shared' : 'free';
  }
  for (const name of linear === undefined ? [] : namesOf('--linear', linear, LINEAR_NAMES)) {
    sharing[SHARED_NAMES[name]] = 'linear';
  }
  return sharing;
}

/** @param text "tNAA:exponential" */
function modelOf(text: string): ModelRequest {
  const [metabolite, model, ...more] = text.split(':').map((part) => part.trim());
  if (metabolite === undefined || metabolite === '' || model === undefined || more.length > 0) {
    throw new UsageError(`--model takes METABOLITE:MODEL (for example tNAA:exponential), not "${text}".`);
  }
  return parseModel(metabolite, model);
}

/** A key of the dimension's header, or numbers. */
function quantityOf(text: string | undefined): SeriesRequest['x'] {
  if (text === undefined) return null;
  const parts = text.split(',').map((part) => part.trim());
  const numbers = parts.map((part) => (part === '' ? NaN : Number(part)));
  if (numbers.every(Number.isFinite)) return numbers;
  if (parts.length > 1) throw new UsageError(`--x takes a number for each point, or one name, not "${text}".`);
  return text.trim();
}

function dimensionOf(text: string): DimensionTag {
  const tag = DIMENSION_TAGS.find((known) => known === text.toUpperCase() || known === `DIM_${text.toUpperCase()}`);
  if (tag === undefined) throw new UsageError(`--dim takes one of ${DIMENSION_TAGS.join(', ')}, not "${text}".`);
  return tag;
}

/** What is asked for, before any file is read. @throws UsageError */
function readRequest(options: Options): Pick<SeriesRequest, 'dimension' | 'bins' | 'x' | 'voxel' | 'options'> {
  const bin = wholeNumber('--bin', options.bin, 1);
  const step = options.step === undefined ? bin : wholeNumber('--step', options.step, 1);
  const fit: JsonObject = {
    share: sharingOf(options),
    models: options.model.map((text) => ({ ...modelOf(text) })),
    ...(options.ppm === undefined ? {} : { ppmRange: ppmRangeOf(options.ppm) }),
  };
  parseSeriesOptions(fit);
  checkRecipeFlags(options);
  return {
    dimension: dimensionOf(options.dim),
    bins: { bin, step },
    x: quantityOf(options.x),
    voxel: wholeNumber('--voxel', options.voxel, 0),
    options: fit,
  };
}

async function runSeries(path: string, options: Options): Promise<SeriesResult> {
  const asked = readRequest(options);
  const readOptions = readOptionsOf(options);
  return withSession(options, async (session) => {
    const scan = await readOneScan(path, readOptions);
    const water = options.water === undefined ? null : await readOneScan(options.water, readOptions);
    const choice = { basis: options.basis, removeMarker: options.removeBasisMarker ?? false, readOptions };
    const basis = await chooseBasis(choice, scan.dataset, session.resources);
    const recipe = await chosenRecipe(options, scan.dataset);
    const request = { dataset: scan.dataset, water: water?.dataset ?? scan.water, basis, recipe, ...asked };
    const outcome = await analyseSeries(request, { ...session.deps, fitSeries: session.fitSeries });
    return { scan, water, basis, request, outcome, warnings: [...outcome.warnings, ...basis.warnings] };
  });
}

export function addSeriesCommand(program: Command): void {
  const command = program
    .command('series')
    .description('fit all points along one dimension together: functional, relaxation and diffusion series')
    .argument('<in>', 'scan')
    .requiredOption('--dim <tag>', 'dimension that is kept, for example DIM_DYN or DIM_MEAS')
    .option('--bin <n>', 'elements averaged into each point', '1')
    .option('--step <n>', 'from one point to the next; smaller than --bin: a sliding window (default: --bin)')
    .option('--x <name|a,b,…>', "what varies: a key of the dimension's header, or a value for each point")
    .option(
      '--model <m:model>',
      `amplitudes over the points: METABOLITE:MODEL, "all" for every metabolite; ${AMPLITUDE_MODELS.join(', ')}; repeatable`,
      collect,
      [],
    )
    .option('--share <s,…>', `what the points share: ${NAMES.join(', ')} (default lineshape,shifts,widths,phase1)`)
    .option('--linear <s,…>', 'what runs in a straight line over the points: shift, phase')
    .option('--voxel <v>', 'voxel number, x slowest, from 0', '0')
    .option('--basis <b>', 'basis set: id of a bundled one, a file or a folder; auto (default): the one that fits best')
    .option('--remove-basis-marker', 'take the reference singlet at 0 ppm out of the basis signals')
    .option('--water <file>', 'water reference scan, for eddy currents')
    .option('--recipe <r>', 'recipe: id or JSON file; its steps that would average the series away are left out')
    .option('--no-preprocess', 'fit the data as they are')
    .option('--ppm <lo,hi>', 'fitted range (default 0.2,4.2)')
    .option('-o, --out <dir>', 'folder for points.csv, parameters.csv and result.json');
  addCommonOptions(addHeaderOptions(command)).action(async (path: string, options: Options) => {
    const result = await runSeries(path, options);
    const document = seriesDocument(result);
    if (options.out !== undefined) {
      const files = new Map([
        ['points.csv', pointsCsv(result.outcome.fit)],
        ['parameters.csv', parametersCsv(result.outcome.fit)],
        ['result.json', jsonText(document)],
      ]);
      await writeOutputs(options.out, files);
    }
    if (options.json === true) printJson(document);
    else {
      for (const { message } of result.warnings) say(`Warning: ${message}`);
      printText(pointsTable(result.outcome.fit));
      printText(`\n${parametersTable(result.outcome.fit)}`);
    }
    if (options.out !== undefined) say(`Written to ${options.out}: points.csv, parameters.csv, result.json`);
  });
}
