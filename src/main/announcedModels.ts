// The networks' library, with the execution provider that was chosen for them told to the page.
import type { ExecutionProvider, ProviderFallback } from '../core/ports/inferenceEngine.ts';
import type { FolderLibrary } from '../node/inference/modelLibrary.ts';
import type { Emit } from './emit.ts';

/** What runs the networks here, and better providers with why they were not taken. */
export interface ChosenProvider {
  readonly executionProvider: ExecutionProvider;
  readonly fallbacks: readonly ProviderFallback[];
}

export interface AnnouncedModels extends FolderLibrary {
  /** null before the first network was opened: until then nothing has been chosen. */
  readonly provider: () => ChosenProvider | null;
}

/** @param emit is told whenever another provider than before was chosen */
export function announceProvider(models: FolderLibrary, emit: Emit): AnnouncedModels {
  let chosen: ChosenProvider | null = null;
  return {
    provider: () => chosen,
    open: async (id) => {
      const model = await models.open(id);
      const { executionProvider, fallbacks } = model;
      if (chosen?.executionProvider !== executionProvider) {
        chosen = { executionProvider, fallbacks };
        emit('models:provider-chosen', chosen);
      }
      return model;
    },
  };
}
