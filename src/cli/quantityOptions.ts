// Options about ratios, amounts and quality on the command line: which, by which tables, with which tissue.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { BasisSet } from '../core/domain/basisSet.ts';
import { ReaderError, UsageError } from '../core/domain/errors.ts';
import type { JsonObject, JsonValue } from '../core/domain/json.ts';
import { COMBINED_METABOLITES } from '../core/domain/metaboliteNames.ts';
import { QUALITY_PRESETS } from '../core/domain/qualityThresholds.ts';
import { parseQuantityOptions } from '../core/domain/quantityOptions.ts';
import { CONCENTRATION_CONVENTIONS } from '../core/domain/waterScalingOptions.ts';
import { readSegmentation } from '../core/pipeline/index.ts';
import type { LabelChoice, ScanSegmentation } from '../core/pipeline/index.ts';
import { sha256OfFiles } from '../node/files/hashing.ts';
import { positiveNumber } from './options.ts';

export interface QuantityFlags {
  readonly tissue?: string;
  readonly segmentation?: string;
  readonly segmentationLabels?: string;
  readonly convention?: string;
  readonly ratios?: string;
  readonly relaxation?: string;
  readonly waterScale?: string;
  readonly qualityThresholds?: string;
  readonly intervals?: string;
}

const PRESET_IDS = QUALITY_PRESETS.map((p) => p.id);
const INTERVALS = ['profile', 'montecarlo'] as const;
/** Fits with fresh noise for `--intervals montecarlo`: the ends of a 95 % interval come to about a tenth of its width. */
const MONTE_CARLO_DRAWS = 200;

/** Adds the options to a command. */
export function addQuantityOptions(command: Command): Command {
  return command
    .option('--ratios <r,…>', 'ratios to these, such as tCr,tNAA,tCho,water (default: those, water where there is one)')
    .option('--convention <c>', `amounts shown: ${CONCENTRATION_CONVENTIONS.join(', ')} (default molality)`)
    .option(
      '--tissue <gm,wm,csf>',
      'parts of the voxel that are grey matter, white matter and CSF, such as 0.6,0.3,0.1',
    )
    .option(
      '--segmentation <files>',
      'tissue fractions from NIfTI: one label image, or the maps of grey matter, white matter and CSF, separated by commas',
    )
    .option(
      '--segmentation-labels <l>',
      'what the labels are: auto (default), fast, freesurfer, or as gm=2,wm=3,csf=1 (several labels of one tissue with +)',
    )
    .option('--relaxation <file>', 'JSON file with relaxation times and water visibilities that replace the own ones')
    .option('--water-scale <f>', "factor that brings the water reference to the scan's scale (default: taken as 1)")
    .option('--quality-thresholds <q>', `what quality is held against: ${PRESET_IDS.join(', ')}, or a JSON file`)
    .option('--intervals <i>', `95 % intervals of every amount, with nlls: ${INTERVALS.join(', ')}`);
}

async function jsonFile(path: string, what: string): Promise<JsonValue> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ReaderError('READ_FAILED', `The ${what} ${basename(path)} can't be read.`, {}, error);
  }
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new UsageError(`The ${what} ${basename(path)} is not valid JSON.`);
  }
}

/** @param text "0.6,0.3,0.1" @throws UsageError */
function tissueOf(text: string): JsonObject {
  const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [gm, wm, csf] = parts;
  if (
    parts.length !== 3 ||
    gm === undefined ||
    wm === undefined ||
    csf === undefined ||
    !parts.every(Number.isFinite)
  ) {
    throw new UsageError(`--tissue takes three parts as GM,WM,CSF (for example 0.6,0.3,0.1), not "${text}".`);
  }
  return { gm, wm, csf };
}

/** @param text "auto", "fast", "freesurfer" or "gm=2,wm=3+4,csf=1" @throws UsageError */
function labelsOf(text: string): LabelChoice {
  const name = text.trim().toLowerCase();
  if (name === 'auto' || name === 'fast' || name === 'freesurfer') return name;
  const refused = new UsageError(
    `--segmentation-labels takes auto, fast, freesurfer or labels as gm=2,wm=3,csf=1, not "${text}".`,
  );
  const given = new Map(
    name.split(',').map((part): [string, number[]] => {
      const [tissue = '', labels = ''] = part.split('=').map((t) => t.trim());
      const numbers = labels.split('+').map((l) => (l === '' ? NaN : Number(l)));
      if (!['gm', 'wm', 'csf'].includes(tissue) || !numbers.every(Number.isInteger)) throw refused;
      return [tissue, numbers];
    }),
  );
  const [gm, wm, csf] = [given.get('gm'), given.get('wm'), given.get('csf')];
  if (gm === undefined || wm === undefined || csf === undefined) throw refused;
  return { GM: gm, WM: wm, CSF: csf };
}

