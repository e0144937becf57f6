// The host's handlers of reports and reference ranges over a real database: draft, signature, versions, content, tables.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeMrs } from '../../src/core/formats/index.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import type { RangeText, ReferenceRange } from '../../src/core/domain/referenceRange.ts';
import { rangeText } from '../../src/core/domain/referenceRange.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import { actAs, actingUser } from '../../src/main/acting.ts';
import { createAnalysisCache } from '../../src/main/analysisCache.ts';
import type { HostHandlers } from '../../src/main/hostMessages.ts';
import { createHostHandlers } from '../../src/main/ipcHandlers/index.ts';
import type { Services } from '../../src/main/services.ts';
import { reportOfStudy } from '../../src/main/studyReport.ts';
import { createLogins } from '../../src/node/access/logins.ts';
import { hashPassword } from '../../src/node/access/passwords.ts';
import { localTime } from '../../src/node/files/reportDicom.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newAnalysis, newDataset, newStudy } from '../fixtures/studies.ts';
import { exampleCurves, exampleResult } from '../unit/reportsFixture.ts';
import { syntheticScan } from '../unit/workflowFixture.ts';

let folder = '';
let store: StudyStore;
let handlers: HostHandlers;
let events: [string, unknown][];
let studyId = '';
let analysisId = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-report-'));
  store = openStudyDb(path.join(folder, 'study.db'), {
    now: () => '2026-01-01T00:00:00.000Z',
    userName: () => actingUser()?.name ?? null,
  });
  events = [];
  const services: Partial<Services> = {
    store,
    logins: createLogins(store),
    parse: async (files, options) => readMrs(files, options),
    analyses: createAnalysisCache(store),
    stamp: { program: 'Lineshape', version: '0', now: () => '2026-01-02T00:00:00.000Z' },
    basisFolders: [],
  };
  handlers = createHostHandlers({
    services: services as Services,
    emit: (event, payload) => void events.push([event, payload]),
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

const SIGNER = { name: ' Dr.  Test ', role: 'radiologist' };
const page = () => ({ analysisId, voxel: 0 });

/** What the main process does, with a PDF of its own. */
async function sign(conclusion: string): Promise<string> {
  const prepared = await handlers['host:prepare-signing']({ ...page(), signer: SIGNER, conclusion });
  const { id } = await handlers['host:store-signed']({ ...prepared, pdf: new TextEncoder().encode('%PDF-') });
  return id;
}

describe('the report of a study', () => {
  it('shows the draft, is signed as shown, and stays so', async () => {
    await handlers['report:save-draft']({ studyId, conclusion: 'First words' });
    const { html } = await handlers['report:preview'](page());
    expect(html).toContain('First words');
    expect(html).toContain('>DRAFT<');
    const versionId = await sign('Last words');
    const state = await handlers['report:state']({ studyId });
    expect(CHANNELS['report:state'].response.safeParse(state).error).toBeUndefined();
    expect(state).toMatchObject({ draft: null, isLocked: true, versions: [{ version: 1, conclusion: 'Last words' }] });
    expect(state.versions[0]?.signer).toEqual({ name: 'Dr. Test', role: 'radiologist' });
    expect(events).toContainEqual(['studies:changed', { studyId }]);
    const signed = await handlers['report:version']({ versionId });
    expect(signed.html).toContain('Signed by Dr. Test, radiologist at 2026-01-02 00:00 UTC, version 1.');
    await expect(async () => handlers['report:save-draft']({ studyId, conclusion: 'x' })).rejects.toThrow('is signed');
    // Results that come later change nothing of it.
    store.addReferenceRange(RANGE);
    expect(await handlers['report:version']({ versionId })).toEqual(signed);
  });

  it('has the regions that the window has drawn, and signs them with it', async () => {
    const drawn = { regions: [{ name: 'Left frontal', voxels: [0, 4] }] };
    const request = { ...page(), drawn, signer: SIGNER, conclusion: '' };
    expect(CHANNELS['report:sign'].request.safeParse(request).error).toBeUndefined();
    expect(
      CHANNELS['report:sign'].request.safeParse({ ...request, drawn: { regions: [{ name: '', voxels: [] }] } }).success,
    ).toBe(false);
    const prepared = await handlers['host:prepare-signing'](request);
    expect(prepared.html).toContain('1. Left frontal');
    expect(JSON.parse(prepared.json)).toMatchObject({ regions: [{ name: 'Left frontal', voxels: [0, 4] }] });
    const without = await handlers['host:prepare-signing']({ ...page(), signer: SIGNER, conclusion: '' });
    expect(without.contentSha256).not.toBe(prepared.contentSha256);
  });

  it('is amended as version 2, whose hash is another', async () => {
    await sign('One');
    expect(await handlers['report:amend']({ studyId })).toEqual({ conclusion: 'One' });
    await sign('Two');
    const { versions } = await handlers['report:state']({ studyId });
    expect(versions.map(({ version, conclusion }) => [version, conclusion])).toEqual([
      [1, 'One'],
      [2, 'Two'],
    ]);
    expect(versions[0]?.contentSha256).not.toBe(versions[1]?.contentSha256);
  });

  it('is signed by nobody without a name', async () => {
    const request = { ...page(), conclusion: '', signer: { name: '  ', role: 'x' } };
    await expect(handlers['host:prepare-signing'](request)).rejects.toThrow('without a name');
    expect((await handlers['report:state']({ studyId })).versions).toEqual([]);
  });

  it('is signed, where login is required, by the user who gives the password again, under the user’s own name', async () => {
    const password = 'a mild and sunny day';
    const hash = await hashPassword(password, 'anna');
    const anna = store.addUser({ name: 'anna', fullName: 'Dr. Anna Novak', role: 'administrator' }, hash, false);
    store.setAccessRules({ loginRequired: true, idleLockS: null });
    const request = { ...page(), conclusion: 'Mine', signer: { name: 'Somebody else', role: 'radiologist' } };
    const prepare = (given: object, user: typeof anna | null) =>
      actAs(user, async () => handlers['host:prepare-signing']({ ...request, ...given }));
    await expect(prepare({ password }, null)).rejects.toMatchObject({ code: 'LOGGED_OUT' });
    await expect(prepare({}, anna)).rejects.toThrow('The password is wrong.');
    await expect(prepare({ password: 'another one here' }, anna)).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    const prepared = await prepare({ password }, anna);
    expect(prepared.signer).toEqual({ name: 'Dr. Anna Novak', role: 'radiologist' });
    expect(prepared.html).toContain('Dr. Anna Novak');
    expect(JSON.stringify(prepared)).not.toContain(password);
    await actAs(anna, async () => handlers['host:store-signed']({ ...prepared, pdf: new Uint8Array([1]) }));
    expect(store.listAudit().findLast(({ kind }) => kind === 'sign')).toMatchObject({ user: 'anna', action: 'report' });
  });

  it('cannot be called signed, or unsigned, by hand', async () => {
    const set = (state: 'signed' | 'fitted') => async () => handlers['study:set-state']({ studyId, state });
    await expect(set('signed')).rejects.toThrow('by signing its report');
    await sign('One');
    await expect(set('fitted')).rejects.toThrow('is signed');
    expect(store.getStudy(studyId).state).toBe('signed');
  });

  it('goes out with those of other studies as it was last looked at, or as it was signed', async () => {
    const layout = { format: 'html', language: 'en', paper: 'a4' } as const;
    const other = newDataset(2, { fileName: 'other.nii.gz', bytes: writeMrs(syntheticScan({ seed: 5 }), 'nifti-mrs') });
    const { datasets } = store.addDatasets(studyId, [other]);
    const voxels = [3, 5].map((voxel) => ({ voxel, result: exampleResult(), curves: exampleCurves() }));
    const second = store.addAnalysis(newAnalysis(studyId, datasets[0]!.id, { voxels })).id;
    const looked = (selection: unknown): void => store.setSetting(`view/${studyId}`, JSON.stringify({ selection }));
    expect((await handlers['host:study-report']({ studyId, ...layout })).analysisId).toBe(second);
    looked({ datasetId: store.getAnalysis(analysisId).datasetId, voxel: 0 });
    expect((await handlers['host:study-report']({ studyId, ...layout })).analysisId).toBe(analysisId);
    looked({ datasetId: datasets[0]!.id, voxel: 5 });
    expect(reportOfStudy(store, studyId)).toEqual({ analysisId: second, voxel: 5, versionId: null });
    looked({ datasetId: datasets[0]!.id, voxel: 77 });
    expect(reportOfStudy(store, studyId).voxel).toBe(3);
    store.setSetting(`view/${studyId}`, '{ broken');
    expect(reportOfStudy(store, studyId).analysisId).toBe(second);
    const versionId = await sign('Signed words');
    expect(reportOfStudy(store, studyId)).toEqual({ analysisId, voxel: 0, versionId });
    const sent = await handlers['host:study-report']({ studyId, ...layout });
    expect([sent.text, sent.pdf]).toEqual([expect.stringContaining('Signed words'), expect.any(Uint8Array)]);
    const empty = store.importStudy(newStudy({ title: 'Empty' }), [newDataset(9)]).study.id;
    await expect(async () => handlers['host:study-report']({ studyId: empty, ...layout })).rejects.toThrow(
      'has no result',
    );
    expect(await handlers['host:study-title']({ studyId: empty })).toMatch(/Empty/);
    expect(await handlers['host:study-title']({ studyId: 'gone' })).toBe('gone');
  });

  it('goes to disk as it is, or as it was signed', async () => {
    const content = (format: 'html' | 'json' | 'csv', versionId?: string) =>
      handlers['host:report']({ ...page(), format, ...(versionId === undefined ? {} : { versionId }) });
    expect((await content('csv')).text).toContain('tNAA');
    expect(JSON.parse((await content('json')).text)).toMatchObject({ schema: 'lineshape.report/1', signature: null });
    const draft = await content('html');
    expect([draft.pdf, draft.suggestedName, draft.dicom.isSigned]).toEqual([null, 'scan-report', false]);
    const versionId = await sign('One');
    await handlers['report:amend']({ studyId });
    await handlers['report:save-draft']({ studyId, conclusion: 'Two' });
    const signed = await content('html', versionId);
    expect(signed.text).toContain('SIGNED, version 1');
    expect(new TextDecoder().decode(signed.pdf ?? new Uint8Array())).toBe('%PDF-');
    // In the clock of this computer: DICOM's dates name no zone.
    const createdAt = localTime('2026-01-02T00:00:00.000Z');
    expect(signed.dicom).toMatchObject({ isSigned: true, version: 1, createdAt });
    expect(signed.dicom.studyInstanceUid).toBe(draft.dicom.studyInstanceUid);
    expect(JSON.parse((await content('json', versionId)).text)).toMatchObject({ signature: { name: 'Dr. Test' } });
  });

  it('speaks the language it is asked for', async () => {
    expect((await handlers['report:preview']({ ...page(), language: 'cs' })).html).toContain('<html lang="cs">');
    const letter = await handlers['report:preview']({ ...page(), paper: 'letter' });
    expect(letter.html).toContain('size: letter');
  });
});

const RANGE: ReferenceRange = {
  ...{ metabolite: 'tNAA', quantity: 'ratio', denominator: 'tCr', nucleus: '1H', fieldT: 3 },
  ...{ echoTimeMinMs: 25, echoTimeMaxMs: 35, sequence: null, region: 'PCC', tissue: null, ageMinYears: null },
  ...{ ageMaxYears: null, mean: 1.7, sd: 0.1, n: 20, citation: 'Invented for this test' },
};

describe('reference ranges', () => {
  const save = (change: Partial<RangeText> = {}, id: string | null = null) =>
    handlers['ranges:save']({ id, text: { ...rangeText(RANGE), ...change } });

  it('are checked before they are stored', async () => {
    const refused = await save({ citation: '', mean: '1,7' });
    expect(CHANNELS['ranges:save'].response.safeParse(refused).error).toBeUndefined();
    expect(refused.saved).toBeNull();
    expect(refused.problems.map(({ field, code }) => [field, code])).toEqual([
      ['mean', 'number'],
      ['citation', 'empty'],
    ]);
    const { saved } = await save();
    await save({ mean: '1.8' }, saved?.id ?? null);
    const list = await handlers['ranges:list']({});
    expect(CHANNELS['ranges:list'].response.safeParse(list).error).toBeUndefined();
    expect(list).toMatchObject([{ mean: 1.8 }]);
    await handlers['ranges:delete']({ id: saved?.id as string });
    expect(await handlers['ranges:list']({})).toEqual([]);
  });

  it('come from a table and go into one; a line that is wrong is named', async () => {
    await save();
    const table = await handlers['host:ranges-table'](null);
    const file = path.join(folder, 'site.csv');
    const [head, line] = table.split('\r\n') as [string, string];
    await writeFile(file, [head, line, line.replace('tNAA', 'mI'), line.replace('1.7', 'much')].join('\r\n'));
    const read = await handlers['host:import-ranges']({ path: file });
    expect(read).toMatchObject({ added: 1, known: 1 });
    expect(read.refusals).toEqual([expect.stringMatching(/^Line 4 of site\.csv was left out: mean must be a number/)]);
    const missing = path.join(folder, 'missing.csv');
    await expect(handlers['host:import-ranges']({ path: missing })).rejects.toThrow('missing.csv does not exist');
  });
});

it('texts for conclusions are kept, changed and deleted', async () => {
  const { id } = await handlers['report:save-template']({ id: null, title: 'Normal', text: 'One' });
  await handlers['report:save-template']({ id, title: 'Normal', text: 'Two' });
  expect(await handlers['report:templates']({})).toEqual([{ id, title: 'Normal', text: 'Two' }]);
  await handlers['report:delete-template']({ id });
  expect(await handlers['report:templates']({})).toEqual([]);
});
