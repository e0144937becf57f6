// The network's thread: started when needed, ended when idle, started anew after it died; a slow receiver holds its senders up.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { BroadcastChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { DicomNetwork, StorageVerdict } from '../../src/core/ports/dicomNetwork.ts';
import { EXPLICIT } from '../fixtures/dicomBytes.ts';
import { dataSetBytes, instanceFile, MR_IMAGE } from '../fixtures/dicomInstances.ts';
import { eventLog, keepingReceiver, networkForTests, nodeAt, receivingSettings } from '../fixtures/dicomPeers.ts';
import { until } from '../fixtures/loopback.ts';
import {
  associateRequest,
  COMMAND_LAST,
  DATA_LAST,
  dataPdu,
  pdv,
  RawPeer,
  RELEASE_REQUEST,
  storeCommand,
} from '../fixtures/upperLayer.ts';

const WATCHED = 'tests/fixtures/workers/watchedNetwork.worker.ts';
const AE_TITLE = 'LINESHAPE';

function tellThreads(word: 'end' | 'who'): void {
  const channel = new BroadcastChannel('lineshape-test-network');
  channel.postMessage(word);
  channel.close();
}

/** How many network threads of this test live. */
async function livingThreads(): Promise<number> {
  const channel = new BroadcastChannel('lineshape-test-network');
  let count = 0;
  channel.onmessage = (event: unknown) => {
    if ((event as { data: unknown }).data === 'here') count++;
  };
  channel.postMessage('who');
  await new Promise((resolve) => setTimeout(resolve, 100));
  channel.close();
  return count;
}

const own = (port: number): ReturnType<typeof nodeAt> =>
  nodeAt(port, { dimse: { aeTitle: AE_TITLE, host: '127.0.0.1', port, tls: null } });

async function during(options: { idleMs?: number }, act: (network: DicomNetwork) => Promise<void>): Promise<void> {
  const network = await networkForTests(options, WATCHED);
  try {
    await act(network);
  } finally {
    await network.close();
  }
}

describe('the network thread', () => {
  it('starts with the first call, and ends when there is nothing to do', async () => {
    await during({ idleMs: 300 }, async (network) => {
      expect(await livingThreads()).toBe(0);
      const receiver = await network.listen(receivingSettings(), keepingReceiver(), () => undefined);
      await network.echo(own(receiver.port), 'SENDER');
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(await livingThreads()).toBe(1);
      await receiver.close();
      await until('its end', async () => (await livingThreads()) === 0);
      // And starts again.
      const again = await network.listen(receivingSettings(), keepingReceiver(), () => undefined);
      expect(await network.echo(own(again.port), 'SENDER')).toBeGreaterThan(0);
    });
  });

  it('that died fails its calls in words; receivers listen again where they were, and the next call works', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    await during({}, async (network) => {
      const log = eventLog();
      const { port } = await network.listen(receivingSettings(), keepingReceiver(), log.onEvent);
      const waiting = network.echo(own((silent.address() as AddressInfo).port), 'SENDER');
      await network.echo(own(port), 'SENDER');
      tellThreads('end');
      await expect(waiting).rejects.toThrow(
        'The DICOM network thread stopped unexpectedly; what it was doing has to be done again.',
      );
      await until('listening again', () => log.events.filter(({ kind }) => kind === 'listening').length === 2);
      expect(log.events.filter(({ kind }) => kind === 'failed')).toEqual([
        { kind: 'failed', message: expect.stringMatching(/^The DICOM network thread stopped/) as string },
      ]);
      expect(log.events.at(-1)).toEqual({ kind: 'listening', port });
      expect(await network.echo(own(port), 'SENDER')).toBeGreaterThan(0);
    });
    silent.close();
  });

  it('refuses an address that is taken, and one that this computer does not have', async () => {
    await during({}, async (network) => {
      const { port } = await network.listen(receivingSettings(), keepingReceiver(), () => undefined);
      await expect(network.listen(receivingSettings({ port }), keepingReceiver(), () => undefined)).rejects.toThrow(
        `Another program listens at 127.0.0.1:${port} already; choose another port.`,
      );
      await expect(
        network.listen(receivingSettings({ address: '192.0.2.1' }), keepingReceiver(), () => undefined),
      ).rejects.toThrow('This computer has no interface with the address 192.0.2.1.');
    });
  });
});

describe('a receiver that stores slowly', () => {
  it('gets one instance of an association at a time, and nothing is answered before it is stored', async () => {
    await during({}, async (network) => {
      const asked: ((verdict: StorageVerdict) => void)[] = [];
      const receiver = { store: () => new Promise<StorageVerdict>((resolve) => asked.push(resolve)) };
      const { port } = await network.listen(receivingSettings(), receiver, () => undefined);
      const peer = await RawPeer.connect(port);
      const dataSet = dataSetBytes(instanceFile({ instance: '2.25.9.1' }));
      const store = dataPdu(pdv(1, COMMAND_LAST, storeCommand(MR_IMAGE, '2.25.9.1')), pdv(1, DATA_LAST, dataSet));
      const contexts = [{ id: 1, abstractSyntax: MR_IMAGE, transferSyntaxes: [EXPLICIT] }];
      peer.send(associateRequest({ contexts }), store, store, store, RELEASE_REQUEST);
      for (let done = 0; done < 3; done++) {
        await until('the next instance', () => asked.length === done + 1);
        // Another association is served meanwhile.
        await network.echo(own(port), 'SENDER');
        expect(asked).toHaveLength(done + 1);
        expect(peer.statuses).toHaveLength(done);
        asked[done]?.('stored');
      }
      await until('the release', () => peer.isClosed);
      expect(peer.statuses).toEqual([0, 0, 0]);
    });
  });
});
