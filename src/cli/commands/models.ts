// lineshape models list, verify, info: the networks that come with the program, with their cards.
import type { Command } from 'commander';
import type { ModelCard } from '../../core/domain/modelCard.ts';
import { modelIds, readModelCard } from '../../node/files/modelCards.ts';
import { verifyModels } from '../../node/inference/verifyModels.ts';
import { EXIT } from '../exitCodes.ts';
import { modelsDir, withInference } from '../inferenceSession.ts';
import { modelText, protocolText } from '../modelText.ts';
import { addCommonOptions, threadCountOf } from '../options.ts';
import type { CommonOptions } from '../options.ts';
import { printJson, printText, progressReporter, say, textTable } from '../terminal.ts';

const NONE = 'No networks come with this program.';

async function allCards(): Promise<ModelCard[]> {
  const folder = modelsDir();
  const cards: ModelCard[] = [];
  for (const id of await modelIds(folder)) cards.push(await readModelCard(folder, id));
  return cards;
}

async function list({ json }: CommonOptions): Promise<void> {
  const models = await allCards();
  if (json === true) return printJson({ models });
  if (models.length === 0) return printText(NONE);
  const rows = models.map((card) => [
    card.id,
    String(card.version),
    card.task,
    card.title,
    protocolText(card.protocol),
  ]);
  printText(textTable(['Network', 'Version', 'Task', 'Title', 'Trained for'], rows));
}

async function info(id: string | undefined, { json }: CommonOptions): Promise<void> {
  const models = id === undefined ? await allCards() : [await readModelCard(modelsDir(), id)];
  if (json === true) return printJson(id === undefined ? { models } : models[0]);
  printText(models.length === 0 ? NONE : models.map(modelText).join('\n\n'));
}

async function verify({ json, threads }: CommonOptions): Promise<void> {
  const folder = modelsDir();
  const progress = progressReporter();
  const models = await withInference(threadCountOf(threads), (engine) =>
    verifyModels(folder, engine, (id, done, all) =>
      progress.onProgress({ fraction: done / all, message: `Checking the network ${id}` }),
    ),
  ).finally(progress.end);
  if (json === true) printJson({ models });
  else if (models.length === 0) printText(NONE);
  else for (const { id, ok, reason } of models) printText(ok ? `${id}: in order` : `${id}: ${reason ?? ''}`);
  const failed = models.filter(({ ok }) => !ok).length;
  if (failed === 0) return;
  // The document has been printed and says it all: no error beside it, but its exit code.
  process.exitCode = EXIT.model;
  say(`lineshape: ${failed} of ${models.length} networks ${failed === 1 ? 'is' : 'are'} not in order.`);
}

export function addModelsCommand(program: Command): void {
  const models = program.command('models').description('neural networks: list, verify, describe');
  addCommonOptions(models.command('list').description('those that come with the program')).action(list);
  addCommonOptions(
    models.command('verify').description('check every hash and run every stored self-test on the processor'),
  ).action(verify);
  addCommonOptions(
    models.command('info').description('the card of a network, or all').argument('[id]', 'as "models list" has it'),
  ).action(info);
}
