// Edited scans (MEGA): tells ON and OFF, aligns OFF onto ON, and makes the difference ON − OFF, the sum ON + OFF, and either
// alone. Nothing is halved, so that amplitudes are those of a difference basis "ON less OFF" and of an OFF basis.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { signalView } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { voxelCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { rotateSignal } from '../../math/rotation.ts';
import { meanSignal } from '../../math/meanSignal.ts';
import { OptionReader } from '../options.ts';
import type { DimensionView } from '../signal.ts';
import { dimensionView, isZeroSignal, signalsAlong, zerosWithout } from '../signal.ts';
import { fitSinglets } from '../singletPattern.ts';
import type { PreprocessingStep, StepContext } from '../step.ts';
import { processedDataset } from '../step.ts';
import { cholineResidual } from './artefact.ts';
import { tellConditions } from './conditions.ts';
import type { Conditions } from './conditions.ts';
import { alignSubSpectra } from './subSpectra.ts';
import type { SubSpectraOffset } from './subSpectra.ts';

export { tellConditions } from './conditions.ts';
export type { Conditions } from './conditions.ts';
export { alignSubSpectra } from './subSpectra.ts';
export { cholineResidual } from './artefact.ts';

/** The standard's name of making a difference spectrum. */
export const METHOD_NAME = 'Subtraction of sub-spectra';

/** What remains of DIM_EDIT. */
export type EditedOutput = 'difference' | 'sum' | 'off' | 'on';
const OUTPUTS: readonly EditedOutput[] = ['difference', 'sum', 'off', 'on'];

/**
 * Lines compared in the alignment, which editing must leave alone: creatine's methyl line at 3.03 ppm stands on GABA, whose
 * difference a phase of 8° would explain away (measured), so that of creatine its CH2 line serves. [ppm]
 */
const WINDOWS_PPM = {
  choline: { compared: [3.13, 3.29], searched: [2.9, 3.35] },
  creatine: { compared: [3.87, 3.98], searched: [2.9, 3.35] },
  naa: { compared: [1.92, 2.1], searched: [1.8, 2.2] },
  water: { compared: [4.35, 4.95], searched: [4.2, 5.1] },
} as const;

export interface EditingOptions {
  readonly output: EditedOutput;
  /** "none": OFF is taken as it is. */
  readonly alignment: keyof typeof WINDOWS_PPM | 'none';
  readonly norm: 'L1' | 'L2';
  /** Largest frequency difference of the two conditions that is searched. [Hz] */
  readonly maximumShiftHz: number;
  /** Frequency of the editing pulse in ON. [ppm] */
  readonly targetPpm: number;
  /** Index of ON along DIM_EDIT where the user knows it; −1: found. */
  readonly onIndex: number;
}

export const DEFAULT_OPTIONS: EditingOptions = {
  output: 'difference',
  alignment: 'choline',
  norm: 'L1',
  maximumShiftHz: 20,
  targetPpm: 1.9,
  onIndex: -1,
};

/** Part of the searched range beyond which an offset is doubtful. */
const EDGE = 0.98;
/** Residual of choline above which the reader is told. */
const POOR_SUBTRACTION = 0.2;
/** Room of ON's lines about their ppm: referencing comes before. [ppm] */
const SINGLET_SEARCH_PPM = 0.1;
/**
 * Damping of what is compared: against noise and spurious echoes late in the FID. More would spread the feet of GABA's line
 * under choline's: at 5 Hz they move its phase by 1.0°, at 3 Hz by half of that (simulated, without noise). [Hz]
 */
const COMPARED_DAMPING_HZ = 3;

