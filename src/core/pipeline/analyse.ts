// One analysis: preprocessing, then the fit of every voxel with signal, by whatever runs them (workers or this thread).
import type { BasisSet } from '../domain/basisSet.ts';
import { signalAt, shapeSize } from '../domain/complexArray.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { ppmAxis, ppmRangeIndices } from '../domain/axes.ts';
import { ProcessingError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../domain/mrsDataset.ts';
import type { ProvenanceStamp, Warning } from '../domain/provenance.ts';
import type { QuantificationResult, VoxelQuantification } from '../domain/quantification.ts';
import type { Recipe } from '../domain/recipe.ts';
import { fidToSpectrum } from '../math/fft.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FitInput, FitRunner } from '../ports/fitRunner.ts';
import type { ProgressListener } from '../ports/progress.ts';
import { checkBasis, estimateNoiseSd } from '../quantification/index.ts';
import type { PreprocessingOutcome, RunContext } from './runPreprocessing.ts';

export interface AnalysisInput {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  readonly basis: BasisSet;
  readonly recipe: Recipe;
  /** Voxels to fit (index over x, y, z, C order); null: all with signal. */
  readonly voxels: readonly number[] | null;
}

export interface AnalysisDeps {
  readonly fitRunner: FitRunner;
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
  readonly preprocessed: PreprocessingOutcome;
  /** In rising order of voxel. */
  readonly voxels: readonly VoxelQuantification[];
  readonly warnings: readonly Warning[];
}

/** Share of the progress bar that preprocessing takes. */
const PREPROCESSING_SHARE = 0.3;
/** A voxel is fitted by itself only if its spectrum stands this far above the noise somewhere in 1.8–3.4 ppm. */
const LEAST_PEAK_OVER_NOISE = 5;

/** FID of one voxel; further dimensions must be gone by now, else their first element is taken with a warning. */
function voxelFid(dataset: MrsDataset, voxel: number): ComplexSignal {
  const perVoxel = shapeSize(dataset.data.shape.slice(3, -1));
  return signalAt(dataset.data, voxel * perVoxel);
}

function hasSignal(fid: ComplexSignal, dataset: MrsDataset, noiseSd: number): boolean {
  const n = fid.re.length;
  const spectrum = fidToSpectrum(fid);
  const axis = ppmAxis(n, dataset.dwellTimeS, dataset.spectrometerFrequencyMHz);
  const { start, end } = ppmRangeIndices(axis, 1.8, 3.4);
  let peak = 0;
  for (let i = start; i < end; i++) {
    peak = Math.max(peak, Math.hypot(spectrum.re[i] as number, spectrum.im[i] as number));
  }
  return peak > LEAST_PEAK_OVER_NOISE * noiseSd * Math.sqrt(n);
}

function refusedResult(method: string, reason: string): QuantificationResult {
  return {
    method,
    version: '',
    status: 'refused',
    reason,
    metabolites: [],
    combined: [],
    phase0Deg: 0,
    phase1DegPerPpm: 0,
    shiftHz: 0,
    lorentzianHz: 0,
    gaussianHz: 0,
    snr: { value: 0, definition: '' },
    fwhmHz: 0,
    residualSd: 0,
    elapsedMs: 0,
    inDistribution: false,
    executionProvider: 'cpu',
    warnings: [],
    correlation: null,
    diagnostics: {},
  };
}

function fitInputs(dataset: MrsDataset, voxels: readonly number[] | null): { inputs: FitInput[]; refused: number[] } {
  const total = voxelCount(dataset);
  const chosen = voxels ?? Array.from({ length: total }, (_, i) => i);
  const inputs: FitInput[] = [];
  const refused: number[] = [];
  for (const voxel of chosen) {
    if (voxel >= total) {
      throw new ProcessingError('PROCESSING_FAILED', `Voxel ${voxel} was asked for, but the scan has only ${total}.`);
    }
    const fid = voxelFid(dataset, voxel);
    const noiseSd = estimateNoiseSd(fid, dataset.dwellTimeS, dataset.spectrometerFrequencyMHz);
    // A single voxel, or one named by the user, is always fitted; in a grid, air and noise are not.
    if (voxels === null && total > 1 && !hasSignal(fid, dataset, noiseSd)) {
      refused.push(voxel);
      continue;
    }
    inputs.push({
      voxel,
      fid: { re: fid.re.slice(), im: fid.im.slice() },
      dwellTimeS: dataset.dwellTimeS,
      spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
      nucleus: dataset.nucleus,
      noiseSd,
    });
  }
  return { inputs, refused };
}

function leftoverWarnings(dataset: MrsDataset): Warning[] {
  return dataset.dimensions
    .filter((_, i) => (dataset.data.shape[3 + i] ?? 1) > 1)
    .map(({ tag }) => ({
      code: 'dimension-left',
      message: `The scan still has a dimension ${tag} after preprocessing; only its first element was fitted.`,
    }));
}

/**
 * The fit's options, with the window closed at 4.0 ppm where strong residual water was removed: what the removal of a
 * line that is no sum of exponentials leaves at its feet would pull on creatine's CH2 and on inositol. A window that the
 * recipe names stays.
 */
function fitOptions(recipe: Recipe, preprocessed: PreprocessingOutcome): JsonObject {
  const { method, options } = recipe.quantification;
  const isOpen = options['ppmRange'] === undefined || options['ppmRange'] === 'auto';
  const removal = preprocessed.steps.find((s) => s.step === 'waterRemoval')?.details;
  const strongWater = Number(removal?.['waterTallest'] ?? 0) > 0.5;
  return method === 'nlls' && isOpen && strongWater ? { ...options, ppmRange: [0.2, 4.0] } : options;
}

/**
 * Preprocesses and fits a dataset.
 * @throws ModelError (basis doesn't fit the data), ProcessingError, UsageError, CancelledError
 */
export async function analyse(input: AnalysisInput, deps: AnalysisDeps): Promise<AnalysisOutcome> {
  const { dataset, water, basis, recipe } = input;
  const basisWarnings = checkBasis(basis, dataset);
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
  const { inputs, refused } = fitInputs(preprocessed.dataset, input.voxels);
  if (inputs.length === 0) {
    throw new ProcessingError('PROCESSING_FAILED', 'No voxel of this scan holds metabolite signal above its noise.');
  }
  const fitted = await deps.fitRunner.run(
    { method: recipe.quantification.method, options: fitOptions(recipe, preprocessed), basis, inputs },
    deps.cancellation,
    ({ fraction, message }) =>
      deps.onProgress({ fraction: PREPROCESSING_SHARE + (1 - PREPROCESSING_SHARE) * fraction, message }),
  );
  const voxels: VoxelQuantification[] = [
    ...fitted.map(({ voxel, result, curves }) => ({ voxel, result, curves })),
    ...refused.map((voxel) => ({
      voxel,
      result: refusedResult(recipe.quantification.method, 'No metabolite signal above the noise in this voxel.'),
      curves: null,
    })),
  ].sort((a, b) => a.voxel - b.voxel);
  const warnings = [...preprocessed.warnings, ...basisWarnings, ...leftoverWarnings(preprocessed.dataset)];
  return { preprocessed, voxels, warnings };
}
