// The workflow that app and command line share: recognising files, importing, analysing, reporting, through a real database.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { CancelledError, ReaderError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import {
  analyse,
  analyseDataset,
  buildReportModel,
  describeDataset,
  guessRole,
  importIntoStore,
  metaboliteProminence,
  planImport,
  quantifyVoxel,
  recipeById,
  runPreprocessing,
  voxelImages,
  waterFor,
} from '../../src/core/pipeline/index.ts';
import type { StudyDeps } from '../../src/core/pipeline/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { htmlReport } from '../../src/core/reports/index.ts';
import type { ReportImage } from '../../src/core/reports/index.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { recipeSha256, sha256Hex } from '../../src/node/files/hashing.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

const now = (): string => '2026-01-01T00:00:00Z';
const cancellation = { isCancelled: () => false, throwIfCancelled: () => undefined };

/** Everything in this thread: the ports without workers. */
const deps: StudyDeps = {
  fitRunner: {
    run: ({ inputs, ...batch }, c) => Promise.resolve(inputs.map((input) => quantifyVoxel(input, batch, c))),
  },
  preprocess: (dataset, water, recipe, context) => runPreprocessing(dataset, water, recipe, context),
  parse: (files, options) => Promise.resolve().then(() => readMrs(files, options)),
  hashRecipe: recipeSha256,
  stamp: { program: 'Lineshape', version: 'test', now },
  cancellation,
  onProgress: () => undefined,
};

const nifti = (dataset: MrsDataset, name: string): { name: string; bytes: Uint8Array } => ({
  name,
  bytes: writeMrs(dataset, 'nifti-mrs'),
});

/** A NIfTI-1 image of 16-bit numbers: a bright cube of 20 mm around (−25, −40, 35) mm in a dark head of 128 mm. */
function structuralImage(): Uint8Array {
  const n = 32;
  const bytes = new Uint8Array(352 + 2 * n ** 3);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  [3, n, n, n, 1, 1, 1, 1].forEach((v, i) => view.setInt16(40 + 2 * i, v, true));
  view.setInt16(70, 4, true);
  view.setInt16(72, 16, true);
  [1, 4, 4, 4, 1, 1, 1, 1].forEach((v, i) => view.setFloat32(76 + 4 * i, v, true));
  view.setFloat32(108, 352, true);
  view.setUint8(123, 2);
  view.setInt16(254, 1, true);
  [4, 0, 0, -62, 0, 4, 0, -62, 0, 0, 4, -27].forEach((v, i) => view.setFloat32(280 + 4 * i, v, true));
  bytes.set([0x6e, 0x2b, 0x31, 0], 344);
  for (let z = 0; z < n; z++) {
    for (let y = 0; y < n; y++) {
      for (let x = 0; x < n; x++) {
        const inside = [4 * x - 62 + 25, 4 * y - 62 + 40, 4 * z - 27 - 35].every((d) => Math.abs(d) <= 10);
        view.setInt16(352 + 2 * (x + n * (y + n * z)), inside ? 1000 : 10, true);
      }
    }
  }
  return bytes;
}

let folder: string;
let store: StudyStore;
let basis: BasisSet;
let count = 0;

