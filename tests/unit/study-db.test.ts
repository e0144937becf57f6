// The study database: importing, content addressing, results kept exactly, append-only, deletion.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import type { QuantificationStatus } from '../../src/core/domain/quantification.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { sha256Hex } from '../../src/node/files/hashing.ts';
import { decodeCurves, encodeCurves } from '../../src/node/study-db/curveBlob.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { awkwardDoubles, newAnalysis, newDataset, newStudy, RECIPE, voxelResult } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
let serial = 0;
let path = '';
let store: StudyStore;
let clock = 0;
const now = (): string => new Date(Date.UTC(2026, 0, 1, 0, 0, clock++)).toISOString();

beforeEach(() => {
  path = join(folder, `studies${serial++}.db`);
  store = openStudyDb(path, { now });
});
afterEach(() => store.close());
afterAll(() => rmSync(folder, { recursive: true }));

/** Counts rows past the store, on a connection of its own. */
function count(table: string): number {
  const database = new Database(path);
  try {
    return (database.prepare(`SELECT count(*) AS n FROM ${table}`).get([]) as { n: number }).n;
  } finally {
    database.close();
  }
}

/** Runs SQL past the store, foreign keys and triggers on, as a careless program would. */
function attempt(sql: string): void {
  const database = new Database(path);
  try {
    database.exec('PRAGMA foreign_keys = ON');
    database.exec(sql);
  } finally {
    database.close();
  }
}

describe('importing', () => {
  it('keeps the raw file byte for byte and describes it', () => {
    const dataset = newDataset(1);
    const { study, datasets, alreadyKnown } = store.importStudy(newStudy(), [dataset]);
    expect(alreadyKnown).toEqual([]);
    expect(datasets).toHaveLength(1);
    const record = datasets[0]!;
    expect(record).toMatchObject({
      studyId: study.id,
      role: 'metabolite',
      fileName: 'scan1.nii.gz',
      sizeBytes: dataset.bytes.length,
      sha256: sha256Hex(dataset.bytes),
      description: dataset.description,
    });
    expect(store.readRawFile(record.id)).toEqual(dataset.bytes);
    expect(store.getDataset(record.id)).toEqual(record);
    expect(store.listDatasets(study.id)).toEqual([record]);
  });

  it('keeps an empty file and a view into a larger buffer as they are', () => {
    const large = Uint8Array.from({ length: 100 }, (_, i) => i);
    const files = [newDataset(1, { bytes: new Uint8Array(0) }), newDataset(2, { bytes: large.subarray(10, 20) })];
    const { datasets } = store.importStudy(newStudy(), files);
    expect(store.readRawFile(datasets[0]!.id)).toEqual(new Uint8Array(0));
    expect(store.readRawFile(datasets[1]!.id)).toEqual(large.slice(10, 20));
  });

  it('makes one dataset of a file imported twice, and writes nothing the second time', () => {
    const first = store.importStudy(newStudy(), [newDataset(1)]);
    const second = store.importStudy(newStudy({ title: 'again' }), [newDataset(1, { fileName: 'renamed.nii.gz' })]);
    expect(second).toEqual({ study: first.study, datasets: [], alreadyKnown: first.datasets });
    expect([count('studies'), count('datasets'), count('raw_files'), count('patients')]).toEqual([1, 1, 1, 1]);
  });

  it('makes one dataset of a file given twice in one import', () => {
    const { datasets } = store.importStudy(newStudy(), [newDataset(1), newDataset(1, { role: 'water' })]);
    expect(datasets).toHaveLength(1);
    expect(count('datasets')).toBe(1);
  });

  it('adds the new files to the study that holds the known ones', () => {
    const first = store.importStudy(newStudy(), [newDataset(1)]);
    const second = store.importStudy(newStudy(), [newDataset(1), newDataset(2, { role: 'water' })]);
    expect(second.study).toEqual(first.study);
    expect(second.datasets.map((d) => d.role)).toEqual(['water']);
    expect(second.alreadyKnown).toEqual(first.datasets);
    expect(store.listDatasets(first.study.id)).toHaveLength(2);
  });

  it("never adds one patient's files to another patient's study", () => {
    const first = store.importStudy(newStudy(), [newDataset(1)]);
    const other = newStudy({ patient: { ...UNKNOWN_PATIENT, id: 'P-2' } });
    const second = store.importStudy(other, [newDataset(1), newDataset(2)]);
    expect(second.study.id).not.toBe(first.study.id);
    expect(store.listDatasets(first.study.id)).toHaveLength(1);
  });

  it('lets two studies share a file through addDatasets, and stores its bytes once', () => {
    const image = newDataset(9, { role: 'image' });
    const a = store.importStudy(newStudy(), [newDataset(1), image]).study;
    const b = store.importStudy(newStudy(), [newDataset(2)]).study;
    expect(store.addDatasets(b.id, [image]).datasets).toHaveLength(1);
    expect(store.addDatasets(b.id, [image]).alreadyKnown).toHaveLength(1);
    expect(count('raw_files')).toBe(3);
    store.deleteStudy(a.id);
    expect(count('raw_files')).toBe(2);
    const kept = store.listDatasets(b.id).find((d) => d.role === 'image');
    expect(store.readRawFile(kept!.id)).toEqual(image.bytes);
  });

  it('notices a raw file that has changed in the database', () => {
    const { datasets } = store.importStudy(newStudy(), [newDataset(1)]);
    attempt('DROP TRIGGER raw_files_refuse_update; UPDATE raw_files SET bytes = zeroblob(length(bytes))');
    expect(() => store.readRawFile(datasets[0]!.id)).toThrow(expect.objectContaining({ code: 'STUDY_DB_CORRUPT' }));
  });
});

