// The signal a spectrum view shows: raw (a coil, a transient, or their combination) or as the default recipe leaves it.
import type { ComplexSignal } from '../core/domain/complexArray.ts';
import { dimensionLength, voxelCount } from '../core/domain/mrsDataset.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import type { ProvenanceStamp } from '../core/domain/provenance.ts';
import type { Recipe } from '../core/domain/recipe.ts';
import { zeroFrequencyPpm } from '../core/domain/zeroFrequency.ts';
import { defaultRecipeFor, readStored } from '../core/pipeline/index.ts';
import type { ImportDeps, PreprocessingOutcome } from '../core/pipeline/index.ts';
import { backInGrid, partRecipe, voxelsAlone } from '../core/pipeline/voxelPreprocessing.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import type { ChannelRequest, SignalView, SpectrumFiguresView, TransientsView } from '../ipc/contract.ts';
import type { PipelineRunner } from '../node/workers/pipelineRunner.ts';
import { NEVER_CANCELLED } from '../node/workers/cancellation.ts';
import { ByteCache } from './byteCache.ts';
import { pickSignal } from './pickSignal.ts';
import type { DeepReadonly } from './registrar.ts';
import { spectrumFigures } from './spectrumFigures.ts';

export type SignalRequest = ChannelRequest<'dataset:signal'>;

/** Parsed scans kept for quick browsing of coils, transients and voxels. */
const PARSED_BYTES = 256 * 2 ** 20;
const PROCESSED_BYTES = 128 * 2 ** 20;
/** Voxels of grids, each by itself. */
const VOXEL_BYTES = 64 * 2 ** 20;

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
  /** A stored scan as it was read. @throws ReaderError, StudyDbError */
  readonly scan: (datasetId: string) => Promise<MrsDataset>;
  /**
   * Some voxels of a stored scan as the default recipe leaves them, in a row: none waits for the rest of the grid.
   * @throws ReaderError, ProcessingError, StudyDbError
   */
  readonly processedVoxels: (wanted: Wanted, voxels: readonly number[]) => Promise<MrsDataset>;
  /** The same in their grid, which is empty elsewhere; one provenance for all of them. @throws as `processedVoxels` */
  readonly processedRegion: (wanted: Wanted, voxels: readonly number[]) => Promise<MrsDataset>;
  /** Figures of the spectrum as the default recipe leaves it. @throws as `signal` */
  readonly figures: (request: ChannelRequest<'spectrum:figures'>) => Promise<DeepReadonly<SpectrumFiguresView>>;
  /** Some of a scan's transients. @throws as `signal` */
  readonly transients: (request: ChannelRequest<'spectrum:transients'>) => Promise<DeepReadonly<TransientsView>>;
}

/** Which scan is prepared, and with what. */
export type Wanted = Pick<SignalRequest, 'datasetId' | 'waterDatasetId'>;

