// lineshape basis list, info: which basis sets there are, and what one holds.
import type { Command } from 'commander';
import { fieldStrengthT } from '../../../core/domain/axes.ts';
import { listBundledBases, loadBasisWithCard } from '../../../node/files/basisLibrary.ts';
import { resourcesDir } from '../../../node/files/resourcePaths.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../../options.ts';
import type { CommonOptions, HeaderOptions } from '../../options.ts';
import { printJson, printText, say, textTable } from '../../terminal.ts';

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
    c.editing ?? '',
    ms(c.echoTimeS),
    c.spectrometerFrequencyMHz.toFixed(2),
    String(c.metabolites.length),
  ]);
  printText(textTable(['Basis', 'Sequence', 'Editing', 'TE ms', 'MHz', 'Metabolites'], rows));
}

async function info(name: string, options: CommonOptions & HeaderOptions): Promise<void> {
  const { basis, card } = await loadBasisWithCard(name, resourcesDir(), readOptionsOf(options));
  const { signals, warnings, ...header } = basis;
  const fieldT = fieldStrengthT(basis.spectrometerFrequencyMHz, basis.nucleus);
  if (options.json === true) {
    printJson({
      ...header,
      fieldT,
      signals: signals.map(({ name: n, fileName, kind }) => ({ name: n, fileName, kind })),
      card,
      warnings,
    });
    return;
  }
  for (const warning of warnings) say(`Warning: ${warning.message}`);
  const editing = basis.editing === null ? '' : `, edited (${basis.editing})`;
  const lines = [
    `${basis.id}: ${basis.title}`,
    `${basis.nucleus}, ${basis.spectrometerFrequencyMHz.toFixed(3)} MHz, ${basis.sequence ?? 'sequence not stated'}${editing}, TE ${ms(basis.echoTimeS)} ms`,
    `${basis.points} points of ${basis.dwellTimeS} s, SHA-256 ${basis.sha256}`,
    signals.map((s) => s.name).join(', '),
  ];
  printText([...lines, ...(card === null ? [] : [card.simulation, ...card.limits])].join('\n'));
}

export function addListCommand(basis: Command): void {
  addCommonOptions(basis.command('list').description('those that come with the program')).action(list);
}

export function addInfoCommand(basis: Command): void {
  const command = basis.command('info').description('what a basis set holds').argument('<basis>', 'id, file or folder');
  addCommonOptions(addHeaderOptions(command)).action(info);
}
