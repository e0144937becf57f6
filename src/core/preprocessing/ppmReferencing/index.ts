// Frequency referencing: the common offset of tNAA (2.01), tCr (3.03) and tCho (3.20 ppm) is found by fitting the three
// lines at every offset of a range, of any phase, and taken out by e^{−2πi·offset·t}; where they are not to be found,
// by the water line if that stands out.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { signalView } from '../../domain/complexArray.ts';
import type { JsonObject } from '../../domain/json.ts';
import { frequencyAxisHz } from '../../domain/axes.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { voxelCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../../math/fft.ts';
import { rotateSignal } from '../../math/rotation.ts';
import { meanSignal } from '../../math/meanSignal.ts';
import { OptionReader } from '../options.ts';
import { copyData, isZeroSignal, noiseSdOfTail, signalsPerVoxel, voxelSignals } from '../signal.ts';
import { fitSinglets } from '../singletPattern.ts';
import type { PreprocessingStep } from '../step.ts';
import { processedDataset, skippedOutcome } from '../step.ts';

export const METHOD_NAME = 'Frequency and phase correction';

export interface PpmReferencingOptions {
  /** Offsets searched, either way. [ppm] */
  readonly maximumShiftPpm: number;
  /** "auto": the metabolites' singlets, else water. */
  readonly reference: 'auto' | 'metabolites' | 'water';
}

export const DEFAULT_OPTIONS: PpmReferencingOptions = { maximumShiftPpm: 0.4, reference: 'auto' };

/** Weaker evidence than this moves nothing: matched-filter SNR (noise alone reaches 4), and lead over other offsets. */
const LEAST_SNR = 5;
const LEAST_UNIQUENESS = 0.05;
/** The water line must be this many noise SDs high. */
const LEAST_WATER_SNR = 20;

/** @throws UsageError */
export function readOptions(json: JsonObject): PpmReferencingOptions {
  const reader = new OptionReader('ppmReferencing', json);
  const options = {
    maximumShiftPpm: reader.number('maximumShiftPpm', DEFAULT_OPTIONS.maximumShiftPpm, 0.01, 1),
    reference: reader.choice('reference', DEFAULT_OPTIONS.reference, ['auto', 'metabolites', 'water']),
  };
  reader.finish();
  return options;
}

/** Offset found in one voxel; `source` "none" where there was too little evidence. */
interface Offset {
  readonly shiftHz: number;
  readonly source: 'metabolites' | 'water' | 'none';
  /** 0 to 1: lead over the best other offset (metabolites), or 1 − 1/SNR (water). */
  readonly confidence: number;
}

const NONE: Offset = { shiftHz: 0, source: 'none', confidence: 0 };

function metaboliteOffset(fid: ComplexSignal, dataset: MrsDataset, options: PpmReferencingOptions): Offset {
  const fit = fitSinglets(fid, dataset.dwellTimeS, dataset.spectrometerFrequencyMHz, options.maximumShiftPpm);
  if (fit === null || fit.matchedSnr < LEAST_SNR || fit.uniqueness < LEAST_UNIQUENESS) return NONE;
  return { shiftHz: fit.shiftHz, source: 'metabolites', confidence: fit.uniqueness };
}

