// What this program is as a DICOM node, and which other nodes it knows. Passwords of nodes stand in the encrypted database and
// nowhere else.
import type { DicomNodeSettings, RemoteNode } from '../../core/domain/dicomNode.ts';
import { DEFAULT_DICOM_NODE } from '../../core/domain/dicomNode.ts';
import { UsageError } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';
import { recordAudit } from './auditTrail.ts';
import type { RowReader } from './connection.ts';
import { readSetting, writeSetting } from './settingRows.ts';
import { decodeStored, notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

/** Not reachable by the page, whose settings have a prefix of their own. */
const SETTINGS_KEY = 'dicom/node';

export function dicomSettings({ connection }: StoreContext): DicomNodeSettings {
  const text = readSetting(connection, SETTINGS_KEY);
  if (text === null) return DEFAULT_DICOM_NODE;
  return decodeStored(connection, 'the settings of the DICOM node', () => ({
    ...DEFAULT_DICOM_NODE,
    ...(JSON.parse(text) as Partial<DicomNodeSettings>),
  }));
}

/** Names of rules are a user's words: they stay out of the audit trail. */
export function setDicomSettings(context: StoreContext, settings: DicomNodeSettings): void {
  const { connection } = context;
  const { isReceiving, aeTitle, address, port, callers, tls, quietForS, rules } = settings;
  const details: JsonObject = {
    ...{ isReceiving, aeTitle, address, port, quietForS },
    callers: callers.map((caller) => ({ aeTitle: caller.aeTitle, address: caller.address })),
    tls: tls === null ? null : { requiresClientCertificate: tls.requiresClientCertificate },
    rules: rules.map(({ id, isOn, quantify, send }) => ({
      ...{ id, isOn, quantifies: quantify !== null },
      sendsTo: send === null ? [] : [...send.nodeIds],
      sends: send === null ? [] : [...send.kinds],
    })),
  };
  connection.transaction(() => {
    writeSetting(connection, SETTINGS_KEY, JSON.stringify(settings));
    recordAudit(context, { kind: 'settings', action: 'dicomNode', studyId: null, details });
  });
}

/** In the order they were added. */
export function listNodes(context: StoreContext): RemoteNode[] {
  return context.connection.all('SELECT node FROM dicom_nodes ORDER BY row').map((row) => nodeOf(context, row));
}

/** @throws StudyDbError NOT_FOUND */
export function getNode(context: StoreContext, id: string): RemoteNode {
  const row = context.connection.get('SELECT node FROM dicom_nodes WHERE id = ?', [id]);
  if (row === null) throw notFound('DICOM node', id);
  return nodeOf(context, row);
}

const nodeOf = ({ connection }: StoreContext, row: RowReader): RemoteNode =>
  decodeStored(connection, 'a DICOM node', () => JSON.parse(row.text('node')) as RemoteNode);

/** Adds it, or changes the one with its id. */
export function saveNode(context: StoreContext, node: RemoteNode): void {
  context.connection.transaction(() => {
    context.connection.run(
      'INSERT INTO dicom_nodes (id, node) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET node = excluded.node',
      [node.id, JSON.stringify(node)],
    );
    const { id, dimse, web, isArchive, isWorklist, fetchBy, sendBy } = node;
    const details: JsonObject = {
      ...{ id, isArchive, isWorklist, fetchBy, sendBy },
      dimse: dimse === null ? null : { aeTitle: dimse.aeTitle, host: dimse.host, port: dimse.port },
      web: web === null ? null : { url: web.url, hasPassword: web.password !== null },
    };
    recordAudit(context, { kind: 'settings', action: 'dicomPeer', studyId: null, details });
  });
}

/** @throws StudyDbError NOT_FOUND; UsageError where something is on its way to it */
export function removeNode(context: StoreContext, id: string): void {
  const { connection } = context;
  connection.transaction(() => {
    const { name } = getNode(context, id);
    const open = connection.get(
      "SELECT count(*) AS n FROM dicom_transfers WHERE node_id = ? AND state IN ('queued', 'sending')",
      [id],
    );
    if ((open?.number('n') ?? 0) > 0) {
      throw new UsageError(`Something is still on its way to ${name}; wait until it is sent, or give it up.`);
    }
    connection.run('DELETE FROM dicom_nodes WHERE id = ?', [id]);
    recordAudit(context, { kind: 'settings', action: 'dicomPeerRemoved', studyId: null, details: { id } });
  });
}
