// The window's requests about DICOM over a real database and a real network thread: what the page is told and what it is
// not, which settings are refused, what a send does where a report can't be made.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { DICOM_CHANNELS } from '../../src/ipc/dicomContract.ts';
import type { FileChoice } from '../../src/ipc/contract.ts';
import { createChosenFiles } from '../../src/main/chosenFiles.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import type { HostRequest } from '../../src/main/hostMessages.ts';
import { dicomHandlers } from '../../src/main/ipcHandlers/dicomHandlers.ts';
import { dicomReportHandlers } from '../../src/main/ipcHandlers/dicomReportHandlers.ts';
import { worklistHandlers } from '../../src/main/ipcHandlers/worklistHandlers.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { createDicomService } from '../../src/node/dicom/createDicomService.ts';
import type { DicomService } from '../../src/node/dicom/dicomService.ts';
import type { DicomNetwork } from '../../src/core/ports/dicomNetwork.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { networkForTests } from '../fixtures/dicomPeers.ts';
import { freePorts } from '../fixtures/loopback.ts';
import { newAnalysis, newDataset, newStudy } from '../fixtures/studies.ts';

type HostDicom = ReturnType<typeof dicomHandlers> & ReturnType<typeof dicomReportHandlers>;

let folder = '';
let store: StudyStore;
let network: DicomNetwork;
let dicom: DicomService;
let handlers: HostDicom;
let rowsOf: ReturnType<typeof worklistHandlers>['worklist:rows'];
let events: [string, unknown][];

const SENT = { sopClassUid: '1.2.840.10008.5.1.4.1.1.104.1', transferSyntaxUid: '1.2.840.10008.1.2.1' };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-dicom-handlers-'));
  store = openStudyDb(path.join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
  events = [];
  const emit = (event: string, payload: unknown): void => void events.push([event, payload]);
  const log = createEventLog(
    () => undefined,
    () => '',
  );
  const parse: Services['parse'] = async (files, options) => readMrs(files, options);
  network = await networkForTests();
  dicom = createDicomService({
    ...{ store, network, parse },
    host: { quantify: async () => null, reportObjects: async () => [], onEvent: () => undefined },
  });
  const reportObjects: Services['reportObjects'] = async ({ analysisId }, kinds) => {
    if (kinds.includes('maps-mr')) throw new Error('This scan is a single voxel.');
    return [{ ...SENT, sopInstanceUid: `2.25.9.${analysisId.length}`, bytes: Uint8Array.of(1, 2, 3) }];
  };
  const services = {
    store,
    dicom,
    parse,
    reportObjects,
    jobs: createJobs({ store, emit, log }),
  } as unknown as Services;
  handlers = { ...dicomHandlers({ services, emit }), ...dicomReportHandlers({ services, emit }) };
  rowsOf = worklistHandlers({ services, emit })['worklist:rows'];
});

afterEach(async () => {
  await dicom.close();
  store.close();
  await rm(folder, { recursive: true, force: true });
});

const WEB: NonNullable<HostRequest<'host:dicom-save-node'>['web']> = {
  ...{ url: 'https://pacs.example.org/dicom-web', userName: 'reader' },
  ...{ password: { kind: 'given', password: 'a secret word' }, authorities: { kind: 'none' } },
};
const NODE: HostRequest<'host:dicom-save-node'> = {
  ...{ id: null, name: 'PACS main', isArchive: true, isWorklist: false, fetchBy: 'c-get', sendBy: 'c-store' },
  ...{ dimse: { aeTitle: 'PACS', host: '127.0.0.1', port: 104, tls: null }, web: WEB },
};
const addNode = async (change: Partial<HostRequest<'host:dicom-save-node'>> = {}) => {
  const { nodes } = await handlers['host:dicom-save-node']({ ...NODE, ...change });
  return nodes.at(-1)!;
};

