// Results of many studies as one table; patients by pseudonym, then without anything that names them, or by number.
import { setImmediate } from 'node:timers/promises';
import type { PatientInfo } from '../core/domain/mrsDataset.ts';
import { isRegionMean } from '../core/domain/regionMean.ts';
import { Secrets } from '../core/formats/deidentify/secrets.ts';
import { shiftDate } from '../core/formats/deidentify/shiftDate.ts';
import { csvInputOf } from '../core/pipeline/studyWorkflow.ts';
import type { AnalysisSummary, StudyStore } from '../core/ports/studyStore.ts';
import { studiesCsv, studiesJson } from '../core/reports/studiesCsv.ts';
import type { CsvStudy } from '../core/reports/studiesCsv.ts';
import type { PatientNaming } from '../ipc/contract.ts';
import { pseudonymOf } from '../node/study-db/pseudonyms.ts';

/** By the ending of the file that the user names. */
export type TableFormat = 'csv' | 'json';

/** Ages above it are rare enough to tell who it is. [years] */
const OLDEST_TOLD = 89;

/** A region as the scanner has it, without the patient's name; names given by hand are left out by the caller. */
function namelessRegion(patient: PatientInfo, region: string | null): string | null {
  const secrets = new Secrets();
  secrets.addPatient(patient);
  return region === null ? null : secrets.scrubText(region);
}

function csvStudy(store: StudyStore, { studyId, datasetId }: AnalysisSummary, naming: PatientNaming): CsvStudy {
  const { patient, studyDate, region } = store.getStudy(studyId);
  const { description } = store.getDataset(datasetId);
  const { fieldT, sequence, echoTimeS, repetitionTimeS, manufacturer, scannerModel } = description;
  const scanner = [manufacturer, scannerModel].filter((part) => part !== null).join(' ') || null;
  const conditions = { scanner, fieldT, sequence, echoTimeS, repetitionTimeS };
  const scan = { region: description.region ?? region, ...conditions };
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
    ...conditions,
    region: namelessRegion(patient, isRegionMean({ description }) ? region : scan.region),
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
 * @returns the text
 * @throws StudyDbError where an analysis is gone
 */
export async function studiesTable(
  store: StudyStore,
  analyses: readonly AnalysisSummary[],
  naming: PatientNaming,
  format: TableFormat,
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
  const details = { results: analyses.length, naming, format };
  store.recordAudit({ kind: 'export', action: 'table', studyId: null, details });
  return format === 'json' ? studiesJson(entries) : studiesCsv(entries);
}
