// The networks that come with the program, in the study host: their cards, and their self-tests on the inference thread.
import { toErrorRecord } from '../../core/domain/errors.ts';
import type { ListedModelView, ModelVerdictView } from '../../ipc/contract.ts';
import { modelIds, readModelCard } from '../../node/files/modelCards.ts';
import { modelsFolder } from '../../node/files/resourcePaths.ts';
import { verifyModels } from '../../node/inference/verifyModels.ts';
import type { ModelVerdict } from '../../node/inference/verifyModels.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { Services } from '../services.ts';
import type { HandlerContext } from './context.ts';

async function listed(folder: string, id: string): Promise<DeepReadonly<ListedModelView>> {
  try {
    return { id, card: await readModelCard(folder, id), problem: null };
  } catch (error) {
    return { id, card: null, problem: toErrorRecord(error).message };
  }
}

/** A verdict with what will run the network: the self-test itself is always on the processor. */
async function withProvider(
  models: Services['models'],
  { id, ok, reason }: ModelVerdict,
): Promise<DeepReadonly<ModelVerdictView>> {
  if (!ok) return { id, ok, reason, executionProvider: null, fallbacks: [] };
  try {
    const { executionProvider, fallbacks } = await models.open(id);
    return { id, ok, reason, executionProvider, fallbacks };
  } catch (error) {
    return { id, ok: false, reason: toErrorRecord(error).message, executionProvider: null, fallbacks: [] };
  }
}

export function modelHandlers({
  services: { resources, models, inference },
  emit,
}: HandlerContext): Pick<HostHandlers, 'models:list' | 'models:provider' | 'models:verify'> {
  const folder = (): string => modelsFolder(resources);
  return {
    'models:list': async () => {
      const ids = await modelIds(folder());
      return { models: await Promise.all(ids.map((id) => listed(folder(), id))) };
    },
    'models:provider': () => ({ chosen: models.provider() }),
    'models:verify': async ({ token }) => {
      const verdicts = await verifyModels(folder(), inference, (id, done, all) =>
        emit('models:progress', { token, id, done, all }),
      );
      const told: DeepReadonly<ModelVerdictView>[] = [];
      for (const verdict of verdicts) told.push(await withProvider(models, verdict));
      return { verdicts: told };
    },
  };
}
