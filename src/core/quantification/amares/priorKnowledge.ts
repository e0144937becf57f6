// AMARES prior knowledge as data (Vanhamme 1997, J Magn Reson 129:35, doi:10.1006/jmre.1997.1244): what is known of every
// peak, and which parameters follow another peak's. A peak may be a multiplet, told by its pattern and J.
import { UsageError } from '../../domain/errors.ts';

/** A parameter of its own: starts at `value` and stays between the bounds; equal bounds hold it. */
export interface OwnParameter {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** A parameter that follows the same one of another peak: factor · theirs + offset, in the parameter's unit (a shift: Hz). */
export interface LinkedParameter {
  readonly follows: string;
  readonly factor: number;
  readonly offset: number;
}

export type PeakParameter = OwnParameter | LinkedParameter;

export const isLinked = (p: PeakParameter): p is LinkedParameter => 'follows' in p;

export type PeakLineshape = 'lorentzian' | 'gaussian' | 'voigt';

/** Equally spaced lines by coupling to n equal spins ½. */
export const MULTIPLETS: Readonly<Record<string, readonly number[]>> = {
  singlet: [1],
  doublet: [1, 1],
  triplet: [1, 2, 1],
  quartet: [1, 3, 3, 1],
};

export interface Peak {
  readonly name: string;
  /** Centre of the peak. [ppm] A link's offset is in Hz and positive downfield, to higher ppm. */
  readonly shiftPpm: PeakParameter;
  /** Full width at half maximum; of the Lorentzian part for "voigt". [Hz] */
  readonly linewidthHz: PeakParameter;
  /** Of the whole multiplet. */
  readonly amplitude: PeakParameter;
  /** Beside the phase common to all peaks. [degrees] */
  readonly phaseDeg: PeakParameter;
  /** FWHM of the Gaussian part; for "voigt" only. [Hz] */
  readonly gaussianHz: PeakParameter;
  readonly lineshape: PeakLineshape;
  readonly multiplet: string;
  /** Line distance of the multiplet. [Hz] */
  readonly jHz: PeakParameter;
}

export interface PriorKnowledge {
  readonly title: string;
  /** "31P", "1H" …; null where the file does not say. */
  readonly nucleus: string | null;
  /** Where the values come from. */
  readonly citations: readonly string[];
  readonly peaks: readonly Peak[];
  /** Sums to report beside the peaks. */
  readonly sums: readonly { readonly name: string; readonly members: readonly string[] }[];
}

/** The parameters of a peak that may be linked. */
export const PARAMETER_NAMES = ['shiftPpm', 'linewidthHz', 'amplitude', 'phaseDeg', 'gaussianHz', 'jHz'] as const;
export type ParameterName = (typeof PARAMETER_NAMES)[number];

/** A parameter in terms of the one it follows at the end of its chain. */
export interface ResolvedParameter {
  /** Index of the peak whose own parameter it is. */
  readonly root: number;
  readonly factor: number;
  readonly offset: number;
}

/**
 * Follows a peak's link to its end.
 * @throws UsageError where a link names no peak, or links run in a circle
 */
export function resolveParameter(peaks: readonly Peak[], index: number, name: ParameterName): ResolvedParameter {
  let at = index;
  let factor = 1;
  let offset = 0;
  const seen = new Set<number>();
  for (;;) {
    const peak = peaks[at] as Peak;
    const parameter = peak[name];
    if (!isLinked(parameter)) return { root: at, factor, offset };
    if (seen.has(at)) throw new UsageError(`The prior knowledge links the ${name} of ${peak.name} to itself.`);
    seen.add(at);
    const next = peaks.findIndex((p) => p.name === parameter.follows);
    if (next < 0) {
      throw new UsageError(
        `The prior knowledge links the ${name} of ${peak.name} to "${parameter.follows}", but there is no such peak.`,
      );
    }
    offset += factor * parameter.offset;
    factor *= parameter.factor;
    at = next;
  }
}
