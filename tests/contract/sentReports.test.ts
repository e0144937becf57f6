// Reports as they are sent: a draft is printed by the main process, a signed version goes as it was signed, and patient and
// request that were taken over from the worklist stand in every object.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import type { SentObject } from '../../src/core/ports/dicomNetwork.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { createAnalysisCache } from '../../src/main/analysisCache.ts';
import { reportObjectsBy } from '../../src/main/dicomReportObjects.ts';
import type { PrintRequest } from '../../src/main/hostMessages.ts';
import { reportHandlers } from '../../src/main/ipcHandlers/reportHandlers.ts';
import type { ReportObjects, Services } from '../../src/main/services.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { MR_IMAGE } from '../fixtures/dicomInstances.ts';
import { dicomElements } from '../fixtures/dicomElements.ts';
import { dciodvfy, needsPeer } from '../fixtures/dicomPeers.ts';
import { newAnalysis, newDataset, newStudy } from '../fixtures/studies.ts';
import { exampleCurves, exampleResult } from '../unit/reportsFixture.ts';
import { syntheticScan } from '../unit/workflowFixture.ts';

const PARAMETRIC_MAP = '1.2.840.10008.5.1.4.1.1.30';

let folder = '';
let store: StudyStore;
let handlers: ReturnType<typeof reportHandlers>;
let objects: ReportObjects;
let printed: PrintRequest[];
let studyId = '';
let analysisId = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-sent-reports-'));
  store = openStudyDb(path.join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
  printed = [];
  const services = {
    ...{ store, analyses: createAnalysisCache(store) },
    parse: async (files, options) => readMrs(files, options),
    stamp: { program: 'Lineshape', version: '0', now: () => '2026-01-02T00:00:00.000Z' },
  } as Partial<Services> as Services;
  handlers = reportHandlers({ services, emit: () => undefined });
  objects = reportObjectsBy(services, (request) => {
    printed.push(request);
    return Promise.resolve(new TextEncoder().encode(`%PDF-${printed.length}`));
  });
  const dataset = newDataset(1, { fileName: 'scan.nii.gz', bytes: writeMrs(syntheticScan(), 'nifti-mrs') });
  const { study, datasets } = store.importStudy(newStudy(), [dataset]);
  studyId = study.id;
  const voxels = [{ voxel: 0, result: exampleResult(), curves: exampleCurves() }];
  analysisId = store.addAnalysis(newAnalysis(studyId, datasets[0]!.id, { voxels })).id;
});
afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

const page = () => ({ analysisId, voxel: 0 });

async function sign(conclusion: string, pdf: string): Promise<string> {
  const signer = { name: 'Dr. Test', role: '' };
  const prepared = await handlers['host:prepare-signing']({ ...page(), signer, conclusion });
  return (await handlers['host:store-signed']({ ...prepared, pdf: new TextEncoder().encode(pdf) })).id;
}

const textOf = ({ bytes }: SentObject): string => new TextDecoder('latin1').decode(bytes);

/** What an object says of patient and study. */
function identityOf({ bytes }: SentObject) {
  const { text } = dicomElements(bytes);
  return ['x00100010', 'x00100020', 'x00080050', 'x0020000d'].map(text);
}

describe('a draft', () => {
  it('is printed as it is laid out, and is the same objects when it is sent again', async () => {
    await handlers['report:save-draft']({ studyId, conclusion: 'Nothing to remark.' });
    const request = { ...page(), paper: 'letter' as const, language: 'de' as const };
    const first = await objects(request, ['report-pdf', 'structured-report']);
    expect(printed).toMatchObject([
      { as: 'pdf', paper: 'letter', html: expect.stringContaining('Nothing to remark.') },
    ]);
    expect(textOf(first[0]!)).toContain('%PDF-1');
    const second = await objects(request, ['report-pdf', 'structured-report']);
    expect(second.map(({ sopInstanceUid }) => sopInstanceUid)).toEqual(first.map((one) => one.sopInstanceUid));
    expect(new Set(first.map(({ sopInstanceUid }) => sopInstanceUid)).size).toBe(2);
  });

  it('names patient and request that were taken over, in every object', async () => {
    const patient = { name: 'Scheduled^Person', id: 'W-1', birthDate: '1965-07-08', sex: 'F' };
    store.takeOverIdentity(studyId, { patient, accessionNumber: 'A-1', studyInstanceUid: '2.25.56' });
    for (const object of await objects(page(), ['report-pdf', 'structured-report'])) {
      expect(identityOf(object)).toEqual(['Scheduled^Person', 'W-1', 'A-1', '2.25.56']);
    }
  });

  it('has no maps of a single voxel, in words', async () => {
    await expect(objects(page(), ['maps-mr'])).rejects.toThrow('no ratio maps');
  });
});

