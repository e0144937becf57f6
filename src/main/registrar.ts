// The registrar: every request passes here. Checks who asks, parses what is asked, runs the handler, answers in words.
import { toErrorRecord } from '../core/domain/errors.ts';
import type { ErrorRecord } from '../core/domain/errors.ts';
import { CHANNELS } from '../ipc/contract.ts';
import type { ChannelName, ChannelRequest, ChannelResponse, IpcResult } from '../ipc/contract.ts';
import { requestLimitBytes } from '../ipc/requestLimits.ts';
import type { AccessSession } from './accessSession.ts';
import { actAs } from './acting.ts';
import type { EventLog } from './eventLog.ts';
import { weightFault } from './requestWeight.ts';
import type { WeightFault } from './requestWeight.ts';

/** The sender as Electron's IpcMainInvokeEvent describes it; null once the frame is gone. */
export interface SenderFrame {
  readonly url: string;
  readonly parent: unknown;
}

export interface InvokeEvent {
  readonly senderFrame: SenderFrame | null;
  /** The page's webContents. */
  readonly sender: { readonly id: number };
}

/** The part of Electron's ipcMain that is used. */
export interface InvokePort {
  readonly handle: (
    channel: string,
    listener: (event: InvokeEvent, request: unknown) => Promise<IpcResult<unknown>>,
  ) => void;
}

/** Answers are built from the domain's read-only records. JSON and other dictionaries stay what they are. */
export type DeepReadonly<T> = T extends Float64Array
  ? Float64Array
  : T extends Float32Array
    ? Float32Array
    : T extends Uint8Array
      ? Uint8Array
      : T extends object
        ? string extends keyof T
          ? T
          : { readonly [K in keyof T]: DeepReadonly<T[K]> }
        : T;

type Answer<C extends ChannelName> = DeepReadonly<ChannelResponse<C>>;

export type Handlers = {
  readonly [C in ChannelName]: (request: ChannelRequest<C>) => Answer<C> | Promise<Answer<C>>;
};

export interface RegistrarOptions {
  /** Origin of the only page that may ask, e.g. "app://lineshape". */
  readonly origin: string;
  /** Id of the main window's webContents; null while there is no window. */
  readonly mainPage: () => number | null;
  /** Checks answers against the contract too: in development and tests, for its cost. */
  readonly validateResponses: boolean;
  readonly log: EventLog;
  /** Who is at the window. @throws where the database can't be opened */
  readonly access: () => Promise<Pick<AccessSession, 'refusal' | 'user'>>;
}

const REFUSED: ErrorRecord = {
  code: 'USAGE',
  message: 'The request was refused: it is not from Lineshape.',
  details: {},
};

const FAULTS: Readonly<Record<WeightFault, string>> = {
  'too-large': 'it is larger than such a request may be',
  'too-deep': 'it is nested deeper than any request is',
  'not-plain': 'it holds what no request has',
};

/**
 * Only the main frame of the app's own page in the main window may ask.
 * @param event who sent it; its frame is null once it is gone
 * @param origin scheme and host
 * @param mainPage id of the main window's webContents
 */
export function isTrustedSender(
  { senderFrame: frame, sender }: InvokeEvent,
  origin: string,
  mainPage: number | null,
): boolean {
  if (sender.id !== mainPage || frame === null || frame.parent !== null) return false;
  try {
    const url = new URL(frame.url);
    return `${url.protocol}//${url.host}` === origin;
  } catch {
    return false;
  }
}

async function run(
  channel: ChannelName,
  handler: (request: never) => unknown,
  request: unknown,
  options: RegistrarOptions,
): Promise<IpcResult<unknown>> {
  const fault = weightFault(request, requestLimitBytes(channel));
  if (fault !== null) {
    const message = `The request ${channel} was refused: ${FAULTS[fault]}.`;
    return { ok: false, error: { code: 'USAGE', message, details: { channel, fault } } };
  }
  const parsed = CHANNELS[channel].request.safeParse(request);
  if (!parsed.success) {
    // The schema's path says which field; its value is not repeated, because it may name a patient.
    const field = parsed.error.issues[0]?.path.map(String).join('.') || 'request';
    const message = `The request ${channel} was refused: "${field}" is not what the contract asks for.`;
    return { ok: false, error: { code: 'USAGE', message, details: { channel } } };
  }
  const value = await handler(parsed.data as never);
  if (options.validateResponses) {
    const checked = CHANNELS[channel].response.safeParse(value);
    if (!checked.success) {
      const field = checked.error.issues[0]?.path.map(String).join('.') || 'response';
      const message = `Internal error: the answer to ${channel} breaks the contract at "${field}".`;
      return { ok: false, error: { code: 'BUG', message, details: { channel } } };
    }
  }
  return { ok: true, value };
}

/**
 * Registers every channel of the contract.
 * @param port ipcMain
 * @param handlers one function a channel
 * @param options who may ask, and what is checked
 */
export function registerHandlers(port: InvokePort, handlers: Handlers, options: RegistrarOptions): void {
  for (const channel of Object.keys(CHANNELS) as ChannelName[]) {
    port.handle(channel, async (event, request) => {
      if (!isTrustedSender(event, options.origin, options.mainPage())) {
        options.log.warn('ipc-refused', { channel });
        return { ok: false, error: REFUSED };
      }
      try {
        const access = await options.access();
        const refusal = access.refusal(channel);
        if (refusal !== null) {
          options.log.warn('ipc-forbidden', { channel, code: refusal.code });
          return { ok: false, error: toErrorRecord(refusal) };
        }
        const result = await actAs(access.user(), () => run(channel, handlers[channel], request, options));
        if (!result.ok) options.log.warn('ipc-malformed', { channel, code: result.error.code });
        return result;
      } catch (error) {
        const record = toErrorRecord(error);
        options.log.failure('ipc-failed', { channel, code: record.code }, error);
        return { ok: false, error: record };
      }
    });
  }
}
