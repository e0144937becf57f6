// The receiver against dcmtk's senders: what comes is kept byte for byte, who may not call is told why, and verdicts reach
// the sender as statuses.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DicomNetwork, Receiver } from '../../src/core/ports/dicomNetwork.ts';
import { BIG_ENDIAN, EXPLICIT, IMPLICIT } from '../fixtures/dicomBytes.ts';
import { dataSetBytes, instanceFile, MR_SPECTROSCOPY } from '../fixtures/dicomInstances.ts';
import { eventLog, keepingReceiver, networkForTests, nodeAt, receivingSettings } from '../fixtures/dicomPeers.ts';
import { HAS_DCMTK, runTool } from '../fixtures/dcmtk.ts';
import { until } from '../fixtures/loopback.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
let network: DicomNetwork;

beforeAll(async () => {
  network = await networkForTests();
});
afterAll(async () => {
  await network.close();
  rmSync(folder, { recursive: true });
});

function fileOn(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function withReceiver<T>(
  parts: Parameters<typeof receivingSettings>[0],
  receiver: Parameters<DicomNetwork['listen']>[1],
  act: (port: number, log: ReturnType<typeof eventLog>) => Promise<T>,
): Promise<T> {
  const log = eventLog();
  const listening: Receiver = await network.listen(receivingSettings(parts), receiver, log.onEvent);
  try {
    return await act(listening.port, log);
  } finally {
    await listening.close();
  }
}

const to = (port: number): string[] => ['-aet', 'SENDER', '-aec', 'LINESHAPE', '127.0.0.1', String(port)];

describe.skipIf(!HAS_DCMTK)('receiving from dcmtk (skipped where dcmtk is not installed)', () => {
  it('answers an echo', async () => {
    await withReceiver({}, keepingReceiver(), async (port, { events }) => {
      const run = await runTool('echoscu', ['-v', ...to(port)]);
      expect(run.output).toContain('Received Echo Response (Success)');
      expect(run.code).toBe(0);
      await until('the association closed', () => events.some(({ kind }) => kind === 'closed'));
      expect(events).toMatchObject([
        { kind: 'listening', port },
        { kind: 'opened', callingAeTitle: 'SENDER', address: '127.0.0.1' },
        { kind: 'closed', how: 'released', stored: 0, refused: 0 },
      ]);
    });
  });

  it.each([
    ['explicit little endian', EXPLICIT, '-xe'],
    ['implicit little endian', IMPLICIT, '-xi'],
    ['explicit big endian', BIG_ENDIAN, '-xb'],
  ])('keeps the data set of a sender byte for byte: %s', async (_name, transferSyntax, proposal) => {
    const receiver = keepingReceiver();
    const file = instanceFile({ instance: '2.25.1.1', sopClass: MR_SPECTROSCOPY, transferSyntax });
    const path = fileOn('sent.dcm', file);
    await withReceiver({}, receiver, async (port) => {
      const run = await runTool('storescu', ['-v', proposal, ...to(port), path]);
      expect(run.output).toContain('Received Store Response (Success)');
    });
    expect(receiver.instances).toHaveLength(1);
    const [received] = receiver.instances;
    expect(received).toMatchObject({
      sopClassUid: MR_SPECTROSCOPY,
      sopInstanceUid: '2.25.1.1',
      callingAeTitle: 'SENDER',
      transferSyntaxUid: transferSyntax,
    });
    expect(dataSetBytes(received?.bytes as Uint8Array).equals(dataSetBytes(file))).toBe(true);
  });

  it('takes 200 instances from two senders at once', async () => {
    const receiver = keepingReceiver();
    const sent = new Map<string, Buffer>();
    const folders = ['first', 'second'].map((name, sender) => {
      mkdirSync(join(folder, name));
      for (let i = 0; i < 100; i++) {
        const instance = `2.25.7.${sender + 1}.${i + 1}`;
        const bytes = instanceFile({ instance, number: i, edge: 64 });
        sent.set(instance, dataSetBytes(bytes));
        writeFileSync(join(folder, name, `${i}.dcm`), bytes);
      }
      return join(folder, name);
    });
    await withReceiver({}, receiver, async (port) => {
      const runs = await Promise.all(folders.map((path) => runTool('storescu', ['+sd', ...to(port), path])));
      expect(runs.map(({ code, output }) => [code, output])).toEqual([
        [0, ''],
        [0, ''],
      ]);
    });
    expect(receiver.instances).toHaveLength(200);
    const wrong = receiver.instances.filter(
      ({ sopInstanceUid, bytes }) => !dataSetBytes(bytes).equals(sent.get(sopInstanceUid) as Buffer),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['out-of-resources', 'Refused: Out of Resources|OutOfResources'],
    ['cannot-understand', 'CannotUnderstand|Cannot Understand'],
    ['failed', '0x110'],
  ] as const)('tells the sender of a verdict: %s', async (verdict, said) => {
    const path = fileOn('verdict.dcm', instanceFile({ instance: '2.25.1.2' }));
    await withReceiver(
      {},
      keepingReceiver(() => verdict),
      async (port, { events }) => {
        const run = await runTool('storescu', ['-v', ...to(port), path]);
        expect(run.output).toMatch(new RegExp(said));
        await until('the association closed', () => events.some(({ kind }) => kind === 'closed'));
        expect(events.at(-1)).toMatchObject({ kind: 'closed', stored: 0, refused: 1 });
      },
    );
  });

  it.each([
    [
      'an unknown caller',
      { callers: [{ aeTitle: 'OTHER', address: null }] },
      'Calling AE Title Not Recognized',
      'caller',
    ],
    ['a wrong called AE title', { aeTitle: 'ELSEWHERE' }, 'Called AE Title Not Recognized', 'called'],
    ['a wrong address', { callers: [{ aeTitle: 'SENDER', address: '10.1.2.3' }] }, 'Calling AE Title Not', 'address'],
    ['anybody where nobody is allowed', { callers: [] }, 'Calling AE Title Not Recognized', 'caller'],
  ] as const)('refuses %s with the reason', async (_name, settings, said, reason) => {
    await withReceiver(settings, keepingReceiver(), async (port, { events }) => {
      const run = await runTool('echoscu', ['-v', ...to(port)]);
      expect(run.code).not.toBe(0);
      expect(run.output).toContain(said);
      await until('the refusal', () => events.length > 1);
      expect(events[1]).toMatchObject({ kind: 'refused', callingAeTitle: 'SENDER', address: '127.0.0.1', reason });
    });
  });

  it('takes an allowed address, also as IPv6 writes it', async () => {
    const callers = [{ aeTitle: 'SENDER', address: '::ffff:127.0.0.1' }];
    await withReceiver({ callers }, keepingReceiver(), async (port) => {
      expect((await runTool('echoscu', to(port))).code).toBe(0);
    });
  });
});

describe('its own echo', () => {
  it('reaches a receiver of its own', async () => {
    await withReceiver({}, keepingReceiver(), async (port) => {
      const node = nodeAt(port, { dimse: { aeTitle: 'LINESHAPE', host: '127.0.0.1', port, tls: null } });
      expect(await network.echo(node, 'SENDER')).toBeGreaterThan(0);
    });
  });
});
