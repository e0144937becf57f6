// Where an export goes: asked in the system's dialog, and shown in its file manager; the page learns no path.
import { basename } from 'node:path';
import { shell } from 'electron';
import type { ChannelRequest, ChannelResponse } from '../../ipc/contract.ts';
import { printPdf } from '../printing.ts';
import { writeReports } from '../reportFolder.ts';
import type { Handlers } from '../registrar.ts';
import { chooseFolder } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

/** Folders that can still be shown: the dialog shows one at a time. */
const MAX_REMEMBERED = 8;

/** Reports of several studies; those that are running can be stopped. */
function reportsExport({ host, window, texts, emit }: MainContext) {
  const stopped = new Set<string>();
  const running = new Set<string>();
  return {
    /** @returns whether it was one of these */
    stop: (token: string): boolean => {
      if (!running.has(token)) return false;
      stopped.add(token);
      return true;
    },
    run: async ({ token, ...request }: ChannelRequest<'export:reports'>) => {
      const parent = await chooseFolder(window(), texts().dialogs.reportsInto);
      if (parent === null) return null;
      const { format, language, paper } = request;
      running.add(token);
      try {
        return await writeReports(request, parent, new Date().toISOString().slice(0, 10), {
          reportOf: (studyId) => host.ask('host:study-report', { studyId, format, language, paper }),
          titleOf: (studyId) => host.ask('host:study-title', { studyId }),
          print: (html) => printPdf(html, paper),
          record: (file) => host.ask('host:record-report', { ...file, format }),
          isCancelled: () => stopped.has(token),
          onProgress: (fraction, message) => emit('export:progress', { token, fraction, message }),
        });
      } finally {
        running.delete(token);
        stopped.delete(token);
      }
    },
  };
}

export function exportDialogHandlers(
  context: MainContext,
): Pick<Handlers, 'export:study' | 'export:reports' | 'export:cancel' | 'export:show'> {
  const { host, window, texts } = context;
  const folders = new Map<string, string>();
  const reports = reportsExport(context);
  const remember = (token: string, folder: string): void => {
    folders.set(token, folder);
    const [oldest] = folders.keys();
    if (folders.size > MAX_REMEMBERED && oldest !== undefined) folders.delete(oldest);
  };
  return {
    'export:study': async (request) => {
      const parent = await chooseFolder(window(), texts().dialogs.exportInto);
      if (parent === null) return null;
      const done = await host.ask('host:export-study', { ...request, parent });
      if (done === null) return null;
      remember(request.token, done.folder);
      return done.result;
    },
    'export:reports': async (request): Promise<ChannelResponse<'export:reports'>> => {
      const done = await reports.run(request);
      if (done === null) return null;
      const { folder, ...result } = done;
      remember(request.token, folder);
      return { folderName: basename(folder), ...result };
    },
    'export:cancel': async (request) => {
      if (!reports.stop(request.token)) await host.ask('host:cancel-export', request);
      return {};
    },
    'export:show': ({ token }) => {
      const folder = folders.get(token);
      if (folder !== undefined) shell.showItemInFolder(folder);
      return {};
    },
  };
}
