// Robust spectral registration (after Mikkelsen, NMR Biomed 2020;33:e4368, doi:10.1002/nbm.4368): the reference is a weighted
// average that is remade as transients join it, transients count by how like the reference they are, unstable water and
// lipids are kept out of the comparison. Deviations: all transients are brought to the average at once, since a coarse
// alignment comes first, so that they need no order; water and lipids that the reference has not are fitted as Lorentzian lines
// beside it (jointFit.ts) instead of being filtered away, for a filter takes the metabolites' neighbourhood, and with it half
// of the phase's information, too.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { median } from '../../math/robustStatistics.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import { noiseSdOfTail } from '../signal.ts';
import type { ClassicalMethod } from './classicalMethod.ts';
import { classicalMethod } from './classicalMethod.ts';
import type { BandReference } from './bandRegistration.ts';
import { coarseAlignment, coarsePlace, coarseReference } from './coarseAlignment.ts';
import { edgeWarnings } from './estimateWarnings.ts';
import { JointFitter } from './jointFit.ts';
import type { JointFit, JointStart } from './jointFit.ts';
import type { TransientOffset, TransientSet } from './method.ts';
import { strongestNuisance } from './nuisanceSearch.ts';
import { weightedMean } from './offsets.ts';
import { centred, withoutOffset } from '../transientOffsets.ts';
import { quietReference } from './quietReference.ts';

const MOST_PASSES = 3;
/** Shifts that change less from pass to pass have converged. [Hz] */
const CONVERGED_HZ = 0.01;
/** How far the fine fit may go from the coarse one. [Hz] */
const REACH_HZ = 10;
const MOST_LINES = 4;

/** What is known of the transients after a pass. */
interface State {
  readonly offsets: readonly TransientOffset[];
  readonly starts: readonly JointStart[];
  /** The transients without their nuisance lines. */
  readonly cleaned: readonly ComplexSignal[];
  readonly weights: readonly number[];
}

interface Run {
  readonly set: TransientSet;
  readonly noiseSd: readonly number[];
  readonly maximumShiftHz: number;
}

function fitWithLines(fitter: JointFitter, set: TransientSet, k: number, start: JointStart, noiseSd: number): JointFit {
  const { dwellTimeS, spectrometerFrequencyMHz } = set;
  const signal = set.signals[k]!;
  let fit = fitter.fit(signal, start, REACH_HZ);
  while (fit.lines.length < MOST_LINES) {
    const search = { dwellTimeS, spectrometerFrequencyMHz, noiseSd, shiftHz: fit.shiftHz };
    const line = strongestNuisance(fit.residual, search);
    if (line === null) break;
    const { shiftHz, dampingHz, lines } = fit;
    fit = fitter.fit(signal, { shiftHz, dampingHz, lines: [...lines, line] }, REACH_HZ);
  }
  return fit;
}

function without(signal: ComplexSignal, nuisance: ComplexSignal): ComplexSignal {
  const less = (x: Float64Array, y: Float64Array): Float64Array => x.map((v, n) => v - (y[n] ?? 0));
  return { re: less(signal.re, nuisance.re), im: less(signal.im, nuisance.im) };
}

/** A transient that counts for less than this may have been placed wrongly and is looked for anew. */
const DOUBTFUL_WEIGHT = 0.3;

/** Mean squares of the transients less the reference: how unlike it they are, whatever a fit made of them. */
function unlikeness(aligned: readonly ComplexSignal[], reference: ComplexSignal): number[] {
  return aligned.map(({ re, im }) => {
    let sum = 0;
    for (let n = 0; n < reference.re.length; n++) {
      sum += ((re[n] as number) - (reference.re[n] as number)) ** 2;
      sum += ((im[n] as number) - (reference.im[n] as number)) ** 2;
    }
    return Math.max(sum, Number.MIN_VALUE);
  });
}

/** The fit from where the transient was, or from where it is found anew if that explains more. */
function fitTransient(run: Run, reference: BandReference, fitter: JointFitter, state: State, k: number): JointFit {
  const { set, noiseSd, maximumShiftHz } = run;
  const fit = fitWithLines(fitter, set, k, state.starts[k]!, noiseSd[k]!);
  if (state.weights[k]! >= DOUBTFUL_WEIGHT) return fit;
  const { shiftHz } = coarsePlace(set, k, reference, maximumShiftHz);
  const anew = fitWithLines(fitter, set, k, { shiftHz, dampingHz: 0, lines: [] }, noiseSd[k]!);
  return anew.misfit < fit.misfit ? anew : fit;
}

const alignedOf = ({ set }: Run, { cleaned, offsets }: State): ComplexSignal[] =>
  cleaned.map((x, k) => withoutOffset(x, offsets[k]!, set.dwellTimeS));

function pass(run: Run, state: State, cancellation: Cancellation): State {
  const { set } = run;
  const mean = weightedMean(alignedOf(run, state), state.weights);
  const fitter = new JointFitter(quietReference(mean), set);
  const reference = coarseReference(set, mean);
  const fits = set.signals.map((_, k) => {
    cancellation.throwIfCancelled();
    return fitTransient(run, reference, fitter, state, k);
  });
  const next = {
    offsets: centred(fits.map(({ shiftHz, phaseRad }) => ({ shiftHz, phaseRad, weight: 1 }))),
    // In the transient's own frame; the next reference stands where the offsets' centre is.
    starts: fits.map(({ shiftHz, dampingHz, lines }) => ({ shiftHz, dampingHz, lines })),
    cleaned: fits.map((fit, k) => without(set.signals[k]!, fit.nuisance)),
    weights: state.weights,
  };
  const unlike = unlikeness(alignedOf(run, next), quietReference(mean));
  const usual = median(unlike);
  const weights = unlike.map((u) => usual / u);
  return { ...next, weights };
}

export const ROBUST_REGISTRATION: ClassicalMethod = classicalMethod({
  id: 'robust-sr',
  title: 'Robust spectral registration',
  citation: 'after Mikkelsen M et al., NMR Biomed 2020;33:e4368, doi:10.1002/nbm.4368',
  estimateNow: (set, options, cancellation) => {
    const coarse = coarseAlignment(set, options.maximumShiftHz, cancellation);
    const noiseSd = set.signals.map((signal) => noiseSdOfTail(signal));
    const run: Run = { set, noiseSd, maximumShiftHz: options.maximumShiftHz };
    let state: State = {
      offsets: coarse.offsets,
      starts: coarse.offsets.map(({ shiftHz }) => ({ shiftHz, dampingHz: 0, lines: [] })),
      cleaned: set.signals,
      weights: coarse.explained,
    };
    let passes = 0;
    for (let moved = Infinity; passes < MOST_PASSES && moved > CONVERGED_HZ; passes++) {
      const next = pass(run, state, cancellation);
      moved = Math.max(...next.offsets.map((o, k) => Math.abs(o.shiftHz - state.offsets[k]!.shiftHz)));
      state = next;
    }
    const offsets = state.offsets.map((o, k) => ({ ...o, weight: state.weights[k]! }));
    const nuisanceLines = state.starts.reduce((sum, s) => sum + s.lines.length, 0);
    return {
      offsets,
      frame: 'relative',
      details: { reference: 'weighted mean', passes, nuisanceLines },
      warnings: edgeWarnings(offsets, options),
    };
  },
});
