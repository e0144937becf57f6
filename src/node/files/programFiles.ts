// The packaged program's own files: the archive's header holds the SHA-256 of each file in it and beside it, and each is compared
// with that before it is used. The header itself is checked by Electron on Windows and macOS, by nobody on Linux.
import { createHash } from 'node:crypto';
import type { FileHandle, open as openFile, readdir as readFolder } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ModelError } from '../../core/domain/errors.ts';
import { changedFileError, foreignFileError } from './releasedFiles.ts';

/** The file system as it is: in Electron's main process that of Node takes an archive for a folder. */
export interface PlainFiles {
  readonly open: typeof openFile;
  readonly readdir: typeof readFolder;
}

/** One file of the program. */
interface ProgramFile {
  /** Place within the program, '/'-separated. */
  readonly place: string;
  /** [bytes] */
  readonly size: number;
  readonly sha256: string;
  /** In the archive behind its header; null: a file of its own in the folder beside it. */
  readonly offset: number | null;
}

/** Files beside the archive, to be compared before they are loaded. */
export interface SealedFiles {
  /** The folder beside the archive. */
  readonly folder: string;
  /** SHA-256 by place within it, '/'-separated. */
  readonly sha256: Readonly<Record<string, string>>;
}

interface ArchiveNode {
  readonly files?: Readonly<Record<string, ArchiveNode>>;
  readonly size?: number;
  readonly offset?: string;
  readonly integrity?: { readonly algorithm: string; readonly hash: string };
}

/** Where the format has the lengths of the header: with its padding, and of its text. [bytes] */
const PADDED_AT = 4;
const TEXT_LENGTH_AT = 12;
const TEXT_AT = 16;
/** Before the padded header. [bytes] */
const PREFIX = 8;
const PIECE_BYTES = 1 << 20;
/** Beyond any that is made. [bytes] */
const MOST_HEADER_BYTES = 1 << 26;

/** Tens of megabytes, and not needed before a network is run. */
const LATER = 'node_modules/onnxruntime-node/bin/';
/** macOS signs these after the archive is made, which changes them, and looks after them itself. */
const SIGNED_ON_MACOS = /\.(node|dylib)$/;

function filesOf(node: ArchiveNode, place: string): ProgramFile[] {
  if (node.files !== undefined)
    return Object.entries(node.files).flatMap(([name, child]) =>
      filesOf(child, place === '' ? name : `${place}/${name}`),
    );
  const { size = 0, offset, integrity } = node;
  if (integrity?.algorithm !== 'SHA256') throw foreignFileError(place);
  return [{ place, size, sha256: integrity.hash, offset: offset === undefined ? null : Number(offset) }];
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** @returns the files that the archive's header names, and where its contents begin [bytes] */
async function readHeader(archive: FileHandle): Promise<{ files: ProgramFile[]; start: number }> {
  const lengths = await bytesAt(archive, 0, TEXT_AT);
  const textLength = lengths.readUInt32LE(TEXT_LENGTH_AT);
  if (textLength > MOST_HEADER_BYTES) throw new RangeError('header too long');
  const text = await bytesAt(archive, TEXT_AT, textLength);
  const files = filesOf(JSON.parse(text.toString('utf8')) as ArchiveNode, '');
  return { files, start: PREFIX + lengths.readUInt32LE(PADDED_AT) };
}

/** Piece by piece: neither the memory nor the window waits for a large file. */
async function sha256At(file: FileHandle, position: number, length: number): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(Math.min(length, PIECE_BYTES));
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, length - done), position + done);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    done += bytesRead;
  }
  return hash.digest('hex');
}

/** @throws ModelError MODEL_INVALID */
async function requireFile(path: string, place: string, expected: string, { open }: PlainFiles): Promise<void> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) throw changedFileError(place, expected, null);
  try {
    const { size } = await file.stat();
    const found = await sha256At(file, 0, size);
    if (found !== expected) throw changedFileError(place, expected, found);
  } finally {
    await file.close();
  }
}

/**
 * Compares files beside the archive with what the program knows of them.
 * @throws ModelError MODEL_INVALID with the first that differs
 */
export async function requireSealed({ folder, sha256 }: SealedFiles, files: PlainFiles): Promise<void> {
  for (const [place, expected] of Object.entries(sha256))
    await requireFile(join(folder, place), place, expected, files);
}

/** A file that was put beside the program's own could be found in their place. */
async function requireNoForeign(folder: string, known: readonly ProgramFile[], { readdir }: PlainFiles): Promise<void> {
  const places = new Set(known.map(({ place }) => place));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    // The Finder leaves such a file in every folder that it showed.
    if (entry.isDirectory() || entry.name === '.DS_Store') continue;
    const place = relative(folder, join(entry.parentPath ?? entry.path, entry.name))
      .split(sep)
      .join('/');
    if (!places.has(place)) throw foreignFileError(`${place} beside the program`);
  }
}

/** What is compared on this system. */
function isCompared({ place, offset }: ProgramFile, platform: NodeJS.Platform): boolean {
  return offset !== null || platform !== 'darwin' || !SIGNED_ON_MACOS.test(place);
}

function sealOf(folder: string, files: readonly ProgramFile[]): SealedFiles {
  return { folder, sha256: Object.fromEntries(files.map(({ place, sha256 }) => [place, sha256])) };
}

/** @throws ModelError MODEL_INVALID */
async function checkContents(archive: FileHandle, start: number, files: readonly ProgramFile[]): Promise<void> {
  for (const { place, size, sha256, offset } of files) {
    if (offset === null) continue;
    const found = await sha256At(archive, start + offset, size);
    if (found !== sha256) throw changedFileError(place, sha256, found);
  }
}

const damagedArchive = (): Error => changedFileError('app.asar', '', null);

/**
 * Compares the whole program with its archive's header, but for the networks' runtime.
 * @param path of app.asar
 * @param plain the plain file system
 * @param platform where it runs
 * @returns the files of the networks' runtime, to be compared before they are loaded
 * @throws ModelError MODEL_INVALID in one sentence, with the first file that differs
 */
export async function checkProgram(path: string, plain: PlainFiles, platform: NodeJS.Platform): Promise<SealedFiles> {
  const folder = `${path}.unpacked`;
  const archive = await plain.open(path, 'r').catch(() => null);
  if (archive === null) throw damagedArchive();
  try {
    const { files, start } = await readHeader(archive).catch((error: unknown) => {
      throw error instanceof ModelError ? error : damagedArchive();
    });
    const beside = files.filter((file) => file.offset === null && isCompared(file, platform));
    await checkContents(archive, start, files);
    await requireNoForeign(folder, files, plain);
    await requireSealed(
      sealOf(
        folder,
        beside.filter(({ place }) => !place.startsWith(LATER)),
      ),
      plain,
    );
    return sealOf(
      folder,
      beside.filter(({ place }) => place.startsWith(LATER)),
    );
  } finally {
    await archive.close();
  }
}
