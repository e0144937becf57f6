// lineshape dicom echo, find and worklist: what another node answers.
import type { Command } from 'commander';
import type { ScheduledStep, SeriesMatch, StudyMatch } from '../../../core/domain/dicomNode.ts';
import { UsageError } from '../../../core/domain/errors.ts';
import type { AuditEvent } from '../../../core/domain/audit.ts';
import type { DicomNetwork } from '../../../core/ports/dicomNetwork.ts';
import { cancellationSource } from '../../../node/workers/cancellation.ts';
import { recordInStudyDb } from '../../studyDatabase.ts';
import { printJson, printText, say, textTable } from '../../terminal.ts';
import type { NodeOptions } from './nodeOptions.ts';
import { addNodeOptions } from './nodeOptions.ts';
import type { Conversation, DicomOptions } from './nodeSession.ts';
import { addDicomOptions, conversationOf, withNetwork } from './nodeSession.ts';

type PeerOptions = DicomOptions & NodeOptions;

interface QueryOptions extends PeerOptions {
  readonly patientName?: string;
  readonly patientId?: string;
  readonly accession?: string;
  readonly from?: string;
  readonly to?: string;
  readonly modality?: string;
  readonly study?: string;
}

/** More are cut off, and said. */
const MOST_MATCHES = 1000;

function dateOf(option: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new UsageError(`${option} takes a date as YYYY-MM-DD, not "${text}".`);
}

/** Fields that study and worklist queries share. @throws UsageError */
function queryOf({ patientName, patientId, accession, from, to, modality }: QueryOptions) {
  return {
    patientName: patientName ?? '',
    patientId: patientId ?? '',
    accessionNumber: accession ?? '',
    from: dateOf('--from', from),
    to: dateOf('--to', to),
    modality: modality ?? null,
  };
}

type Asked<T> = (network: DicomNetwork, conversation: Conversation) => Promise<T>;

/** The first Ctrl+C cancels the question at the other side too. */
async function asking<T>(
  options: PeerOptions,
  ask: (cancellation: ReturnType<typeof cancellationSource>['cancellation']) => Asked<T>,
): Promise<{ answer: T; node: Conversation['node'] }> {
  const conversation = await conversationOf(options);
  const { cancellation, cancel } = cancellationSource();
  process.once('SIGINT', cancel);
  try {
    const answer = await withNetwork((network) => ask(cancellation)(network, conversation));
    return { answer, node: conversation.node };
  } finally {
    process.off('SIGINT', cancel);
  }
}

/** What was searched for names patients, and stays out. */
async function audit(
  options: PeerOptions,
  { id, dimse }: Conversation['node'],
  level: string,
  matches: number,
): Promise<void> {
  if (options.db === undefined) return;
  const details = { nodeId: id, calledAeTitle: dimse?.aeTitle ?? null, level, matches };
  const event: AuditEvent = { kind: 'view', action: 'query', studyId: null, details };
  await recordInStudyDb(options.db, event);
}

async function echo(options: PeerOptions): Promise<void> {
  const { answer, node } = await asking(options, () => (network, to) => network.echo(to.node, to.ownAeTitle));
  if (options.json === true) printJson({ node: node.name, elapsedMs: answer });
  else printText(`${node.name} answered after ${answer.toFixed(0)} ms`);
}

const date = (match: { studyDate: string | null; studyTime: string | null }): string =>
  [match.studyDate, match.studyTime].filter((part) => part !== null).join(' ');

const studyRow = (match: StudyMatch): string[] => [
  match.studyInstanceUid,
  match.patientName ?? '',
  match.patientId ?? '',
  date(match),
  match.modalities.join(' '),
  match.description ?? '',
];

const seriesRow = (match: SeriesMatch): string[] => [
  match.seriesInstanceUid,
  String(match.number ?? ''),
  match.modality ?? '',
  match.description ?? '',
  String(match.instanceCount ?? ''),
];

const stepRow = (step: ScheduledStep): string[] => [
  [step.scheduledDate, step.scheduledTime].filter((part) => part !== null).join(' '),
  step.patientName ?? '',
  step.patientId ?? '',
  step.accessionNumber ?? '',
  step.modality ?? '',
  step.description ?? step.requestedProcedure ?? '',
];

function printMatches(what: string, header: readonly string[], rows: readonly string[][], isCut: boolean): void {
  if (isCut) say(`There are more than ${rows.length}; narrow the search.`);
  printText(rows.length === 0 ? `Nothing was found: no ${what} matches.` : textTable(header, rows));
}

async function findSeries(options: QueryOptions, study: string): Promise<void> {
  const { answer, node } = await asking(
    options,
    (cancellation) => (network, to) => network.findSeries(to.node, to.ownAeTitle, study, cancellation),
  );
  await audit(options, node, 'series', answer.length);
  if (options.json === true) printJson({ node: node.name, series: answer });
  else printMatches('series', ['Series', 'Number', 'Modality', 'Description', 'Instances'], answer.map(seriesRow), false); // prettier-ignore
}

async function find(options: QueryOptions): Promise<void> {
  if (options.study !== undefined) return findSeries(options, options.study);
  const query = queryOf(options);
  const { answer, node } = await asking(
    options,
    (cancellation) => (network, to) => network.findStudies(to.node, to.ownAeTitle, query, MOST_MATCHES, cancellation),
  );
  const { matches, isCut } = answer;
  await audit(options, node, 'studies', matches.length);
  if (options.json === true) printJson({ node: node.name, studies: matches, isCut });
  else printMatches('study', ['Study', 'Patient', 'Number', 'Date', 'Modalities', 'Description'], matches.map(studyRow), isCut); // prettier-ignore
}

async function worklist(options: QueryOptions): Promise<void> {
  const query = queryOf(options);
  const { answer, node } = await asking(
    options,
    (cancellation) => (network, to) => network.findScheduled(to.node, to.ownAeTitle, query, MOST_MATCHES, cancellation),
  );
  const { matches, isCut } = answer;
  await audit(options, node, 'scheduled', matches.length);
  if (options.json === true) printJson({ node: node.name, steps: matches, isCut });
  else printMatches('scheduled step', ['Scheduled', 'Patient', 'Number', 'Accession', 'Modality', 'What'], matches.map(stepRow), isCut); // prettier-ignore
}

function addQueryOptions(command: Command): Command {
  return command
    .option('--patient-name <text>', 'with * and ? as wildcards: "Doe^J*"')
    .option('--patient-id <text>', 'patient number')
    .option('--accession <text>', 'accession number')
    .option('--from <date>', 'YYYY-MM-DD, included')
    .option('--to <date>', 'YYYY-MM-DD, included')
    .option('--modality <code>', 'such as MR');
}

export function addQueryCommands(dicom: Command): void {
  const add = (name: string, description: string): Command =>
    addNodeOptions(addDicomOptions(dicom.command(name).description(description)));
  add('echo', 'ask whether another node answers').action(echo);
  addQueryOptions(add('find', 'search an archive for studies, or for the series of one'))
    .option('--study <uid>', 'list the series of this study')
    .action(find);
  addQueryOptions(add('worklist', 'search a modality worklist for scheduled steps')).action(worklist);
}
