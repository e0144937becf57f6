// DICOM nodes and transfers as the page sees them: passwords stay here, files are paths to be read.
import { networkInterfaces } from 'node:os';
import type { RemoteNode, TransferRecord } from '../core/domain/dicomNode.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import type { DicomStateView, RemoteNodeView, WorklistRowView } from '../ipc/contract.ts';
import type { DicomService } from '../node/dicom/dicomService.ts';
import type { DeepReadonly } from './registrar.ts';

/** Transfers of one study that its sign on the worklist tells of. */
const TOLD_TRANSFERS = 8;

/** Of this computer; loopback first. */
function ownInterfaces(): DicomStateView['interfaces'] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ address, internal }) => ({ address, name, isLoopback: internal })),
  );
  return all.sort((a, b) => Number(b.isLoopback) - Number(a.isLoopback));
}

function nodeView({ dimse, web, ...node }: RemoteNode): DeepReadonly<RemoteNodeView> {
  return {
    ...node,
    dimse,
    web:
      web === null
        ? null
        : { url: web.url, userName: web.userName, hasPassword: web.password !== null, caFile: web.caFile },
  };
}

/** This node, the others, and what could not be imported. */
export function dicomState(
  store: Pick<StudyStore, 'dicomSettings' | 'listNodes'>,
  service: Pick<DicomService, 'receiverState' | 'unreadableInstances'>,
): DeepReadonly<DicomStateView> {
  return {
    own: store.dicomSettings(),
    receiver: service.receiverState(),
    nodes: store.listNodes().map(nodeView),
    interfaces: ownInterfaces(),
    stranded: service.unreadableInstances(),
  };
}

type Sending = DeepReadonly<NonNullable<WorklistRowView['sending']>>;

/** When something last happened to a transfer, or will. */
const timeOf = ({ finishedAt, nextAttemptAt, createdAt }: TransferRecord): string =>
  finishedAt ?? nextAttemptAt ?? createdAt;

/** For the worklist, by study; those of which nothing was ever sent are left out. */
export function sendingOf(
  store: Pick<StudyStore, 'sendingStatus' | 'listTransfers'>,
  studyIds: readonly string[],
): ReadonlyMap<string, Sending> {
  const told = (studyId: string): Sending['transfers'] =>
    store.listTransfers(studyId, TOLD_TRANSFERS).map((transfer) => ({
      nodeName: transfer.nodeName,
      state: transfer.state,
      at: timeOf(transfer),
      message: transfer.message,
    }));
  return new Map(
    [...store.sendingStatus(studyIds)].map(([studyId, status]) => [studyId, { status, transfers: told(studyId) }]),
  );
}
