// The main process's handlers: dialogs, printing and versions here, everything else asked of the study host.
import { CHANNEL_NAMES } from '../../ipc/channelNames.ts';
import type { HostChannel, MainChannel } from '../hostMessages.ts';
import type { Handlers } from '../registrar.ts';
import { accessRequests } from './accessRequests.ts';
import { basisDialogHandlers } from './basisDialogs.ts';
import { comparisonDialogHandlers } from './comparisonDialogs.ts';
import { chooseScans } from './dialogs.ts';
import { dicomDialogHandlers } from './dicomDialogs.ts';
import { exportDialogHandlers } from './exportDialogs.ts';
import { fitDialogHandlers } from './fitDialogs.ts';
import { frameHandlers, type FrameContext } from './frameHandlers.ts';
import { lcmodelDialogHandlers } from './lcmodelDialogs.ts';
import type { MainContext } from './mainContext.ts';
import { mapDialogHandlers } from './mapDialogs.ts';
import { reportDialogHandlers } from './reportDialogs.ts';
import { tableDialogHandlers } from './tableDialogs.ts';

/** Start work that the user waits for. */
const JOB_CHANNELS: readonly string[] = [
  'fit:start',
  'basis:simulate',
  'lcmodel:run',
  'correction:start',
  'batch:start',
  'batch:retry',
  'job:resume',
  'dicom:fetch',
];

/** @returns a handler for every channel of the contract */
export function createMainHandlers(context: MainContext, frame: FrameContext): Handlers {
  const { host, window, texts } = context;
  const own: Pick<Handlers, MainChannel> = {
    'app:info': async () => {
      const { threads } = await host.ready;
      return {
        version: context.appVersion,
        electronVersion: process.versions['electron'] ?? '',
        databaseName: context.databaseName,
        databaseProtection: context.databaseProtection,
        threads,
      };
    },
    'import:inspect': async ({ token, what }) => {
      const paths = await chooseScans(window(), texts().dialogs.openScans, what);
      return paths.length === 0 ? null : host.ask('import:inspect-paths', { token, paths: [...paths] });
    },
    ...accessRequests(context),
    ...frameHandlers(context, frame),
    ...exportDialogHandlers(context),
    ...dicomDialogHandlers(context),
    ...basisDialogHandlers(context),
    ...lcmodelDialogHandlers(context),
    ...fitDialogHandlers(context),
    ...comparisonDialogHandlers(context),
    ...mapDialogHandlers(context),
    ...tableDialogHandlers(context),
    ...reportDialogHandlers(context),
  };
  const relayed = CHANNEL_NAMES.filter((channel): channel is HostChannel => !(channel in own)).map((channel) => [
    channel,
    (request: never) => {
      if (JOB_CHANNELS.includes(channel)) context.onJobStart();
      return host.ask(channel, request);
    },
  ]);
  return { ...own, ...Object.fromEntries(relayed) } as Handlers;
}
