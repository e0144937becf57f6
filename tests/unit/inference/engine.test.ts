// The inference engine with the real runtime in its real thread: answers, batches, refusals, cancelling, dying, memory.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, ModelError, ProcessingError } from '../../../src/core/domain/errors.ts';
import type { InferenceEngine, ModelSource, Tensor } from '../../../src/core/ports/inferenceEngine.ts';
import { createInferenceEngine } from '../../../src/node/inference/engine.ts';
import type { InferenceEngineOptions } from '../../../src/node/inference/engine.ts';
import { cancellationSource } from '../../../src/node/workers/cancellation.ts';
import { bundleWorker } from '../../fixtures/bundleWorker.ts';
import {
  POINTS,
  sha256Of,
  SLOW_POINTS,
  slowOnnx,
  SMALL_ONNX,
  smallAnswer,
  smallSignal,
} from '../../fixtures/networks.ts';
import { makeTempFolder } from '../../fixtures/tempFolder.ts';

let workerUrl: URL;
const engines: InferenceEngine[] = [];

beforeAll(async () => {
  workerUrl = await bundleWorker('src/node/workers/inference.worker.ts');
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

function makeEngine(options: Partial<InferenceEngineOptions> = {}): InferenceEngine {
  const engine = createInferenceEngine({ workerUrl, threads: 1, ...options });
  engines.push(engine);
  return engine;
}

interface CountedSource extends ModelSource {
  reads: number;
}

function sourceOf(bytes: Uint8Array, sha256 = sha256Of(bytes)): CountedSource {
  const source: CountedSource = {
    fileName: 'test.onnx',
    sha256,
    reads: 0,
    read: async () => {
      source.reads++;
      return bytes;
    },
  };
  return source;
}

const signalOf = (rows: number): Tensor => ({ data: smallSignal(rows), shape: [rows, 2, POINTS] });
const slowSignal = (rows: number): Tensor => ({
  data: new Float32Array(rows * SLOW_POINTS).fill(1),
  shape: [rows, SLOW_POINTS],
});

describe('a run', () => {
  it("answers as the network's weights say, and leaves the caller's array alone", async () => {
    const session = await makeEngine().load(sourceOf(SMALL_ONNX));
    const signal = signalOf(3);
    const { offsets } = await session.run({ signal });
    expect(offsets?.shape).toEqual([3, 2]);
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(smallSignal(3)));
    expect([...signal.data]).toEqual([...smallSignal(3)]);
  });

  it('takes a view into a larger array', async () => {
    const session = await makeEngine().load(sourceOf(SMALL_ONNX));
    const whole = smallSignal(3);
    const data = whole.subarray(2 * POINTS);
    const { offsets } = await session.run({ signal: { data, shape: [2, 2, POINTS] } });
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(whole).slice(2));
  });

  it('gives a batch in parts the same answer as in one', async () => {
    const session = await makeEngine({ batchRows: 2 }).load(sourceOf(SMALL_ONNX));
    const { offsets } = await session.run({ signal: signalOf(5) });
    expect(offsets?.shape).toEqual([5, 2]);
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(smallSignal(5)));
  });

  it('answers several callers, each with its own', async () => {
    const session = await makeEngine().load(sourceOf(SMALL_ONNX));
    const rows = [1, 2, 3, 4];
    const answers = await Promise.all(rows.map((n) => session.run({ signal: signalOf(n) })));
    expect(answers.map(({ offsets }) => offsets?.data.length)).toEqual([2, 4, 6, 8]);
  });

  it('fails in one sentence where the runtime refuses the input', async () => {
    const session = await makeEngine().load(sourceOf(SMALL_ONNX));
    const run = session.run({ signal: { data: new Float32Array(6), shape: [1, 2, 3] } });
    await expect(run).rejects.toThrow(ProcessingError);
    await expect(run).rejects.toThrow(/^The network could not be run on this input[^\n]*\.$/);
  });
});