describe('a grid', () => {
  it('has one map a ratio, as images and as Parametric Map, without what is not determined', async (context) => {
    needsPeer(context, 'dciodvfy');
    const one = syntheticScan();
    const [re, im] = [one.data.re, one.data.im].map((part) => Float64Array.from([...part, ...part, ...part, ...part]));
    const points = one.data.shape.at(-1)!;
    const grid = { ...one, data: { re: re!, im: im!, shape: [2, 2, 1, points] } };
    const { study, datasets } = store.importStudy(newStudy({ title: 'Grid' }), [
      newDataset(2, { fileName: 'grid.nii.gz', bytes: writeMrs(grid, 'nifti-mrs') }),
    ]);
    const voxels = [0, 1, 2].map((voxel) => ({ voxel, result: exampleResult(), curves: null }));
    const fitted = store.addAnalysis(newAnalysis(study.id, datasets[0]!.id, { voxels }));
    const request = { analysisId: fitted.id, voxel: 0 };
    const images = await objects(request, ['maps-mr']);
    const parametric = await objects(request, ['maps-parametric']);
    expect(new Set(images.map(({ sopClassUid }) => sopClassUid))).toEqual(new Set([MR_IMAGE]));
    expect(parametric.map(({ sopClassUid }) => sopClassUid)).toEqual(images.map(() => PARAMETRIC_MAP));
    expect(images.length).toBeGreaterThan(1);
    for (const object of [images[0]!, parametric[0]!]) expect(dciodvfy(object.bytes).errors).toEqual([]);
    expect(printed).toEqual([]);
  });
});

describe('a signed version', () => {
  it('goes as it was signed, the one that is looked at, and nothing is printed', async () => {
    const first = await sign('First words', '%PDF-signed-1');
    handlers['report:amend']({ studyId });
    const second = await sign('Second words', '%PDF-signed-2');
    const [newest] = await objects(page(), ['report-pdf']);
    expect(textOf(newest!)).toContain('%PDF-signed-2');
    const [shown, structured] = await objects({ ...page(), versionId: first }, ['report-pdf', 'structured-report']);
    expect(textOf(shown!)).toContain('%PDF-signed-1');
    expect(textOf(structured!)).toContain('First words');
    const [again] = await objects({ ...page(), versionId: second }, ['report-pdf']);
    expect(again?.sopInstanceUid).toBe(newest?.sopInstanceUid);
    expect(shown?.sopInstanceUid).not.toBe(newest?.sopInstanceUid);
    expect(printed).toEqual([]);
  });

  it('stays here where the study has another patient since, for whom the newest version goes', async () => {
    const first = await sign('First words', '%PDF-signed-1');
    handlers['report:amend']({ studyId });
    const patient = { name: 'Scheduled^Person', id: 'W-1', birthDate: null, sex: null };
    store.takeOverIdentity(studyId, { patient, accessionNumber: null, studyInstanceUid: null });
    const old = objects({ ...page(), versionId: first }, ['report-pdf']);
    await expect(old).rejects.toThrow('Version 1 was signed for another name or number');
    const second = await sign('Second words', '%PDF-signed-2');
    const [newest] = await objects({ ...page(), versionId: second }, ['report-pdf']);
    expect(identityOf(newest!).slice(0, 2)).toEqual(['Scheduled^Person', 'W-1']);
  });
});
