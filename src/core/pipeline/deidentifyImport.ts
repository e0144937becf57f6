// An import plan without what identifies the patient, and what was taken out of it.
import type { DeidentificationReport } from '../domain/deidentification.ts';
import { CancelledError, toErrorRecord } from '../domain/errors.ts';
import type { FileContent } from '../domain/fileContent.ts';
import { headOf, LARGE_FILE_BYTES } from '../domain/fileContent.ts';
import type { PatientInfo } from '../domain/mrsDataset.ts';
import type { Pseudonymisation } from '../formats/deidentify/pseudonymisation.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ImportDeps, ImportFailure, ImportPlan, PlannedStudy } from './importPlan.ts';
import type { CleanedDataset } from './studyDeidentifier.ts';
import { StudyDeidentifier } from './studyDeidentifier.ts';

export interface DeidentifyDeps {
  readonly parse: ImportDeps['parse'];
  /** The same for the same patient, always. */
  readonly pseudonymOf: (patient: PatientInfo, content: Uint8Array) => Pseudonymisation;
  /** Asked before every file. */
  readonly cancellation?: Cancellation;
}

export interface DeidentifiedPlan extends ImportPlan {
  readonly report: DeidentificationReport;
}

interface CleanStudy {
  readonly study: PlannedStudy;
  readonly failures: readonly ImportFailure[];
  readonly report: DeidentificationReport;
}

/** What a study of nobody's name is told by: the start of its first file. */
export const pseudonymContent = (first: FileContent | undefined): Uint8Array =>
  first === undefined ? new Uint8Array() : headOf(first, LARGE_FILE_BYTES).subarray(0, LARGE_FILE_BYTES);

/** The study with the files that could be cleaned; the others become failures and are not stored. */
async function cleanStudy(study: PlannedStudy, deps: DeidentifyDeps): Promise<CleanStudy> {
  const by = deps.pseudonymOf(study.study.patient, pseudonymContent(study.datasets[0]));
  const deidentifier = new StudyDeidentifier(study, { parse: deps.parse, by });
  const cleaned: CleanedDataset[] = [];
  const failures: ImportFailure[] = [];
  for (const dataset of study.datasets) {
    deps.cancellation?.throwIfCancelled();
    try {
      cleaned.push(...(await deidentifier.clean(dataset)));
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      failures.push({ fileName: dataset.fileName, error: toErrorRecord(error) });
    }
  }
  return {
    study: { study: deidentifier.study(), datasets: cleaned.map(({ dataset }) => dataset) },
    failures,
    report: { files: cleaned.flatMap(({ report }) => report ?? []), notes: deidentifier.leftOut() },
  };
}

/**
 * Takes names, numbers and dates out of everything that is about to be stored.
 * @param plan with the user's choices applied
 * @returns the plan; a file whose names could not be taken out is a failure, never stored as it was
 * @throws CancelledError
 */
export async function deidentifyImport(plan: ImportPlan, deps: DeidentifyDeps): Promise<DeidentifiedPlan> {
  const results: CleanStudy[] = [];
  for (const study of plan.studies) results.push(await cleanStudy(study, deps));
  return {
    ...plan,
    studies: results.map(({ study }) => study).filter(({ datasets }) => datasets.length > 0),
    failures: [...plan.failures, ...results.flatMap(({ failures }) => failures)],
    report: {
      files: results.flatMap(({ report }) => report.files),
      notes: [...new Set(results.flatMap(({ report }) => report.notes))],
    },
  };
}
