// What every JSON document of the command line has in common.
import type { JsonObject } from '../core/domain/json.ts';
import { PROGRAM, VERSION } from './session.ts';
import { jsonText } from './terminal.ts';
import type { ScanInput } from './scanInputs.ts';

/** Who wrote the document. */
export const WRITTEN_BY = { name: PROGRAM, version: VERSION };

/** A file that went in, by name and content; null where there was none. */
export const fileEntry = (scan: ScanInput | null): JsonObject | null =>
  scan === null ? null : { file: scan.fileName, sha256: scan.sha256 };

/** A document as it reads back: what is undefined is left out, and what is no number is null. */
export const plainJson = (document: object): JsonObject => JSON.parse(jsonText(document)) as JsonObject;

/** One scan gives its document; several give a list of them. */
export function quantificationsDocument(documents: readonly JsonObject[]): JsonObject {
  const [only] = documents;
  return only !== undefined && documents.length === 1
    ? only
    : { schema: 'lineshape.quantifications/1', documents: [...documents] };
}
