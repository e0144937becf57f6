// What is said of nodes that refuse, hang up or answer nonsense: one sentence each, which names the node and no patient.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DicomNetwork } from '../../src/core/ports/dicomNetwork.ts';
import { callerRefusal, plainAddress } from '../../src/node/dicom/network/callers.ts';
import { queryFailure, storeVerdict } from '../../src/node/dicom/network/failures.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { EXPLICIT, IMPLICIT } from '../fixtures/dicomBytes.ts';
import { instanceFile, MR_IMAGE } from '../fixtures/dicomInstances.ts';
import { networkForTests, nodeAt } from '../fixtures/dicomPeers.ts';
import { ABORT, associateAccept, COMMAND_LAST, commandSet, dataPdu, pdu, pdv } from '../fixtures/upperLayer.ts';

const ANY = { patientName: '', patientId: '', accessionNumber: '', from: null, to: null, modality: null };
const rejected = (...reason: readonly number[]): Buffer => pdu(0x03, Buffer.from([0, ...reason]));
const accepted = associateAccept([{ id: 1, transferSyntax: IMPLICIT }]);
const answer = (field: number, status: number): Buffer =>
  dataPdu(pdv(1, COMMAND_LAST, commandSet({ 0x100: field, 0x120: 1, 0x800: 0x101, 0x900: status })));

let network: DicomNetwork;
beforeAll(async () => {
  network = await networkForTests();
});
afterAll(() => network.close());

