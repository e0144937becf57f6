// The definitions of the basis sets that are shipped in resources/basis; scripts/make-basis.ts writes them from here.
import type { BasisSet } from '../domain/basisSet.ts';
import { buildBasisSet } from './buildBasisSet.ts';
import { press } from './sequences/press.ts';
import type { PulseSequence } from './sequences/pulseSequence.ts';
import { BRAIN_METABOLITES } from './spinSystems/index.ts';

export interface ShippedBasis {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly spectrometerFrequencyMHz: number;
  readonly sequence: PulseSequence;
  readonly metabolites: readonly string[];
}

/** Proton frequency of 3 T magnets: Siemens at 2.89 T, Philips and GE at 3.0 T. [MHz] */
const FREQUENCIES = { siemens: 123.25, philipsGe: 127.75 } as const;

/**
 * First echo time of PRESS by TE. At TE 30 ms 11 ms agrees best with the ISMRM 2016 challenge basis (LCModel's own
 * simulated basis uses 10.8 ms); at TE 35 ms the vendors' sequences differ. [s]
 */
const TE1_S = { te30: 0.011, te35Siemens: 0.015, te35Philips: 0.0131 } as const;

function pressBasis(echoTimeMs: number, te1S: number, frequencyMHz: number, scanners: string): ShippedBasis {
  return {
    id: `lineshape-3t-press-te${echoTimeMs}-${Math.floor(frequencyMHz)}mhz`,
    title: `3 T PRESS TE ${echoTimeMs} ms, ${frequencyMHz} MHz (${scanners})`,
    version: 1,
    spectrometerFrequencyMHz: frequencyMHz,
    sequence: press(te1S, echoTimeMs / 1000 - te1S),
    metabolites: BRAIN_METABOLITES,
  };
}

export const SHIPPED_BASES: readonly ShippedBasis[] = [
  pressBasis(30, TE1_S.te30, FREQUENCIES.siemens, 'Siemens'),
  pressBasis(30, TE1_S.te30, FREQUENCIES.philipsGe, 'Philips, GE'),
  pressBasis(35, TE1_S.te35Siemens, FREQUENCIES.siemens, 'Siemens'),
  pressBasis(35, TE1_S.te35Philips, FREQUENCIES.philipsGe, 'Philips, GE'),
];

/** Sampling of the shipped files: 4 kHz covers every 3 T protocol, and 0.5 s outlasts in vivo signals. */
export const SHIPPED_SAMPLING = { dwellTimeS: 0.00025, points: 2048, linewidthHz: 1 } as const;

/**
 * Simulates a shipped basis at any sampling.
 * @param sampling of the file unless given: a scan's own dwell time and points avoid resampling altogether
 */
export function simulateShippedBasis(
  basis: ShippedBasis,
  sampling: { readonly dwellTimeS: number; readonly points: number } = SHIPPED_SAMPLING,
): BasisSet {
  return buildBasisSet({
    id: basis.id,
    title: basis.title,
    sequence: basis.sequence,
    spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
    dwellTimeS: sampling.dwellTimeS,
    points: sampling.points,
    metabolites: basis.metabolites,
    linewidthHz: SHIPPED_SAMPLING.linewidthHz,
    macromolecules: 'combined',
  });
}
