// What every estimator of the frequency and phase offsets of transients takes and gives, classical or network alike.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { FpcMethodId } from '../../domain/correctionMethods.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ProtocolScan } from '../../domain/modelProtocol.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { ModelLibrary } from '../../ports/modelLibrary.ts';
import type { FrequencyPhaseOffset } from '../transientOffsets.ts';

/** Transients of one voxel and condition, all of one length. */
export interface TransientSet {
  readonly signals: readonly ComplexSignal[];
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  /** The scan they are of: networks look there whether it is one that they were trained for. */
  readonly scan?: ProtocolScan;
}

/** Offsets of one transient. */
export interface TransientOffset extends FrequencyPhaseOffset {
  /** Of this transient in the average: 1 unless the method weights. */
  readonly weight: number;
}

export interface FpcEstimate {
  /** One for every transient, in their order. */
  readonly offsets: readonly TransientOffset[];
  /** What the frame is: the creatine line at 3.027 ppm and zero phase ('absolute'), or a reference made of the transients. */
  readonly frame: 'absolute' | 'relative';
  readonly details: JsonObject;
  readonly warnings: readonly Warning[];
}

export type { FpcMethodId } from '../../domain/correctionMethods.ts';

export interface FpcOptions {
  /** Range that the estimate looks at [ppm], low to high; null for the method's own. */
  readonly ppmRange: readonly [number, number] | null;
  /** Largest shift looked for [Hz]. */
  readonly maximumShiftHz: number;
}

export interface FpcContext {
  readonly cancellation: Cancellation;
  /** null: no networks at hand. */
  readonly models: ModelLibrary | null;
}

export interface FpcMethod {
  readonly id: FpcMethodId;
  readonly title: string;
  readonly citation: string;
  /** @throws CancelledError, ProcessingError where the transients cannot be estimated at all */
  readonly estimate: (set: TransientSet, options: FpcOptions, context: FpcContext) => Promise<FpcEstimate>;
}
