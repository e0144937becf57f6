// The user's paths → names and bytes: files, folders, and the companions that a format keeps beside a file.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { ReaderError } from '../../core/domain/errors.ts';
import type { NamedBytes } from './hashing.ts';

/** A file as it was read; `name` is its base name. */
export interface InputFile extends NamedBytes {
  /** Absolute path: for opening again, not for messages. */
  readonly path: string;
}

/**
 * Extensions of files that belong together under one stem. Sources: Philips SDAT/SPAR and DATA/LIST exports; Analyze
 * and NIfTI pairs; LCModel's .RAW and .H2O beside the .CONTROL that says how they were measured.
 */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  '.sdat': ['.spar'],
  '.spar': ['.sdat'],
  '.data': ['.list'],
  '.list': ['.data'],
  '.hdr': ['.img'],
  '.img': ['.hdr'],
  '.raw': ['.control'],
  '.h2o': ['.control'],
};
/** Names that LCModel's own scripts give a control file, taken where none of the same stem is there. */
const LCMODEL_CONTROLS = ['control', 'control.file'];

/**
 * Reads files and folders (a folder's own files, in the order of their names; hidden ones left out), each with its
 * companions after it, each once.
 * @param paths at least one
 * @throws ReaderError READ_FAILED (not there, not readable, empty folder), FILE_EMPTY (a named file without a byte)
 */
export async function readInputFiles(paths: readonly string[]): Promise<InputFile[]> {
  const wanted = new Set<string>();
  for (const path of paths.map((given) => resolve(given))) {
    if (await isFolder(path)) {
      for (const file of await filesOf(path)) wanted.add(file);
    } else {
      wanted.add(path);
      for (const companion of await companionsOf(path)) wanted.add(companion);
    }
  }
  const named = new Set(paths.map((given) => resolve(given)));
  const files: InputFile[] = [];
  for (const path of wanted) {
    const file = await readInputFile(path);
    if (file.bytes.length === 0 && named.has(path)) {
      throw new ReaderError('FILE_EMPTY', `${file.name} is empty.`, { file: file.name });
    }
    files.push(file);
  }
  return files;
}

/** Reads one file, empty or not. @throws ReaderError READ_FAILED */
export async function readInputFile(path: string): Promise<InputFile> {
  try {
    const content = await readFile(path);
    // A plain array of its own memory: small Buffers share theirs, which must not be sent to a worker.
    return { name: basename(path), path: resolve(path), bytes: new Uint8Array(content) };
  } catch (error) {
    throw readError(path, error);
  }
}

/** @returns paths of the files that belong to this one and are there */
async function companionsOf(path: string): Promise<string[]> {
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

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw readError(folder, error);
  });
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (!entry.name.startsWith('.') && (entry.isFile() || (entry.isSymbolicLink() && !(await isFolder(path))))) {
      files.push(path);
    }
  }
  if (files.length === 0) {
    const name = basename(folder);
    throw new ReaderError('READ_FAILED', `The folder ${name} holds no files.`, { file: name });
  }
  return files.sort();
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: "can't be read: permission denied",
  EPERM: "can't be read: permission denied",
  EISDIR: 'is a folder, where a file is expected',
  ERR_FS_FILE_TOO_LARGE: 'is larger than 2 GB, more than this program reads',
};

function readError(path: string, error: unknown): ReaderError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const name = basename(path);
  const reason = REASONS[code] ?? `can't be read (${code})`;
  return new ReaderError('READ_FAILED', `${name} ${reason}.`, { file: name, system: code }, error);
}
