// The transients of a dataset as sets, one a voxel and condition, and the dataset with their offsets taken out.
import { signalView } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { standardDeviation } from '../../math/robustStatistics.ts';
import { ALIGNMENT_METHOD_NAME, alignmentGroupsToJson, MOST_LISTED_GROUPS } from '../alignmentRecord.ts';
import type { DimensionView } from '../signal.ts';
import { copyData, dimensionView, isZeroSignal, signalsAlong } from '../signal.ts';
import type { StepContext, StepOutcome } from '../step.ts';
import { processedDataset } from '../step.ts';
import type { FpcEstimate, TransientSet } from './method.ts';
import { withoutOffset } from '../transientOffsets.ts';
import type { FpcScores } from './scores.ts';

export interface TransientGroups {
  readonly dataset: MrsDataset;
  readonly view: DimensionView;
  /** In C order over what is before and after the transients; null where there is no signal (a masked voxel). */
  readonly sets: readonly (TransientSet | null)[];
}

/**
 * @returns null where there is nothing to align
 * @throws ProcessingError where coils are not combined yet, or the spectra are not of protons
 */
export function transientGroups(dataset: MrsDataset): TransientGroups | null {
  const view = dimensionView(dataset, 'DIM_DYN');
  if (view === null || view.length < 2) return null;
  if (dimensionView(dataset, 'DIM_COIL') !== null) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'Frequency and phase correction needs combined coils, but the data have a coil dimension.',
    );
  }
  if (dataset.nucleus !== '1H') {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `Frequency and phase correction needs ¹H spectra, but these are of ${dataset.nucleus}; the step "alignment" takes any nucleus.`,
    );
  }
  const { dwellTimeS, spectrometerFrequencyMHz } = dataset;
  const sets = Array.from({ length: view.outer * view.inner }, (_, g) => {
    const signals = signalsAlong(dataset.data, view, Math.floor(g / view.inner), g % view.inner);
    return signals.every(isZeroSignal) ? null : { signals, dwellTimeS, spectrometerFrequencyMHz, scan: dataset };
  });
  return { dataset, view, sets };
}

/** What a group was corrected by. */
export interface GroupCorrection {
  readonly method: string | null;
  readonly estimate: FpcEstimate;
  /** Null where they can't be told. */
  readonly scores: { readonly before: FpcScores; readonly after: FpcScores } | null;
  /** Scores, and for "auto" every candidate's. */
  readonly record: JsonObject;
}

/**
 * Measured on a Siemens MEGA-PRESS scan, whose phase cycling cancels an echo eight times the noise: aligned by the step
 * "alignment" over 1.8–3.4 ppm the fit leaves 1.3 times the noise, by robust registration 4.4 times, by SRF 8.2 times.
 */
const EDITED: Warning = {
  code: 'correction-of-edited-scan',
  message:
    'Edited scans hold echoes that only phase cycling cancels: a method that follows them brings them back, so compare the result with that of the step "alignment" before relying on it.',
};

const isEdited = (dataset: MrsDataset): boolean => (dimensionView(dataset, 'DIM_EDIT')?.length ?? 1) > 1;

function oneOfEach(warnings: readonly Warning[]): Warning[] {
  return [...new Map(warnings.map((w) => [w.code, w])).values()];
}

/** Mean over the groups whose scores are known; null where none's are. */
function meanSimilarity(groups: readonly GroupCorrection[], of: 'before' | 'after'): number | null {
  const known = groups.flatMap(({ scores }) => (scores === null ? [] : [scores[of].similarityIndex]));
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
}

function describe(groups: readonly GroupCorrection[], options: JsonObject, transients: number): JsonObject {
  const offsets = groups.flatMap((g) => g.estimate.offsets);
  const degrees = (rad: number): number => (rad * 180) / Math.PI;
  const details: JsonObject = {
    ...options,
    methods: [...new Set(groups.map((g) => g.method ?? 'none'))],
    transients,
    groupCount: groups.length,
    shiftSdHz: standardDeviation(offsets.map((o) => o.shiftHz)),
    largestShiftHz: offsets.reduce((most, o) => Math.max(most, Math.abs(o.shiftHz)), 0),
    phaseSdDeg: standardDeviation(offsets.map((o) => degrees(o.phaseRad))),
    similarityBefore: meanSimilarity(groups, 'before'),
    similarityAfter: meanSimilarity(groups, 'after'),
  };
  if (groups.length > MOST_LISTED_GROUPS) return details;
  const recorded = alignmentGroupsToJson(
    groups.map(({ estimate }) => ({
      shiftHz: estimate.offsets.map((o) => o.shiftHz),
      phaseDeg: estimate.offsets.map((o) => degrees(o.phaseRad)),
    })),
  );
  details['groups'] = recorded.map((group, g) => ({
    ...group,
    weight: groups[g]!.estimate.offsets.map((o) => o.weight),
    frame: groups[g]!.estimate.frame,
    method: groups[g]!.method,
    estimate: groups[g]!.estimate.details,
    ...groups[g]!.record,
  }));
  return details;
}

/**
 * Takes the offsets out of every transient.
 * @param corrections one a group that has signal, in their order
 * @param options as they are to stand in the provenance
 */
export function correctedDataset(
  { dataset, view, sets }: TransientGroups,
  corrections: readonly GroupCorrection[],
  options: JsonObject,
  context: Pick<StepContext, 'stamp' | 'water'>,
): StepOutcome {
  const data = copyData(dataset.data);
  let next = 0;
  sets.forEach((set, g) => {
    const correction = set === null ? undefined : corrections[next++];
    if (set === null || correction === undefined) return;
    const [outer, inner] = [Math.floor(g / view.inner), g % view.inner];
    set.signals.forEach((signal, k) => {
      const aligned = withoutOffset(signal, correction.estimate.offsets[k]!, dataset.dwellTimeS);
      const out = signalView(data, (outer * view.length + k) * view.inner + inner);
      out.re.set(aligned.re);
      out.im.set(aligned.im);
    });
  });
  const details = describe(corrections, options, view.length);
  const ofMethods = oneOfEach(corrections.flatMap((c) => c.estimate.warnings));
  const warnings = isEdited(dataset) ? [...ofMethods, EDITED] : ofMethods;
  return {
    dataset: processedDataset(dataset, { data }, context.stamp, ALIGNMENT_METHOD_NAME, details, warnings),
    water: context.water,
    warnings,
    details,
  };
}
