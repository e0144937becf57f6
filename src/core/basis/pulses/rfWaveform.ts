// A radio-frequency pulse ready for simulation: calibrated B1, phase and slice gradient at equal steps.

export interface RfWaveform {
  readonly name: string;
  readonly durationS: number;
  /** γB1/2π of each step. [Hz] */
  readonly amplitudeHz: Float64Array;
  /** [rad] */
  readonly phaseRad: Float64Array;
  /** Slice gradient of each step relative to its nominal value; null: constant 1. */
  readonly gradient: Float64Array | null;
  /** Full width of the slice at half effect at nominal gradient: sets the slice thickness in Hz. */
  readonly bandwidthHz: number;
  /** Instant from which delays are counted, as part of the duration: 0.5 for symmetric pulses. */
  readonly centreFraction: number;
}
