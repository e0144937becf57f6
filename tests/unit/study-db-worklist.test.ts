// The worklist as the study database answers it: search, filters, order, rows; and its facts kept up to date.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { QualityGrade } from '../../src/core/domain/qualityGrade.ts';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import type { VoxelQuantification } from '../../src/core/domain/quantification.ts';
import { WHOLE_WORKLIST } from '../../src/core/domain/worklistQuery.ts';
import type { WorklistQuery } from '../../src/core/domain/worklistQuery.ts';
import type { DatasetDescription, StudyStore } from '../../src/core/ports/studyStore.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { DESCRIPTION, newAnalysis, newDataset, newStudy, voxelResult } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
let serial = 0;
let path = '';
let store: StudyStore;
let clock = 0;
const now = (): string => new Date(Date.UTC(2026, 0, 1, 0, 0, clock++)).toISOString();

beforeEach(() => {
  path = join(folder, `worklist${serial++}.db`);
  store = openStudyDb(path, { now });
});
afterAll(() => rmSync(folder, { recursive: true }));

let seed = 0;

/** @returns the new study's id */
function add(name: string | null, study = {}, description: Partial<DatasetDescription> = {}): string {
  const patient = { ...UNKNOWN_PATIENT, name, id: name === null ? null : `N-${name}` };
  const dataset = newDataset(seed++, { description: { ...DESCRIPTION, ...description } });
  return store.importStudy(newStudy({ patient, ...study }), [dataset]).study.id;
}

const ask = (part: Partial<WorklistQuery>): readonly string[] =>
  store.queryWorklist({ ...WHOLE_WORKLIST, ...part }).ids;

function graded(voxel: number, grade: QualityGrade | null): VoxelQuantification {
  const { result, curves } = voxelResult(voxel);
  const assessment = { thresholds: 't', grade, figures: [], notMeasured: [] };
  const quality = { snr: [], waterFwhmHz: null, tCrFwhmHz: null, drift: null, residualOverNoise: null, whitenessP: null, assessment }; // prettier-ignore
  return { voxel, result: { ...result, quality }, curves };
}

function fit(studyId: string, grades: readonly (QualityGrade | null)[]): void {
  const datasetId = store.listDatasets(studyId)[0]!.id;
  store.addAnalysis(newAnalysis(studyId, datasetId, { voxels: grades.map((grade, i) => graded(i, grade)) }));
}

describe('the search', () => {
  it('finds every word anywhere in the row, without case or diacritics', () => {
    const muller = add('Müller', { region: 'Thalamus', studyDate: '2026-03-04' }, { sequence: 'sLASER' });
    const cerny = add('Černý', { region: 'PCC' }, { manufacturer: 'Siemens', scannerModel: 'Prisma' });
    expect(ask({ search: 'muller' })).toEqual([muller]);
    expect(ask({ search: 'ČERNY prisma' })).toEqual([cerny]);
    expect(ask({ search: 'thal slaser 2026-03' })).toEqual([muller]);
    expect(ask({ search: 'n-Müller new' })).toEqual([muller]);
    expect(ask({ search: 'muller prisma' })).toEqual([]);
    // Wildcards of SQL are letters like others.
    expect(ask({ search: '%' })).toEqual([]);
    expect(ask({ search: "' OR 1=1 --" })).toEqual([]);
  });

  it('finds states and grades by what a word of it means', () => {
    const fresh = add('Neumann');
    const fitted = add('Alt');
    const rated = add('Gutbrod');
    fit(fitted, ['good']);
    fit(rated, ['fail']);
    const meanings: WorklistQuery['meanings'] = [
      { word: 'neu', states: ['new'], grades: [] },
      { word: 'Gut', states: [], grades: ['good'] },
      { word: 'ohne', states: ['signed'], grades: ['none'] },
    ];
    const found = (search: string) => [...ask({ search, meanings, sortBy: 'patient', descending: false })];
    // Beside the names that hold the word.
    expect(found('NEU')).toEqual([fresh]);
    expect(found('gut')).toEqual([fitted, rated]);
    expect(found('ohne')).toEqual([fresh]);
    expect(found('gut alt')).toEqual([fitted]);
    expect(found('neu gut')).toEqual([]);
    // A longer word is another one.
    expect(found('gute')).toEqual([]);
    expect(ask({ search: 'neumann', meanings })).toEqual([fresh]);
  });

  it('knows a name that came with a later file of the same patient', () => {
    const nameless = store.importStudy(newStudy({ patient: { ...UNKNOWN_PATIENT, id: 'P-7' } }), [newDataset(901)]);
    expect(ask({ search: 'late' })).toEqual([]);
    const patient = { ...UNKNOWN_PATIENT, id: 'P-7', name: 'Late Name' };
    const named = store.importStudy(newStudy({ patient, title: 'Second' }), [newDataset(902)]);
    expect([...ask({ search: 'late' })].sort()).toEqual([nameless.study.id, named.study.id].sort());
  });
});

