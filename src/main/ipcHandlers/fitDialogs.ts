// Dialogs of the fit settings: the file with prior knowledge for AMARES.
import type { Handlers } from '../registrar.ts';
import { allFiles, chooseFiles } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

const EXTENSIONS = ['json', 'csv', 'JSON', 'CSV'];

export function fitDialogHandlers({ host, window, texts }: MainContext): Pick<Handlers, 'fit:prior-knowledge'> {
  return {
    'fit:prior-knowledge': async ({ datasetId }) => {
      const { dialogs, kinds } = texts();
      const offered = [{ name: kinds.priorKnowledge, extensions: EXTENSIONS }, allFiles(texts())];
      const [path] = await chooseFiles(window(), dialogs.readPriorKnowledge, offered, 'one');
      return path === undefined ? null : host.ask('host:read-prior-knowledge', { path, datasetId });
    },
  };
}
