// Checks that every text in a database is text. The driver ends the whole process where a stored text is not UTF-8, which a
// single changed byte in an encrypted file makes of it; read as bytes, it does no harm.
import { isUtf8 } from 'node:buffer';
import type { Connection } from './connection.ts';
import { corruptError } from './sqliteErrors.ts';

const decoder = new TextDecoder('utf-8', { fatal: false });

/** @throws StudyDbError STUDY_DB_CORRUPT where a text is none */
export function checkTexts(connection: Connection): void {
  for (const table of namesOf(
    connection,
    "SELECT CAST(name AS BLOB) AS name FROM sqlite_schema WHERE type = 'table'",
  )) {
    const columns = namesOf(
      connection,
      `SELECT CAST(name AS BLOB) AS name FROM pragma_table_info('${table}') WHERE type = 'TEXT'`,
    );
    for (const column of columns) checkColumn(connection, table, column);
  }
}

function namesOf(connection: Connection, sql: string): string[] {
  return connection.all(sql).map((row) => decoder.decode(row.blob('name')).replaceAll(/['"]/g, ''));
}

/** All texts of a column at once: row by row the driver would take longer than the disk. */
function checkColumn(connection: Connection, table: string, column: string): void {
  const row = connection.get(`SELECT CAST(group_concat("${column}", char(10)) AS BLOB) AS texts FROM "${table}"`);
  const texts = row?.blobOrNull('texts') ?? null;
  if (texts === null || isUtf8(texts)) return;
  throw corruptError(connection.fileName, `it is damaged (a text in its table ${table} is none)`);
}
