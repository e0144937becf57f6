// Builds `window.lineshape` from the two things it needs of Electron, handed in so that it can be tested without.
import { CHANNEL_NAMES, EVENT_NAMES, PATH_CHANNELS } from '../ipc/channelNames.ts';
import type { ErrorView, IpcResult, LineshapeApi } from '../ipc/contract.ts';

export interface BridgePorts {
  readonly invoke: (channel: string, request: unknown) => Promise<unknown>;
  /** @returns a function that stops listening */
  readonly listen: (event: string, listener: (payload: unknown) => void) => () => void;
  /** @returns the file's path on disk, "" for a File made in the page */
  readonly pathOf: (file: unknown) => string;
}

function failure(error: ErrorView): IpcResult<never> {
  return { ok: false, error };
}

async function answer(ports: BridgePorts, channel: string, request: unknown): Promise<IpcResult<unknown>> {
  try {
    return (await ports.invoke(channel, request)) as IpcResult<unknown>;
  } catch {
    // Only a broken main process gets here: every handler answers with a result.
    return failure({ code: 'BUG', message: `The request ${channel} got no answer; restart Lineshape.`, details: {} });
  }
}

function droppedPaths(ports: BridgePorts, files: readonly unknown[]): string[] {
  return files
    .map((file) => {
      try {
        return ports.pathOf(file);
      } catch {
        return ''; // not a File
      }
    })
    .filter((path) => path !== '');
}

/**
 * @param ports the ways out of the page
 * @returns exactly the contract's LineshapeApi
 */
export function createApi(ports: BridgePorts): LineshapeApi {
  const pathChannels: readonly string[] = PATH_CHANNELS;
  const call = Object.fromEntries(
    CHANNEL_NAMES.filter((channel) => !pathChannels.includes(channel)).map((channel) => [
      channel,
      (request: unknown) => answer(ports, channel, request),
    ]),
  );
  const on = Object.fromEntries(
    EVENT_NAMES.map((event) => [event, (listener: (payload: unknown) => void) => ports.listen(event, listener)]),
  );
  const inspectDropped = async (token: string, files: readonly unknown[]): Promise<IpcResult<unknown>> => {
    const paths = droppedPaths(ports, files);
    if (paths.length > 0) return answer(ports, 'import:inspect-paths', { token, paths });
    return failure({ code: 'USAGE', message: 'Nothing was imported: what was dropped is not a file.', details: {} });
  };
  return { call, on, inspectDropped } as unknown as LineshapeApi;
}
