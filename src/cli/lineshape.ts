// The command `lineshape`: arguments → pipeline → exit code.
import { Command, CommanderError } from 'commander';
import { AppError, UsageError, toErrorRecord } from '../core/domain/errors.ts';
import { RELEASE_MANIFEST, sealResources } from '../node/files/releasedFiles.ts';
import { findResources } from '../node/files/resourcePaths.ts';
import { addBasisCommand } from './commands/basis/index.ts';
import { addBenchCommand } from './commands/bench.ts';
import { addCompareCommand } from './commands/compare.ts';
import { addConvertCommand } from './commands/convert.ts';
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
import { EXIT, exitCodeOf } from './exitCodes.ts';
import { VERSION } from './session.ts';
import { endQuietlyOnClosedPipe, reportError } from './terminal.ts';

const EXIT_CODES_HELP = `
Exit codes: 0 done, 2 usage, 3 input unreadable or unsupported, 4 processing failed or was cancelled,
5 a basis or model is missing or doesn't fit the data, 1 a bug.
Research use only. Not a medical device.`;

function buildProgram(): Command {
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

/** Commander's complaints are the user's; its help and version are no errors. */
function usageErrorOf(error: CommanderError): UsageError | null {
  if (error.exitCode === 0) return null;
  if (error.code === 'commander.help') return new UsageError('Name a command; "lineshape --help" lists them.');
  const text = error.message.replace(/^error: /, '').trim();
  return new UsageError(`${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!)]$/.test(text) ? '' : '.'}`);
}

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const asJson = args.includes('--json');
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
    // A command whose own document tells of failures has set the code already.
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.done;
  } catch (caught) {
    const error = caught instanceof CommanderError ? usageErrorOf(caught) : caught;
    if (error === null) return EXIT.done;
    const record = toErrorRecord(error);
    reportError(record, asJson);
    // A bug's place helps whoever looks for it; for everyone else one sentence is enough.
    if (process.env['LINESHAPE_DEBUG'] === '1' && error instanceof Error && !(error instanceof AppError)) {
      process.stderr.write(`${error.stack ?? ''}\n`);
    }
    return exitCodeOf(record.code);
  }
}

endQuietlyOnClosedPipe();
const resources = findResources();
// Without resources, the command that needs them says so.
if (resources !== null) sealResources(resources, RELEASE_MANIFEST);
// Not process.exit: output that a pipe has not taken yet would be lost.
process.exitCode = await main(process.argv.slice(2));
