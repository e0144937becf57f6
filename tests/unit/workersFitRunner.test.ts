// The fit runner on a pool: order, sharing of the basis, progress, cancellation and the first failure.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { CancelledError, ModelError } from '../../src/core/domain/errors.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { FitBatch, FitInput, FitRunner } from '../../src/core/ports/fitRunner.ts';
import type { ProgressReport } from '../../src/core/ports/progress.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { createFitRunner } from '../../src/node/workers/fitRunner.ts';
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
