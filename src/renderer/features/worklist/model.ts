// The worklist's rows: search, sort, states in words.
import type { ImportResultView, StudySummaryView } from '../../../ipc/contract.ts';

export type SortKey = 'patient' | 'studyDate' | 'region' | 'sequence' | 'fieldT' | 'echoTimeS' | 'state';

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

const STATE_ORDER: Readonly<Record<StudySummaryView['state'], number>> = { new: 0, fitted: 1, reviewed: 2, signed: 3 };

/** State as symbol and word; colour only repeats it. */
export const STATE_WORDS: Readonly<
  Record<StudySummaryView['state'], { readonly symbol: string; readonly word: string; readonly tone: string }>
> = {
  new: { symbol: '○', word: 'New', tone: 'muted' },
  fitted: { symbol: '◐', word: 'Fitted', tone: 'caution' },
  reviewed: { symbol: '●', word: 'Reviewed', tone: 'ok' },
  signed: { symbol: '✓', word: 'Signed', tone: 'ok' },
};

function sortValue(study: StudySummaryView, key: SortKey): string | number | null {
  switch (key) {
    case 'patient':
      return (study.patient.name ?? study.patient.id)?.toLowerCase() ?? null;
    case 'state':
      return STATE_ORDER[study.state];
    case 'region':
    case 'sequence':
      return study[key]?.toLowerCase() ?? null;
    default:
      return study[key];
  }
}

/** Studies in the order asked for; unknown values always stand last, equals by time of import, newest first. */
export function sortStudies(studies: readonly StudySummaryView[], sorting: Sorting): StudySummaryView[] {
  const sign = sorting.descending ? -1 : 1;
  return [...studies].sort((a, b) => {
    const x = sortValue(a, sorting.key);
    const y = sortValue(b, sorting.key);
    if (x !== y) {
      if (x === null) return 1;
      if (y === null) return -1;
      return x < y ? -sign : sign;
    }
    return a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0;
  });
}

/** Studies that hold every word of the search somewhere in what the row shows. */
export function searchStudies(studies: readonly StudySummaryView[], search: string): StudySummaryView[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return studies.filter((study) => {
    const { patient } = study;
    const text = [patient.name, patient.id, study.title, study.studyDate, study.region, study.sequence, study.state]
      .filter((part) => part !== null)
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What an import brought, in words; null where nothing was chosen. */
export function importSentence(result: ImportResultView): string | null {
  const fresh = result.studies.filter((s) => s.isNew).length;
  const known = result.studies.length - fresh;
  const parts: string[] = [];
  if (fresh > 0) parts.push(fresh === 1 ? '1 study imported' : `${fresh} studies imported`);
  if (known > 0) {
    parts.push(known === 1 ? '1 was in the worklist already' : `${known} were in the worklist already`);
  }
  return parts.length === 0 ? null : `${parts.join('; ')}.`;
}

/** Failures of an import, one line a file. */
export function failureLines(result: ImportResultView): string[] {
  return result.failures.map((f) =>
    f.error.message.includes(f.fileName) ? f.error.message : `${f.fileName}: ${f.error.message}`,
  );
}
