// Tries the user's LCModel without data: it must start, and what it says tells whether it is LCModel and which version.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { latin1Text } from '../../core/math/fortranText.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import { lcmodelMessagesIn } from '../../core/quantification/lcmodel/index.ts';
import { requireExecutable, runFailure } from './failures.ts';
import { runProcess } from './runProcess.ts';

export interface LcmodelProbe {
  /** Whether what it said is LCModel's way of saying it. */
  readonly isLcmodel: boolean;
  /** "6.3-1N"; null where it doesn't say. */
  readonly version: string | null;
  /** Beginning of what it said, plain ASCII. */
  readonly said: string;
  /** The outcome in one sentence. */
  readonly sentence: string;
}

const TIME_LIMIT_MS = 10_000;
const PRINT_FILE = 'probe.print';
/**
 * Asks for detailed output and names neither data nor basis set: LCModel opens its output, says who it is, and stops. BASCAL
 * lets it go that far without data (source: main program of LCModel 6.3's public source).
 */
const CONTROL = [
  ' $LCMODL',
  ' bascal=T',
  ' nunfil=1024',
  ' deltat=5e-4',
  ' hzpppm=123.2',
  ' lprint=6',
  ` filpri='${PRINT_FILE}'`,
  " filps='probe.ps'",
  ' $END',
  '',
].join('\n');
const KEPT = 1000;

function sentenceOf(isLcmodel: boolean, version: string | null, said: string): string {
  if (version !== null) return `LCModel ${version} answers.`;
  if (isLcmodel) return 'It answers as LCModel does, without its version.';
  return said === ''
    ? 'It runs, but says nothing, so that it can’t be told whether it is LCModel.'
    : 'It runs, but what it says is not what LCModel says.';
}

/**
 * Runs the executable without data.
 * @throws ProcessingError where it is missing, can't be started, or doesn't end; CancelledError
 */
export async function probeLcmodel(
  executable: string,
  cancellation: Cancellation,
  timeLimitMs: number = TIME_LIMIT_MS,
): Promise<LcmodelProbe> {
  requireExecutable(executable);
  const folder = await mkdtemp(join(tmpdir(), 'lineshape-lcmodel-'));
  try {
    const outcome = await runProcess({ executable, folder, input: CONTROL, timeLimitMs }, cancellation);
    if (outcome.startError !== null || outcome.timedOut) throw runFailure(outcome, null, timeLimitMs);
    const print = await readFile(join(folder, PRINT_FILE)).then(latin1Text, () => '');
    const text = [outcome.stdout, outcome.stderr, print].join('\n');
    const version = /LCModel \(Version (\S+?)\)/.exec(text)?.[1] ?? null;
    const isLcmodel = version !== null || lcmodelMessagesIn(text).length > 0;
    const said = text
      .replace(/[^\x20-\x7e\n]/g, '?')
      .replace(/\n{2,}/g, '\n')
      .trim()
      .slice(0, KEPT);
    return { isLcmodel, version, said, sentence: sentenceOf(isLcmodel, version, said) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
