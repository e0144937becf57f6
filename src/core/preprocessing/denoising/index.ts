// Denoising of transients, averaged spectra and grids, classical or by a network. The outcome is marked in the provenance
// together with the noise there was before; a denoised scan is not denoised again.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { samplesAt, signalAt, signalView } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { DENOISING_METHOD_NAME, isDenoised } from '../denoisingRecord.ts';
import { OptionReader } from '../options.ts';
import { copyData, dimensionView, signalsPerVoxel } from '../signal.ts';
import type { StepContext, StepOutcome } from '../step.ts';
import { processedDataset } from '../step.ts';
import { lowRankHankel } from './lowRankHankel.ts';
import type { Denoised, DenoisingContext, DenoisingMethod, DenoisingMethodId, DenoisingOptions } from './method.ts';
import { DENOISING_METHOD_IDS } from './method.ts';
import { mpPca } from './mpPca.ts';
import { lstm, relstm } from './networks.ts';
import { tikhonov } from './tikhonov.ts';

export { DENOISING_METHOD_IDS } from './method.ts';
export type { Denoised, DenoisingContext, DenoisingMethod, DenoisingMethodId, DenoisingOptions } from './method.ts';

export const DENOISING_METHODS: Readonly<Record<DenoisingMethodId, DenoisingMethod>> = {
  'low-rank-hankel': lowRankHankel,
  'mp-pca': mpPca,
  tikhonov,
  relstm,
  lstm,
};

export const METHOD_NAME = DENOISING_METHOD_NAME;

export const DEFAULT_OPTIONS: DenoisingOptions = { method: 'low-rank-hankel', matrix: 'auto', windowVoxels: 5 };

/** @throws UsageError */
export function readOptions(json: JsonObject): DenoisingOptions {
  const reader = new OptionReader('denoising', json);
  const options = {
    method: reader.choice('method', DEFAULT_OPTIONS.method, DENOISING_METHOD_IDS),
    matrix: reader.choice('matrix', DEFAULT_OPTIONS.matrix, ['auto', 'whole', 'local']),
    windowVoxels: reader.integer('windowVoxels', DEFAULT_OPTIONS.windowVoxels, 3, 15),
  };
  reader.finish();
  return options;
}

/** FIDs that are denoised together: indices over all axes but time. */
interface SignalGroup {
  readonly members: readonly number[];
  readonly isGrid: boolean;
}

const range = (length: number): number[] => Array.from({ length }, (_, k) => k);

/**
 * MP-PCA takes the transients of a voxel or the voxels of a grid together, whichever are more; the other methods take every
 * FID by itself, so all of them may come at once.
 */
function groupsOf(dataset: MrsDataset, method: DenoisingMethodId): SignalGroup[] {
  const perVoxel = signalsPerVoxel(dataset);
  const voxels = voxelCount(dataset);
  if (method !== 'mp-pca') return [{ members: range(perVoxel * voxels), isGrid: false }];
  const view = dimensionView(dataset, 'DIM_DYN');
  if (view === null || view.length < voxels) {
    return range(perVoxel).map((k) => ({ members: range(voxels).map((v) => v * perVoxel + k), isGrid: voxels > 1 }));
  }
  return range(view.outer).flatMap((o) =>
    range(view.inner).map((i) => ({
      members: range(view.length).map((k) => (o * view.length + k) * view.inner + i),
      isGrid: false,
    })),
  );
}

const isSilent = (dataset: MrsDataset, k: number): boolean => {
  const { re, im } = samplesAt(dataset.data, k);
  return re.every((v) => v === 0) && im.every((v) => v === 0);
};

function refuse(message: string): never {
  throw new ProcessingError('PROCESSING_FAILED', message);
}

function checkDataset(dataset: MrsDataset): void {
  if (isDenoised(dataset)) refuse('The data are denoised already: denoising them again would only hide more of them.');
  if (dimensionView(dataset, 'DIM_COIL') !== null) {
    refuse('Denoising needs combined coils, but the data have a coil dimension.');
  }
}

