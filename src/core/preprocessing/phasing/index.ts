// Automatic phasing: the common phase of the tNAA, tCr and tCho singlets in a fit with a smooth complex baseline, so
// that a spectrum upside down comes out upright; without singlets, the phase of least negative real part.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { signalView } from '../../domain/complexArray.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ppmAxis, WATER_PPM } from '../../domain/axes.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { fidToSpectrum, spectrumToFid } from '../../math/fft.ts';
import { rotateSignal } from '../../math/rotation.ts';
import { meanSignal } from '../../math/meanSignal.ts';
import { OptionReader } from '../options.ts';
import { copyData, isZeroSignal, ppmWindow, signalsPerVoxel, spectrumWindow, voxelSignals } from '../signal.ts';
import { fitSinglets, SINGLETS_PPM } from '../singletPattern.ts';
import type { PreprocessingStep } from '../step.ts';
import { processedDataset } from '../step.ts';
import type { SpectrumPhase } from './automaticPhase.ts';
import { phaseOfPositivity, phaseOfSinglets } from './automaticPhase.ts';

export const METHOD_NAME = 'Phasing';

export interface PhasingOptions {
  readonly method: 'auto' | 'singlets' | 'positivity';
  /** Whether a phase linear in ppm is corrected too (from the singlets only). */
  readonly firstOrder: boolean;
  /** Offset of the singlets that is allowed for. [ppm] */
  readonly maximumShiftPpm: number;
  /** Window of the positivity criterion (proton data; the whole spectrum for other nuclei). */
  readonly ppmRange: readonly [number, number];
}

export const DEFAULT_OPTIONS: PhasingOptions = {
  method: 'auto',
  firstOrder: false,
  maximumShiftPpm: 0.1,
  ppmRange: [1.8, 4],
};

/** Matched-filter SNR of the singlets below which their phase is not trusted: 1/5 rad is 11°. */
const LEAST_SNR = 5;

/** @throws UsageError */
export function readOptions(json: JsonObject): PhasingOptions {
  const reader = new OptionReader('phasing', json);
  const options = {
    method: reader.choice('method', DEFAULT_OPTIONS.method, ['auto', 'singlets', 'positivity']),
    firstOrder: reader.boolean('firstOrder', DEFAULT_OPTIONS.firstOrder),
    maximumShiftPpm: reader.number('maximumShiftPpm', DEFAULT_OPTIONS.maximumShiftPpm, 0.01, 1),
    ppmRange: reader.ppmRange('ppmRange', DEFAULT_OPTIONS.ppmRange) as readonly [number, number],
  };
  reader.finish();
  return options;
}

interface FoundPhase extends SpectrumPhase {
  readonly source: 'singlets' | 'positivity' | 'none';
}

const NO_PHASE: FoundPhase = { phase0Rad: 0, phase1RadPerPpm: 0, source: 'none' };

function findPhase(fid: ComplexSignal, dataset: MrsDataset, options: PhasingOptions): FoundPhase {
  if (isZeroSignal(fid)) return NO_PHASE;
  const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = dataset;
  const proton = nucleus === '1H';
  if (options.method !== 'positivity' && proton) {
    const fit = fitSinglets(fid, dwellTimeS, spectrometerFrequencyMHz, options.maximumShiftPpm);
    if (fit !== null && fit.matchedSnr >= LEAST_SNR) {
      return { ...phaseOfSinglets(fit, SINGLETS_PPM, options.firstOrder, WATER_PPM), source: 'singlets' };
    }
  }
  if (options.method === 'singlets') return NO_PHASE;
  const points = fid.re.length;
  const window = proton
    ? ppmWindow(points, dwellTimeS, spectrometerFrequencyMHz, options.ppmRange)
    : { start: 0, end: points };
  return { phase0Rad: phaseOfPositivity(spectrumWindow(fid, window)), phase1RadPerPpm: 0, source: 'positivity' };
}

/** Applies the inverse phase in place. */
function correct(fid: ComplexSignal, phase: SpectrumPhase, ppm: Float64Array): void {
  if (phase.phase1RadPerPpm === 0) {
    rotateSignal(fid, 0, -phase.phase0Rad, fid);
    return;
  }
  const spectrum = fidToSpectrum(fid);
  ppm.forEach((p, i) => {
    const angle = -(phase.phase0Rad + phase.phase1RadPerPpm * (p - WATER_PPM));
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const x = spectrum.re[i] as number;
    const y = spectrum.im[i] as number;
    spectrum.re[i] = x * c - y * s;
    spectrum.im[i] = x * s + y * c;
  });
  const turned = spectrumToFid(spectrum);
  fid.re.set(turned.re);
  fid.im.set(turned.im);
}

const degrees = (rad: number): number => (rad * 180) / Math.PI;

function describe(phases: readonly FoundPhase[], options: PhasingOptions): JsonObject {
  const details: JsonObject = {
    method: options.method,
    firstOrder: options.firstOrder,
    voxelsBySinglets: phases.filter((p) => p.source === 'singlets').length,
    voxelsByPositivity: phases.filter((p) => p.source === 'positivity').length,
  };
  const only = phases[0];
  if (phases.length === 1 && only !== undefined) {
    details['source'] = only.source;
    details['phase0Deg'] = degrees(Math.atan2(Math.sin(only.phase0Rad), Math.cos(only.phase0Rad)));
    details['phase1DegPerPpm'] = degrees(only.phase1RadPerPpm);
  }
  return details;
}

/** Phases every voxel by the mean of its FIDs; `details` state the phase that was found and taken out. */
export const phaseSpectra: PreprocessingStep<PhasingOptions> = (dataset, options, context) => {
  const voxels = voxelCount(dataset);
  const data = copyData(dataset.data);
  const count = signalsPerVoxel(dataset);
  const ppm = ppmAxis(pointCount(dataset), dataset.dwellTimeS, dataset.spectrometerFrequencyMHz);
  const phases: FoundPhase[] = [];
  let silent = 0;
  for (let voxel = 0; voxel < voxels; voxel++) {
    context.cancellation.throwIfCancelled();
    context.onProgress({ fraction: voxel / voxels, message: 'Phasing' });
    const mean = meanSignal(voxelSignals(dataset, voxel));
    const phase = findPhase(mean, dataset, options);
    if (isZeroSignal(mean)) silent++;
    phases.push(phase);
    if (phase.source === 'none') continue;
    for (let k = 0; k < count; k++) correct(signalView(data, voxel * count + k), phase, ppm);
  }
  const details = describe(phases, options);
  const warnings: Warning[] = [];
  const lost = phases.filter((p) => p.source === 'none').length - silent;
  if (lost > 0) {
    const message = `${lost} of ${voxels} voxel(s) were not phased: tNAA, tCr and tCho could not be told from noise.`;
    warnings.push({ code: 'phase-not-found', message });
  }
  return {
    dataset: processedDataset(dataset, { data }, context.stamp, METHOD_NAME, details, warnings),
    water: context.water,
    warnings,
    details,
  };
};