/** @throws UsageError */
export function readOptions(json: JsonObject): EditingOptions {
  const reader = new OptionReader('editing', json);
  const alignments = ['none', ...(Object.keys(WINDOWS_PPM) as (keyof typeof WINDOWS_PPM)[])] as const;
  const options: EditingOptions = {
    output: reader.choice('output', DEFAULT_OPTIONS.output, OUTPUTS),
    alignment: reader.choice('alignment', DEFAULT_OPTIONS.alignment, alignments),
    norm: reader.choice('norm', DEFAULT_OPTIONS.norm, ['L1', 'L2']),
    maximumShiftHz: reader.number('maximumShiftHz', DEFAULT_OPTIONS.maximumShiftHz, 0.1, 200),
    targetPpm: reader.number('targetPpm', DEFAULT_OPTIONS.targetPpm, -5, 15),
    onIndex: reader.integer('onIndex', DEFAULT_OPTIONS.onIndex, -1, 1),
  };
  reader.finish();
  return options;
}

export interface EditedScans {
  readonly difference: MrsDataset;
  readonly sum: MrsDataset;
  readonly on: MrsDataset;
  /** Aligned onto ON. */
  readonly off: MrsDataset;
  readonly warnings: readonly Warning[];
  /** What was told and measured, as in the provenance of each. */
  readonly details: JsonObject;
}

interface VoxelOutcome extends SubSpectraOffset {
  readonly residualBefore: number;
  readonly residualAfter: number;
}

/** The mean FID of each condition, over whatever else the voxel has. */
function conditionMeans(dataset: MrsDataset, view: DimensionView, outers: readonly number[]): ComplexSignal[] {
  const all = outers.flatMap((o) =>
    Array.from({ length: view.inner }, (_, i) => signalsAlong(dataset.data, view, o, i)),
  );
  return Array.from({ length: view.length }, (_, k) => meanSignal(all.map((signals) => signals[k] as ComplexSignal)));
}

const minus = (a: ComplexSignal, b: ComplexSignal): ComplexSignal => ({
  re: a.re.map((v, i) => v - (b.re[i] as number)),
  im: a.im.map((v, i) => v - (b.im[i] as number)),
});

function damped({ re, im }: ComplexSignal, dwellTimeS: number): ComplexSignal {
  const weight = (n: number): number => Math.exp(-Math.PI * COMPARED_DAMPING_HZ * dwellTimeS * n);
  return { re: re.map((v, n) => v * weight(n)), im: im.map((v, n) => v * weight(n)) };
}

