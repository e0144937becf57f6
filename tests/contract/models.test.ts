// Every network that comes with the program, by the real runtime on the processor: card and file belong together, the
// self-test gives the stored output, and a file of which one bit is flipped is refused.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferenceEngine } from '../../src/core/ports/inferenceEngine.ts';
import { readModelCard, readSelfTest } from '../../src/node/files/modelCards.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { createInferenceEngine } from '../../src/node/inference/engine.ts';
import { createModelLibrary } from '../../src/node/inference/modelLibrary.ts';
import { verifyModels } from '../../src/node/inference/verifyModels.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const MODELS = join(resourcesDir(), 'models');
const names = existsSync(MODELS) ? readdirSync(MODELS).sort() : [];
const idsOf = (ending: RegExp): string[] =>
  names.filter((name) => ending.test(name)).map((name) => name.replace(ending, ''));
const networks = idsOf(/\.onnx$/);
/** [MB] A network alone, and all together. */
const [LARGEST_MB, ALL_MB] = [26, 100];

let engine: InferenceEngine;
let folder: string;

beforeAll(async () => {
  engine = createInferenceEngine({ workerUrl: await bundleWorker('src/node/workers/inference.worker.ts'), threads: 1 });
  folder = makeTempFolder();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('resources/models', () => {
  it('has a card and a self-test for every network, and no other file', () => {
    expect(idsOf(/(?<!\.selftest)\.json$/)).toEqual(networks);
    expect(idsOf(/\.selftest\.json$/)).toEqual(networks);
    expect(names.filter((name) => !/\.(onnx|json)$/.test(name))).toEqual([]);
  });

  it('gives for every fixed input the stored output', async () => {
    const failures = (await verifyModels(MODELS, engine)).filter(({ ok }) => !ok);
    expect(failures.map(({ reason }) => reason)).toEqual([]);
  });

  it('keeps to the sizes that the package has room for', () => {
    const sizesMb = networks.map((id) => readFileSync(join(MODELS, `${id}.onnx`)).length / 1e6);
    for (const size of sizesMb) expect(size).toBeLessThanOrEqual(LARGEST_MB);
    expect(sizesMb.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(ALL_MB);
  });
});

describe.each(networks)('%s', (id) => {
  it('is refused where one bit of its file is flipped', async () => {
    const bytes = readFileSync(join(MODELS, `${id}.onnx`));
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(join(folder, `${id}.onnx`), bytes);
    writeFileSync(join(folder, `${id}.json`), readFileSync(join(MODELS, `${id}.json`)));
    const open = createModelLibrary({ folder, engine }).open(id);
    await expect(open).rejects.toThrow(`${id}.onnx is not the one its card describes`);
    rmSync(join(folder, `${id}.onnx`));
  });

  it('refuses an input of another length', async () => {
    const [spec] = (await readModelCard(MODELS, id)).inputs;
    const stored = (await readSelfTest(MODELS, id)).inputs;
    // An axis that the card fixes, one longer.
    const axis = spec?.shape.findIndex((length) => length !== null) ?? -1;
    expect(axis).toBeGreaterThanOrEqual(0);
    const inputs = Object.fromEntries(
      Object.entries(stored).map(([name, { shape }]) => {
        const longer = shape.map((length, i) => (name === spec?.name && i === axis ? length + 1 : length));
        return [name, { shape: longer, data: new Float32Array(longer.reduce((size, length) => size * length, 1)) }];
      }),
    );
    const model = await createModelLibrary({ folder: MODELS, engine, providers: ['cpu'] }).open(id);
    await expect(model.run(inputs)).rejects.toThrow(/can't take its input/);
  });
});
