// The user's paths → names and contents: files, folders, and the companions that a format keeps beside a file.
import { constants, existsSync } from 'node:fs';
import { access, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { ReaderError } from '../../core/domain/errors.ts';
import { bytesOf, LARGE_FILE_BYTES, sizeOf } from '../../core/domain/fileContent.ts';
import type { GivenFile, InputFile } from '../../core/formats/inputFile.ts';
import { FileSource } from './fileSource.ts';
import { readError } from './readErrors.ts';

/** Where a file lies. */
export interface FilePlace {
  /** Place within the folder that was given, '/'-separated and beginning with that folder's name. */
  readonly path: string;
  /** For opening again, not for messages. */
  readonly absolutePath: string;
}

/** A file that was read, or a large one that is read when needed. */
export type FoundFile = GivenFile & FilePlace;
/** A file in memory. */
export type ReadFile = InputFile & FilePlace;

export interface ReadInputOptions {
  /** Whether a folder stands for the files of its subfolders too; yes where not given. */
  readonly recursive?: boolean;
  /** Called before each file is read, with its base name and how many of all were; may throw CancelledError. */
  readonly onFile?: (name: string, read: number, all: number) => void;
}

/** Most files that one folder may hold. */
const MAX_FILES = 50_000;

/**
 * Extensions of files that belong together under one stem. Sources: Philips SDAT/SPAR and DATA/LIST exports; Analyze
 * and NIfTI pairs; LCModel's .RAW and .H2O beside the .CONTROL that says how they were measured.
 */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  '.sdat': ['.spar'],
  '.spar': ['.sdat'],
  '.data': ['.list', '.spar'],
  '.list': ['.data', '.spar'],
  '.hdr': ['.img'],
  '.img': ['.hdr'],
  '.raw': ['.control'],
  '.h2o': ['.control'],
};
/** Names that LCModel's own scripts give a control file, taken where none of the same stem is there. */
const LCMODEL_CONTROLS = ['control', 'control.file'];
/** Parameter files of Bruker and Varian, whose data have fixed names too. */
const PARAMETERS = ['acqp', 'method', 'visu_pars', 'acqus', 'procpar'].flatMap((name) => [name, `../../${name}`]);
const FOLDER_DATA = /^(fid|fid\.refscan|fid_proc\.64|rawdata\.job0|2dseq)$/i;
/** Of a reconstructed Bruker scan (5/pdata/1/2dseq), the folder above the scan's. */
const BRUKER_BASE = '../../..';

/** A file that is to be read, and the folder that its path begins below. */
interface Wanted {
  readonly absolutePath: string;
  readonly base: string;
}

/**
 * Reads files and folders, of large files only where they lie (a folder's own files first, then its subfolders', in the order of their names; hidden ones and
 * links that lead out of the folder left out), each file with its companions after it, each once.
 * @param paths at least one
 * @throws ReaderError READ_FAILED (not there, not readable, empty folder, too many files), FILE_EMPTY (a named file
 *   without a byte)
 */
export async function readInputFiles(paths: readonly string[], options: ReadInputOptions = {}): Promise<FoundFile[]> {
  const named = paths.map((given) => resolve(given));
  const wanted = new Map<string, Wanted>();
  const want = (file: Wanted): void => {
    if (!wanted.has(file.absolutePath)) wanted.set(file.absolutePath, file);
  };
  for (const path of named) {
    if (await isFolder(path)) {
      const files = await filesOf(path, options.recursive ?? true);
      files.forEach((absolutePath) => want({ absolutePath, base: dirname(path) }));
    } else {
      const isDeep = basename(path).toLowerCase() === '2dseq';
      const base = resolve(dirname(path), isDeep ? BRUKER_BASE : '..');
      for (const absolutePath of [path, ...(await companionsOf(path))]) want({ absolutePath, base });
    }
  }
  const files: FoundFile[] = [];
  for (const { absolutePath, base } of wanted.values()) {
    options.onFile?.(basename(absolutePath), files.length, wanted.size);
    const file = await openInputFile(absolutePath, base);
    if (sizeOf(file) === 0 && named.includes(absolutePath)) {
      throw new ReaderError('FILE_EMPTY', `${file.name} is empty.`, { file: file.name });
    }
    files.push(file);
  }
  return files;
}

