// The DICOM node over the real network and a real database: what comes from dcmtk's senders becomes studies, what breaks off
// or finds the disk full loses nothing, and what is queued arrives however often it fails first.
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DicomNodeSettings, RemoteNode, SeriesMatch } from '../../src/core/domain/dicomNode.ts';
import { DEFAULT_DICOM_NODE } from '../../src/core/domain/dicomNode.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import type { DicomNetwork, SentObject } from '../../src/core/ports/dicomNetwork.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { createDicomService } from '../../src/node/dicom/createDicomService.ts';
import type { Clock } from '../../src/node/dicom/clock.ts';
import { SYSTEM_CLOCK } from '../../src/node/dicom/clock.ts';
import type { DicomService, DicomServiceEvent, DicomServiceHost } from '../../src/node/dicom/dicomService.ts';
import { offerSeries } from '../../src/node/dicom/offeredSeries.ts';
import { meets, ruleFor } from '../../src/node/dicom/receivingRules.ts';
import { retryDelayMs } from '../../src/node/dicom/sendQueue.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newDatabaseKey } from '../../src/node/study-db/keys/keyWraps.ts';
import { HAS_DCMTK, runTool, startTool } from '../fixtures/dcmtk.ts';
import { networkForTests, nodeAt } from '../fixtures/dicomPeers.ts';
import { HandClock } from '../fixtures/handClock.ts';
import { freePorts, until } from '../fixtures/loopback.ts';
import type { MadeInstance } from '../fixtures/receivedInstances.ts';
import { receivedSlice, receivedSpectrum, STUDY_UID } from '../fixtures/receivedInstances.ts';
import { HAS_ORTHANC, startOrthanc } from '../fixtures/orthanc.ts';
import type { Orthanc } from '../fixtures/orthanc.ts';
import { newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder, mountSmallDisk } from '../fixtures/tempFolder.ts';

const root = makeTempFolder();
let serial = 0;
const cleanups: (() => Promise<void> | void)[] = [];

beforeAll(() => networkForTests().then((network) => network.close()));
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => rmSync(root, { recursive: true }));

interface Node {
  readonly store: StudyStore;
  readonly service: DicomService;
  readonly network: DicomNetwork;
  readonly events: DicomServiceEvent[];
  readonly port: number;
  readonly path: string;
}

const QUIET_S = 0.3;
const outside = AsyncLocalStorage.snapshot();

/** An encrypted database with a node on it. */
async function startNode(
  parts: {
    readonly settings?: Partial<DicomNodeSettings>;
    readonly host?: Partial<DicomServiceHost>;
    readonly clock?: Clock;
    readonly path?: string;
    readonly key?: string;
    readonly userName?: () => string | null;
    readonly peers?: readonly RemoteNode[];
  } = {},
): Promise<Node> {
  const [port] = (await freePorts(1)) as [number];
  const path = parts.path ?? join(root, `studies${serial++}.db`);
  const clock = parts.clock ?? SYSTEM_CLOCK;
  const store = openStudyDb(path, {
    now: () => new Date(clock.nowMs()).toISOString(),
    key: parts.key ?? newDatabaseKey(),
    ...(parts.userName === undefined ? {} : { userName: parts.userName }),
  });
  const callers = ['SENDER', 'SECOND', 'STORESCU'].map((aeTitle) => ({ aeTitle, address: null }));
  const settings = { ...DEFAULT_DICOM_NODE, isReceiving: true, port, callers, quietForS: QUIET_S, ...parts.settings };
  store.setDicomSettings(settings);
  (parts.peers ?? []).forEach((peer) => store.saveNode(peer));
  const network = await networkForTests();
  const events: DicomServiceEvent[] = [];
  const nothing = (): Promise<never> => Promise.reject(new Error('There is no rule in this test.'));
  // As the program makes it: before anybody asks for anything.
  const service = outside(() =>
    createDicomService({
      ...{ store, network, clock },
      parse: (files, options) => Promise.resolve().then(() => readMrs(files, options)),
      host: { quantify: nothing, reportObjects: nothing, onEvent: (event) => events.push(event), ...parts.host },
    }),
  );
  cleanups.push(async () => {
    await service.close();
    store.close();
  });
  await service.start();
  return { store, service, network, events, port, path };
}

