// Every method of frequency and phase correction on the same transients: what each found, how good the result is, which one
// "auto" takes and why, and what is drawn of it. "none" is the transients as they are.
import type { FpcMethodId } from '../domain/correctionMethods.ts';
import type { ProvenanceStamp } from '../domain/provenance.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ModelLibrary } from '../ports/modelLibrary.ts';
import type { ProgressListener } from '../ports/progress.ts';
import {
  AUTO_METHODS,
  CLASSICAL_METHODS,
  failed,
  judged,
  selectBest,
} from '../preprocessing/frequencyPhaseCorrection/index.ts';
import type {
  FpcCandidate,
  FpcEstimate,
  FpcMethod,
  FpcScores,
  TransientOffset,
  TransientSet,
} from '../preprocessing/frequencyPhaseCorrection/index.ts';
import { correctedDataset, transientGroups } from '../preprocessing/frequencyPhaseCorrection/groups.ts';
import type { TransientGroups } from '../preprocessing/frequencyPhaseCorrection/groups.ts';
import { NETWORK_METHODS } from '../preprocessing/frequencyPhaseCorrection/networks/index.ts';
import { noCorrection } from '../preprocessing/frequencyPhaseCorrection/selection.ts';
import { rejectOutliers } from '../preprocessing/outlierRejection/index.ts';
import type { CorrectionInput } from './correctionComparisonInput.ts';
import { CommonFrame, correctionSpectra, drawnAxis } from './correctionComparisonSpectra.ts';
import type { CorrectionSpectra } from './correctionComparisonSpectra.ts';
import { fidNoiseSd } from './fidNoise.ts';

export type ComparedMethodId = FpcMethodId | 'none';

/** A transient that the outlier rejection would take out, and why. */
export interface RejectedTransient {
  readonly transient: number;
  readonly reason: string;
}

export interface CorrectionOutcome {
  readonly offsets: readonly TransientOffset[];
  readonly frame: FpcEstimate['frame'];
  readonly scores: FpcScores;
  /** Time of the estimate, a network's loading aside. */
  readonly elapsedMs: number;
  readonly rejected: readonly RejectedTransient[];
  readonly warnings: readonly string[];
  readonly spectra: CorrectionSpectra;
}

export interface ComparedMethod {
  readonly id: ComparedMethodId;
  readonly title: string;
  readonly citation: string;
  readonly isNetwork: boolean;
  /** Why it could not correct these transients; null where it could. */
  readonly failure: string | null;
  /** null where it failed. */
  readonly outcome: CorrectionOutcome | null;
}

export interface CorrectionComparison {
  readonly transients: number;
  readonly conditions: number;
  /** Falling axis of all spectra. */
  readonly ppm: Float32Array;
  /** "none" first, then in the order of preference. */
  readonly methods: readonly ComparedMethod[];
  /** What "auto" takes. */
  readonly chosen: ComparedMethodId;
  /** One sentence. */
  readonly reason: string;
  /** Which methods "auto" chooses among. */
  readonly candidates: readonly FpcMethodId[];
}

export interface ComparisonContext {
  readonly stamp: ProvenanceStamp;
  readonly cancellation: Cancellation;
  readonly onProgress: ProgressListener;
  /** null: no networks at hand, and none is compared. */
  readonly models: ModelLibrary | null;
  /** A clock for the methods' times. [ms] */
  readonly nowMs: () => number;
}

type Timed = FpcCandidate & { readonly elapsedMs: number };

const isNetwork = (id: ComparedMethodId): boolean => NETWORK_METHODS.some((m) => m.id === id);

async function tried(
  method: FpcMethod,
  set: TransientSet,
  input: CorrectionInput,
  { models, cancellation, nowMs }: ComparisonContext,
): Promise<Timed> {
  let elapsedMs = 0;
  try {
    if (isNetwork(method.id)) await models?.open(method.id);
    const start = nowMs();
    const estimate = await method.estimate(set, input.options, { cancellation, models });
    elapsedMs = nowMs() - start;
    return { ...judged(method, set, estimate), elapsedMs };
  } catch (error) {
    return { ...failed(method, error), elapsedMs };
  }
}

