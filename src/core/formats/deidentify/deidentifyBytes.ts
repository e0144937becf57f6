// Vendors' own files without what identifies the patient: DICOM is rewritten, text and binary headers are blanked in place
// so that offsets stay, NIfTI headers are cleaned. What this program can't clean is left out, and named.
import { strFromU8, strToU8 } from 'fflate';
import type { JsonObject } from '../../domain/json.ts';
import type { Warning } from '../../domain/provenance.ts';
import { latin1Text } from '../../math/fortranText.ts';
import { deidentifyHeaderJson } from '../deidentify.ts';
import type { FormatId } from '../formatTable.ts';
import { formatTitle, sniffFormat } from '../formatTable.ts';
import type { InputFile } from '../inputFile.ts';
import { parseHeaderJson } from '../niftiMrsHeader.ts';
import { collectDicomSecrets, rewriteDicom } from './dicomRewrite.ts';
import { cleanNames } from './fileNames.ts';
import { cleanNifti, niftiMrsJson } from './niftiText.ts';
import { blankPfile, collectPfileSecrets } from './pfileText.ts';
import type { Pseudonymisation } from './pseudonymisation.ts';
import type { RemovedItem } from './removedItem.ts';
import { RemovedList } from './removedItem.ts';
import { Secrets } from './secrets.ts';
import type { HeaderGrammar } from './textHeaders.ts';
import { blankTextHeader, collectTextSecrets, GRAMMARS } from './textHeaders.ts';
import { blankTwix, collectTwixSecrets } from './twixText.ts';

export interface DeidentifiedFiles {
  readonly files: InputFile[];
  readonly removed: readonly RemovedItem[];
  /** Files left out, and files that a person should look at. */
  readonly warnings: readonly Warning[];
}

/** Formats that are text from beginning to end, with how they write keys. */
const TEXT_FORMATS: Partial<Record<FormatId, HeaderGrammar>> = {
  'philips-spar': GRAMMARS.spar,
  'philips-list': GRAMMARS.list,
  'jmrui-text': GRAMMARS.jmrui,
  'lcmodel-raw': GRAMMARS.lcmodel,
  'lcmodel-control': GRAMMARS.lcmodel,
  'lcmodel-basis': GRAMMARS.lcmodel,
  'lcmodel-result': [],
  'bruker-parameters': GRAMMARS.bruker,
  'varian-procpar': GRAMMARS.varian,
  text: [],
};
/** Bare numbers: their headers are files of their own. */
const NUMBERS_ONLY: ReadonlySet<FormatId> = new Set<FormatId>(['philips-sdat', 'philips-data', 'bruker', 'varian']);
const JSON_FORMATS: ReadonlySet<FormatId> = new Set<FormatId>(['json', 'truth-json']);
const NIFTI_FORMATS: ReadonlySet<FormatId> = new Set<FormatId>(['nifti-mrs', 'nifti-image']);
const RDA_END = '>>> End of header <<<';
const MAX_RDA_HEADER = 2 ** 18;

const rdaHeader = (bytes: Uint8Array): Uint8Array => {
  const end = latin1Text(bytes.subarray(0, MAX_RDA_HEADER)).indexOf(RDA_END);
  return bytes.subarray(0, end < 0 ? Math.min(bytes.length, MAX_RDA_HEADER) : end);
};

function collectJson(json: JsonObject, secrets: Secrets): void {
  for (const [key, given] of Object.entries(json)) {
    const value =
      typeof given === 'object' && given !== null && !Array.isArray(given) && 'Value' in given ? given['Value'] : given;
    if (typeof value !== 'string') continue;
    if (/^Patients?Name$|Physician|Operator/.test(key)) secrets.addName(value);
    else if (/DoB$|BirthDate$/.test(key)) secrets.addDate(value);
    else if (/^PatientID$|^Institution|SerialNumber$|^StationName$|^AccessionNumber$/.test(key)) secrets.add(value);
  }
}

function collect(file: InputFile, format: FormatId, secrets: Secrets): void {
  const { bytes, name } = file;
  const grammar = TEXT_FORMATS[format];
  if (grammar !== undefined) collectTextSecrets(bytes, grammar, secrets);
  else if (format === 'siemens-rda') collectTextSecrets(rdaHeader(bytes), GRAMMARS.rda, secrets);
  else if (format === 'siemens-twix') collectTwixSecrets(bytes, name, secrets);
  else if (format === 'ge-pfile') collectPfileSecrets(bytes, secrets);
  else if (format === 'dicom' || format === 'dicom-image') collectDicomSecrets(bytes, secrets);
  else if (NIFTI_FORMATS.has(format)) collectJson(niftiMrsJson(bytes, name) ?? {}, secrets);
  else if (JSON_FORMATS.has(format)) collectJson(parseHeaderJson(strFromU8(bytes), name), secrets);
}

