// A study of the database as files: as they were imported or in another format, without what identifies the patient unless
// asked otherwise; with the results and what the database says of them. The one export of the app and the command line.
import type { CleanedFile, DeidentificationReport, Removal } from '../domain/deidentification.ts';
import { UsageError } from '../domain/errors.ts';
import { bytesOf } from '../domain/fileContent.ts';
import { nameWithoutExtension } from '../domain/fileNames.ts';
import type { MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';
import type { ExportFormat } from '../domain/studyExport.ts';
import { bidsFiles } from '../formats/index.ts';
import type { BidsImage, BidsLabels, BidsScan } from '../formats/index.ts';
import { deidentificationText } from '../formats/deidentify.ts';
import type { Pseudonymisation } from '../formats/deidentify/pseudonymisation.ts';
import { gzip, isGzip } from '../formats/gzip.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ProgressListener } from '../ports/progress.ts';
import type { DatasetDescription, DatasetRecord, NewStudy, StudyStore } from '../ports/studyStore.ts';
import { csvReport } from '../reports/csvReport.ts';
import { pseudonymContent } from './deidentifyImport.ts';
import { describeDataset } from './describeDataset.ts';
import type { ExportedFile, ExportSignal, NewUid, ScanFormat } from './exportFormats.ts';
import { fitsLcmodel, scanFiles } from './exportFormats.ts';
import { imageVolumeName, imageVolumeNifti } from './imageVolume.ts';
import type { ImportDeps, PlannedDataset } from './importPlan.ts';
import { waterFor } from './pairing.ts';
import type { CleanVolume } from './studyDeidentifier.ts';
import { StudyDeidentifier } from './studyDeidentifier.ts';
import { csvInputOf, readStored } from './studyWorkflow.ts';

export interface ExportRequest {
  readonly studyId: string;
  /** null: all. */
  readonly datasetIds: readonly string[] | null;
  readonly format: ExportFormat;
  /** false: names, numbers and dates stay. */
  readonly deidentify: boolean;
}

export interface ExportDeps {
  readonly parse: ImportDeps['parse'];
  readonly pseudonymOf: (patient: PatientInfo, content: Uint8Array) => Pseudonymisation;
  readonly newUid: NewUid;
  /** ISO 8601. */
  readonly exportedAt: string;
  /** Version of this program. */
  readonly version: string;
  /** Takes the files one by one, so that no more than one dataset is held in memory (BIDS needs them all). */
  readonly write: (path: string, content: string | Uint8Array) => Promise<void>;
  readonly cancellation?: Cancellation;
  readonly onProgress?: ProgressListener;
}

export interface ExportSummary {
  /** Paths inside the folder, in the order they were written. */
  readonly files: readonly string[];
  /** null where names stay. */
  readonly report: DeidentificationReport | null;
  /** What a person should know, each one sentence. */
  readonly notes: readonly string[];
}

/** Beside the files. */
export const REPORT_FILE = 'deidentification.txt';
const RESULTS_FILE = 'results.csv';
const STUDY_FILE = 'study.json';

const isHeader = ({ role, description }: DatasetRecord): boolean => role === 'unknown' && description.points === null;
const isScan = ({ description }: DatasetRecord): boolean => description.points !== null;
const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

/** A file's name that no file system takes for a path or refuses. */
const safeName = (name: string): string => name.replace(/[\p{Cc}\\/:*?"<>|]/gu, '_').replace(/^\.+/, '_');

/** Records with their headers; every dataset has its own id, and headers everyone's. */
function plannedOf(store: StudyStore, records: readonly DatasetRecord[]): Map<DatasetRecord, PlannedDataset> {
  const all = records.map(({ id }) => id);
  return new Map(
    records.map((record) => {
      const { id, role, fileName, description } = record;
      const itemIds = isHeader(record) ? all : [id];
      return [record, { role, fileName, description, itemIds, ...store.openRawFile(id) }] as const;
    }),
  );
}

/** How a study's files are de-identified, every time they are exported. @throws StudyDbError NOT_FOUND */
export function studyPseudonym(
  store: StudyStore,
  studyId: string,
  pseudonymOf: ExportDeps['pseudonymOf'],
): Pseudonymisation {
  const [first] = store.listDatasets(studyId);
  return pseudonymOf(store.getStudy(studyId).patient, pseudonymContent(first && store.openRawFile(first.id)));
}

/** A dataset as study.json describes it. */
type Described = Pick<PlannedDataset, 'role' | 'fileName' | 'description'>;

interface ReadSignal {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  readonly removals: readonly Removal[];
}

class StudyExporter {
  readonly #store: StudyStore;
  readonly #request: ExportRequest;
  readonly #deps: ExportDeps;
  /** What was chosen, without headers. */
  readonly #chosen: readonly DatasetRecord[];
  readonly #planned: ReadonlyMap<DatasetRecord, PlannedDataset>;
  readonly #deidentifier: StudyDeidentifier | null;
  readonly #pseudonym: string | null;
  readonly #stems = new Map<DatasetRecord, string>();
  readonly #taken = new Set<string>();
  readonly #files: string[] = [];
  readonly #reports: CleanedFile[] = [];
  readonly #notes: string[] = [];
  readonly #described: Described[] = [];
  /** File that stands for a dataset in the table of results. */
  readonly #names = new Map<string, string>();

  constructor(store: StudyStore, request: ExportRequest, deps: ExportDeps) {
    this.#store = store;
    this.#request = request;
    this.#deps = deps;
    const study = store.getStudy(request.studyId);
    const all = store.listDatasets(request.studyId);
    this.#chosen = chosenOf(all, request.datasetIds);
    this.#planned = plannedOf(store, [...this.#chosen, ...all.filter(isHeader)]);
    if (!request.deidentify) {
      this.#deidentifier = null;
      this.#pseudonym = null;
      return;
    }
    const by = studyPseudonym(store, request.studyId, deps.pseudonymOf);
    const { patient, title, studyDate, region } = study;
    const plan = { study: { patient, title, studyDate, region }, datasets: [...this.#planned.values()] };
    this.#deidentifier = new StudyDeidentifier(plan, { parse: deps.parse, by });
    this.#pseudonym = by.pseudonym;
  }

  async run(): Promise<ExportSummary> {
    const { format } = this.#request;
    if (format === 'as-imported') await this.#originals();
    else if (format === 'bids') await this.#bids();
    else await this.#scans(format);
    this.#note(this.#deidentifier?.leftOut() ?? []);
    await this.#rest();
    const report = this.#report();
    return { files: this.#files, report, notes: report === null ? this.#notes : [] };
  }

  #report(): DeidentificationReport | null {
    return this.#deidentifier === null ? null : { files: this.#reports, notes: this.#notes };
  }

  #note(notes: readonly string[]): void {
    this.#notes.push(...notes.filter((note) => !this.#notes.includes(note)));
  }

  #plannedOf(record: DatasetRecord): PlannedDataset {
    return this.#planned.get(record) as PlannedDataset;
  }

  #step(done: number, record: DatasetRecord): void {
    this.#deps.cancellation?.throwIfCancelled();
    this.#deps.onProgress?.({ fraction: done / this.#chosen.length, message: `Exporting ${record.fileName}` });
  }

  async #write({ path, content }: ExportedFile): Promise<void> {
    this.#deps.cancellation?.throwIfCancelled();
    await this.#deps.write(path, content);
    this.#files.push(path);
  }

  /** A name that no file of this export has yet. */
  #free(name: string, record: DatasetRecord): string {
    const safe = safeName(name);
    const free = this.#taken.has(safe.toLowerCase()) ? `${record.sha256.slice(0, 8)}-${safe}` : safe;
    this.#taken.add(free.toLowerCase());
    return free;
  }

  #stemOf(record: DatasetRecord): string {
    const known = this.#stems.get(record);
    if (known !== undefined) return known;
    const stem =
      this.#deidentifier?.stemOf(this.#plannedOf(record)) ?? this.#free(nameWithoutExtension(record.fileName), record);
    this.#stems.set(record, stem);
    return stem;
  }

  async #originals(): Promise<void> {
    const needsHeaders = this.#chosen.some(isScan);
    const records = [...this.#planned.keys()].filter((record) => needsHeaders || !isHeader(record));
    for (const [i, record] of records.entries()) {
      this.#step(i * (this.#chosen.length / records.length), record);
      if (this.#deidentifier !== null) await this.#cleanOriginal(this.#deidentifier, record);
      else {
        const path = this.#free(record.fileName, record);
        this.#names.set(record.id, path);
        await this.#write({ path, content: bytesOf(this.#plannedOf(record)) });
      }
    }
  }

  async #cleanOriginal(deidentifier: StudyDeidentifier, record: DatasetRecord): Promise<void> {
    for (const { dataset, report } of await deidentifier.clean(this.#plannedOf(record))) {
      const { role, fileName, description } = dataset;
      // A water reference that was inside a scan's file comes after the scan, which keeps the id.
      if (!this.#names.has(record.id)) this.#names.set(record.id, fileName);
      this.#described.push({ role, fileName, description });
      if (report !== null) this.#reports.push(report);
      await this.#write({ path: fileName, content: bytesOf(dataset) });
    }
  }

  /** A scan as it is written, and what was taken out of it. */
  async #signalOf(record: DatasetRecord): Promise<ReadSignal> {
    const { dataset, water } = await readStored(this.#store, record, { parse: this.#deps.parse });
    if (this.#deidentifier === null) return { dataset, water, removals: [] };
    const clean = this.#deidentifier.cleanSignal(dataset);
    const cleanWater = water === null ? null : this.#deidentifier.cleanSignal(water).dataset;
    return { dataset: clean.dataset, water: cleanWater, removals: clean.removals };
  }

  /** A dataset and its file, for the table of results, study.json and the report. */
  #tell(record: DatasetRecord, fileName: string, description: DatasetDescription, removals: readonly Removal[]): void {
    this.#names.set(record.id, fileName);
    this.#described.push({ role: record.role, fileName, description });
    if (this.#deidentifier !== null) this.#reports.push(this.#deidentifier.report(fileName, removals, []));
  }

  async #scans(format: ScanFormat): Promise<void> {
    const scans = this.#chosen.filter(isScan);
    const partners = format === 'lcmodel' ? lcmodelPartners(scans) : new Map<DatasetRecord, DatasetRecord>();
    const used = new Set(partners.values());
    const studyUid = this.#deps.newUid();
    for (const [i, record] of this.#chosen.entries()) {
      this.#step(i, record);
      if (record.role === 'image') await this.#image(record);
      if (!isScan(record) || used.has(record)) continue;
      const { dataset, water, removals } = await this.#signalOf(record);
      const partner = partners.get(record);
      const signal: ExportSignal = {
        stem: this.#stemOf(record),
        dataset: format === 'dicom' ? ofStudy(dataset, studyUid) : dataset,
        ownWater: water,
        water: partner === undefined ? null : (await this.#signalOf(partner)).dataset,
      };
      const dicom = { uid: this.#deps.newUid, createdAt: this.#deps.exportedAt };
      const files = scanFiles(format, signal, record.role === 'water', dicom, record.fileName);
      for (const file of files) await this.#write(file);
      this.#tell(record, files[0]?.path ?? signal.stem, describeDataset(dataset), removals);
    }
    this.#noteTruth();
  }

  #noteTruth(): void {
    if (this.#deidentifier !== null || !this.#chosen.some(({ role }) => role === 'truth')) return;
    this.#note(['The truth of the simulated scans has no place in this format and is left out.']);
  }

  /** An image as a NIfTI volume. */
  #volumeOf(record: DatasetRecord): CleanVolume {
    const planned = this.#plannedOf(record);
    if (this.#deidentifier !== null) return this.#deidentifier.cleanVolume(planned);
    const volume = imageVolumeNifti(record.fileName, bytesOf(planned));
    const bytes = isGzip(volume) ? volume : gzip(volume);
    const name = this.#free(imageVolumeName(record.fileName).replace(/\.nii$/i, '.nii.gz'), record);
    return { name, bytes, description: record.description, removals: [] };
  }

  async #image(record: DatasetRecord): Promise<void> {
    const { name, bytes, description, removals } = this.#volumeOf(record);
    await this.#write({ path: name, content: bytes });
    this.#tell(record, name, description, removals);
  }

  async #bids(): Promise<void> {
    const scans: BidsScan[] = [];
    const images: BidsImage[] = [];
    /** Called with the path that the data set gives each. */
    const tellScans: ((path: string) => void)[] = [];
    const tellImages: ((path: string) => void)[] = [];
    for (const [i, record] of this.#chosen.entries()) {
      this.#step(i, record);
      if (record.role === 'image') {
        const { bytes, description, removals } = this.#volumeOf(record);
        images.push({ bytes, suffix: bidsSuffix(record.fileName) });
        tellImages.push((path) => this.#tell(record, path, description, removals));
      }
      if (!isScan(record)) continue;
      const { dataset, water, removals } = await this.#signalOf(record);
      scans.push({ dataset, role: record.role === 'water' ? 'water' : 'metabolite' });
      tellScans.push((path) => this.#tell(record, path, describeDataset(dataset), removals));
      if (water === null) continue;
      scans.push({ dataset: water, role: 'water' });
      tellScans.push(() => undefined);
    }
    const { files, warnings } = bidsFiles({ scans, images }, this.#bidsLabels());
    for (const { path, bytes } of files) await this.#write({ path, content: bytes });
    // Both come in the order they were given.
    const volumes = (folder: RegExp): string[] =>
      files.map(({ path }) => path).filter((path) => folder.test(path) && path.endsWith('.nii.gz'));
    volumes(/\/anat\//).forEach((path, i) => tellImages[i]?.(path));
    volumes(/\/mrs\//).forEach((path, i) => tellScans[i]?.(path));
    // Validators are told of the files that are not BIDS's.
    await this.#write({ path: '.bidsignore', content: `${[REPORT_FILE, RESULTS_FILE, STUDY_FILE].join('\n')}\n` });
    this.#note(warnings.map(({ message }) => message));
    this.#noteTruth();
  }

  #bidsLabels(): BidsLabels {
    const { patient, title } = this.#store.getStudy(this.#request.studyId);
    const subject = this.#pseudonym ?? patient.id ?? patient.name ?? '';
    return {
      subject: /[A-Za-z0-9]/.test(subject) ? subject : '01',
      name: this.#deidentifier?.study().title ?? title,
      version: this.#deps.version,
    };
  }

  /** Results, what the database says, and what was taken out. */
  async #rest(): Promise<void> {
    const { studyId } = this.#request;
    const analyses = this.#store.listAnalyses(studyId).filter(({ datasetId }) => this.#names.has(datasetId));
    if (analyses.length > 0) {
      const inputs = analyses.map(({ id, datasetId }) => ({
        ...csvInputOf(this.#store, id),
        fileName: this.#names.get(datasetId) as string,
      }));
      await this.#write({ path: RESULTS_FILE, content: csvReport(inputs) });
    }
    const isWhole = this.#deidentifier === null;
    const study: NewStudy = this.#deidentifier?.study() ?? this.#store.getStudy(studyId);
    const datasets = isWhole ? this.#chosen : this.#described;
    await this.#write({ path: STUDY_FILE, content: json({ study, datasets, analyses }) });
    const report = this.#report();
    if (report !== null) await this.#write({ path: REPORT_FILE, content: deidentificationText(report) });
  }
}

/** @throws UsageError where nothing is chosen, or what the study hasn't */
function chosenOf(all: readonly DatasetRecord[], ids: readonly string[] | null): DatasetRecord[] {
  const unknown = ids?.find((id) => !all.some((record) => record.id === id));
  if (unknown !== undefined) throw new UsageError('One of the datasets chosen is not in this study.');
  const chosen = all.filter((record) => !isHeader(record) && (ids === null || ids.includes(record.id)));
  if (chosen.length === 0) throw new UsageError('No dataset is chosen, so there is nothing to export.');
  return chosen;
}

/** The water reference that LCModel is given with each scan. */
function lcmodelPartners(scans: readonly DatasetRecord[]): Map<DatasetRecord, DatasetRecord> {
  const partners = new Map<DatasetRecord, DatasetRecord>();
  for (const scan of scans.filter(({ role }) => role === 'metabolite')) {
    const water = waterFor(scans, scan);
    if (water !== null && fitsLcmodel(scan.description, water.description)) partners.set(scan, water);
  }
  return partners;
}

/** Files of one study say so, where the header doesn't name one. */
function ofStudy(dataset: MrsDataset, studyUid: string): MrsDataset {
  if (dataset.header['StudyInstanceUID'] !== undefined) return dataset;
  const uid = { Value: studyUid, Description: 'Study Instance UID' };
  return { ...dataset, header: { ...dataset.header, StudyInstanceUID: uid } };
}

const bidsSuffix = (fileName: string): BidsImage['suffix'] =>
  /flair/i.test(fileName) ? 'FLAIR' : /t2/i.test(fileName) ? 'T2w' : 'T1w';

/**
 * Exports a study.
 * @throws UsageError for an empty choice; StudyDbError; what a writer throws for a scan that the format can't hold;
 *   CancelledError. What was written until then is for the caller to take away.
 */
export async function exportStudy(store: StudyStore, request: ExportRequest, deps: ExportDeps): Promise<ExportSummary> {
  return new StudyExporter(store, request, deps).run();
}