describe('patients', () => {
  const patientIdOf = (patient: Partial<typeof UNKNOWN_PATIENT>, seed: number): string =>
    store.importStudy(newStudy({ patient: { ...UNKNOWN_PATIENT, ...patient } }), [newDataset(seed)]).study.patientId;

  it('are the same with the same id, name and birth date, or with the same id when the rest is unknown', () => {
    const full = patientIdOf({ id: '7', name: 'A', birthDate: '1970-01-01' }, 1);
    expect(patientIdOf({ id: '7', name: 'A', birthDate: '1970-01-01' }, 2)).toBe(full);
    expect(patientIdOf({ id: '7' }, 3)).toBe(full);
  });

  it('gain what was unknown, and are then distinguished by it', () => {
    const first = patientIdOf({ id: '7' }, 1);
    expect(patientIdOf({ id: '7', name: 'A' }, 2)).toBe(first);
    expect(patientIdOf({ id: '7', name: 'B' }, 3)).not.toBe(first);
    expect(store.listStudies().find((s) => s.patientId === first)?.patient.name).toBe('A');
  });

  it('are never merged where the id is contradicted, ambiguous or unknown', () => {
    const a = patientIdOf({ id: '7', name: 'A' }, 1);
    const b = patientIdOf({ id: '7', name: 'B' }, 2);
    const ambiguous = patientIdOf({ id: '7' }, 3);
    const nameless = [patientIdOf({}, 4), patientIdOf({}, 5)];
    const sameName = [patientIdOf({ name: 'A' }, 6), patientIdOf({ name: 'A' }, 7)];
    expect(new Set([a, b, ambiguous, ...nameless, ...sameName]).size).toBe(7);
  });

  it('keep age and weight with the study, not with the person', () => {
    const patient = { ...UNKNOWN_PATIENT, id: '7' };
    store.importStudy(newStudy({ patient: { ...patient, ageYears: 40, weightKg: 71.5 } }), [newDataset(1)]);
    store.importStudy(newStudy({ patient: { ...patient, ageYears: 41 } }), [newDataset(2)]);
    expect(store.listStudies().map((s) => [s.patient.ageYears, s.patient.weightKg])).toEqual([
      [41, null],
      [40, 71.5],
    ]);
  });
});

describe('the worklist', () => {
  it('shows newest first, with the first metabolite dataset and counts', () => {
    const a = store.importStudy(newStudy(), [newDataset(1, { role: 'water' }), newDataset(2)]);
    store.importStudy(newStudy({ title: 'Second' }), [newDataset(3, { role: 'image' })]);
    store.addAnalysis(newAnalysis(a.study.id, a.datasets[1]!.id));
    const [second, first] = store.listStudies();
    expect(second).toMatchObject({ title: 'Second', sequence: null, fieldT: null, datasetCount: 1, resultCount: 0 });
    expect(first).toMatchObject({
      sequence: 'PRESS',
      fieldT: 2.8936,
      echoTimeS: 0.03,
      repetitionTimeS: 2,
      datasetCount: 2,
      resultCount: 1,
      state: 'fitted',
    });
    expect(store.getStudy(a.study.id)).toEqual(first);
    expect(JSON.stringify(store.listStudies())).not.toContain('_metadata');
  });

  it('keeps a later state when another analysis is added', () => {
    const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
    store.setStudyState(study.id, 'signed');
    store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
    expect(store.getStudy(study.id).state).toBe('signed');
  });
});

