// Where a comparison's table or figure goes: asked in the system's dialog; the page learns the base name only.
import type { Handlers } from '../registrar.ts';
import { savedContent } from '../savedContent.ts';
import { saveFile } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

export function comparisonDialogHandlers({ window, texts }: MainContext): Pick<Handlers, 'comparison:save'> {
  return {
    'comparison:save': async ({ format, suggestedName, content }) => {
      const bytes = savedContent({ format, content });
      const kind = { name: texts().kinds[format], extensions: [format] };
      const title = texts().dialogs.saveComparison;
      const dialog = { title, suggestedName: `${suggestedName}.${format}`, kind };
      return saveFile(window(), dialog, () => Promise.resolve(bytes));
    },
  };
}
