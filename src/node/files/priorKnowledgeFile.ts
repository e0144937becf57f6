// Prior knowledge for AMARES from a file of the user's: the program's JSON, or a table in the layout of OXSA and pyAMARES.
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ReaderError, UsageError } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';
import { priorKnowledgeFromCsv, readPriorKnowledge } from '../../core/quantification/index.ts';

/** A hundred peaks with every bound and citation are far below. */
const LARGEST_BYTES = 1e6;

/** Whether a name is a file's rather than one of the shipped ids. */
export const isPriorKnowledgeFile = (name: string): boolean => /\.(json|csv)$/i.test(name);

async function textOf(path: string): Promise<string> {
  const name = basename(path);
  let size: number;
  try {
    size = (await stat(path)).size;
    if (size <= LARGEST_BYTES) return await readFile(path, 'utf8');
  } catch (error) {
    throw new ReaderError('READ_FAILED', `The prior knowledge ${name} can't be read.`, {}, error);
  }
  throw new ReaderError('READ_FAILED', `${name} is too large for prior knowledge: ${(size / 1e6).toFixed(1)} MB.`);
}

/**
 * Reads and checks a file.
 * @param path .json or .csv
 * @param spectrometerFrequencyMHz of the scan: a table may give distances in ppm
 * @returns the JSON form, as the option `priorKnowledge` takes it
 * @throws ReaderError, UsageError with the place of what is wrong
 */
export async function readPriorKnowledgeFile(path: string, spectrometerFrequencyMHz: number): Promise<JsonObject> {
  const name = basename(path);
  if (!isPriorKnowledgeFile(name)) {
    throw new UsageError(`Prior knowledge is read from .json and .csv files, which ${name} is not.`);
  }
  const text = await textOf(path);
  if (/\.csv$/i.test(name)) {
    const fromTable = priorKnowledgeFromCsv(text, spectrometerFrequencyMHz);
    readPriorKnowledge(fromTable);
    return fromTable;
  }
  let json: JsonObject;
  try {
    json = JSON.parse(text) as JsonObject;
  } catch {
    throw new UsageError(`The prior knowledge ${name} is not valid JSON.`);
  }
  readPriorKnowledge(json);
  return json;
}