describe('analyses', () => {
  it('come back exactly, curves bit for bit', () => {
    const { study, datasets } = store.importStudy(newStudy(), [newDataset(1), newDataset(2, { role: 'water' })]);
    const analysis = newAnalysis(study.id, datasets[0]!.id, {
      waterDatasetId: datasets[1]!.id,
      waterSha256: datasets[1]!.sha256,
      voxels: [voxelResult(5), voxelResult(3), { ...voxelResult(4), curves: null }],
    });
    const added = store.addAnalysis(analysis);
    const read = store.getAnalysis(added.id);
    expect(read).toEqual(added);
    expect(read).toMatchObject({ ...analysis, recipeId: RECIPE.id, status: 'converged', voxelCount: 3 });
    for (const [i, voxel] of analysis.voxels.entries()) {
      const back = read.voxels[i]!;
      expect(Object.is(back.result.phase0Deg, -0)).toBe(true);
      expect(back.result.snr.value).toBe(Infinity);
      expect(back.result.gaussianHz).toBeNaN();
      const bits = (array: Float64Array): Uint8Array =>
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      expect(back.curves === null).toBe(voxel.curves === null);
      if (voxel.curves !== null) expect(bits(back.curves!.residual)).toEqual(bits(voxel.curves.residual));
    }
    expect(store.listAnalyses(study.id)).toEqual([
      expect.objectContaining({ id: added.id, recipeId: RECIPE.id, voxelCount: 3 }),
    ]);
  });

  it('encode any curves bit for bit (any bit pattern of a double)', () => {
    const doubles = fc.uint8Array({ minLength: 0, maxLength: 400 }).map((bytes) => {
      const whole = bytes.slice(0, bytes.length - (bytes.length % 8));
      return new Float64Array(whole.buffer);
    });
    fc.assert(
      fc.property(doubles, fc.array(fc.string(), { maxLength: 3 }), (curve, names) => {
        const other = awkwardDoubles(curve.length, 1);
        const components = names.map((name) => ({ name, curve }));
        const curves = { ppm: curve, data: other, fit: curve, baseline: other, residual: curve, components };
        const back = decodeCurves(encodeCurves(curves));
        expect(back.components.map((c) => c.name)).toEqual(names);
        for (const array of [back.ppm, back.fit, back.residual, ...back.components.map((c) => c.curve)]) {
          expect(new Uint8Array(array.buffer)).toEqual(new Uint8Array(curve.buffer));
        }
        expect(new Uint8Array(back.baseline.buffer)).toEqual(new Uint8Array(other.buffer));
      }),
    );
  });

  it('name the worst status of the fitted voxels', () => {
    const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
    const statusOf = (...statuses: QuantificationStatus[]): string =>
      store.addAnalysis(
        newAnalysis(study.id, datasets[0]!.id, { voxels: statuses.map((status, i) => voxelResult(i, status)) }),
      ).status;
    expect(statusOf('converged', 'converged')).toBe('converged');
    expect(statusOf('refused')).toBe('refused');
    expect(statusOf('refused', 'converged')).toBe('converged');
    expect(statusOf('refused', 'notConverged', 'converged')).toBe('notConverged');
  });

  it('are refused whole where a part is wrong', () => {
    const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
    const other = store.importStudy(newStudy(), [newDataset(2)]);
    const datasetId = datasets[0]!.id;
    const code = (c: string): unknown => expect.objectContaining({ code: c });
    expect(() => store.addAnalysis(newAnalysis('nothing', datasetId))).toThrow(code('NOT_FOUND'));
    expect(() => store.addAnalysis(newAnalysis(other.study.id, datasetId))).toThrow(code('NOT_FOUND'));
    expect(() => store.addAnalysis(newAnalysis(study.id, datasetId, { recipeSha256: sha256Hex('x') }))).toThrow(
      code('BUG'),
    );
    const twiceTheSameVoxel = newAnalysis(study.id, datasetId, { voxels: [voxelResult(1), voxelResult(1)] });
    expect(() => store.addAnalysis(twiceTheSameVoxel)).toThrow(code('BUG'));
    expect([count('analyses'), count('analysis_voxels'), count('recipes')]).toEqual([0, 0, 0]);
    expect(store.getStudy(study.id).state).toBe('new');
  });

  it('and reports, recipes and raw files can be neither changed nor deleted one by one', () => {
    const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
    const { id } = store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
    store.addReport({ studyId: study.id, analysisId: id, format: 'pdf', sha256: sha256Hex('pdf') });
    for (const table of ['analyses', 'analysis_voxels', 'reports', 'recipes', 'raw_files']) {
      expect(() => attempt(`UPDATE ${table} SET rowid = rowid`), `UPDATE ${table}`).toThrow('append-only');
    }
    for (const table of ['analysis_voxels', 'analyses', 'reports']) {
      expect(() => attempt(`DELETE FROM ${table}`), `DELETE ${table}`).toThrow('deleted only with');
    }
    for (const table of ['recipes', 'raw_files', 'datasets', 'patients']) {
      expect(() => attempt(`DELETE FROM ${table}`), `DELETE ${table}`).toThrow('FOREIGN KEY');
    }
    expect(store.getAnalysis(id).voxels).toHaveLength(1);
  });
});

