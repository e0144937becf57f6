// DICOM in words: how the receiver is, what a rule does, what a scheduled step says against the files, how a transfer stands.
import type { SentKind } from '../../../core/domain/dicomNode.ts';
import { SENT_KINDS } from '../../../core/domain/dicomNode.ts';
import { methodLabel } from '../../../core/domain/methodNames.ts';
import type {
  OfferedSeriesView,
  ReceiverStateView,
  ReceivingRuleView,
  RemoteNodeView,
  ScheduledStepView,
  SendableView,
  StudyIdentityView,
  StudyMatchView,
  TransferView,
  WorklistRowView,
} from '../../../ipc/contract.ts';
import { t } from '../../app/i18n/index.ts';
import type { Light } from '../../app/ui/light.ts';

export type ReceiverTone = ReceiverStateView['state'];
export type Sending = NonNullable<WorklistRowView['sending']>;

const RECEIVER_LOOKS: Readonly<Record<ReceiverTone, Pick<Light, 'symbol' | 'tone'>>> = {
  off: { symbol: '○', tone: 'muted' },
  starting: { symbol: '◐', tone: 'caution' },
  listening: { symbol: '●', tone: 'ok' },
  failed: { symbol: '✕', tone: 'stop' },
};

export const receiverLight = ({ state }: Pick<ReceiverStateView, 'state'>): Light => ({
  ...RECEIVER_LOOKS[state],
  word: t(`dicom.receiver.states.${state}`),
});

const TRANSFER_LOOKS: Readonly<Record<TransferView['state'], Pick<Light, 'symbol' | 'tone'>>> = {
  queued: { symbol: '○', tone: 'caution' },
  sending: { symbol: '◐', tone: 'caution' },
  sent: { symbol: '✓', tone: 'ok' },
  failed: { symbol: '✕', tone: 'stop' },
  'given-up': { symbol: '–', tone: 'muted' },
};

export const transferLight = ({ state }: Pick<TransferView, 'state'>): Light => ({
  ...TRANSFER_LOOKS[state],
  word: t(`dicom.transfers.states.${state}`),
});

const SENDING_LOOKS: Readonly<Record<Sending['status'], Pick<Light, 'symbol' | 'tone'>>> = {
  waiting: { symbol: '○', tone: 'caution' },
  sent: { symbol: '✓', tone: 'ok' },
  failed: { symbol: '✕', tone: 'stop' },
};

/** The sign on the worklist. */
export const sendingLight = ({ status }: Pick<Sending, 'status'>): Light => ({
  ...SENDING_LOOKS[status],
  word: t(`dicom.sending.${status}`),
});

/** "PACS main: sent, 2026-01-02 10:30": a line for each transfer. @param timeText of an ISO time */
export const sendingLines = ({ transfers }: Sending, timeText: (iso: string) => string): string =>
  transfers
    .map(({ nodeName, state, at, message }) => {
      const said = t('dicom.sending.line', { node: nodeName, state: transferLight({ state }).word, at: timeText(at) });
      return message === null ? said : `${said} (${message})`;
    })
    .join('\n');

/** What can be sent of a report; maps only where there is a grid. */
export const kindsFor = (studies: readonly Pick<SendableView, 'isGrid'>[]): readonly SentKind[] =>
  SENT_KINDS.filter((kind) => !isOfMaps(kind) || studies.some(({ isGrid }) => isGrid));

const isOfMaps = (kind: SentKind): boolean => kind === 'maps-mr' || kind === 'maps-parametric';

/** What is asked for together: studies with a grid, and the others without maps. */
export function consignments(
  studies: readonly Pick<SendableView, 'studyId' | 'isGrid'>[],
  kinds: readonly SentKind[],
): { readonly studyIds: string[]; readonly kinds: SentKind[] }[] {
  const part = (isGrid: boolean) => ({
    studyIds: studies.filter((study) => study.isGrid === isGrid).map(({ studyId }) => studyId),
    kinds: kinds.filter((kind) => isGrid || !isOfMaps(kind)),
  });
  return [part(true), part(false)].filter((one) => one.studyIds.length > 0 && one.kinds.length > 0);
}

/** Whether the form may be sent off: something, somewhere to, and drafts only once that is said. */
export const mayBeSent = (
  studies: readonly Pick<SendableView, 'studyId' | 'isGrid' | 'signedVersion'>[],
  { nodes, kinds, draftsConfirmed }: { readonly nodes: number; readonly kinds: readonly SentKind[]; readonly draftsConfirmed: boolean }, // prettier-ignore
): boolean =>
  nodes > 0 &&
  consignments(studies, kinds).length > 0 &&
  (draftsConfirmed || studies.every(({ signedVersion }) => signedVersion !== null));

export const kindText = (kind: SentKind): string => t(`dicom.kinds.${kind}`);

const listed = (parts: readonly string[]): string => parts.join(', ');
const inMs = (seconds: number): number => Number((1000 * seconds).toFixed(3));

/** "TE 25 to 35 ms, sequence with “press”": for which scans a rule is; any where nothing is asked for. */
export function conditionWords({ echoTimeFromS: from, echoTimeToS: to, ...when }: ReceivingRuleView['when']): string {
  const parts: string[] = [];
  if (from !== null && to !== null) parts.push(t('dicom.rules.echoTime', { from: inMs(from), to: inMs(to) }));
  else if (from !== null) parts.push(t('dicom.rules.echoTimeFrom', { from: inMs(from) }));
  else if (to !== null) parts.push(t('dicom.rules.echoTimeTo', { to: inMs(to) }));
  if (when.sequenceContains !== null) parts.push(t('dicom.rules.sequence', { part: when.sequenceContains }));
  if (when.nucleus !== null) parts.push(when.nucleus);
  return parts.length === 0 ? t('dicom.rules.anyScan') : listed(parts);
}

