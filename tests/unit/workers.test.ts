// The worker pool with real threads: order, sharing, cancelling, progress, dying workers; and what its messages hold.
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, ModelError, ProcessingError } from '../../src/core/domain/errors.ts';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import type { ProgressReport } from '../../src/core/ports/progress.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { detach } from '../../src/node/workers/detach.ts';
import { shareBasis } from '../../src/node/workers/sharedBasis.ts';
import { throttleProgress } from '../../src/node/workers/throttle.ts';
import { createWorkerPool } from '../../src/node/workers/workerPool.ts';
import type { RunOptions, WorkerPool } from '../../src/node/workers/workerPool.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import type { ArithmeticTask } from '../fixtures/workers/arithmetic.worker.ts';

let workerUrl: URL;
const pools: WorkerPool<ArithmeticTask>[] = [];

beforeAll(async () => {
  workerUrl = await bundleWorker('tests/fixtures/workers/arithmetic.worker.ts');
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function makePool(threads: number, cancelGraceMs?: number): WorkerPool<ArithmeticTask> {
  const pool = createWorkerPool<ArithmeticTask>({
    threads,
    workerUrl,
    ...(cancelGraceMs === undefined ? {} : { cancelGraceMs }),
  });
  pools.push(pool);
  return pool;
}

const quietly: RunOptions = { cancellation: NEVER_CANCELLED, onProgress: () => undefined };
const sum = (pool: WorkerPool<ArithmeticTask>, ...values: number[]): Promise<unknown> =>
  pool.run({ op: 'sum', values: new Float64Array(values) }, quietly);

describe('the pool', () => {
  it("answers every task with its own answer, and leaves the caller's arrays alone", async () => {
    const pool = makePool(2);
    const values = new Float64Array([1, 2, 3.5]);
    const view = values.subarray(1);
    const answers = [pool.run({ op: 'sum', values }, quietly), pool.run({ op: 'sum', values: view }, quietly)];
    for (let i = 0; i < 20; i++) answers.push(sum(pool, i, 0.25));
    expect(await Promise.all(answers)).toEqual([6.5, 5.5, ...Array.from({ length: 20 }, (_, i) => i + 0.25)]);
    expect([...values]).toEqual([1, 2, 3.5]);
  });

  it('uses as many threads as it may, and keeps them', async () => {
    const pool = makePool(2);
    const spin = (): Promise<unknown> => pool.run({ op: 'spin', ms: 30 }, quietly);
    const threads = await Promise.all(Array.from({ length: 8 }, spin));
    const later = await Promise.all([spin(), spin()]);
    expect(new Set([...threads, ...later]).size).toBe(2);
  });

  it('ends a thread that had no task for long, and gives the next task to another', async () => {
    const threads: Worker[] = [];
    const onWorker = (worker: Worker): void => void threads.push(worker);
    process.on('worker', onWorker);
    let told = 0;
    const pool = createWorkerPool<ArithmeticTask>({ threads: 1, workerUrl, idleMs: 50, onThreadEnd: () => told++ });
    pools.push(pool);
    const key = 'weights';
    pool.share(key, new Float64Array(new SharedArrayBuffer(8)).fill(3));
    const dot = (): Promise<unknown> =>
      pool.run({ op: 'dot', values: new Float64Array([2]), key }, { ...quietly, sharedKey: key });
    await dot();
    const ended = once(threads[0] as Worker, 'exit');
    // A task within that time keeps it: it is the same thread that ends later.
    await dot();
    await ended;
    expect([threads.length, told]).toEqual([1, 1]);
    expect(await dot()).toEqual({ value: 6, isShared: true });
    expect(threads.length).toBe(2);
    process.off('worker', onWorker);
  });

  it('gives shared values on shared memory, also to the thread that replaces a dead one', async () => {
    const pool = makePool(1);
    const key = 'weights';
    const weights = new Float64Array(new SharedArrayBuffer(16));
    weights.set([10, 100]);
    pool.share(key, weights);
    const dot = (): Promise<unknown> =>
      pool.run({ op: 'dot', values: new Float64Array([1, 2]), key }, { ...quietly, sharedKey: key });
    expect(await dot()).toEqual({ value: 210, isShared: true });
    // The thread sees what is written later: the memory is one.
    weights[0] = 20;
    expect(await dot()).toEqual({ value: 220, isShared: true });
    await expect(pool.run({ op: 'exit' }, quietly)).rejects.toThrow(ProcessingError);
    expect(await dot()).toEqual({ value: 220, isShared: true });
  });

  it('forgets the least recently shared value, and says so to a task that asks for it', async () => {
    const pool = makePool(1);
    const values = new Float64Array(1);
    const dot = (key: string): Promise<unknown> => pool.run({ op: 'dot', values, key }, { ...quietly, sharedKey: key });
    for (let i = 0; i < 9; i++) {
      pool.share(`k${i}`, new Float64Array(new SharedArrayBuffer(8)));
      await dot(`k${i}`);
    }
    await expect(pool.run({ op: 'dot', values, key: 'k0' }, quietly)).rejects.toMatchObject({ code: 'BUG' });
    expect(await dot('k8')).toMatchObject({ value: 0 });
    expect(await dot('k1')).toMatchObject({ value: 0 });
  });

  it('sends copies of what the thread keeps', async () => {
    const pool = makePool(1);
    for (let i = 0; i < 2; i++) {
      expect(await pool.run({ op: 'kept' }, quietly)).toEqual({
        first: new Float64Array([1, 2, 3]),
        second: new Float64Array([2, 3]),
      });
    }
  });
});

describe('errors in a worker', () => {
  it('keep their class, code, sentence and details', async () => {
    const error: unknown = await makePool(1)
      .run({ op: 'refuse' }, quietly)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({
      code: 'BASIS_MISMATCH',
      message: 'The basis is of another field strength.',
      details: { fieldT: 7 },
    });
    await expect(makePool(1).run({ op: 'bug' }, quietly)).rejects.toMatchObject({ code: 'BUG' });
  });

  it.each(['exit', 'crash'] as const)('that kill it (%s) reject its job only, and another takes over', async (op) => {
    const pool = makePool(1);
    const dying = pool.run({ op }, quietly);
    const waiting = sum(pool, 1, 2);
    await expect(dying).rejects.toThrow(ProcessingError);
    await expect(dying).rejects.toMatchObject({ code: 'PROCESSING_FAILED' });
    expect(await waiting).toBe(3);
  });

  it('that fill its memory end that thread alone, in a sentence, and the next task is done by another', async () => {
    const pool = createWorkerPool<ArithmeticTask>({ threads: 1, workerUrl, heapLimitMB: 32 });
    pools.push(pool);
    const dying = pool.run({ op: 'hoard' }, quietly);
    await expect(dying).rejects.toMatchObject({ code: 'PROCESSING_FAILED' });
    await expect(dying).rejects.toThrow(/^A worker thread needed more memory than it may have, [^\n]*\.$/);
    expect(await sum(pool, 1, 2)).toBe(3);
  });

  it('that ask for an array larger than memory are no bug but a sentence', async () => {
    const asked = makePool(1).run({ op: 'hugeArray' }, quietly);
    await expect(asked).rejects.toMatchObject({ code: 'PROCESSING_FAILED' });
    await expect(asked).rejects.toThrow(/^There is too little memory for this; [^\n]*\.$/);
  });

  it('that keep it from starting reject each job once', async () => {
    const pool = createWorkerPool<ArithmeticTask>({ threads: 2, workerUrl: new URL('file:///no/such/worker.mjs') });
    pools.push(pool);
    const outcomes = await Promise.allSettled([sum(pool, 1), sum(pool, 2), sum(pool, 3)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('that lie in the task itself are said, and the pool goes on', async () => {
    const pool = makePool(1);
    const unsendable = { op: 'sum', values: (() => 1) as unknown as Float64Array } as const;
    await expect(pool.run(unsendable, quietly)).rejects.toMatchObject({ code: 'BUG' });
    expect(await sum(pool, 4)).toBe(4);
  });
});

describe('cancelling', () => {
  it('stops the running job and those that wait, and the pool goes on', async () => {
    const pool = makePool(1);
    const { cancellation, cancel } = cancellationSource();
    let onStart = (): void => undefined;
    const started = new Promise<void>((resolve) => (onStart = resolve));
    const untilCancelled = (): Promise<unknown> =>
      pool.run({ op: 'untilCancelled' }, { cancellation, onProgress: () => onStart() });
    const outcomes = Promise.allSettled([untilCancelled(), untilCancelled()]);
    await started;
    cancel();
    const settled = await outcomes;
    expect(settled.map((o) => o.status === 'rejected' && o.reason instanceof CancelledError)).toEqual([true, true]);
    expect(await sum(pool, 1)).toBe(1);
  });

  it('ends the thread of a job that does not listen', async () => {
    const pool = makePool(1, 50);
    const { cancellation, cancel } = cancellationSource();
    const deaf = pool.run({ op: 'spin', ms: 600_000 }, { cancellation, onProgress: () => undefined });
    cancel();
    await expect(deaf).rejects.toThrow(CancelledError);
    expect(await sum(pool, 1)).toBe(1);
  });

  it('does not start a job that was cancelled before', async () => {
    const { cancellation, cancel } = cancellationSource();
    cancel();
    const job = makePool(1).run({ op: 'exit' }, { cancellation, onProgress: () => undefined });
    await expect(job).rejects.toThrow(CancelledError);
  });

  it('by closing the pool rejects what runs and what waits, and refuses what comes', async () => {
    const pool = makePool(1);
    const jobs = [pool.run({ op: 'untilCancelled' }, quietly), sum(pool, 1)];
    const outcomes = Promise.allSettled(jobs);
    await pool.close();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CANCELLED' } });
    }
    await expect(sum(pool, 1)).rejects.toMatchObject({ code: 'BUG' });
  });
});

describe('progress', () => {
  it('comes at most ten times a second, and at the end', async () => {
    const reports: ProgressReport[] = [];
    const made = await makePool(1).run(
      { op: 'chatter', ms: 450 },
      { cancellation: NEVER_CANCELLED, onProgress: (report) => reports.push(report) },
    );
    expect(made).toBeGreaterThan(100);
    // First at once, then one each 100 ms begun, and the last.
    expect(reports.length).toBeGreaterThanOrEqual(2);
    expect(reports.length).toBeLessThanOrEqual(6);
    expect(reports.at(-1)).toEqual({ fraction: 1, message: 'Done' });
  });

  it('is thinned by the clock, the completing report always passed, and once', () => {
    let time = 0;
    const passed: number[] = [];
    const listener = throttleProgress(
      ({ fraction }) => passed.push(fraction),
      () => time,
    );
    for (const [at, fraction] of [
      [0, 0],
      [99, 0.1],
      [100, 0.2],
      [150, 0.3],
      [160, 1],
      [161, 1],
    ] as const) {
      time = at;
      listener({ fraction, message: '' });
    }
    expect(passed).toEqual([0, 0.2, 1]);
  });
});

describe('messages', () => {
  it('carry compact copies of views, and leave shared memory shared', () => {
    const scan = Float64Array.from({ length: 1000 }, (_, i) => i);
    const sharedArray = new Float64Array(new SharedArrayBuffer(8));
    const fid = scan.subarray(10, 12);
    const original = { fid, again: fid, list: [Buffer.from('abc')], sharedArray, none: null, n: NaN };
    const { value, transfer } = detach(original);
    expect(value.fid).toEqual(new Float64Array([10, 11]));
    expect(value.fid.buffer.byteLength).toBe(16);
    expect(value.again).toBe(value.fid);
    expect(value.list).toEqual([new Uint8Array([97, 98, 99])]);
    expect(value.sharedArray).toBe(sharedArray);
    expect([value.none, value.n]).toEqual([null, NaN]);
    expect(transfer.map((buffer) => buffer.byteLength)).toEqual([16, 3]);
    expect(scan.length).toBe(1000);
  });

  it('give whole arrays away uncopied where the sender keeps none, and copy views all the same', () => {
    const whole = new Float32Array([1, 2]);
    const scan = new Float64Array(10);
    const { value, transfer } = detach({ whole, twice: whole, view: scan.subarray(1, 3) }, { giveAway: true });
    expect([value.whole, value.twice]).toEqual([whole, whole]);
    expect(transfer).toEqual([whole.buffer, value.view.buffer]);
    expect(transfer[0]).toBe(whole.buffer);
    expect(value.view.buffer.byteLength).toBe(16);
  });

  it('share a basis in one memory under a key of its content', () => {
    const basis = (value: number): BasisSet => ({
      id: 'b',
      title: 'B',
      nucleus: '1H',
      spectrometerFrequencyMHz: 123.2,
      dwellTimeS: 5e-4,
      points: 2,
      echoTimeS: 0.03,
      sequence: 'PRESS',
      editing: null,
      referencePpm: 4.65,
      linewidthHz: 1,
      signals: ['NAA', 'Cr'].map((name, i) => ({
        name,
        fileName: name,
        kind: 'metabolite',
        fid: { re: new Float64Array([value, i]), im: new Float64Array([-value, -i]) },
      })),
      format: 'lineshape',
      sha256: '',
    });
    const original = basis(1);
    const shared = shareBasis(original);
    expect(shareBasis(original)).toBe(shared);
    expect(shareBasis(basis(1)).key).toBe(shared.key);
    expect(shareBasis(basis(2)).key).not.toBe(shared.key);
    expect(shared.basis).toEqual(original);
    const buffers = new Set(shared.basis.signals.flatMap(({ fid }) => [fid.re.buffer, fid.im.buffer]));
    expect(buffers.size).toBe(1);
    expect([...buffers][0]).toBeInstanceOf(SharedArrayBuffer);
  });
});
