// Peers that break off, fall silent or send what is no DICOM: the receiver ends their association, keeps nothing of them,
// and serves the others.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DicomNetwork, Receiver, ReceiverEvent } from '../../src/core/ports/dicomNetwork.ts';
import { EXPLICIT, IMPLICIT } from '../fixtures/dicomBytes.ts';
import { dataSetBytes, instanceFile, MR_IMAGE } from '../fixtures/dicomInstances.ts';
import type { KeepingReceiver } from '../fixtures/dicomPeers.ts';
import { eventLog, keepingReceiver, networkForTests, nodeAt, receivingSettings } from '../fixtures/dicomPeers.ts';
import { HAS_DCMTK } from '../fixtures/dcmtk.ts';
import { until } from '../fixtures/loopback.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import {
  ABORT,
  associateRequest,
  COMMAND_LAST,
  COMMAND_PART,
  commandSet,
  contextItem,
  DATA_LAST,
  DATA_PART,
  dataPdu,
  echoCommand,
  item,
  pdu,
  pdv,
  RawPeer,
  RELEASE_REQUEST,
  storeCommand,
  VERIFICATION,
} from '../fixtures/upperLayer.ts';

const BUDGET_BYTES = 4_000_000;
const MR = [{ id: 1, abstractSyntax: MR_IMAGE, transferSyntaxes: [EXPLICIT] }];
const IN_ASSOCIATION = associateRequest();

let network: DicomNetwork;
let listening: Receiver;
let receiver: KeepingReceiver;
let events: ReceiverEvent[];

beforeAll(async () => {
  network = await networkForTests({ receivingBudgetBytes: BUDGET_BYTES });
  const log = eventLog();
  events = log.events;
  receiver = keepingReceiver();
  listening = await network.listen(receivingSettings(), receiver, log.onEvent);
});
afterAll(() => network.close());

const count = (kind: ReceiverEvent['kind']): number => events.filter((event) => event.kind === kind).length;

/** Until nothing more is told of earlier associations. */
const quiet = (): Promise<void> => until('earlier associations closed', () => count('opened') === count('closed'));

async function servesOthers(): Promise<void> {
  const { port } = listening;
  const node = nodeAt(port, { dimse: { aeTitle: 'LINESHAPE', host: '127.0.0.1', port, tls: null } });
  expect(await network.echo(node, 'SENDER')).toBeGreaterThan(0);
}

/** Sends bytes, waits for the end of the line. @returns the peer, to look at what it got */
async function afterSending(...bytes: readonly Buffer[]): Promise<RawPeer> {
  return cutAt(listening.port, Buffer.concat(bytes));
}

async function cutAt(port: number, bytes: Buffer): Promise<RawPeer> {
  const peer = await RawPeer.connect(port);
  peer.send(bytes);
  await until('the line cut', () => peer.isClosed, 10_000);
  return peer;
}

const withItems = (...items: readonly Buffer[]): Buffer => associateRequest({ items: Buffer.concat(items) });
const application = item(0x10, '1.2.840.10008.3.1.1.1');
const user = item(0x50, item(0x51, Buffer.from([0, 0, 64, 0])));
const context = contextItem({ id: 1, abstractSyntax: VERIFICATION });

