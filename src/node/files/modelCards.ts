// The cards and self-tests of networks in a folder, checked field by field; and what lies there without its counterpart.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../../core/domain/errors.ts';
import type { JsonValue } from '../../core/domain/json.ts';
import { MODEL_TASKS, NETWORK_DESIGNS, NETWORK_INPUTS } from '../../core/domain/modelCard.ts';
import type { ModelCard, ModelSelfTest } from '../../core/domain/modelCard.ts';
import { readError } from './readErrors.ts';
import { requireReleased, requireReleasedBytes } from './releasedFiles.ts';

const SELF_TEST = '.selftest.json';
const CARD = '.json';
const NETWORK = '.onnx';

const words = z.string().trim().min(1);
const axis = z.int().positive();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'should be 64 lower-case hexadecimal digits');
const range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low <= high, 'should be the lowest and the highest value, in this order');
const json: z.ZodType<JsonValue> = z.json();

const tensorSpec = z.strictObject({
  name: words,
  dtype: z.literal('float32'),
  shape: z.array(axis.nullable()).min(1),
  meaning: words,
});

const trainedAmounts = z.record(z.string(), z.strictObject({ mean: z.number(), range }));

const quantification = z.strictObject({
  method: words,
  design: z.enum(NETWORK_DESIGNS),
  input: z.enum(NETWORK_INPUTS),
  metabolites: z.array(words),
  sums: z.array(words),
  parameters: z.array(words),
  basis: z.strictObject({ id: words, sha256 }).nullable(),
  trainedAmounts,
  waterReference: z
    .strictObject({
      ppm: z.number(),
      amplitude: z.number().positive(),
      gaussianHz: range,
      trainedAmountsWithout: trainedAmounts,
    })
    .exactOptional(),
  calibration: z.record(
    z.string(),
    z.strictObject({
      factor: z.number().nonnegative(),
      floor: z.number().nonnegative(),
      misfit: z.number().nonnegative().exactOptional(),
    }),
  ),
  inDistribution: z.strictObject({
    latentLimit: z.number().positive().nullable(),
    residualLimit: z.number().positive().nullable(),
  }),
});

const cardSchema: z.ZodType<ModelCard> = z.strictObject({
  id: words,
  title: words,
  version: z.int().positive(),
  file: words,
  sha256,
  licence: words,
  citation: words,
  task: z.enum(MODEL_TASKS),
  inputs: z.array(tensorSpec).min(1),
  outputs: z.array(tensorSpec).min(1),
  protocol: z.strictObject({
    nucleus: words,
    fieldT: range.nullable(),
    sequences: z.array(words).min(1).nullable(),
    echoTimeMs: range.nullable(),
    limits: z.record(z.string(), range),
  }),
  training: z.strictObject({
    recipe: words,
    presetFiles: z.array(words),
    basisSha256: z.record(z.string(), sha256),
    seeds: z.record(z.string(), z.int()),
    epochs: z.number().nonnegative(),
    hardware: words,
    minutes: z.number().nonnegative(),
    command: words,
  }),
  quantification: quantification.exactOptional(),
  metrics: z.record(z.string(), json),
  limits: z.array(words),
});

const storedTensor = z
  .strictObject({ shape: z.array(axis).min(1), data: z.array(z.number()) })
  .refine(
    ({ shape, data }) => shape.reduce((size, n) => size * n, 1) === data.length,
    'should hold as many values as its shape says',
  );

const selfTestSchema: z.ZodType<ModelSelfTest> = z.strictObject({
  inputs: z.record(z.string(), storedTensor),
  outputs: z.record(z.string(), storedTensor),
  tolerance: z.number().positive(),
});

/**
 * Ids of the networks in a folder, in order: of every card, and of every ONNX file and self-test that has none. A folder
 * that is not there counts as empty.
 */
export async function modelIds(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const ids = names.flatMap((name) => {
    const ending = [SELF_TEST, CARD, NETWORK].find((end) => name.endsWith(end));
    return ending === undefined ? [] : [name.slice(0, -ending.length)];
  });
  return [...new Set(ids)].sort();
}

/**
 * @param id of a network, as a user may have typed it
 * @throws ModelError MODEL_MISSING (no card of that id), MODEL_INVALID (a card that is not valid)
 */
export async function readModelCard(folder: string, id: string): Promise<ModelCard> {
  const name = `${id}${CARD}`;
  if (basename(id) !== id || !existsSync(join(folder, name))) throw await missing(folder, id);
  const card = await readJson(folder, name, `The card ${name}`, cardSchema);
  if (card.id !== id || card.file !== `${id}${NETWORK}`) {
    throw invalid(
      name,
      `The card ${name} is for another network: it names the id "${card.id}" and the file "${card.file}".`,
    );
  }
  // The engine compares the network itself with what the card says, each time that it is loaded.
  requireReleased(join(folder, card.file), () => card.sha256);
  return card;
}

/** @throws ModelError MODEL_MISSING, MODEL_INVALID */
export async function readSelfTest(folder: string, id: string): Promise<ModelSelfTest> {
  const name = `${id}${SELF_TEST}`;
  if (!existsSync(join(folder, name))) {
    throw new ModelError('MODEL_MISSING', `The self-test ${name} of the network ${id} is missing.`, { id });
  }
  return readJson(folder, name, `The self-test ${name}`, selfTestSchema);
}

/** @throws ModelError MODEL_MISSING */
export async function readModelFile(folder: string, { id, file }: ModelCard): Promise<Uint8Array> {
  const path = join(folder, file);
  if (!existsSync(path)) {
    throw new ModelError('MODEL_MISSING', `The file ${file} of the network ${id} is missing.`, { id });
  }
  return readBytes(path);
}

async function readJson<T>(folder: string, name: string, what: string, schema: z.ZodType<T>): Promise<T> {
  const path = join(folder, name);
  const bytes = await readBytes(path);
  requireReleasedBytes(path, bytes);
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw invalid(name, `${what} is not JSON.`);
  }
  const checked = schema.safeParse(document);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'it' : `"${issue.path.join('.')}"`;
  throw invalid(name, `${what} is not valid: ${place} is refused (${issue?.message ?? 'no reason given'}).`);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ModelError('MODEL_MISSING', readError(path, error).message, { file: basename(path) }, error);
  }
}

const invalid = (file: string, message: string): ModelError => new ModelError('MODEL_INVALID', message, { file });

async function missing(folder: string, id: string): Promise<ModelError> {
  const known = await modelIds(folder);
  if (known.includes(id)) {
    return new ModelError('MODEL_MISSING', `The network ${id} has no card (${id}${CARD}).`, { id });
  }
  const list = known.length === 0 ? 'no networks come with this program' : `there are ${known.join(', ')}`;
  return new ModelError('MODEL_MISSING', `There is no network ${basename(id)}; ${list}.`, { id: basename(id) });
}
