// What a user asks a basis simulation for: a sequence with its timings and pulses, a field, and signals. Plain data that
// crosses IPC, worker threads and files; src/core/basis/sequences turns it into steps, or says what is wrong with it.

/** Sequences that can be simulated; matching.ts recognises the same families in file names. */
export const SEQUENCE_FAMILIES = [
  'PULSE-ACQUIRE',
  'SPIN-ECHO',
  'PRESS',
  'STEAM',
  'LASER',
  'SLASER',
  'MEGA-PRESS',
  'MEGA-SLASER',
] as const;
export type SequenceFamily = (typeof SEQUENCE_FAMILIES)[number];

/** Which sub-spectrum of an edited acquisition a signal belongs to. */
export type EditingCondition = 'on' | 'off' | 'difference';

export const PULSE_SHAPES = [
  'ideal',
  'sinc-gauss',
  'hermite',
  'gaussian',
  'slr',
  'hyperbolic-secant',
  'goia',
  'waveform',
] as const;
export type PulseShape = (typeof PULSE_SHAPES)[number];

/** An RF waveform as read from a file: equal steps, the flip angle still to be set. */
export interface WaveformData {
  readonly name: string;
  /** B1 of each step, relative to the largest. */
  readonly amplitude: readonly number[];
  /** [rad] */
  readonly phaseRad: readonly number[];
  /** Slice gradient of each step relative to its nominal value, as GOIA modulates it; null: constant. */
  readonly gradient: readonly number[] | null;
}

export interface PulseRequest {
  readonly shape: PulseShape;
  /** Needed but for "ideal". [s] */
  readonly durationS?: number;
  /** Full width at half effect; a "waveform" has the one that follows from its shape. [Hz] */
  readonly bandwidthHz?: number;
  /** 90° and 180° unless given (GE's PRESS refocuses with 137°). [°] */
  readonly flipDeg?: number;
  readonly waveform?: WaveformData;
}

export interface EditingRequest {
  readonly onPpm: number;
  readonly offPpm: number;
  /** "ideal" inverts every spin within `bandwidthHz` of the editing frequency. */
  readonly pulse: PulseRequest;
}

/** Averaging over the chemical-shift displacement of slice-selective pulses, one axis at a time (1-D projection). */
export interface SpatialRequest {
  /** Positions along each selective axis; 1 is the slice's centre alone. */
  readonly points: number;
  /** Length of each axis in slice thicknesses; beyond 1, so that displaced slices and transition bands are inside. */
  readonly extent: number;
}

export interface SequenceRequest {
  readonly family: SequenceFamily;
  readonly echoTimeS: number;
  /** First echo time of PRESS and MEGA-PRESS: twice the time from 90° to the first 180°. [s] */
  readonly te1S?: number;
  /** STEAM: between second and third pulse. [s] */
  readonly mixingTimeS?: number;
  readonly excitation: PulseRequest;
  /** The 180° pulses; of LASER and sLASER the adiabatic ones. */
  readonly refocusing: PulseRequest;
  readonly editing?: EditingRequest;
  /** Shift at which slice-selective pulses are centred. [ppm] */
  readonly carrierPpm: number;
  readonly spatial: SpatialRequest;
}

export const MACROMOLECULE_SETS = ['none', 'chen-17', 'chen-17-combined', 'osprey', 'osprey-combined'] as const;
export type MacromoleculeSet = (typeof MACROMOLECULE_SETS)[number];
export const LIPID_SETS = ['none', 'lipids-3'] as const;
export type LipidSet = (typeof LIPID_SETS)[number];

/** A whole basis set. */
export interface BasisRequest {
  readonly title: string;
  readonly spectrometerFrequencyMHz: number;
  readonly dwellTimeS: number;
  readonly points: number;
  /** Lorentzian FWHM given to the metabolites. [Hz] */
  readonly linewidthHz: number;
  readonly sequence: SequenceRequest;
  /** Canonical names or known spellings; a published variant after "@", e.g. "GABA@kaiser2010". */
  readonly metabolites: readonly string[];
  readonly macromolecules: MacromoleculeSet;
  readonly lipids: LipidSet;
}