function addFitted(n: number): { studyId: string; analysisId: string } {
  const patient = { ...UNKNOWN_PATIENT, id: `P-${n}`, name: `Person ${n}` };
  const { study, datasets } = store.importStudy(newStudy({ patient, title: `Study ${n}` }), [newDataset(n)]);
  return { studyId: study.id, analysisId: store.addAnalysis(newAnalysis(study.id, datasets[0]!.id)).id };
}

describe('what the page is told', () => {
  it('is off, at loopback, for nobody, until an administrator says otherwise', async () => {
    const state = DICOM_CHANNELS['dicom:state'].response.parse(await handlers['dicom:state']({}));
    expect(state.own).toMatchObject({ isReceiving: false, address: '127.0.0.1', callers: [], rules: [], tls: null });
    expect(state.receiver.state).toBe('off');
    expect(state.interfaces[0]?.isLoopback).toBe(true);
  });

  it('is whether a node has a password, and never which', async () => {
    const node = await addNode();
    expect(node.web).toMatchObject({ hasPassword: true, userName: 'reader' });
    const told = JSON.stringify(await handlers['dicom:state']({}));
    expect(told).not.toContain('a secret word');
    expect(JSON.stringify(store.listAudit())).not.toContain('a secret word');
    expect(store.getNode(node.id).web?.password).toBe('a secret word');
  });

  it('says of each study on the worklist how what was sent stands', async () => {
    const [sent, other] = [addFitted(1), addFitted(2)];
    const node = await addNode({ dimse: { ...NODE.dimse!, port: (await freePorts(1))[0]! } });
    await handlers['dicom:send'](sendRequest([sent.studyId], node.id));
    const rows = await rowsOf({ ids: [sent.studyId, other.studyId] });
    expect(rows[0]?.sending).toMatchObject({ status: 'waiting', transfers: [{ nodeName: 'PACS main' }] });
    expect(rows[1]?.sending).toBeNull();
  });
});

function sendRequest(studyIds: string[], nodeId: string, kinds: ('report-pdf' | 'maps-mr')[] = ['report-pdf']) {
  return { studyIds, page: null, nodeIds: [nodeId], kinds, language: 'en' as const, paper: 'a4' as const };
}

describe('nodes', () => {
  it('keep a password while the server stays the same, and ask for it again where it changes', async () => {
    const node = await addNode();
    const kept = { ...WEB, password: { kind: 'kept' } } as const;
    await handlers['host:dicom-save-node']({ ...NODE, id: node.id, name: 'Renamed', web: { ...kept, url: 'https://pacs.example.org/other' } }); // prettier-ignore
    expect(store.getNode(node.id)).toMatchObject({ name: 'Renamed', web: { password: 'a secret word' } });
    const elsewhere = { ...NODE, id: node.id, web: { ...kept, url: 'https://elsewhere.example.org/dicom-web' } };
    expect(() => handlers['host:dicom-save-node'](elsewhere)).toThrow('give the password again');
    expect(store.getNode(node.id).web?.url).toBe('https://pacs.example.org/other');
  });

  it('are refused in words where one can’t be reached by what is said, or has another’s name', async () => {
    await addNode();
    const refused: readonly (readonly [Partial<HostRequest<'host:dicom-save-node'>>, RegExp])[] = [
      [{ name: 'pacs MAIN ' }, /this name already/],
      [{ name: 'B', dimse: null, web: null }, /needs an AE title/],
      [{ name: 'B', web: null, fetchBy: 'wado-rs' }, /no DICOMweb service/],
      [{ name: 'B', dimse: { ...NODE.dimse!, aeTitle: 'much too long for a title' } }, /1 to 16 plain characters/],
    ];
    for (const [change, words] of refused) {
      expect(() => handlers['host:dicom-save-node']({ ...NODE, ...change })).toThrow(words);
    }
    expect(store.listNodes()).toHaveLength(1);
  });

  it('that a rule sends to stay, until the rule does not', async () => {
    const node = await addNode();
    const when = { echoTimeFromS: null, echoTimeToS: null, sequenceContains: null, nucleus: null };
    const rule = { id: 'r', name: 'Short TE', isOn: true, when, quantify: null, send: { nodeIds: [node.id], kinds: ['report-pdf' as const] } }; // prettier-ignore
    await handlers['dicom:save-rules']({ rules: [rule] });
    expect(() => handlers['dicom:remove-node']({ nodeId: node.id })).toThrow('“Short TE” sends to this node');
    await handlers['dicom:save-rules']({ rules: [] });
    expect((await handlers['dicom:remove-node']({ nodeId: node.id })).nodes).toEqual([]);
  });

  it('that nobody answers at are told in one sentence that names them', async () => {
    const [port] = (await freePorts(1)) as [number];
    const node = await addNode({ dimse: { ...NODE.dimse!, port } });
    await expect(handlers['dicom:test-node']({ nodeId: node.id })).rejects.toThrow(/^PACS main .*\.$/);
    const token = 'b1c6b7de-5a2f-4a43-8d0c-0d7ba3e8a1f9';
    const query = { patientName: 'Secret*', patientId: '', accessionNumber: '', from: null, to: null, modality: null };
    const search = handlers['dicom:find-studies']({ token, nodeId: node.id, query });
    await expect(search).rejects.toThrow(/^PACS main (?!.*Secret)/);
  });
});