describe('loading', () => {
  it('chooses the first provider that works, and says why the better ones do not', async () => {
    const engine = makeEngine();
    const here = await engine.providers();
    expect(here.at(-1)).toBe('cpu');
    const session = await engine.load(sourceOf(SMALL_ONNX));
    const better = here.slice(0, here.indexOf(session.executionProvider));
    expect(session.fallbacks.map(({ provider }) => provider)).toEqual(better);
    for (const { reason } of session.fallbacks) expect(reason).toMatch(/^[^\n]+$/);
  });

  it('says what the file declares', async () => {
    const { inputs, outputs } = await makeEngine().load(sourceOf(SMALL_ONNX), { providers: ['cpu'] });
    expect(inputs).toEqual([{ name: 'signal', dtype: 'float32', shape: [null, 2, POINTS] }]);
    expect(outputs).toEqual([{ name: 'offsets', dtype: 'float32', shape: [null, 2] }]);
  });

  it('refuses a file of which one bit is flipped, whichever', async () => {
    const engine = makeEngine();
    for (const at of [0, SMALL_ONNX.length >> 1, SMALL_ONNX.length - 1]) {
      const bytes = SMALL_ONNX.slice();
      bytes[at] = (bytes[at] as number) ^ 1;
      const load = engine.load(sourceOf(bytes, sha256Of(SMALL_ONNX)));
      await expect(load).rejects.toThrow(ModelError);
      await expect(load).rejects.toThrow(
        /test\.onnx is not the one its card describes: its SHA-256 begins [0-9a-f]{12}/,
      );
    }
  });

  it('refuses what is no network, in one sentence', async () => {
    const load = makeEngine().load(sourceOf(SMALL_ONNX.slice(0, 100)));
    await expect(load).rejects.toThrow(ModelError);
    await expect(load).rejects.toThrow(/^The network file test\.onnx can't be loaded: [^\n]*\.$/);
  });

  it('reads a file once for many loads at the same time', async () => {
    const engine = makeEngine();
    const source = sourceOf(SMALL_ONNX);
    await Promise.all([engine.load(source), engine.load(source), engine.load(source)]);
    expect(source.reads).toBe(1);
  });
});

describe('what is kept', () => {
  it('puts the least recently used away beyond the memory, and makes it again when it is run', async () => {
    const engine = makeEngine({ memoryBytes: 5 * SMALL_ONNX.length });
    const [first, second, third] = [0, 1, 2].map((i) => sourceOf(renamed(i))) as [
      CountedSource,
      CountedSource,
      CountedSource,
    ];
    const one = await engine.load(first);
    const two = await engine.load(second);
    await one.run({ signal: signalOf(1) });
    await engine.load(third);
    await one.run({ signal: signalOf(1) });
    const { offsets } = await two.run({ signal: signalOf(1) });
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(smallSignal(1)));
    expect([first.reads, second.reads, third.reads]).toEqual([1, 2, 1]);
  });

  it('gives thread and sessions up when there is nothing to do for long, and makes them again', async () => {
    const threads: Worker[] = [];
    const onWorker = (worker: Worker): void => void threads.push(worker);
    process.on('worker', onWorker);
    const engine = makeEngine({ idleMs: 50 });
    const source = sourceOf(SMALL_ONNX);
    const session = await engine.load(source);
    await session.run({ signal: signalOf(1) });
    await once(threads[0] as Worker, 'exit');
    const { offsets } = await session.run({ signal: signalOf(1) });
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(smallSignal(1)));
    expect([threads.length, source.reads]).toEqual([2, 2]);
    process.off('worker', onWorker);
  });

  it('refuses to make one again from a file that has changed meanwhile', async () => {
    const engine = makeEngine();
    let bytes = SMALL_ONNX;
    const session = await engine.load({ ...sourceOf(SMALL_ONNX), read: async () => bytes });
    await session.close();
    bytes = renamed(0);
    await expect(session.run({ signal: signalOf(1) })).rejects.toThrow(/is not the one its card describes/);
  });
});

/** The small network as another file: its graph bears another name of the same length. */
function renamed(i: number): Uint8Array {
  const text = new TextDecoder('latin1').decode(SMALL_ONNX);
  const bytes = SMALL_ONNX.slice();
  bytes[text.indexOf('graph') + 4] = 'a'.charCodeAt(0) + i;
  return bytes;
}

