// Checks every network of a folder: card, hash, tensors, self-test on the processor.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorRecord } from '../../core/domain/errors.ts';
import type { ModelCard } from '../../core/domain/modelCard.ts';
import type { InferenceEngine } from '../../core/ports/inferenceEngine.ts';
import { sha256Hex } from '../files/hashing.ts';
import { modelIds, readModelCard, readSelfTest } from '../files/modelCards.ts';
import { createModelLibrary } from './modelLibrary.ts';
import type { FolderLibrary } from './modelLibrary.ts';
import { selfTestFailure } from './selfTest.ts';

export interface ModelVerdict {
  readonly id: string;
  /** null where there is no valid card. */
  readonly version: number | null;
  readonly file: string;
  /** Of the file as it lies there; null where it is missing. */
  readonly sha256: string | null;
  readonly ok: boolean;
  /** One sentence where not ok. */
  readonly reason: string | null;
}

/**
 * @param folder of the networks
 * @param onModel told before each
 * @returns one verdict for every card, ONNX file and self-test found, by id
 */
export async function verifyModels(
  folder: string,
  engine: InferenceEngine,
  onModel: (id: string, done: number, all: number) => void = () => undefined,
): Promise<ModelVerdict[]> {
  const library = createModelLibrary({ folder, engine, providers: ['cpu'] });
  const ids = await modelIds(folder);
  const verdicts: ModelVerdict[] = [];
  for (const id of ids) {
    onModel(id, verdicts.length, ids.length);
    verdicts.push(await verdictOn(folder, library, id));
  }
  return verdicts;
}

async function verdictOn(folder: string, library: FolderLibrary, id: string): Promise<ModelVerdict> {
  const card: ModelCard | null = await readModelCard(folder, id).catch(() => null);
  const file = card?.file ?? `${id}.onnx`;
  const path = join(folder, file);
  const sha256 = existsSync(path) ? sha256Hex(await readFile(path)) : null;
  const reason = await failureOf(folder, library, id);
  return { id, version: card?.version ?? null, file, sha256, ok: reason === null, reason };
}

async function failureOf(folder: string, library: FolderLibrary, id: string): Promise<string | null> {
  try {
    const model = await library.open(id);
    const failure = await selfTestFailure(await readSelfTest(folder, id), model.run);
    return failure === null ? null : `The network "${model.card.title}" fails its self-test: ${failure}.`;
  } catch (error) {
    return toErrorRecord(error).message;
  }
}
