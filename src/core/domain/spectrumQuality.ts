// How good a spectrum is: figures by name, and their grades by thresholds, as results keep them.
import type { QualityGrade } from './qualityGrade.ts';
import type { QualityQuantity } from './qualityThresholds.ts';

export type SnrDefinition = 'lcmodel' | 'naaDownfieldNoise' | 'naaUpfieldNoise' | 'consensus' | 'timeDomain';

export interface SnrFigure {
  readonly definition: SnrDefinition;
  readonly label: string;
  /** Infinity without noise; null where it can't be told. */
  readonly value: number | null;
  /** Why it can't. */
  readonly reason: string | null;
}

export interface FrequencyDrift {
  readonly transients: number;
  /** Of the transients' frequencies. [Hz] */
  readonly meanHz: number;
  readonly sdHz: number;
  /** Largest minus smallest. [Hz] */
  readonly rangeHz: number;
  /** Straight line through the frequencies in time, least squares; null where the time between transients is unknown. */
  readonly slopeHzPerMin: number | null;
  /** Standard error of the slope, from the scatter about the line; null for fewer than three transients. */
  readonly slopeSeHzPerMin: number | null;
}

export interface GradedFigure {
  readonly quantity: QualityQuantity;
  readonly value: number;
  readonly grade: QualityGrade;
  /** One sentence with the figure, the grade and, unless good, the border it missed. */
  readonly words: string;
  /** Of the limits. */
  readonly source: string;
}

export interface QualityAssessment {
  /** Id of the thresholds. */
  readonly thresholds: string;
  /** The worst of all graded; null where nothing was. */
  readonly grade: QualityGrade | null;
  readonly figures: readonly GradedFigure[];
  /** Graded by these thresholds, but not measured. */
  readonly notMeasured: readonly QualityQuantity[];
}

/** All figures are finite or null, so that they survive JSON. */
export interface SpectrumQuality {
  /** By every definition that applies to the nucleus, in grids by some; null with a reason where it can't be told. */
  readonly snr: readonly SnrFigure[];
  /**
   * Only where the spectrum was denoised: as it shows itself. `snr` and what is graded go with the noise before, for
   * denoising creates no information.
   */
  readonly snrDenoised?: readonly SnrFigure[];
  /** Of the water reference. [Hz] */
  readonly waterFwhmHz: number | null;
  /** Of the line at 3.03 ppm, read from the spectrum; not in grids. [Hz] */
  readonly tCrFwhmHz: number | null;
  /** Before alignment; null where no transients were aligned. */
  readonly drift: FrequencyDrift | null;
  /** SD of the residual over that of the noise. */
  readonly residualOverNoise: number | null;
  /** Probability of a residual at least as structured, were it white noise; null where denoising took the noise out. */
  readonly whitenessP: number | null;
  readonly assessment: QualityAssessment;
}