describe('filters', () => {
  it('are by state, quality, field, date and imaging, and join', () => {
    const old = add('A', { studyDate: '2020-01-01' }, { fieldT: 1.494 });
    const grid = add('B', { studyDate: '2026-05-05' }, { grid: [8, 8, 1] });
    const undated = add('C', { studyDate: null }, { fieldT: 6.98 });
    fit(grid, ['good', null, 'fail', 'good', 'borderline']);
    store.setStudyState(old, 'reviewed');
    expect(ask({ states: ['reviewed'] })).toEqual([old]);
    expect(ask({ states: ['fitted', 'new'], sortBy: 'patient', descending: false })).toEqual([grid, undated]);
    expect(ask({ grades: ['good'] })).toEqual([grid]);
    expect(ask({ grades: ['none'], sortBy: 'patient', descending: false })).toEqual([old, undated]);
    expect(ask({ fieldsT: [3, 7], sortBy: 'fieldT', descending: false })).toEqual([grid, undated]);
    expect(ask({ from: '2020-01-01', to: '2020-01-01' })).toEqual([old]);
    expect(ask({ from: '2020-01-02' })).toEqual([grid]);
    expect(ask({ withMrsi: true })).toEqual([grid]);
    expect(ask({ withMrsi: true, grades: ['none'] })).toEqual([]);
    expect(store.queryWorklist(WHOLE_WORKLIST)).toMatchObject({ total: 3, fieldsT: [1.494, 2.8936, 6.98] });
  });
});

describe('the order', () => {
  it('is by any column both ways, with the unknown last and equals newest first', () => {
    const b = add('Ábel', { studyDate: '2026-02-02' }, { echoTimeS: 0.144 });
    const a = add('Abe', { studyDate: null }, { echoTimeS: 0.03 });
    const none = add(null, { studyDate: '2026-03-03' }, { echoTimeS: null });
    expect(ask({ sortBy: 'patient', descending: false })).toEqual([a, b, none]);
    expect(ask({ sortBy: 'patient', descending: true })).toEqual([b, a, none]);
    expect(ask({ sortBy: 'studyDate', descending: true })).toEqual([none, b, a]);
    expect(ask({ sortBy: 'echoTimeS', descending: false })).toEqual([a, b, none]);
    expect(ask({ sortBy: 'sequence', descending: false })).toEqual([none, a, b]);
    fit(a, ['fail']);
    fit(b, ['good']);
    fit(b, ['good']);
    expect(ask({ sortBy: 'quality', descending: false })).toEqual([a, b, none]);
    expect(ask({ sortBy: 'results', descending: true })).toEqual([b, a, none]);
    store.setStudyState(none, 'signed');
    expect(ask({ sortBy: 'state', descending: true })[0]).toBe(none);
    expect(ask({ sortBy: 'scanner', descending: true })).toHaveLength(3);
    expect(ask({ sortBy: 'warnings', descending: true })).toHaveLength(3);
  });
});

describe('a row', () => {
  it('says the verdict that half of a grid reaches, and the newest fit’s', () => {
    const id = add('A', {}, { manufacturer: 'Philips', scannerModel: 'Achieva', grid: [2, 2, 1] });
    const row = () => store.worklistRows([id])[0]!;
    expect(row()).toMatchObject({ scanner: 'Philips Achieva', voxels: 4, quality: null, importWarnings: 1, fitWarnings: 0 }); // prettier-ignore
    fit(id, ['good', 'borderline', 'borderline', 'fail']);
    expect(row()).toMatchObject({ quality: 'borderline', resultCount: 1, state: 'fitted', fitWarnings: 1 });
    fit(id, ['good']);
    expect(row().quality).toBe('good');
    // A newer result without a verdict (read from elsewhere) leaves the one there is.
    fit(id, [null]);
    expect(row()).toMatchObject({ quality: 'good', resultCount: 3 });
  });

  it('keeps the order of the ids, and leaves out what is gone', () => {
    const [a, b] = [add('A'), add('B')];
    expect(store.worklistRows([b, 'gone', a]).map(({ id }) => id)).toEqual([b, a]);
    store.deleteStudy(b);
    expect(store.worklistRows([b, a]).map(({ id }) => id)).toEqual([a]);
    expect(ask({})).toEqual([a]);
  });
});