function filesOf(instances: readonly MadeInstance[]): string[] {
  const folder = join(root, `sent${serial++}`);
  mkdirSync(folder);
  return instances.map(({ bytes }, i) => {
    const path = join(folder, `${String(i).padStart(4, '0')}.dcm`);
    writeFileSync(path, bytes);
    return path;
  });
}

const storescu = (port: number, files: readonly string[], sender = 'SENDER'): ReturnType<typeof runTool> =>
  runTool('storescu', ['-v', '-aet', sender, '-aec', 'LINESHAPE', '127.0.0.1', String(port), ...files]);

const actions = (store: StudyStore): string[] => store.listAudit().map(({ kind, action }) => `${kind} ${action}`);

describe.skipIf(!HAS_DCMTK)('receiving (skipped where dcmtk is not installed)', () => {
  it('makes studies of what two senders send at once, and says so', async () => {
    const { store, service, events, port } = await startNode();
    const slices = Array.from({ length: 20 }, (_, i) => receivedSlice(i));
    const other = { study: '2.25.7100', patientId: 'T-2' };
    const second = [receivedSpectrum(1, { ...other, series: '2.25.7100.1' })];
    const runs = await Promise.all([
      storescu(port, filesOf([receivedSpectrum(), ...slices])),
      storescu(port, filesOf(second), 'SECOND'),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    await service.settled();
    const studies = store.listStudies();
    expect(studies.map(({ patient, datasetCount }) => [patient.id, datasetCount]).sort()).toEqual([
      ['T-1', 2],
      ['T-2', 1],
    ]);
    const imported = events.filter((event) => event.kind === 'imported').flatMap(({ studyIds }) => studyIds);
    expect(imported.sort()).toEqual(studies.map(({ id }) => id).sort());
    expect(service.receiverState()).toMatchObject({ state: 'listening', receivedInstances: 22, waitingInstances: 0 });
    expect(actions(store).filter((action) => action === 'import association')).toHaveLength(2);
    const trail = JSON.stringify(store.listAudit());
    expect(trail).toContain('"callingAeTitle":"SENDER"');
    expect(trail).not.toMatch(/Test\^Person|2\.25\.7001/);
  });

  it('refuses an unknown caller, counts every try, and enters it once a minute', async () => {
    const { store, service, port } = await startNode();
    for (let i = 0; i < 3; i++) {
      expect((await storescu(port, filesOf([receivedSpectrum()]), 'STRANGER')).code).not.toBe(0);
    }
    await until('three refusals', () => service.receiverState().refusedAssociations === 3);
    expect(store.waitingCount()).toBe(0);
    const refused = store.listAudit().filter(({ action }) => action === 'associationRefused');
    expect(refused).toMatchObject([{ kind: 'login', details: { callingAeTitle: 'STRANGER', reason: 'caller' } }]);
  });

  it('keeps all that was acknowledged where the sender is killed, says that it broke off, and takes the rest later', async () => {
    const { store, service, port } = await startNode();
    const instances = [receivedSpectrum(), ...Array.from({ length: 60 }, (_, i) => receivedSlice(i, { size: 400 }))];
    const files = filesOf(instances);
    const sender = spawn('storescu', ['-aet', 'SENDER', '-aec', 'LINESHAPE', '127.0.0.1', String(port), ...files]);
    await until('some instances', () => store.waitingCount() >= 5);
    sender.kill('SIGKILL');
    await until('the broken association', () => service.receiverState().associations === 0);
    await service.settled();
    const [study] = store.listStudies();
    const first = store.listDatasets(study!.id);
    const warnings = first.flatMap(({ description }) => description.warnings.map(({ code }) => code));
    expect(warnings).toContain('sender-broke-off');
    expect((await storescu(port, files)).code).toBe(0);
    await service.settled();
    const grids = store.listDatasets(study!.id).map(({ description }) => description.grid);
    expect(grids).toContainEqual([400, 400, 60]);
    expect(store.listStudies()).toHaveLength(1);
    expect(store.waitingCount()).toBe(0);
  });

  it('tells what no reader understands, and an administrator drops it', async () => {
    const { service, port, store } = await startNode();
    expect((await storescu(port, filesOf([receivedSlice(0)]))).code).toBe(0);
    await service.settled();
    const [unreadable] = service.unreadableInstances();
    expect(unreadable).toMatchObject({
      callingAeTitle: 'SENDER',
      reason: expect.stringMatching(/together with the scan/),
    });
    service.dropInstances(unreadable!.ids);
    expect(service.unreadableInstances()).toEqual([]);
    expect(store.waitingCount()).toBe(0);
  });

  it('is in nobody’s name, though a reader’s question started the network', async () => {
    const acting = new AsyncLocalStorage<string>();
    const { store, service, port } = await acting.run('reader', () =>
      startNode({ userName: () => acting.getStore() ?? null }),
    );
    await acting.run('reader', () => service.echo(nodeAt(port)).catch(() => undefined));
    await acting.run('reader', () => service.configure(store.dicomSettings()));
    expect((await storescu(port, filesOf([receivedSpectrum()]))).code).toBe(0);
    await service.settled();
    const users = (action: string): string[] =>
      store.listAudit().filter((entry) => entry.action === action).map(({ user }) => user); // prettier-ignore
    expect(users('dicomNode')).toContain('reader');
    expect([...users('association'), ...users('received'), ...users('datasets')]).toHaveLength(3);
    expect([...users('association'), ...users('received'), ...users('datasets')]).not.toContain('reader');
  });

  it('imports at the next start what a program that ended had received', async () => {
    const [path, key] = [join(root, `left${serial++}.db`), newDatabaseKey()];
    const before = openStudyDb(path, { now: () => '2026-01-01T00:00:00.000Z', key });
    const spectrum = receivedSpectrum();
    before.keepReceived(spectrum, spectrum.uids);
    before.close();
    const { store, service } = await startNode({ path, key, settings: { isReceiving: false } });
    await service.settled();
    expect(store.studyOfInstanceUid(STUDY_UID)).not.toBeNull();
    expect(service.receiverState().state).toBe('off');
  });
});

const small = mountSmallDisk(root, 6144);
afterAll(() => small?.unmount());

describe.skipIf(!HAS_DCMTK || small === null)(
  'a full disk (skipped where dcmtk is not installed, or no disk can be mounted)',
  () => {
    it('answers "out of resources" (A700), keeps nothing half, and takes everything once there is room', async () => {
      const { store, service, port } = await startNode({ path: join(small!.path, 'studies.db') });
      const instances = [receivedSpectrum(), ...Array.from({ length: 6 }, (_, i) => receivedSlice(i, { size: 300 }))];
      const files = filesOf(instances);
      const filler = join(small!.path, 'filler');
      expect((await storescu(port, files.slice(0, 1))).code).toBe(0);
      fillUp(filler);
      const refused = await storescu(port, files.slice(1));
      expect(refused.output).toMatch(/0xa700|OutOfResources/i);
      const kept = store.waitingCount() + store.listStudies().length;
      expect(kept).toBeLessThan(instances.length);
      rmSync(filler);
      expect((await storescu(port, files)).code).toBe(0);
      await service.settled();
      const [study] = store.listStudies();
      expect(store.listDatasets(study!.id).map(({ description }) => description.grid)).toContainEqual([300, 300, 6]);
    });
  },
);

function fillUp(path: string): void {
  for (let size = 2 ** 20; size >= 512; size /= 2) {
    for (;;) {
      try {
        writeFileSync(path, new Uint8Array(size), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}

const object = (uid: string): SentObject => {
  const { sopClassUid, bytes } = receivedSlice(0, { series: uid.replace(/\.\d+$/, '') });
  return { sopClassUid, sopInstanceUid: uid, transferSyntaxUid: '1.2.840.10008.1.2.1', bytes };
};

describe('retries', () => {
  it('come after 1, 5, 15 and 60 minutes, then every 4 hours for a day', () => {
    const minutes: number[] = [];
    for (let n = 1; retryDelayMs(n) !== null; n++) minutes.push((retryDelayMs(n) ?? 0) / 60_000);
    expect(minutes).toEqual([1, 5, 15, 60, 240, 240, 240, 240, 240]);
  });
});

describe.skipIf(!HAS_DCMTK)('sending (skipped where dcmtk is not installed)', () => {
  const request = (studyId: string, uids: readonly string[]): Parameters<DicomService['send']>[0] => ({
    ...{ studyId, analysisId: 'a', nodeIds: ['node'], kinds: ['report-capture'], requestedBy: 'Dr. Reader' },
    objects: uids.map(object),
  });

  it('tries again by the clock until the node is there, and not once more', async () => {
    const clock = new HandClock();
    const [port] = (await freePorts(1)) as [number];
    const { store, service, events } = await startNode({
      clock,
      peers: [nodeAt(port)],
      settings: { isReceiving: false },
    });
    const { study } = store.importStudy(newStudy(), [newDataset(1)]);
    const [{ id } = { id: '' }] = service.send(request(study.id, ['2.25.8.1']));
    await service.settled();
    const [waiting] = store.listTransfers(study.id, 10);
    expect(waiting).toMatchObject({ state: 'queued', attempts: 1, message: expect.stringContaining('PACS main') });
    expect(Date.parse(waiting!.nextAttemptAt!) - clock.nowMs()).toBe(60_000);
    clock.advance(60_000);
    await service.settled();
    expect(store.listTransfers(study.id, 10)[0]).toMatchObject({ state: 'queued', attempts: 2 });
    const arrived = join(root, `arrived${serial++}`);
    mkdirSync(arrived);
    const peer = await startTool('storescp', ['-od', arrived, String(port)], port);
    cleanups.push(peer.stop);
    clock.advance(5 * 60_000);
    await service.settled();
    expect(store.listTransfers(study.id, 10)[0]).toMatchObject({ id, state: 'sent', attempts: 3, message: null });
    expect(readdirSync(arrived)).toHaveLength(1);
    clock.advance(48 * 3_600_000);
    await service.settled();
    expect(store.listTransfers(study.id, 10)[0]?.attempts).toBe(3);
    expect(events.filter((event) => event.kind === 'transfer').at(-1)).toMatchObject({ transfer: { state: 'sent' } });
  });

  it('gives up after the last retry, and begins anew on a click', async () => {
    const clock = new HandClock();
    const [port] = (await freePorts(1)) as [number];
    const { store, service } = await startNode({ clock, peers: [nodeAt(port)], settings: { isReceiving: false } });
    const { study } = store.importStudy(newStudy(), [newDataset(1)]);
    const [{ id } = { id: '' }] = service.send(request(study.id, ['2.25.8.1']));
    for (let hours = 0; hours < 26; hours++) {
      await service.settled();
      for (let quarter = 0; quarter < 4; quarter++) {
        clock.advance(15 * 60_000);
        await service.settled();
      }
    }
    expect(store.listTransfers(study.id, 1)[0]).toMatchObject({ state: 'failed', attempts: 10 });
    expect(store.sendingStatus([study.id]).get(study.id)).toBe('failed');
    service.retry(id);
    await service.settled();
    expect(store.listTransfers(study.id, 1)[0]).toMatchObject({ state: 'queued', attempts: 11 });
  });

  it('waits where the database refuses to note an attempt', async () => {
    const clock = new HandClock();
    const [port] = (await freePorts(1)) as [number];
    const { store, service, events } = await startNode({
      clock,
      peers: [nodeAt(port)],
      settings: { isReceiving: false },
    });
    const { study } = store.importStudy(newStudy(), [newDataset(1)]);
    service.send(request(study.id, ['2.25.8.1']));
    await service.settled();
    store.refuseWrites({ code: 'STUDY_DB_CORRUPT', message: 'The study database is damaged.', details: {} });
    const before = events.length;
    clock.advance(10 * 60_000);
    await service.settled();
    expect(events).toHaveLength(before);
    expect(store.listTransfers(study.id, 1)[0]).toMatchObject({ state: 'queued', attempts: 1 });
  });

  it('fails at once where the node is no longer there, and says so', async () => {
    const { store, service } = await startNode({ settings: { isReceiving: false } });
    const { study } = store.importStudy(newStudy(), [newDataset(1)]);
    const { id } = store.queueTransfer({ ...request(study.id, ['2.25.8.1']), node: nodeAt(4242) });
    service.retry(id);
    await service.settled();
    expect(store.listTransfers(study.id, 1)[0]).toMatchObject({
      state: 'failed',
      message: 'PACS main is no longer among the DICOM nodes.',
    });
  });
});

describe.skipIf(!HAS_DCMTK)('a rule (skipped where dcmtk is not installed)', () => {
  it('is applied once to what comes, and its report arrives at the node', async () => {
    const [port] = (await freePorts(1)) as [number];
    const arrived = join(root, `arrived${serial++}`);
    mkdirSync(arrived);
    const peer = await startTool('storescp', ['-od', arrived, String(port)], port);
    cleanups.push(peer.stop);
    const quantified: string[] = [];
    const rule = {
      ...{ id: 'r1', name: 'Short echo', isOn: true },
      when: { echoTimeFromS: 0.02, echoTimeToS: 0.04, sequenceContains: null, nucleus: '1H' },
      quantify: { recipeId: null, method: 'nlls', alsoBy: [], basisId: null },
      send: { nodeIds: ['node'], kinds: ['report-capture'] as const },
    };
    const node = await startNode({
      peers: [nodeAt(port)],
      settings: { rules: [rule] },
      host: {
        quantify: (studyId) => Promise.resolve(quantified.push(studyId) > 0 ? 'analysis-1' : null),
        reportObjects: () => Promise.resolve([object('2.25.8.1')]),
      },
    });
    const { store, service, events } = node;
    await storescu(node.port, filesOf([receivedSpectrum()]));
    await service.settled();
    await storescu(node.port, filesOf([receivedSlice(0), receivedSlice(1)]));
    await service.settled();
    const [study] = store.listStudies();
    expect(quantified).toEqual([study!.id]);
    expect(events.filter((event) => event.kind === 'processed')).toMatchObject([{ ruleId: 'r1', message: null }]);
    expect(store.listTransfers(null, 10)).toMatchObject([
      { state: 'sent', requestedBy: null, analysisId: 'analysis-1' },
    ]);
    expect(readFileSync(join(arrived, readdirSync(arrived)[0]!)).includes('2.25.8.1')).toBe(true);
  });

  it('that fails is told and kept, and not tried for ever', async () => {
    const rule = {
      ...{ id: 'r1', name: 'All', isOn: true, send: null },
      when: { echoTimeFromS: null, echoTimeToS: null, sequenceContains: null, nucleus: null },
      quantify: { recipeId: null, method: null, alsoBy: [], basisId: null },
    };
    let calls = 0;
    const quantify = (): Promise<never> => Promise.reject(new Error(`No basis set (${++calls}).`));
    const { service, events, port } = await startNode({ settings: { rules: [rule] }, host: { quantify } });
    await storescu(port, filesOf([receivedSpectrum()]));
    await service.settled();
    await service.settled();
    expect(calls).toBe(1);
    expect(events.filter((event) => event.kind === 'processed')).toMatchObject([
      { message: expect.stringMatching(/No basis set/) },
    ]);
  });
});

describe.skipIf(!HAS_ORTHANC)('fetching from an archive (skipped where Orthanc is not installed)', () => {
  let archive: Orthanc;
  let ownPort = 0;
  const slices = Array.from({ length: 40 }, (_, i) => receivedSlice(i, { size: 128 }));

  beforeAll(async () => {
    [ownPort] = (await freePorts(1)) as [number];
    archive = await startOrthanc({ modalities: [{ aeTitle: 'LINESHAPE', port: ownPort }] });
    for (const { bytes } of [receivedSpectrum(), ...slices]) await archive.store(bytes);
  });
  afterAll(() => archive.stop());

  const peerBy = (fetchBy: RemoteNode['fetchBy']): RemoteNode => ({
    ...nodeAt(archive.dicomPort),
    fetchBy,
    sendBy: fetchBy === 'wado-rs' ? 'stow-rs' : 'c-store',
    web: { url: archive.webUrl, userName: archive.userName, password: archive.password, caFile: null },
  });
  const settings = { callers: [{ aeTitle: 'ARCHIVE', address: '127.0.0.1' }] };

  it.each(['c-get', 'c-move', 'wado-rs'] as const)(
    'by %s brings the study once, and a rule leaves it alone',
    async (way) => {
      const rule = {
        ...{ id: 'r1', name: 'All', isOn: true, send: null },
        when: { echoTimeFromS: null, echoTimeToS: null, sequenceContains: null, nucleus: null },
        quantify: { recipeId: null, method: null, alsoBy: [], basisId: null },
      };
      const { store, service } = await startNode({
        settings: { ...settings, port: ownPort, rules: [rule] },
        peers: [peerBy(way)],
      });
      const query = { patientName: 'TEST*', patientId: '', accessionNumber: '', from: null, to: null, modality: 'MR' };
      const { matches } = await service.findStudies('node', query, NEVER_CANCELLED);
      expect(matches.map(({ studyInstanceUid }) => studyInstanceUid)).toEqual([STUDY_UID]);
      const offered = await service.offeredSeries('node', STUDY_UID, NEVER_CANCELLED);
      expect(offered.map(({ kind, isSuggested, isHere }) => [kind, isSuggested, isHere]).sort()).toEqual([
        ['image', true, false],
        ['spectroscopy', true, false],
      ]);
      const request = { studyInstanceUid: STUDY_UID, seriesInstanceUids: offered.map(({ seriesInstanceUid }) => seriesInstanceUid) }; // prettier-ignore
      const progress: number[] = [];
      const outcome = await service.fetch('node', request, NEVER_CANCELLED, ({ fraction }) => progress.push(fraction));
      expect(outcome).toEqual({ studyIds: [expect.any(String)], instances: 41, problems: [] });
      expect(progress.every((fraction, i) => fraction >= (progress[i - 1] ?? 0) && fraction <= 1)).toBe(true);
      expect(store.listDatasets(outcome.studyIds[0]!).map(({ role }) => role)).toEqual(['metabolite', 'image']);
      const again = await service.fetch('node', request, NEVER_CANCELLED, () => undefined);
      expect(again).toMatchObject({ studyIds: outcome.studyIds, instances: 41 });
      expect([store.listStudies().length, store.waitingCount(), store.pendingRuleRuns().length]).toEqual([1, 0, 0]);
      expect((await service.offeredSeries('node', STUDY_UID, NEVER_CANCELLED)).every(({ isHere }) => isHere)).toBe(
        true,
      );
      expect(actions(store)).toEqual(expect.arrayContaining(['view query', 'import fetched']));
    },
  );

  it('that is cancelled keeps what had come', async () => {
    const { store, service } = await startNode({ settings: { isReceiving: false }, peers: [peerBy('c-get')] });
    const { cancellation, cancel } = cancellationSource();
    const request = { studyInstanceUid: STUDY_UID, seriesInstanceUids: null };
    const fetching = service.fetch('node', request, cancellation, ({ fraction }) => {
      if (fraction > 0.1) cancel();
    });
    await expect(fetching).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(store.waitingCount() + store.listStudies().length).toBeGreaterThan(0);
    const fetched = store.listAudit().find(({ action }) => action === 'fetched');
    expect(fetched?.details).toMatchObject({ ended: 'broken off' });
  });

  it('says which node it is that does not answer', async () => {
    const [port] = (await freePorts(1)) as [number];
    const { service } = await startNode({ settings: { isReceiving: false }, peers: [nodeAt(port)] });
    const request = { studyInstanceUid: STUDY_UID, seriesInstanceUids: null };
    await expect(service.fetch('node', request, NEVER_CANCELLED, () => undefined)).rejects.toThrow(/PACS main/);
  });
});

describe('which rule', () => {
  const rule = (
    id: string,
    when: Partial<Parameters<typeof meets>[1]>,
    isOn = true,
  ): Parameters<typeof ruleFor>[0][0] => ({
    ...{ id, name: id, isOn, quantify: null, send: null },
    when: { echoTimeFromS: null, echoTimeToS: null, sequenceContains: null, nucleus: null, ...when },
  });
  const scan = { echoTimeS: 0.03, sequence: 'svs_PRESS', nucleus: '1H' };

  it('is the first that is on and that a scan meets, limits included', () => {
    const rules = [rule('off', {}, false), rule('steam', { sequenceContains: 'steam' }), rule('press', { sequenceContains: ' press', echoTimeFromS: 0.03, echoTimeToS: 0.03 }), rule('any', {})]; // prettier-ignore
    expect(ruleFor(rules, [scan])?.id).toBe('press');
    expect(ruleFor(rules, [{ ...scan, echoTimeS: 0.144 }])?.id).toBe('any');
    expect(ruleFor(rules, [])).toBeNull();
  });

  it('is none that asks for what the header does not say', () => {
    expect(meets({ echoTimeS: null, sequence: null, nucleus: null }, rule('', { echoTimeToS: 0.1 }).when)).toBe(false);
    expect(meets({ echoTimeS: null, sequence: null, nucleus: null }, rule('', { nucleus: '31P' }).when)).toBe(false);
  });
});

describe('offered series', () => {
  const series = (n: number, parts: Partial<SeriesMatch>): SeriesMatch => ({
    ...{ studyInstanceUid: STUDY_UID, seriesInstanceUid: `2.25.${n}`, modality: 'MR', number: n, description: null },
    ...{ instanceCount: null, sopClassUid: null, frameOfReferenceUid: null, ...parts },
  });

  it('are ticked where they are spectroscopy, raw data, or images of its frame of reference, and not here yet', () => {
    const matches = [
      series(1, { sopClassUid: '1.2.840.10008.5.1.4.1.1.4.2', frameOfReferenceUid: 'F' }),
      series(2, { sopClassUid: '1.2.840.10008.5.1.4.1.1.4', frameOfReferenceUid: 'F' }),
      series(3, { sopClassUid: '1.2.840.10008.5.1.4.1.1.4', frameOfReferenceUid: 'G' }),
      series(4, { sopClassUid: '1.2.840.10008.5.1.4.1.1.66' }),
      series(5, { sopClassUid: '1.2.840.10008.5.1.4.1.1.88.33', modality: 'SR' }),
      series(6, { description: 'svs_se_30' }),
      series(7, { description: 't1_mprage' }),
    ];
    const offered = offerSeries(matches, new Set(['2.25.1']), new Set());
    expect(offered.map(({ kind }) => kind)).toEqual(['spectroscopy', 'image', 'image', 'raw', 'other', 'spectroscopy', 'image']); // prettier-ignore
    expect(offered.map(({ isSuggested }) => isSuggested)).toEqual([false, true, false, true, false, true, true]);
    expect(offered[0]!.isHere).toBe(true);
  });
});

describe('settings', () => {
  it.each([
    [{ aeTitle: '' }, /1 to 16 plain characters/],
    [{ aeTitle: 'A\\B' }, /1 to 16 plain characters/],
    [{ port: 70_000 }, /whole number from 0 to 65535/],
    [{ address: 'scanner.local' }, /is an IP address/],
    [{ callers: [{ aeTitle: 'SCANNER', address: 'x' }] }, /caller's address is an IP address/],
    [{ quietForS: 0 }, /between 0 and 3600 s/],
    [{ tls: { certificateFile: '/no/cert.pem', keyFile: '/no/key.pem', caFile: null, requiresClientCertificate: false } }, /cert\.pem can't be read/], // prettier-ignore
  ] as const)('that cannot be are refused in words: %o', async (change, words) => {
    const { service, store } = await startNode({ settings: { isReceiving: false } });
    await expect(service.configure({ ...store.dicomSettings(), ...change })).rejects.toThrow(words);
    expect(store.dicomSettings().isReceiving).toBe(false);
  });

  it('say why a fetch by C-MOVE needs receiving', async () => {
    const peer = { ...nodeAt(4242), fetchBy: 'c-move' as const };
    const { service } = await startNode({ settings: { isReceiving: false }, peers: [peer] });
    const request = { studyInstanceUid: STUDY_UID, seriesInstanceUids: null };
    await expect(service.fetch('node', request, NEVER_CANCELLED, () => undefined)).rejects.toThrow(
      /switch receiving on/,
    );
  });

  it('that name a taken port leave the receiver failed, with the reason', async () => {
    const first = await startNode();
    const second = await startNode({ settings: { port: first.port } });
    expect(second.service.receiverState()).toMatchObject({ state: 'failed', message: expect.stringMatching(/\w/) });
  });
});
