// The import dialog's figures and words: roles as chosen, what would be imported, what stands in the way.
import type {
  ImportChoices,
  ImportItem,
  ImportPreview,
  ImportRole,
  ImportStudyPreview,
} from '../../../core/domain/importPreview.ts';
import type { ImportResultView } from '../../../ipc/contract.ts';
import { t } from '../../app/i18n/index.ts';

/** Roles by item id where they differ from what was recognised. */
export type RoleChanges = Readonly<Record<string, ImportRole>>;

export const roleWord = (role: ImportRole): string => t(`importing.roles.${role}`);

/** @returns the role that the item is imported with */
export function roleOf(item: ImportItem, changes: RoleChanges): ImportRole {
  return changes[item.id] ?? item.role;
}

/** @returns the changes with one more, or one fewer where the role is what was recognised */
export function withRole(changes: RoleChanges, item: ImportItem, role: ImportRole): RoleChanges {
  const others = Object.fromEntries(Object.entries(changes).filter(([id]) => id !== item.id));
  return role === item.role ? others : { ...others, [item.id]: role };
}

/** A study of images alone could not be opened. */
const isScan = (role: ImportRole): boolean => role === 'metabolite' || role === 'water';

const keptRoles = (study: ImportStudyPreview, changes: RoleChanges): ImportRole[] =>
  study.items.map((item) => roleOf(item, changes)).filter((role) => role !== 'skip');

/** @returns how many studies would be imported */
export function keptStudies(preview: ImportPreview, changes: RoleChanges): number {
  return preview.studies.filter((study) => keptRoles(study, changes).length > 0).length;
}

/** @returns why a study can't be imported as chosen; null where it can, or is left out as a whole */
export function studyObstacle(study: ImportStudyPreview, changes: RoleChanges): string | null {
  const kept = keptRoles(study, changes);
  if (kept.length === 0 || kept.some(isScan)) return null;
  return t('importing.obstacles.noScan');
}

/** @returns why nothing can be imported as chosen; null where it can */
export function obstacle(preview: ImportPreview, changes: RoleChanges): string | null {
  if (preview.studies.length === 0) return t('importing.obstacles.nothing');
  if (keptStudies(preview, changes) === 0) return t('importing.obstacles.allLeftOut');
  return preview.studies.map((study) => studyObstacle(study, changes)).find((reason) => reason !== null) ?? null;
}

/** @returns the answer for the main process */
export function choicesOf(changes: RoleChanges, deidentify: boolean): ImportChoices {
  return { roles: changes, deidentify };
}

export function importLabel(studies: number): string {
  return t('importing.importStudies', { count: studies });
}

/** @returns what was found, in one line: "2 studies, 14 datasets; 3 files can't be imported" */
export function previewSentence({ studies, failures }: ImportPreview): string {
  const items = studies.reduce((sum, study) => sum + study.items.length, 0);
  const found =
    studies.length === 0
      ? t('importing.found.none')
      : `${t('importing.found.studies', { count: studies.length })}, ${t('importing.found.datasets', { count: items })}`;
  return failures.length === 0
    ? `${found}.`
    : `${found}; ${t('importing.found.failures', { count: failures.length })}.`;
}

/** @returns who and when, as far as the files say */
export function studySubtitle(study: ImportStudyPreview): string {
  return [study.patient ?? t('importing.noName'), study.studyDate].filter((part) => part !== null).join(' · ');
}

/** @returns "1 file, 1.2 MB" */
export function extentWords({ fileCount, sizeBytes }: Pick<ImportItem, 'fileCount' | 'sizeBytes'>): string {
  return `${t('importing.files', { count: fileCount })}, ${sizeWords(sizeBytes)}`;
}

/** Sizes as file managers write them, in powers of 1000. [bytes] */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  // 999.5 would be written as "1000".
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** @returns a failure's sentence, with the file's name where the sentence doesn't have it */
export function failureSentence({ fileName, message }: ImportPreview['failures'][number]): string {
  return message.includes(fileName) ? message : `${fileName}: ${message}`;
}

/** What is told in one line: a reason, and the files of which it is told where they are several. */
export interface FailureLine {
  readonly sentence: string;
  /** The first of `names`, for the line. */
  readonly some: string;
  /** All of them; none where the sentence is of one file. */
  readonly names: readonly string[];
}

/** From this number on, files of one reason share a line. */
const FOLD_FROM = 3;
const SHOWN_NAMES = 3;
/** Stands for a file's name; no message holds it. */
const NAME_MARK = '\u0000';

/** The name as a word of its own: a file may be called "1" or "fid". */
function withoutName({ fileName, message }: ImportPreview['failures'][number]): string {
  const name = fileName.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (name === '') return message;
  return message.replace(new RegExp(`(?<![\\p{L}\\p{N}])${name}(?![\\p{L}\\p{N}])`, 'gu'), NAME_MARK);
}

function foldedLine(reason: string, names: readonly string[]): FailureLine {
  const isSubject = reason.startsWith(NAME_MARK);
  const said = isSubject ? `each${reason.slice(NAME_MARK.length)}` : reason;
  const shown = names.slice(0, SHOWN_NAMES).join(', ');
  return {
    sentence: t('importing.failures.folded', { count: names.length, reason: said.replaceAll(NAME_MARK, 'the file') }),
    some: names.length > SHOWN_NAMES ? `${shown}, …` : shown,
    names,
  };
}

/** Failures with those of the same reason together, in the order of their first files. */
export function foldedFailures(failures: ImportPreview['failures']): FailureLine[] {
  const byReason = new Map<string, ImportPreview['failures'][number][]>();
  for (const failure of failures) {
    const reason = withoutName(failure);
    const others = byReason.get(reason);
    if (others === undefined) byReason.set(reason, [failure]);
    else others.push(failure);
  }
  return [...byReason].flatMap(([reason, same]) =>
    same.length < FOLD_FROM
      ? same.map((failure) => ({ sentence: failureSentence(failure), some: '', names: [] }))
      : [
          foldedLine(
            reason,
            same.map(({ fileName }) => fileName),
          ),
        ],
  );
}

/** @returns what an import without names brought, and where the report comes from */
export function outcomeSentence({ studies, deidentification }: ImportResultView): string {
  const files = deidentification?.files.length ?? 0;
  const stored = t('importing.found.studies', { count: studies.length });
  return t('importing.outcome.sentence', { studies: stored, files: t('importing.files', { count: files }) });
}

/** @returns what was dropped: its first file's name, and how many more there are */
export function dropTitle(names: readonly string[]): string {
  const [first = ''] = names;
  return names.length <= 1 ? first : t('importing.queue.andMore', { first, count: names.length - 1 });
}
