// What other DICOM nodes send: associations with the receiver, answers to a search, and those of a DICOMweb service.
import { createServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import { createServer as createLineServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { RemoteNode, StudyQuery } from '../../../src/core/domain/dicomNode.ts';
import { byteBudget } from '../../../src/node/dicom/network/byteBudget.ts';
import { COMMAND } from '../../../src/node/dicom/network/commandSet.ts';
import { readPart10 } from '../../../src/node/dicom/network/part10.ts';
import { PduGate } from '../../../src/node/dicom/network/pduGate.ts';
import { findStudies } from '../../../src/node/dicom/network/queryScu.ts';
import { StorageScp } from '../../../src/node/dicom/network/storageScp.ts';
import { WebClient } from '../../../src/node/dicom/network/webClient.ts';
import { webSeries, webStudies } from '../../../src/node/dicom/network/webQuery.ts';
import { webFetch } from '../../../src/node/dicom/network/webRetrieve.ts';
import { EXPLICIT, IMPLICIT } from '../../fixtures/dicomBytes.ts';
import { dataSetBytes, instanceFile, MR_IMAGE } from '../../fixtures/dicomInstances.ts';
import {
  associateAccept,
  associateRequest,
  COMMAND_LAST,
  COMMAND_PART,
  commandSet,
  DATA_LAST,
  DATA_PART,
  dataPdu,
  echoCommand,
  pdv,
  RELEASE_REQUEST,
  RELEASE_RESPONSE,
  storeCommand,
  VERIFICATION,
} from '../../fixtures/upperLayer.ts';
import type { FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';

/** No case may keep an association open for longer than this once its bytes have come. [ms] */
const LONGEST_WAIT_MS = 10_000;
const BOREDOM_MS = 20;
const ANY: StudyQuery = { patientName: '', patientId: '', accessionNumber: '', from: null, to: null, modality: null };
const NEVER = new AbortController().signal;
const instance = instanceFile({ instance: '2.25.9.1', edge: 4 });
const dataSet = dataSetBytes(instance);

const file = (name: string, ...pieces: readonly Buffer[]): FuzzFile => ({
  name,
  bytes: new Uint8Array(Buffer.concat(pieces)),
});

async function within<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end`)), LONGEST_WAIT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A line on which the peer says a case's bytes and hangs up. */
function lineOf(bytes: Uint8Array): Socket {
  const line = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => done(),
    allowHalfOpen: true,
  });
  line.push(Buffer.from(bytes));
  line.push(null);
  return line as Socket;
}

/** The receiver's side of one association. */
async function runAssociation([sent]: readonly FuzzFile[]): Promise<void> {
  const faults: string[] = [];
  const total = 2 ** 20;
  const budget = byteBudget(total);
  await within(
    'the association',
    new Promise<void>((resolve) => {
      const gate = new PduGate({
        socket: lineOf(sent?.bytes ?? new Uint8Array(0)),
        role: 'acceptor',
        commands: [COMMAND.storeRequest, COMMAND.echoRequest, COMMAND.cancelRequest],
        budget,
        associationMs: 1000,
        pduMs: 1000,
        idleMs: 1000,
        onEnd: () => resolve(),
      });
      new StorageScp({
        gate,
        refusalOf: ({ callingAeTitle }) => (callingAeTitle === 'NOBODY' ? 'caller' : null),
        store: ({ bytes, sopInstanceUid }) => {
          if (readPart10(bytes)?.sopInstanceUid !== sopInstanceUid) faults.push('a file of another instance');
          return Promise.resolve('stored');
        },
        onOpened: () => undefined,
        onRefused: () => undefined,
      });
    }),
  );
  if (!budget.take(total)) faults.push('memory that was not given back');
  if (faults.length > 0) throw new Error(faults.join(', '));
}

let lines: Server | null = null;
let answers: readonly Buffer[] = [];

/** A node that says the next of its answers whenever it is told something, and hangs up where it is told nothing more. */
async function answeringPort(): Promise<number> {
  lines ??= createLineServer((socket) => {
    let next = 0;
    let bored: NodeJS.Timeout | undefined;
    socket.on('error', () => undefined);
    socket.on('close', () => clearTimeout(bored));
    socket.on('data', () => {
      clearTimeout(bored);
      if (next < answers.length) socket.write(answers[next++] as Buffer);
      bored = setTimeout(() => socket.end(), BOREDOM_MS);
    });
  });
  const server = lines;
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function runSearch(files: readonly FuzzFile[]): Promise<void> {
  answers = files.map(({ bytes }) => Buffer.from(bytes));
  const dimse = { aeTitle: 'ARCHIVE', host: '127.0.0.1', port: await answeringPort(), tls: null };
  const { matches } = await within(
    'the search',
    findStudies({ name: 'PACS', dimse, ownAeTitle: 'SENDER' }, ANY, 10, NEVER),
  );
  if (matches.some(({ studyInstanceUid }) => studyInstanceUid === '')) throw new Error('a study without UID');
}

let pages: HttpServer | null = null;
let page: { readonly type: string; readonly body: Buffer } = { type: '', body: Buffer.alloc(0) };

async function webNode(): Promise<RemoteNode> {
  pages ??= createServer((_request, response) => {
    response.writeHead(200, { 'content-type': page.type });
    response.end(page.body);
  });
  const server = pages;
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`;
  const base = { id: 'web', name: 'PACS', dimse: null, isArchive: true, isWorklist: false } as const;
  const web = { url, userName: null, password: null, caFile: null };
  return { ...base, web, fetchBy: 'wado-rs', sendBy: 'stow-rs' };
}

async function runWeb([answer]: readonly FuzzFile[]): Promise<void> {
  const isList = answer?.name.endsWith('.json') === true;
  page = {
    type: isList ? 'application/dicom+json' : 'multipart/related; type="application/dicom"; boundary=mark',
    body: Buffer.from(answer?.bytes ?? []),
  };
  const client = await WebClient.open(await webNode(), NEVER);
  try {
    await within('the studies', webStudies(client, ANY, 10));
    await within('the series', webSeries(client, '1.2'));
    const request = { studyInstanceUid: '1.2', seriesInstanceUids: ['1.2.3'] };
    const store = (): Promise<'stored'> => Promise.resolve('stored');
    await within(
      'the fetch',
      webFetch(client, request, 'PACS', store, () => undefined, NEVER),
    );
  } finally {
    client.close();
  }
}

const FIND = commandSet({
  0x0002: '1.2.840.10008.5.1.4.1.2.2.1',
  0x0100: 0x8020,
  0x0120: 1,
  0x0800: 0,
  0x0900: 0xff00,
});
const FOUND = commandSet({ 0x0100: 0x8020, 0x0120: 1, 0x0800: 0x0101, 0x0900: 0 });
const MR = [{ id: 1, abstractSyntax: MR_IMAGE, transferSyntaxes: [EXPLICIT, IMPLICIT] }];
const stored = [pdv(1, COMMAND_LAST, storeCommand(MR_IMAGE, '2.25.9.1')), pdv(1, DATA_LAST, dataSet)];
const split = [
  pdv(1, COMMAND_PART, storeCommand(MR_IMAGE, '2.25.9.1').subarray(0, 20)),
  pdv(1, COMMAND_LAST, storeCommand(MR_IMAGE, '2.25.9.1').subarray(20)),
  pdv(1, DATA_PART, dataSet.subarray(0, 200)),
  pdv(1, DATA_LAST, dataSet.subarray(200)),
];

export const DICOM_NETWORK_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'dicomAssociation',
    refusals: [],
    secrets: ['Test^Person'],
    seeds: () => [
      { files: [file('echo', associateRequest(), dataPdu(pdv(1, COMMAND_LAST, echoCommand())), RELEASE_REQUEST)] },
      { files: [file('store', associateRequest({ contexts: MR }), dataPdu(...stored), RELEASE_REQUEST)] },
      { files: [file('split', associateRequest({ contexts: MR }), ...split.map((one) => dataPdu(one)), RELEASE_REQUEST)] }, // prettier-ignore
      { files: [file('refused', associateRequest({ calling: 'NOBODY', contexts: [...MR, { id: 3, abstractSyntax: VERIFICATION }] }))] }, // prettier-ignore
    ],
    run: runAssociation,
  },
  {
    name: 'dicomAnswers',
    refusals: ['NetworkError'],
    secrets: ['Test^Person'],
    seeds: () => {
      const accept = file('accept', associateAccept([{ id: 1, transferSyntax: EXPLICIT }]));
      const one = dataPdu(pdv(1, COMMAND_LAST, FIND), pdv(1, DATA_LAST, dataSet));
      const end = dataPdu(pdv(1, COMMAND_LAST, FOUND));
      const released = file('released', RELEASE_RESPONSE);
      return [
        { files: [accept, file('answers', one, one, end), released] },
        { files: [accept, file('answers', end), released] },
      ];
    },
    run: runSearch,
  },
  {
    name: 'dicomWebAnswers',
    refusals: ['NetworkError'],
    secrets: ['Test^Person'],
    seeds: () => {
      const study = {
        '0020000D': { vr: 'UI', Value: ['1.2'] },
        '0020000E': { vr: 'UI', Value: ['1.2.3'] },
        '00080018': { vr: 'UI', Value: ['2.25.9.1'] },
        '00080016': { vr: 'UI', Value: [MR_IMAGE] },
        '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Test^Person', Ideographic: '' }] },
        '00201206': { vr: 'IS', Value: [2] },
      };
      const part = Buffer.concat([Buffer.from('--mark\r\nContent-Type: application/dicom\r\n\r\n'), instance]);
      return [
        { files: [file('list.json', Buffer.from(JSON.stringify([study, study])))] },
        { files: [file('parts', part, Buffer.from('\r\n'), part, Buffer.from('\r\n--mark--\r\n'))] },
      ];
    },
    run: runWeb,
    close: () => {
      pages?.closeAllConnections();
      pages?.close();
      lines?.close();
    },
  },
];
