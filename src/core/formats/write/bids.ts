// A study as a BIDS data set (BIDS 1.10; the MRS part came as extension proposal 22): sub-XX[/ses-YY]/mrs and /anat, JSON
// sidecars, dataset_description.json, participants.tsv. Datasets are written as given: de-identify them first.
import { strToU8 } from 'fflate';
import { ReaderError, UsageError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { voxelCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { gzip, isGzip } from '../gzip.ts';
import { niftiVersion } from '../niftiHeader.ts';
import { writeNiftiMrs } from '../niftiMrsWriter.ts';
import type { BidsSuffix } from './bidsSidecar.ts';
import { bidsSidecar } from './bidsSidecar.ts';
import type { WrittenFile } from './writtenFile.ts';

/** "unlocalised": acquired without localisation (a place that merely isn't known is no reason). */
export type BidsRole = 'metabolite' | 'water' | 'unlocalised';

export interface BidsScan {
  readonly dataset: MrsDataset;
  readonly role: BidsRole;
}

export interface BidsImage {
  /** A NIfTI file, plain or gzipped. */
  readonly bytes: Uint8Array;
  readonly suffix: 'T1w' | 'T2w' | 'FLAIR';
  /** Sidecar keys where they are known. */
  readonly metadata?: JsonObject;
}

export interface BidsStudy {
  readonly scans: readonly BidsScan[];
  readonly images: readonly BidsImage[];
}

export interface BidsLabels {
  readonly subject: string;
  readonly session?: string;
  /** Name of the data set. */
  readonly name: string;
  /** Version of this program. */
  readonly version: string;
}

export interface BidsExport {
  readonly files: readonly WrittenFile[];
  readonly warnings: readonly Warning[];
}

const BIDS_VERSION = '1.10.0';

/** Labels of BIDS's table of MRS sequences; the first that fits. */
const SEQUENCES: readonly (readonly [RegExp, string])[] = [
  [/hercules/i, 'hercules'],
  [/hermes/i, 'hermes'],
  [/mega[-_ ]?special/i, 'megaspecial'],
  [/mega/i, 'mega'],
  [/s[-_ ]?laser/i, 'slaser'],
  [/laser/i, 'laser'],
  [/special/i, 'special'],
  [/steam|svs_st/i, 'steam'],
  [/press|svs_se/i, 'press'],
  [/fid/i, 'fid'],
];

/**
 * A label of letters and digits only, as BIDS asks.
 * @throws UsageError where nothing of it is left
 */
export function bidsLabel(text: string): string {
  const label = text
    .normalize('NFKD')
    .replace(/^(sub|ses)-/i, '')
    .replace(/[^A-Za-z0-9]/g, '');
  if (label === '')
    throw new UsageError('A BIDS label needs at least one letter or digit, and the one given has none.');
  return label;
}

function suffixOf({ dataset, role }: BidsScan): BidsSuffix {
  if (role === 'water') return 'mrsref';
  if (role === 'unlocalised') return 'unloc';
  return voxelCount(dataset) > 1 ? 'mrsi' : 'svs';
}

function sequenceLabel(dataset: MrsDataset): string | null {
  const names = [dataset.acquisition.sequence, dataset.header['ProtocolName']].join(' ');
  return SEQUENCES.find(([pattern]) => pattern.test(names))?.[1] ?? null;
}

interface Named<T> {
  readonly item: T;
  readonly folder: string;
  /** Entities between subject and run, in BIDS's order. */
  readonly entities: string;
  readonly suffix: string;
}

/** Files of one name get run-1, run-2, … in the order given. */
function numbered<T>(all: readonly Named<T>[], prefix: string): { item: T; path: string }[] {
  const keyOf = (named: Named<T>): string => `${named.entities}|${named.suffix}`;
  const seen = new Map<string, number>();
  return all.map((named) => {
    const shared = all.filter((other) => keyOf(other) === keyOf(named)).length > 1;
    const run = (seen.get(keyOf(named)) ?? 0) + 1;
    seen.set(keyOf(named), run);
    const parts = [prefix, named.entities, shared ? `run-${run}` : '', named.suffix].filter((part) => part !== '');
    return { item: named.item, path: `${named.folder}/${parts.join('_')}` };
  });
}

const json = (value: JsonObject): Uint8Array => strToU8(`${JSON.stringify(value, null, 2)}\n`);

function nifti(image: BidsImage): Uint8Array {
  if (isGzip(image.bytes)) return image.bytes;
  if (niftiVersion(image.bytes) === null) {
    throw new ReaderError(
      'FORMAT_UNKNOWN',
      'A BIDS data set holds its images as NIfTI, and one of the images given is none.',
    );
  }
  return gzip(image.bytes);
}

function nameScans(scans: readonly BidsScan[], folder: string): Named<BidsScan>[] {
  const manyNuclei = new Set(scans.map((s) => s.dataset.nucleus)).size > 1;
  return scans.map((scan) => {
    const sequence = sequenceLabel(scan.dataset);
    const nucleus = manyNuclei || scan.dataset.nucleus !== '1H' ? `nuc-${bidsLabel(scan.dataset.nucleus)}` : '';
    const entities = [sequence === null ? '' : `acq-${sequence}`, nucleus].filter((e) => e !== '').join('_');
    return { item: scan, folder, entities, suffix: suffixOf(scan) };
  });
}

/** The reference of the same sequence, else the only one. */
function referenceOf(path: string, references: readonly string[]): string | null {
  const acquisition = (p: string): string | undefined => /_(acq-[A-Za-z0-9]+)/.exec(p)?.[1];
  const same = references.find((r) => acquisition(r) === acquisition(path));
  return same ?? (references.length === 1 ? (references[0] as string) : null);
}

function participants(subject: string, scans: readonly BidsScan[]): string {
  const ages = scans.map((s) => s.dataset.patient.ageYears).filter((age) => age !== null);
  const sexes = scans.map((s) => s.dataset.patient.sex).filter((sex) => sex !== null);
  const row = [`sub-${subject}`, ages[0] ?? 'n/a', sexes[0] ?? 'n/a'];
  return `participant_id\tage\tsex\n${row.join('\t')}\n`;
}

function topFiles(labels: BidsLabels, subject: string, scans: readonly BidsScan[]): WrittenFile[] {
  const generator = { Name: 'Lineshape', Version: labels.version };
  const description = { Name: labels.name, BIDSVersion: BIDS_VERSION, DatasetType: 'raw', GeneratedBy: [generator] };
  const columns = {
    age: { Description: 'Age at the scan', Units: 'year' },
    sex: { Description: 'Sex as the scanner recorded it', Levels: { M: 'male', F: 'female', O: 'other' } },
  };
  return [
    { path: 'dataset_description.json', bytes: json(description) },
    { path: 'participants.tsv', bytes: strToU8(participants(subject, scans)) },
    { path: 'participants.json', bytes: json(columns) },
    {
      path: 'README',
      bytes: strToU8(`${labels.name}\n\nMR spectroscopy data, exported by Lineshape ${labels.version}.\n`),
    },
  ];
}

/**
 * A study's files in a BIDS data set.
 * @param labels subject and session are cut down to letters and digits
 * @throws UsageError for an empty label; ReaderError for an image that is no NIfTI
 */
export function bidsFiles(study: BidsStudy, labels: BidsLabels): BidsExport {
  const subject = bidsLabel(labels.subject);
  const session = labels.session === undefined ? null : bidsLabel(labels.session);
  const folder = session === null ? `sub-${subject}` : `sub-${subject}/ses-${session}`;
  const prefix = folder.replace('/', '_');
  const images = numbered(
    study.images.map((item) => ({ item, folder: `${folder}/anat`, entities: '', suffix: item.suffix })),
    prefix,
  );
  const scans = numbered(nameScans(study.scans, `${folder}/mrs`), prefix);
  const references = scans.filter((s) => s.item.role === 'water').map((s) => s.path);
  const anatomical = images.find((i) => i.item.suffix === 'T1w')?.path ?? null;
  const uri = (path: string | null): string | null => (path === null ? null : `bids::${path}.nii.gz`);
  const warnings: Warning[] = [];
  const files = topFiles(labels, subject, study.scans);
  for (const { item, path } of images) {
    files.push({ path: `${path}.nii.gz`, bytes: nifti(item) });
    if (item.metadata !== undefined) files.push({ path: `${path}.json`, bytes: json(item.metadata) });
  }
  for (const { item, path } of scans) {
    const reference = item.role === 'water' ? null : referenceOf(path, references);
    const sidecar = bidsSidecar(item.dataset, suffixOf(item), {
      reference: uri(reference),
      anatomical: uri(anatomical),
    });
    if (sidecar['EchoTime'] === undefined) {
      const message = `The echo time of ${path}.nii.gz is not known, and BIDS requires it: add EchoTime to its JSON file.`;
      warnings.push({ code: 'bids-echo-time-missing', message });
    }
    files.push(
      { path: `${path}.nii.gz`, bytes: writeNiftiMrs(item.dataset) },
      { path: `${path}.json`, bytes: json(sidecar) },
    );
  }
  return { files, warnings };
}
