// Basis files in: one entry that tells the kind from the content.
import { ModelError } from '../../domain/errors.ts';
import type { BasisReadOptions, FileBasisSet, NamedBytes } from './basisFile.ts';
import { isFslJsonBasis, readFslJsonBasis } from './fslJsonBasis.ts';
import { isLcmodelBasis, readLcmodelBasis } from './lcmodelBasis.ts';
import { isTextBasis, readTextBasis } from './textBasis.ts';

export type { BasisReadOptions, FileBasisSet, NamedBytes } from './basisFile.ts';
export { readFslJsonBasis } from './fslJsonBasis.ts';
export { readLcmodelBasis } from './lcmodelBasis.ts';
export { readTextBasis } from './textBasis.ts';

export type BasisFileKind = 'lcmodel' | 'fsl-json' | 'text';

/** @returns the kind of one basis file, told from its content; null where it is none of them */
export function sniffBasisFile(bytes: Uint8Array): BasisFileKind | null {
  if (isLcmodelBasis(bytes)) return 'lcmodel';
  if (isFslJsonBasis(bytes)) return 'fsl-json';
  return isTextBasis(bytes) ? 'text' : null;
}

/**
 * Reads a basis set from one .BASIS file, or from the files of a folder (FSL-MRS JSON, two-column text). Files of a
 * folder that are no basis files are passed over. `id` and `sha256` are for the caller to set.
 * @throws ModelError BASIS_MISSING (nothing readable, or frequency and dwell time not given), BASIS_MISMATCH (damaged)
 */
export function readBasisFiles(files: readonly NamedBytes[], options: BasisReadOptions = {}): FileBasisSet {
  const kinds = files.map((file) => ({ file, kind: sniffBasisFile(file.bytes) }));
  const of = (wanted: BasisFileKind): NamedBytes[] => kinds.filter((k) => k.kind === wanted).map((k) => k.file);
  const [lcmodel, json, text] = [of('lcmodel'), of('fsl-json'), of('text')];
  if (lcmodel.length > 1) {
    throw new ModelError(
      'BASIS_MISMATCH',
      `${lcmodel.length} LCModel basis files were given (${lcmodel.map((f) => f.name).join(', ')}), where one is expected.`,
    );
  }
  const [single] = lcmodel;
  if (single !== undefined) return readLcmodelBasis(single, options);
  if (json.length > 0) return readFslJsonBasis(json, options);
  if (text.length > 0) return readTextBasis(text, options);
  const names = files.map((f) => f.name).join(', ');
  throw new ModelError(
    'BASIS_MISSING',
    `No basis set was found in ${names || 'an empty folder'}: an LCModel .BASIS file, FSL-MRS .json files or two-column text files are expected.`,
  );
}