interface Context {
  readonly by: Pseudonymisation;
  readonly secrets: Secrets;
  readonly removed: RemovedList;
}

const blankedCopy = (bytes: Uint8Array, blank: (copy: Uint8Array) => void): Uint8Array => {
  const copy = bytes.slice();
  blank(copy);
  return copy;
};

function cleanJson(json: JsonObject, { by, secrets, removed }: Context): JsonObject {
  const text = JSON.stringify(deidentifyHeaderJson(json, by, removed));
  return JSON.parse(secrets.scrubText(text)) as JsonObject;
}

/** @returns null where the format can't be cleaned */
function clean(file: InputFile, format: FormatId, context: Context, warnings: Warning[]): Uint8Array | null {
  const { bytes, name } = file;
  const { by, secrets, removed } = context;
  const grammar = TEXT_FORMATS[format];
  if (grammar !== undefined) return blankedCopy(bytes, (b) => blankTextHeader(b, grammar, secrets, by, removed));
  if (NUMBERS_ONLY.has(format)) return bytes;
  if (NIFTI_FORMATS.has(format)) return cleanNifti(bytes, name, (json) => cleanJson(json, context), removed);
  if (JSON_FORMATS.has(format)) {
    return strToU8(JSON.stringify(cleanJson(parseHeaderJson(strFromU8(bytes), name), context), null, 2));
  }
  switch (format) {
    case 'siemens-rda':
      return blankedCopy(bytes, (b) => blankTextHeader(rdaHeader(b), GRAMMARS.rda, secrets, by, removed));
    case 'siemens-twix':
      return blankedCopy(bytes, (b) => blankTwix(b, name, secrets, by, removed));
    case 'ge-pfile': {
      const copy = bytes.slice();
      return blankPfile(copy, secrets, by, removed) ? copy : null;
    }
    case 'dicom':
    case 'dicom-image': {
      const rewritten = rewriteDicom(bytes, name, context);
      warnings.push(...(rewritten?.warnings ?? []));
      return rewritten?.bytes ?? null;
    }
    default:
      return null;
  }
}

function leftOut(name: string, format: FormatId): Warning {
  const title = formatTitle(format) ?? 'an unknown format';
  const message = `${name} (${title}) is left out: this program can't take names out of it.`;
  return { code: 'not-deidentified', message };
}

/** Files named by their scanner for what they hold, without content that could be told. */
const BARE_NUMBER_NAMES = /^(fid|ser|2dseq|fid_proc\.64|fid\.refscan|rawdata\.job\d+)$/i;
const PHILIPS_DATA_NAME = /\.data$/i;

/** Formats of files that belong together: bare numbers are told by their names and by what lies beside them. */
export function formatsOf(files: readonly InputFile[]): FormatId[] {
  const sniffed = files.map((file) => sniffFormat(file.bytes, file.name));
  return files.map(({ name }, i): FormatId => {
    const format = sniffed[i] as FormatId;
    if (format !== 'unknown') return format;
    if (BARE_NUMBER_NAMES.test(name)) return 'bruker';
    return PHILIPS_DATA_NAME.test(name) && sniffed.includes('philips-list') ? 'philips-data' : format;
  });
}

/** Adds what the headers of the files name to the secrets of a study. */
export function collectSecrets(files: readonly InputFile[], secrets: Secrets): void {
  const formats = formatsOf(files);
  files.forEach((file, i) => {
    try {
      collect(file, formats[i] as FormatId, secrets);
    } catch {
      return; // damaged: it will not be cleaned either
    }
  });
}

/**
 * De-identifies the files of one patient together, so that a name that stands in one is found in all.
 * @param files whole files; they are not changed
 * @param secrets what other files of the study name; what these name is added
 * @returns the files in the same order with new names, less those that can't be cleaned
 */
export function deidentifyBytes(
  files: readonly InputFile[],
  by: Pseudonymisation,
  secrets: Secrets = new Secrets(),
): DeidentifiedFiles {
  const warnings: Warning[] = [];
  const formats = formatsOf(files);
  collectSecrets(files, secrets);
  const names = cleanNames(files, secrets, by);
  const removed: RemovedItem[] = [];
  const cleaned = files.flatMap((file, i): InputFile[] => {
    const name = names[i] as string;
    const format = formats[i] as FormatId;
    const list = new RemovedList(name);
    const bytes = cleanOrNull({ name, bytes: file.bytes }, format, { by, secrets, removed: list }, warnings);
    if (bytes === null) {
      warnings.push(leftOut(name, format));
      return [];
    }
    removed.push(...list.items());
    return [{ name, bytes }];
  });
  return { files: cleaned, removed, warnings };
}

/** A file that turns out damaged is left out like one of an unknown format. */
function cleanOrNull(file: InputFile, format: FormatId, context: Context, warnings: Warning[]): Uint8Array | null {
  try {
    return clean(file, format, context, warnings);
  } catch {
    return null;
  }
}
