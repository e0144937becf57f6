// Tables of many studies: asked in the system's dialog where to, made by the study host; the page learns the base name.
import type { Handlers } from '../registrar.ts';
import type { SavedFile } from './dialogs.ts';
import { saveAs } from './dialogs.ts';
import type { TableFormat } from '../studiesTable.ts';
import type { MainContext } from './mainContext.ts';

export function tableDialogHandlers({
  host,
  window,
  texts,
}: MainContext): Pick<Handlers, 'worklist:save-ratios' | 'batch:save-ratios'> {
  const save = (content: (format: TableFormat) => Promise<string>): Promise<SavedFile> => {
    const { dialogs, kinds } = texts();
    const offered = (['csv', 'json'] as const).map((format) => ({ name: kinds[format], extensions: [format] }));
    const question = { title: dialogs.saveRatios, suggestedName: 'ratios.csv', kinds: offered };
    return saveAs(window(), question, (ending) => content(ending === '.json' ? 'json' : 'csv'));
  };
  return {
    'worklist:save-ratios': (request) => save((format) => host.ask('host:worklist-table', { ...request, format })),
    'batch:save-ratios': (request) => save((format) => host.ask('host:batch-table', { ...request, format })),
  };
}
