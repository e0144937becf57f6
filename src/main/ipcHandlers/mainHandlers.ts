// The main process's handlers: dialogs, printing and versions here, everything else asked of the study host.
import { basename } from 'node:path';
import { dialog } from 'electron';
import type { BrowserWindow, OpenDialogOptions, SaveDialogOptions } from 'electron';
import type { ChannelRequest, ChannelResponse } from '../../ipc/contract.ts';
import { CHANNEL_NAMES } from '../../ipc/channelNames.ts';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import { sha256Hex } from '../../node/files/hashing.ts';
import type { HostChannel, MainChannel } from '../hostMessages.ts';
import { printPdf } from '../printing.ts';
import type { Handlers } from '../registrar.ts';
import type { StudyHost } from '../studyHost.ts';

export interface MainContext {
  readonly host: StudyHost;
  /** Dialogs belong to it; null once it is closed. */
  readonly window: () => BrowserWindow | null;
  readonly appVersion: string;
  readonly databaseName: string;
  readonly onFitStart: () => void;
}

type ReportFormat = ChannelRequest<'report:export'>['format'];

const REPORT_KINDS: Readonly<Record<ReportFormat, string>> = {
  html: 'HTML page',
  pdf: 'PDF document',
  csv: 'Comma-separated values',
};

/** Names every readable file may have; scanners also write files without an extension. */
const SCAN_EXTENSIONS = ['nii', 'gz', 'raw', 'RAW', 'h2o', 'H2O', 'sdat', 'SDAT', 'spar', 'SPAR', 'txt', 'TXT'];
const BASIS_EXTENSIONS = ['basis', 'BASIS', 'json'];

async function chooseFiles(
  window: BrowserWindow | null,
  title: string,
  kind: { readonly name: string; readonly extensions: string[] },
): Promise<readonly string[]> {
  const options: OpenDialogOptions = {
    title,
    properties: ['openFile', 'multiSelections'],
    filters: [kind, { name: 'All files', extensions: ['*'] }],
  };
  const answer = window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
  return answer.canceled ? [] : answer.filePaths;
}

async function chooseTarget(
  window: BrowserWindow | null,
  format: ReportFormat,
  suggestedName: string,
): Promise<string | null> {
  const options: SaveDialogOptions = {
    title: 'Export report',
    defaultPath: `${suggestedName}.${format}`,
    filters: [{ name: REPORT_KINDS[format], extensions: [format] }],
    properties: ['showOverwriteConfirmation', 'createDirectory'],
  };
  const answer = window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options);
  return answer.canceled || !answer.filePath ? null : answer.filePath;
}

async function exportReport(
  { host, window }: MainContext,
  { analysisId, voxel, format }: ChannelRequest<'report:export'>,
): Promise<ChannelResponse<'report:export'>> {
  const report = await host.ask('host:report', { analysisId, voxel, format: format === 'csv' ? 'csv' : 'html' });
  const target = await chooseTarget(window(), format, report.suggestedName);
  if (target === null) return { saved: false, fileName: null };
  const bytes = format === 'pdf' ? await printPdf(report.content) : new TextEncoder().encode(report.content);
  await atomicWrite(target, bytes);
  await host.ask('host:record-report', { analysisId, format, sha256: sha256Hex(bytes) });
  return { saved: true, fileName: basename(target) };
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
        executionProvider: 'cpu',
        threads,
      };
    },
    'import:dialog': async () => {
      const paths = await chooseFiles(window(), 'Open scans', { name: 'Scans', extensions: SCAN_EXTENSIONS });
      return paths.length === 0 ? { studies: [], failures: [] } : host.ask('import:paths', { paths: [...paths] });
    },
    'basis:import': async () => {
      const kind = { name: 'LCModel basis, FSL-MRS JSON', extensions: BASIS_EXTENSIONS };
      const paths = await chooseFiles(window(), 'Add a basis set', kind);
      return paths.length === 0 ? null : host.ask('host:add-basis', { paths });
    },
    'report:export': (request) => exportReport(context, request),
  };
  const relayed = CHANNEL_NAMES.filter((channel): channel is HostChannel => !(channel in own)).map((channel) => [
    channel,
    (request: never) => {
      if (channel === 'fit:start') context.onFitStart();
      return host.ask(channel, request);
    },
  ]);
  return { ...own, ...Object.fromEntries(relayed) } as Handlers;
}
