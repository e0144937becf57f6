// Searching, fetching and sending over DICOMweb with a real archive, Orthanc; and services that answer otherwise.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DicomWebAccess, RemoteNode, StudyQuery } from '../../src/core/domain/dicomNode.ts';
import { parseDicom, TAG } from '../../src/core/formats/dicom/dicomFile.ts';
import type { DicomNetwork, FetchProgress, SentObject } from '../../src/core/ports/dicomNetwork.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { boundaryOf, dicomParts, partsOf } from '../../src/node/dicom/network/multipartRelated.ts';
import { EXPLICIT, IMPLICIT } from '../fixtures/dicomBytes.ts';
import { dataSetBytes, instanceFile, MR_IMAGE, MR_SPECTROSCOPY } from '../fixtures/dicomInstances.ts';
import { keepingReceiver, networkForTests, nodeAt } from '../fixtures/dicomPeers.ts';
import { HAS_DCMTK, runTool } from '../fixtures/dcmtk.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import type { Orthanc } from '../fixtures/orthanc.ts';
import { HAS_ORTHANC, startOrthanc } from '../fixtures/orthanc.ts';

const ANY: StudyQuery = { patientName: '', patientId: '', accessionNumber: '', from: null, to: null, modality: null };
const OWN = 'LINESHAPE';

let network: DicomNetwork;
beforeAll(async () => {
  network = await networkForTests();
});
afterAll(() => network.close());

function webNode(web: Partial<DicomWebAccess> & { url: string }): RemoteNode {
  return nodeAt(1, {
    dimse: null,
    web: { userName: null, password: null, caFile: null, ...web },
    fetchBy: 'wado-rs',
    sendBy: 'stow-rs',
  });
}

