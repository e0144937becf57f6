// What the handlers are given: the study host's services, and the way to tell the page something.
import type { EventName, EventPayload } from '../../ipc/contract.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { Services } from '../services.ts';

/** Sends an event of the contract to the page, if there is one. */
export type Emit = <E extends EventName>(event: E, payload: DeepReadonly<EventPayload<E>>) => void;

export interface HandlerContext {
  readonly services: Services;
  readonly emit: Emit;
}
