// The way to tell the page something.
import type { EventName, EventPayload } from '../ipc/contract.ts';
import type { DeepReadonly } from './registrar.ts';

/** Sends an event of the contract to the page, if there is one. */
export type Emit = <E extends EventName>(event: E, payload: DeepReadonly<EventPayload<E>>) => void;
