// What goes between the network thread and the one that uses it. A call has an id, and ends with one result or error; until
// then it may tell of progress, of events, and of instances, each of which is answered with a verdict.
import type {
  DicomNodeSettings,
  ReceivedInstance,
  RemoteNode,
  StudyQuery,
  WorklistItemQuery,
} from '../../../core/domain/dicomNode.ts';
import type { ErrorRecord } from '../../../core/domain/errors.ts';
import type {
  FetchProgress,
  FetchRequest,
  ReceiverEvent,
  SentObject,
  StorageVerdict,
} from '../../../core/ports/dicomNetwork.ts';

interface ToNode {
  readonly node: RemoteNode;
  readonly ownAeTitle: string;
}

/** What the thread can be asked for. A receiver's call lasts as long as it listens. */
export type NetworkCall =
  | { readonly kind: 'listen'; readonly settings: DicomNodeSettings }
  | ({ readonly kind: 'echo' } & ToNode)
  | ({ readonly kind: 'findStudies'; readonly query: StudyQuery; readonly limit: number } & ToNode)
  | ({ readonly kind: 'findSeries'; readonly studyInstanceUid: string } & ToNode)
  | ({ readonly kind: 'findScheduled'; readonly query: WorklistItemQuery; readonly limit: number } & ToNode)
  | ({ readonly kind: 'fetch'; readonly request: FetchRequest } & ToNode)
  | ({ readonly kind: 'send'; readonly objects: readonly SentObject[] } & ToNode);

export type ToNetwork =
  | { readonly type: 'call'; readonly id: number; readonly call: NetworkCall }
  /** Ends a call before its time: a search, a transfer, or listening. */
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'verdict'; readonly instance: number; readonly verdict: StorageVerdict };

export type FromNetwork =
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorRecord }
  | { readonly type: 'progress'; readonly id: number; readonly progress: FetchProgress }
  | { readonly type: 'event'; readonly id: number; readonly event: ReceiverEvent }
  | {
      readonly type: 'store';
      readonly id: number;
      readonly instance: number;
      /** Its bytes are handed over, not copied. */
      readonly received: ReceivedInstance;
    };
