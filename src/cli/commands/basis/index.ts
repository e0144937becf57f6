// lineshape basis: basis sets listed, described, simulated, converted, compared.
import type { Command } from 'commander';
import { addCompareCommand } from './compare.ts';
import { addConvertCommand } from './convert.ts';
import { addInfoCommand, addListCommand } from './list.ts';
import { addSimulateCommand } from './simulate.ts';

export function addBasisCommand(program: Command): void {
  const basis = program.command('basis').description('basis sets: list, describe, simulate, convert, compare');
  addListCommand(basis);
  addInfoCommand(basis);
  addSimulateCommand(basis);
  addConvertCommand(basis);
  addCompareCommand(basis);
}
