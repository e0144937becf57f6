// The QUEST method's public face.
import type { BasisSet } from '../../domain/basisSet.ts';
import { ModelError, UsageError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../../ports/fitRunner.ts';
import { signalsFor } from '../shared/basisSignals.ts';
import type { ModelSignal } from '../shared/modelSignal.ts';
import { fitQuest } from './fit.ts';
import { parseQuestOptions } from './options.ts';
import type { QuestOptions, SettledQuestOptions } from './options.ts';
import { buildQuestResult } from './result.ts';

export { DEFAULT_QUEST_OPTIONS, parseQuestOptions } from './options.ts';
export type { QuestOptions } from './options.ts';

/** A begin time this near to a whole number of samples, in samples, is one. */
const SAMPLE_TOLERANCE = 0.02;

/** Whether the basis as it is fitted has macromolecules of its own; lipids alone say nothing of them. */
function hasMacromolecules(input: FitInput, basis: BasisSet, { omit }: QuestOptions): boolean {
  const signals = signalsFor(input, basis, { addMacromolecules: 'none', omit });
  return signals.some(({ kind }) => kind === 'macromolecule');
}

function settled(input: FitInput, basis: BasisSet, options: QuestOptions): SettledQuestOptions {
  const { background } = options;
  if (background !== 'auto') return { ...options, background };
  return { ...options, background: hasMacromolecules(input, basis, options) ? 'inbase' : 'subtract' };
}

/**
 * The signals a strategy fits: "subtract" leaves macromolecules and lipids to the background, "inbase" adds simulated ones
 * to a basis that has none.
 */
function questSignals(input: FitInput, basis: BasisSet, options: SettledQuestOptions): readonly ModelSignal[] {
  const addMacromolecules = options.background === 'inbase' ? 'auto' : 'none';
  const signals = signalsFor(input, basis, { addMacromolecules, omit: options.omit });
  const broad = (s: ModelSignal): boolean => s.kind === 'macromolecule' || s.kind === 'lipid';
  if (options.background === 'inbase' && !signals.some(broad)) {
    throw new ModelError(
      'BASIS_MISMATCH',
      `The basis set "${basis.title}" has no macromolecule signal, and none can be simulated for ${input.nucleus}; choose the background "subtract" or "none".`,
    );
  }
  const chosen = options.background === 'subtract' ? signals.filter((s) => !broad(s)) : signals;
  return advanced(chosen, input, options.beginTimeS);
}

/** Leaves out what of the basis signals comes before the data's first sample. */
function advanced(signals: readonly ModelSignal[], input: FitInput, beginTimeS: number): readonly ModelSignal[] {
  const samples = Math.round(beginTimeS / input.dwellTimeS);
  if (Math.abs(beginTimeS - samples * input.dwellTimeS) > SAMPLE_TOLERANCE * input.dwellTimeS) {
    const dwell = (1000 * input.dwellTimeS).toFixed(4);
    throw new UsageError(`The begin time of quest must be a whole number of the scan's dwell times of ${dwell} ms.`);
  }
  if (samples === 0) return signals;
  const cut = (values: Float64Array): Float64Array => {
    const out = new Float64Array(values.length);
    out.set(values.subarray(samples));
    return out;
  };
  return signals.map((s) => ({ ...s, fid: { re: cut(s.fid.re), im: cut(s.fid.im) } }));
}

/**
 * Fits one voxel. `elapsedMs` of the result is 0: the caller, who has a clock, sets it.
 * @throws ModelError, ProcessingError, UsageError (options), CancelledError
 */
export function fitWithQuest(
  input: FitInput,
  basis: BasisSet,
  options: JsonObject,
  cancellation: Cancellation,
): FitOutput {
  const parsed = settled(input, basis, parseQuestOptions(options));
  const state = fitQuest(input, questSignals(input, basis, parsed), parsed, cancellation);
  return { voxel: input.voxel, ...buildQuestResult(input, state, parsed) };
}