/** Root mean square over each voxel's signals, silent ones left out; 0 for a silent voxel. */
function noisePerVoxel(dataset: MrsDataset, noiseSd: ReadonlyMap<number, number>): number[] {
  const perVoxel = signalsPerVoxel(dataset);
  return range(voxelCount(dataset)).map((voxel) => {
    const found = range(perVoxel).flatMap((k) => noiseSd.get(voxel * perVoxel + k) ?? []);
    return found.length === 0 ? 0 : Math.sqrt(found.reduce((sum, sd) => sum + sd * sd, 0) / found.length);
  });
}

async function denoiseGroup(
  dataset: MrsDataset,
  { members, isGrid }: SignalGroup,
  options: DenoisingOptions,
  noiseSd: ReadonlyMap<number, number>,
  context: StepContext,
): Promise<{ readonly outcome: Denoised; readonly loud: readonly number[] } | null> {
  const loud = members.filter((k) => noiseSd.has(k));
  if (loud.length === 0) return null;
  const [nx = 1, ny = 1, nz = 1] = dataset.data.shape;
  const voxelOf = (k: number): number => Math.floor(k / signalsPerVoxel(dataset));
  const forMethod: DenoisingContext = {
    scan: dataset,
    noiseSd: loud.map((k) => noiseSd.get(k) as number),
    grid: isGrid ? { size: [nx, ny, nz], voxels: loud.map(voxelOf) } : null,
    cancellation: context.cancellation,
    onProgress: context.onProgress,
    models: context.models,
  };
  const signals = loud.map((k) => signalAt(dataset.data, k));
  return { outcome: await DENOISING_METHODS[options.method].denoise(signals, options, forMethod), loud };
}

const warningOf = (options: DenoisingOptions): Warning => ({
  code: 'denoised',
  message: `Denoised by ${DENOISING_METHODS[options.method].title}: bounds are computed with the noise of the original data, since denoising creates no information (Rizzo 2023, doi:10.1002/mrm.29561).`,
});

/**
 * Denoises every FID. `details.noiseSdBefore` holds the noise SD before, one value a voxel (rms over its transients).
 * @throws ProcessingError (coils not combined, denoised before, too few signals for MP-PCA), ModelError (a network that is
 *   missing or not for this scan), CancelledError
 */
export async function denoiseDataset(
  dataset: MrsDataset,
  options: DenoisingOptions,
  context: StepContext,
): Promise<StepOutcome> {
  checkDataset(dataset);
  const { citation } = DENOISING_METHODS[options.method];
  const count = pointCount(dataset) === 0 ? 0 : dataset.data.re.length / pointCount(dataset);
  const audible = range(count).filter((k) => !isSilent(dataset, k));
  const noiseSd = new Map(audible.map((k) => [k, context.noiseSdOf(signalAt(dataset.data, k), dataset)]));
  const data = copyData(dataset.data);
  const outcomes: Denoised[] = [];
  for (const group of groupsOf(dataset, options.method)) {
    const result = await denoiseGroup(dataset, group, options, noiseSd, context);
    if (result === null) continue;
    outcomes.push(result.outcome);
    result.loud.forEach((k, i) => {
      const target = signalView(data, k);
      const signal = result.outcome.signals[i] as ComplexSignal;
      target.re.set(signal.re);
      target.im.set(signal.im);
    });
  }
  const warnings = [warningOf(options), ...outcomes.flatMap((o) => o.warnings)];
  const details: JsonObject = {
    denoised: true,
    method: options.method,
    citation,
    noiseSdBefore: noisePerVoxel(dataset, noiseSd),
    groups: outcomes.map((o) => o.details),
  };
  const made = processedDataset(dataset, { data }, context.stamp, METHOD_NAME, details, warnings);
  return { dataset: made, water: context.water, warnings, details };
}