describe('cancelling and ending', () => {
  it('lets the caller go at once, drops what waits, and goes on with others', async () => {
    const engine = makeEngine({ batchRows: 32 });
    const slow = await engine.load(sourceOf(slowOnnx(200)));
    const small = await engine.load(sourceOf(SMALL_ONNX));
    const { cancellation, cancel } = cancellationSource();
    // Far longer than the test may take: it is never finished.
    const running = slow.run({ signal: slowSignal(20_000) }, cancellation);
    const waiting = slow.run({ signal: slowSignal(20_000) }, cancellation);
    setTimeout(cancel, 100);
    const ends = await Promise.allSettled([running, waiting]);
    expect(ends.map((end) => end.status === 'rejected' && end.reason instanceof CancelledError)).toEqual([true, true]);
    const { offsets } = await small.run({ signal: signalOf(1) });
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(smallSignal(1)));
  });

  it('says in one sentence that the thread died, and starts another', async () => {
    const threads: Worker[] = [];
    const onWorker = (worker: Worker): void => {
      threads.push(worker);
      // Ended before the runtime is in it: an interrupted runtime ends the process, see gate.ts.
      if (threads.length === 1) void worker.terminate();
    };
    process.on('worker', onWorker);
    const engine = makeEngine();
    const dying = engine.providers();
    await expect(dying).rejects.toThrow(ProcessingError);
    await expect(dying).rejects.toThrow(/^A worker thread stopped unexpectedly[^\n]*\.$/);

    const source = sourceOf(SMALL_ONNX);
    const session = await engine.load(source);
    await threads[1]?.terminate();
    const { offsets } = await session.run({ signal: signalOf(1) });
    expect([...(offsets?.data ?? [])]).toEqual(smallAnswer(smallSignal(1)));
    expect([threads.length, source.reads]).toEqual([3, 2]);
    process.off('worker', onWorker);
  });

  it('whose thread ended in the middle of a run fails that run in a sentence, and is closed without waiting for it', async () => {
    const dying = fileURLToPath(new URL('../../fixtures/workers/dyingRuntime.mjs', import.meta.url));
    const dyingUrl = await bundleWorker('src/node/workers/inference.worker.ts', { 'onnxruntime-node': dying });
    const engine = makeEngine({ workerUrl: dyingUrl });
    const session = await engine.load(sourceOf(SMALL_ONNX));
    const signal = { data: new Float32Array(16), shape: [1, 2, 8] };
    const run = session.run({ signal });
    await expect(run).rejects.toThrow(/^A worker thread stopped unexpectedly[^\n]*\.$/);
    // The next run gets a thread and a network of its own; its end is told as well.
    await expect(session.run({ signal })).rejects.toThrow(ProcessingError);
    // A gate that nobody left would hold up the end for as long as its patience, which is longer than this test may take.
    await engine.close();
  }, 15_000);

  it('closes in the middle of a run without harm', async () => {
    const engine = makeEngine({ batchRows: 8 });
    const session = await engine.load(sourceOf(slowOnnx(200)));
    const running = session.run({ signal: slowSignal(20_000) });
    setTimeout(() => void engine.close(), 100);
    await expect(running).rejects.toThrow(CancelledError);
  });

  it('leaves the program its exit code where it ends in the middle of a run, and nothing in the home folder', async () => {
    const folder = makeTempFolder();
    const path = join(folder, 'slow.onnx');
    writeFileSync(path, slowOnnx(200));
    const home = join(folder, 'home');
    mkdirSync(home);
    // Without what keeps the runtime's telemetry quiet of itself.
    const quieting = ['CI', 'ORT_DISABLE_TELEMETRY', 'ORT_RUNNING_UNIT_TESTS'];
    const inherited = Object.entries(process.env).filter(([name]) => !quieting.includes(name));
    const env = { ...Object.fromEntries(inherited), HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
    const program = fileURLToPath(await bundleWorker('tests/fixtures/workers/exitDuringRun.ts'));
    const { status, stderr } = spawnSync(process.execPath, [program, workerUrl.href, path], { encoding: 'utf8', env });
    expect([status, stderr, readdirSync(home)]).toEqual([7, '', []]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuses to load the runtime in a thread whose process has not forbidden telemetry', async () => {
    const engine = makeEngine();
    delete process.env['ORT_DISABLE_TELEMETRY'];
    await expect(engine.providers()).rejects.toThrow(/before the main thread has switched the runtime's telemetry off/);
  });

  it('says that there is no runtime for this system where there is none', async () => {
    const absent = await bundleWorker('src/node/workers/inference.worker.ts', {
      'onnxruntime-node': '/absent/runtime.js',
    });
    await expect(makeEngine({ workerUrl: absent }).providers()).rejects.toThrow(
      /^Networks can't be run: the program has no runtime for this system \([^\n]*\), or its installation is damaged\.$/,
    );
  });
});
