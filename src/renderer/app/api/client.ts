// The only way from the window to the main process: the contract's channels, with errors as exceptions in words.
import type {
  ChannelRequest,
  ChannelResponse,
  ErrorView,
  EventName,
  EventPayload,
  IpcResult,
  PageChannel,
} from '../../../ipc/contract.ts';

/** A request the main process answered with an error; the message is fit for the user. */
export class RequestError extends Error {
  readonly code: string;
  readonly details: ErrorView['details'];

  constructor(error: ErrorView) {
    super(error.message);
    this.name = 'RequestError';
    this.code = error.code;
    this.details = error.details;
  }
}

function unwrap<T>(result: IpcResult<T>): T {
  if (!result.ok) throw new RequestError(result.error);
  return result.value;
}

/**
 * Asks the main process.
 * @param channel a channel of the contract
 * @param payload plain data; reactive proxies are copied, since they can't cross the bridge
 * @throws RequestError in the main process's words
 */
export async function request<C extends PageChannel>(
  channel: C,
  payload: ChannelRequest<C>,
): Promise<ChannelResponse<C>> {
  const plain = JSON.parse(JSON.stringify(payload)) as ChannelRequest<C>;
  const ask = window.lineshape.call[channel] as unknown as (
    plain: ChannelRequest<C>,
  ) => Promise<IpcResult<ChannelResponse<C>>>;
  return unwrap(await ask(plain));
}

/** Listens to an event of the main process. @returns a function that stops listening */
export function listen<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void {
  return window.lineshape.on[event](listener);
}

/** Reads files dropped on the window, to be imported; their paths never enter it. @throws RequestError */
export async function inspectDropped(
  token: string,
  files: readonly File[],
): Promise<ChannelResponse<'import:inspect-paths'>> {
  return unwrap(await window.lineshape.inspectDropped(token, files));
}

/** One sentence for the user from anything caught. */
export function errorSentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
