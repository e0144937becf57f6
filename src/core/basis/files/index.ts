// Basis files in: one entry that tells the kind from the content.
import { ModelError } from '../../domain/errors.ts';
import type { BasisReadOptions, FileBasisSet, NamedBytes } from './basisFile.ts';
import { invalidBasis } from './basisFile.ts';
import { isFslJsonBasis, readFslJsonBasis } from './fslJsonBasis.ts';
import { isJmruiBasis, readJmruiBasis } from './jmruiBasis.ts';
import { isLcmodelBasis, readLcmodelBasis } from './lcmodelBasis.ts';
import { isLcmodelRaw, isMakeBasisControl, readLcmodelRawBasis } from './lcmodelRawBasis.ts';
import { isTextBasis, readTextBasis } from './textBasis.ts';
import { singleRaw, unreadableFile } from './unreadableFile.ts';

export type { BasisReadOptions, FileBasisSet, NamedBytes } from './basisFile.ts';
export { readFslJsonBasis } from './fslJsonBasis.ts';
export { readJmruiBasis } from './jmruiBasis.ts';
export { readLcmodelBasis } from './lcmodelBasis.ts';
export { readLcmodelRawBasis } from './lcmodelRawBasis.ts';
export { readTextBasis } from './textBasis.ts';

export type BasisFileKind = 'lcmodel' | 'lcmodel-raw' | 'fsl-json' | 'jmrui' | 'text';

/** @returns the kind of one basis file, told from its content; null where it is none of them */
export function sniffBasisFile(bytes: Uint8Array): BasisFileKind | null {
  if (isLcmodelRaw(bytes)) return 'lcmodel-raw';
  if (isLcmodelBasis(bytes)) return 'lcmodel';
  if (isFslJsonBasis(bytes)) return 'fsl-json';
  if (isJmruiBasis(bytes)) return 'jmrui';
  return isTextBasis(bytes) ? 'text' : null;
}

function readRawFolder(
  raw: readonly NamedBytes[],
  files: readonly NamedBytes[],
  options: BasisReadOptions,
): FileBasisSet {
  const control = files.find((file) => isMakeBasisControl(file.bytes)) ?? null;
  const [only] = raw;
  if (only !== undefined && raw.length === 1 && control === null) invalidBasis(singleRaw(only.name));
  return readLcmodelRawBasis(raw, control, options);
}

function noBasis(files: readonly NamedBytes[]): ModelError {
  const [only] = files;
  if (only !== undefined && files.length === 1) {
    return new ModelError('BASIS_MISSING', unreadableFile(only.name, only.bytes));
  }
  const names = files.map((f) => f.name).join(', ');
  return new ModelError(
    'BASIS_MISSING',
    `No basis set was found in ${names || 'an empty folder'}: an LCModel .BASIS file, or .RAW, FSL-MRS .json, jMRUI or two-column text files are expected.`,
  );
}

/**
 * Reads a basis set from one file (.BASIS, jMRUI text with named signals), or from the files of a folder (LCModel .RAW,
 * FSL-MRS JSON, jMRUI text, two-column text). Files of a folder that are no basis files are passed over. `id` and
 * `sha256` are for the caller to set.
 * @throws ModelError BASIS_MISSING (nothing readable, or frequency and dwell time not given), BASIS_MISMATCH (damaged)
 */
export function readBasisFiles(files: readonly NamedBytes[], options: BasisReadOptions = {}): FileBasisSet {
  const kinds = files.map((file) => ({ file, kind: sniffBasisFile(file.bytes) }));
  const of = (wanted: BasisFileKind): NamedBytes[] => kinds.filter((k) => k.kind === wanted).map((k) => k.file);
  const [lcmodel, raw, json, jmrui, text] = [of('lcmodel'), of('lcmodel-raw'), of('fsl-json'), of('jmrui'), of('text')];
  if (lcmodel.length > 1) {
    invalidBasis(
      `${lcmodel.length} LCModel basis files were given (${lcmodel.map((f) => f.name).join(', ')}), where one is expected.`,
    );
  }
  const [single] = lcmodel;
  if (single !== undefined) return readLcmodelBasis(single, options);
  if (json.length > 0) return readFslJsonBasis(json, options);
  if (raw.length > 0) return readRawFolder(raw, files, options);
  if (jmrui.length > 0) return readJmruiBasis(jmrui, options);
  if (text.length > 0) return readTextBasis(text, options);
  throw noBasis(files);
}
