// Zip archives among the files given → their files, one level of zips within zips included, all within one limit.
import type { AppError } from '../domain/errors.ts';
import { CancelledError, fromErrorRecord, toErrorRecord } from '../domain/errors.ts';
import { bytesOf, headOf } from '../domain/fileContent.ts';
import type { GivenFile } from './inputFile.ts';
import { pathOf } from './inputFile.ts';
import type { ZipLimits } from './zipArchive.ts';
import { isZip, readZip, ZIP_LIMITS } from './zipArchive.ts';

export interface ExpandedFiles {
  readonly files: readonly GivenFile[];
  /** Archives that could not be unpacked. */
  readonly failures: readonly { readonly fileName: string; readonly error: AppError }[];
}

/** A zip within a zip is unpacked; one within that is not. */
const DEPTH = 2;
/** What an archive is told by. [bytes] */
const ZIP_MARK_BYTES = 64;

/**
 * @param onZip called before each archive is unpacked, with its name; may throw CancelledError
 * @throws CancelledError
 */
export function expandZips(
  given: readonly GivenFile[],
  onZip: (name: string) => void = () => undefined,
  limits: ZipLimits = ZIP_LIMITS,
): ExpandedFiles {
  const files: GivenFile[] = [];
  const failures: { fileName: string; error: AppError }[] = [];
  let { maxBytes, maxEntries } = limits;

  const add = (file: GivenFile, depth: number): void => {
    if (depth === 0 || !isZip(headOf(file, ZIP_MARK_BYTES))) {
      files.push(file);
      return;
    }
    try {
      onZip(file.name);
      const inner = readZip(bytesOf(file), file.name, { ...limits, maxBytes, maxEntries });
      maxEntries -= inner.length;
      maxBytes -= inner.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const folder = pathOf(file).replace(/\.zip$/i, '');
      for (const entry of inner) add({ ...entry, path: `${folder}/${entry.path}` }, depth - 1);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      failures.push({ fileName: file.name, error: fromErrorRecord(toErrorRecord(error)) });
    }
  };
  for (const file of given) add(file, DEPTH);
  return { files, failures };
}
