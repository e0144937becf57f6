// What a scanner's usual sequence is played with where its header doesn't say: pulses, first echo times, editing. The figures
// for PRESS are those of MRSCloud (Hui SCN et al., Magn Reson Med 2022, PMC9420769; its public settings), which has the vendors'
// own waveforms; ours are Shinnar–Le Roux pulses of the same length and width.
import type { EditingRequest, PulseRequest, SequenceFamily } from './basisRequest.ts';

export type Vendor = 'siemens' | 'philips' | 'ge';

/** Proton frequency of Siemens magnets called 3 T; Philips and GE have 127.7 MHz. [MHz] */
const SIEMENS_3T_MHZ = 123.2;

/**
 * Vendor from the header's manufacturer, or at 3 T from the frequency, as Siemens magnets called 3 T have 2.89 T.
 * @param manufacturer as the header has it
 */
export function vendorOf(manufacturer: string | null, spectrometerFrequencyMHz: number): Vendor {
  const name = manufacturer?.toLowerCase() ?? '';
  if (name.includes('philips')) return 'philips';
  if (name.includes('siemens')) return 'siemens';
  if (/\bge\b|general electric/.test(name)) return 'ge';
  return Math.abs(spectrometerFrequencyMHz - SIEMENS_3T_MHZ) < 1 ? 'siemens' : 'philips';
}

const PRESS_REFOCUSING: Readonly<Record<Vendor, PulseRequest>> = {
  siemens: { shape: 'slr', durationS: 0.0044, bandwidthHz: 1310 },
  philips: { shape: 'slr', durationS: 0.00689, bandwidthHz: 1354 },
  ge: { shape: 'slr', durationS: 0.0052, bandwidthHz: 1110, flipDeg: 137 },
};
/** GOIA-W(16,4) as published for 3 T (Andronesi 2010, J Magn Reson 203:283, doi:10.1016/j.jmr.2010.01.010). */
const ADIABATIC: PulseRequest = { shape: 'goia', durationS: 0.0035, bandwidthHz: 20000 };
const IDEAL: PulseRequest = { shape: 'ideal' };

/** The 180° pulses of a family; ideal where it has none. */
export function usualRefocusing(family: SequenceFamily, vendor: Vendor): PulseRequest {
  switch (family) {
    case 'SPIN-ECHO':
    case 'PRESS':
    case 'MEGA-PRESS':
      return PRESS_REFOCUSING[vendor];
    case 'LASER':
    case 'SLASER':
    case 'MEGA-SLASER':
      return ADIABATIC;
    case 'PULSE-ACQUIRE':
    case 'STEAM':
      return IDEAL;
  }
}

/** LCModel's simulated Siemens basis for TE 30 ms gives TE1 10.8 ms in its header. [s] */
const SHORT_TE1_S = 0.0108;
const SHORT_TE_S = 0.032;
/** [s] */
const TE1_S: Readonly<Record<Vendor, number>> = { siemens: 0.0164, philips: 0.0148, ge: 0.0147 };
const EDITED_TE1_S: Readonly<Record<Vendor, number>> = { siemens: 0.0155, philips: 0.014, ge: 0.0147 };

/**
 * First echo time of PRESS and MEGA-PRESS: the shortest one of the vendor, but 10.8 ms on Siemens at TE 30 ms.
 * @param echoTimeS whole TE
 * @returns [s], at most half of TE
 */
export function usualTe1S(family: 'PRESS' | 'MEGA-PRESS', echoTimeS: number, vendor: Vendor): number {
  const short = vendor === 'siemens' && echoTimeS <= SHORT_TE_S;
  const te1S = family === 'MEGA-PRESS' ? EDITED_TE1_S[vendor] : short ? SHORT_TE1_S : TE1_S[vendor];
  return Math.min(te1S, echoTimeS / 2);
}

/** GABA editing: ON at 1.9 ppm, OFF at 7.5 ppm (Mullins 2014, NeuroImage 86:43, doi:10.1016/j.neuroimage.2012.12.004). */
export const GABA_EDITING: EditingRequest = {
  onPpm: 1.9,
  offPpm: 7.5,
  pulse: { shape: 'sinc-gauss', durationS: 0.014, bandwidthHz: 88 },
};

/** Shift at which the vendors centre their slices: near creatine's. [ppm] */
export const USUAL_CARRIER_PPM = 3;
/** Positions along an axis and its length in slices, enough for displacements up to a quarter of a slice at each side. */
export const USUAL_SPATIAL = { points: 32, extent: 1.5 } as const;
/** Mixing time of STEAM: 10 ms in the vendors' 3 T protocols. [s] */
export const USUAL_MIXING_TIME_S = 0.01;