/** Offset of one voxel's OFF, and what its alignment was worth. */
function alignVoxel(on: ComplexSignal, off: ComplexSignal, dataset: MrsDataset, options: EditingOptions): VoxelOutcome {
  const { dwellTimeS, spectrometerFrequencyMHz } = dataset;
  // Reference and phase only say where the lines stand and what is up; the spectra keep theirs.
  const fit = fitSinglets(on, dwellTimeS, spectrometerFrequencyMHz, SINGLET_SEARCH_PPM);
  const place = { shiftHz: fit?.shiftHz ?? 0, phaseRad: fit?.phaseRad ?? 0 };
  const placed = (fid: ComplexSignal): ComplexSignal =>
    damped(rotateSignal(fid, -place.shiftHz * dwellTimeS, -place.phaseRad), dwellTimeS);
  const [onPlaced, offPlaced] = [placed(on), placed(off)];
  const windows = options.alignment === 'none' ? null : WINDOWS_PPM[options.alignment];
  const { maximumShiftHz, norm } = options;
  const none = { shiftHz: 0, phaseRad: 0, before: 0, after: 0 };
  const sampling = { dwellTimeS, spectrometerFrequencyMHz };
  const offset =
    windows === null
      ? none
      : alignSubSpectra(onPlaced, offPlaced, {
          ...sampling,
          windows: [windows.compared],
          searchWindow: windows.searched,
          norm,
          maximumShiftHz,
        });
  const aligned = rotateSignal(offPlaced, offset.shiftHz * dwellTimeS, offset.phaseRad);
  return {
    ...offset,
    residualBefore: cholineResidual(minus(onPlaced, offPlaced), onPlaced, sampling),
    residualAfter: cholineResidual(minus(onPlaced, aligned), onPlaced, sampling),
  };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
const degrees = (rad: number): number => (rad * 180) / Math.PI;

function describe(options: EditingOptions, conditions: Conditions, voxels: readonly VoxelOutcome[]): JsonObject {
  return {
    method: 'sub-spectra alignment by the difference of untouched lines',
    alignment: options.alignment,
    norm: options.norm,
    onIndex: conditions.on,
    conditionsFrom: options.onIndex >= 0 ? 'option' : conditions.source,
    shiftHz: mean(voxels.map((v) => v.shiftHz)),
    phaseDeg: degrees(mean(voxels.map((v) => v.phaseRad))),
    differenceBefore: mean(voxels.map((v) => v.before)),
    differenceAfter: mean(voxels.map((v) => v.after)),
    cholineResidualBefore: mean(voxels.map((v) => v.residualBefore)),
    cholineResidualAfter: mean(voxels.map((v) => v.residualAfter)),
    voxels: voxels.length,
  };
}

function warningsOf(options: EditingOptions, conditions: Conditions, voxels: readonly VoxelOutcome[]): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, message: string): number => warnings.push({ code, message });
  if (conditions.source === 'spectrum' && options.onIndex < 0) {
    const which = conditions.on === 0 ? 'first' : 'second';
    warn(
      'editing-from-signal',
      `The header names no condition; NAA, which editing suppresses, shows the ${which} to be ON.`,
    );
  }
  if (conditions.spectrumAgrees === false) {
    warn('editing-contradicted', 'NAA is suppressed in the condition that the header calls OFF: check which is which.');
  }
  const atEdge = voxels.filter((v) => Math.abs(v.shiftHz) > EDGE * options.maximumShiftHz).length;
  if (atEdge > 0) {
    warn(
      'alignment-at-limit',
      `ON and OFF differ by the whole ±${options.maximumShiftHz} Hz that their alignment searched.`,
    );
  }
  const residual = mean(voxels.map((v) => v.residualAfter));
  if (residual > POOR_SUBTRACTION) {
    const percent = Math.round(100 * residual);
    warn(
      'subtraction-artefact',
      `The difference still holds ${percent} % of the choline line: GABA beside it is doubtful.`,
    );
  }
  return warnings;
}

function conditionsOf(dataset: MrsDataset, means: readonly ComplexSignal[], options: EditingOptions): Conditions {
  const { onIndex, targetPpm } = options;
  if (onIndex < 0 || means.length !== 2) return tellConditions(dataset, means, targetPpm);
  return { on: onIndex, off: 1 - onIndex, source: 'names', spectrumAgrees: null };
}

/** Voxel of an outer index of the view: dimensions that stand before DIM_EDIT are within it. */
function outersOf(voxel: number, dataset: MrsDataset, view: DimensionView): number[] {
  const perVoxel = view.outer / voxelCount(dataset);
  return Array.from({ length: perVoxel }, (_, k) => voxel * perVoxel + k);
}

/** Adds the weighted conditions of one voxel into a new dataset's data. */
function combine(
  signals: { readonly on: ComplexSignal; readonly off: ComplexSignal },
  weights: readonly [number, number],
  out: ComplexSignal,
): void {
  for (let n = 0; n < out.re.length; n++) {
    out.re[n] = weights[0] * (signals.on.re[n] as number) + weights[1] * (signals.off.re[n] as number);
    out.im[n] = weights[0] * (signals.on.im[n] as number) + weights[1] * (signals.off.im[n] as number);
  }
}

const WEIGHTS: Readonly<Record<EditedOutput, readonly [number, number]>> = {
  difference: [1, -1],
  sum: [1, 1],
  on: [1, 0],
  off: [0, 1],
};

/**
 * Takes an edited scan apart.
 * @param dataset with DIM_EDIT of two conditions, coils combined; transients, if any are left, are taken together
 * @throws ProcessingError where DIM_EDIT is missing, coils are not combined, or the conditions can't be told
 */
