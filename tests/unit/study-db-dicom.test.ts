// The study database's part of the DICOM node: the inbox, what becomes of it, nodes, and what is on its way out.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_DICOM_NODE } from '../../src/core/domain/dicomNode.ts';
import type { RemoteNode } from '../../src/core/domain/dicomNode.ts';
import { auditMessageXml } from '../../src/core/domain/auditMessage.ts';
import type { SentObject } from '../../src/core/ports/dicomNetwork.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { readZip } from '../../src/core/formats/zipArchive.ts';
import { importIntoStore } from '../../src/core/pipeline/index.ts';
import { importWaiting } from '../../src/node/dicom/importWaiting.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { openStudyDb, verifyStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import type { MadeInstance } from '../fixtures/receivedInstances.ts';
import {
  FRAME_OF_REFERENCE,
  IMAGE_SERIES,
  receivedSlice,
  receivedSpectrum,
  SPECTRUM_SERIES,
  STUDY_UID,
} from '../fixtures/receivedInstances.ts';
import { newAnalysis, newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
let serial = 0;
let path = '';
let store: StudyStore;
let clock = 0;
const now = (): string => new Date(Date.UTC(2026, 0, 1) + 1000 * clock++).toISOString();

beforeEach(() => {
  clock = 0;
  path = join(folder, `studies${serial++}.db`);
  store = openStudyDb(path, { now });
});
afterEach(() => store.close());
afterAll(() => rmSync(folder, { recursive: true }));

const receive = (...instances: readonly MadeInstance[]): string[] =>
  instances.map((instance) => store.keepReceived(instance, instance.uids));

const parse: Parameters<typeof importWaiting>[1]['parse'] = (files, options) =>
  Promise.resolve().then(() => readMrs(files, options));

/** Imports everything that waits. */
async function importAll(byRule = false): ReturnType<typeof importWaiting> {
  const done = { studyIds: [] as string[], problems: [] as string[] };
  for (const study of store.waitingStudies()) {
    const { studyIds, problems } = await importWaiting(
      study,
      { store, parse, cancellation: NEVER_CANCELLED },
      { byRule, warnings: [] },
    );
    done.studyIds.push(...studyIds);
    done.problems.push(...problems);
  }
  return done;
}

/** Rows of a table, past the store. */
function count(table: string): number {
  const database = new Database(path);
  try {
    return (database.prepare(`SELECT count(*) AS n FROM ${table}`).get([]) as { n: number }).n;
  } finally {
    database.close();
  }
}

const actions = (): string[] => store.listAudit().map(({ kind, action }) => `${kind} ${action}`);

describe('the inbox', () => {
  it('keeps an instance byte for byte, and for the next program to open the database', () => {
    const spectrum = receivedSpectrum();
    expect(receive(spectrum)).toEqual(['kept']);
    store.close();
    store = openStudyDb(path, { now });
    const [study] = store.waitingStudies();
    expect(study).toMatchObject({
      studyInstanceUid: STUDY_UID,
      instances: [{ problem: null, callingAeTitle: 'SCANNER1' }],
    });
    expect(store.readWaiting(study!.instances[0]!.id)).toEqual(spectrum.bytes);
    expect(store.waitingCount()).toBe(1);
  });

  it('knows an instance that comes again, though another sender wrote other file meta information', () => {
    expect(receive(receivedSpectrum(), receivedSpectrum(1, { implementation: '2.25.424242' }))).toEqual([
      'kept',
      'known',
    ]);
    expect(store.waitingCount()).toBe(1);
  });

  it('keeps the newest of two contents while they wait', () => {
    const newer = receivedSpectrum(1, { seed: 5 });
    expect(receive(receivedSpectrum(), newer)).toEqual(['kept', 'replaced']);
    const [{ instances } = { instances: [] }] = store.waitingStudies();
    expect(instances).toHaveLength(1);
    expect(store.readWaiting(instances[0]!.id)).toEqual(newer.bytes);
  });

  it('is damaged where an instance is not what came', () => {
    receive(receivedSpectrum());
    const id = store.waitingStudies()[0]!.instances[0]!.id;
    const database = new Database(path);
    database.exec('UPDATE dicom_inbox SET bytes = zeroblob(size_bytes)');
    database.close();
    expect(() => store.readWaiting(id)).toThrow(expect.objectContaining({ code: 'STUDY_DB_CORRUPT' }) as Error);
    store.close();
    expect(verifyStudyDb(path, { now })).toMatchObject({ ok: false, dicomObjects: { checked: 1, wrong: [id] } });
    store = openStudyDb(path, { now });
  });

  it('loses only what an administrator drops, and the audit trail tells of it', () => {
    receive(receivedSpectrum(), receivedSlice(0));
    const [spectrum] = store.waitingStudies()[0]!.instances;
    store.dropWaiting([spectrum!.id, 'not-there']);
    expect(store.waitingCount()).toBe(1);
    expect(store.listAudit().at(-1)).toMatchObject({
      ...{ kind: 'delete', action: 'receivedInstances', details: { instances: 1 } },
    });
  });
});

describe('importing from the inbox', () => {
  it('takes a UID that is a path for a name, not for a path', async () => {
    const parts = [receivedSlice(0), receivedSlice(1)].map((slice, i) => {
      const uid = i === 0 ? '.1' : '../../1';
      return { ...receivedSlice(i, { more: [[8, 0x18, 'UI', uid]] }), sopInstanceUid: uid, uids: slice.uids };
    });
    receive(receivedSpectrum(), ...parts);
    const { studyIds, problems } = await importAll();
    expect(problems).toEqual([]);
    const image = store.listDatasets(studyIds[0]!).find(({ role }) => role === 'image');
    const names = readZip(store.readRawFile(image!.id), image!.fileName).map(({ path: name }) => name);
    expect(names.every((name) => /^[0-9A-Za-z_.]+\.dcm$/.test(name) && !name.startsWith('..'))).toBe(true);
    expect([names.length, store.waitingCount()]).toEqual([2, 0]);
  });

  it('makes one study of scan and images, and empties the inbox in the same transaction', async () => {
    receive(receivedSpectrum(), receivedSlice(0), receivedSlice(1), receivedSlice(2));
    const { studyIds, problems } = await importAll();
    expect(problems).toEqual([]);
    expect(store.waitingCount()).toBe(0);
    const datasets = store.listDatasets(studyIds[0]!);
    expect(datasets.map(({ role }) => role)).toEqual(['metabolite', 'image']);
    expect(datasets[0]!.description).toMatchObject({ echoTimeS: 0.03, nucleus: '1H' });
    expect(store.getStudy(studyIds[0]!).patient.id).toBe('T-1');
    expect(actions()).toEqual(['import datasets', 'import received']);
    expect(store.studyOfInstanceUid(STUDY_UID)).toBe(studyIds[0]);
    expect(store.seriesHere(STUDY_UID)).toEqual(new Set([SPECTRUM_SERIES, IMAGE_SERIES]));
    expect(store.framesOfReference(STUDY_UID)).toEqual(new Set([FRAME_OF_REFERENCE]));
  });

  it('knows what it has imported, and keeps another content beside it', async () => {
    receive(receivedSpectrum());
    const { studyIds } = await importAll();
    expect(receive(receivedSpectrum())).toEqual(['known']);
    expect(receive(receivedSpectrum(1, { seed: 3 }))).toEqual(['kept']);
    await importAll();
    const datasets = store.listDatasets(studyIds[0]!);
    expect(datasets).toHaveLength(2);
    expect(datasets[1]!.description.warnings.map(({ code }) => code)).toContain('series-grew');
    expect(store.waitingCount()).toBe(0);
  });

  it('lets a study grow by images that come alone and later', async () => {
    receive(receivedSpectrum());
    const { studyIds } = await importAll();
    receive(receivedSlice(0), receivedSlice(1));
    expect((await importAll()).studyIds).toEqual(studyIds);
    expect(store.listStudies()).toHaveLength(1);
    expect(store.listDatasets(studyIds[0]!).map(({ role }) => role)).toEqual(['metabolite', 'image']);
  });

  it('lets a study grow that came as files', async () => {
    const { bytes } = receivedSpectrum();
    const { studies } = await importIntoStore([{ name: 'IM1', bytes }], store, { parse });
    const { id } = studies[0]!.outcome.study;
    expect(receive(receivedSpectrum())).toEqual(['known']);
    receive(receivedSlice(0), receivedSlice(1));
    expect((await importAll()).studyIds).toEqual([id]);
    expect(store.listDatasets(id)).toHaveLength(2);
  });

  it('lets a study grow whose StudyInstanceUID was taken over from the worklist, but not by another patient', async () => {
    const patient = { ...newStudy().patient, name: 'Test^Person', id: 'T-1', birthDate: null };
    const { id } = store.importStudy(newStudy({ patient }), [newDataset(1, { role: 'metabolite' })]).study;
    const nothing = { name: null, id: null, birthDate: null, sex: null };
    store.takeOverIdentity(id, { patient: nothing, accessionNumber: null, studyInstanceUid: STUDY_UID });
    receive(receivedSlice(0), receivedSlice(1));
    expect((await importAll()).studyIds).toEqual([id]);
    const other = { patientId: 'T-2' };
    receive(receivedSpectrum(1, other), receivedSlice(0, { ...other, series: '2.25.7001.5' }));
    expect((await importAll()).studyIds).not.toContain(id);
  });

  it('reads a series that grows anew as a whole, and leaves the earlier part', async () => {
    receive(receivedSpectrum(), receivedSlice(0), receivedSlice(1));
    const { studyIds } = await importAll();
    receive(receivedSlice(2), receivedSlice(3));
    await importAll();
    const images = store.listDatasets(studyIds[0]!).filter(({ role }) => role === 'image');
    expect(images.map(({ description }) => description.grid)).toEqual([
      [4, 4, 2],
      [4, 4, 4],
    ]);
    const grown = images[1]!.description.warnings.find(({ code }) => code === 'series-grew');
    expect(grown?.message).toMatch(/4 instances now, of which 2 came before/);
    expect(store.listDatasets(studyIds[0]!)).toHaveLength(3);
  });

  it('never joins another patient, though the StudyInstanceUID is the same', async () => {
    receive(receivedSpectrum());
    await importAll();
    receive(receivedSpectrum(2, { patientId: 'T-2' }));
    await importAll();
    expect(store.listStudies().map(({ patient, datasetCount }) => [patient.id, datasetCount])).toEqual([
      ['T-2', 1],
      ['T-1', 1],
    ]);
    receive(receivedSlice(0, { patientId: 'T-3' }));
    await importAll();
    expect(store.listStudies()).toHaveLength(2);
    expect(store.waitingStudies()[0]!.instances[0]!.problem).toMatch(/could not be made part of a study/);
  });

  it('keeps what no reader takes with the reason, tries it again with what comes later, and loses nothing', async () => {
    receive(receivedSlice(0), receivedSlice(1));
    const first = await importAll();
    expect(first.problems[0]).toMatch(/is an image .*give it together with the scan/);
    expect(store.waitingStudies()[0]!.instances.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('not a spectroscopy scan'),
      expect.stringContaining('not a spectroscopy scan'),
    ]);
    receive(receivedSpectrum());
    const second = await importAll();
    expect(second.problems).toEqual([]);
    expect(store.waitingCount()).toBe(0);
    expect(store.listDatasets(second.studyIds[0]!).map(({ role }) => role)).toEqual(['metabolite', 'image']);
  });

  it('notes a study for the rules once for each state of its scans', async () => {
    receive(receivedSpectrum());
    await importAll(true);
    const [run] = store.pendingRuleRuns();
    store.endRuleRun(run!, 'r1', null);
    receive(receivedSlice(0), receivedSlice(1));
    await importAll(true);
    expect(store.pendingRuleRuns()).toEqual([]);
    receive(receivedSpectrum(2, { series: '2.25.7001.3', echoTimeMs: 135 }));
    await importAll(true);
    expect(store.pendingRuleRuns()).toHaveLength(1);
    expect(store.listAudit().filter(({ action }) => action === 'receivingRule')).toMatchObject([
      { kind: 'process', user: 'receiving rule', details: { ruleId: 'r1', state: 'done' } },
    ]);
  });

  it('is undone as a whole where the disk is full', async () => {
    store.close();
    path = join(folder, `small${serial++}.db`);
    store = openStudyDb(path, { now, maxSizeBytes: 2_000_000 });
    receive(receivedSpectrum(), receivedSlice(0, { size: 400 }), receivedSlice(1, { size: 400 }));
    const before = store.waitingCount();
    await expect(importAll()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(store.waitingCount()).toBe(before);
    expect(store.listStudies()).toEqual([]);
    expect([count('dicom_instances'), count('raw_files')]).toEqual([0, 0]);
  });

  it('goes with the study when that is deleted: instances, transfers, and what could not be read of it', async () => {
    receive(receivedSpectrum(), receivedSlice(0), receivedSlice(1));
    const { studyIds } = await importAll(true);
    store.queueTransfer(transferOf(studyIds[0]!));
    store.deleteStudy(studyIds[0]!);
    const tables = ['dicom_inbox', 'dicom_datasets', 'dicom_instances', 'dicom_rule_runs', 'dicom_transfers', 'dicom_transfer_objects']; // prettier-ignore
    expect(tables.map(count)).toEqual(tables.map(() => 0));
    expect(receive(receivedSpectrum())).toEqual(['kept']);
  });
});

const NODE: RemoteNode = {
  ...{ id: 'pacs', name: 'PACS', isArchive: true, isWorklist: false, fetchBy: 'c-get', sendBy: 'c-store' },
  dimse: { aeTitle: 'PACS', host: '127.0.0.1', port: 4242, tls: null },
  web: { url: 'https://pacs.example.org/dicom-web', userName: 'reader', password: 'secret word', caFile: null },
};

const object = (uid: string): SentObject => ({
  sopClassUid: '1.2.840.10008.5.1.4.1.1.104.1',
  sopInstanceUid: uid,
  transferSyntaxUid: '1.2.840.10008.1.2.1',
  bytes: new TextEncoder().encode(`object ${uid} of Test^Person`),
});

const transferOf = (
  studyId: string,
  uids: readonly string[] = ['2.25.1', '2.25.2'],
  node = NODE,
): Parameters<StudyStore['queueTransfer']>[0] => ({
  ...{ studyId, analysisId: null, node, kinds: ['report-pdf'], requestedBy: 'Dr. Reader' },
  objects: uids.map(object),
});

describe('settings and nodes', () => {
  it('are off and on loopback until somebody changes them, and are kept', () => {
    expect(store.dicomSettings()).toEqual(DEFAULT_DICOM_NODE);
    const settings = { ...DEFAULT_DICOM_NODE, isReceiving: true, callers: [{ aeTitle: 'SCANNER1', address: null }] };
    store.setDicomSettings(settings);
    store.saveNode(NODE);
    store.saveNode({ ...NODE, id: 'second', name: 'Second' });
    store.saveNode({ ...NODE, name: 'PACS of the house' });
    store.close();
    store = openStudyDb(path, { now });
    expect(store.dicomSettings()).toEqual(settings);
    expect(store.listNodes().map(({ name }) => name)).toEqual(['PACS of the house', 'Second']);
    expect(store.getNode('pacs').web?.password).toBe('secret word');
    expect(JSON.stringify(store.listAudit())).not.toContain('secret word');
    expect(actions()).toEqual(['settings dicomNode', 'settings dicomPeer', 'settings dicomPeer', 'settings dicomPeer']);
  });

  it('keep a node that something is on its way to', () => {
    const { study } = store.importStudy(newStudy(), [newDataset(1)]);
    store.saveNode(NODE);
    const { id } = store.queueTransfer(transferOf(study.id));
    expect(() => store.removeNode('pacs')).toThrow(/still on its way to PACS/);
    store.giveUpTransfer(id);
    store.removeNode('pacs');
    expect(store.listNodes()).toEqual([]);
    expect(() => store.getNode('pacs')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }) as Error);
  });
});