describe.skipIf(!HAS_ORTHANC)('an archive over DICOMweb (skipped where Orthanc is not installed)', () => {
  let archive: Orthanc;
  let node: RemoteNode;

  beforeAll(async () => {
    archive = await startOrthanc();
    node = webNode({ url: `${archive.webUrl}/`, userName: archive.userName, password: archive.password });
    const name = {
      patientName: new Uint8Array(Buffer.from('M\xfcller^J\xf6rg', 'latin1')),
      characterSet: 'ISO_IR 100',
    };
    for (let i = 1; i <= 5; i++) {
      const more = { study: '2.25.200', series: '2.25.200.1', frameOfReference: '2.25.200.9', ...name };
      const transferSyntax = i === 5 ? IMPLICIT : EXPLICIT;
      await archive.store(instanceFile({ instance: `2.25.200.1.${i}`, number: i, transferSyntax, ...more }));
    }
    const spectrum = { sopClass: MR_SPECTROSCOPY, study: '2.25.200', series: '2.25.200.2', ...name };
    await archive.store(instanceFile({ instance: '2.25.200.2.1', frameOfReference: '2.25.200.9', ...spectrum }));
    await archive.store(instanceFile({ instance: '2.25.100.1.1', patientId: 'T-9' }));
  });
  afterAll(() => archive.stop());

  it('answers', async () => {
    expect(await network.echo(node, OWN)).toBeGreaterThan(0);
  });

  it('finds studies', async () => {
    // The plugin 1.7 compares percent-encoded letters as they stand, so the name is asked for by its ASCII letters.
    const query = {
      ...ANY,
      patientName: 'M*^J*rg',
      patientId: 'T-1',
      from: '2026-01-01',
      to: '2026-12-31',
      modality: 'MR',
    };
    const { matches, isCut } = await network.findStudies(node, OWN, query, 10, NEVER_CANCELLED);
    expect(isCut).toBe(false);
    expect(matches).toEqual([
      {
        studyInstanceUid: '2.25.200',
        patientName: 'Müller^Jörg',
        patientId: 'T-1',
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
    expect(await network.findStudies(node, OWN, ANY, 1, NEVER_CANCELLED)).toMatchObject({ isCut: true });
  });

  it('finds series with SOP class and frame of reference', async () => {
    const series = await network.findSeries(node, OWN, '2.25.200', NEVER_CANCELLED);
    const facts = series.map((one) => [
      one.seriesInstanceUid,
      one.sopClassUid,
      one.frameOfReferenceUid,
      one.instanceCount,
    ]);
    expect(facts.sort()).toEqual([
      ['2.25.200.1', MR_IMAGE, '2.25.200.9', 5],
      ['2.25.200.2', MR_SPECTROSCOPY, '2.25.200.9', 1],
    ]);
  });

  it('gives a study, every data set byte for byte as it keeps it', async () => {
    const receiver = keepingReceiver();
    const progress: FetchProgress[] = [];
    const request = { studyInstanceUid: '2.25.200', seriesInstanceUids: null };
    const end = await network.fetch(node, OWN, request, receiver, (p) => progress.push(p), NEVER_CANCELLED);
    expect(end).toEqual({ done: 6, failed: 0, total: 6 });
    expect(progress[0]).toEqual({ done: 0, failed: 0, total: 6 });
    for (const { sopInstanceUid, bytes, transferSyntaxUid } of receiver.instances) {
      expect(transferSyntaxUid).toBeNull();
      expect(dataSetBytes(bytes).equals(dataSetBytes(await archive.fileOf(sopInstanceUid))), sopInstanceUid).toBe(true);
    }
  });

  it('gives one series, and counts what was not stored', async () => {
    const receiver = keepingReceiver(({ sopInstanceUid }) => (sopInstanceUid.endsWith('.3') ? 'failed' : 'stored'));
    const request = { studyInstanceUid: '2.25.200', seriesInstanceUids: ['2.25.200.1'] };
    const end = await network.fetch(node, OWN, request, receiver, () => undefined, NEVER_CANCELLED);
    expect(end).toEqual({ done: 4, failed: 1, total: 5 });
  });

  it('is cancelled in the middle, and keeps what had come', async () => {
    const { cancellation, cancel } = cancellationSource();
    const receiver = keepingReceiver(async () => {
      cancel();
      // Until the cancellation has reached the thread: it is looked for now and then.
      await new Promise((resolve) => setTimeout(resolve, 300));
      return 'stored' as const;
    });
    const request = { studyInstanceUid: '2.25.200', seriesInstanceUids: null };
    await expect(network.fetch(node, OWN, request, receiver, () => undefined, cancellation)).rejects.toMatchObject({
      name: 'CancelledError',
    });
    expect(receiver.instances.length).toBeLessThan(6);
  });

  it.skipIf(!HAS_DCMTK)('gives what it keeps compressed without compression (skipped without dcmtk)', async () => {
    const folder = makeTempFolder();
    const [plain, compressed] = [join(folder, 'plain.dcm'), join(folder, 'rle.dcm')];
    const file = instanceFile({ instance: '2.25.500.1.1', study: '2.25.500', series: '2.25.500.1', edge: 64 });
    writeFileSync(plain, file);
    expect((await runTool('dcmcrle', [plain, compressed])).code).toBe(0);
    await archive.store(readFileSync(compressed));
    rmSync(folder, { recursive: true });
    const request = { studyInstanceUid: '2.25.500', seriesInstanceUids: null };
    const overDimse = nodeAt(archive.dicomPort);
    for (const way of [node, overDimse]) {
      const receiver = keepingReceiver();
      const end = await network.fetch(way, OWN, request, receiver, () => undefined, NEVER_CANCELLED);
      expect(end).toEqual({ done: 1, failed: 0, total: 1 });
      const read = parseDicom(receiver.instances[0]?.bytes as Uint8Array, 'fetched');
      expect(read.compressed).toBe(false);
      const pixels = Buffer.from(read.dataset.bytes(TAG.pixelData) as Uint8Array);
      expect(
        dataSetBytes(file)
          .subarray(-64 * 64 * 2)
          .equals(pixels),
      ).toBe(true);
    }
  });

  it('takes objects, and says of each what became of it', async () => {
    const object = (instance: string): SentObject => ({
      sopClassUid: MR_IMAGE,
      sopInstanceUid: instance,
      transferSyntaxUid: EXPLICIT,
      bytes: instanceFile({ instance, study: '2.25.400', series: '2.25.400.1' }),
    });
    const objects = [object('2.25.400.1.1'), object('2.25.400.1.2')];
    expect(await network.send(node, OWN, objects, NEVER_CANCELLED)).toEqual([null, null]);
    for (const { sopInstanceUid, bytes } of objects) {
      const kept = await archive.fileOf(sopInstanceUid);
      expect(dataSetBytes(kept).equals(dataSetBytes(bytes)), sopInstanceUid).toBe(true);
    }
  });

  it('refuses a wrong password in words', async () => {
    const wrong = webNode({ url: archive.webUrl, userName: archive.userName, password: 'wrong' });
    await expect(network.echo(wrong, OWN)).rejects.toThrow('PACS main does not accept user name and password.');
  });

  it('is named where its address leads nowhere', async () => {
    const access = { userName: archive.userName, password: archive.password };
    const elsewhere = webNode({ url: `${archive.webUrl}-not`, ...access });
    await expect(network.echo(elsewhere, OWN)).rejects.toThrow('PACS main has nothing at this DICOMweb address.');
    const closed = webNode({ url: 'http://127.0.0.1:9/dicom-web', ...access });
    await expect(network.echo(closed, OWN)).rejects.toThrow("PACS main can't be reached at 127.0.0.1:9.");
    const none = webNode({ url: 'ftp://127.0.0.1/', ...access });
    await expect(network.echo(none, OWN)).rejects.toThrow(
      'The DICOMweb address of PACS main is no http or https address.',
    );
  });
});

/** A service that answers as a test wants. */
async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe('a DICOMweb service that', () => {
  const failing = async (listener: RequestListener): Promise<unknown> => {
    const { url, server } = await serve(listener);
    try {
      return await network.findStudies(webNode({ url, userName: 'u', password: 'p' }), OWN, ANY, 5, NEVER_CANCELLED);
    } catch (error) {
      return (error as Error).message;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  it('sends on to another host gets no password there', async () => {
    const seen: (string | undefined)[] = [];
    const { url: other, server } = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('[]');
    });
    const said = await failing((_request, response) => {
      response.writeHead(302, { location: `${other}/studies` });
      response.end();
    });
    server.close();
    expect(said).toBe('PACS main sends requests on to another address; enter that one.');
    expect(seen).toEqual([]);
  });

  it.each([
    ['answers with a page', '<html></html>', 'PACS main answered with something that is no DICOM JSON.'],
    ['nests without end', '['.repeat(100_000), 'PACS main answered with something that is no DICOM JSON.'],
  ])('%s is told apart', async (_name, body, said) => {
    expect(await failing((_request, response) => response.end(body))).toBe(said);
  });

  it('reads its query is asked in UTF-8, for dates as a range and for one more than wanted', async () => {
    let asked = '';
    const query = { ...ANY, patientName: 'Müller^*', from: '2026-01-01', to: '2026-01-31', modality: 'MR' };
    const { url, server } = await serve((request, response) => {
      asked = request.url ?? '';
      response.end('[]');
    });
    await network.findStudies(webNode({ url: `${url}/root/` }), OWN, query, 5, NEVER_CANCELLED);
    server.close();
    expect(asked).toMatch(
      /^\/root\/studies\?PatientName=M%C3%BCller\^\*&StudyDate=20260101-20260131&ModalitiesInStudy=MR&limit=6&includefield=/,
    );
  });

  it('answers with strange values gives what can be used of them', async () => {
    const strange = [
      { '0020000D': { vr: 'UI', Value: ['1.2'] }, '00100010': { Value: [null] }, '00201206': 7 },
      3,
      null,
      {},
    ];
    const found = await failing((_request, response) => response.end(JSON.stringify(strange)));
    expect(found).toMatchObject({ matches: [{ studyInstanceUid: '1.2', patientName: null, seriesCount: null }] });
  });

  it('stores some of what it was sent is believed for each', async () => {
    const item = (uid: string, reason?: number): object => ({
      '00081155': { vr: 'UI', Value: [uid] },
      ...(reason === undefined ? {} : { '00081197': { vr: 'US', Value: [reason] } }),
    });
    const answer = {
      '00081199': { vr: 'SQ', Value: [item('2.25.1')] },
      '00081198': { vr: 'SQ', Value: [item('2.25.2', 0xa700), item('2.25.3', 0xc122)] },
    };
    const { url, server } = await serve((request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(202).end(JSON.stringify(answer)));
    });
    const objects = ['2.25.1', '2.25.2', '2.25.3', '2.25.4'].map((instance) => ({
      sopClassUid: MR_IMAGE,
      sopInstanceUid: instance,
      transferSyntaxUid: EXPLICIT,
      bytes: instanceFile({ instance }),
    }));
    const verdicts = await network.send(webNode({ url }), OWN, objects, NEVER_CANCELLED);
    server.close();
    expect(verdicts).toEqual([
      null,
      'PACS main has no room for it.',
      "PACS main can't understand it.",
      'PACS main did not store it.',
    ]);
  });

  it('breaks off is named', async () => {
    expect(await failing((request) => request.socket.destroy())).toBe('PACS main broke off the connection.');
  });
});

describe('multipart bodies', () => {
  it('come out as they went in', () => {
    const files = [Buffer.from('one\r\n--two'), Buffer.alloc(0), Buffer.from([0, 13, 10, 45, 45, 255])];
    const { contentType, body } = dicomParts(files);
    const boundary = boundaryOf(contentType) as string;
    expect(partsOf(Buffer.concat(body), boundary)).toEqual(files);
  });

  it('that are cut give the whole parts', () => {
    const { contentType, body } = dicomParts([Buffer.from('first'), Buffer.from('second')]);
    const boundary = boundaryOf(contentType) as string;
    const whole = Buffer.concat(body);
    expect(partsOf(whole.subarray(0, whole.length - 50 - boundary.length), boundary)).toEqual([Buffer.from('first')]);
    expect(boundaryOf('application/json')).toBeNull();
    expect(boundaryOf('multipart/related; type="application/dicom"; boundary="a b"')).toBe('a b');
  });
});
