// The fit runner on a pool: order, sharing of the basis, progress, cancellation and the first failure.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { CancelledError, ModelError, ProcessingError } from '../../src/core/domain/errors.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { FitCurves } from '../../src/core/domain/quantification.ts';
import { fitVoxels } from '../../src/core/pipeline/fitVoxels.ts';
import type { FitBatch, FitInput, FitRunner } from '../../src/core/ports/fitRunner.ts';
import type { ProgressReport } from '../../src/core/ports/progress.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { createFitRunner, fitRunnerOn } from '../../src/node/workers/fitRunner.ts';
import type { WorkerTask } from '../../src/node/workers/messages.ts';
import { createWorkerPool } from '../../src/node/workers/workerPool.ts';
import type { WorkerPool } from '../../src/node/workers/workerPool.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';

let runner: FitRunner & { close: () => Promise<void> };
beforeAll(async () => {
  runner = createFitRunner({
    threads: 2,
    workerUrl: await bundleWorker('tests/fixtures/workers/lineFit.worker.ts'),
  });
});
afterAll(() => runner.close());

const LINE = new Float64Array([1, 0.5, 0.25, 0.125]);

function batch(voxels: number, options: JsonObject = {}, line: Float64Array = LINE): FitBatch {
  const basis: BasisSet = {
    id: 'line',
    title: 'One line',
    nucleus: '1H',
    spectrometerFrequencyMHz: 123.2,
    dwellTimeS: 5e-4,
    points: line.length,
    echoTimeS: null,
    sequence: null,
    editing: null,
    referencePpm: 4.65,
    linewidthHz: null,
    signals: [{ name: 'NAA', fileName: 'NAA', kind: 'metabolite', fid: { re: line, im: new Float64Array(4) } }],
    format: 'text',
    sha256: '',
  };
  // As an MRSI scan gives them: views into one buffer.
  const scan = Float64Array.from({ length: voxels * 4 }, (_, i) => (Math.floor(i / 4) + 1) * (LINE[i % 4] as number));
  const inputs = Array.from({ length: voxels }, (_, voxel): FitInput => {
    const re = scan.subarray(4 * voxel, 4 * voxel + 4);
    const im = new Float64Array(4);
    return { voxel, fid: { re, im }, dwellTimeS: 5e-4, spectrometerFrequencyMHz: 123.2, nucleus: '1H', noiseSd: null };
  });
  return { method: 'nlls', options, basis, inputs };
}

