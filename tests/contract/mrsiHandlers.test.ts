// What the page asks about scans in space, over a real database and made scans; the work is done in this thread.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRegionMean } from '../../src/core/domain/regionMean.ts';
import { putSaturationBands } from '../../src/core/domain/scanPlacement.ts';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import { describeDataset } from '../../src/core/pipeline/describeDataset.ts';
import { runPreprocessing } from '../../src/core/pipeline/runPreprocessing.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import type { ChannelRequest, ChannelResponse } from '../../src/ipc/contract.ts';
import { mrsiHandlers } from '../../src/main/ipcHandlers/mrsiHandlers.ts';
import type { Services } from '../../src/main/services.ts';
import { createSignals } from '../../src/main/signals.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newStudy } from '../fixtures/studies.ts';
import { dicomBytes } from '../fixtures/dicomBytes.ts';
import { addNoise, BRAIN, datasetOf, synthesise } from '../unit/preprocessingSynthesis.ts';

type Asked = ReturnType<typeof mrsiHandlers>;

const stamp = { program: 'Lineshape', version: '0', now: () => '2026-01-01T00:00:00.000Z' };

let folder = '';
let store: StudyStore;
let handlers: Asked;
let changed: (string | null)[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-mrsi-'));
  store = openStudyDb(path.join(folder, 'study.db'), { now: stamp.now });
  changed = [];
  const parse: Services['parse'] = async (files, options) => readMrs(files, options);
  const pipeline = { preprocess: runPreprocessing, parse } as unknown as Services['pipeline'];
  const services = { store, stamp, signals: createSignals({ store, parse, pipeline, stamp }) } as unknown as Services;
  const emit = (event: string, payload: unknown): void => {
    if (event === 'studies:changed') changed.push((payload as { studyId: string | null }).studyId);
  };
  handlers = mrsiHandlers({ services, emit });
});

afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Asks as the registrar does: request and answer must fit the contract. */
async function ask<C extends keyof Asked & keyof typeof CHANNELS>(
  channel: C,
  request: ChannelRequest<C>,
): Promise<ChannelResponse<C>> {
  const handler = handlers[channel] as (request: unknown) => unknown;
  return CHANNELS[channel].response.parse(
    await handler(CHANNELS[channel].request.parse(request)),
  ) as ChannelResponse<C>;
}

/** 4 × 3 × 1 voxels with the lines of a brain. */
async function storedGrid(): Promise<{ datasetId: string; studyId: string }> {
  const fids = Array.from({ length: 12 }, (_, v) => addNoise(synthesise(BRAIN, { shiftHz: (v % 5) - 2 }), 0.02, v));
  const dataset = datasetOf(fids, [], [4, 3, 1]);
  const bytes = writeMrs(dataset, 'nifti-mrs');
  const made = { role: 'metabolite' as const, fileName: 'grid.nii.gz', bytes, description: describeDataset(dataset) };
  const { datasets, study } = store.importStudy(newStudy(), [made]);
  return { datasetId: datasets[0]!.id, studyId: study.id };
}

