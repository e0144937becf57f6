// RATS (Wilson, Magn Reson Med 2019;81:2878, doi:10.1002/mrm.27605): least squares against the mean within a ppm range,
// beside a polynomial baseline of second degree solved by variable projection. Deviations: the range ends at 1.85 ppm, not
// 0.5, since unstable lipids within it would be taken for a shift; the mean is remade of the aligned transients, weighted by
// their residuals; a coarse alignment comes first; damping is fitted too.
import { median } from '../../math/robustStatistics.ts';
import { Band, BandReference } from './bandRegistration.ts';
import type { BandOffset } from './bandRegistration.ts';
import type { ClassicalMethod } from './classicalMethod.ts';
import { classicalMethod } from './classicalMethod.ts';
import { coarseAlignment, METABOLITE_PPM } from './coarseAlignment.ts';
import { edgeWarnings } from './estimateWarnings.ts';
import type { TransientOffset } from './method.ts';
import { alignedSignals, weightedMean } from './offsets.ts';
import { centred } from '../transientOffsets.ts';
import { quietReference } from './quietReference.ts';

const BASELINE_DEGREE = 2;
const PASSES = 3;
/** How far the fine fit may go from the coarse one. [Hz] */
const REACH_HZ = 10;

export const RATS: ClassicalMethod = classicalMethod({
  id: 'rats',
  title: 'RATS: variable projection with a baseline',
  citation: 'Wilson M, Magn Reson Med 2019;81:2878, doi:10.1002/mrm.27605',
  estimateNow: (set, options, cancellation) => {
    const range = options.ppmRange ?? METABOLITE_PPM;
    const band = new Band(set, range, BASELINE_DEGREE);
    let offsets: readonly TransientOffset[] = coarseAlignment(set, options.maximumShiftHz, cancellation).offsets;
    const coarse = offsets;
    let weights = offsets.map(() => 1);
    let found: BandOffset[] = [];
    for (let pass = 0; pass < PASSES; pass++) {
      cancellation.throwIfCancelled();
      const mean = quietReference(weightedMean(alignedSignals(set, offsets), weights));
      const reference = new BandReference(band, mean);
      found = set.signals.map((signal, k) => reference.refine(signal, coarse[k]!.shiftHz, REACH_HZ));
      offsets = centred(found.map(({ shiftHz, phaseRad }) => ({ shiftHz, phaseRad, weight: 1 })));
      weights = found.map(({ residual }) => 1 / Math.max(residual, Number.MIN_VALUE));
    }
    return {
      offsets,
      frame: 'relative',
      details: {
        reference: 'weighted mean',
        ppmRange: [...range],
        baselineDegree: BASELINE_DEGREE,
        medianExplained: median(found.map((o) => o.explained)),
      },
      warnings: edgeWarnings(offsets, options),
    };
  },
});
