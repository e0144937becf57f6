// Basis files out: one entry for every format other programs read.
import type { BasisSet } from '../../../domain/basisSet.ts';
import { latin1Bytes } from '../../../math/fortranText.ts';
import type { NamedBytes } from '../basisFile.ts';
import { fileStem } from '../fileStems.ts';
import { writeFslJson } from './fslJson.ts';
import { writeJmrui } from './jmrui.ts';
import { writeLcmodelBasis } from './lcmodelBasis.ts';
import { writeLcmodelRaw } from './lcmodelRaw.ts';

export { writeFslJson } from './fslJson.ts';
export { writeJmrui } from './jmrui.ts';
export { writeLcmodelBasis } from './lcmodelBasis.ts';
export { writeLcmodelRaw } from './lcmodelRaw.ts';

export const BASIS_WRITE_FORMATS = ['lcmodel', 'lcmodel-raw', 'fsl-json', 'jmrui'] as const;
export type BasisWriteFormat = (typeof BASIS_WRITE_FORMATS)[number];

/**
 * Writes a basis set for other programs.
 * @returns one .BASIS file, named by the set's id, or the files of a folder; each name without a path
 * @throws ModelError BASIS_MISMATCH for values that can't be written
 */
export function writeBasisFiles(basis: BasisSet, format: BasisWriteFormat): readonly NamedBytes[] {
  switch (format) {
    case 'lcmodel':
      return [{ name: `${fileStem(basis.id)}.BASIS`, bytes: latin1Bytes(writeLcmodelBasis(basis)) }];
    case 'lcmodel-raw':
      return writeLcmodelRaw(basis);
    case 'fsl-json':
      return writeFslJson(basis);
    case 'jmrui':
      return writeJmrui(basis);
  }
}
