// Which scans and images are of one examination: by patient, StudyInstanceUID and date; never by the order of files.
// What names neither goes with what it does not contradict, and where that is not one study, by its folder.
import type { PatientInfo } from '../domain/mrsDataset.ts';
import type { Belonging, Recognised } from './recognised.ts';

type Verdict = 'same' | 'other' | 'unknown';

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;

const birthDate = ({ birthDate: date }: PatientInfo): string | null => date?.replaceAll('-', '') ?? null;

function comparePatients(a: PatientInfo, b: PatientInfo): Verdict {
  if (a.id !== null && b.id !== null) return a.id.trim() === b.id.trim() ? 'same' : 'other';
  if (a.name === null || b.name === null) return 'unknown';
  if (plain(a.name) !== plain(b.name) || differ(birthDate(a), birthDate(b))) return 'other';
  return 'same';
}

/** BIDS' folder of one subject: where files name no patient, it keeps two apart. */
const subjectOf = (folder: string): string | null => /(?:^|\/)(sub-[^/]+)/.exec(folder)?.[1] ?? null;
const sessionOf = (folder: string): string | null => /(?:^|\/)(ses-[^/]+)/.exec(folder)?.[1] ?? null;

/** Relative; nominal and measured fields of one scanner differ by less (1.5 T for 1.4936 T). */
const SAME_FIELD = 0.05;

function isOtherField(a: Belonging, b: Belonging): boolean {
  return a.fieldT !== null && b.fieldT !== null && Math.abs(a.fieldT / b.fieldT - 1) > SAME_FIELD;
}

function compare(a: Belonging, b: Belonging): Verdict {
  if (isOtherField(a, b)) return 'other';
  const patients = comparePatients(a.patient, b.patient);
  if (patients === 'other') return 'other';
  const sameUid = a.studyInstanceUid !== null && a.studyInstanceUid === b.studyInstanceUid;
  if (sameUid) return 'same';
  if (a.date !== null && b.date !== null) {
    if (a.date !== b.date) return 'other';
    if (patients === 'same') return 'same';
  }
  if (patients === 'same') return 'unknown';
  const elsewhere =
    differ(a.studyInstanceUid, b.studyInstanceUid) ||
    differ(subjectOf(a.folder), subjectOf(b.folder)) ||
    differ(sessionOf(a.folder), sessionOf(b.folder));
  return elsewhere ? 'other' : 'unknown';
}

const isNamed = ({ patient }: Belonging): boolean => patient.id !== null || patient.name !== null;
const isDated = ({ date, studyInstanceUid }: Belonging): boolean => date !== null || studyInstanceUid !== null;

/** Those that say most come first: the others then have something to go with. */
const knowledge = ({ belonging }: Recognised): number => (isNamed(belonging) ? 2 : 0) + (isDated(belonging) ? 1 : 0);

function sharedFolders(a: string, b: string): number {
  const [p, q] = [a.split('/'), b.split('/')];
  let n = 0;
  while (n < p.length && n < q.length && p[n] === q[n]) n++;
  return n;
}

/** The one study an item goes to; null for none or for several that fit equally. */
function homeFor(item: Recognised, studies: readonly Recognised[][]): Recognised[] | null {
  const verdicts = studies.map((study) => study.map((member) => compare(item.belonging, member.belonging)));
  const sure = studies.filter((_, i) => verdicts[i]?.includes('same') && !verdicts[i].includes('other'));
  if (sure[0] !== undefined) return sure[0];
  const possible = studies.filter((_, i) => !verdicts[i]?.includes('other'));
  // The same patient's, before those of nobody.
  const own = possible.filter((study) =>
    study.some((m) => comparePatients(item.belonging.patient, m.belonging.patient) === 'same'),
  );
  const candidates = own.length > 0 ? own : possible;
  if (candidates.length < 2) return candidates[0] ?? null;
  const nearness = candidates.map((study) =>
    Math.max(...study.map((m) => sharedFolders(item.belonging.folder, m.belonging.folder))),
  );
  const nearest = Math.max(...nearness);
  const near = candidates.filter((_, i) => nearness[i] === nearest);
  return near.length === 1 ? (near[0] as Recognised[]) : null;
}

/** @returns the items of each study, studies and items in the order in which they were given */
export function joinStudies(items: readonly Recognised[]): Recognised[][] {
  const studies: Recognised[][] = [];
  const byKnowledge = [...items].sort((a, b) => knowledge(b) - knowledge(a));
  // Scans before images: an image that could go to several studies makes none of its own beside them.
  for (const isScan of [true, false]) {
    for (const item of byKnowledge.filter(({ scan }) => (scan !== null) === isScan)) {
      const home = homeFor(item, studies);
      if (home === null) studies.push([item]);
      else home.push(item);
    }
  }
  const place = new Map(items.map((item, i) => [item, i]));
  const at = (item: Recognised | undefined): number => (item === undefined ? 0 : (place.get(item) ?? 0));
  for (const study of studies) study.sort((a, b) => at(a) - at(b));
  return studies.sort((a, b) => at(a[0]) - at(b[0]));
}
