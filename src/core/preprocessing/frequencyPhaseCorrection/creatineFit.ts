// CrR: the creatine methyl line at 3.027 ppm of each transient, fitted as a Lorentzian line over a baseline, which gives its
// place and phase themselves, not those against other transients. Choline's line beside it is fitted with it, in their mean's
// proportion: a baseline stiff enough to leave the line alone can't follow its foot. As a shift may exceed the distance of the two,
// transients are first aligned to each other and the singlets are looked for in their mean.
import { ppmToHz } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { Warning } from '../../domain/provenance.ts';
import { median } from '../../math/robustStatistics.ts';
import { fitSinglets } from '../singletPattern.ts';
import { Band, BandReference } from './bandRegistration.ts';
import type { ClassicalMethod } from './classicalMethod.ts';
import { classicalMethod } from './classicalMethod.ts';
import { coarseAlignment } from './coarseAlignment.ts';
import type { TransientSet } from './method.ts';
import { alignedSignals, weightedMean } from './offsets.ts';
import { wrapped } from '../transientOffsets.ts';

/** Creatine's methyl line. [ppm] Source: Govindaraju 2000, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V. */
export const CREATINE_PPM = 3.027;
const CHOLINE_PPM = 3.2;
/** Both lines with room for the baseline: of simulated ranges, that of smallest error and bias. [ppm] */
const FITTED_PPM: readonly [number, number] = [1.85, 3.4];
const BASELINE_DEGREE = 2;
/** How far the fit may go from where the mean's line stands in the transient. [Hz] */
const REACH_HZ = 8;
const WIDTHS_HZ: readonly [number, number] = [2, 20];

/** The two lines as a FID, their width that of the mean's singlets. */
function linesFid(points: number, set: TransientSet, widthHz: number, cholineOverCreatine: number): ComplexSignal {
  const decay = Math.PI * widthHz * set.dwellTimeS;
  const cyclesPerSample = (ppm: number): number => ppmToHz(ppm, set.spectrometerFrequencyMHz) * set.dwellTimeS;
  const [creatine, choline] = [cyclesPerSample(CREATINE_PPM), cyclesPerSample(CHOLINE_PPM)];
  const part = (turn: (x: number) => number): Float64Array =>
    Float64Array.from({ length: points }, (_, n) => {
      const both = turn(2 * Math.PI * creatine * n) + cholineOverCreatine * turn(2 * Math.PI * choline * n);
      return Math.exp(-decay * n) * both;
    });
  return { re: part(Math.cos), im: part(Math.sin) };
}

const WEAK_LINE: Warning = {
  code: 'creatine-weak',
  message: 'The creatine line hardly stands out of its surroundings: offsets by it are doubtful.',
};
/** Part of what stands in the range that the lines explain. */
const WEAK = 0.1;

export const CREATINE_FIT: ClassicalMethod = classicalMethod({
  id: 'crr',
  title: 'Creatine line (Lorentzian fit)',
  citation: 'as compared in Shamaei A et al., Magn Reson Med 2023;89:1221, doi:10.1002/mrm.29498',
  estimateNow: (set, options, cancellation) => {
    const coarse = coarseAlignment(set, options.maximumShiftHz, cancellation);
    const mean = weightedMean(alignedSignals(set, coarse.offsets), coarse.explained);
    const { spectrometerFrequencyMHz: frequencyMHz, dwellTimeS } = set;
    const singlets = fitSinglets(mean, dwellTimeS, frequencyMHz, options.maximumShiftHz / frequencyMHz);
    if (singlets === null || singlets.amplitudes[1] === 0) {
      throw new ProcessingError(
        'PROCESSING_FAILED',
        'No creatine line was found in the mean of the transients, so that they cannot be corrected by it.',
      );
    }
    const widthHz = Math.min(Math.max(singlets.widthHz, WIDTHS_HZ[0]), WIDTHS_HZ[1]);
    const band = new Band(set, options.ppmRange ?? FITTED_PPM, BASELINE_DEGREE);
    const [, creatine, choline] = singlets.amplitudes;
    const line = new BandReference(band, linesFid(mean.re.length, set, widthHz, choline / creatine));
    const found = set.signals.map((signal, k) =>
      line.refine(signal, coarse.offsets[k]!.shiftHz + singlets.shiftHz, REACH_HZ),
    );
    const explained = median(found.map((o) => o.explained));
    return {
      offsets: found.map(({ shiftHz, phaseRad }) => ({ shiftHz, phaseRad: wrapped(phaseRad), weight: 1 })),
      frame: 'absolute',
      details: { widthHz, meanShiftHz: singlets.shiftHz, medianExplained: explained },
      warnings: explained < WEAK ? [WEAK_LINE] : [],
    };
  },
});
