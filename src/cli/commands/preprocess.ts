// lineshape preprocess: the corrections alone, with provenance in the output.
import { basename } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../core/domain/errors.ts';
import { signalAt } from '../../core/domain/complexArray.ts';
import type { MrsDataset } from '../../core/domain/mrsDataset.ts';
import { voxelCount } from '../../core/domain/mrsDataset.ts';
import type { Recipe, StepName } from '../../core/domain/recipe.ts';
import { writeMrs } from '../../core/formats/index.ts';
import type { PreprocessingOutcome } from '../../core/pipeline/index.ts';
import { noiseSdBeforeDenoising } from '../../core/preprocessing/denoisingRecord.ts';
import { LINE_WINDOWS_PPM, lineFwhm } from '../../core/quality/linewidth.ts';
import { NAA_PPM, NOISE_PPM, spectralSnr } from '../../core/quality/snr.ts';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import { recipeSha256 } from '../../node/files/hashing.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../options.ts';
import type { CommonOptions, HeaderOptions } from '../options.ts';
import { requireFolderOf } from '../outputFolder.ts';
import { addCorrectionOptions, checkRecipeFlags, chosenRecipe } from '../recipeChoice.ts';
import type { RecipeFlags } from '../recipeChoice.ts';
import { readOneScan } from '../scanInputs.ts';
import type { ScanInput } from '../scanInputs.ts';
import type { Session } from '../session.ts';
import { withSession } from '../session.ts';
import { printJson, printText, say } from '../terminal.ts';

interface Options extends CommonOptions, HeaderOptions, Omit<RecipeFlags, 'preprocess'> {
  readonly water?: string;
  readonly out: string;
}

/** Steps without which coils and transients can't be looked at as one spectrum; the others are the corrections. */
const PLAIN_STEPS: readonly StepName[] = [
  'echoStart',
  'coilCombination',
  'averaging',
  'waterRemoval',
  'ppmReferencing',
  'phasing',
];

interface SpectrumQuality {
  readonly snr: number;
  readonly fwhmHz: number | null;
  /** Of a denoised spectrum as it shows itself; `snr` goes with the noise before. */
  readonly snrDenoised?: number;
}

/** tNAA over the noise at 8–10 ppm, and the width of tNAA; null for grids. */
function qualityOf(dataset: MrsDataset): SpectrumQuality | null {
  if (voxelCount(dataset) > 1) return null;
  const { dwellTimeS, spectrometerFrequencyMHz } = dataset;
  const signal = { fid: signalAt(dataset.data, 0), dwellTimeS, spectrometerFrequencyMHz };
  const fwhmHz = lineFwhm(signal, LINE_WINDOWS_PPM.tNAA)?.fwhmHz ?? null;
  const snr = spectralSnr(signal);
  const [noiseSd] = noiseSdBeforeDenoising(dataset) ?? [];
  if (noiseSd === undefined) return { snr, fwhmHz };
  const inSpectrum = noiseSd * Math.sqrt(signal.fid.re.length);
  return { snr: spectralSnr(signal, NAA_PPM, NOISE_PPM, inSpectrum), fwhmHz, snrDenoised: snr };
}

async function preprocess(
  scan: ScanInput,
  water: ScanInput | null,
  recipe: Recipe,
  session: Session,
): Promise<{ outcome: PreprocessingOutcome; before: SpectrumQuality | null }> {
  const { dataset } = scan;
  const reference = water?.dataset ?? scan.water;
  const outcome = await session.deps.preprocess(dataset, reference, recipe, session.deps);
  const plain = { ...recipe, preprocessing: recipe.preprocessing.filter((s) => PLAIN_STEPS.includes(s.step)) };
  const hasCorrections = plain.preprocessing.length < recipe.preprocessing.length;
  if (voxelCount(dataset) > 1 || !hasCorrections) return { outcome, before: null };
  const uncorrected = await session.deps.preprocess(dataset, reference, plain, session.deps);
  return { outcome, before: qualityOf(uncorrected.dataset) };
}

function documentOf(
  scan: ScanInput,
  recipe: Recipe,
  outcome: PreprocessingOutcome,
  before: SpectrumQuality | null,
  out: string,
): unknown {
  const details = (...steps: readonly StepName[]): Record<string, unknown> =>
    outcome.steps.find((s) => steps.includes(s.step))?.details ?? {};
  const correction = details('frequencyPhaseCorrection', 'alignment');
  const groups = Array.isArray(correction['groups']) ? (correction['groups'] as Record<string, unknown>[]) : [];
  const [group] = groups;
  return {
    schema: 'lineshape.preprocessing/1',
    input: { file: scan.fileName, sha256: scan.sha256 },
    output: { file: basename(out) },
    recipe: { id: recipe.id, version: recipe.version, sha256: recipeSha256(recipe) },
    transients: {
      shiftHz: group?.['shiftHz'] ?? null,
      phaseDeg: group?.['phaseDeg'] ?? null,
      weight: group?.['weight'] ?? null,
      method: group?.['method'] ?? correction['method'] ?? null,
      rejected: details('outlierRejection')['rejected'] ?? [],
      groups: groups.map(({ shiftHz, phaseDeg, weight }) => ({ shiftHz, phaseDeg, weight: weight ?? null })),
    },
    similarityIndex: { before: correction['similarityBefore'] ?? null, after: correction['similarityAfter'] ?? null },
    quality: {
      definition:
        'tNAA over the SD of 8–10 ppm, width of tNAA; before: without the corrections, after: with them; of denoised data snr goes with the noise before, snrDenoised with what is left',
      before,
      after: qualityOf(outcome.dataset),
    },
    steps: outcome.steps,
    warnings: outcome.warnings,
  };
}

export function addPreprocessCommand(program: Command): void {
  const command = program
    .command('preprocess')
    .description('combine, align, average and correct a scan')
    .argument('<in>', 'scan')
    .requiredOption('-o, --out <file.nii.gz>', 'output, NIfTI-MRS')
    .option('--water <file>', 'water reference scan')
    .option('--recipe <r>', 'recipe: id or JSON file (default: by the kind of scan)');
  addCommonOptions(addHeaderOptions(addCorrectionOptions(command))).action(async (input: string, options: Options) => {
    const { out } = options;
    if (!/\.nii(\.gz)?$/i.test(out)) throw new UsageError(`The output ${basename(out)} must end with .nii.gz or .nii.`);
    requireFolderOf(out);
    checkRecipeFlags({ ...options, preprocess: true });
    const readOptions = readOptionsOf(options);
    await withSession(options, async (session) => {
      const scan = await readOneScan(input, readOptions);
      const water = options.water === undefined ? null : await readOneScan(options.water, readOptions);
      const recipe = await chosenRecipe({ ...options, preprocess: true }, scan.dataset);
      const { outcome, before } = await preprocess(scan, water, recipe, session);
      session.deps.cancellation.throwIfCancelled();
      await atomicWrite(out, writeMrs(outcome.dataset, 'nifti-mrs', { compress: /\.gz$/i.test(out) }));
      for (const warning of outcome.warnings) say(`Warning: ${warning.message}`);
      if (options.json === true) printJson(documentOf(scan, recipe, outcome, before, out));
      else printText(`${out}: ${outcome.steps.map((s) => s.step).join(', ') || 'no step'} (${recipe.id})`);
    });
  });
}
