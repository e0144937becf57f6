// The water reference as water scaling needs it: one FID a voxel, and how its scale compares with the metabolite scan's.
import { signalAt, shapeSize } from '../domain/complexArray.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { dimensionLength, voxelCount } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import type { DataScale } from '../domain/quantitySettings.ts';
import { headerNumber } from '../formats/plausibility/headerValues.ts';
import { meanSignal } from '../math/meanSignal.ts';

/** Why a preprocessed water reference gives no amplitude on the metabolites' scale, or null. */
export function waterObstacle(water: MrsDataset, metabolites: MrsDataset): string | null {
  const coils = dimensionLength(water, 'DIM_COIL');
  if (coils > 1) return `its ${coils} receiver channels are not combined.`;
  if (voxelCount(water) !== voxelCount(metabolites)) {
    return `it has ${voxelCount(water)} voxels, the scan ${voxelCount(metabolites)}.`;
  }
  return null;
}

/** Mean over what dimensions are left (transients, edit conditions): unsuppressed water is the same in all. */
export function waterFid(water: MrsDataset, voxel: number): ComplexSignal {
  const count = shapeSize(water.data.shape.slice(3, -1));
  return meanSignal(Array.from({ length: count }, (_, k) => signalAt(water.data, voxel * count + k)));
}

/** Header keys that count the transients behind a stored one. */
const AVERAGES_KEYS = ['NumberOfAverages', 'NumberOfTransients', 'NumberOfSignalAverages'] as const;
/** Header keys of the receiver's gain, in whatever unit. */
const GAIN_KEYS = ['ReceiverGain', 'RxGain', 'RX_Gain'] as const;

const firstNumber = (dataset: MrsDataset, keys: readonly string[]): number | null =>
  keys.map((key) => headerNumber(dataset, key)).find((value) => value !== null) ?? null;

/** Transients that were joined before the file was written; 1 where the file holds them one by one, null where unknown. */
function joinedBefore(dataset: MrsDataset): number | null {
  if (dimensionLength(dataset, 'DIM_DYN') > 1) return 1;
  return firstNumber(dataset, AVERAGES_KEYS);
}

/** LCModel's TRAMP over VOLUME: its files hold data that are to be multiplied by it. Source: LCModel manual, TRAMP and VOLUME. */
function lcmodelScale(dataset: MrsDataset): number | null {
  const [tramp, volume] = [headerNumber(dataset, 'LCModelTramp'), headerNumber(dataset, 'LCModelVolume')];
  return tramp === null || volume === null || !(volume > 0) || !(tramp > 0) ? null : tramp / volume;
}

/** How the receiver gains of a scan and its water reference compare, as far as the files tell. */
export type GainKnowledge = 'told' | 'unknown' | 'different';

/** @param metabolites, water as read, before preprocessing @returns "told": equal, or the files' scale takes it in */
export function gainKnowledge(metabolites: MrsDataset, water: MrsDataset): GainKnowledge {
  if (lcmodelScale(metabolites) !== null && lcmodelScale(water) !== null) return 'told';
  const [gain, waterGain] = [firstNumber(metabolites, GAIN_KEYS), firstNumber(water, GAIN_KEYS)];
  if (gain === null || waterGain === null) return 'unknown';
  return gain === waterGain ? 'told' : 'different';
}

const doubt = (message: string): Warning => ({ code: 'water-scale-doubtful', message });

function scaleWarnings(metabolites: MrsDataset, water: MrsDataset): Warning[] {
  const warnings: Warning[] = [];
  const [ofScan, ofWater] = [joinedBefore(metabolites), joinedBefore(water)];
  if (ofScan !== null && ofWater !== null && ofScan !== ofWater) {
    const factor = (Math.max(ofScan, ofWater) / Math.min(ofScan, ofWater)).toPrecision(3);
    warnings.push(
      doubt(
        `The scanner joined ${ofScan} transients of the scan and ${ofWater} of the water reference into one; if it summed instead of averaging them, amounts are wrong by a factor of ${factor}.`,
      ),
    );
  }
  const [gain, waterGain] = [firstNumber(metabolites, GAIN_KEYS), firstNumber(water, GAIN_KEYS)];
  if (gainKnowledge(metabolites, water) === 'different') {
    warnings.push(
      doubt(
        `The receiver gains differ (${gain} for the scan, ${waterGain} for the water reference) and were not corrected for; give the factor from water to scan where it is known.`,
      ),
    );
  }
  if (metabolites.format !== water.format) {
    warnings.push(
      doubt(
        `Scan and water reference come in different formats (${metabolites.format}, ${water.format}), whose scales need not agree.`,
      ),
    );
  }
  return warnings;
}

/**
 * What brings the water reference to the metabolite scan's scale.
 * @param metabolites, water as read, before preprocessing
 * @param given by the user; null to go by the files
 */
export function dataScale(
  metabolites: MrsDataset,
  water: MrsDataset,
  given: number | null,
): { readonly scale: DataScale; readonly warnings: readonly Warning[] } {
  if (given !== null) return { scale: { waterToMetabolite: given, source: 'given' }, warnings: [] };
  const [ofScan, ofWater] = [lcmodelScale(metabolites), lcmodelScale(water)];
  if (ofScan !== null && ofWater !== null) {
    const source = 'TRAMP/VOLUME of the water file over that of the scan, as LCModel takes them';
    return { scale: { waterToMetabolite: ofWater / ofScan, source }, warnings: [] };
  }
  const words = (dataset: MrsDataset): string => {
    const transients = dimensionLength(dataset, 'DIM_DYN');
    const joined = joinedBefore(dataset);
    if (transients > 1) return `mean of ${transients} transients`;
    return joined === null || joined === 1 ? 'one FID as stored' : `the scanner's mean of ${joined} transients`;
  };
  const source = `assumed: same receiver gain; scan: ${words(metabolites)}; water: ${words(water)}`;
  return { scale: { waterToMetabolite: 1, source }, warnings: scaleWarnings(metabolites, water) };
}
