// Files and folders among which LCModel's results are: what lies beside them (data, basis set, plots) comes along, for the
// basis set's hash; a scanner's raw files do not.
import { sizeOf } from '../../core/domain/fileContent.ts';
import type { ReadFile } from '../files/readInputFiles.ts';
import { readInputFiles, readWhole } from '../files/readInputFiles.ts';
import { LARGEST_RESULT } from './runLcmodel.ts';

/** @throws ReaderError for a path that can't be read */
export async function readLcmodelOutputs(paths: readonly string[]): Promise<ReadFile[]> {
  const found = await readInputFiles(paths);
  return found.filter((file) => sizeOf(file) <= LARGEST_RESULT).map(readWhole);
}
