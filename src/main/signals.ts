// The signal a spectrum view shows: raw (a coil, a transient, or their combination) or as the default recipe leaves it.
import { signalAt, shapeSize } from '../core/domain/complexArray.ts';
import type { ComplexSignal } from '../core/domain/complexArray.ts';
import { ProcessingError } from '../core/domain/errors.ts';
import { dimensionLength, voxelCount } from '../core/domain/mrsDataset.ts';
import type { DimensionTag, MrsDataset } from '../core/domain/mrsDataset.ts';
import { meanSignal } from '../core/math/meanSignal.ts';
import type { ProvenanceStamp } from '../core/domain/provenance.ts';
import type { Recipe } from '../core/domain/recipe.ts';
import { zeroFrequencyPpm } from '../core/domain/zeroFrequency.ts';
import { defaultRecipeFor, readStored } from '../core/pipeline/index.ts';
import type { ImportDeps, PreprocessingOutcome } from '../core/pipeline/index.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import type { ChannelRequest, SignalView } from '../ipc/contract.ts';
import type { PipelineRunner } from '../node/workers/pipelineRunner.ts';
import { NEVER_CANCELLED } from '../node/workers/cancellation.ts';
import { ByteCache } from './byteCache.ts';
import type { DeepReadonly } from './registrar.ts';

export type SignalRequest = ChannelRequest<'dataset:signal'>;

/** Parsed scans kept for quick browsing of coils, transients and voxels. */
const PARSED_BYTES = 256 * 2 ** 20;
const PROCESSED_BYTES = 128 * 2 ** 20;

/** Coil combination alone, for looking at single transients. */
const COMBINE_COILS: Recipe = {
  schema: 'lineshape.recipe/1',
  id: 'combine-coils',
  title: 'Coil combination only',
  version: 1,
  preprocessing: [{ step: 'coilCombination', options: {} }],
  quantification: { method: 'nlls', options: {} },
};

export interface SignalPorts {
  readonly store: StudyStore;
  readonly parse: ImportDeps['parse'];
  readonly pipeline: PipelineRunner;
  readonly stamp: ProvenanceStamp;
}

export interface Signals {
  /** @throws ReaderError, ProcessingError, StudyDbError */
  readonly signal: (request: SignalRequest) => Promise<DeepReadonly<SignalView>>;
}

/** @returns the place of a tagged dimension's element in the FID index, and how far it moves */
function strideOf(dataset: MrsDataset, tag: DimensionTag): number {
  const index = dataset.dimensions.findIndex((d) => d.tag === tag);
  return index < 0 ? 0 : shapeSize(dataset.data.shape.slice(4 + index, -1));
}

function checkIndex(name: string, index: number, length: number): void {
  if (index < length) return;
  throw new ProcessingError(
    'PROCESSING_FAILED',
    `The scan has ${length} ${name}${length === 1 ? '' : 's'}; number ${index + 1} was asked for.`,
  );
}

/**
 * Takes one FID out of a scan; dimensions other than coils and transients stand at their first element.
 * @param voxel index over x, y, z, C order
 * @param coil index, ignored where the scan has no coils
 * @param transient index, or "mean" of all
 * @returns a copy
 * @throws ProcessingError where there is no such element
 */
export function pickSignal(
  dataset: MrsDataset,
  voxel: number,
  coil: number,
  transient: number | 'mean',
): ComplexSignal {
  checkIndex('voxel', voxel, voxelCount(dataset));
  const perVoxel = shapeSize(dataset.data.shape.slice(3, -1));
  const coils = dimensionLength(dataset, 'DIM_COIL');
  const transients = dimensionLength(dataset, 'DIM_DYN');
  if (coils > 1) checkIndex('coil', coil, coils);
  if (transient !== 'mean') checkIndex('transient', transient, transients);
  const base = voxel * perVoxel + (coils > 1 ? coil : 0) * strideOf(dataset, 'DIM_COIL');
  const at = (i: number): ComplexSignal => signalAt(dataset.data, base + i * strideOf(dataset, 'DIM_DYN'));
  if (transient === 'mean') return meanSignal(Array.from({ length: transients }, (_, i) => at(i)));
  const { re, im } = at(transient);
  return { re: re.slice(), im: im.slice() };
}

/** A scan, and the water signal that goes with it. */
interface ScanPair {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

const datasetBytes = ({ data }: MrsDataset): number => data.re.byteLength + data.im.byteLength;
const pairBytes = ({ dataset, water }: ScanPair): number =>
  datasetBytes(dataset) + (water === null ? 0 : datasetBytes(water));

/**
 * @param ports database, workers, and who signs the provenance
 * @returns signals on request, with what they need kept in memory
 */
export function createSignals({ store, parse, pipeline, stamp }: SignalPorts): Signals {
  const parsed = new ByteCache<ScanPair>(PARSED_BYTES, pairBytes);
  const processed = new ByteCache<PreprocessingOutcome>(PROCESSED_BYTES, pairBytes);

  const scan = (datasetId: string): Promise<ScanPair> => {
    const record = store.getDataset(datasetId);
    return parsed.get(datasetId, () => readStored(store, record, { parse }));
  };

  const run = async (request: SignalRequest, pair: ScanPair, recipe: Recipe): Promise<PreprocessingOutcome> => {
    const { datasetId, waterDatasetId } = request;
    const water = waterDatasetId === null ? pair.water : (await scan(waterDatasetId)).dataset;
    const key = [datasetId, waterDatasetId ?? '', recipe.id, recipe.version].join('/');
    return processed.get(key, () =>
      pipeline.preprocess(pair.dataset, water, recipe, {
        stamp,
        cancellation: NEVER_CANCELLED,
        onProgress: () => undefined,
      }),
    );
  };

  const signal = async (request: SignalRequest): Promise<DeepReadonly<SignalView>> => {
    const { stage, voxel, coil, transient } = request;
    const pair = await scan(request.datasetId);
    const raw = pair.dataset;
    const view = (
      shown: MrsDataset,
      fid: ComplexSignal,
      warnings: SignalView['warnings'],
    ): DeepReadonly<SignalView> => ({
      ...fid,
      dwellTimeS: shown.dwellTimeS,
      spectrometerFrequencyMHz: shown.spectrometerFrequencyMHz,
      nucleus: shown.nucleus,
      referencePpm: zeroFrequencyPpm(shown),
      warnings,
    });
    if (stage === 'processed') {
      const outcome = await run(request, pair, defaultRecipeFor(raw));
      return view(outcome.dataset, pickSignal(outcome.dataset, voxel, 0, 'mean'), [...outcome.warnings]);
    }
    if (coil !== 'combined' || dimensionLength(raw, 'DIM_COIL') === 1) {
      return view(raw, pickSignal(raw, voxel, coil === 'combined' ? 0 : coil, transient), [...raw.warnings]);
    }
    const combined = await run(request, pair, COMBINE_COILS);
    return view(combined.dataset, pickSignal(combined.dataset, voxel, 0, transient), [...combined.warnings]);
  };

  return { signal };
}
