// A basis set as files to be saved, in any format that is written; the program's own has its card beside it.
import type { BasisCard } from '../../core/basis/basisCard.ts';
import { basisSetToDataset } from '../../core/basis/basisDataset.ts';
import { writeBasisFiles } from '../../core/basis/files/write/index.ts';
import type { BasisWriteFormat } from '../../core/basis/files/write/index.ts';
import type { BasisSet } from '../../core/domain/basisSet.ts';
import { writeNiftiMrs } from '../../core/formats/niftiMrs.ts';
import { sha256Hex } from './hashing.ts';
import type { NamedBytes } from './hashing.ts';

export type BasisExportFormat = 'lineshape' | BasisWriteFormat;

/** @returns true for formats of one file a set; the others are folders of files */
export const isSingleFile = (format: BasisExportFormat): boolean => format === 'lcmodel';

/**
 * @param basis its id becomes the name of its files
 * @param card for the program's own format: the card for a file of this name and hash
 */
export function basisFiles(
  basis: BasisSet,
  format: BasisExportFormat,
  card: (file: string, sha256: string) => BasisCard,
): readonly NamedBytes[] {
  if (format !== 'lineshape') return writeBasisFiles(basis, format);
  const bytes = writeNiftiMrs(basisSetToDataset(basis));
  const file = `${basis.id}.nii.gz`;
  const text = `${JSON.stringify(card(file, sha256Hex(bytes)), null, 1)}\n`;
  return [
    { name: file, bytes },
    { name: `${basis.id}.json`, bytes: new TextEncoder().encode(text) },
  ];
}
