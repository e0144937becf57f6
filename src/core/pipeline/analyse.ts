// One analysis: preprocessing, then the fit of every voxel with signal, by whatever runs them (workers or this thread).
import type { BasisSet } from '../domain/basisSet.ts';
import { ProcessingError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount } from '../domain/mrsDataset.ts';
import type { ProvenanceStamp, Warning } from '../domain/provenance.ts';
import type { VoxelQuantification } from '../domain/quantification.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FitRunner } from '../ports/fitRunner.ts';
import type { NetworkShelf } from '../ports/networkShelf.ts';
import type { ProgressListener } from '../ports/progress.ts';
import { checkBasis, needsBasis } from '../quantification/index.ts';
import { fitVoxels, gridWarnings } from './fitVoxels.ts';
import { withHeaderReference } from './headerReference.ts';
import { withoutRepeats } from './gridResults.ts';
import { networkForScan } from './networkForScan.ts';
import { quantifyingRunner, scanQuantities } from './scanQuantities.ts';
import { editingOf } from './recipes.ts';
import type { PreprocessingOutcome, RunContext } from './runPreprocessing.ts';
import type { ScanSegmentation } from './segmentation.ts';
import { voxelInputs } from './voxelInputs.ts';

export interface AnalysisInput {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  /** NO_BASIS where the method takes none; a network of one basis brings its own. */
  readonly basis: BasisSet;
  readonly recipe: Recipe;
  /** Voxels to fit (index over x, y, z, C order); null: all with signal. */
  readonly voxels: readonly number[] | null;
  /** Where tissue fractions are taken from; without it, from the recipe, or unknown. */
  readonly segmentation?: ScanSegmentation;
}

export interface AnalysisDeps {
  readonly fitRunner: FitRunner;
  /** For methods that run a network; absent where there are none. */
  readonly networks?: NetworkShelf;
  readonly preprocess: (
    dataset: MrsDataset,
    water: MrsDataset | null,
    recipe: Recipe,
    context: RunContext,
  ) => Promise<PreprocessingOutcome>;
  readonly stamp: ProvenanceStamp;
  readonly cancellation: Cancellation;
  readonly onProgress: ProgressListener;
}

export interface AnalysisOutcome {
  /** The basis set that was used: the given one, or the network's own. */
  readonly basis: BasisSet;
  readonly preprocessed: PreprocessingOutcome;
  /** In rising order of voxel. */
  readonly voxels: readonly VoxelQuantification[];
  readonly warnings: readonly Warning[];
}

/** Share of the progress bar that preprocessing takes. */
const PREPROCESSING_SHARE = 0.3;

function leftoverWarnings(dataset: MrsDataset): Warning[] {
  return dataset.dimensions
    .filter((_, i) => (dataset.data.shape[3 + i] ?? 1) > 1)
    .map(({ tag }) => ({
      code: 'dimension-left',
      message: `The scan still has a dimension ${tag} after preprocessing; only its first element was fitted.`,
    }));
}

/** Methods that fit a window as wide as the data allow. */
const WITH_OPEN_WINDOW: readonly string[] = ['nlls', 'hybrid'];

/**
 * The fit's options, with the window closed at 4.0 ppm where strong residual water was removed: what the removal of a
 * line that is no sum of exponentials leaves at its feet would pull on creatine's CH2 and on inositol. A window that the
 * recipe names stays.
 */
function fitOptions(recipe: Recipe, preprocessed: PreprocessingOutcome): JsonObject {
  const { method } = recipe.quantification;
  const options = withHeaderReference(recipe.quantification, preprocessed.dataset);
  const isOpen = options['ppmRange'] === undefined || options['ppmRange'] === 'auto';
  const removal = preprocessed.steps.find((s) => s.step === 'waterRemoval')?.details;
  const strongWater = Number(removal?.['waterTallest'] ?? 0) > 0.5;
  // A difference spectrum has a window of its own, and its water is subtracted away.
  const closes = WITH_OPEN_WINDOW.includes(method) && isOpen && strongWater && preprocessed.editOff === undefined;
  return closes ? { ...options, ppmRange: [0.2, 4.0] } : options;
}

/**
 * Preprocesses and fits a dataset; results carry ratios, amounts by the water reference where there is one, and quality.
 * @throws ModelError (basis doesn't fit the data), ProcessingError, UsageError, CancelledError
 */
export async function analyse(input: AnalysisInput, deps: AnalysisDeps): Promise<AnalysisOutcome> {
  const { dataset, water, recipe } = input;
  const { method } = recipe.quantification;
  const basisWarnings = needsBasis(method) ? checkBasis(input.basis, dataset, editingOf(recipe)) : [];
  const network = await networkForScan(method, dataset, input.basis, deps.networks);
  const basis = network?.basis ?? input.basis;
  const preprocessed = await deps.preprocess(dataset, water, recipe, {
    stamp: deps.stamp,
    cancellation: deps.cancellation,
    onProgress: ({ fraction, message }) => deps.onProgress({ fraction: PREPROCESSING_SHARE * fraction, message }),
  });
  deps.cancellation.throwIfCancelled();
  if (pointCount(preprocessed.dataset) < 64) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The spectrum has only ${pointCount(preprocessed.dataset)} points; at least 64 are needed for a fit.`,
    );
  }
  const chosen = await voxelInputs(preprocessed.dataset, input.voxels, deps.cancellation, preprocessed.editOff);
  if (chosen.inputs.length === 0) {
    throw new ProcessingError('PROCESSING_FAILED', 'No voxel of this scan holds metabolite signal above its noise.');
  }
  const { segmentation = null } = input;
  const fittedVoxels = chosen.inputs.map(({ voxel }) => voxel);
  const quantities = scanQuantities(
    { dataset, water, basis, recipe, voxels: fittedVoxels, segmentation },
    preprocessed,
  );
  const fitted = await fitVoxels(
    chosen,
    {
      method,
      options: fitOptions(recipe, preprocessed),
      basis,
      ...(network === null ? {} : { network: network.choice }),
    },
    quantifyingRunner(deps.fitRunner, quantities),
    deps.cancellation,
    ({ fraction, message }) =>
      deps.onProgress({ fraction: PREPROCESSING_SHARE + (1 - PREPROCESSING_SHARE) * fraction, message }),
  );
  const { voxels, warnings: ofAllVoxels } = withoutRepeats(fitted);
  const warnings = [
    ...preprocessed.warnings,
    ...basisWarnings,
    ...leftoverWarnings(preprocessed.dataset),
    ...gridWarnings(voxels),
    ...quantities.warnings,
    ...ofAllVoxels,
  ];
  return { basis, preprocessed, voxels, warnings };
}
