// An import plan without what identifies the patient. Scans become NIfTI-MRS files and image series NIfTI volumes: what a
// vendor's header holds besides, named or not, is not carried along, and file names, which often hold names, are replaced.
import type { Warning } from '../domain/provenance.ts';
import { CancelledError, toErrorRecord } from '../domain/errors.ts';
import type { MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';
import { deidentifyDataset } from '../formats/deidentify.ts';
import type { Pseudonymisation } from '../formats/deidentify/pseudonymisation.ts';
import { cleanNifti } from '../formats/deidentify/niftiText.ts';
import { RemovedList } from '../formats/deidentify/removedItem.ts';
import { shiftDate } from '../formats/deidentify/shiftDate.ts';
import { gzip, isGzip } from '../formats/gzip.ts';
import { describeNiftiImage } from '../formats/niftiImage.ts';
import { writeNiftiMrs } from '../formats/niftiMrsWriter.ts';
import { WATER_INSIDE } from '../formats/registry.ts';
import type { DatasetRole } from '../ports/studyStore.ts';
import { describeDataset, describeImage } from './describeDataset.ts';
import { imageVolumeNifti } from './imageVolume.ts';
import type { ImportDeps, ImportFailure, ImportPlan, PlannedDataset, PlannedStudy } from './importPlan.ts';
import { storedReadOptions } from './studyWorkflow.ts';

export interface DeidentifyDeps {
  readonly parse: ImportDeps['parse'];
  /** The same for the same patient, always. */
  readonly pseudonymOf: (patient: PatientInfo, content: Uint8Array) => Pseudonymisation;
}

/** Sex, age and weight stay, as the NIfTI-MRS standard has it. */
const pseudonymous = (patient: PatientInfo, { pseudonym }: Pseudonymisation): PatientInfo => ({
  ...patient,
  name: pseudonym,
  id: pseudonym,
  birthDate: null,
});

const isScan = ({ description }: PlannedDataset): boolean => description.points !== null;

const isHeader = (dataset: PlannedDataset): boolean => dataset.role === 'unknown' && !isScan(dataset);

class StudyDeidentifier {
  readonly #study: PlannedStudy;
  readonly #deps: DeidentifyDeps;
  readonly #by: Pseudonymisation;
  /** "metabolite-1.nii.gz", "image-1.nii.gz": by what they are and in which order. */
  readonly #names = new Map<PlannedDataset, string>();
  readonly #counts = new Map<DatasetRole, number>();

  constructor(study: PlannedStudy, deps: DeidentifyDeps) {
    this.#study = study;
    this.#deps = deps;
    this.#by = deps.pseudonymOf(study.study.patient, study.datasets[0]?.bytes ?? new Uint8Array());
    for (const dataset of study.datasets) this.#names.set(dataset, this.#newName(dataset.role));
  }

  #newName(role: DatasetRole): string {
    const count = (this.#counts.get(role) ?? 0) + 1;
    this.#counts.set(role, count);
    return `${role}-${count}.nii.gz`;
  }

  #nameOf(dataset: PlannedDataset): string {
    return this.#names.get(dataset) as string;
  }

  /** Messages name files, and a file's name may name the patient. */
  #renamed(warnings: readonly Warning[]): Warning[] {
    const names = [...this.#names].map(([{ fileName }, name]) => [fileName, name] as const);
    names.sort(([a], [b]) => b.length - a.length);
    const rename = (text: string): string => names.reduce((said, [from, to]) => said.replaceAll(from, to), text);
    return warnings
      .filter(({ code }) => code !== WATER_INSIDE)
      .map((warning) => ({ ...warning, message: rename(warning.message) }));
  }

  /** The study with the files that could be cleaned; the others become failures and are not stored. */
  async run(): Promise<{ readonly study: PlannedStudy; readonly failures: readonly ImportFailure[] }> {
    const datasets: PlannedDataset[] = [];
    const failures: ImportFailure[] = [];
    for (const dataset of this.#study.datasets) {
      try {
        datasets.push(...(await this.#cleaned(dataset)));
      } catch (error) {
        if (error instanceof CancelledError) throw error;
        failures.push({ fileName: dataset.fileName, error: toErrorRecord(error) });
      }
    }
    const { patient, studyDate, region } = this.#study.study;
    const study = {
      patient: pseudonymous(patient, this.#by),
      title: region ?? this.#by.pseudonym,
      studyDate: studyDate === null ? null : shiftDate(studyDate, this.#by.dayShift),
      region,
    };
    return { study: { study, datasets }, failures };
  }

  async #cleaned(dataset: PlannedDataset): Promise<PlannedDataset[]> {
    if (dataset.role === 'image') return [this.#image(dataset)];
    // Headers are inside the scans now; a truth file is no patient's, but may say of whom it was simulated.
    return isScan(dataset) ? this.#scan(dataset) : [];
  }

  async #scan(dataset: PlannedDataset): Promise<PlannedDataset[]> {
    const headers = this.#study.datasets.filter(
      (d) => isHeader(d) && d.itemIds.some((id) => dataset.itemIds.includes(id)),
    );
    const files = [dataset, ...headers].map(({ fileName, bytes }) => ({ name: fileName, bytes }));
    const options = storedReadOptions(dataset.description);
    const scan = await this.#deps.parse(files, options);
    // What the import found doubtful stays known.
    const { warnings } = dataset.description;
    const own = { ...dataset, fileName: this.#nameOf(dataset) };
    const written = [this.#written({ ...scan, warnings }, own)];
    if (scan.warnings.some(({ code }) => code === WATER_INSIDE)) {
      const water = await this.#deps.parse(files, { ...options, part: 'water' });
      written.push(this.#written(water, { ...dataset, role: 'water', fileName: this.#newName('water') }));
    }
    return written;
  }

  #written(scan: MrsDataset, dataset: PlannedDataset): PlannedDataset {
    const { dataset: clean } = deidentifyDataset(scan, this.#by);
    const result = { ...clean, warnings: this.#renamed(clean.warnings) };
    const description = { ...describeDataset(result), format: 'nifti-mrs' };
    return { ...dataset, bytes: writeNiftiMrs(result), description };
  }

  #image(dataset: PlannedDataset): PlannedDataset {
    const fileName = this.#nameOf(dataset);
    const volume = imageVolumeNifti(dataset.fileName, dataset.bytes);
    const clean = cleanNifti(volume, fileName, () => ({}), new RemovedList(fileName));
    const bytes = isGzip(clean) ? clean : gzip(clean);
    const warnings = this.#renamed(dataset.description.warnings);
    const description = { ...describeImage(describeNiftiImage(bytes, fileName)), warnings };
    return { ...dataset, fileName, bytes, description };
  }
}

/**
 * Takes names, numbers and dates out of everything that is about to be stored.
 * @param plan with the user's choices applied
 * @returns the plan; a file whose names could not be taken out is a failure, never stored as it was
 * @throws CancelledError
 */
export async function deidentifyImport(plan: ImportPlan, deps: DeidentifyDeps): Promise<ImportPlan> {
  const results = [];
  for (const study of plan.studies) results.push(await new StudyDeidentifier(study, deps).run());
  return {
    ...plan,
    studies: results.map(({ study }) => study).filter(({ datasets }) => datasets.length > 0),
    failures: [...plan.failures, ...results.flatMap(({ failures }) => failures)],
  };
}
