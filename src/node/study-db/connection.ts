// One SQLite connection: the only place that knows the driver. Statements are prepared once and kept, rows come out as
// plain records, transactions nest by joining the outer one, and errors leave as StudyDbError.
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { AppError } from '../../core/domain/errors.ts';
import { corruptError, isNotADatabase, toStudyDbError, wrongKeyError } from './sqliteErrors.ts';

/** What the driver's own declarations leave out. */
interface EncryptedOptions extends Database.Options {
  readonly encryptionCipher: string;
  readonly encryptionKey: string;
}

export type SqlValue = string | number | null | Uint8Array;

/** One row as the driver gives it (with a key `_metadata` of its own): read it through a RowReader. */
type DriverRow = Readonly<Record<string, unknown>>;

/** Typed access to one row's columns; a column of another type means a damaged database. */
export class RowReader {
  readonly #row: DriverRow;
  readonly #fileName: string;

  constructor(row: DriverRow, fileName: string) {
    this.#row = row;
    this.#fileName = fileName;
  }

  text(column: string): string {
    const value = this.#row[column];
    return typeof value === 'string' ? value : this.#wrongType(column);
  }

  textOrNull(column: string): string | null {
    return this.#row[column] === null ? null : this.text(column);
  }

  number(column: string): number {
    const value = this.#row[column];
    return typeof value === 'number' ? value : this.#wrongType(column);
  }

  numberOrNull(column: string): number | null {
    return this.#row[column] === null ? null : this.number(column);
  }

  /** @returns a copy of the column's bytes that spans its own buffer */
  blob(column: string): Uint8Array {
    const value = this.#row[column];
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    return value instanceof Uint8Array ? new Uint8Array(value) : this.#wrongType(column);
  }

  blobOrNull(column: string): Uint8Array | null {
    return this.#row[column] === null ? null : this.blob(column);
  }

  #wrongType(column: string): never {
    throw corruptError(this.#fileName, `column ${column} holds a value of an unexpected type`);
  }
}

export class Connection {
  readonly fileName: string;
  readonly #database: Database.Database;
  readonly #isEncrypted: boolean;
  #refusal: AppError | null = null;
  #isClosed = false;
  readonly #statements = new Map<string, Database.Statement>();

  /**
   * @param location absolute path or file: URI
   * @param fileName base name, for messages
   * @param key of an encrypted database; null where it isn't encrypted
   * @throws StudyDbError; a wrong key shows at the first statement
   */
  constructor(location: string, fileName: string, key: string | null = null) {
    this.fileName = fileName;
    this.#isEncrypted = key !== null;
    try {
      this.#database = openDatabase(location, key);
    } catch (error) {
      throw this.translate(error);
    }
  }

  /** Runs statements that take no values. @throws StudyDbError */
  exec(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  /** @returns number of rows changed @throws StudyDbError */
  run(sql: string, values: readonly SqlValue[] = []): number {
    return this.#guard(() => this.#statement(sql).run(values).changes);
  }

  /** @returns the first row, or null @throws StudyDbError */
  get(sql: string, values: readonly SqlValue[] = []): RowReader | null {
    const row = this.#guard(() => this.#statement(sql).get(values)) as DriverRow | undefined;
    return row === undefined ? null : new RowReader(row, this.fileName);
  }

  /** @throws StudyDbError */
  all(sql: string, values: readonly SqlValue[] = []): RowReader[] {
    const rows = this.#guard(() => this.#statement(sql).all(values)) as DriverRow[];
    return rows.map((row) => new RowReader(row, this.fileName));
  }

  /** Value of an integer pragma, such as user_version. */
  pragmaNumber(name: string): number {
    return this.get(`PRAGMA ${name}`)?.number(name) ?? 0;
  }

  /**
   * Runs `work` in a write transaction; any error undoes all of it. Inside another transaction it joins that one.
   * IMMEDIATE takes the write lock at once: a later upgrade from reading could fail where waiting can't help.
   * @throws StudyDbError and whatever `work` throws
   */
  transaction<T>(work: () => T): T {
    if (this.#database.inTransaction) return work();
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has already rolled back after some errors (a full disk among them).
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * SQLite opens a write-protected file for reading without a word; a write, undone at once, shows it.
   * @param userVersion the file's `user_version`
   * @throws StudyDbError STUDY_DB_READ_ONLY
   */
  requireWritable(userVersion: number): void {
    this.exec('BEGIN IMMEDIATE');
    try {
      this.exec(`PRAGMA user_version = ${userVersion}`);
    } finally {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
    }
  }

  /**
   * Brings the write-ahead log into the database file and empties it. A full disk prevents that without harm: the log
   * keeps everything, and a later call or the next program to open the file brings it in.
   * @throws StudyDbError
   */
  emptyLog(): void {
    try {
      this.get('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'DISK_FULL') throw error;
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Again does no harm. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#statements.clear();
    this.#database.close();
  }

  /** From now on every write is refused with this error; reading goes on. */
  refuseWrites(error: AppError): void {
    this.exec('PRAGMA query_only = ON');
    this.#refusal = error;
  }

  translate(error: unknown): AppError {
    const translated = toStudyDbError(error, this.fileName);
    if (this.#refusal !== null && translated.code === 'STUDY_DB_READ_ONLY') return this.#refusal;
    return this.#isEncrypted && isNotADatabase(translated) ? wrongKeyError(this.fileName, error) : translated;
  }

  #statement(sql: string): Database.Statement {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw this.translate(error);
    }
  }
}

/** AES-256 in CBC mode is the one cipher that this build of the driver has. */
function openDatabase(location: string, key: string | null): Database.Database {
  if (key === null) return new Database(location);
  const options: EncryptedOptions = { encryptionCipher: 'aes256cbc', encryptionKey: key };
  return new Database(location, options);
}

/**
 * Prepares no statement: the driver keeps a closed connection's files and locks until its statements are collected.
 * @returns whether a database opens with this key
 * @throws StudyDbError where it can't be read for another reason
 */
export function keyFits(path: string, key: string | null): boolean {
  const connection = new Connection(`${pathToFileURL(path).href}?mode=ro`, basename(path), key);
  try {
    connection.exec('SELECT count(*) FROM sqlite_schema');
    return true;
  } catch (error) {
    if (error instanceof AppError && (error.code === 'STUDY_DB_KEY' || isNotADatabase(error))) return false;
    throw error;
  } finally {
    connection.close();
  }
}