export function separateEdited(
  dataset: MrsDataset,
  options: EditingOptions,
  context: Pick<StepContext, 'stamp' | 'cancellation' | 'onProgress'>,
): EditedScans {
  const view = dimensionView(dataset, 'DIM_EDIT');
  if (view === null) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'The scan has no editing conditions (DIM_EDIT), so there is no difference to take; use a recipe without the step "editing".',
    );
  }
  if (dimensionView(dataset, 'DIM_COIL') !== null) {
    throw new ProcessingError('PROCESSING_FAILED', 'Editing needs combined coils, but the data have a coil dimension.');
  }
  const voxels = voxelCount(dataset);
  const everything = Array.from({ length: view.outer }, (_, o) => o);
  const conditions = conditionsOf(dataset, conditionMeans(dataset, view, everything), options);
  const data = new Map(OUTPUTS.map((output) => [output, zerosWithout(dataset, view.index)]));
  const outcomes: VoxelOutcome[] = [];
  for (let voxel = 0; voxel < voxels; voxel++) {
    context.cancellation.throwIfCancelled();
    context.onProgress({ fraction: voxel / voxels, message: 'Subtracting the editing conditions' });
    const outers = outersOf(voxel, dataset, view);
    const means = conditionMeans(dataset, view, outers);
    if (means.every(isZeroSignal)) continue;
    const [on, off] = [means[conditions.on], means[conditions.off]] as [ComplexSignal, ComplexSignal];
    const found = alignVoxel(on, off, dataset, options);
    outcomes.push(found);
    for (const o of outers) {
      for (let i = 0; i < view.inner; i++) {
        const signals = signalsAlong(dataset.data, view, o, i);
        const raw = signals[conditions.off] as ComplexSignal;
        const moved = rotateSignal(raw, found.shiftHz * dataset.dwellTimeS, found.phaseRad);
        const pair = { on: signals[conditions.on] as ComplexSignal, off: moved };
        for (const [output, array] of data) combine(pair, WEIGHTS[output], signalView(array, o * view.inner + i));
      }
    }
  }
  const details = describe(options, conditions, outcomes);
  const warnings = warningsOf(options, conditions, outcomes);
  const dimensions = dataset.dimensions.filter((_, d) => d !== view.index);
  const scanOf = (output: EditedOutput): MrsDataset => {
    const array = data.get(output) ?? zerosWithout(dataset, view.index);
    const processed = { data: array, dimensions };
    return processedDataset(dataset, processed, context.stamp, METHOD_NAME, { ...details, output }, warnings);
  };
  const scans = { difference: scanOf('difference'), sum: scanOf('sum'), on: scanOf('on'), off: scanOf('off') };
  return { ...scans, warnings, details };
}

/** The mean over the conditions of a water reference, which no editing pulse touches. */
function meanOverConditions(water: MrsDataset, stamp: StepContext['stamp']): MrsDataset {
  const view = dimensionView(water, 'DIM_EDIT');
  if (view === null) return water;
  const data = zerosWithout(water, view.index);
  for (let o = 0; o < view.outer; o++) {
    for (let i = 0; i < view.inner; i++) {
      const average = meanSignal(signalsAlong(water.data, view, o, i));
      const out = signalView(data, o * view.inner + i);
      out.re.set(average.re);
      out.im.set(average.im);
    }
  }
  const dimensions = water.dimensions.filter((_, d) => d !== view.index);
  const details = { output: 'mean', conditions: view.length };
  return processedDataset(water, { data, dimensions }, stamp, 'Signal averaging', details);
}

/**
 * One sub-spectrum, difference or sum of an edited scan.
 * @throws ProcessingError where nothing is edited: what follows would take another spectrum for it
 */
export const editSpectra: PreprocessingStep<EditingOptions> = (dataset, options, context) => {
  const scans = separateEdited(dataset, options, context);
  const { details, warnings } = scans;
  const water = context.water === null ? null : meanOverConditions(context.water, context.stamp);
  const beside = options.output === 'difference' ? { editOff: scans.off } : {};
  return {
    dataset: scans[options.output],
    water,
    ...beside,
    warnings,
    details: { ...details, output: options.output },
  };
};
