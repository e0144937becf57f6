// TLS with certificates made here: dcmtk's tools on the other side, and who shows a wrong one is refused in words.
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DicomNodeSettings, DimseAccess, RemoteNode } from '../../src/core/domain/dicomNode.ts';
import type { DicomNetwork } from '../../src/core/ports/dicomNetwork.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import type { CertificateFiles } from '../fixtures/certificates.ts';
import { HAS_OPENSSL, selfSigned, signedBy } from '../fixtures/certificates.ts';
import { EXPLICIT } from '../fixtures/dicomBytes.ts';
import { dataSetBytes, instanceFile, MR_IMAGE } from '../fixtures/dicomInstances.ts';
import { eventLog, keepingReceiver, networkForTests, nodeAt, receivingSettings } from '../fixtures/dicomPeers.ts';
import { HAS_DCMTK, runTool, startTool } from '../fixtures/dcmtk.ts';
import { freePorts, until } from '../fixtures/loopback.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

describe.skipIf(!HAS_OPENSSL)('TLS (skipped where openssl is not installed)', () => {
  const folder = makeTempFolder();
  let network: DicomNetwork;
  let authority: CertificateFiles;
  let own: CertificateFiles;
  let theirs: CertificateFiles;
  let stranger: CertificateFiles;

  beforeAll(async () => {
    authority = selfSigned(folder, 'authority');
    own = signedBy(authority, folder, 'lineshape');
    theirs = signedBy(authority, folder, 'scanner');
    stranger = selfSigned(folder, 'stranger');
    network = await networkForTests();
  });
  afterAll(async () => {
    await network.close();
    rmSync(folder, { recursive: true });
  });

  async function withReceiver(
    requiresClientCertificate: boolean,
    act: (port: number, log: ReturnType<typeof eventLog>, kept: ReturnType<typeof keepingReceiver>) => Promise<void>,
  ): Promise<void> {
    const tls: DicomNodeSettings['tls'] = { ...own, caFile: authority.certificateFile, requiresClientCertificate };
    const log = eventLog();
    const kept = keepingReceiver();
    const receiver = await network.listen(receivingSettings({ tls }), kept, log.onEvent);
    try {
      await act(receiver.port, log, kept);
    } finally {
      await receiver.close();
    }
  }

  const node = (port: number, tls: DimseAccess['tls'], aeTitle = 'LINESHAPE'): RemoteNode =>
    nodeAt(port, { dimse: { aeTitle, host: '127.0.0.1', port, tls } });
  const trusting = (certificate: CertificateFiles | null = null): DimseAccess['tls'] => ({
    caFile: authority.certificateFile,
    certificateFile: certificate?.certificateFile ?? null,
    keyFile: certificate?.keyFile ?? null,
  });
  const refusals = ({ events }: ReturnType<typeof eventLog>): unknown[] =>
    events.flatMap((event) => (event.kind === 'refused' ? [event.reason] : []));

  it('carries an echo of its own, and refuses one without TLS', async () => {
    await withReceiver(false, async (port) => {
      expect(await network.echo(node(port, trusting()), 'SENDER')).toBeGreaterThan(0);
      await expect(network.echo(node(port, null), 'SENDER')).rejects.toThrow(/^PACS main /);
    });
  });

  it('asks for a certificate where the settings say so', async () => {
    await withReceiver(true, async (port, log) => {
      expect(await network.echo(node(port, trusting(theirs)), 'SENDER')).toBeGreaterThan(0);
      await expect(network.echo(node(port, trusting()), 'SENDER')).rejects.toThrow(
        /^PACS main .*not accept our certificate\.$/,
      );
      await expect(network.echo(node(port, trusting(stranger)), 'SENDER')).rejects.toThrow(
        /^PACS main .*not accept our certificate\.$/,
      );
      await until('both refusals', () => refusals(log).length === 2);
      expect(refusals(log)).toEqual(['certificate', 'certificate']);
    });
  });

  it('trusts no certificate that comes from elsewhere', async () => {
    await withReceiver(false, async (port) => {
      const wrong = { caFile: stranger.certificateFile, certificateFile: null, keyFile: null };
      const said = 'The certificate of PACS main is not trusted; choose the file it comes from.';
      await expect(network.echo(node(port, wrong), 'SENDER')).rejects.toThrow(said);
      await expect(network.echo(node(port, { ...wrong, caFile: null }), 'SENDER')).rejects.toThrow(said);
    });
  });

  it('older than 1.2 is refused', async () => {
    await withReceiver(false, async (port) => {
      const old = connect({
        host: '127.0.0.1',
        port,
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        rejectUnauthorized: false,
        ciphers: 'DEFAULT@SECLEVEL=0',
      });
      const end = await new Promise((resolve) => {
        old.once('secureConnect', () => resolve('connected'));
        old.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      });
      old.destroy();
      expect(end).not.toBe('connected');
      await network.echo(node(port, trusting()), 'SENDER');
    });
  });

  it('names files that are no certificates', async () => {
    const path = join(folder, 'no.pem');
    writeFileSync(path, 'no certificate');
    const tls = { certificateFile: path, keyFile: own.keyFile, caFile: null, requiresClientCertificate: false };
    await expect(network.listen(receivingSettings({ tls }), keepingReceiver(), () => undefined)).rejects.toThrow(
      /^The certificate files no\.pem, lineshape\.key can't be used/,
    );
    const missing = { ...tls, certificateFile: join(folder, 'missing.pem') };
    await expect(
      network.listen(receivingSettings({ tls: missing }), keepingReceiver(), () => undefined),
    ).rejects.toThrow("The certificate missing.pem can't be read.");
  });

  describe.skipIf(!HAS_DCMTK)('with dcmtk (skipped where it is not installed)', () => {
    const tlsArgs = (certificate: CertificateFiles): string[] => [
      ...['+tls', certificate.keyFile, certificate.certificateFile],
      ...['+cf', authority.certificateFile],
    ];

    it('takes instances from storescu', async () => {
      const file = instanceFile({ instance: '2.25.20.1' });
      const path = join(folder, 'sent.dcm');
      writeFileSync(path, file);
      await withReceiver(true, async (port, _log, kept) => {
        const to = ['-aet', 'SENDER', '-aec', 'LINESHAPE', '127.0.0.1', String(port)];
        const run = await runTool('storescu', ['-v', ...tlsArgs(theirs), ...to, path]);
        expect(run.output).toContain('Received Store Response (Success)');
        const bytes = kept.instances[0]?.bytes as Uint8Array;
        expect(dataSetBytes(bytes).equals(dataSetBytes(file))).toBe(true);
        const refused = await runTool('echoscu', [...tlsArgs(stranger), ...to]);
        expect(refused.code).not.toBe(0);
      });
    });

    it('sends to storescp', async () => {
      const [port] = (await freePorts(1)) as [number];
      const storescp = await startTool(
        'storescp',
        [...tlsArgs(theirs), '-od', folder, '-aet', 'SCP', String(port)],
        port,
      );
      const object = {
        sopClassUid: MR_IMAGE,
        sopInstanceUid: '2.25.20.2',
        transferSyntaxUid: EXPLICIT,
        bytes: instanceFile({ instance: '2.25.20.2' }),
      };
      try {
        const verdicts = await network.send(node(port, trusting(own), 'SCP'), 'LINESHAPE', [object], NEVER_CANCELLED);
        expect(verdicts).toEqual([null]);
        const kept = readFileSync(join(folder, 'MR.2.25.20.2'));
        expect(dataSetBytes(kept).equals(dataSetBytes(object.bytes))).toBe(true);
      } finally {
        await storescp.stop();
      }
    });
  });

  it('of DICOMweb trusts the file that was chosen, for the host that it names', async () => {
    const certificate = { cert: readFileSync(own.certificateFile), key: readFileSync(own.keyFile) };
    const server = createServer(certificate, (_request, response) => response.end('[]'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`;
    const web = (caFile: string | null): RemoteNode =>
      nodeAt(1, { dimse: null, web: { url, userName: null, password: null, caFile } });
    await expect(network.echo(web(null), 'X')).rejects.toThrow(/^The certificate of PACS main is not trusted/);
    await expect(network.echo(web(authority.certificateFile), 'X')).rejects.toThrow(
      'The certificate of PACS main is for another host than 127.0.0.1.',
    );
    server.close();
  });
});