beforeAll(async () => {
  folder = makeTempFolder();
  basis = await loadBundledBasis(resourcesDir(), 'lineshape-3t-press-te30-123mhz');
});
beforeEach(() => {
  store?.close();
  store = openStudyDb(join(folder, `study-${count++}.db`), { now });
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The voxel is a bright cube in darkness: inside its outline nearly all is bright, outside nearly nothing. */
function expectBrightInside(image: ReportImage): void {
  const xs = image.outline.map((p) => p[0]);
  const ys = image.outline.map((p) => p[1]);
  const inside = (column: number, row: number): boolean =>
    column > Math.min(...xs) && column < Math.max(...xs) && row > Math.min(...ys) && row < Math.max(...ys);
  const means = { in: [0, 0] as [number, number], out: [0, 0] as [number, number] };
  image.pixels.forEach((v, i) => {
    const sum = inside((i % image.width) + 0.5, Math.floor(i / image.width) + 0.5) ? means.in : means.out;
    sum[0] += v;
    sum[1]++;
  });
  // The cube is bright; interpolation at its faces costs up to a fifth.
  expect(means.in[0] / means.in[1]).toBeGreaterThan(180);
  expect(means.out[0] / means.out[1]).toBeLessThan(5);
}

describe('role of a scan', () => {
  it('is told by the spectrum, whatever the name says', () => {
    expect(guessRole(syntheticScan(), 'water_ref.nii.gz')).toBe('metabolite');
    expect(guessRole(syntheticScan({ water: true }), 'metabolites.nii.gz')).toBe('water');
    // Water 2000 times the whole metabolite signal: far below the 0.4 % that unsuppressed water stays under.
    expect(metaboliteProminence(syntheticScan({ water: true }))).toBeLessThan(0.002);
  });

  it('of other nuclei is never water', () => {
    expect(guessRole({ ...syntheticScan({ water: true }), nucleus: '31P' }, 'water.nii')).toBe('metabolite');
  });

  describe.skipIf(!dataAvailable)('of real scans (needs ../shared/data)', () => {
    it.each([
      ['nifti_mrs_tools/metab_raw.nii.gz', 'metabolite'],
      ['nifti_mrs_tools/metab.nii.gz', 'metabolite'],
      ['nifti_mrs_tools/wref_raw.nii.gz', 'water'],
      ['nifti_mrs_tools/quant_raw.nii.gz', 'water'],
      ['nifti_mrs_tools/ecc.nii.gz', 'water'],
      ['pregame_dwmrs/InVivo-Data/Data1/nifti/metab.nii.gz', 'metabolite'],
      ['pregame_dwmrs/InVivo-Data/Data1/nifti/water.nii.gz', 'water'],
      ['osprey/exampledata/nifti-mrs/sub-01/ses-01/mrs/sub-01_ses-01_SVS-ref.nii.gz', 'water'],
    ])('%s is %s', (path, role) => {
      const { bytes } = realFile(path);
      // The name is withheld, so that only content can tell.
      expect(guessRole(readMrs([{ name: 'scan.nii.gz', bytes }]), 'scan.nii.gz')).toBe(role);
    });
  });
});

describe('import', () => {
  const files = (): { name: string; bytes: Uint8Array }[] => [
    { name: 'broken.nii.gz', bytes: nifti(syntheticScan(), 'x').bytes.slice(0, 5000) },
    { name: 't1.nii', bytes: structuralImage() },
    nifti(syntheticScan({ water: true }), 'b.nii.gz'),
    nifti(syntheticScan(), 'a.nii.gz'),
    { name: 'notes.bin', bytes: Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 256) },
    { name: 'truth.json', bytes: new TextEncoder().encode('{"naïve":1}') },
  ];

  it('makes one study of what belongs together, and a failure of each file that can not be read', async () => {
    const plan = await planImport(files(), deps);
    expect(plan.studies).toHaveLength(1);
    const roles = plan.studies[0]?.datasets.map((d) => [d.fileName, d.role]);
    expect(roles).toEqual([
      ['a.nii.gz', 'metabolite'],
      ['b.nii.gz', 'water'],
      ['t1.nii', 'image'],
      ['truth.json', 'truth'],
    ]);
    expect(plan.studies[0]?.study.patient).toMatchObject({ name: 'Test^Person', id: 'T-1' });
    expect(plan.failures.map((f) => [f.fileName, f.error.code])).toEqual([
      ['broken.nii.gz', 'FILE_TRUNCATED'],
      ['notes.bin', 'FORMAT_UNKNOWN'],
    ]);
  });

  it('keeps two patients apart', async () => {
    const other = { ...syntheticScan({ seed: 5 }), patient: { ...syntheticScan().patient, name: 'Other', id: 'T-2' } };
    const plan = await planImport([nifti(syntheticScan(), 'a.nii.gz'), nifti(other, 'b.nii.gz')], deps);
    expect(plan.studies.map((s) => [s.study.patient.id, s.datasets.map((d) => d.fileName)])).toEqual([
      ['T-1', ['a.nii.gz']],
      ['T-2', ['b.nii.gz']],
    ]);
  });

  it('of an image alone is refused in words', async () => {
    const plan = await planImport([{ name: 't1.nii', bytes: structuralImage() }], deps);
    expect(plan.studies).toEqual([]);
    expect(plan.failures[0]?.error.message).toContain('t1.nii is an image');
  });

  it('stops when it is cancelled', async () => {
    const parse = (): Promise<MrsDataset> => Promise.reject(new CancelledError());
    await expect(planImport(files(), { parse })).rejects.toBeInstanceOf(CancelledError);
    const failing = (): Promise<MrsDataset> => Promise.reject(new ReaderError('FORMAT_UNKNOWN', 'no'));
    expect((await planImport([files()[3] as never], { parse: failing })).failures).toHaveLength(1);
  });
});

describe('analysis', () => {
  it('through the database gives the very numbers of the pipeline alone, with every hash', async () => {
    const files = [nifti(syntheticScan(), 'a.nii.gz'), nifti(syntheticScan({ water: true }), 'w.nii.gz')];
    const { studies } = await importIntoStore([...files, { name: 't1.nii', bytes: structuralImage() }], store, deps);
    const study = studies[0]?.outcome;
    const scan = study?.datasets.find((d) => d.role === 'metabolite');
    if (study === undefined || scan === undefined) throw new Error('the import made no scan');
    const water = waterFor(study.datasets, scan);
    expect(water?.fileName).toBe('w.nii.gz');
    const recipe = recipeById('svs-processed');
    const request = { store, datasetId: scan.id, waterDatasetId: water?.id ?? null, basis, recipe, voxels: null };
    const stored = await analyseDataset(request, deps);
    const [a, w] = files.map((f) => readMrs([f])) as [MrsDataset, MrsDataset];
    const direct = await analyse({ dataset: a, water: w, basis, recipe, voxels: null }, deps);
    expect(stored.voxels.map((v) => v.result)).toEqual(direct.voxels.map((v) => v.result));
    expect(stored).toMatchObject({
      inputSha256: sha256Hex(files[0]?.bytes ?? ''),
      waterSha256: sha256Hex(files[1]?.bytes ?? ''),
      recipeSha256: recipeSha256(recipe),
      basisSha256: basis.sha256,
      appVersion: 'test',
    });
    expect(store.getStudy(study.study.id).state).toBe('fitted');

    const model = await buildReportModel(store, { analysisId: stored.id, voxel: 0 }, deps);
    expect(model.result).toEqual(direct.voxels[0]?.result);
    // Amounts, ratios and quality are stored with the rest.
    expect(model.result.waterScaling?.conventions).toHaveLength(3);
    expect(model.result.quality?.assessment.thresholds).toBe('tarquin');
    expect(model.curves?.fit).toEqual(direct.voxels[0]?.curves?.fit);
    expect(model.images).toHaveLength(3);
    expect(htmlReport(model)).toContain('Test^Person');
    await expect(buildReportModel(store, { analysisId: stored.id, voxel: 5 }, deps)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('that is cancelled stores nothing and leaves the study as it was', async () => {
    const { studies } = await importIntoStore([nifti(syntheticScan(), 'a.nii.gz')], store, deps);
    const scan = studies[0]?.outcome.datasets[0];
    if (scan === undefined) throw new Error('the import made no scan');
    let isCancelled = false;
    const late: StudyDeps = {
      ...deps,
      cancellation: {
        isCancelled: () => isCancelled,
        throwIfCancelled: () => {
          if (isCancelled) throw new CancelledError();
        },
      },
      fitRunner: {
        run: async (batch, c, p) => {
          const outputs = await deps.fitRunner.run(batch, cancellation, p);
          isCancelled = c !== null;
          return outputs;
        },
      },
    };
    const request = {
      store,
      datasetId: scan.id,
      waterDatasetId: null,
      basis,
      recipe: recipeById('fit-only'),
      voxels: null,
    };
    await expect(analyseDataset(request, late)).rejects.toBeInstanceOf(CancelledError);
    expect(store.listAnalyses(scan.studyId)).toEqual([]);
    expect(store.getStudy(scan.studyId).state).toBe('new');
  });

  it('of a file without a header uses again the values that were given at import', async () => {
    const { data } = syntheticScan();
    const rows = Array.from({ length: 2048 }, (_, i) => `${data.re[i]} ${data.im[i]}`).join('\n');
    const file = { name: 'plain.txt', bytes: new TextEncoder().encode(rows) };
    const given = { spectrometerFrequencyMHz: 123.25, dwellTimeS: 0.00025, echoTimeS: 0.03 };
    const { studies } = await importIntoStore([file], store, deps, given);
    const scan = studies[0]?.outcome.datasets[0];
    if (scan === undefined) throw new Error('the import made no scan');
    const request = {
      store,
      datasetId: scan.id,
      waterDatasetId: null,
      basis,
      recipe: recipeById('fit-only'),
      voxels: null,
    };
    const { voxels } = await analyseDataset(request, deps);
    expect(voxels[0]?.result.status).toBe('converged');
  });
});

describe('description and picture', () => {
  it('describes without naming the patient', () => {
    const description = describeDataset(syntheticScan());
    expect(description).toMatchObject({ grid: [1, 1, 1], points: 2048, echoTimeS: 0.03, sequence: 'PRESS' });
    expect(JSON.stringify(description)).not.toMatch(/Test|T-1/);
  });

  it('draws the voxel where it lies: its outline around the bright cube, right on the left', () => {
    const affine = [20, 0, 0, -25, 0, 20, 0, -40, 0, 0, 20, 35, 0, 0, 0, 1];
    const images = voxelImages(structuralImage(), 't1.nii', { affine, grid: [1, 1, 1], voxel: 0 });
    expect(images.map(({ plane }) => plane)).toEqual(['axial', 'coronal', 'sagittal']);
    for (const image of images) expectBrightInside(image);
    const beyondMiddle = (k: number, axis: 0 | 1): boolean => {
      const { outline, width, height } = images[k] as ReportImage;
      return Math.min(...outline.map((corner) => corner[axis])) > [width, height][axis]! / 2;
    };
    // x = −25 mm is the patient's left: on the right of a radiological picture; y = −40 mm is behind: below the middle of
    // the axial picture, to the right of the sagittal one's.
    expect([beyondMiddle(0, 0), beyondMiddle(0, 1), beyondMiddle(1, 0), beyondMiddle(2, 0)]).toEqual(
      Array(4).fill(true),
    );
    expect(images.map(({ positionMm }) => positionMm)).toEqual([35, -40, -25]);
    expect(images.map(({ letters }) => letters.join(''))).toEqual(['RLAP', 'RLSI', 'APSI']);
    expect(
      voxelImages(structuralImage(), 't1.nii', {
        affine: affine.map((v, i) => (i === 3 ? 500 : v)),
        grid: [1, 1, 1],
        voxel: 0,
      }),
    ).toEqual([]);
  });
});
