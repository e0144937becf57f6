// Tables of many studies: asked in the system's dialog where to, made by the study host; the page learns the base name.
import type { Handlers } from '../registrar.ts';
import type { SavedFile } from './dialogs.ts';
import { saveFile } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

export function tableDialogHandlers({
  host,
  window,
  texts,
}: MainContext): Pick<Handlers, 'worklist:save-ratios' | 'batch:save-ratios'> {
  const save = (content: () => Promise<string>): Promise<SavedFile> =>
    saveFile(
      window(),
      {
        title: texts().dialogs.saveRatios,
        suggestedName: 'ratios.csv',
        kind: { name: texts().kinds.csv, extensions: ['csv'] },
      },
      content,
    );
  return {
    'worklist:save-ratios': (request) => save(() => host.ask('host:worklist-table', request)),
    'batch:save-ratios': (request) => save(() => host.ask('host:batch-table', request)),
  };
}
