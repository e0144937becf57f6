// The library of networks through a message port, with the real runtime at its other end.
import { rmSync } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, ModelError, ProcessingError } from '../../../src/core/domain/errors.ts';
import type { InferenceEngine } from '../../../src/core/ports/inferenceEngine.ts';
import type { ModelLibrary } from '../../../src/core/ports/modelLibrary.ts';
import { createInferenceEngine } from '../../../src/node/inference/engine.ts';
import { createModelLibrary } from '../../../src/node/inference/modelLibrary.ts';
import { connectModels, serveModels } from '../../../src/node/inference/modelPort.ts';
import { cancellationSource } from '../../../src/node/workers/cancellation.ts';
import { bundleWorker } from '../../fixtures/bundleWorker.ts';
import {
  POINTS,
  sha256Of,
  SLOW_POINTS,
  slowOnnx,
  smallAnswer,
  smallCard,
  smallSignal,
  writeNetwork,
} from '../../fixtures/networks.ts';
import { makeTempFolder } from '../../fixtures/tempFolder.ts';

let engine: InferenceEngine;
let folder: string;
let near: MessagePort;
let far: MessagePort;
let library: ModelLibrary;

beforeAll(async () => {
  engine = createInferenceEngine({ workerUrl: await bundleWorker('src/node/workers/inference.worker.ts'), threads: 1 });
  folder = makeTempFolder();
  writeNetwork(folder, 'small');
  const bytes = slowOnnx(200);
  const tensor = { dtype: 'float32', shape: [null, SLOW_POINTS], meaning: 'batch × points' } as const;
  const card = smallCard('slow', {
    sha256: sha256Of(bytes),
    inputs: [{ ...tensor, name: 'signal' }],
    outputs: [{ ...tensor, name: 'last' }],
  });
  writeNetwork(folder, 'slow', { bytes, card });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  ({ port1: near, port2: far } = new MessageChannel());
  serveModels(far, createModelLibrary({ folder, engine, providers: ['cpu'] }));
  library = connectModels(near);
});
afterEach(() => near.close());

describe('the library through a port', () => {
  it('opens and runs as without one, and leaves the arrays alone', async () => {
    const model = await library.open('small');
    expect([model.card, model.executionProvider]).toEqual([smallCard('small'), 'cpu']);
    const data = smallSignal(3);
    const { offsets } = await model.run({ signal: { data, shape: [3, 2, POINTS] } });
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(data));
  });

  it('hands the refusals on', async () => {
    await expect(library.open('none')).rejects.toThrow(ModelError);
    const model = await library.open('small');
    const run = model.run({ signal: { data: new Float32Array(2), shape: [1, 2] } });
    await expect(run).rejects.toThrow(/can't take its input/);
  });

  it('cancels what runs at the other end', async () => {
    const slow = await library.open('slow');
    const { cancellation, cancel } = cancellationSource();
    const rows = 20_000;
    const signal = { data: new Float32Array(rows * SLOW_POINTS).fill(1), shape: [rows, SLOW_POINTS] };
    setTimeout(cancel, 200);
    await expect(slow.run({ signal }, cancellation)).rejects.toThrow(CancelledError);
    // One thread runs them all: this one comes to its turn only because the other was stopped.
    const { offsets } = await (
      await library.open('small')
    ).run({ signal: { data: smallSignal(1), shape: [1, 2, POINTS] } });
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(smallSignal(1)));
  });

  it('says so where the other end is gone', async () => {
    const slow = await library.open('slow');
    const rows = 2000;
    const signal = { data: new Float32Array(rows * SLOW_POINTS).fill(1), shape: [rows, SLOW_POINTS] };
    const running = slow.run({ signal });
    setTimeout(() => far.close(), 50);
    await expect(running).rejects.toThrow(ProcessingError);
    await expect(library.open('small')).rejects.toThrow(/has ended/);
  });
});
