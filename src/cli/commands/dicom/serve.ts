// lineshape dicom serve: receives, imports, applies the database's rules and sends, until it is ended.
import type { Command } from 'commander';
import type { DicomNodeSettings } from '../../../core/domain/dicomNode.ts';
import { NetworkError, UsageError } from '../../../core/domain/errors.ts';
import type { StudyStore } from '../../../core/ports/studyStore.ts';
import type { DicomServiceEvent } from '../../../node/dicom/dicomService.ts';
import { checkNodeSettings } from '../../../node/dicom/nodeSettings.ts';
import { collect, positiveNumber, wholeNumber } from '../../options.ts';
import { withSession } from '../../session.ts';
import { withStudyDb } from '../../studyDatabase.ts';
import { printText } from '../../terminal.ts';
import { callerOf } from './nodeOptions.ts';
import type { DicomOptions } from './nodeSession.ts';
import { addDicomOptions, withService } from './nodeSession.ts';

/** How the receiver is set up on the command line; what is absent stays as the database has it. */
export interface ReceiverOptions {
  readonly aet?: string;
  readonly port?: string;
  readonly address?: string;
  readonly allow: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly requireClientCertificate?: boolean;
  readonly quietS?: string;
}

export function addReceiverOptions(command: Command): Command {
  return command
    .option('--port <n>', 'port to listen at')
    .option('--address <ip>', 'interface to listen at (default: 127.0.0.1, this computer alone)')
    .option('--allow <aet[@ip]>', 'AE title that may send, perhaps from one address only; again for more', collect, [])
    .option('--tls-cert <file>', 'certificate (PEM): listens over TLS')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--tls-ca <file>', "certificates that senders' must come from (PEM)")
    .option('--require-client-certificate', 'refuses senders that show no certificate')
    .option('--quiet-s <s>', 'a study is imported when nothing has come for so long');
}

function tlsOf({ tlsCert, tlsKey, tlsCa, requireClientCertificate }: ReceiverOptions): DicomNodeSettings['tls'] {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) throw new UsageError('--tls-cert and --tls-key go together.');
  return {
    ...{ certificateFile: tlsCert, keyFile: tlsKey, caFile: tlsCa ?? null },
    requiresClientCertificate: requireClientCertificate ?? false,
  };
}

/** @throws UsageError */
export function receiverSettings(options: ReceiverOptions): Partial<DicomNodeSettings> {
  const { aet, port, address, allow, quietS } = options;
  const tls = tlsOf(options);
  return {
    ...(aet === undefined ? {} : { aeTitle: aet }),
    ...(port === undefined ? {} : { port: wholeNumber('--port', port, 0, 65_535) }),
    ...(address === undefined ? {} : { address }),
    ...(allow.length === 0 ? {} : { callers: allow.map(callerOf) }),
    ...(quietS === undefined ? {} : { quietForS: positiveNumber('--quiet-s', quietS) }),
    ...(tls === null ? {} : { tls }),
  };
}

/** One line an event; studies by their ids, never a patient. */
function eventLine(event: DicomServiceEvent): string | null {
  switch (event.kind) {
    case 'imported':
      return `Imported: ${event.studyIds.join(', ') || 'nothing'}${event.problems.map((problem) => `; ${problem}`).join('')}`;
    case 'processed':
      return `Rule ${event.ruleId} on study ${event.studyId}: ${event.message ?? 'done'}`;
    case 'transfer': {
      const { state, nodeName, studyId, sentCount, objectCount, message } = event.transfer;
      return `Transfer of study ${studyId} to ${nodeName}: ${state}, ${sentCount} of ${objectCount}${message === null ? '' : `; ${message}`}`;
    }
    case 'receiver':
      return null;
  }
}

interface ServeOptions extends DicomOptions, ReceiverOptions {
  readonly db: string;
}

/** Tells what happens: a state when it changes, not with every instance. */
function teller(asJson: boolean, settings: () => DicomNodeSettings): (event: DicomServiceEvent) => void {
  let last = '';
  return (event) => {
    if (event.kind === 'receiver') {
      const { state, message } = event.state;
      const { aeTitle, address, port } = settings();
      if (`${state} ${message ?? ''}` === last) return;
      last = `${state} ${message ?? ''}`;
      if (asJson) printText(JSON.stringify({ event: 'receiver', state, message, aeTitle, address, port }));
      else
        printText(
          message ?? `${state === 'listening' ? 'Listening' : state} as ${aeTitle} at ${address}, port ${port}`,
        );
    } else if (asJson) printText(JSON.stringify({ event: event.kind, ...event, kind: undefined }));
    else printText(eventLine(event) ?? '');
  };
}

async function serveOn(store: StudyStore, options: ServeOptions): Promise<void> {
  const given = { ...receiverSettings(options), isReceiving: true };
  const settings = (): DicomNodeSettings => ({ ...store.dicomSettings(), ...given });
  checkNodeSettings(settings());
  const { port } = settings();
  if (port === 0) throw new UsageError('Senders have to know the port: name one with --port.');
  await withSession(
    options,
    async (session) => {
      const parts = { settings: given, node: null, onEvent: teller(options.json === true, settings) };
      await withService(store, session, parts, async (service) => {
        await service.start();
        const { state, message } = service.receiverState();
        if (state === 'failed') throw new NetworkError(message ?? 'The receiver could not begin to listen.');
        await session.ended;
      });
    },
    { endsBySignal: true },
  );
}

export function addServeCommand(dicom: Command): void {
  addReceiverOptions(addDicomOptions(dicom.command('serve')))
    .description('receive into the database, apply its rules and send its reports, until SIGINT or SIGTERM')
    .action(async (options: DicomOptions & ReceiverOptions) => {
      const { db } = options;
      if (db === undefined) throw new UsageError('Receiving needs a study database: add --db.');
      await withStudyDb(db, 'write', (store) => serveOn(store, { ...options, db }));
    });
}
