// Every command of `lineshape` with its options, as commander reads them.
import { Command } from 'commander';
import { addBasisCommand } from './commands/basis/index.ts';
import { addBenchCommand } from './commands/bench.ts';
import { addCompareCommand } from './commands/compare.ts';
import { addConvertCommand } from './commands/convert.ts';
import { addDicomCommand } from './commands/dicom/index.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addEvaluateCommand } from './commands/evaluate.ts';
import { addInfoCommand } from './commands/info.ts';
import { addLcmodelCommand } from './commands/lcmodel/index.ts';
import { addModelsCommand } from './commands/models.ts';
import { addPreprocessCommand } from './commands/preprocess.ts';
import { addQuantifyCommand } from './commands/quantify.ts';
import { addReportCommand } from './commands/report.ts';
import { addSeriesCommand } from './commands/series.ts';
import { addSimulateCommand } from './commands/simulate.ts';
import { addStudyCommand } from './commands/study.ts';
import { VERSION } from './session.ts';

const EXIT_CODES_HELP = `
Exit codes: 0 done, 2 usage, 3 input unreadable or unsupported, 4 processing failed or was cancelled,
5 a basis or model is missing or doesn't fit the data, 1 a bug.
Research use only. Not a medical device.`;

/** @returns the program; a complaint of commander's is thrown, and nothing of it printed */
export function buildProgram(): Command {
  const program = new Command('lineshape')
    .description('MR spectroscopy from the scanner’s file to the page')
    .version(VERSION)
    .addHelpText('after', EXIT_CODES_HELP);
  addInfoCommand(program);
  addConvertCommand(program);
  addPreprocessCommand(program);
  addQuantifyCommand(program);
  addReportCommand(program);
  addSeriesCommand(program);
  addSimulateCommand(program);
  addEvaluateCommand(program);
  addCompareCommand(program);
  addLcmodelCommand(program);
  addBasisCommand(program);
  addModelsCommand(program);
  addStudyCommand(program);
  addDicomCommand(program);
  addDemoCommand(program);
  addBenchCommand(program);
  for (const command of allCommands(program)) {
    command.exitOverride();
    // What commander would print itself is printed by reportError, once and in its form.
    command.configureOutput({ outputError: () => undefined, writeErr: () => undefined });
  }
  return program;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