describe('a transfer', () => {
  let studyId = '';
  beforeEach(() => {
    const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
    store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
    studyId = study.id;
  });
  const later = (): string => new Date(Date.UTC(2027, 0, 1)).toISOString();

  it('keeps its objects until the node has them, and only the rest is sent again', () => {
    const { id } = store.queueTransfer(transferOf(studyId));
    expect(store.sendingStatus([studyId])).toEqual(new Map([[studyId, 'waiting']]));
    store.beginAttempt(id);
    const half = store.endAttempt(id, new Map([['2.25.1', null], ['2.25.2', 'refused']]), 'refused', later()); // prettier-ignore
    expect(half).toMatchObject({ state: 'queued', sentCount: 1, objectCount: 2, message: 'refused', attempts: 1 });
    expect(store.unsentObjects(id)).toEqual([object('2.25.2')]);
    store.beginAttempt(id);
    expect(store.endAttempt(id, new Map([['2.25.2', null]]), null, null)).toMatchObject({
      state: 'sent',
      message: null,
    });
    expect(store.unsentObjects(id)).toEqual([]);
    expect(store.sendingStatus([studyId])).toEqual(new Map([[studyId, 'sent']]));
    store.close();
    expect(readFileSync(path).includes('of Test^Person')).toBe(false);
    store = openStudyDb(path, { now });
  });

  it('fails after its last attempt, and is tried again first of all on a click', () => {
    const first = store.queueTransfer(transferOf(studyId));
    const second = store.queueTransfer(transferOf(studyId, ['2.25.3']));
    store.beginAttempt(first.id);
    expect(store.endAttempt(first.id, new Map(), 'PACS can’t be reached.', null)).toMatchObject({ state: 'failed' });
    expect(store.attemptsOfRound(first.id)).toBe(1);
    expect(store.dueTransfers(later()).map(({ id }) => id)).toEqual([second.id]);
    store.retryTransfer(first.id);
    expect(store.attemptsOfRound(first.id)).toBe(0);
    expect(store.dueTransfers(later()).map(({ id }) => id)).toEqual([first.id, second.id]);
    expect(store.nextTransferAt()).not.toBeNull();
  });

  it('that was given up loses its objects, stays so though an attempt ends after it, and is not tried again', () => {
    const { id } = store.queueTransfer(transferOf(studyId));
    store.beginAttempt(id);
    expect(store.giveUpTransfer(id)).toMatchObject({ state: 'given-up' });
    expect(store.endAttempt(id, new Map([['2.25.1', null]]), null, later())).toMatchObject({ state: 'given-up' });
    expect(store.unsentObjects(id)).toEqual([]);
    expect(() => store.retryTransfer(id)).toThrow(/has ended/);
    expect(store.sendingStatus([studyId])).toEqual(new Map());
  });

  it('that a crash left as sending is queued again', () => {
    const { id } = store.queueTransfer(transferOf(studyId));
    store.beginAttempt(id);
    store.close();
    store = openStudyDb(path, { now });
    expect(store.requeueAbandoned()).toBe(1);
    expect(store.dueTransfers(later())).toMatchObject([{ id, state: 'queued', attempts: 1 }]);
  });

  it('is in the audit trail from queue to end by whoever asked for it, without a patient or a UID', () => {
    const { id } = store.queueTransfer(transferOf(studyId));
    store.beginAttempt(id);
    store.endAttempt(id, new Map([['2.25.1', null], ['2.25.2', null]]), null, null); // prettier-ignore
    const entries = store.listAudit().filter(({ action }) => action.startsWith('transfer'));
    expect(entries.map(({ action, user }) => [action, user])).toEqual([
      ['transferQueued', 'Dr. Reader'],
      ['transferSent', 'Dr. Reader'],
    ]);
    expect(entries[1]!.details).toMatchObject({ nodeId: 'pacs', calledAeTitle: 'PACS', sentCount: 2 });
    expect(JSON.stringify(entries)).not.toMatch(/2\.25\.1|Test Person/);
    const xml = entries.map((entry) => auditMessageXml(entry, 'test', (text) => btoa(text)));
    expect(xml[0]).toContain('csd-code="110102"');
    expect(xml[1]).toMatch(/EventOutcomeIndicator="0".*csd-code="110104"/);
  });

  it('shows the worst of the newest to each node', () => {
    const other = { ...NODE, id: 'other', name: 'Other' };
    const failed = store.queueTransfer(transferOf(studyId));
    store.beginAttempt(failed.id);
    store.endAttempt(failed.id, new Map(), 'no', null);
    const sent = store.queueTransfer(transferOf(studyId, ['2.25.9'], other));
    store.beginAttempt(sent.id);
    store.endAttempt(sent.id, new Map([['2.25.9', null]]), null, null);
    expect(store.sendingStatus([studyId, 'unknown'])).toEqual(new Map([[studyId, 'failed']]));
    const again = store.queueTransfer(transferOf(studyId));
    store.beginAttempt(again.id);
    store.endAttempt(again.id, new Map([['2.25.1', null], ['2.25.2', null]]), null, null); // prettier-ignore
    expect(store.sendingStatus([studyId])).toEqual(new Map([[studyId, 'sent']]));
  });
});