describe('the fit runner', () => {
  it('gives the outputs in the order of the inputs, however they arrive', async () => {
    const reports: ProgressReport[] = [];
    const given = batch(12);
    const outputs = await runner.run(given, NEVER_CANCELLED, (report) => reports.push(report));
    expect(outputs.map((output) => output.voxel)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    // Voxel v holds v + 1 times the line; the sums are of powers of two, so exact.
    expect(outputs.map((output) => output.result.fwhmHz)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(reports.at(-1)).toEqual({ fraction: 1, message: 'Fitted 12 of 12 spectra' });
    expect(reports.map((report) => report.fraction)).toEqual([...reports.map((report) => report.fraction)].sort());
    expect(given.inputs[0]?.fid.re).toHaveLength(4);
  });

  it('takes each batch with its own basis', async () => {
    const double = LINE.map((x) => 2 * x);
    const [once, twice] = await Promise.all(
      [LINE, double].map((line) => runner.run(batch(3, {}, line), NEVER_CANCELLED, () => undefined)),
    );
    expect(once?.map((output) => output.result.fwhmHz)).toEqual([1, 2, 3]);
    expect(twice?.map((output) => output.result.fwhmHz)).toEqual([0.5, 1, 1.5]);
  });

  it('fits nothing where nothing is given', async () => {
    expect(await runner.run(batch(0), NEVER_CANCELLED, () => undefined)).toEqual([]);
  });

  it('throws the first failure, not the cancellations that follow from it, and can be used again', async () => {
    const failing = runner.run(batch(8, { refuse: 1, endless: true }), NEVER_CANCELLED, () => undefined);
    await expect(failing).rejects.toThrow(ModelError);
    expect(await runner.run(batch(2), NEVER_CANCELLED, () => undefined)).toHaveLength(2);
  });

  it('stops when it is cancelled', async () => {
    const { cancellation, cancel } = cancellationSource();
    const endless = runner.run(batch(8, { endless: true }), cancellation, () => undefined);
    setTimeout(cancel, 50);
    await expect(endless).rejects.toThrow(CancelledError);
    expect(await runner.run(batch(2), NEVER_CANCELLED, () => undefined)).toHaveLength(2);
  });
});

describe('a worker that dies in mid-fit', () => {
  it.each(['exitAt', 'crashAt'])('loses its own voxel and no other (%s), and is replaced', async (how) => {
    const failures: [number, string][] = [];
    const onVoxelFailure = (voxel: number, error: Error): void => void failures.push([voxel, error.message]);
    const outputs = await runner.run({ ...batch(10, { [how]: 4 }), onVoxelFailure }, NEVER_CANCELLED, () => undefined);
    expect(outputs.map(({ voxel }) => voxel)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]);
    expect(outputs.map(({ result }) => result.fwhmHz)).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10]);
    expect(failures).toEqual([[4, expect.stringMatching(/^A worker thread stopped unexpectedly/)]]);
    expect(await runner.run(batch(2), NEVER_CANCELLED, () => undefined)).toHaveLength(2);
  });

  it('makes the voxel a refused one among the fitted ones of its grid', async () => {
    const { inputs, ...rest } = batch(10, { exitAt: 4 });
    const grid = { inputs, refused: [], grid: [10, 1, 1] as const, warnings: new Map() };
    const voxels = await fitVoxels(grid, rest, runner, NEVER_CANCELLED, () => undefined);
    expect(voxels.map(({ voxel }) => voxel)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(voxels.filter(({ result }) => result.status === 'refused').map(({ voxel }) => voxel)).toEqual([4]);
    expect(voxels[4]).toMatchObject({ curves: null, result: { reason: expect.stringContaining('worker thread') } });
  });

  it('fails an analysis of one voxel, of which nothing is left', async () => {
    const { inputs, ...rest } = batch(1, { exitAt: 0 });
    const single = { inputs, refused: [], grid: [1, 1, 1] as const, warnings: new Map() };
    const failing = fitVoxels(single, rest, runner, NEVER_CANCELLED, () => undefined);
    await expect(failing).rejects.toThrow(ProcessingError);
  });

  it('does not hide what concerns every voxel', async () => {
    const onVoxelFailure = (): void => undefined;
    const failing = runner.run({ ...batch(8, { refuse: 1 }), onVoxelFailure }, NEVER_CANCELLED, () => undefined);
    await expect(failing).rejects.toThrow(ModelError);
  });
});

describe('a cancel in the middle of a grid', () => {
  it('begins no further fit, and ends those under way without ending their threads', async () => {
    const url = await bundleWorker('tests/fixtures/workers/lineFit.worker.ts');
    // A job that had to be killed would take a minute to be answered.
    const pool = createWorkerPool<WorkerTask>({ threads: 2, workerUrl: url, cancelGraceMs: 60_000 });
    const { cancellation, cancel } = cancellationSource();
    const begun = { beforeCancel: 0, after: 0 };
    const counting: WorkerPool<WorkerTask> = {
      ...pool,
      threads: pool.threads,
      share: pool.share,
      run: async (task, options) => {
        begun[cancellation.isCancelled() ? 'after' : 'beforeCancel']++;
        const answer = await pool.run(task, options);
        if (begun.beforeCancel === 10) cancel();
        return answer;
      },
    };
    try {
      const running = fitRunnerOn(counting).run(batch(2000), cancellation, () => undefined);
      await expect(running).rejects.toThrow(CancelledError);
      expect(begun).toEqual({ beforeCancel: 10, after: 0 });
    } finally {
      await pool.close();
    }
  });
});

describe('large grids', () => {
  it('keep data, fit, baseline and residual in single precision, without a curve a signal', async () => {
    const [full] = await runner.run(batch(1), NEVER_CANCELLED, () => undefined);
    const [small] = await runner.run({ ...batch(1), withComponents: false }, NEVER_CANCELLED, () => undefined);
    const curves = full?.curves as FitCurves;
    const { data, fit, baseline, ppm, residual, components } = small?.curves as FitCurves;
    expect(components).toEqual([]);
    expect([data, fit, baseline]).toEqual(
      [curves.data, curves.fit, curves.baseline].map((curve) => new Float64Array(new Float32Array(curve))),
    );
    expect(residual).toEqual(data.map((v, i) => v - (fit[i] as number)));
    expect([ppm[0], ppm.length]).toEqual([curves.ppm[0], curves.ppm.length]);
    expect(structuredClone(small?.curves)).toEqual({ ppm, data, fit, baseline, residual, components });
  });
});
