// One study without what identifies its patient. A scanner's own file is kept, cleaned, where its headers can be cleaned and
// the result reads bit for bit the same; else a scan becomes a NIfTI-MRS file and an image a NIfTI volume. File names, which
// often hold names, are replaced.
import type { CleanedFile, Removal } from '../domain/deidentification.ts';
import { bytesOf, contentOf } from '../domain/fileContent.ts';
import type { MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { deidentifyDataset } from '../formats/deidentify.ts';
import { collectSecrets } from '../formats/deidentify/deidentifyBytes.ts';
import { cleanNifti } from '../formats/deidentify/niftiText.ts';
import type { Pseudonymisation } from '../formats/deidentify/pseudonymisation.ts';
import { RemovedList } from '../formats/deidentify/removedItem.ts';
import { Secrets } from '../formats/deidentify/secrets.ts';
import { shiftDate } from '../formats/deidentify/shiftDate.ts';
import { formatTitle } from '../formats/formatTable.ts';
import { groupFiles } from '../formats/groupFiles.ts';
import { gzip, isGzip } from '../formats/gzip.ts';
import type { InputFile } from '../formats/inputFile.ts';
import { inMemory } from '../formats/inputFile.ts';
import { describeNiftiImage } from '../formats/niftiImage.ts';
import { writeNiftiMrs } from '../formats/niftiMrsWriter.ts';
import { WATER_INSIDE } from '../formats/registry.ts';
import type { DatasetDescription, DatasetRole, NewStudy } from '../ports/studyStore.ts';
import type { CleanOriginal } from './cleanOriginal.ts';
import { cleanOriginal, isKeptFormat, membersOf } from './cleanOriginal.ts';
import { describeCompanion, describeDataset, describeImage } from './describeDataset.ts';
import { imageVolumeNifti } from './imageVolume.ts';
import type { ImportDeps, PlannedDataset, PlannedStudy, SourceFile } from './importPlan.ts';
import { regionNameOf, renameRegion } from './namelessRegion.ts';
import { isSameSignal } from './sameSignal.ts';
import { storedReadOptions } from './studyWorkflow.ts';

export interface StudyDeidentifierDeps {
  readonly parse: ImportDeps['parse'];
  readonly by: Pseudonymisation;
}

/** A file of the output, with what was taken out of it. */
export interface CleanedDataset {
  readonly dataset: PlannedDataset;
  /** null for header files, which are told of with their scan. */
  readonly report: CleanedFile | null;
}

/** A signal in memory without names. */
export interface CleanSignal {
  readonly dataset: MrsDataset;
  readonly removals: readonly Removal[];
}

/** An image as one NIfTI volume without texts. */
export interface CleanVolume {
  readonly name: string;
  /** Gzipped. */
  readonly bytes: Uint8Array;
  readonly description: DatasetDescription;
  readonly removals: readonly Removal[];
}

const isScan = ({ description }: PlannedDataset): boolean => description.points !== null;
const isHeader = (dataset: PlannedDataset): boolean => dataset.role === 'unknown' && !isScan(dataset);
const fileOf = (dataset: PlannedDataset): SourceFile => ({ name: dataset.fileName, ...contentOf(dataset) });

/** Sex, age and weight stay, as the NIfTI-MRS standard has it. */
const pseudonymous = (patient: PatientInfo, { pseudonym }: Pseudonymisation): PatientInfo => ({
  ...patient,
  name: pseudonym,
  id: pseudonym,
  birthDate: null,
});

const VENDOR_HEADER: Removal = {
  place: 'all of the original header that has no place in the new file',
  action: 'removed',
};

const REGION_NAME: Removal = { place: 'name of the region drawn by hand', action: 'replaced' };

export class StudyDeidentifier {
  readonly #study: PlannedStudy;
  readonly #parse: ImportDeps['parse'];
  readonly #by: Pseudonymisation;
  readonly #secrets = new Secrets();
  /** "metabolite-1", "image-1": by what they are and in which order. */
  readonly #stems = new Map<PlannedDataset, string>();
  readonly #counts = new Map<DatasetRole, number>();
  /** Regions by the names that the user gave them. */
  readonly #regions = new Map<string, string>();
  /** Header files as they are kept; the database keeps equal ones once, under the first name. */
  readonly #headers: Uint8Array[] = [];

  constructor(study: PlannedStudy, { parse, by }: StudyDeidentifierDeps) {
    this.#study = study;
    this.#parse = parse;
    this.#by = by;
    this.#secrets.addPatient(study.study.patient);
    for (const dataset of study.datasets) {
      this.#stems.set(dataset, this.#newStem(dataset.role));
      try {
        collectSecrets(membersOf(inMemory(fileOf(dataset))), this.#secrets);
      } catch {
        continue; // a damaged archive: cleaning it says so
      }
    }
  }

  #newStem(role: DatasetRole): string {
    const count = (this.#counts.get(role) ?? 0) + 1;
    this.#counts.set(role, count);
    return `${role}-${count}`;
  }

  /** Name without extension that a dataset of the study has in the output. */
  stemOf(dataset: PlannedDataset): string {
    return this.#stems.get(dataset) as string;
  }

  /** Who and when, under the pseudonym; asked for after the files, whose regions may name the study. */
  study(): NewStudy {
    const { patient, studyDate, region } = this.#study.study;
    const place = region === null ? null : (this.#regions.get(region) ?? this.#secrets.scrubText(region));
    return {
      patient: pseudonymous(patient, this.#by),
      title: place ?? this.#by.pseudonym,
      studyDate: studyDate === null ? null : shiftDate(studyDate, this.#by.dayShift),
      region: place,
    };
  }

  /** What is left out of the output, in words. */
  leftOut(): string[] {
    const truths = this.#study.datasets.filter(({ role }) => role === 'truth').length;
    return truths === 0 ? [] : ['The truth of the simulated scans is left out: it may say of whom they were made.'];
  }

  /** Messages name files, and a file's name may name the patient. */
  #renamed(warnings: readonly Warning[]): Warning[] {
    const names = [...this.#stems].map(([{ fileName }, stem]) => ({
      length: fileName.length,
      at: said(fileName),
      stem,
    }));
    names.sort((a, b) => b.length - a.length);
    const rename = (text: string): string => names.reduce((told, { at, stem }) => told.replace(at, stem), text);
    return warnings
      .filter(({ code }) => code !== WATER_INSIDE)
      .map((warning) => ({ ...warning, message: this.#secrets.scrubText(rename(warning.message)) }));
  }

  /** The dataset's file or files as they may be passed on; none for headers and truths. @throws ReaderError, CancelledError */
  async clean(dataset: PlannedDataset): Promise<CleanedDataset[]> {
    if (dataset.role === 'image') return [this.#image(dataset)];
    // Headers go with their scans.
    return isScan(dataset) ? this.#scan(dataset) : [];
  }

  /** A region's mean with a number instead of its name, one number a name. */
  #nameless(signal: MrsDataset): { readonly nameless: MrsDataset; readonly renamed: readonly Removal[] } {
    const name = regionNameOf(signal);
    if (name === null) return { nameless: signal, renamed: [] };
    const number = this.#regions.get(name) ?? `Region ${this.#regions.size + 1}`;
    this.#regions.set(name, number);
    return { nameless: renameRegion(signal, number), renamed: [REGION_NAME] };
  }

  /** A signal of the study as a writer may take it. */
  cleanSignal(signal: MrsDataset): CleanSignal {
    const { nameless, renamed } = this.#nameless(signal);
    const { dataset, removed } = deidentifyDataset(nameless, this.#by, this.#secrets);
    const removals = [...removed.map(({ place, action }) => ({ place, action })), ...renamed];
    return {
      dataset: { ...dataset, warnings: this.#renamed(dataset.warnings) },
      removals: signal.format === 'nifti-mrs' ? removals : [...removals, VENDOR_HEADER],
    };
  }

  /** Of several headers that may be a scan's (the database doesn't keep which) those that its reader takes. */
  #headersOf(dataset: PlannedDataset): PlannedDataset[] {
    const all = this.#study.datasets.filter((d) => isHeader(d) && d.itemIds.some((id) => dataset.itemIds.includes(id)));
    if (all.length < 2) return all;
    const groups = groupFiles([dataset, ...all].map(fileOf));
    const own = groups.find(({ files }) => files.some(({ name }) => name === dataset.fileName));
    const names = new Set(own?.companions.map(({ name }) => name));
    return all.filter(({ fileName }) => names.has(fileName));
  }

  async #scan(dataset: PlannedDataset): Promise<CleanedDataset[]> {
    const files = [dataset, ...this.#headersOf(dataset)].map(fileOf);
    const options = storedReadOptions(dataset.description);
    const scan = await this.#parse(files, options);
    const hasWater = scan.warnings.some(({ code }) => code === WATER_INSIDE);
    const water = hasWater ? await this.#parse(files, { ...options, part: 'water' }) : null;
    const kept = await this.#provenOriginal(dataset, files as [SourceFile, ...SourceFile[]], scan, water);
    if (kept !== null) return this.#original(dataset, kept, scan);
    const { format, warnings } = dataset.description;
    const notes =
      format === 'nifti-mrs'
        ? []
        : [
            `Made into NIfTI-MRS: the original (${formatTitle(format) ?? format}) can’t be cleaned and stay what it is.`,
          ];
    // What the import found doubtful stays known.
    const { role, itemIds } = dataset;
    const written = [this.#written({ ...scan, warnings }, { role, itemIds }, this.stemOf(dataset), notes)];
    if (water !== null) {
      written.push(this.#written(water, { role: 'water', itemIds }, this.#newStem('water'), notes));
    }
    return written;
  }

  /** The cleaned original, if it reads as the original does; null where it doesn't, or where there is none. */
  async #provenOriginal(
    dataset: PlannedDataset,
    files: readonly [SourceFile, ...SourceFile[]],
    scan: MrsDataset,
    water: MrsDataset | null,
  ): Promise<CleanOriginal | null> {
    if (!isKeptFormat(dataset.description.format) || regionNameOf(scan) !== null) return null;
    const [main, ...companions] = files;
    const clean = cleanOriginal(main, companions, this.stemOf(dataset), this.#by, this.#secrets);
    if (clean === null) return null;
    const isKnown = clean.files.slice(1).some(({ bytes }) => this.#headers.some((other) => isEqual(other, bytes)));
    if (isKnown) return null;
    try {
      const options = storedReadOptions(dataset.description);
      if (!isSameSignal(scan, await this.#parse(clean.files, options))) return null;
      if (water !== null && !isSameSignal(water, await this.#parse(clean.files, { ...options, part: 'water' }))) {
        return null;
      }
    } catch {
      return null; // cleaning took out what the reader needs
    }
    return clean;
  }

  #original(dataset: PlannedDataset, clean: CleanOriginal, scan: MrsDataset): CleanedDataset[] {
    const { warnings } = dataset.description;
    const { dataset: signal } = deidentifyDataset({ ...scan, warnings }, this.#by, this.#secrets);
    const kept = warnings.filter(({ code }) => code === WATER_INSIDE);
    const description = {
      ...describeDataset({ ...signal, warnings: [...this.#renamed(signal.warnings), ...kept] }),
      format: dataset.description.format,
    };
    const [stored, ...headers] = clean.files;
    const formats = this.#headersOf(dataset).map((header) => header.description.format);
    this.#headers.push(...headers.map(({ bytes }) => bytes));
    return [
      this.#kept(dataset, stored, description, clean),
      ...headers.map(({ name, bytes }, i) => ({
        dataset: {
          role: 'unknown' as const,
          fileName: name,
          bytes,
          description: describeCompanion(formats[i] ?? 'unknown'),
          itemIds: dataset.itemIds,
        },
        report: null,
      })),
    ];
  }

  #kept(
    dataset: PlannedDataset,
    stored: InputFile,
    description: DatasetDescription,
    { removals, notes }: CleanOriginal,
  ): CleanedDataset {
    const { role, itemIds } = dataset;
    return {
      dataset: { role, fileName: stored.name, bytes: stored.bytes, description, itemIds },
      report: this.report(stored.name, removals, notes),
    };
  }

  /** What is said of a file: keys of a header are the file's own words, and may hold a name. */
  report(name: string, removals: readonly Removal[], notes: readonly string[]): CleanedFile {
    const said = removals.map(({ place, action }) => ({ place: this.#secrets.scrubText(place), action }));
    return { name, removals: said, notes };
  }

  #written(
    scan: MrsDataset,
    place: Pick<PlannedDataset, 'role' | 'itemIds'>,
    stem: string,
    notes: readonly string[],
  ): CleanedDataset {
    const { dataset: result, removals } = this.cleanSignal(scan);
    const description = { ...describeDataset(result), format: 'nifti-mrs' };
    const fileName = `${stem}.nii.gz`;
    return {
      dataset: { ...place, fileName, bytes: writeNiftiMrs(result), description },
      report: this.report(fileName, removals, notes),
    };
  }

  #image(dataset: PlannedDataset): CleanedDataset {
    const volume = this.cleanVolume(dataset);
    const kept = this.#provenImage(dataset, volume.bytes);
    if (kept !== null) {
      const warnings = this.#renamed(dataset.description.warnings);
      return this.#kept(dataset, kept.files[0], { ...dataset.description, warnings }, kept);
    }
    const isNifti = dataset.description.format === 'nifti-image';
    const notes = isNifti ? [] : ['Made into NIfTI: the original can’t be cleaned and stay what it is.'];
    const { name, bytes, description, removals } = volume;
    const { role, itemIds } = dataset;
    return {
      dataset: { role, fileName: name, bytes, description, itemIds },
      report: this.report(name, removals, notes),
    };
  }

  /** An image as one gzipped NIfTI volume without texts. @throws ReaderError, UnsupportedDataError */
  cleanVolume(dataset: PlannedDataset): CleanVolume {
    const name = `${this.stemOf(dataset)}.nii.gz`;
    const removed = new RemovedList(name);
    const clean = cleanNifti(imageVolumeNifti(dataset.fileName, bytesOf(dataset)), name, () => ({}), removed);
    const bytes = isGzip(clean) ? clean : gzip(clean);
    const warnings = this.#renamed(dataset.description.warnings);
    const removals = removed.items().map(({ place, action }) => ({ place, action }));
    return {
      name,
      bytes,
      description: { ...describeImage(describeNiftiImage(bytes, name)), warnings },
      removals: dataset.description.format === 'nifti-image' ? removals : [VENDOR_HEADER],
    };
  }

  #provenImage(dataset: PlannedDataset, volume: Uint8Array): CleanOriginal | null {
    if (!isKeptFormat(dataset.description.format)) return null;
    const clean = cleanOriginal(fileOf(dataset), [], this.stemOf(dataset), this.#by, this.#secrets);
    if (clean === null) return null;
    try {
      const [{ name, bytes }] = clean.files;
      const again = cleanNifti(imageVolumeNifti(name, bytes), name, () => ({}), new RemovedList(name));
      return isEqual(gzip(again), volume) ? clean : null;
    } catch {
      return null; // cleaning took out what the reader needs
    }
  }
}

/**
 * Where messages name a file. A series or folder, stored as an archive, is named in them by its own name, of which the
 * archive's has the letters and numbers.
 */
function said(fileName: string): RegExp {
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const archive = /^(.{3,})\.zip$/i.exec(fileName)?.[1];
  const named = archive === undefined ? [] : [escaped(archive).replace(/_+/g, '[^\\p{L}\\p{N}]+')];
  return new RegExp([escaped(fileName), ...named].join('|'), 'gu');
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => b[i] === byte);
