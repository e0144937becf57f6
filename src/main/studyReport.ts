// Which report of a study goes out where nobody has it open: what was signed, else what was looked at last.
import { UsageError } from '../core/domain/errors.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import { newestResults } from './studiesTable.ts';

export interface ReportOfStudy {
  readonly analysisId: string;
  readonly voxel: number;
  /** Of the version that was signed; null: a draft. */
  readonly versionId: string | null;
}

type Stored = Readonly<Record<string, unknown>>;
const objectOf = (value: unknown): Stored => (typeof value === 'object' && value !== null ? (value as Stored) : {});

/** What the window remembers of the study's selection. */
function selectionOf(store: Pick<StudyStore, 'getSetting'>, studyId: string): Stored {
  try {
    return objectOf(objectOf(JSON.parse(store.getSetting(`view/${studyId}`) ?? '{}'))['selection']);
  } catch {
    return {}; // a view that can't be read is as none
  }
}

/** @throws UsageError where the study has no result */
export function reportOfStudy(store: StudyStore, studyId: string): ReportOfStudy {
  const signed = store.listSignedReports(studyId).at(-1);
  if (signed !== undefined && store.getStudy(studyId).state === 'signed') {
    return { analysisId: signed.analysisId, voxel: signed.voxel, versionId: signed.id };
  }
  const { datasetId } = selectionOf(store, studyId);
  const results = newestResults(store, studyId);
  const ofDataset = results.filter((result) => result.datasetId === datasetId);
  const newest = (ofDataset.length > 0 ? ofDataset : results).at(-1);
  if (newest === undefined) throw new UsageError('The study has no result; fit it first.');
  return { ...reportOfAnalysis(store, newest.id), versionId: null };
}

/** The report of one analysis, of the voxel that the study is looked at in. @throws UsageError where it has no result */
export function reportOfAnalysis(
  store: Pick<StudyStore, 'getAnalysis' | 'getSetting'>,
  analysisId: string,
): Pick<ReportOfStudy, 'analysisId' | 'voxel'> {
  const { studyId, datasetId, voxels } = store.getAnalysis(analysisId);
  const selection = selectionOf(store, studyId);
  const fitted = voxels.filter(({ result }) => result.status !== 'refused');
  const shown = fitted.find((v) => selection['datasetId'] === datasetId && v.voxel === selection['voxel']) ?? fitted[0];
  if (shown === undefined) throw new UsageError('The study has no result; fit it first.');
  return { analysisId, voxel: shown.voxel };
}

/** "P-1 2026-01-02": how the study's file is called, without what no file system takes. */
export function reportFileName(store: StudyStore, studyId: string): string {
  const { patient, title, studyDate } = store.getStudy(studyId);
  const name = [patient.id ?? patient.name ?? title, studyDate].filter((part) => part !== null).join(' ');
  return name.replace(/[^\p{L}\p{N}._ -]+/gu, '_').replace(/^[. ]+|[. ]+$/g, '') || 'study';
}

/** "Doe^Jane, Left parietal, 2026-01-02": what a study is called to the user; its id where it is gone. */
export function studyWords(store: Pick<StudyStore, 'worklistRows'>, studyId: string): string {
  const [row] = store.worklistRows([studyId]);
  if (row === undefined) return studyId;
  const { patient, title, studyDate } = row;
  return [...new Set([patient.name ?? patient.id, title, studyDate])].filter((part) => part !== null).join(', ');
}