/**
 * Reads one file, empty or not.
 * @param base folder that the file's path is to begin below; the one above its own where not given
 * @throws ReaderError READ_FAILED
 */
export async function readInputFile(path: string, base: string = resolve(dirname(path), '..')): Promise<ReadFile> {
  try {
    const content = await readFile(path);
    // A plain array of its own memory: small Buffers share theirs, which must not be sent to a worker.
    return { ...placeOf(path, base), bytes: new Uint8Array(content) };
  } catch (error) {
    throw readError(path, error);
  }
}

/** The file in memory: itself, or a large one read whole. @throws ReaderError READ_FAILED */
export function readWhole(file: FoundFile): ReadFile {
  if (file.source === undefined) return file;
  const { name, path, absolutePath } = file;
  return { name, path, absolutePath, bytes: bytesOf(file) };
}

function placeOf(path: string, base: string): FilePlace & { readonly name: string } {
  const absolutePath = resolve(path);
  return { name: basename(path), path: relative(base, absolutePath).split(sep).join('/'), absolutePath };
}

/** @throws ReaderError READ_FAILED */
async function openInputFile(absolutePath: string, base: string): Promise<FoundFile> {
  const stats = await stat(absolutePath).catch((error: unknown) => {
    throw readError(absolutePath, error);
  });
  if (!stats.isFile() || stats.size < LARGE_FILE_BYTES) return readInputFile(absolutePath, base);
  await access(absolutePath, constants.R_OK).catch((error: unknown) => {
    throw readError(absolutePath, error);
  });
  return { ...placeOf(absolutePath, base), source: new FileSource(absolutePath, stats) };
}

/** @returns paths of the files that belong to this one and are there */
async function companionsOf(path: string): Promise<string[]> {
  if (FOLDER_DATA.test(basename(path))) {
    return PARAMETERS.map((name) => resolve(dirname(path), name)).filter((file) => existsSync(file));
  }
  const extension = extname(path);
  const wanted = COMPANIONS[extension.toLowerCase()];
  if (wanted === undefined) return [];
  const stem = basename(path, extension).toLowerCase();
  const beside = await readdir(dirname(path)).catch((error: unknown) => {
    throw readError(path, error);
  });
  const sameStem = beside.filter((name) => {
    const other = extname(name);
    return wanted.includes(other.toLowerCase()) && basename(name, other).toLowerCase() === stem;
  });
  const needsControl = wanted.includes('.control') && sameStem.length === 0;
  const found = needsControl ? beside.filter((name) => LCMODEL_CONTROLS.includes(name.toLowerCase())) : sameStem;
  return found.sort().map((name) => join(dirname(path), name));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw readError(path, error);
  }
}

/** Whether a link leads to a file within the folder that was given; links to folders could run in circles. */
async function leadsInside(link: string, root: string): Promise<boolean> {
  const target = await realpath(link).catch(() => null);
  return target !== null && target.startsWith(`${root}${sep}`) && !(await isFolder(target));
}

async function filesOf(folder: string, recursive: boolean): Promise<string[]> {
  const root = await realpath(folder);
  const files: string[] = [];
  const walk = async (at: string): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch((error: unknown) => {
      throw readError(at, error);
    });
    const seen = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of seen) {
      const path = join(at, entry.name);
      if (entry.isFile() || (entry.isSymbolicLink() && (await leadsInside(path, root)))) files.push(path);
      if (files.length > MAX_FILES) throw tooMany(folder);
    }
    if (!recursive) return;
    for (const entry of seen.filter((e) => e.isDirectory())) await walk(join(at, entry.name));
  };
  await walk(folder);
  if (files.length === 0) {
    const name = basename(folder);
    throw new ReaderError('READ_FAILED', `The folder ${name} holds no files.`, { file: name });
  }
  return files;
}

function tooMany(folder: string): ReaderError {
  const name = basename(folder);
  const message = `The folder ${name} holds more than ${MAX_FILES} files, more than are read at once.`;
  return new ReaderError('READ_FAILED', message, { file: name });
}
