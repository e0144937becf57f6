// Why a run of LCModel gave no result, in one sentence each. LCModel ends with code 0 on its own fatal errors, so its result
// files and what it printed decide, not its exit code.
import { accessSync, constants, statSync } from 'node:fs';
import { ProcessingError } from '../../core/domain/errors.ts';
import { explanationsIn } from '../../core/quantification/lcmodel/printFile.ts';
import { describeMessage, lcmodelMessagesIn } from '../../core/quantification/lcmodel/index.ts';
import type { ProcessOutcome } from './runProcess.ts';

const failed = (reason: string, message: string): ProcessingError =>
  new ProcessingError('PROCESSING_FAILED', message, { reason });

/**
 * Checks the executable before anything is written for it.
 * @throws ProcessingError
 */
export function requireExecutable(path: string): void {
  let isFile: boolean;
  try {
    isFile = statSync(path).isFile();
  } catch {
    throw failed('notFound', `LCModel was not found at ${path}; set the path of your own installed LCModel.`);
  }
  if (!isFile) throw failed('notFound', `${path} is a folder, not the LCModel executable.`);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw failed('notExecutable', `${path} may not be executed; give it the permission (chmod +x) or another path.`);
  }
}

const START_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'the interpreter or loader it needs is missing',
  EACCES: 'the system does not permit it',
  ENOEXEC: 'it is not built for this computer',
  UNKNOWN: 'it is not built for this computer',
  EAGAIN: 'the system has no room for another process',
  ENOMEM: 'the system has no room for another process',
};

/** First line of the console output that says something. */
function firstLine(outcome: ProcessOutcome): string | null {
  const line = `${outcome.stderr}\n${outcome.stdout}`.split(/\r?\n/).find((text) => /[A-Za-z]/.test(text));
  return line === undefined
    ? null
    : line
        .replace(/[^\x20-\x7e]/g, '?')
        .trim()
        .slice(0, 200);
}

/** What LCModel itself says: its fatal message and, before it, the line that tells what it could not read. */
function ownReason(outcome: ProcessOutcome, print: string | null): string | null {
  const text = [print ?? '', outcome.stdout, outcome.stderr].join('\n');
  const fatal = lcmodelMessagesIn(text).find(({ level }) => level === 'fatal' || level === 'illogical');
  if (fatal === undefined) return null;
  const explanation = explanationsIn(text).at(-1);
  return `${describeMessage(fatal)}${explanation === undefined ? '' : ` (${explanation})`}`;
}

const seconds = (ms: number): string => `${Number((ms / 1000).toPrecision(3))} s`;

/** The sentence for a run without a result. @param print text of the .print file, if there is one */
export function runFailure(outcome: ProcessOutcome, print: string | null, timeLimitMs: number): ProcessingError {
  const { startError, signal, code } = outcome;
  if (startError !== null) {
    return failed('notStarted', `LCModel can't be started: ${START_ERRORS[startError] ?? startError}.`);
  }
  if (outcome.timedOut) {
    return failed('timeLimit', `LCModel did not finish within ${seconds(timeLimitMs)} and was stopped.`);
  }
  const own = ownReason(outcome, print);
  if (own !== null) return failed('noResult', `LCModel gave no result: ${own}.`);
  const line = firstLine(outcome);
  const how = signal === null ? `code ${code}` : signal;
  const said = line === null ? 'it printed nothing' : `it printed "${line}"`;
  return failed('noResult', `LCModel ended without a result (${how}); ${said}.`);
}