/** How nodes, recipes and basis sets are called. */
export interface RuleNames {
  readonly node: (id: string) => string;
  readonly recipe: (id: string) => string;
  readonly basis: (id: string) => string;
}

function quantifyWords(
  { recipeId, method, alsoBy, basisId }: NonNullable<ReceivingRuleView['quantify']>,
  names: RuleNames,
): string {
  // prettier-ignore
  const methods = [...(method === null ? [] : [method]), ...alsoBy].map(methodLabel);
  return [
    recipeId === null
      ? t('dicom.rules.quantifySuits')
      : t('dicom.rules.quantifyBy', { recipe: names.recipe(recipeId) }),
    ...(methods.length === 0 ? [] : [t('dicom.rules.withMethods', { methods: listed(methods) })]),
    ...(basisId === null ? [] : [t('dicom.rules.withBasis', { basis: names.basis(basisId) })]),
  ].join(', ');
}

/** A rule in a sentence: for which scans, what is done, what goes where. */
export function ruleSentence({ when, quantify, send }: ReceivingRuleView, names: RuleNames): string {
  const done = [
    quantify === null ? t('dicom.rules.leave') : quantifyWords(quantify, names),
    ...(send === null || send.nodeIds.length === 0
      ? []
      : [t('dicom.rules.sendTo', { kinds: listed(send.kinds.map(kindText)), nodes: listed(send.nodeIds.map(names.node)) })]), // prettier-ignore
  ];
  return `${conditionWords(when)}: ${done.join('; ')}.`;
}

/** Rules that send although none of the same id did so before: what an administrator confirms. */
export function beginsToSend(next: ReceivingRuleView, before: ReceivingRuleView | null): boolean {
  const sends = (rule: ReceivingRuleView | null): boolean =>
    rule?.isOn === true && (rule.send?.nodeIds.length ?? 0) > 0;
  const where = ({ send }: ReceivingRuleView): string => JSON.stringify(send);
  return sends(next) && (before === null || !sends(before) || where(before) !== where(next));
}

/** "ORTHANC at 127.0.0.1:4242, https://pacs.example.org/dicom-web" */
export const nodeAddress = ({ dimse, web }: Pick<RemoteNodeView, 'dimse' | 'web'>): string =>
  [
    ...(dimse === null ? [] : [t('dicom.nodes.at', { aeTitle: dimse.aeTitle, place: `${dimse.host}:${dimse.port}` })]),
    ...(web === null ? [] : [web.url]),
  ].join(', ');

/** How a node is spoken to is seen at a glance: protected or not. */
export const isProtected = ({ dimse, web }: Pick<RemoteNodeView, 'dimse' | 'web'>): boolean =>
  (dimse === null || dimse.tls !== null) && (web === null || web.url.startsWith('https:'));

/** A name in the form of DICOM is shown with spaces: "Doe^Jane^^Dr" → "Doe, Jane, Dr". */
export const personName = (name: string | null): string =>
  (name ?? '')
    .split('^')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(', ');

export const matchTime = ({ studyDate, studyTime }: Pick<StudyMatchView, 'studyDate' | 'studyTime'>): string =>
  [studyDate, studyTime?.slice(0, 5)].filter((part) => part !== null && part !== undefined && part !== '').join(' ');

/** Series that are ticked when a study is opened: what is suggested and not here yet. */
export const suggestedIds = (series: readonly OfferedSeriesView[]): readonly string[] =>
  series.filter(({ isSuggested, isHere }) => isSuggested && !isHere).map(({ seriesInstanceUid }) => seriesInstanceUid);

export type IdentityField = 'name' | 'id' | 'birthDate' | 'sex' | 'accessionNumber' | 'studyInstanceUid';

export interface ComparedField {
  readonly field: IdentityField;
  readonly ours: string | null;
  readonly theirs: string | null;
  /** Both are known and say different things. */
  readonly isContradiction: boolean;
}

const plain = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\s^]+/g, ' ')
    .trim()
    .toLowerCase();
const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && plain(a) !== plain(b);

/** What the study says beside what a scheduled step says. A UID of the files' own is never exchanged. */
export function compareIdentity(
  { patient, accessionNumber, studyInstanceUid, hasOwnUid }: StudyIdentityView,
  step: ScheduledStepView,
): ComparedField[] {
  const rows: readonly (readonly [IdentityField, string | null, string | null])[] = [
    ['name', patient.name, step.patientName],
    ['id', patient.id, step.patientId],
    ['birthDate', patient.birthDate, step.birthDate],
    ['sex', patient.sex, step.sex],
    ['accessionNumber', accessionNumber, step.accessionNumber],
    ['studyInstanceUid', studyInstanceUid, hasOwnUid ? studyInstanceUid : step.studyInstanceUid],
  ];
  return rows.map(([field, ours, theirs]) => ({ field, ours, theirs, isContradiction: differ(ours, theirs) }));
}

/** Whether it may be somebody else: name or number contradict. */
export const isSomebodyElse = (rows: readonly ComparedField[]): boolean =>
  rows.some(({ field, isContradiction }) => isContradiction && (field === 'name' || field === 'id'));

/** "2 min 5 s" is no figure that one waits for: whole milliseconds below a second, else seconds. */
export const durationText = (ms: number): string =>
  ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;

/** [bytes] → "12.3 MB" */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
