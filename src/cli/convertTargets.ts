// What `lineshape convert` can write: one scan into the file that an ending names, scans into a folder, a study as BIDS.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LARGE_FILE_BYTES } from '../core/domain/fileContent.ts';
import { nameWithoutExtension } from '../core/domain/fileNames.ts';
import { UsageError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import {
  bidsFiles,
  cleanNifti,
  imageSeriesNifti,
  inMemory,
  lcmodelFiles,
  niftiMrsPieces,
  RemovedList,
  writeCsv,
  writeDicomMrs,
  writeMrs,
} from '../core/formats/index.ts';
import type { BidsImage, FileGroup, WriteNiftiMrsOptions } from '../core/formats/index.ts';
import { guessRole } from '../core/pipeline/guessRole.ts';
import { newDicomUid } from '../node/files/dicomUids.ts';
import type { ScanInput } from './scanInputs.ts';
import { VERSION } from './session.ts';

/** A file to be written, with the format it is in. */
export interface ConvertedFile {
  /** Relative path with forward slashes. */
  readonly path: string;
  /** Of a large scan pieces, to be gone through once. */
  readonly content: Uint8Array | Iterable<Uint8Array>;
  readonly format: string;
}

type WriteTarget = (scan: ScanInput, path: string, water: MrsDataset | null) => ConvertedFile[];

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

function lcmodel(scan: ScanInput, path: string, water: MrsDataset | null): ConvertedFile[] {
  const name = nameWithoutExtension(basename(path));
  const request = {
    scan: scan.dataset,
    water: water ?? scan.water,
    stem: name,
    basisFile: `${name}.BASIS`,
    title: name,
  };
  return lcmodelFiles(request).map((file) => ({
    path: join(dirname(path), file.path),
    content: file.bytes,
    format: file.path.endsWith('.CONTROL') ? 'lcmodel-control' : 'lcmodel-raw',
  }));
}

const one =
  (format: string, write: (dataset: MrsDataset) => ConvertedFile['content']): WriteTarget =>
  ({ dataset }, path) => [{ path, content: write(dataset), format }];

/** A large scan is encoded while it is written: its file would take as much memory again, or several times as much. */
function niftiMrs(dataset: MrsDataset, options: WriteNiftiMrsOptions = {}): ConvertedFile['content'] {
  const { re, im } = dataset.data;
  const isLarge = re.byteLength + im.byteLength >= LARGE_FILE_BYTES;
  return isLarge ? niftiMrsPieces(dataset, options) : writeMrs(dataset, 'nifti-mrs', options);
}

const TARGETS: readonly (readonly [RegExp, WriteTarget])[] = [
  [/\.nii\.gz$/i, one('nifti-mrs', (d) => niftiMrs(d))],
  [/\.nii$/i, one('nifti-mrs', (d) => niftiMrs(d, { compress: false }))],
  [/\.raw$/i, lcmodel],
  [/\.h2o$/i, one('lcmodel-raw', (d) => writeMrs(d, 'lcmodel-raw'))],
  [/\.txt$/i, one('jmrui-text', (d) => writeMrs(d, 'jmrui-text'))],
  [/\.dcm$/i, one('dicom', (d) => writeDicomMrs(d, { uid: newDicomUid, createdAt: new Date().toISOString() }))],
  [/\.csv$/i, one('csv', (d) => text(writeCsv(d, { domain: 'time' })))],
];

/**
 * The way to write a file of that name.
 * @throws UsageError where its ending names no format
 */
export function targetOf(path: string): WriteTarget {
  const found = TARGETS.find(([pattern]) => pattern.test(path));
  if (found !== undefined) return found[1];
  const endings = '.nii.gz, .nii, .RAW, .H2O, .txt, .dcm or .csv';
  throw new UsageError(`The output ${basename(path)} must end with ${endings}, which names its format.`);
}

/**
 * Every scan as NAME.nii.gz in a folder; a water reference inside a scan's file as NAME-water.nii.gz.
 * @param nameless numbers instead of the files' names, which may name the patient
 * @throws UsageError where two would have the same name
 */
export function folderFiles(scans: readonly ScanInput[], nameless: boolean): ConvertedFile[] {
  const files = scans.flatMap(({ fileName, dataset, water }, i) => {
    const own = nameless ? `scan-${i + 1}` : nameWithoutExtension(fileName);
    const signals = [[own, dataset] as const, [`${own}-water`, water] as const];
    return signals.flatMap(([name, signal]) =>
      signal === null ? [] : [{ path: `${name}.nii.gz`, content: niftiMrs(signal), format: 'nifti-mrs' }],
    );
  });
  if (new Set(files.map(({ path }) => path)).size === files.length) return files;
  throw new UsageError('Two of the scans have the same name and would overwrite each other.');
}

export interface BidsRequest {
  readonly scans: readonly ScanInput[];
  readonly images: readonly FileGroup[];
  /** Texts are taken out of the images' headers too. */
  readonly deidentify: boolean;
  readonly subject: string;
  readonly session: string | undefined;
  /** Name of the data set. */
  readonly name: string;
}

function bidsImage(group: FileGroup, deidentify: boolean): BidsImage {
  const files = group.files.map(inMemory);
  const [file] = files;
  const isNifti = group.format === 'nifti-image' && file !== undefined;
  const bytes = isNifti ? file.bytes : imageSeriesNifti(files, group.name);
  const suffix = /flair/i.test(group.name) ? 'FLAIR' : /t2/i.test(group.name) ? 'T2w' : 'T1w';
  if (!deidentify) return { bytes, suffix };
  return { bytes: cleanNifti(bytes, suffix, () => ({}), new RemovedList(suffix)), suffix };
}

/** A study as a BIDS data set. @returns its files, and what is missing in them in words */
export function bidsStudy(request: BidsRequest): { files: ConvertedFile[]; warnings: string[] } {
  const scans = request.scans.flatMap(({ fileName, dataset, water }) => [
    { dataset, role: guessRole(dataset, fileName) === 'water' ? ('water' as const) : ('metabolite' as const) },
    ...(water === null ? [] : [{ dataset: water, role: 'water' as const }]),
  ]);
  const images = request.images.map((group) => bidsImage(group, request.deidentify));
  const { subject, session, name } = request;
  const labels = { subject, name, version: VERSION, ...(session === undefined ? {} : { session }) };
  const { files, warnings } = bidsFiles({ scans, images }, labels);
  return {
    files: files.map(({ path, bytes }) => ({ path, content: bytes, format: 'bids' })),
    warnings: warnings.map(({ message }) => message),
  };
}

/** @throws UsageError where a data set is there already: its list of participants would be overwritten */
export function requireNoBids(folder: string): void {
  if (!existsSync(join(folder, 'dataset_description.json'))) return;
  throw new UsageError(`The folder ${folder} holds a BIDS data set already; name a new one.`);
}
