// The formats that basis sets are written in.
import { UsageError } from '../../../core/domain/errors.ts';
import type { BasisExportFormat } from '../../../node/files/basisExport.ts';

export const FORMATS: readonly BasisExportFormat[] = ['lineshape', 'lcmodel', 'lcmodel-raw', 'fsl-json', 'jmrui'];

/** @throws UsageError for another name */
export function formatOf(text: string): BasisExportFormat {
  const format = FORMATS.find((f) => f === text.toLowerCase());
  if (format === undefined) throw new UsageError(`--format takes ${FORMATS.join(', ')}, not "${text}".`);
  return format;
}
