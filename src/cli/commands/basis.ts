// lineshape basis: which basis sets there are, and what one holds.
import type { Command } from 'commander';
import { fieldStrengthT } from '../../core/domain/axes.ts';
import { listBundledBases, loadBasis } from '../../node/files/basisLibrary.ts';
import { resourcesDir } from '../../node/files/resourcePaths.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../options.ts';
import type { CommonOptions, HeaderOptions } from '../options.ts';
import { printJson, printText, say, textTable } from '../terminal.ts';

const ms = (s: number | null): string => (s === null ? '–' : (1e3 * s).toFixed(1));

async function list(options: CommonOptions): Promise<void> {
  const cards = await listBundledBases(resourcesDir());
  if (options.json === true) {
    printJson({ bases: cards });
    return;
  }
  const rows = cards.map((c) => [
    c.id,
    c.sequence ?? '',
    ms(c.echoTimeS),
    c.spectrometerFrequencyMHz.toFixed(2),
    String(c.metabolites.length),
  ]);
  printText(textTable(['Basis', 'Sequence', 'TE ms', 'MHz', 'Metabolites'], rows));
}

async function info(name: string, options: CommonOptions & HeaderOptions): Promise<void> {
  const basis = await loadBasis(name, resourcesDir(), readOptionsOf(options));
  const { signals, warnings, ...header } = basis;
  const fieldT = fieldStrengthT(basis.spectrometerFrequencyMHz, basis.nucleus);
  if (options.json === true) {
    printJson({
      ...header,
      fieldT,
      signals: signals.map(({ name: n, fileName, kind }) => ({ name: n, fileName, kind })),
      warnings,
    });
    return;
  }
  for (const warning of warnings) say(`Warning: ${warning.message}`);
  printText(
    [
      `${basis.id}: ${basis.title}`,
      `${basis.nucleus}, ${basis.spectrometerFrequencyMHz.toFixed(3)} MHz, ${basis.sequence ?? 'sequence not stated'}, TE ${ms(basis.echoTimeS)} ms`,
      `${basis.points} points of ${basis.dwellTimeS} s, SHA-256 ${basis.sha256}`,
      signals.map((s) => s.name).join(', '),
    ].join('\n'),
  );
}

export function addBasisCommand(program: Command): void {
  const basis = program.command('basis').description('basis sets');
  addCommonOptions(basis.command('list').description('those that come with the program')).action(list);
  const infoCommand = basis
    .command('info')
    .description('what a basis set holds')
    .argument('<basis>', 'id, file or folder');
  addCommonOptions(addHeaderOptions(infoCommand)).action(info);
}