describe('deleting a study', () => {
  it('takes everything of it and nothing of others', () => {
    const a = store.importStudy(newStudy(), [newDataset(1)]);
    const other = newStudy({ patient: { ...UNKNOWN_PATIENT, id: 'P-2' } });
    const b = store.importStudy(other, [newDataset(2)]);
    for (const { study, datasets } of [a, b]) {
      const { id } = store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
      store.addReport({ studyId: study.id, analysisId: id, format: 'html', sha256: sha256Hex('html') });
      store.startJob('fit', study.id);
    }
    store.deleteStudy(a.study.id);
    const tables = ['patients', 'studies', 'datasets', 'raw_files', 'analyses', 'analysis_voxels', 'reports', 'jobs'];
    expect(tables.map(count)).toEqual(tables.map(() => 1));
    expect(store.listStudies().map((s) => s.id)).toEqual([b.study.id]);
    expect(() => store.getDataset(a.datasets[0]!.id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    store.deleteStudy(b.study.id);
    expect(tables.map(count)).toEqual(tables.map(() => 0));
  });
});

describe('reports, jobs and settings', () => {
  it('are kept', () => {
    const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
    const { id } = store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
    const report = store.addReport({ studyId: study.id, analysisId: id, format: 'csv', sha256: sha256Hex('csv') });
    expect(store.listReports(study.id)).toEqual([report]);

    const job = store.startJob('fit', study.id);
    expect(store.listJobs()).toEqual([job]);
    store.finishJob(job.id, 'failed', 'The basis is missing.');
    expect(store.listJobs()[0]).toEqual({
      ...job,
      state: 'failed',
      message: 'The basis is missing.',
      finishedAt: expect.any(String) as string,
    });

    const request = { datasetId: datasets[0]!.id, voxels: null };
    const cut = store.startJob('fit', study.id, request);
    store.finishJob(cut.id, 'interrupted', 'The program ended.');
    const interrupted = { ...cut, state: 'interrupted', message: 'The program ended.', request };
    expect(store.listUnfinishedJobs()).toEqual([interrupted]);
    store.finishJob(cut.id, 'cancelled', null);
    expect(store.listUnfinishedJobs()).toEqual([]);
    expect(store.listJobs()[0]).toMatchObject({ state: 'cancelled', request: null });
    // What a deleted study's jobs were asked goes with it.
    store.startJob('fit', store.importStudy(newStudy(), [newDataset(77)]).study.id, {
      basisId: 'asked-of-a-deleted-study',
    });
    store.deleteStudy(store.listStudies().find(({ id: one }) => one !== study.id)!.id);
    expect(readFileSync(path).includes('asked-of-a-deleted-study')).toBe(false);

    expect(store.getSetting('threads')).toBeNull();
    store.setSetting('threads', '2');
    store.setSetting('threads', '4');
    expect(store.getSetting('threads')).toBe('4');
  });

  it('name what is not there', () => {
    const notFound = expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining('nix') as string });
    expect(() => store.getStudy('nix')).toThrow(notFound);
    expect(() => store.getDataset('nix')).toThrow(notFound);
    expect(() => store.readRawFile('nix')).toThrow(notFound);
    expect(() => store.getAnalysis('nix')).toThrow(notFound);
    expect(() => store.deleteStudy('nix')).toThrow(notFound);
    expect(() => store.setStudyState('nix', 'signed')).toThrow(notFound);
    expect(() => store.addDatasets('nix', [])).toThrow(notFound);
    expect(() => store.startJob('fit', 'nix')).toThrow(notFound);
    expect(() => store.finishJob('nix', 'done', null)).toThrow(notFound);
    expect(() => store.addReport({ studyId: 'nix', analysisId: 'nix', format: 'csv', sha256: '' })).toThrow(notFound);
  });
});
