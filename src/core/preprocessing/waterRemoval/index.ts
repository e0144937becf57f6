// Removal of residual water by HLSVD with Lanczos bidiagonalisation (HLSVD-PRO; Laudadio, J Magn Reson 2002;157:292,
// doi:10.1006/jmre.2002.2593): the FID is modelled by damped exponentials, and those within the water window are
// subtracted.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { signalView } from '../../domain/complexArray.ts';
import { hzToPpm } from '../../domain/axes.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { decomposeExponentials, exponentialSamples } from '../../math/hlsvd.ts';
import type { ExponentialComponent } from '../../math/hlsvd.ts';
import { OptionReader } from '../options.ts';
import { copyData, isZeroSignal, ppmWindow, signalEnergy, spectrumWindow } from '../signal.ts';
import type { PreprocessingStep } from '../step.ts';
import { processedDataset, skippedOutcome } from '../step.ts';

export const METHOD_NAME = 'Nuisance peak removal';

export interface WaterRemovalOptions {
  readonly ppmRange: readonly [number, number];
  /** Exponentials in the model of the whole FID. */
  readonly components: number;
  /** Leading samples modelled; the subtraction reaches over all. */
  readonly maximumPoints: number;
}

export const DEFAULT_OPTIONS: WaterRemovalOptions = { ppmRange: [4.1, 5.3], components: 25, maximumPoints: 2048 };

/** Broader exponentials are baseline and first-point errors, not water. [Hz] */
const BROADEST_HZ = 250;

/** @throws UsageError */
export function readOptions(json: JsonObject): WaterRemovalOptions {
  const reader = new OptionReader('waterRemoval', json);
  const options = {
    ppmRange: reader.ppmRange('ppmRange', DEFAULT_OPTIONS.ppmRange) as readonly [number, number],
    components: reader.integer('components', DEFAULT_OPTIONS.components, 1, 100),
    maximumPoints: reader.integer('maximumPoints', DEFAULT_OPTIONS.maximumPoints, 64, 16384),
  };
  reader.finish();
  return options;
}

/** Subtracts components in place. */
function subtract(fid: ComplexSignal, components: readonly ExponentialComponent[]): void {
  for (const c of components) {
    const wave = exponentialSamples(c.frequency, c.damping, fid.re.length);
    for (let i = 0; i < fid.re.length; i++) {
      const wr = wave.re[i] as number;
      const wi = wave.im[i] as number;
      fid.re[i] = (fid.re[i] as number) - (c.amplitudeRe * wr - c.amplitudeIm * wi);
      fid.im[i] = (fid.im[i] as number) - (c.amplitudeRe * wi + c.amplitudeIm * wr);
    }
  }
}

/** Where residual water stands, and where the singlets it is measured against. [ppm] */
const WATER_PEAK_PPM = [4.4, 4.9] as const;
const SINGLETS_PPM = [1.8, 3.4] as const;

function peakMagnitude(fid: ComplexSignal, dataset: MrsDataset, range: readonly [number, number]): number {
  const window = ppmWindow(fid.re.length, dataset.dwellTimeS, dataset.spectrometerFrequencyMHz, range);
  const { re, im } = spectrumWindow(fid, window);
  return re.reduce((most, v, i) => Math.max(most, Math.hypot(v, im[i] as number)), 0);
}

/** Whether residual water is the tallest line: then its removal leaves traces at its feet. */
function isWaterTallest(fid: ComplexSignal, dataset: MrsDataset): boolean {
  return peakMagnitude(fid, dataset, WATER_PEAK_PPM) > peakMagnitude(fid, dataset, SINGLETS_PPM);
}

/** Removes water from one FID in place. @returns number of components taken out, or null where no model was found */
function removeWater(fid: ComplexSignal, dataset: MrsDataset, options: WaterRemovalOptions): number | null {
  const used = Math.min(fid.re.length, options.maximumPoints);
  const head = { re: fid.re.subarray(0, used), im: fid.im.subarray(0, used) };
  const rank = Math.min(options.components, Math.floor(used / 4));
  const model = decomposeExponentials(head, rank);
  if (model === null) return null;
  const water = model.filter((c) => {
    const ppm = hzToPpm(c.frequency / dataset.dwellTimeS, dataset.spectrometerFrequencyMHz);
    const widthHz = c.damping / (Math.PI * dataset.dwellTimeS);
    return ppm >= options.ppmRange[0] && ppm <= options.ppmRange[1] && widthHz <= BROADEST_HZ;
  });
  subtract(fid, water);
  return water.length;
}

/** Removes the exponentials of the water window from every FID. Proton data only. */
export const removeResidualWater: PreprocessingStep<WaterRemovalOptions> = (dataset, options, context) => {
  if (dataset.nucleus !== '1H') return skippedOutcome(dataset, context, `${dataset.nucleus} data have no water line.`);
  const data = copyData(dataset.data);
  const points = pointCount(dataset);
  const count = points === 0 ? 0 : data.re.length / points;
  const window = ppmWindow(points, dataset.dwellTimeS, dataset.spectrometerFrequencyMHz, options.ppmRange);
  let before = 0;
  let after = 0;
  let removed = 0;
  let failed = 0;
  let examined = 0;
  let waterTallest = 0;
  for (let k = 0; k < count; k++) {
    context.cancellation.throwIfCancelled();
    context.onProgress({ fraction: k / count, message: 'Removing residual water' });
    const fid = signalView(data, k);
    if (isZeroSignal(fid)) continue;
    examined++;
    if (isWaterTallest(fid, dataset)) waterTallest++;
    before += signalEnergy(spectrumWindow(fid, window));
    const taken = removeWater(fid, dataset, options);
    if (taken === null) failed++;
    else removed += taken;
    after += signalEnergy(spectrumWindow(fid, window));
  }
  const details: JsonObject = {
    method: 'HLSVD-PRO',
    ppmRange: [...options.ppmRange],
    components: options.components,
    componentsRemoved: removed / Math.max(1, count),
    /** Energy left in the window, relative to that before. */
    energyLeft: before > 0 ? after / before : 1,
    failed,
    /** Share of the FIDs in which water stood above every metabolite. */
    waterTallest: waterTallest / Math.max(1, examined),
  };
  const warnings: Warning[] = [];
  if (failed > 0) {
    const message = `Residual water was left in ${failed} of ${count} FIDs: their model did not converge.`;
    warnings.push({ code: 'water-removal-failed', message });
  }
  return {
    dataset: processedDataset(dataset, { data }, context.stamp, METHOD_NAME, details, warnings),
    water: context.water,
    warnings,
    details,
  };
};