describe('a scan’s place', () => {
  it('tells the saturation bands, the excited box and the carrier that the header has', async () => {
    const header = { TxOffset: -1.5, VOI: [[80, 0, 0, 0], [0, 90, 0, 0], [0, 0, 15, 0], [0, 0, 0, 1]] }; // prettier-ignore
    putSaturationBands(header, [{ centreMm: [0, 70, 0], normal: [0, 1, 0], thicknessMm: 20 }]);
    const affine = [10, 0, 0, 0, 0, 10, 0, 0, 0, 0, 10, 0, 0, 0, 0, 1];
    const fids = [synthesise(BRAIN), synthesise(BRAIN)];
    const dataset = { ...datasetOf(fids, [], [2, 1, 1]), header, affine };
    const bytes = writeMrs(dataset, 'nifti-mrs');
    const made = { role: 'metabolite' as const, fileName: 'made.nii.gz', bytes, description: describeDataset(dataset) };
    const { datasets } = store.importStudy(newStudy(), [made]);
    expect(await ask('scan:placement', { datasetId: datasets[0]!.id })).toEqual({
      saturationBands: [{ centreMm: [0, 70, 0], normal: [0, 1, 0], thicknessMm: 20 }],
      excitedBox: [80, 0, 0, 0, 0, 90, 0, 0, 0, 0, 15, 0, 0, 0, 0, 1],
      carrierPpm: expect.closeTo(3.15, 9) as number,
    });
  });

  it('is of the image’s frame of reference, of another, or not known', async () => {
    const dataset = {
      ...datasetOf([synthesise(BRAIN, { points: 64 })]),
      header: { FrameOfReferenceUID: { Value: '1.2.3', Description: '' } },
    };
    const dicom = (uid: string): Uint8Array =>
      dicomBytes([[8, 0x16, 'UI', '1.2.840.10008.5.1.4.1.1.4'], [0x20, 0x52, 'UI', uid]]); // prettier-ignore
    const image = (fileName: string, bytes: Uint8Array) => ({
      role: 'image' as const,
      fileName,
      bytes,
      description: { ...describeDataset(dataset), format: 'dicom-image' },
    });
    const { datasets } = store.importStudy(newStudy(), [
      { role: 'metabolite', fileName: 'scan.nii.gz', bytes: writeMrs(dataset, 'nifti-mrs'), description: describeDataset(dataset) }, // prettier-ignore
      image('same.dcm', dicom('1.2.3')),
      image('other.dcm', dicom('1.2.4')),
      image('t1.nii', new Uint8Array(400)),
    ]);
    const idOf = (name: string): string => datasets.find(({ fileName }) => fileName === name)!.id;
    const frameOf = async (name: string) =>
      (await ask('image:frame', { datasetId: idOf('scan.nii.gz'), imageId: idOf(name) })).frame;
    expect(await frameOf('same.dcm')).toBe('same');
    expect(await frameOf('other.dcm')).toBe('other');
    expect(await frameOf('t1.nii')).toBe('unknown');
  });
});

describe('a grid', () => {
  it('gives the spectra of its voxels, and refuses voxels that it has not', async () => {
    const { datasetId } = await storedGrid();
    const asked = [7, 0, 11];
    const request = { datasetId, waterDatasetId: null, voxels: asked, ppm: [4.2, 0.5] as [number, number], points: 64 };
    const { voxels, points, values } = await ask('mrsi:spectra', request);
    expect(voxels).toEqual(asked);
    expect(values).toHaveLength(3 * points);
    // tNAA is the highest line: 2.01 of 0.5 to 4.2 ppm.
    const own = values.slice(0, points);
    expect(Math.abs(0.5 + (3.7 * own.indexOf(Math.max(...own))) / (points - 1) - 2.01)).toBeLessThan(0.15);
    // The same voxel in other company is the same.
    const alone = await ask('mrsi:spectra', { ...request, voxels: [11] });
    expect(alone.values).toEqual(values.slice(2 * points));
    await expect(ask('mrsi:spectra', { ...request, voxels: [12] })).rejects.toThrow(
      /The grid has 12 voxels; number 13/,
    );
    await expect(ask('mrsi:spectra', { ...request, voxels: [] })).rejects.toThrow();
  });

  it('gives a region’s mean, and keeps it once as a scan of the study', async () => {
    const { datasetId, studyId } = await storedGrid();
    const request = { datasetId, waterDatasetId: null, voxels: [4, 5, 8] };
    const mean = await ask('mrsi:region-mean', request);
    expect(mean.used).toEqual([4, 5, 8]);
    const kept = await ask('mrsi:keep-region', { ...request, name: 'White matter' });
    expect(changed).toEqual([studyId]);
    const record = store.getDataset(kept.datasetId);
    expect(isRegionMean(record)).toBe(true);
    expect(record.fileName).toBe('White matter (3 voxels).nii.gz');
    expect((await ask('mrsi:keep-region', { ...request, name: 'White matter' })).datasetId).toBe(kept.datasetId);
    const other = await ask('mrsi:keep-region', { ...request, voxels: [4, 5], name: 'White matter' });
    expect(other.datasetId).not.toBe(kept.datasetId);
    expect(store.listDatasets(studyId)).toHaveLength(3);
  });

  it('refuses regions of voxels that it has not, and empty ones', async () => {
    const { datasetId } = await storedGrid();
    const request = { datasetId, waterDatasetId: null };
    await expect(ask('mrsi:region-mean', { ...request, voxels: [40] })).rejects.toThrow(/The grid has 12 voxels/);
    await expect(ask('mrsi:region-mean', { ...request, voxels: [] })).rejects.toThrow();
  });
});