/** A scan, and the water signal that goes with it. */
interface ScanPair {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

/** Single voxels of one scan as one dataset. @param voxels at least one */
function inRow(voxels: readonly MrsDataset[]): MrsDataset {
  const first = voxels[0] as MrsDataset;
  const size = first.data.re.length;
  const joined = (part: 're' | 'im'): Float64Array => {
    const all = new Float64Array(voxels.length * size);
    voxels.forEach(({ data }, i) => all.set(data[part], i * size));
    return all;
  };
  const shape = [voxels.length, ...first.data.shape.slice(1)];
  return { ...first, data: { re: joined('re'), im: joined('im'), shape } };
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
  const voxelOutcomes = new ByteCache<PreprocessingOutcome>(VOXEL_BYTES, ({ dataset }) => datasetBytes(dataset));

  const scan = (datasetId: string): Promise<ScanPair> => {
    const record = store.getDataset(datasetId);
    return parsed.get(datasetId, () => readStored(store, record, { parse }));
  };

  const preprocess = (dataset: MrsDataset, water: MrsDataset | null, recipe: Recipe): Promise<PreprocessingOutcome> =>
    pipeline.preprocess(dataset, water, recipe, {
      stamp,
      cancellation: NEVER_CANCELLED,
      onProgress: () => undefined,
    });

  const run = async (request: Wanted, pair: ScanPair, recipe: Recipe): Promise<PreprocessingOutcome> => {
    const { datasetId, waterDatasetId } = request;
    const water = waterDatasetId === null ? pair.water : (await scan(waterDatasetId)).dataset;
    const key = [datasetId, waterDatasetId ?? '', recipe.id, recipe.version].join('/');
    return processed.get(key, () => preprocess(pair.dataset, water, recipe));
  };

  /** One voxel as the default recipe leaves it. What must see the whole scan is done once for all voxels. */
  const voxelOutcome = async (request: Wanted, pair: ScanPair, voxel: number): Promise<PreprocessingOutcome> => {
    const { whole, each } = partRecipe(defaultRecipeFor(pair.dataset));
    const scanOutcome = await run(request, pair, whole);
    const key = [request.datasetId, request.waterDatasetId ?? '', whole.id, whole.version, voxel].join('/');
    return voxelOutcomes.get(key, async () => {
      const alone = await preprocess(voxelsAlone(scanOutcome.dataset, [voxel]), null, each);
      return {
        dataset: alone.dataset,
        water: scanOutcome.water,
        steps: [...scanOutcome.steps, ...alone.steps],
        warnings: [...scanOutcome.warnings, ...alone.warnings.slice(scanOutcome.dataset.warnings.length)],
      };
    });
  };

  /** What is shown of a voxel: the outcome it stands in, and its number there. */
  const shownVoxel = async (
    request: Wanted,
    pair: ScanPair,
    voxel: number,
  ): Promise<{ outcome: PreprocessingOutcome; place: number }> =>
    voxelCount(pair.dataset) > 1
      ? { outcome: await voxelOutcome(request, pair, voxel), place: 0 }
      : { outcome: await run(request, pair, defaultRecipeFor(pair.dataset)), place: voxel };

  /** The scan as read, or with its coils combined. */
  const combined = async (
    request: Wanted & Pick<SignalRequest, 'coil'>,
    pair: ScanPair,
  ): Promise<{ dataset: MrsDataset; coil: number; warnings: SignalView['warnings'] }> => {
    const { coil } = request;
    if (coil !== 'combined' || dimensionLength(pair.dataset, 'DIM_COIL') === 1) {
      const { dataset } = pair;
      return { dataset, coil: coil === 'combined' ? 0 : coil, warnings: [...dataset.warnings] };
    }
    const { dataset, warnings } = await run(request, pair, COMBINE_COILS);
    return { dataset, coil: 0, warnings: [...warnings] };
  };

  const signal = async (request: SignalRequest): Promise<DeepReadonly<SignalView>> => {
    const { stage, voxel, transient } = request;
    const pair = await scan(request.datasetId);
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
      const { outcome, place } = await shownVoxel(request, pair, voxel);
      return view(outcome.dataset, pickSignal(outcome.dataset, place, 0, 'mean'), [...outcome.warnings]);
    }
    const { dataset, coil: index, warnings } = await combined(request, pair);
    return view(dataset, pickSignal(dataset, voxel, index, transient), [...warnings]);
  };

  const figures: Signals['figures'] = async (request) => {
    const pair = await scan(request.datasetId);
    const { outcome, place } = await shownVoxel(request, pair, request.voxel);
    const { waterDatasetId } = request;
    const water = waterDatasetId === null ? pair.water : (await scan(waterDatasetId)).dataset;
    return spectrumFigures({ dataset: pair.dataset, water }, outcome, { voxel: place, waterVoxel: request.voxel });
  };

  const transients: Signals['transients'] = async (request) => {
    const { dataset, coil } = await combined(request, await scan(request.datasetId));
    const total = dimensionLength(dataset, 'DIM_DYN');
    const count = Math.max(0, Math.min(request.count, total - request.from));
    const points = dataset.data.shape.at(-1) ?? 0;
    const [re, im] = [new Float32Array(count * points), new Float32Array(count * points)];
    for (let i = 0; i < count; i++) {
      const fid = pickSignal(dataset, request.voxel, coil, request.from + i);
      re.set(fid.re, i * points);
      im.set(fid.im, i * points);
    }
    return { re, im, count, total };
  };

  const processedVoxels: Signals['processedVoxels'] = async (wanted, voxels) => {
    const pair = await scan(wanted.datasetId);
    const outcomes = await Promise.all(voxels.map((voxel) => voxelOutcome(wanted, pair, voxel)));
    return inRow(outcomes.map(({ dataset }) => dataset));
  };

  const processedRegion: Signals['processedRegion'] = async (wanted, voxels) => {
    const pair = await scan(wanted.datasetId);
    const { whole, each } = partRecipe(defaultRecipeFor(pair.dataset));
    const { dataset } = await run(wanted, pair, whole);
    const alone = await preprocess(voxelsAlone(dataset, voxels), null, each);
    return backInGrid(alone.dataset, voxels, dataset);
  };

  return {
    signal,
    figures,
    transients,
    processedVoxels,
    processedRegion,
    scan: async (datasetId) => (await scan(datasetId)).dataset,
  };
}