/** A node that says one answer each time it is told something; null: it hangs up. */
async function withNode<T>(answers: readonly (Buffer | null)[], act: (port: number) => Promise<T>): Promise<T> {
  const server = createServer((socket) => {
    let next = 0;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      const said = answers[next++];
      if (said === null) socket.destroy();
      else if (said !== undefined) socket.write(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await act((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

const echoed = (port: number): Promise<number> => network.echo(nodeAt(port), 'LINESHAPE');

describe('a node that', () => {
  it.each<[string, readonly (Buffer | null)[], string]>([
    ['does not know who calls', [rejected(1, 1, 3)], 'PACS main refuses our AE title LINESHAPE.'],
    ['is not who is called', [rejected(1, 1, 7)], 'PACS main does not have the AE title ARCHIVE.'],
    ['is busy', [rejected(2, 3, 1)], 'PACS main is too busy; try again later.'],
    ['gives no reason', [rejected(1, 1, 1)], 'PACS main refuses the connection.'],
    ['aborts', [ABORT], 'PACS main broke off the connection.'],
    ['hangs up', [null], 'PACS main broke off the connection.'],
    ['hangs up when it is asked', [accepted, null], 'PACS main broke off the connection.'],
    ['answers in HTTP', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], 'PACS main answered with something that is no DICOM message.'], // prettier-ignore
    ['accepts what was not asked for', [associateAccept([{ id: 9, transferSyntax: IMPLICIT }])], 'PACS main answered with something that is no DICOM message.'], // prettier-ignore
    ['takes messages of no use only', [Buffer.from(accepted.toString('hex').replace(/00004000$/, '00000006'), 'hex')], 'PACS main answered with something that is no DICOM message.'], // prettier-ignore
    ['says nonsense for an answer', [accepted, dataPdu(pdv(1, COMMAND_LAST, Buffer.alloc(20, 7)))], 'PACS main answered with something that is no DICOM message.'], // prettier-ignore
    ['does not permit it', [accepted, answer(0x8030, 0x0124)], 'PACS main does not permit this.'],
  ])('%s is told so', async (_name, answers, said) => {
    await withNode(answers, async (port) => {
      await expect(echoed(port)).rejects.toMatchObject({ name: 'NetworkError', message: said });
    });
  });

  it.each([
    [{ aeTitle: 'A'.repeat(17) }, /^"A{17}" can't be an AE title/],
    [{ aeTitle: ' ' }, /can't be an AE title/],
    [{ aeTitle: 'A\\B' }, /can't be an AE title/],
    [{ port: 70_000 }, /^The port of PACS main has to be a number from 1 to 65535\.$/],
  ])('can not be called at all is refused: %o', async (wrong, said) => {
    const dimse = { aeTitle: 'ARCHIVE', host: '127.0.0.1', port: 104, tls: null, ...wrong };
    await expect(network.echo(nodeAt(104, { dimse }), 'LINESHAPE')).rejects.toThrow(said);
  });

  it('offers no searches is told so', async () => {
    const none = associateAccept([]);
    const refused = Buffer.from([0x21, 0, 0, 4, 1, 0, 3, 0]);
    const payload = Buffer.concat([none.subarray(6), refused]);
    await withNode([pdu(0x02, payload), pdu(0x06, Buffer.alloc(4))], async (port) => {
      const find = network.findStudies(nodeAt(port), 'LINESHAPE', ANY, 5, NEVER_CANCELLED);
      await expect(find).rejects.toThrow('PACS main does not offer searches.');
    });
  });

  it('does not take an object is told for that object', async () => {
    const payload = Buffer.concat([associateAccept([]).subarray(6), Buffer.from([0x21, 0, 0, 4, 1, 0, 3, 0])]);
    const object = {
      sopClassUid: MR_IMAGE,
      sopInstanceUid: '2.25.1',
      transferSyntaxUid: EXPLICIT,
      bytes: instanceFile({ instance: '2.25.1' }),
    };
    await withNode([pdu(0x02, payload), pdu(0x06, Buffer.alloc(4))], async (port) => {
      expect(await network.send(nodeAt(port), 'LINESHAPE', [object], NEVER_CANCELLED)).toEqual([
        'PACS main does not take objects of this kind.',
      ]);
    });
  });

  it('says nothing is left when the user cancels', async () => {
    const { cancellation, cancel } = cancellationSource();
    await withNode([], async (port) => {
      const find = network.findStudies(nodeAt(port), 'LINESHAPE', ANY, 5, cancellation);
      setTimeout(cancel, 100);
      await expect(find).rejects.toMatchObject({ name: 'CancelledError' });
    });
  });
});

describe('statuses', () => {
  it.each([
    [0x0000, null],
    [0xb000, null],
    [0xa700, 'PACS has no room for it.'],
    [0xa900, 'PACS says that it is not what it is announced as.'],
    [0xc123, "PACS can't understand it."],
    [0x0122, 'PACS does not take objects of this kind.'],
    [0x0111, 'PACS did not store it (DICOM status 0111).'],
  ])('of C-STORE: %i', (status, said) => {
    expect(storeVerdict('PACS', status)).toBe(said);
  });

  it.each([
    [0xa801, 'PACS does not know where to send: our AE title OWN is not entered there.'],
    [0xa702, 'PACS is out of resources; try again later.'],
    [0xa900, 'PACS does not understand this search.'],
    [0xc001, 'PACS could not do this (DICOM status C001).'],
  ])('of searches and retrievals: %i', (status, said) => {
    expect(queryFailure('PACS', 'OWN', status).message).toBe(said);
  });
});

describe('callers', () => {
  it.each([
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:0a00:0001', '10.0.0.1'],
    ['2001:0db8:0000::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    [' 10.0.0.1 ', '10.0.0.1'],
  ])('%s is %s', (address, plain) => {
    expect(plainAddress(address)).toBe(plain);
  });

  it('are known by title, and by address where one is given', () => {
    const callers = [
      { aeTitle: 'MR1 ', address: '10.0.0.1' },
      { aeTitle: 'MR1', address: '2001:db8::2' },
      { aeTitle: 'ANYWHERE', address: null },
    ];
    expect(callerRefusal(callers, 'MR1', '::ffff:10.0.0.1')).toBeNull();
    expect(callerRefusal(callers, 'MR1', '2001:db8:0::2')).toBeNull();
    expect(callerRefusal(callers, 'MR1', '10.0.0.2')).toBe('address');
    expect(callerRefusal(callers, 'mr1', '10.0.0.1')).toBe('caller');
    expect(callerRefusal(callers, 'ANYWHERE', '10.9.9.9')).toBeNull();
    expect(callerRefusal([], 'MR1', '10.0.0.1')).toBe('caller');
  });
});
