// lineshape lcmodel: the user's own LCModel beside our fit.
import type { Command } from 'commander';
import { addImportCommand } from './import.ts';
import { addRunCommand } from './run.ts';
import { addWriteCommand } from './write.ts';

export function addLcmodelCommand(program: Command): void {
  const lcmodel = program.command('lcmodel').description('your own LCModel: run it, write its input, read its results');
  addRunCommand(lcmodel);
  addWriteCommand(lcmodel);
  addImportCommand(lcmodel);
}
