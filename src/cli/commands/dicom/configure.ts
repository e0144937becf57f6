// lineshape dicom node and settings: what this program is as a DICOM node and which others it knows, for a machine without a
// window.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { DicomNodeSettings, RemoteNode } from '../../../core/domain/dicomNode.ts';
import { UsageError } from '../../../core/domain/errors.ts';
import { checkNodeSettings } from '../../../node/dicom/nodeSettings.ts';
import { parseRules } from '../../../node/dicom/ruleFile.ts';
import { readError } from '../../../node/files/readErrors.ts';
import { addCommonOptions, oneOf } from '../../options.ts';
import type { CommonOptions } from '../../options.ts';
import { requireStudyDb, withStudyDb } from '../../studyDatabase.ts';
import { printJson, printText, textTable } from '../../terminal.ts';
import type { NodeOptions } from './nodeOptions.ts';
import { addNodeOptions, addWayOptions, describedNode, namedNode } from './nodeOptions.ts';
import type { ReceiverOptions } from './serve.ts';
import { addReceiverOptions, receiverSettings } from './serve.ts';

interface DbOptions extends CommonOptions {
  readonly db: string;
}

/** Without its password. */
function shown(node: RemoteNode): object {
  const { web } = node;
  return { ...node, web: web === null ? null : { ...web, password: web.password === null ? null : '…' } };
}

const placeOf = ({ dimse, web }: RemoteNode): string =>
  [
    dimse === null ? null : `${dimse.aeTitle}@${dimse.host}:${dimse.port}${dimse.tls === null ? '' : ' (TLS)'}`,
    web?.url,
  ]
    .filter((part) => part !== null && part !== undefined)
    .join(', ');

async function listNodes(options: DbOptions): Promise<void> {
  requireStudyDb(options.db);
  const nodes = await withStudyDb(options.db, 'read', (store) => store.listNodes());
  if (options.json === true) printJson({ nodes: nodes.map(shown) });
  else if (nodes.length === 0) printText('The database knows no DICOM node; add one with "lineshape dicom node add".');
  else {
    const rows = nodes.map((node) => [node.name, placeOf(node), node.fetchBy, node.sendBy]);
    printText(textTable(['Node', 'Where', 'Fetch', 'Send'], rows));
  }
}

interface AddOptions extends DbOptions, NodeOptions {
  readonly worklist?: boolean;
  readonly archive: boolean;
}

async function addNode(name: string, options: AddOptions): Promise<void> {
  const described = await describedNode(options, randomUUID(), name);
  const node = { ...described, isArchive: options.archive, isWorklist: options.worklist ?? false };
  await withStudyDb(
    options.db,
    'write',
    (store) => {
      if (store.listNodes().some((known) => known.name === name)) {
        throw new UsageError(`There is a DICOM node "${name}" already; remove it first.`);
      }
      store.saveNode(node);
    },
    { role: 'administrator' },
  );
  if (options.json === true) printJson({ node: shown(node) });
  else printText(`${name} was added: ${placeOf(node)}`);
}

async function removeNode(name: string, options: DbOptions): Promise<void> {
  requireStudyDb(options.db);
  const node = await withStudyDb(
    options.db,
    'write',
    (store) => {
      const found = namedNode(store.listNodes(), name);
      store.removeNode(found.id);
      return found;
    },
    { role: 'administrator' },
  );
  if (options.json === true) printJson({ removed: node.id });
  else printText(`${node.name} was removed.`);
}

interface SettingsOptions extends DbOptions, ReceiverOptions {
  readonly receive?: string;
  readonly rules?: string;
  readonly tls: boolean;
}

async function rulesText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw readError(path, error);
  });
}

async function settings(options: SettingsOptions): Promise<void> {
  const { receive, rules } = options;
  const changes: Partial<DicomNodeSettings> = {
    ...receiverSettings(options),
    ...(receive === undefined ? {} : { isReceiving: oneOf('--receive', receive, ['on', 'off']) === 'on' }),
    ...(options.tls ? {} : { tls: null }),
  };
  const text = rules === undefined ? null : await rulesText(rules);
  const isChange = Object.keys(changes).length > 0 || text !== null;
  if (!isChange) requireStudyDb(options.db);
  const found = await withStudyDb(
    options.db,
    isChange ? 'write' : 'read',
    (store) => {
      const given = text === null ? {} : { rules: parseRules(text, store.listNodes(), basename(rules ?? '')) };
      const changed = { ...store.dicomSettings(), ...changes, ...given };
      checkNodeSettings(changed);
      if (isChange) store.setDicomSettings(changed);
      return changed;
    },
    { role: isChange ? 'administrator' : 'reader' },
  );
  if (options.json === true) printJson(found);
  else printText(settingsText(found));
}

function settingsText({
  isReceiving,
  aeTitle,
  address,
  port,
  callers,
  tls,
  quietForS,
  rules,
}: DicomNodeSettings): string {
  const from = callers.map((caller) => `${caller.aeTitle}${caller.address === null ? '' : `@${caller.address}`}`);
  const ruleLines = rules.map(({ name, isOn, quantify, send }) => {
    const does = [
      ...(quantify === null ? [] : ['quantifies']),
      ...(send === null ? [] : [`sends ${send.kinds.join(', ')}`]),
    ];
    return `Rule "${name}": ${isOn ? does.join(', ') || 'leaves it to the reader' : 'off'}`;
  });
  return [
    `Receiving: ${isReceiving ? 'on' : 'off'}, as ${aeTitle} at ${address}, port ${port}${tls === null ? '' : ', over TLS'}`,
    `Allowed senders: ${from.join(', ') || 'none'}`,
    `A study is imported when nothing has come for ${quietForS} s`,
    ...(ruleLines.length === 0 ? ['No rules'] : ruleLines),
  ].join('\n');
}

export function addConfigureCommands(dicom: Command): void {
  const withDb = (command: Command): Command =>
    addCommonOptions(command.requiredOption('--db <path>', 'study database'));
  const node = dicom.command('node').description('other DICOM nodes that the database knows');
  withDb(node.command('list').description('list them')).action(listNodes);
  addWayOptions(
    addNodeOptions(withDb(node.command('add').description('add one').argument('<name>', 'as users know it'))),
  )
    .option('--no-archive', 'it is no archive')
    .option('--worklist', 'it has a modality worklist')
    .action(addNode);
  withDb(node.command('remove').description('remove one').argument('<name>', 'name or id')).action(removeNode);
  addReceiverOptions(withDb(dicom.command('settings')))
    .description('show the settings of this DICOM node, or change them')
    .option('--receive <on|off>', 'whether the app receives')
    .option('--aet <title>', 'AE title of this node')
    .option('--no-tls', 'listens without TLS')
    .option('--rules <file>', 'what is done to received studies without a click (JSON, docs/command-line-json.md)')
    .action(settings);
}
