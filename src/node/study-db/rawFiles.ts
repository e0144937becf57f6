// Raw files: kept byte for byte under their SHA-256, each content once; large ones in chunks, so that neither writing nor
// reading holds the whole of one.
import { createHash } from 'node:crypto';
import { ReaderError } from '../../core/domain/errors.ts';
import type { FileContent } from '../../core/domain/fileContent.ts';
import { bytesOf, LARGE_FILE_BYTES, piecesOf, sizeOf } from '../../core/domain/fileContent.ts';
import { BlockSource } from '../files/blockSource.ts';
import { sha256Hex } from '../files/hashing.ts';
import type { Connection } from './connection.ts';
import { corruptError } from './sqliteErrors.ts';
import { notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

const CHUNK_BYTES = 4 * 2 ** 20;

/** Stores content that is new. Call inside a transaction. @throws ReaderError where a source has changed meanwhile */
export function insertRawFile(
  { connection }: StoreContext,
  sha256: string,
  fileName: string,
  content: FileContent,
): void {
  if (connection.get('SELECT 1 AS one FROM raw_files WHERE sha256 = ?', [sha256]) !== null) return;
  const size = sizeOf(content);
  const isLarge = size >= LARGE_FILE_BYTES;
  connection.run('INSERT INTO raw_files (sha256, size_bytes, bytes) VALUES (?, ?, ?)', [
    sha256,
    size,
    isLarge ? null : bytesOf(content),
  ]);
  if (isLarge) insertChunks(connection, sha256, fileName, content);
}

function insertChunks(connection: Connection, sha256: string, fileName: string, content: FileContent): void {
  const hash = createHash('sha256');
  let position = 0;
  for (const piece of piecesOf(content, CHUNK_BYTES)) {
    hash.update(piece);
    connection.run('INSERT INTO raw_file_chunks (sha256, position, bytes) VALUES (?, ?, ?)', [sha256, position, piece]);
    position++;
  }
  if (hash.digest('hex') === sha256) return;
  const message = `${fileName} was changed while it was being stored; please give it again.`;
  throw new ReaderError('READ_FAILED', message, { file: fileName });
}

/** A large file in the database, for pieces; its SHA-256 is checked before the first is handed out. */
export class StoredSource extends BlockSource {
  /** Absolute path of the database file, its key and the dataset's id, for opening it in another thread. */
  readonly database: string;
  readonly key: string | null;
  readonly datasetId: string;
  readonly #connection: Connection;
  readonly #sha256: string;
  #isChecked = false;

  constructor(
    { connection, database, key }: Pick<StoreContext, 'connection' | 'database' | 'key'>,
    file: { readonly datasetId: string; readonly name: string; readonly sha256: string; readonly size: number },
  ) {
    super(file.name, file.size, CHUNK_BYTES);
    this.database = database;
    this.key = key;
    this.datasetId = file.datasetId;
    this.#connection = connection;
    this.#sha256 = file.sha256;
  }

  /** @throws StudyDbError STUDY_DB_CORRUPT where the bytes aren't what was stored */
  protected load(index: number): Uint8Array {
    if (!this.#isChecked) this.#check();
    return this.#chunk(index);
  }

  #check(): void {
    const hash = createHash('sha256');
    for (let index = 0; index * CHUNK_BYTES < this.size; index++) hash.update(this.#chunk(index));
    if (hash.digest('hex') !== this.#sha256) throw changedError(this.#connection);
    this.#isChecked = true;
  }

  #chunk(index: number): Uint8Array {
    const row = this.#connection.get('SELECT bytes FROM raw_file_chunks WHERE sha256 = ? AND position = ?', [
      this.#sha256,
      index,
    ]);
    if (row === null) throw changedError(this.#connection);
    return row.blob('bytes');
  }
}

const changedError = ({ fileName }: Connection): Error =>
  corruptError(fileName, 'a raw file stored in it has changed (its SHA-256 is another)');

/** @throws StudyDbError NOT_FOUND; STUDY_DB_CORRUPT where the bytes aren't what was stored */
export function openRawFile(context: StoreContext, datasetId: string): FileContent {
  const { connection } = context;
  const row = connection.get(
    `SELECT raw_files.sha256, size_bytes, bytes, file_name
     FROM datasets JOIN raw_files ON raw_files.sha256 = datasets.sha256 WHERE datasets.id = ?`,
    [datasetId],
  );
  if (row === null) throw notFound('dataset', datasetId);
  const sha256 = row.text('sha256');
  const bytes = row.blobOrNull('bytes');
  if (bytes === null) {
    const file = { datasetId, sha256, name: row.text('file_name'), size: row.number('size_bytes') };
    return { source: new StoredSource(context, file) };
  }
  if (sha256Hex(bytes) !== sha256) throw changedError(connection);
  return { bytes };
}

/** The raw file, byte for byte. @throws as openRawFile; ReaderError READ_FAILED where it is larger than 2 GB */
export function readRawFile(context: StoreContext, datasetId: string): Uint8Array {
  return bytesOf(openRawFile(context, datasetId));
}

/** The SHA-256 of a raw file's content as it stands in the database now, read piece by piece; null where it can't be. */
export function rawFileDigest(connection: Connection, sha256: string): string | null {
  const whole = connection.get('SELECT bytes, size_bytes FROM raw_files WHERE sha256 = ?', [sha256]);
  const bytes = whole?.blobOrNull('bytes') ?? null;
  if (whole === null || bytes !== null) return bytes === null ? null : sha256Hex(bytes);
  const hash = createHash('sha256');
  const chunks = Math.ceil(whole.number('size_bytes') / CHUNK_BYTES);
  for (let position = 0; position < chunks; position++) {
    const row = connection.get('SELECT bytes FROM raw_file_chunks WHERE sha256 = ? AND position = ?', [
      sha256,
      position,
    ]);
    if (row === null) return null;
    hash.update(row.blob('bytes'));
  }
  return hash.digest('hex');
}
