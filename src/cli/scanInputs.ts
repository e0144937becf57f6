// What a command is given: paths of files, folders and zips → groups of files that belong together, and the scans among
// them, each with its hash.
import { basename } from 'node:path';
import { AppError, ReaderError, UsageError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { expandZips, groupFiles, readGroup } from '../core/formats/index.ts';
import type { FileGroup, ReadOptions } from '../core/formats/index.ts';
import { sha256OfFiles } from '../node/files/hashing.ts';
import { readInputFiles } from '../node/files/readInputFiles.ts';
import { say } from './terminal.ts';

export interface ScanInput {
  /** The file's name, or what the series or folder is called. */
  readonly fileName: string;
  readonly sha256: string;
  readonly dataset: MrsDataset;
  /** Water signal that the same file holds. */
  readonly water: MrsDataset | null;
}

/** Files that were left out are named up to this number; a folder of something else would fill the screen. */
const MAX_SAID = 20;

/** What could not be read of the paths given, collected. */
export interface Refusals {
  /** @throws the error at once where the file was named on the command line, not found in a folder or zip */
  readonly add: (fileName: string, error: AppError) => void;
  /** Says on stderr what was left out. @throws the first refusal where nothing at all was read */
  readonly settle: (readCount: number) => void;
}

/** @param paths as they stand on the command line */
export function collectRefusals(paths: readonly string[]): Refusals {
  const named = new Set(paths.map((path) => basename(path)));
  const refused: AppError[] = [];
  return {
    add: (fileName, error) => {
      if (named.has(fileName)) throw error;
      refused.push(error);
    },
    settle: (readCount) => {
      if (readCount === 0) throw refused[0] ?? nothingIn(paths);
      for (const { message } of refused.slice(0, MAX_SAID)) say(`Not read: ${message}`);
      if (refused.length > MAX_SAID) say(`Not read: ${refused.length - MAX_SAID} more files.`);
    },
  };
}

function nothingIn(paths: readonly string[]): ReaderError {
  const names = paths.map((path) => basename(path)).join(', ');
  return new ReaderError('FORMAT_UNKNOWN', `Nothing in ${names} is a scan that this program reads.`);
}

/**
 * Reads the paths' files and sorts out which belong together; what belongs to others and says nothing is left out.
 * @throws ReaderError for a path or a named archive that can't be read, UsageError for an empty name
 */
export async function readGroups(paths: readonly string[], refusals: Refusals): Promise<FileGroup[]> {
  // An empty name, as an unset shell variable gives, would stand for the folder one is in.
  if (paths.includes('')) throw new UsageError('One of the file names given is empty.');
  const { files, failures } = expandZips(await readInputFiles(paths));
  for (const { fileName, error } of failures) refusals.add(fileName, error);
  return groupFiles(files).filter((group) => group.kind !== 'ignored');
}

/** The scan of a group, with its hash. @throws ReaderError, UnsupportedDataError */
export function scanOf(group: FileGroup, options: ReadOptions): ScanInput {
  return { fileName: group.name, sha256: sha256OfFiles(group.files), ...readGroup(group, options) };
}

/** Image files and series that go along with the scans. */
export function imagesOf(groups: readonly FileGroup[]): FileGroup[] {
  return groups.filter(({ kind }) => kind === 'image');
}

/**
 * The scans of the groups, in their order; images and the truth of simulated scans are passed over.
 * @throws ReaderError, UnsupportedDataError for a named file that is no readable scan, and where there is no scan at all
 */
export function scansOf(groups: readonly FileGroup[], refusals: Refusals, options: ReadOptions): ScanInput[] {
  const scans: ScanInput[] = [];
  for (const group of groups) {
    // An image named alone is refused by the reader, in words.
    const isMeant = group.kind !== 'truth' && (group.kind !== 'image' || groups.length === 1);
    if (!isMeant) continue;
    try {
      scans.push(scanOf(group, options));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refusals.add(group.name, error);
    }
  }
  refusals.settle(scans.length);
  return scans;
}

/** Reads every scan of the given paths; see scansOf. */
export async function readScans(paths: readonly string[], options: ReadOptions): Promise<ScanInput[]> {
  const refusals = collectRefusals(paths);
  return scansOf(await readGroups(paths, refusals), refusals, options);
}

/** Reads one scan: the first of the path. */
export async function readOneScan(path: string, options: ReadOptions): Promise<ScanInput> {
  const scans = await readScans([path], options);
  return scans[0] as ScanInput;
}
