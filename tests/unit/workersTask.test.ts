// The program's own worker (task.worker.ts): what it reads, preprocesses and fits is, bit for bit, what this thread
// does itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import { CancelledError, UsageError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { readMrs, writeNiftiMrs } from '../../src/core/formats/index.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { recipeById, runPreprocessing } from '../../src/core/pipeline/index.ts';
import type { RunContext } from '../../src/core/pipeline/index.ts';
import type { FitBatch, FitOutput } from '../../src/core/ports/fitRunner.ts';
import { fitVoxel } from '../../src/core/quantification/index.ts';
import { listBundledBases, loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { fitRunnerOn } from '../../src/node/workers/fitRunner.ts';
import type { WorkerTask } from '../../src/node/workers/messages.ts';
import { pipelineRunnerOn } from '../../src/node/workers/pipelineRunner.ts';
import { createWorkerPool } from '../../src/node/workers/workerPool.ts';
import type { WorkerPool } from '../../src/node/workers/workerPool.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';

const TRANSIENTS = 4;
let pool: WorkerPool<WorkerTask>;
let basis: BasisSet;
let dataset: MrsDataset;
let context: RunContext;

beforeAll(async () => {
  const workerUrl = await bundleWorker('src/node/workers/task.worker.ts');
  pool = createWorkerPool<WorkerTask>({ threads: 2, workerUrl });
  const [card] = await listBundledBases(resourcesDir());
  basis = await loadBundledBasis(resourcesDir(), card!.id);
  dataset = simulate(basis);
  const stamp = { program: 'Lineshape', version: '0.1.0', now: () => '2026-01-01T00:00:00.000Z' };
  context = { stamp, cancellation: NEVER_CANCELLED, onProgress: () => undefined };
});
afterAll(() => pool.close());

/** Transients of the basis's metabolites, 5 Hz broad, with noise. */
function simulate(set: BasisSet): MrsDataset {
  const { points, dwellTimeS } = set;
  const random = seededRandom(7);
  const re = new Float64Array(TRANSIENTS * points);
  const im = new Float64Array(TRANSIENTS * points);
  for (let t = 0; t < TRANSIENTS; t++) {
    for (let i = 0; i < points; i++) {
      const decay = Math.exp(-Math.PI * 5 * i * dwellTimeS);
      const at = t * points + i;
      for (const { fid } of set.signals) {
        re[at] = (re[at] as number) + decay * (fid.re[i] as number);
        im[at] = (im[at] as number) + decay * (fid.im[i] as number);
      }
      re[at] = (re[at] as number) + 0.3 * random.normal();
      im[at] = (im[at] as number) + 0.3 * random.normal();
    }
  }
  return {
    data: { re, im, shape: [1, 1, 1, TRANSIENTS, points] },
    dimensions: [{ tag: 'DIM_DYN', info: null, header: null }],
    dwellTimeS,
    spectrometerFrequencyMHz: set.spectrometerFrequencyMHz,
    nucleus: '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: set.echoTimeS, sequence: 'PRESS' },
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'nifti-mrs',
    header: {},
    provenance: [],
    warnings: [],
  };
}

/** A result without the time it took, which differs from run to run. */
const timeless = ({ voxel, result, curves }: FitOutput): FitOutput => ({
  voxel,
  result: { ...result, elapsedMs: 0 },
  curves,
});

describe('the task worker', () => {
  it('reads files as this thread does', async () => {
    const bytes = writeNiftiMrs(dataset, { compress: true });
    const files = [{ name: 'scan.nii.gz', bytes }];
    expect(await pipelineRunnerOn(pool).parse(files)).toEqual(readMrs(files));
    expect(bytes.length).toBeGreaterThan(0);
    const cut = pipelineRunnerOn(pool).parse([{ name: 'scan.nii', bytes: new Uint8Array(10) }]);
    await expect(cut).rejects.toMatchObject({ name: 'ReaderError' });
  });

  it('preprocesses as this thread does, and leaves the dataset here', async () => {
    const recipe = recipeById('svs-default');
    const here = await runPreprocessing(dataset, null, recipe, context);
    const there = await pipelineRunnerOn(pool).preprocess(dataset, null, recipe, context);
    expect(there).toEqual(here);
    expect(there.dataset.provenance.length).toBeGreaterThan(3);
    expect(dataset.data.re).toHaveLength(TRANSIENTS * basis.points);
  });

  it('fits as this thread does, with the time it took', async () => {
    const inputs = Array.from({ length: TRANSIENTS }, (_, voxel) => ({
      voxel,
      fid: signalAt(dataset.data, voxel),
      dwellTimeS: dataset.dwellTimeS,
      spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
      nucleus: dataset.nucleus,
      noiseSd: 0.3,
    }));
    const batch: FitBatch = { method: 'nlls', options: {}, basis, inputs };
    const there = await fitRunnerOn(pool).run(batch, NEVER_CANCELLED, () => undefined);
    const here = inputs.map((input) => fitVoxel(input, basis, 'nlls', {}, NEVER_CANCELLED));
    expect(there.map(timeless)).toEqual(here.map(timeless));
    expect(there.every((output) => output.result.elapsedMs > 0)).toBe(true);
    const refused = fitRunnerOn(pool).run({ ...batch, method: 'no-such' }, NEVER_CANCELLED, () => undefined);
    await expect(refused).rejects.toThrow(UsageError);
  });

  it('stops preprocessing when it is cancelled', async () => {
    const { cancellation, cancel } = cancellationSource();
    const running = pipelineRunnerOn(pool).preprocess(dataset, null, recipeById('svs-default'), {
      ...context,
      cancellation,
    });
    cancel();
    await expect(running).rejects.toThrow(CancelledError);
  });
});