describe('a malformed message', () => {
  it.each<[string, Buffer]>([
    ['of a type that there is not', pdu(0x42, Buffer.alloc(4))],
    ['of HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: here\r\n\r\n')],
    ['of TLS on a line without it', Buffer.from('160301020001000001fc0303', 'hex')],
    ['that announces 4 GB', pdu(0x01, Buffer.alloc(0), 0xffffffff)],
    ['without content', pdu(0x01, Buffer.alloc(0))],
    ['with data before the association', dataPdu(pdv(1, COMMAND_LAST, echoCommand()))],
    ['with a release before the association', RELEASE_REQUEST],
    ['with an item longer than its message', withItems(application, item(0x20, 'x', 5000))],
    ['with half an item header', withItems(application, Buffer.from([0x20, 0]))],
    ['without an application context', withItems(context, user)],
    ['with an even context identifier', withItems(application, contextItem({ id: 2, abstractSyntax: '1.2' }), user)],
    ['with one context identifier twice', withItems(application, context, context, user)],
    ['with a context without transfer syntax', withItems(application, contextItem({ id: 1, abstractSyntax: '1.2', transferSyntaxes: [] }), user)], // prettier-ignore
    ['with a context that is empty', withItems(application, item(0x20, ''), user)],
    ['with a UID that is none', withItems(application, contextItem({ id: 1, abstractSyntax: 'constructor' }), user)],
    ['with an endless UID', withItems(application, contextItem({ id: 1, abstractSyntax: '1'.repeat(60_000) }), user)],
    ['with a maximum length of six', associateRequest({ maxLength: 6 })],
    ['with user items cut', withItems(application, context, item(0x50, Buffer.from([0x51, 0, 0, 9, 1])))],
    ['with a role item cut', associateRequest({ moreUserItems: item(0x54, Buffer.from([0, 60, 49])) })],
    ['with an identity cut', associateRequest({ moreUserItems: item(0x58, Buffer.from([1, 0, 255, 255])) })],
    ['with two associations', Buffer.concat([IN_ASSOCIATION, IN_ASSOCIATION])],
    ['with data of no length', Buffer.concat([IN_ASSOCIATION, pdu(0x04, Buffer.alloc(0))])],
    ['with more data than was announced', Buffer.concat([IN_ASSOCIATION, pdu(0x04, Buffer.alloc(10), 300_000)])],
    ['with a fragment of length 0', Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(1, COMMAND_LAST, echoCommand(), 0))])],
    ['with a fragment longer than its message', Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(1, COMMAND_LAST, echoCommand(), 0xfffffff0))])], // prettier-ignore
    ['with a fragment of another context', Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(3, COMMAND_LAST, echoCommand()))])], // prettier-ignore
    ['with a data set of no command', Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(1, DATA_LAST, Buffer.alloc(8)))])],
    ['with a command that is none', Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(1, COMMAND_LAST, Buffer.alloc(40, 0xff)))])], // prettier-ignore
    ['with an empty command', Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(1, COMMAND_LAST, Buffer.alloc(0)))])],
    ['with a command element too long', Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(1, COMMAND_LAST, Buffer.from('0000000104ffffff', 'hex')))])], // prettier-ignore
    ['with an endless command', Buffer.concat([IN_ASSOCIATION, ...Array.from({ length: 5 }, () => dataPdu(pdv(1, COMMAND_PART, Buffer.alloc(8000))))])], // prettier-ignore
    ['with a search, which is not offered', Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(1, COMMAND_LAST, commandSet({ 2: VERIFICATION, 0x100: 0x20, 0x110: 1, 0x800: 0 })))])], // prettier-ignore
    ['with an answer to nothing', Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(1, COMMAND_LAST, commandSet({ 0x100: 0x8030, 0x120: 1, 0x800: 0x101, 0x900: 0 })))])], // prettier-ignore
    ['with a store without instance', Buffer.concat([associateRequest({ contexts: MR }), dataPdu(pdv(1, COMMAND_LAST, commandSet({ 2: MR_IMAGE, 0x100: 1, 0x110: 1, 0x800: 0 })))])], // prettier-ignore
    ['with a command within a data set', Buffer.concat([associateRequest({ contexts: MR }), dataPdu(pdv(1, COMMAND_LAST, storeCommand(MR_IMAGE, '1.2')), pdv(1, DATA_PART, Buffer.alloc(9)), pdv(1, COMMAND_LAST, echoCommand()))])], // prettier-ignore
  ])('%s ends its line with an abort', async (_name, bytes) => {
    const peer = await afterSending(bytes);
    expect(peer.messages.at(-1)?.type).toBe(0x07);
    await servesOthers();
  });

  it('is told as refused, or as an association that was cut', async () => {
    await quiet();
    const before = events.length;
    await afterSending(pdu(0x42, Buffer.alloc(4)));
    await afterSending(IN_ASSOCIATION, pdu(0x42, Buffer.alloc(4)));
    await until('both told', () => events.length >= before + 3);
    expect(events.slice(before)).toMatchObject([
      { kind: 'refused', reason: 'malformed', address: '127.0.0.1' },
      { kind: 'opened' },
      { kind: 'closed', how: 'aborted', stored: 0 },
    ]);
  });

  it.each([
    ['another application context', { applicationContext: '1.2.3' }, [0, 1, 1, 2]],
    ['another version of the protocol', { version: 2 }, [0, 1, 2, 2]],
  ] as const)('but sound otherwise, with %s, is rejected with the reason', async (_name, spec, reason) => {
    const peer = await afterSending(associateRequest(spec));
    expect(peer.messages).toMatchObject([{ type: 0x03 }]);
    expect([...(peer.messages[0]?.payload ?? [])]).toEqual([...reason]);
    await servesOthers();
  });
});

describe('a silent peer', () => {
  let impatient: DicomNetwork;
  let port: number;

  beforeAll(async () => {
    impatient = await networkForTests({ receiverTimeouts: { associationMs: 400, pduMs: 400, idleMs: 800 } });
    ({ port } = await impatient.listen(receivingSettings(), keepingReceiver(), () => undefined));
  });
  afterAll(() => impatient.close());

  it.each([
    ['that says nothing at all', Buffer.alloc(0)],
    ['that stops in a message', IN_ASSOCIATION.subarray(0, 40)],
    ['that stops in the first bytes of a message', IN_ASSOCIATION.subarray(0, 3)],
    ['that stops in data', Buffer.concat([IN_ASSOCIATION, pdu(0x04, Buffer.alloc(50), 100)])],
    ['that does nothing in its association', IN_ASSOCIATION],
  ])('%s is cut off', async (_name, bytes) => {
    const peer = await cutAt(port, bytes);
    expect(peer.messages.at(-1)?.type).toBe(0x07);
  });
});

