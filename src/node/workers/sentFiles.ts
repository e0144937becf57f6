// Files on their way to a worker: small ones with their bytes; of a large one only where it lies, and the worker opens it.
import { statSync } from 'node:fs';
import { bytesOf } from '../../core/domain/fileContent.ts';
import type { GivenFile } from '../../core/formats/inputFile.ts';
import { FileSource } from '../files/fileSource.ts';
import { readError } from '../files/readErrors.ts';
import { openStudyDb } from '../study-db/openStudyDb.ts';
import { StoredSource } from '../study-db/rawFiles.ts';

/** A file as data. */
export type SentFile =
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly name: string; readonly absolutePath: string }
  | {
      readonly kind: 'stored';
      readonly name: string;
      readonly database: string;
      readonly key: string | null;
      readonly datasetId: string;
    };

/** @returns what another thread can make the same file of */
export function sentFile({ name, ...content }: GivenFile): SentFile {
  const { source } = content;
  if (source instanceof FileSource) return { kind: 'file', name, absolutePath: source.absolutePath };
  if (source instanceof StoredSource) {
    const { database, key, datasetId } = source;
    return { kind: 'stored', name, database, key, datasetId };
  }
  return { kind: 'bytes', name, bytes: bytesOf(content) };
}

/**
 * Opens files that were sent, for as long as `work` takes.
 * @throws ReaderError, StudyDbError, and what `work` throws
 */
export function withSentFiles<T>(files: readonly SentFile[], work: (files: readonly GivenFile[]) => T): T {
  const closing: (() => void)[] = [];
  try {
    return work(files.map((file) => opened(file, closing)));
  } finally {
    for (const close of closing) close();
  }
}

function opened(file: SentFile, closing: (() => void)[]): GivenFile {
  const { name } = file;
  switch (file.kind) {
    case 'bytes':
      return { name, bytes: file.bytes };
    case 'file':
      return { name, source: openFile(file.absolutePath) };
    case 'stored': {
      const store = openStudyDb(file.database, {
        now: () => new Date().toISOString(),
        readOnly: true,
        key: file.key,
      });
      closing.push(store.close);
      return { name, ...store.openRawFile(file.datasetId) };
    }
  }
}

function openFile(absolutePath: string): FileSource {
  try {
    return new FileSource(absolutePath, statSync(absolutePath));
  } catch (error) {
    throw readError(absolutePath, error);
  }
}
