// Alignment of transients in frequency and phase by spectral registration (Near 2015, doi:10.1002/mrm.25094).
import { signalView } from '../../domain/complexArray.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { median, standardDeviation } from '../../math/robustStatistics.ts';
import { meanPairwiseSimilarity } from '../../math/similarity.ts';
import {
  ALIGNMENT_METHOD_NAME,
  alignmentGroupsToJson,
  MOST_LISTED_GROUPS,
  SIMILARITY_PPM,
} from '../alignmentRecord.ts';
import { OptionReader } from '../options.ts';
import type { DimensionView } from '../signal.ts';
import { copyData, dimensionView, isZeroSignal, ppmWindow, signalsAlong, spectrumWindow } from '../signal.ts';
import type { PreprocessingStep } from '../step.ts';
import { processedDataset, skippedOutcome } from '../step.ts';
import type { ReferenceKind, RegistrationOptions, TransientOffset } from '../spectralRegistration.ts';
import { registerTransients } from '../spectralRegistration.ts';
import { alignSignals } from '../transientOffsets.ts';

export interface AlignmentOptions {
  readonly reference: ReferenceKind;
  /** Refinements of a median or mean reference. */
  readonly iterations: number;
  /** Largest frequency offset between two transients that is searched. [Hz] */
  readonly maximumShiftHz: number;
  /** ppm window compared, or null for the whole spectrum. */
  readonly ppmRange: readonly [number, number] | null;
}

export const DEFAULT_OPTIONS: AlignmentOptions = {
  reference: 'median',
  iterations: 3,
  maximumShiftHz: 100,
  ppmRange: null,
};

/** Part of the searched range beyond which an offset is doubtful. */
const EDGE = 0.98;

/** @throws UsageError */
export function readOptions(json: JsonObject): AlignmentOptions {
  const reader = new OptionReader('alignment', json);
  const options = {
    reference: reader.choice('reference', DEFAULT_OPTIONS.reference, ['median', 'mean', 'first']),
    iterations: reader.integer('iterations', DEFAULT_OPTIONS.iterations, 0, 20),
    maximumShiftHz: reader.number('maximumShiftHz', DEFAULT_OPTIONS.maximumShiftHz, 0.1, 1000),
    ppmRange: reader.ppmRange('ppmRange', DEFAULT_OPTIONS.ppmRange, true),
  };
  reader.finish();
  return options;
}

interface GroupOutcome {
  readonly offsets: TransientOffset[];
  readonly before: number;
  readonly after: number;
}

function similarity(dataset: MrsDataset, signals: readonly ComplexSignal[]): number {
  const window = ppmWindow(pointCount(dataset), dataset.dwellTimeS, dataset.spectrometerFrequencyMHz, SIMILARITY_PPM);
  return meanPairwiseSimilarity(signals.map((s) => spectrumWindow(s, window)));
}

function registrationOptions(dataset: MrsDataset, options: AlignmentOptions): RegistrationOptions {
  const { ppmRange, ...rest } = options;
  const points = pointCount(dataset);
  const window =
    ppmRange === null ? null : ppmWindow(points, dataset.dwellTimeS, dataset.spectrometerFrequencyMHz, ppmRange);
  if (window !== null && window.end - window.start < 8) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `Alignment over ${ppmRange?.join('–')} ppm needs at least 8 spectral points there, found ${window.end - window.start}.`,
    );
  }
  return { ...rest, dwellTimeS: dataset.dwellTimeS, window };
}

/** Per group: the transients of one voxel under one condition of the other dimensions. */
function forEachGroup(view: DimensionView, visit: (outer: number, inner: number) => void): void {
  for (let o = 0; o < view.outer; o++) for (let i = 0; i < view.inner; i++) visit(o, i);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

function describe(options: AlignmentOptions, transients: number, groups: readonly GroupOutcome[]): JsonObject {
  const shifts = groups.flatMap((g) => g.offsets.map((o) => o.shiftHz));
  const phases = groups.flatMap((g) => g.offsets.map((o) => (o.phaseRad * 180) / Math.PI));
  const details: JsonObject = {
    method: 'spectral registration',
    reference: options.reference,
    ppmRange: options.ppmRange === null ? null : [...options.ppmRange],
    transients,
    groupCount: groups.length,
    shiftSdHz: standardDeviation(shifts),
    largestShiftHz: shifts.reduce((m, v) => Math.max(m, Math.abs(v)), 0),
    phaseSdDeg: standardDeviation(phases),
    medianCorrelation: median(groups.flatMap((g) => g.offsets.map((o) => o.correlation))),
    similarityBefore: mean(groups.map((g) => g.before)),
    similarityAfter: mean(groups.map((g) => g.after)),
  };
  if (groups.length <= MOST_LISTED_GROUPS) {
    details['groups'] = alignmentGroupsToJson(
      groups.map((g) => ({
        shiftHz: g.offsets.map((o) => o.shiftHz),
        phaseDeg: g.offsets.map((o) => (o.phaseRad * 180) / Math.PI),
      })),
    );
  }
  return details;
}

function edgeWarnings(groups: readonly GroupOutcome[], options: AlignmentOptions): Warning[] {
  const doubtful = groups
    .flatMap((g) => g.offsets)
    .filter((o) => Math.abs(o.shiftHz) > EDGE * options.maximumShiftHz).length;
  if (doubtful === 0) return [];
  return [
    {
      code: 'alignment-at-limit',
      message: `${doubtful} transient(s) lie at the edge of the ±${options.maximumShiftHz} Hz that alignment searched.`,
    },
  ];
}

/**
 * Aligns the transients (DIM_DYN) of every voxel and condition by itself. `details.groups` holds the offsets found in,
 * and removed from, each transient: shiftHz and phaseDeg.
 * @throws ProcessingError where coils are not combined yet
 */
export const alignTransients: PreprocessingStep<AlignmentOptions> = (dataset, options, context) => {
  const view = dimensionView(dataset, 'DIM_DYN');
  if (view === null || view.length < 2) {
    return skippedOutcome(dataset, context, 'The data have no transients to align.');
  }
  if (dimensionView(dataset, 'DIM_COIL') !== null) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'Alignment needs combined coils, but the data have a coil dimension.',
    );
  }
  const registration = registrationOptions(dataset, options);
  const data = copyData(dataset.data);
  const groups: GroupOutcome[] = [];
  const total = view.outer * view.inner;
  forEachGroup(view, (outer, inner) => {
    context.cancellation.throwIfCancelled();
    context.onProgress({ fraction: groups.length / total, message: `Aligning ${view.length} transients` });
    const signals = signalsAlong(dataset.data, view, outer, inner);
    if (signals.every(isZeroSignal)) {
      const none = signals.map(() => ({ shiftHz: 0, phaseRad: 0, correlation: 0 }));
      groups.push({ offsets: none, before: 1, after: 1 });
      return;
    }
    const offsets = registerTransients(signals, registration);
    const aligned = alignSignals(signals, offsets, dataset.dwellTimeS);
    aligned.forEach((signal, k) => {
      const out = signalView(data, (outer * view.length + k) * view.inner + inner);
      out.re.set(signal.re);
      out.im.set(signal.im);
    });
    groups.push({ offsets, before: similarity(dataset, signals), after: similarity(dataset, aligned) });
  });
  const details = describe(options, view.length, groups);
  const warnings = edgeWarnings(groups, options);
  return {
    dataset: processedDataset(dataset, { data }, context.stamp, ALIGNMENT_METHOD_NAME, details, warnings),
    water: context.water,
    warnings,
    details,
  };
};
