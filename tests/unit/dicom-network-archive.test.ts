// Searching, fetching and sending over DIMSE with a real archive: Orthanc.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudyQuery, WorklistItemQuery } from '../../src/core/domain/dicomNode.ts';
import type { DicomNetwork, FetchProgress, Receiver, SentObject } from '../../src/core/ports/dicomNetwork.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { dicomBytes, EXPLICIT } from '../fixtures/dicomBytes.ts';
import { dataSetBytes, instanceFile, MR_IMAGE, MR_SPECTROSCOPY } from '../fixtures/dicomInstances.ts';
import { eventLog, keepingReceiver, networkForTests, nodeAt, receivingSettings } from '../fixtures/dicomPeers.ts';
import { HAS_DCMTK, startTool } from '../fixtures/dcmtk.ts';
import { freePorts } from '../fixtures/loopback.ts';
import type { Orthanc } from '../fixtures/orthanc.ts';
import { HAS_ORTHANC, startOrthanc } from '../fixtures/orthanc.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const ANY: StudyQuery = { patientName: '', patientId: '', accessionNumber: '', from: null, to: null, modality: null };
const ANY_STEP: WorklistItemQuery = { ...ANY };
const OWN = 'LINESHAPE';
const LATIN_1 = new Uint8Array(Buffer.from('M\xfcller^J\xf6rg', 'latin1'));
/** "Yamada^Tarou=山田^太郎=やまだ^たろう" of PS3.5, H.3.1. */
const JAPANESE = new Uint8Array(
  Buffer.from('Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B', 'latin1'),
);

const worklistItem = (id: string, name: string | Uint8Array, characterSet: string): Uint8Array =>
  dicomBytes([
    [8, 0x05, 'CS', characterSet],
    [8, 0x16, 'UI', '1.2.276.0.7230010.3.1.0.1'],
    [8, 0x18, 'UI', `2.25.55.${id}`],
    [8, 0x50, 'SH', `A${id}`],
    [8, 0x90, 'PN', 'Referring^Doctor'],
    [0x10, 0x10, 'PN', name],
    [0x10, 0x20, 'LO', `W-${id}`],
    [0x10, 0x30, 'DA', '19650708'],
    [0x10, 0x40, 'CS', 'F'],
    [0x20, 0x0d, 'UI', `2.25.56.${id}`],
    [0x32, 0x1060, 'LO', 'MRS of the brain'],
    [0x40, 0x1001, 'SH', 'RP1'],
    [
      0x40,
      0x100,
      'SQ',
      [
        [
          [8, 0x60, 'CS', 'MR'],
          [0x40, 1, 'AE', 'SCANNER'],
          [0x40, 2, 'DA', '20260304'],
          [0x40, 3, 'TM', '0815'],
          [0x40, 7, 'LO', 'PRESS, left hippocampus'],
          [0x40, 9, 'SH', 'SPS1'],
        ],
      ],
    ],
  ]);

