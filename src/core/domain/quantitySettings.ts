// What turns the amplitudes of a scan's voxels into ratios and amounts: the same for all voxels, and sent to the workers.
import type { QualityThresholds } from './qualityThresholds.ts';
import type { RelaxationTable } from './relaxationTable.ts';
import type { FrequencyDrift } from './spectrumQuality.ts';
import type { WaterScalingOptions } from './waterScalingOptions.ts';

/** Times of one scan, as its signal equation needs them. */
export interface ScanTiming {
  /** Family of the sequence ("PRESS", "STEAM", "sLASER" …); null where unknown. */
  readonly sequence: string | null;
  readonly echoTimeS: number | null;
  readonly repetitionTimeS: number | null;
  readonly mixingTimeS: number | null;
}

/** What one proton at unit concentration amounts to in a basis set. */
export interface ProtonAmplitude {
  /** Basis units at t = 0 per proton and unit concentration. */
  readonly amplitude: number;
  /** The singlet it was read from. */
  readonly singlet: string;
}

/** Water's amplitude and the metabolites' need not be on one scale: other gain, sums instead of averages. */
export interface DataScale {
  /** Factor that brings the water reference to the metabolite scan's scale. */
  readonly waterToMetabolite: number;
  /** Where it comes from, in words. */
  readonly source: string;
}

export interface WaterScalingSettings {
  readonly options: WaterScalingOptions;
  /** A site's values on top of the program's; null where there are none. */
  readonly relaxation: RelaxationTable | null;
  /** null where the spectrometer frequency says nothing. */
  readonly fieldT: number | null;
  readonly proton: ProtonAmplitude;
  readonly scale: DataScale;
  readonly metaboliteTiming: ScanTiming;
  readonly waterTiming: ScanTiming;
  /** Of the water reference, as its spectrum's axis needs it. */
  readonly waterAxes: {
    readonly dwellTimeS: number;
    readonly spectrometerFrequencyMHz: number;
    /** Shift at zero frequency. [ppm] */
    readonly referencePpm: number;
  };
  /** "factors" leaves out what each factor was computed from. */
  readonly detail: 'full' | 'factors';
}

export interface QuantitySettings {
  /** Denominators of ratios: names of metabolites or sums, or "water". */
  readonly ratios: readonly string[];
  /** Whether a denominator that the result has not is told in a warning (it was asked for), or passed over (a default). */
  readonly tellsMissingRatios: boolean;
  /** null without a usable water reference. */
  readonly waterScaling: WaterScalingSettings | null;
  /** Of the scan's transients before alignment; null where unknown. */
  readonly drift: FrequencyDrift | null;
  readonly thresholds: QualityThresholds;
  /**
   * "brief" leaves out figures that cost time and say little of one voxel among many: SNR but by LCModel's, the time domain's
   * and the thresholds' definition, the width read from the spectrum.
   */
  readonly qualityDetail: 'full' | 'brief';
}
