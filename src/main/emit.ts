// The way to tell the page something: events of the contract, and in development no others.
import { EVENTS } from '../ipc/contract.ts';
import type { EventName, EventPayload } from '../ipc/contract.ts';
import type { EventLog } from './eventLog.ts';
import type { DeepReadonly } from './registrar.ts';

/** Sends an event of the contract to the page, if there is one. */
export type Emit = <E extends EventName>(event: E, payload: DeepReadonly<EventPayload<E>>) => void;

export interface EmitOptions {
  /** Checks payloads against the contract: in development and tests, for its cost. */
  readonly validate: boolean;
  readonly log: EventLog;
}

/**
 * @param send to the page, if there is one
 * @param options what is checked; an event that breaks the contract is not sent, and the page is told of the bug instead
 */
export function createEmit(send: (event: EventName, payload: unknown) => void, { validate, log }: EmitOptions): Emit {
  return (event, payload) => {
    const checked = validate ? EVENTS[event].safeParse(payload) : null;
    if (checked === null || checked.success) {
      send(event, payload);
      return;
    }
    const field = checked.error.issues[0]?.path.map(String).join('.') || 'payload';
    log.warn('event-malformed', { event, field });
    const message = `Internal error: the event ${event} breaks the contract at "${field}".`;
    send('app:error', { code: 'BUG', message, details: {} });
  };
}