describe.skipIf(!HAS_ORTHANC)('an archive over DIMSE (skipped where Orthanc is not installed)', () => {
  let network: DicomNetwork;
  let archive: Orthanc;
  let ownPort: number;

  beforeAll(async () => {
    [ownPort] = (await freePorts(1)) as [number];
    network = await networkForTests();
    archive = await startOrthanc({
      modalities: [{ aeTitle: OWN, port: ownPort }],
      // It answers in one character set, whatever the files have.
      more: { DefaultEncoding: 'Utf8' },
      worklist: {
        '1.wl': worklistItem('1', LATIN_1, 'ISO_IR 100'),
        '2.wl': worklistItem('2', 'Other^Person', 'ISO_IR 100'),
      },
    });
    await archive.store(instanceFile({ instance: '2.25.100.1.1', patientName: LATIN_1, characterSet: 'ISO_IR 100' }));
    for (let i = 1; i <= 5; i++) {
      const more = { study: '2.25.200', series: '2.25.200.1', patientId: 'T-2', frameOfReference: '2.25.200.9' };
      await archive.store(instanceFile({ instance: `2.25.200.1.${i}`, number: i, ...more }));
    }
    const spectrum = { sopClass: MR_SPECTROSCOPY, study: '2.25.200', series: '2.25.200.2', patientId: 'T-2' };
    await archive.store(instanceFile({ instance: '2.25.200.2.1', frameOfReference: '2.25.200.9', ...spectrum }));
    const japanese = { characterSet: '\\ISO 2022 IR 87', patientName: JAPANESE, patientId: 'T-3' };
    await archive.store(
      instanceFile({ instance: '2.25.300.1.1', study: '2.25.300', series: '2.25.300.1', ...japanese }),
    );
  });
  afterAll(async () => {
    await network.close();
    await archive.stop();
  });

  const node = (changes: Parameters<typeof nodeAt>[1] = {}): ReturnType<typeof nodeAt> =>
    nodeAt(archive.dicomPort, changes);
  const studies = (query: Partial<StudyQuery>, limit = 100): ReturnType<DicomNetwork['findStudies']> =>
    network.findStudies(node(), OWN, { ...ANY, ...query }, limit, NEVER_CANCELLED);

  it('answers an echo', async () => {
    expect(await network.echo(node(), OWN)).toBeGreaterThan(0);
  });

  it('finds studies with all that is shown of them', async () => {
    const { matches, isCut } = await studies({ patientId: 'T-2' });
    expect(isCut).toBe(false);
    expect(matches).toEqual([
      {
        studyInstanceUid: '2.25.200',
        patientName: 'Test^Person',
        patientId: 'T-2',
        birthDate: '1970-03-04',
        sex: 'O',
        studyDate: '2026-01-02',
        studyTime: '10:11:12',
        description: 'made-up study',
        accessionNumber: 'ACC1',
        modalities: ['MR'],
        seriesCount: 2,
        instanceCount: 6,
      },
    ]);
  });

  it('shows names as their character sets have them', async () => {
    const names = (await studies({})).matches.map(({ patientName }) => patientName);
    expect(names).toContain('Müller^Jörg');
    expect(names.find((name) => name?.startsWith('Yamada'))).toBe('Yamada^Tarou=山田^太郎=やまだ^たろう');
  });

  it('finds by name with wildcards and letters beyond ASCII, by dates and by modality', async () => {
    const uids = async (query: Partial<StudyQuery>): Promise<string[]> =>
      (await studies(query)).matches.map(({ studyInstanceUid }) => studyInstanceUid).sort();
    expect(await uids({ patientName: 'Müller*' })).toEqual(['2.25.100']);
    expect(await uids({ patientName: 'T?st*' })).toEqual(['2.25.200']);
    expect(await uids({ from: '2026-01-02', to: '2026-01-02' })).toEqual(['2.25.100', '2.25.200', '2.25.300']);
    expect(await uids({ from: '2026-01-03' })).toEqual([]);
    expect(await uids({ to: '2026-01-01' })).toEqual([]);
    expect(await uids({ modality: 'CT' })).toEqual([]);
    expect(await uids({ modality: 'MR', accessionNumber: 'ACC1' })).toHaveLength(3);
  });

  it('stops where there is more than was asked for, and says so', async () => {
    const { matches, isCut } = await studies({}, 2);
    expect(matches).toHaveLength(2);
    expect(isCut).toBe(true);
  });

  it('finds series with SOP class and frame of reference', async () => {
    const series = await network.findSeries(node(), OWN, '2.25.200', NEVER_CANCELLED);
    const base = { studyInstanceUid: '2.25.200', modality: 'MR', number: 3, description: 'made-up series' };
    expect([...series].sort((a, b) => a.seriesInstanceUid.localeCompare(b.seriesInstanceUid))).toEqual([
      {
        ...base,
        seriesInstanceUid: '2.25.200.1',
        instanceCount: 5,
        sopClassUid: MR_IMAGE,
        frameOfReferenceUid: '2.25.200.9',
      },
      {
        ...base,
        seriesInstanceUid: '2.25.200.2',
        instanceCount: 1,
        sopClassUid: MR_SPECTROSCOPY,
        frameOfReferenceUid: '2.25.200.9',
      },
    ]);
  });

  it('finds scheduled steps of the modality worklist', async () => {
    const all = await network.findScheduled(node(), OWN, ANY_STEP, 10, NEVER_CANCELLED);
    expect(all.matches).toHaveLength(2);
    const query = { ...ANY_STEP, patientName: 'Müller*', modality: 'MR', from: '2026-03-04', to: '2026-03-04' };
    const { matches } = await network.findScheduled(node(), OWN, query, 10, NEVER_CANCELLED);
    expect(matches).toEqual([
      {
        patientName: 'Müller^Jörg',
        patientId: 'W-1',
        birthDate: '1965-07-08',
        sex: 'F',
        accessionNumber: 'A1',
        studyInstanceUid: '2.25.56.1',
        requestedProcedure: 'MRS of the brain',
        referringPhysician: 'Referring^Doctor',
        modality: 'MR',
        scheduledDate: '2026-03-04',
        scheduledTime: '08:15:00',
        stationAeTitle: 'SCANNER',
        description: 'PRESS, left hippocampus',
      },
    ]);
  });

  describe('fetching', () => {
    it('by C-GET brings the data sets byte for byte', async () => {
      const receiver = keepingReceiver();
      const progress: FetchProgress[] = [];
      const request = { studyInstanceUid: '2.25.200', seriesInstanceUids: null };
      const end = await network.fetch(node(), OWN, request, receiver, (p) => progress.push(p), NEVER_CANCELLED);
      expect(end).toEqual({ done: 6, failed: 0, total: 6 });
      expect(progress.at(-1)?.total).toBe(6);
      expect(receiver.instances.map(({ callingAeTitle }) => callingAeTitle)).toEqual(Array(6).fill('ARCHIVE'));
      for (const { sopInstanceUid, bytes } of receiver.instances) {
        const kept = await archive.fileOf(sopInstanceUid);
        expect(dataSetBytes(bytes).equals(dataSetBytes(kept)), sopInstanceUid).toBe(true);
      }
    });

    it('by C-GET of one series brings that alone, and counts what was not stored', async () => {
      const receiver = keepingReceiver(({ sopInstanceUid }) =>
        sopInstanceUid.endsWith('.3') ? 'out-of-resources' : 'stored',
      );
      const request = { studyInstanceUid: '2.25.200', seriesInstanceUids: ['2.25.200.1'] };
      const end = await network.fetch(node(), OWN, request, receiver, () => undefined, NEVER_CANCELLED);
      expect(end).toMatchObject({ done: 4, failed: 1 });
      expect(receiver.instances).toHaveLength(4);
    });

    it('by C-MOVE sends them to the receiver', async () => {
      const receiver = keepingReceiver();
      const settings = receivingSettings({ port: ownPort, callers: [{ aeTitle: 'ARCHIVE', address: '127.0.0.1' }] });
      const listening: Receiver = await network.listen(settings, receiver, eventLog().onEvent);
      const request = { studyInstanceUid: '2.25.200', seriesInstanceUids: ['2.25.200.1', '2.25.200.2'] };
      const moving = { fetchBy: 'c-move' } as const;
      const end = await network.fetch(node(moving), OWN, request, keepingReceiver(), () => undefined, NEVER_CANCELLED);
      await listening.close();
      expect(end).toEqual({ done: 6, failed: 0, total: 6 });
      expect(receiver.instances).toHaveLength(6);
    });

    it('by C-MOVE to somebody the archive does not know is explained', async () => {
      const request = { studyInstanceUid: '2.25.200', seriesInstanceUids: null };
      const moving = node({ fetchBy: 'c-move' });
      await expect(
        network.fetch(moving, 'STRANGER', request, keepingReceiver(), () => undefined, NEVER_CANCELLED),
      ).rejects.toThrow(/^PACS main /);
    });

    it('is cancelled in the middle, and keeps what had come', async () => {
      const { cancellation, cancel } = cancellationSource();
      const receiver = keepingReceiver(async () => {
        if (receiver.instances.length === 1) {
          cancel();
          // Until the cancellation has reached the thread: it is looked for now and then.
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        return 'stored' as const;
      });
      const request = { studyInstanceUid: '2.25.200', seriesInstanceUids: null };
      await expect(network.fetch(node(), OWN, request, receiver, () => undefined, cancellation)).rejects.toMatchObject({
        name: 'CancelledError',
      });
      expect(receiver.instances.length).toBeGreaterThanOrEqual(1);
      expect(receiver.instances.length).toBeLessThan(6);
    });
  });

  describe('sending', () => {
    const object = (instance: string, sopClassUid = MR_IMAGE): SentObject => ({
      sopClassUid,
      sopInstanceUid: instance,
      transferSyntaxUid: EXPLICIT,
      bytes: instanceFile({ instance, sopClass: sopClassUid, study: '2.25.400', series: '2.25.400.1' }),
    });

    it('by C-STORE brings several objects in one association, byte for byte', async () => {
      const objects = [object('2.25.400.1.1'), object('2.25.400.1.2', MR_SPECTROSCOPY), object('2.25.400.1.3')];
      expect(await network.send(node(), OWN, objects, NEVER_CANCELLED)).toEqual([null, null, null]);
      for (const { sopInstanceUid, bytes } of objects) {
        const kept = await archive.fileOf(sopInstanceUid);
        expect(dataSetBytes(kept).equals(dataSetBytes(bytes)), sopInstanceUid).toBe(true);
      }
    });
  });

  describe('failures', () => {
    it.each([
      [
        'a called AE title that it does not have',
        { aeTitle: 'NOBODY' },
        'PACS main does not have the AE title NOBODY.',
      ],
      [
        'a host that nobody knows',
        { host: 'no-such-host.invalid' },
        /^PACS main can't be reached: no computer no-such/,
      ],
    ])('name the node: %s', async (_name, dimse, said) => {
      const wrong = { aeTitle: 'ARCHIVE', host: '127.0.0.1', port: archive.dicomPort, tls: null, ...dimse };
      await expect(network.echo(node({ dimse: wrong }), OWN)).rejects.toThrow(said);
    });

    it('name place and node where nobody listens', async () => {
      const [free] = (await freePorts(1)) as [number];
      await expect(network.echo(nodeAt(free), OWN)).rejects.toThrow(`PACS main can't be reached at 127.0.0.1:${free}.`);
    });

    it('tell that an HTTP server is no DICOM node', async () => {
      await expect(network.echo(nodeAt(archive.httpPort), OWN)).rejects.toThrow(/^PACS main /);
    });
  });
});

describe.skipIf(!HAS_DCMTK)(
  'a worklist of dcmtk, which keeps character sets (skipped where it is not installed)',
  () => {
    const folder = makeTempFolder();
    afterAll(() => rmSync(folder, { recursive: true }));

    it('shows names in Japanese and by UTF-8', async () => {
      mkdirSync(join(folder, 'ARCHIVE'));
      writeFileSync(join(folder, 'ARCHIVE', 'lockfile'), '');
      const utf8 = new Uint8Array(Buffer.from('Müller^Jörg'));
      writeFileSync(join(folder, 'ARCHIVE', '1.wl'), worklistItem('1', JAPANESE, '\\ISO 2022 IR 87'));
      writeFileSync(join(folder, 'ARCHIVE', '2.wl'), worklistItem('2', utf8, 'ISO_IR 192'));
      const [port] = (await freePorts(1)) as [number];
      const server = await startTool('wlmscpfs', ['-csk', '-dfp', folder, String(port)], port);
      const network = await networkForTests();
      try {
        const { matches } = await network.findScheduled(nodeAt(port), OWN, ANY_STEP, 10, NEVER_CANCELLED);
        const names = matches.map(({ patientName }) => patientName).sort();
        expect(names).toEqual(['Müller^Jörg', 'Yamada^Tarou=山田^太郎=やまだ^たろう']);
      } finally {
        await network.close();
        await server.stop();
      }
    });
  },
);