describe('this node', () => {
  it('listens by its settings, keeps its rules, and answers a test of the connection', async () => {
    const [port] = (await freePorts(1)) as [number];
    const when = { echoTimeFromS: 0.02, echoTimeToS: null, sequenceContains: null, nucleus: null };
    await handlers['dicom:save-rules']({
      rules: [{ id: 'r', name: 'R', isOn: true, when, quantify: null, send: null }],
    });
    const own = { isReceiving: true, aeTitle: 'LINESHAPE', address: '127.0.0.1', port, quietForS: 1, tls: null };
    const state = await handlers['host:dicom-configure']({
      ...own,
      callers: [{ aeTitle: 'LINESHAPE', address: null }],
    });
    expect(state.receiver.state).toBe('listening');
    expect(state.own.rules).toHaveLength(1);
    const node = await addNode({ dimse: { aeTitle: 'LINESHAPE', host: '127.0.0.1', port, tls: null } });
    expect((await handlers['dicom:test-node']({ nodeId: node.id })).elapsedMs).toBeGreaterThan(0);
  });

  it('wants certificate and key for TLS, and keeps files that were chosen before', async () => {
    const none = { kind: 'none' } as const;
    const own = {
      isReceiving: false,
      aeTitle: 'LINESHAPE',
      address: '127.0.0.1',
      port: 11112,
      quietForS: 5,
      callers: [],
    };
    const tls = { certificate: none, key: none, authorities: none, requiresClientCertificate: false };
    await expect(async () => handlers['host:dicom-configure']({ ...own, tls })).rejects.toThrow('choose both files');
    const file = path.join(folder, 'node.pem');
    await writeFile(file, 'PEM');
    const chosen = { kind: 'file', path: file } as const;
    await handlers['host:dicom-configure']({ ...own, tls: { ...tls, certificate: chosen, key: chosen } });
    const kept = { kind: 'kept' } as const;
    await handlers['host:dicom-configure']({
      ...own,
      tls: { ...tls, certificate: kept, key: kept, authorities: kept },
    });
    expect(store.dicomSettings().tls).toMatchObject({ certificateFile: file, keyFile: file, caFile: null });
  });
});