/** Checks what can be checked before any file is read. @throws UsageError */
export function checkQuantityOptions(flags: QuantityFlags): void {
  const { tissue, segmentation, segmentationLabels, convention, intervals, qualityThresholds, waterScale } = flags;
  if (tissue !== undefined && segmentation !== undefined) {
    throw new UsageError('--tissue and --segmentation contradict each other; give one of them.');
  }
  if (segmentationLabels !== undefined && segmentation === undefined) {
    throw new UsageError('--segmentation-labels says how to read --segmentation, which was not given.');
  }
  if (tissue !== undefined) tissueOf(tissue);
  if (segmentationLabels !== undefined) labelsOf(segmentationLabels);
  if (waterScale !== undefined) positiveNumber('--water-scale', waterScale);
  const choices = [
    ['--convention', convention, CONCENTRATION_CONVENTIONS],
    ['--intervals', intervals, INTERVALS],
  ] as const;
  for (const [option, value, allowed] of choices) {
    if (value !== undefined && !(allowed as readonly string[]).includes(value)) {
      throw new UsageError(`${option} takes ${allowed.join(', ')}, not "${value}".`);
    }
  }
  const isFile = qualityThresholds !== undefined && /\.json$/i.test(qualityThresholds);
  if (qualityThresholds !== undefined && !isFile && !PRESET_IDS.includes(qualityThresholds)) {
    throw new UsageError(`There are no quality thresholds "${qualityThresholds}"; there are ${PRESET_IDS.join(', ')}, or name a .json file.`); // prettier-ignore
  }
}

/**
 * What the command line says of a recipe's `quantities`.
 * @throws UsageError, ReaderError
 */
export async function quantitiesOf(flags: QuantityFlags): Promise<JsonObject> {
  const { ratios, convention, tissue, relaxation, waterScale, qualityThresholds } = flags;
  const quantities: JsonObject = {};
  if (ratios !== undefined) quantities['ratios'] = ratios.split(',').map((name) => name.trim());
  if (convention !== undefined) quantities['waterScaling'] = { display: convention };
  if (tissue !== undefined) quantities['tissue'] = tissueOf(tissue);
  if (relaxation !== undefined) quantities['relaxation'] = await jsonFile(relaxation, 'relaxation table');
  if (waterScale !== undefined) quantities['waterToMetabolite'] = positiveNumber('--water-scale', waterScale);
  if (qualityThresholds !== undefined) {
    const isFile = /\.json$/i.test(qualityThresholds);
    quantities['quality'] = isFile ? await jsonFile(qualityThresholds, 'quality thresholds') : qualityThresholds;
  }
  parseQuantityOptions(quantities, 'The command line');
  return quantities;
}

/** The segmentation that the command line names; undefined where it names none. @throws ReaderError, UsageError */
export async function segmentationOf(flags: QuantityFlags): Promise<ScanSegmentation | undefined> {
  const { segmentation, segmentationLabels = 'auto' } = flags;
  if (segmentation === undefined) return undefined;
  const files = await Promise.all(
    segmentation.split(',').map(async (path) => {
      const name = basename(path.trim());
      try {
        return { name, bytes: new Uint8Array(await readFile(path.trim())) };
      } catch (error) {
        throw new ReaderError('READ_FAILED', `The segmentation ${name} can't be read.`, {}, error);
      }
    }),
  );
  return readSegmentation(files, labelsOf(segmentationLabels), `, SHA-256 ${sha256OfFiles(files)}`);
}

/** Sums and metabolites that a fit with this basis gives amplitudes of. */
function namesIn(basis: BasisSet): string[] {
  const singles = basis.signals.filter(({ kind }) => kind === 'metabolite').map(({ name }) => name);
  const sums = COMBINED_METABOLITES.filter(({ members }) => members.some((m) => singles.includes(m)));
  return [...new Set([...sums.map(({ name }) => name), ...singles])];
}

/**
 * The fit options that `--intervals` stands for.
 * @throws UsageError where the method has no intervals
 */
export function intervalOptions({ intervals }: QuantityFlags, method: string, basis: BasisSet): JsonObject {
  if (intervals === undefined) return {};
  if (method !== 'nlls') throw new UsageError(`--intervals is for the method nlls; ${method} has none.`);
  return intervals === 'profile' ? { profileLikelihood: namesIn(basis) } : { monteCarloDraws: MONTE_CARLO_DRAWS };
}
