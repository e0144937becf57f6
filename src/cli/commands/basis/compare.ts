// lineshape basis compare: how alike the signals of two basis sets are.
import type { Command } from 'commander';
import { COMPARED_PPM, compareBases } from '../../../core/basis/comparing/compareBases.ts';
import { loadBasis } from '../../../node/files/basisLibrary.ts';
import { resourcesDir } from '../../../node/files/resourcePaths.ts';
import { addCommonOptions, addHeaderOptions, ppmRangeOf, readOptionsOf } from '../../options.ts';
import type { CommonOptions, HeaderOptions } from '../../options.ts';
import { printJson, printText, say, textTable } from '../../terminal.ts';

interface Options extends CommonOptions, HeaderOptions {
  readonly ppm?: string;
}

async function compare(nameOfFirst: string, nameOfSecond: string, options: Options): Promise<void> {
  const rangePpm = options.ppm === undefined ? COMPARED_PPM : ppmRangeOf(options.ppm);
  const readOptions = readOptionsOf(options);
  const first = await loadBasis(nameOfFirst, resourcesDir(), readOptions);
  const second = await loadBasis(nameOfSecond, resourcesDir(), readOptions);
  const comparison = compareBases(first, second, rangePpm);
  const warnings = [...first.warnings, ...second.warnings, ...comparison.warnings];
  for (const warning of warnings) say(`Warning: ${warning.message}`);
  if (options.json === true) {
    printJson({ ...comparison, first: first.id, second: second.id, rangePpm, warnings });
    return;
  }
  const rows = comparison.rows.map((r) => [
    r.name,
    r.correlation.toFixed(4),
    r.shiftHz.toFixed(2),
    r.lorentzianHz.toFixed(2),
    r.gaussianHz.toFixed(2),
    ((r.phaseRad * 180) / Math.PI).toFixed(1),
    r.amplitudeRatio.toPrecision(4),
  ]);
  const header = ['Signal', 'Correlation', 'Shift Hz', 'Lorentz Hz', 'Gauss Hz', 'Phase °', 'Factor'];
  printText(textTable(header, rows));
  const only = (title: string, names: readonly string[]): string => `Only in ${title}: ${names.join(', ')}`;
  if (comparison.onlyFirst.length > 0) printText(only(first.id, comparison.onlyFirst));
  if (comparison.onlySecond.length > 0) printText(only(second.id, comparison.onlySecond));
}

export function addCompareCommand(basis: Command): void {
  const command = basis
    .command('compare')
    .description('signal by signal: correlation after matching shift, phase and line width')
    .argument('<a>', 'id, file or folder')
    .argument('<b>', 'id, file or folder')
    .option('--ppm <lo,hi>', `compared range (default ${COMPARED_PPM.join(',')})`);
  addCommonOptions(addHeaderOptions(command)).action(compare);
}
