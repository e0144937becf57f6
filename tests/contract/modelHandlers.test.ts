// The models page's requests, by the real runtime: cards as they cross to the page, verdicts with progress, and networks that
// are not in order told in words beside the others.
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InferenceEngine } from '../../src/core/ports/inferenceEngine.ts';
import { CHANNELS, EVENTS } from '../../src/ipc/contract.ts';
import { modelHandlers } from '../../src/main/ipcHandlers/modelHandlers.ts';
import { announceProvider } from '../../src/main/announcedModels.ts';
import type { Services } from '../../src/main/services.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { createInferenceEngine } from '../../src/node/inference/engine.ts';
import { createModelLibrary } from '../../src/node/inference/modelLibrary.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const SHIPPED = join(resourcesDir(), 'models');

let engine: InferenceEngine;
let resources: string;
let events: unknown[];
let chosen: unknown[] = [];
let handlers: ReturnType<typeof modelHandlers>;

beforeAll(async () => {
  engine = createInferenceEngine({ workerUrl: await bundleWorker('src/node/workers/inference.worker.ts'), threads: 1 });
  resources = makeTempFolder();
});
afterAll(async () => {
  await engine.close();
  rmSync(resources, { recursive: true, force: true });
});

/** Networks of the program in a folder of the test's own. */
function install(...ids: readonly string[]): void {
  for (const name of readdirSync(SHIPPED).filter((file) => ids.includes(file.split('.')[0] as string))) {
    copyFileSync(join(SHIPPED, name), join(resources, 'models', name));
  }
}

beforeEach(() => {
  rmSync(join(resources, 'models'), { recursive: true, force: true });
  mkdirSync(join(resources, 'models'));
  events = [];
  chosen = [];
  const emit = (event: string, payload: unknown): void =>
    void (event === 'models:provider-chosen' ? chosen : events).push(payload);
  const models = announceProvider(createModelLibrary({ folder: join(resources, 'models'), engine }), emit);
  const services = { resources, models, inference: engine } as Services;
  handlers = modelHandlers({ services, emit });
});

const list = async () => CHANNELS['models:list'].response.parse(await handlers['models:list']({})).models;
const verify = async (token: string) =>
  CHANNELS['models:verify'].response.parse(await handlers['models:verify']({ token })).verdicts;

/** What the page was told of the provider. */
const provider = async () => CHANNELS['models:provider'].response.parse(await handlers['models:provider']({})).chosen;

describe('the execution provider', () => {
  it('is told once a network has been opened, and not before', async () => {
    install('dcrr', 'ma');
    expect(await provider()).toBeNull();
    await verify(randomUUID());
    const told = await provider();
    expect(await engine.providers()).toContain(told?.executionProvider);
    expect(chosen.map((event) => EVENTS['models:provider-chosen'].parse(event))).toEqual([told]);
  });
});

describe('the list of networks', () => {
  it('is empty where none are installed', async () => {
    expect(await list()).toEqual([]);
    expect(await verify(randomUUID())).toEqual([]);
  });

  it('has every card as it lies there', async () => {
    install('dcrr', 'ma');
    const models = await list();
    expect(models.map(({ id }) => id)).toEqual(['dcrr', 'ma']);
    const card = JSON.parse(readFileSync(join(SHIPPED, 'dcrr.json'), 'utf8')) as unknown;
    expect(models[0]).toEqual({ id: 'dcrr', card, problem: null });
  });

  it('says of a card that can’t be read what is wrong, and has the others', async () => {
    install('ma');
    writeFileSync(join(resources, 'models', 'broken.json'), '{"id":"broken"}');
    const [broken, ma] = await list();
    expect(broken).toMatchObject({ id: 'broken', card: null });
    expect(broken?.problem).toMatch(/The card broken\.json is not valid/);
    expect(ma).toMatchObject({ id: 'ma', problem: null });
  });
});

describe('the verification', () => {
  it('gives a verdict for each with what runs it, and tells its progress under the page’s token', async () => {
    install('dcrr', 'ma');
    const token = randomUUID();
    const verdicts = await verify(token);
    expect(verdicts.map(({ id, ok, reason }) => ({ id, ok, reason }))).toEqual([
      { id: 'dcrr', ok: true, reason: null },
      { id: 'ma', ok: true, reason: null },
    ]);
    const here = await engine.providers();
    for (const { executionProvider } of verdicts) expect(here).toContain(executionProvider);
    expect(events.map((event) => EVENTS['models:progress'].parse(event))).toEqual([
      { token, id: 'dcrr', done: 0, all: 2 },
      { token, id: 'ma', done: 1, all: 2 },
    ]);
  });

  it('refuses a file of which one bit is flipped, in a sentence, and goes on to the next', async () => {
    install('dcrr', 'ma');
    const file = join(resources, 'models', 'dcrr.onnx');
    const bytes = readFileSync(file);
    bytes[1000] = (bytes[1000] as number) ^ 1;
    writeFileSync(file, bytes);
    const [dcrr, ma] = await verify(randomUUID());
    expect(dcrr).toMatchObject({ id: 'dcrr', ok: false, executionProvider: null, fallbacks: [] });
    expect(dcrr?.reason).toMatch(/dcrr\.onnx/);
    expect(ma).toMatchObject({ id: 'ma', ok: true });
  });
});

it('takes no token that is not one', () => {
  expect(CHANNELS['models:verify'].request.safeParse({ token: '../../etc' }).success).toBe(false);
});