describe('certificates', () => {
  it('are files that the user chose: the page has a token, and a forged or long gone one is refused', () => {
    const files = createChosenFiles();
    const token = files.remember('/etc/ssl/node.pem');
    const [chosen, kept]: FileChoice[] = [{ kind: 'chosen', token }, { kind: 'kept' }];
    expect(files.filesOf({ certificate: chosen!, key: kept!, authorities: { kind: 'none' } })).toEqual({
      certificate: { kind: 'file', path: '/etc/ssl/node.pem' },
      key: { kind: 'kept' },
      authorities: { kind: 'none' },
    });
    const forged = { kind: 'chosen', token: 'b1c6b7de-5a2f-4a43-8d0c-0d7ba3e8a1f9' } as const;
    expect(() => files.fileOf(forged)).toThrow('Choose the certificate’s file again');
    for (let n = 0; n < 64; n++) files.remember(`/etc/ssl/${n}.pem`);
    expect(() => files.fileOf(chosen!)).toThrow('Choose the certificate’s file again');
  });
});

describe('sending', () => {
  it('says before for whom, whether it is signed, and why it can’t be sent', async () => {
    const { studyId } = addFitted(1);
    const nameless = store.importStudy(newStudy({ patient: { ...UNKNOWN_PATIENT, id: 'Patient-0123abcd' } }), [newDataset(5)]).study.id; // prettier-ignore
    const told = await handlers['dicom:sendable']({ studyIds: [studyId, nameless] });
    expect(DICOM_CHANNELS['dicom:sendable'].response.parse(told)).toMatchObject([
      { patient: { name: 'Person 1' }, obstacle: null, signedVersion: null, isNameless: false, isGrid: false },
      { obstacle: 'The study has no result; fit it first.', isNameless: true },
    ]);
  });

  it('queues what can be made, names what can’t, and lists it with its study until it is given up', async () => {
    const [port] = (await freePorts(1)) as [number];
    const node = await addNode({ dimse: { ...NODE.dimse!, port } });
    const [one, two] = [addFitted(1), addFitted(2)];
    const empty = store.importStudy(newStudy({ title: 'Empty' }), [newDataset(7)]).study.id;
    const answer = await handlers['dicom:send'](sendRequest([one.studyId, empty, two.studyId], node.id));
    expect(DICOM_CHANNELS['dicom:send'].response.parse(answer).queued).toHaveLength(2);
    expect(answer.failures).toMatchObject([{ message: 'The study has no result; fit it first.' }]);
    const refused = await handlers['dicom:send'](sendRequest([one.studyId], node.id, ['maps-mr']));
    expect(refused).toMatchObject({ queued: [], failures: [{ title: expect.stringContaining('Person 1') }] });
    const listed = DICOM_CHANNELS['dicom:transfers'].response.parse(
      await handlers['dicom:transfers']({ studyId: null }),
    );
    expect(listed.map(({ title }) => title)).toEqual([
      'Person 2, Study 2, 2026-01-02',
      'Person 1, Study 1, 2026-01-02',
    ]);
    await dicom.settled();
    const given = await handlers['dicom:give-up']({ transferId: listed[0]!.id });
    expect(given.state).toBe('given-up');
    await expect(async () => handlers['dicom:send'](sendRequest([one.studyId], 'gone'))).rejects.toThrow(
      'no DICOM node',
    );
  });
});

describe('patient and request', () => {
  it('are shown as the study has them, and taken over', async () => {
    const { studyId } = addFitted(1);
    const before = DICOM_CHANNELS['dicom:identity'].response.parse(await handlers['dicom:identity']({ studyId }));
    expect(before).toMatchObject({ patient: { id: 'P-1' }, accessionNumber: null, hasOwnUid: false, isSigned: false });
    const patient = { name: 'Other^Name', id: 'P-1', birthDate: '1970-02-03', sex: 'F' };
    const taken = { studyId, patient, accessionNumber: 'A-1', studyInstanceUid: '2.25.1' };
    const after = await handlers['dicom:take-over'](taken);
    expect(after).toMatchObject({ patient, accessionNumber: 'A-1', studyInstanceUid: '2.25.1' });
    expect(events).toContainEqual(['studies:changed', { studyId }]);
  });
});
