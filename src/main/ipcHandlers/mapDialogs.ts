// Where the maps of a grid go: asked in the system's dialog; the page learns the base name only.
import type { Handlers } from '../registrar.ts';
import { chooseFolder } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

export function mapDialogHandlers({ host, window, texts }: MainContext): Pick<Handlers, 'maps:export'> {
  return {
    'maps:export': async (request) => {
      const parent = await chooseFolder(window(), texts().dialogs.mapsInto);
      return parent === null ? null : host.ask('host:export-maps', { ...request, parent });
    },
  };
}
