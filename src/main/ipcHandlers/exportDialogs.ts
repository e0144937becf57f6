// Where an export goes: asked in the system's dialog, and shown in its file manager; the page learns no path.
import { shell } from 'electron';
import type { Handlers } from '../registrar.ts';
import { chooseFolder } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

/** Folders that can still be shown: the dialog shows one at a time. */
const MAX_REMEMBERED = 8;

export function exportDialogHandlers({
  host,
  window,
  texts,
}: MainContext): Pick<Handlers, 'export:study' | 'export:show'> {
  const folders = new Map<string, string>();
  return {
    'export:study': async (request) => {
      const parent = await chooseFolder(window(), texts().dialogs.exportInto);
      if (parent === null) return null;
      const done = await host.ask('host:export-study', { ...request, parent });
      if (done === null) return null;
      folders.set(request.token, done.folder);
      const [oldest] = folders.keys();
      if (folders.size > MAX_REMEMBERED && oldest !== undefined) folders.delete(oldest);
      return done.result;
    },
    'export:show': ({ token }) => {
      const folder = folders.get(token);
      if (folder !== undefined) shell.showItemInFolder(folder);
      return {};
    },
  };
}
