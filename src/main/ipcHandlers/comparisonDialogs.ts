// Where a comparison's table or figure goes: asked in the system's dialog; the page learns the base name only.
import type { ChannelRequest } from '../../ipc/contract.ts';
import type { Handlers } from '../registrar.ts';
import { savedContent } from '../savedContent.ts';
import { saveFile } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

type Saved = ChannelRequest<'comparison:save'>;

const KINDS: Readonly<Record<Saved['format'], string>> = {
  csv: 'Comma-separated values',
  svg: 'SVG drawing',
  png: 'PNG image',
};

export function comparisonDialogHandlers({ window }: MainContext): Pick<Handlers, 'comparison:save'> {
  return {
    'comparison:save': async ({ format, suggestedName, content }) => {
      const bytes = savedContent({ format, content });
      const kind = { name: KINDS[format], extensions: [format] };
      const dialog = { title: 'Save the comparison', suggestedName: `${suggestedName}.${format}`, kind };
      return saveFile(window(), dialog, () => Promise.resolve(bytes));
    },
  };
}