/** What the recipe's rejection says of the transients once corrected so. */
function rejectedOf(
  groups: TransientGroups,
  estimate: FpcEstimate,
  input: CorrectionInput,
  context: ComparisonContext,
): RejectedTransient[] {
  const { stamp, cancellation, models } = context;
  const corrected = correctedDataset(
    groups,
    [{ method: null, estimate, scores: null, record: {} }],
    {},
    { stamp, water: null },
  );
  const { details } = rejectOutliers(corrected.dataset, input.rejection, {
    ...{ stamp, cancellation, models, water: null, noiseSdOf: fidNoiseSd },
    onProgress: () => undefined,
  });
  const [rejected, reasons] = [details['rejected'], details['reasons']];
  if (!Array.isArray(rejected) || !Array.isArray(reasons)) return [];
  return rejected.map((transient, k) => ({ transient: Number(transient), reason: String(reasons[k] ?? '') }));
}

type Estimated = Pick<CorrectionOutcome, 'scores' | 'elapsedMs'> & { readonly estimate: FpcEstimate };

/** The methods tried one after the other. @throws CancelledError */
async function allTried(
  methods: readonly FpcMethod[],
  set: TransientSet,
  input: CorrectionInput,
  context: ComparisonContext,
): Promise<Timed[]> {
  const candidates: Timed[] = [];
  for (const method of methods) {
    await context.cancellation.letOthersRun?.();
    context.cancellation.throwIfCancelled();
    context.onProgress({ fraction: candidates.length / (methods.length + 1), message: method.title });
    candidates.push(await tried(method, set, input, context));
  }
  return candidates;
}

/**
 * Compares all methods at hand.
 * @param input of `correctionInput`
 * @throws ProcessingError where the transients themselves can't be scored; CancelledError
 */
export async function compareCorrections(
  input: CorrectionInput,
  context: ComparisonContext,
): Promise<CorrectionComparison> {
  const groups = transientGroups(input.dataset) as TransientGroups;
  const set = groups.sets[0] as TransientSet;
  const methods: readonly FpcMethod[] = [...CLASSICAL_METHODS, ...(context.models === null ? [] : NETWORK_METHODS)];
  const candidates = await allTried(methods, set, input, context);
  context.onProgress({ fraction: methods.length / (methods.length + 1), message: 'Spectra of all transients' });
  const choice = selectBest(
    set,
    candidates.filter(({ method }) => AUTO_METHODS.includes(method)),
  );
  const axis = drawnAxis(set);
  const common = new CommonFrame(set, choice.estimate.offsets, input.options.maximumShiftHz);
  const outcomeOf = ({ estimate, scores, elapsedMs }: Estimated): CorrectionOutcome => {
    context.cancellation.throwIfCancelled();
    const { offsets, frame } = estimate;
    const rejected = rejectedOf(groups, estimate, input, context);
    const gone = rejected.map((r) => r.transient);
    const spectra = correctionSpectra(set, offsets, gone, axis, common.of(offsets));
    return { offsets, frame, scores, elapsedMs, rejected, warnings: estimate.warnings.map((w) => w.message), spectra };
  };
  const none: ComparedMethod = {
    ...{ id: 'none', title: 'As measured', citation: '', isNetwork: false, failure: null },
    outcome: outcomeOf({ estimate: noCorrection(set), scores: choice.uncorrected, elapsedMs: 0 }),
  };
  const corrected = candidates.map((candidate): ComparedMethod => {
    const { id, title, citation } = candidate.method;
    const what = { id, title, citation, isNetwork: isNetwork(id) };
    if ('failure' in candidate) return { ...what, failure: candidate.failure, outcome: null };
    return { ...what, failure: null, outcome: outcomeOf(candidate) };
  });
  return {
    transients: set.signals.length,
    conditions: input.conditions,
    ppm: axis.ppm,
    methods: [none, ...corrected],
    chosen: choice.chosen ?? 'none',
    reason: choice.reason,
    candidates: AUTO_METHODS.map(({ id }) => id),
  };
}