describe('sound messages in unusual form', () => {
  const dataSet = dataSetBytes(instanceFile({ instance: '2.25.9.1' }));
  const store = storeCommand(MR_IMAGE, '2.25.9.1');

  it('are taken byte by byte', async () => {
    const peer = await RawPeer.connect(listening.port);
    for (const byte of Buffer.concat([IN_ASSOCIATION, dataPdu(pdv(1, COMMAND_LAST, echoCommand()))])) {
      peer.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('the answer', () => peer.statuses.length === 1);
    expect(peer.statuses).toEqual([0]);
    peer.send(RELEASE_REQUEST);
    await until('the release', () => peer.isClosed);
    expect(peer.messages.at(-1)?.type).toBe(0x06);
  });

  it('are taken all in one message, fragments and empty ones between them', async () => {
    const before = receiver.instances.length;
    const peer = await RawPeer.connect(listening.port);
    const fragments = [
      pdv(1, COMMAND_PART, store.subarray(0, 11)),
      pdv(1, COMMAND_PART, Buffer.alloc(0)),
      pdv(1, COMMAND_LAST, store.subarray(11)),
      pdv(1, DATA_PART, dataSet.subarray(0, 100)),
      pdv(1, DATA_PART, Buffer.alloc(0)),
      pdv(1, DATA_LAST, dataSet.subarray(100)),
    ];
    peer.send(associateRequest({ contexts: MR }), dataPdu(...fragments, ...fragments), RELEASE_REQUEST);
    await until('the release', () => peer.isClosed);
    expect(peer.statuses).toEqual([0, 0]);
    expect(receiver.instances).toHaveLength(before + 2);
    expect(dataSetBytes(receiver.instances.at(-1)?.bytes as Uint8Array).equals(dataSet)).toBe(true);
  });

  it('are taken with contexts in any order', async () => {
    const contexts = [
      { id: 7, abstractSyntax: VERIFICATION },
      { id: 3, abstractSyntax: MR_IMAGE, transferSyntaxes: [IMPLICIT, EXPLICIT] },
      { id: 5, abstractSyntax: '1.2.840.10008.5.1.4.1.1.2' },
    ];
    const peer = await RawPeer.connect(listening.port);
    const fragments = [pdv(3, COMMAND_LAST, store), pdv(3, DATA_LAST, dataSet)];
    const echo = pdv(7, COMMAND_LAST, echoCommand());
    peer.send(associateRequest({ contexts }), dataPdu(echo, ...fragments), RELEASE_REQUEST);
    await until('the release', () => peer.isClosed);
    expect(peer.statuses).toEqual([0, 0]);
  });

  it.each<[string, Buffer, number]>([
    ['another instance than the command says', dataPdu(pdv(1, COMMAND_LAST, storeCommand(MR_IMAGE, '2.25.9.2')), pdv(1, DATA_LAST, dataSet)), 0xa900], // prettier-ignore
    ['another class than the context has', dataPdu(pdv(1, COMMAND_LAST, storeCommand('1.2.3', '2.25.9.1')), pdv(1, DATA_LAST, dataSet)), 0xa900], // prettier-ignore
    ['no data set at all', dataPdu(pdv(1, COMMAND_LAST, storeCommand(MR_IMAGE, '2.25.9.1', 0x0101))), 0xc000],
    ['an empty data set', dataPdu(pdv(1, COMMAND_LAST, store), pdv(1, DATA_LAST, Buffer.alloc(0))), 0xc000],
    ['nonsense for a data set', dataPdu(pdv(1, COMMAND_LAST, store), pdv(1, DATA_LAST, Buffer.alloc(3000, 0xff))), 0xc000], // prettier-ignore
  ])('with %s get their status, and the association goes on', async (_name, message, status) => {
    const before = receiver.instances.length;
    const peer = await RawPeer.connect(listening.port);
    const sound = dataPdu(pdv(1, COMMAND_LAST, store), pdv(1, DATA_LAST, dataSet));
    peer.send(associateRequest({ contexts: MR }), message, sound, RELEASE_REQUEST);
    await until('the release', () => peer.isClosed);
    expect(peer.statuses).toEqual([status, 0]);
    expect(receiver.instances).toHaveLength(before + 1);
  });

  it('larger than there is room for are answered so, in whatever pieces they come', async () => {
    const before = receiver.instances.length;
    const peer = await RawPeer.connect(listening.port);
    const large = Array.from({ length: 50 }, () => dataPdu(pdv(1, DATA_PART, Buffer.alloc(100_000))));
    const tiny = Array.from({ length: 400 }, () =>
      dataPdu(...Array.from({ length: 100 }, () => pdv(1, DATA_PART, Buffer.alloc(1)))),
    );
    const end = dataPdu(pdv(1, DATA_LAST, Buffer.alloc(2)));
    const command = dataPdu(pdv(1, COMMAND_LAST, store));
    const sound = dataPdu(pdv(1, COMMAND_LAST, store), pdv(1, DATA_LAST, dataSet));
    peer.send(
      associateRequest({ contexts: MR }),
      command,
      ...large,
      end,
      command,
      ...tiny,
      end,
      sound,
      RELEASE_REQUEST,
    );
    await until('the release', () => peer.isClosed);
    expect(peer.statuses).toEqual([0xa700, 0xa700, 0]);
    expect(receiver.instances).toHaveLength(before + 1);
  });
});

describe('many peers', () => {
  it('beyond those that are served at once are told to come again', async () => {
    const peers: RawPeer[] = [];
    for (let i = 0; i < 32; i++) {
      const peer = await RawPeer.connect(listening.port);
      peer.send(IN_ASSOCIATION);
      await until('accepted', () => peer.messages.length === 1);
      peers.push(peer);
    }
    const late = await afterSending(IN_ASSOCIATION);
    expect(late.messages).toMatchObject([{ type: 0x03 }]);
    expect([...(late.messages[0]?.payload ?? [])]).toEqual([0, 2, 3, 1]);
    for (const peer of peers) peer.send(ABORT);
    await until('all gone', () => peers.every(({ isClosed }) => isClosed));
    await servesOthers();
  });
});

describe('a receiver that is closed', () => {
  it('takes no new association, lets an open one end for a moment, then cuts it', async () => {
    const log = eventLog();
    const kept = keepingReceiver();
    const closing = await network.listen(receivingSettings(), kept, log.onEvent);
    const [ending, staying] = [await RawPeer.connect(closing.port), await RawPeer.connect(closing.port)];
    for (const peer of [ending, staying]) peer.send(associateRequest({ contexts: MR }));
    await until('both accepted', () => ending.messages.length === 1 && staying.messages.length === 1);
    const closed = closing.close();
    const dataSet = dataSetBytes(instanceFile({ instance: '2.25.9.1' }));
    const command = storeCommand(MR_IMAGE, '2.25.9.1');
    ending.send(dataPdu(pdv(1, COMMAND_LAST, command), pdv(1, DATA_LAST, dataSet)), RELEASE_REQUEST);
    await closed;
    await until('both lines closed', () => ending.isClosed && staying.isClosed);
    expect(ending.statuses).toEqual([0]);
    expect(kept.instances).toHaveLength(1);
    expect(staying.messages.at(-1)?.type).toBe(0x07);
    await expect(RawPeer.connect(closing.port)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a sender that breaks off', () => {
  const folder = makeTempFolder();
  afterAll(() => rmSync(folder, { recursive: true }));

  it('in a data set leaves nothing behind', async () => {
    await quiet();
    const before = receiver.instances.length;
    const from = events.length;
    const peer = await RawPeer.connect(listening.port);
    const part = pdv(1, DATA_PART, Buffer.alloc(1000));
    peer.send(associateRequest({ contexts: MR }), dataPdu(pdv(1, COMMAND_LAST, storeCommand(MR_IMAGE, '1.2')), part));
    await until('accepted', () => peer.messages.length === 1);
    peer.end();
    await until('told', () => events.slice(from).some(({ kind }) => kind === 'closed'));
    expect(events.at(-1)).toMatchObject({ kind: 'closed', how: 'aborted', stored: 0, refused: 0 });
    expect(receiver.instances).toHaveLength(before);
    await servesOthers();
  });

  it.skipIf(!HAS_DCMTK)('killed while it sends leaves nothing behind (skipped without dcmtk)', async () => {
    const large = await networkForTests();
    const log = eventLog();
    const kept = keepingReceiver();
    const open = await large.listen(receivingSettings(), kept, log.onEvent);
    const path = join(folder, 'large.dcm');
    writeFileSync(path, instanceFile({ instance: '2.25.9.9', edge: 5000 }));
    const args = ['-aet', 'SENDER', '-aec', 'LINESHAPE', '127.0.0.1', String(open.port), path];
    const child = spawn('storescu', args, { stdio: 'ignore' });
    await until('the association', () => log.events.some(({ kind }) => kind === 'opened'));
    child.kill('SIGKILL');
    await until('told', () => log.events.some(({ kind }) => kind === 'closed'));
    expect(log.events.at(-1)).toMatchObject({ kind: 'closed', how: 'aborted', stored: 0 });
    expect(kept.instances).toEqual([]);
    await large.close();
  });
});
