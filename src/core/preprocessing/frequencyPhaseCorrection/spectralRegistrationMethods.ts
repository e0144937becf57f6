// SR and SRF: spectral registration in the time domain (Near, Magn Reson Med 2015;73:44, doi:10.1002/mrm.25094), over the
// whole spectrum or over a ppm range, from the coarse alignment on.
import { ppmWindow } from '../signal.ts';
import { ProcessingError } from '../../domain/errors.ts';
import { median } from '../../math/robustStatistics.ts';
import { registerTransients } from '../spectralRegistration.ts';
import type { ClassicalMethod } from './classicalMethod.ts';
import { classicalMethod } from './classicalMethod.ts';
import { edgeWarnings } from './estimateWarnings.ts';
import { added, alignedSignals } from './offsets.ts';
import { centred } from '../transientOffsets.ts';
import { coarseAlignment } from './coarseAlignment.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FpcEstimate, FpcOptions, TransientSet } from './method.ts';

/** The limited range of the published comparison. [ppm] Source: Shamaei 2023, doi:10.1002/mrm.29498. */
export const LIMITED_PPM: readonly [number, number] = [2.5, 3.5];
const FEWEST_POINTS = 8;

function windowOf(set: TransientSet, range: readonly [number, number]): { start: number; end: number } {
  const points = set.signals[0]?.re.length ?? 0;
  const window = ppmWindow(points, set.dwellTimeS, set.spectrometerFrequencyMHz, range);
  const found = window.end - window.start;
  if (found >= FEWEST_POINTS) return window;
  throw new ProcessingError(
    'PROCESSING_FAILED',
    `Registration over ${range.join('–')} ppm needs at least ${FEWEST_POINTS} spectral points there, found ${found}.`,
  );
}

/** How far from its coarse place a transient is looked for. [Hz] */
const REACH_HZ = 10;

function register(
  set: TransientSet,
  range: readonly [number, number] | null,
  options: FpcOptions,
  cancellation: Cancellation,
): FpcEstimate {
  const coarse = coarseAlignment(set, options.maximumShiftHz, cancellation).offsets;
  const found = registerTransients(alignedSignals(set, coarse), {
    reference: 'median',
    iterations: 3,
    maximumShiftHz: Math.min(REACH_HZ, options.maximumShiftHz),
    dwellTimeS: set.dwellTimeS,
    window: range === null ? null : windowOf(set, range),
  });
  const offsets = centred(added(coarse, found));
  return {
    offsets,
    frame: 'relative',
    details: {
      reference: 'median',
      ppmRange: range === null ? null : [...range],
      medianCorrelation: median(found.map((o) => o.correlation)),
    },
    warnings: edgeWarnings(offsets, options),
  };
}

export const SPECTRAL_REGISTRATION: ClassicalMethod = classicalMethod({
  id: 'sr',
  title: 'Spectral registration',
  citation: 'Near J et al., Magn Reson Med 2015;73:44, doi:10.1002/mrm.25094',
  estimateNow: (set, options, cancellation) => register(set, options.ppmRange, options, cancellation),
});

export const LIMITED_SPECTRAL_REGISTRATION: ClassicalMethod = classicalMethod({
  id: 'srf',
  title: 'Spectral registration over a limited range',
  citation: 'Near J et al., Magn Reson Med 2015;73:44, doi:10.1002/mrm.25094',
  estimateNow: (set, options, cancellation) => register(set, options.ppmRange ?? LIMITED_PPM, options, cancellation),
});
