// Dialogs of the fit settings: the file with prior knowledge for AMARES.
import type { Handlers } from '../registrar.ts';
import { chooseFiles } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

const PRIOR_KNOWLEDGE_KIND = { name: 'Prior knowledge', extensions: ['json', 'csv', 'JSON', 'CSV'] };

export function fitDialogHandlers({ host, window }: MainContext): Pick<Handlers, 'fit:prior-knowledge'> {
  return {
    'fit:prior-knowledge': async ({ datasetId }) => {
      const [path] = await chooseFiles(window(), 'Read prior knowledge', PRIOR_KNOWLEDGE_KIND, 'one');
      return path === undefined ? null : host.ask('host:read-prior-knowledge', { path, datasetId });
    },
  };
}
