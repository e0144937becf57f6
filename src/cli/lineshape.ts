// The command `lineshape`: arguments → pipeline → exit code.
import { CommanderError } from 'commander';
import { AppError, UsageError, toErrorRecord } from '../core/domain/errors.ts';
import { RELEASE_MANIFEST, sealResources } from '../node/files/releasedFiles.ts';
import { findResources } from '../node/files/resourcePaths.ts';
import { EXIT, exitCodeOf } from './exitCodes.ts';
import { buildProgram } from './program.ts';
import { endQuietlyOnClosedPipe, reportError } from './terminal.ts';

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
