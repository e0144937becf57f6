// Which node a command of `lineshape dicom` speaks to: one that the database knows, or one named on the spot.
import { isIP } from 'node:net';
import type { Command } from 'commander';
import { FETCH_WAYS, SEND_WAYS } from '../../../core/domain/dicomNode.ts';
import type { AllowedCaller, RemoteNode } from '../../../core/domain/dicomNode.ts';
import { UsageError } from '../../../core/domain/errors.ts';
import { checkRemoteNode } from '../../../node/dicom/nodeSettings.ts';
import { askSecretly, takeSecret } from '../../databaseAccess.ts';
import { oneOf, wholeNumber } from '../../options.ts';

export interface NodeOptions {
  readonly peer: string;
  readonly tls?: boolean;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly user?: string;
  readonly fetchBy?: string;
  readonly sendBy?: string;
}

/** Id of a node that no database knows. */
export const AD_HOC_ID = 'command-line';

/** Options of every command that speaks to another node. */
export function addNodeOptions(command: Command): Command {
  return command
    .requiredOption('--peer <node>', 'AET@HOST:PORT, the address of a DICOMweb service, or the name of a node in --db')
    .option('--tls', 'over TLS')
    .option('--tls-ca <file>', 'certificates to trust (PEM); otherwise those of the system')
    .option('--tls-cert <file>', 'certificate to show (PEM)')
    .option('--tls-key <file>', 'its key (PEM)')
    .option(
      '--user <name>',
      'of the DICOMweb service; the password comes from LINESHAPE_DICOM_PASSWORD or is asked for',
    );
}

export function addWayOptions(command: Command): Command {
  return command
    .option('--fetch-by <way>', `${FETCH_WAYS.join(', ')} (default: c-get, or wado-rs)`)
    .option('--send-by <way>', `${SEND_WAYS.join(', ')} (default: c-store, or stow-rs)`);
}

const isWeb = (peer: string): boolean => /^https?:\/\//i.test(peer);

/** "PACS@host:104", the host perhaps an IPv6 address in brackets. */
function dimsePeer(peer: string): { aeTitle: string; host: string; port: number } | null {
  const [, aeTitle, host, port] = /^([^@]+)@(.+):(\d+)$/.exec(peer) ?? [];
  if (aeTitle === undefined || host === undefined || port === undefined) return null;
  return { aeTitle, host: host.replace(/^\[(.*)\]$/, '$1'), port: wholeNumber('The port of --peer', port, 1, 65_535) };
}

/** @returns whether --peer describes a node, rather than naming one of the database */
export const isAdHoc = ({ peer }: NodeOptions): boolean => isWeb(peer) || dimsePeer(peer) !== null;

async function webPassword(user: string | undefined): Promise<string | null> {
  if (user === undefined) return null;
  const password = takeSecret('LINESHAPE_DICOM_PASSWORD') ?? (await askSecretly(`Password of ${user}: `));
  if (password !== null) return password;
  throw new UsageError('The DICOMweb service asks for a password: set LINESHAPE_DICOM_PASSWORD.');
}

function tlsOf(options: NodeOptions): NonNullable<RemoteNode['dimse']>['tls'] {
  const { tls, tlsCa, tlsCert, tlsKey } = options;
  if (tls !== true && tlsCa === undefined && tlsCert === undefined) return null;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError('--tls-cert and --tls-key go together.');
  }
  return { caFile: tlsCa ?? null, certificateFile: tlsCert ?? null, keyFile: tlsKey ?? null };
}

/**
 * The node that --peer describes.
 * @param name as the user is told of it @throws UsageError where it can't be one
 */
export async function describedNode(options: NodeOptions, id = AD_HOC_ID, name = options.peer): Promise<RemoteNode> {
  const { peer, user, tlsCa } = options;
  const overWeb = isWeb(peer);
  const dimse = overWeb ? null : dimsePeer(peer);
  if (!overWeb && dimse === null) {
    throw new UsageError(`--peer takes AET@HOST:PORT or an http(s) address, not "${peer}".`);
  }
  const node: RemoteNode = {
    ...{ id, name, isArchive: true, isWorklist: !overWeb },
    dimse: dimse === null ? null : { ...dimse, tls: tlsOf(options) },
    web: overWeb
      ? { url: peer, userName: user ?? null, password: await webPassword(user), caFile: tlsCa ?? null }
      : null,
    fetchBy: oneOf('--fetch-by', options.fetchBy ?? (overWeb ? 'wado-rs' : 'c-get'), FETCH_WAYS),
    sendBy: oneOf('--send-by', options.sendBy ?? (overWeb ? 'stow-rs' : 'c-store'), SEND_WAYS),
  };
  checkRemoteNode(node);
  return node;
}

/** A node of the database by its name or id. @throws UsageError */
export function namedNode(nodes: readonly RemoteNode[], peer: string): RemoteNode {
  const found = nodes.find(({ id, name }) => id === peer || name === peer);
  if (found !== undefined) return found;
  const known = nodes.map(({ name }) => name).join(', ') || 'none';
  throw new UsageError(`There is no DICOM node "${peer}" in the database; there is ${known}.`);
}

/** @param text "AET" or "AET@ADDRESS" @throws UsageError */
export function callerOf(text: string): AllowedCaller {
  const [aeTitle = '', address] = text.split('@');
  if (address !== undefined && isIP(address) === 0) {
    throw new UsageError(`--allow takes AET or AET@ADDRESS with an IP address, not "${text}".`);
  }
  return { aeTitle, address: address ?? null };
}
