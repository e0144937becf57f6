// Eddy-current correction with the phase of the water reference (Klose, Magn Reson Med 1990;14:26,
// doi:10.1002/mrm.1910140104): s'(t) = s(t)·e^{−i·arg w(t)}. It also brings water to the carrier (4.65 ppm) and takes
// out the zero-order phase.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { signalAt, signalView } from '../../domain/complexArray.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { dimensionLength, pointCount, voxelCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { meanSignal } from '../../math/meanSignal.ts';
import { median } from '../../math/robustStatistics.ts';
import { OptionReader } from '../options.ts';
import { copyData, dimensionView, isZeroSignal, signalsPerVoxel } from '../signal.ts';
import type { PreprocessingStep } from '../step.ts';
import { processedDataset, skippedOutcome } from '../step.ts';
import type { WaterPhase } from './waterPhase.ts';
import { waterPhase, withoutFrequency } from './waterPhase.ts';

export const METHOD_NAME = 'Eddy current correction';

export interface EddyCurrentOptions {
  /** Whether the water reference itself is corrected too. */
  readonly correctWater: boolean;
}

export const DEFAULT_OPTIONS: EddyCurrentOptions = { correctWater: true };

/** Dwell times that differ by less, relatively, are one: headers round to 0.1 µs or so. */
const DWELL_TOLERANCE = 1e-4;

/**
 * Water farther from the carrier than this was not acquired as the metabolites were: no carrier stands beyond their lines. Some
 * scanners flip the sign of every second sample of one of both scans, which moves it by half the bandwidth. [ppm]
 */
const FARTHEST_WATER_PPM = 3;

/** @throws UsageError */
export function readOptions(json: JsonObject): EddyCurrentOptions {
  const reader = new OptionReader('eddyCurrent', json);
  const options = { correctWater: reader.boolean('correctWater', DEFAULT_OPTIONS.correctWater) };
  reader.finish();
  return options;
}

/** Why the water can't correct these data, or null. */
function obstacle(dataset: MrsDataset, water: MrsDataset): string | null {
  if (Math.abs(water.dwellTimeS / dataset.dwellTimeS - 1) > DWELL_TOLERANCE) {
    return `the water reference has a dwell time of ${water.dwellTimeS * 1e6} µs, the data ${dataset.dwellTimeS * 1e6} µs`;
  }
  if (voxelCount(water) !== voxelCount(dataset)) {
    return `the water reference has ${voxelCount(water)} voxel(s), the data ${voxelCount(dataset)}`;
  }
  const coils = dimensionLength(water, 'DIM_COIL');
  if (coils !== 1 && coils !== dimensionLength(dataset, 'DIM_COIL')) {
    return `the water reference has ${coils} uncombined coils, the data ${dimensionLength(dataset, 'DIM_COIL')}`;
  }
  return null;
}

/** Coil index of the k-th FID of a voxel (0 where there is no coil dimension). */
function coilOf(dataset: MrsDataset, k: number): number {
  const view = dimensionView(dataset, 'DIM_COIL');
  return view === null ? 0 : Math.floor(k / view.inner) % view.length;
}

/** Mean water FID over everything but voxel and coil: [voxel][coil]. */
function meanWater(water: MrsDataset): ComplexSignal[][] {
  const count = signalsPerVoxel(water);
  const coils = dimensionLength(water, 'DIM_COIL');
  return Array.from({ length: voxelCount(water) }, (_, voxel) =>
    Array.from({ length: coils }, (_unused, coil) => {
      const chosen = Array.from({ length: count }, (_k, k) => k).filter((k) => coilOf(water, k) === coil);
      return meanSignal(chosen.map((k) => signalAt(water.data, voxel * count + k)));
    }),
  );
}

function applyPhase(dataset: MrsDataset, phases: readonly (readonly WaterPhase[])[]) {
  const data = copyData(dataset.data);
  const count = signalsPerVoxel(dataset);
  phases.forEach((byCoil, voxel) => {
    for (let k = 0; k < count; k++) {
      const phase = (byCoil.length === 1 ? byCoil[0] : byCoil[coilOf(dataset, k)]) as WaterPhase;
      const fid = signalView(data, voxel * count + k);
      for (let i = 0; i < fid.re.length; i++) {
        const c = Math.cos(phase.phaseRad[i] as number);
        const s = Math.sin(phase.phaseRad[i] as number);
        const x = fid.re[i] as number;
        const y = fid.im[i] as number;
        fid.re[i] = x * c + y * s;
        fid.im[i] = y * c - x * s;
      }
    }
  });
  return { data };
}

/** Divides data and water by the phase of the mean water FID; skipped, with a warning, where the water doesn't fit. */
export const correctEddyCurrents: PreprocessingStep<EddyCurrentOptions> = (dataset, options, context) => {
  const { water } = context;
  if (water === null) {
    const message = 'Eddy currents were not corrected: there is no water reference.';
    return skippedOutcome(dataset, context, message, [{ code: 'eddy-current-no-water', message }]);
  }
  const why = obstacle(dataset, water);
  if (why !== null) {
    const message = `Eddy currents were not corrected: ${why}.`;
    return skippedOutcome(dataset, context, message, [{ code: 'eddy-current-water-mismatch', message }]);
  }
  context.cancellation.throwIfCancelled();
  context.onProgress({ fraction: 0, message: 'Correcting eddy currents' });
  const means = meanWater(water);
  const points = Math.max(pointCount(dataset), pointCount(water));
  const phases = means.map((byCoil) => byCoil.map((fid) => waterPhase(fid, points)));
  const emptyVoxels = means.filter((byCoil) => byCoil.every(isZeroSignal)).length;
  const shortest = Math.min(...phases.flat().map((p) => p.measuredPoints));
  const waterHz = median(phases.flat().map((p) => p.slope / (2 * Math.PI * water.dwellTimeS)));
  const isDisplaced = Math.abs(waterHz) > FARTHEST_WATER_PPM * dataset.spectrometerFrequencyMHz;
  const dataPhases = isDisplaced ? phases.map((byCoil) => byCoil.map(withoutFrequency)) : phases;
  const details: JsonObject = {
    method: 'Klose 1990',
    waterHz,
    frequencyCorrected: !isDisplaced,
    waterPoints: pointCount(water),
    dataPoints: pointCount(dataset),
    measuredPoints: shortest,
    smoothedPoints: Math.max(...phases.flat().map((p) => p.smoothedPoints)),
    continuedLinearly: Math.max(0, pointCount(dataset) - shortest),
    voxelsWithoutWater: emptyVoxels,
  };
  const warnings: Warning[] = [];
  if (pointCount(water) < pointCount(dataset)) {
    warnings.push({
      code: 'eddy-current-water-shorter',
      message:
        `The water reference has ${pointCount(water)} points, the data ${pointCount(dataset)}: beyond its end the ` +
        'phase was continued with a constant frequency.',
    });
  }
  if (isDisplaced) {
    warnings.push({
      code: 'eddy-current-water-displaced',
      message:
        `The water reference lies ${waterHz.toFixed(0)} Hz from the carrier, where no water can be: its eddy currents were ` +
        'corrected, its frequency was not taken over to the metabolites.',
    });
  }
  const { stamp } = context;
  return {
    dataset: processedDataset(dataset, applyPhase(dataset, dataPhases), stamp, METHOD_NAME, details, warnings),
    water: options.correctWater
      ? processedDataset(water, applyPhase(water, phases), stamp, METHOD_NAME, details)
      : water,
    warnings,
    details,
  };
};
