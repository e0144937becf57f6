// Results of many studies as one table; patients by pseudonym, then without anything that names them, or by number.
import { setImmediate } from 'node:timers/promises';
import { shiftDate } from '../core/formats/deidentify/shiftDate.ts';
import { csvInputOf } from '../core/pipeline/studyWorkflow.ts';
import type { AnalysisSummary, StudyStore } from '../core/ports/studyStore.ts';
import { studiesCsv } from '../core/reports/studiesCsv.ts';
import type { CsvStudy } from '../core/reports/studiesCsv.ts';
import type { PatientNaming } from '../ipc/contract.ts';
import { pseudonymOf } from '../node/study-db/pseudonyms.ts';

/** Ages above it are rare enough to tell who it is. [years] */
const OLDEST_TOLD = 89;

function csvStudy(store: StudyStore, { studyId, datasetId }: AnalysisSummary, naming: PatientNaming): CsvStudy {
  const { patient, studyDate, region } = store.getStudy(studyId);
  const { description } = store.getDataset(datasetId);
  const { fieldT, sequence, echoTimeS, repetitionTimeS, manufacturer, scannerModel } = description;
  const scanner = [manufacturer, scannerModel].filter((part) => part !== null).join(' ') || null;
  const scan = { region: description.region ?? region, scanner, fieldT, sequence, echoTimeS, repetitionTimeS };
  const { sex, ageYears, id } = patient;
  if (naming === 'number' && id !== null) return { patient: id, sex, ageYears, studyDate, ...scan };
  const named = id !== null || patient.name !== null;
  const content = named ? new Uint8Array(0) : store.readRawFile(datasetId);
  const { pseudonym, dayShift } = pseudonymOf(store, patient, content);
  return {
    patient: pseudonym,
    sex,
    ageYears: ageYears === null ? null : Math.min(ageYears, OLDEST_TOLD),
    studyDate: studyDate === null ? null : shiftDate(studyDate, dayShift),
    ...scan,
  };
}

/** The newest result of each scan by each method, refused ones left out; in the order they were made. */
export function newestResults(store: Pick<StudyStore, 'listAnalyses'>, studyId: string): AnalysisSummary[] {
  const newest = new Map<string, AnalysisSummary>();
  for (const analysis of store.listAnalyses(studyId)) {
    if (analysis.status !== 'refused') newest.set(`${analysis.datasetId} ${analysis.method}`, analysis);
  }
  return [...newest.values()];
}

/**
 * @param analyses whose results the table holds
 * @returns the CSV text
 * @throws StudyDbError where an analysis is gone
 */
export async function studiesTable(
  store: StudyStore,
  analyses: readonly AnalysisSummary[],
  naming: PatientNaming,
): Promise<string> {
  const entries = [];
  for (const analysis of analyses) {
    const input = csvInputOf(store, analysis.id);
    // A file may be called by its patient's name; its hash stands in the table.
    entries.push({
      study: csvStudy(store, analysis, naming),
      input: naming === 'pseudonym' ? { ...input, fileName: '' } : input,
    });
    await setImmediate(); // other requests are answered in between
  }
  const details = { results: analyses.length, naming };
  store.recordAudit({ kind: 'export', action: 'table', studyId: null, details });
  return studiesCsv(entries);
}
