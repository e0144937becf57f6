// The main process's handlers: dialogs, printing and versions here, everything else asked of the study host.
import type { ChannelRequest, ChannelResponse } from '../../ipc/contract.ts';
import { CHANNEL_NAMES } from '../../ipc/channelNames.ts';
import { sha256Hex } from '../../node/files/hashing.ts';
import type { HostChannel, MainChannel } from '../hostMessages.ts';
import { printPdf } from '../printing.ts';
import type { Handlers } from '../registrar.ts';
import { basisDialogHandlers } from './basisDialogs.ts';
import { comparisonDialogHandlers } from './comparisonDialogs.ts';
import { chooseScans, saveFile } from './dialogs.ts';
import { exportDialogHandlers } from './exportDialogs.ts';
import { fitDialogHandlers } from './fitDialogs.ts';
import { lcmodelDialogHandlers } from './lcmodelDialogs.ts';
import type { MainContext } from './mainContext.ts';
import { mapDialogHandlers } from './mapDialogs.ts';

type ReportFormat = ChannelRequest<'report:export'>['format'];

const REPORT_KINDS: Readonly<Record<ReportFormat, string>> = {
  html: 'HTML page',
  pdf: 'PDF document',
  csv: 'Comma-separated values',
};

/** Start work that the user waits for. */
const JOB_CHANNELS: readonly string[] = ['fit:start', 'basis:simulate', 'lcmodel:run', 'correction:start'];

async function exportReport(
  { host, window }: MainContext,
  { analysisId, voxel, format, withCorrection = false }: ChannelRequest<'report:export'>,
): Promise<ChannelResponse<'report:export'>> {
  const content = format === 'csv' ? 'csv' : 'html';
  const report = await host.ask('host:report', { analysisId, voxel, format: content, withCorrection });
  const kind = { name: REPORT_KINDS[format], extensions: [format] };
  const dialog = { title: 'Export report', suggestedName: `${report.suggestedName}.${format}`, kind };
  let sha256 = '';
  const saved = await saveFile(window(), dialog, async () => {
    const bytes = format === 'pdf' ? await printPdf(report.content) : new TextEncoder().encode(report.content);
    sha256 = sha256Hex(bytes);
    return bytes;
  });
  if (saved.saved) await host.ask('host:record-report', { analysisId, format, sha256 });
  return saved;
}

/** @returns a handler for every channel of the contract */
export function createMainHandlers(context: MainContext): Handlers {
  const { host, window } = context;
  const own: Pick<Handlers, MainChannel> = {
    'app:info': async () => {
      const { threads } = await host.ready;
      return {
        version: context.appVersion,
        electronVersion: process.versions['electron'] ?? '',
        databaseName: context.databaseName,
        threads,
      };
    },
    'import:inspect': async ({ token, what }) => {
      const paths = await chooseScans(window(), 'Open scans', what);
      return paths.length === 0 ? null : host.ask('import:inspect-paths', { token, paths: [...paths] });
    },
    ...exportDialogHandlers(context),
    ...basisDialogHandlers(context),
    ...lcmodelDialogHandlers(context),
    ...fitDialogHandlers(context),
    ...comparisonDialogHandlers(context),
    ...mapDialogHandlers(context),
    'report:export': (request) => exportReport(context, request),
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