/** Highest point of the magnitude spectrum near 4.65 ppm, by a parabola through three points. */
function waterOffset(fid: ComplexSignal, dataset: MrsDataset, options: PpmReferencingOptions): Offset {
  const size = nextPowerOfTwo(4 * fid.re.length);
  const padded = { re: new Float64Array(size), im: new Float64Array(size) };
  padded.re.set(fid.re);
  padded.im.set(fid.im);
  const spectrum = fidToSpectrum(padded);
  const hz = frequencyAxisHz(size, dataset.dwellTimeS);
  const power = (k: number): number => (spectrum.re[k] as number) ** 2 + (spectrum.im[k] as number) ** 2;
  const reachHz = options.maximumShiftPpm * dataset.spectrometerFrequencyMHz;
  let best = -1;
  hz.forEach((f, k) => {
    if (Math.abs(f) <= reachHz && (best < 0 || power(k) > power(best))) best = k;
  });
  if (best < 1 || best > size - 2) return NONE;
  const noise = noiseSdOfTail(fid) * Math.sqrt(2 * fid.re.length);
  const snr = noise > 0 ? Math.sqrt(power(best)) / noise : Infinity;
  const atEdge = power(best) <= power(best - 1) || power(best) <= power(best + 1);
  if (snr < LEAST_WATER_SNR || atEdge) return NONE;
  const [l, m, r] = [best - 1, best, best + 1].map((k) => Math.sqrt(power(k))) as [number, number, number];
  const step = (hz[1] as number) - (hz[0] as number);
  return {
    shiftHz: (hz[best] as number) + (0.5 * step * (l - r)) / (l - 2 * m + r),
    source: 'water',
    confidence: 1 - 1 / snr,
  };
}

function findOffset(fid: ComplexSignal, dataset: MrsDataset, options: PpmReferencingOptions): Offset {
  if (isZeroSignal(fid)) return NONE;
  if (options.reference !== 'water') {
    const found = metaboliteOffset(fid, dataset, options);
    if (found.source !== 'none' || options.reference === 'metabolites') return found;
  }
  return waterOffset(fid, dataset, options);
}

function describe(offsets: readonly Offset[], options: PpmReferencingOptions, dataset: MrsDataset): JsonObject {
  const used = offsets.filter((o) => o.source !== 'none');
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const shiftHz = mean(used.map((o) => o.shiftHz));
  return {
    method: 'ppm referencing by singlets',
    maximumShiftPpm: options.maximumShiftPpm,
    reference: offsets.length === 1 ? (offsets[0] as Offset).source : 'per voxel',
    /** Offset that was found and taken out; mean over voxels. */
    offsetHz: shiftHz,
    offsetPpm: -shiftHz / dataset.spectrometerFrequencyMHz,
    confidence: mean(offsets.map((o) => o.confidence)),
    voxelsReferenced: used.length,
    voxelsByWater: used.filter((o) => o.source === 'water').length,
  };
}

/** Moves every voxel so that the singlets stand at their ppm. Without evidence a voxel stays as it is, with a warning. */
export const referencePpm: PreprocessingStep<PpmReferencingOptions> = (dataset, options, context) => {
  if (dataset.nucleus !== '1H') {
    return skippedOutcome(dataset, context, `No reference lines are known for ${dataset.nucleus} data.`);
  }
  const voxels = voxelCount(dataset);
  const data = copyData(dataset.data);
  const count = signalsPerVoxel(dataset);
  const offsets: Offset[] = [];
  let silent = 0;
  for (let voxel = 0; voxel < voxels; voxel++) {
    context.cancellation.throwIfCancelled();
    context.onProgress({ fraction: voxel / voxels, message: 'Referencing the ppm axis' });
    const mean = meanSignal(voxelSignals(dataset, voxel));
    const offset = findOffset(mean, dataset, options);
    if (isZeroSignal(mean)) silent++;
    offsets.push(offset);
    if (offset.shiftHz === 0) continue;
    for (let k = 0; k < count; k++) {
      const fid = signalView(data, voxel * count + k);
      rotateSignal(fid, -offset.shiftHz * dataset.dwellTimeS, 0, fid);
    }
  }
  const details = describe(offsets, options, dataset);
  const lost = offsets.filter((o) => o.source === 'none').length - silent;
  const warnings: Warning[] = [];
  if (lost > 0) {
    const where = voxels === 1 ? 'The' : `In ${lost} of ${voxels} voxels the`;
    const message = `${where} ppm axis was left as it is: neither tNAA, tCr and tCho nor water could be told from noise.`;
    warnings.push({ code: 'ppm-reference-not-found', message });
  }
  return {
    dataset: processedDataset(dataset, { data }, context.stamp, METHOD_NAME, details, warnings),
    water: context.water,
    warnings,
    details,
  };
};
