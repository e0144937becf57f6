// What every denoiser takes and gives, classical or network alike.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { DenoisingMethodId } from '../../domain/correctionMethods.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { ModelLibrary } from '../../ports/modelLibrary.ts';
import type { ProgressListener } from '../../ports/progress.ts';

export { DENOISING_METHOD_IDS } from '../../domain/correctionMethods.ts';
export type { DenoisingMethodId } from '../../domain/correctionMethods.ts';

export interface DenoisingOptions {
  readonly method: DenoisingMethodId;
  /** mp-pca on grids: one matrix of all voxels, one of each voxel's neighbourhood, or by the size of the grid. */
  readonly matrix: 'auto' | 'whole' | 'local';
  /** mp-pca on grids: odd edge of the neighbourhood. [voxels] */
  readonly windowVoxels: number;
}

/** The scan that the signals are of: its sampling, and the header that a network's protocol is held against. */
export type DenoisedScan = Pick<
  MrsDataset,
  'data' | 'dwellTimeS' | 'spectrometerFrequencyMHz' | 'nucleus' | 'acquisition'
>;

export interface DenoisingContext {
  readonly scan: DenoisedScan;
  /** SD of the noise per real channel and time point, one for every signal. */
  readonly noiseSd: readonly number[];
  /** Where the signals lie, if they are the voxels of a grid: each one's index over x, y, z, C order. Null: transients. */
  readonly grid: { readonly size: readonly [number, number, number]; readonly voxels: readonly number[] } | null;
  readonly cancellation: Cancellation;
  readonly onProgress: ProgressListener;
  /** null: no networks at hand. */
  readonly models: ModelLibrary | null;
}

export interface Denoised {
  /** As many, as long, in the same order. */
  readonly signals: readonly ComplexSignal[];
  readonly details: JsonObject;
  readonly warnings: readonly Warning[];
}

export interface DenoisingMethod {
  readonly id: DenoisingMethodId;
  readonly title: string;
  readonly citation: string;
  /**
   * @param signals FIDs of one length, none of them all zero; left untouched
   * @throws ProcessingError, ModelError (a network that is missing or not for this scan), CancelledError
   */
  readonly denoise: (
    signals: readonly ComplexSignal[],
    options: DenoisingOptions,
    context: DenoisingContext,
  ) => Promise<Denoised>;
}

/** Gives other work of this thread its turn, and ends where the user cancelled. @throws CancelledError */
export async function pause(context: DenoisingContext, done: number, of: number): Promise<void> {
  await context.cancellation.letOthersRun?.();
  context.cancellation.throwIfCancelled();
  context.onProgress({ fraction: done / Math.max(1, of), message: 'Denoising' });
}
