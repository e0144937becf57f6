// What is offered for the displaced box: well-known lines, and the bandwidths of the pulses that a basis was simulated with.
import type { BasisCardView } from '../../../ipc/contract.ts';

/** Chemical shifts as they are marked on spectra. [ppm] */
export const SHIFTED_LINES = [
  { name: 'tNAA', ppm: 2.01 },
  { name: 'tCr', ppm: 3.03 },
  { name: 'tCho', ppm: 3.2 },
  { name: 'mI', ppm: 3.56 },
  { name: 'Lac', ppm: 1.33 },
  { name: 'Lip', ppm: 1.3 },
] as const;

export interface PulseBandwidth {
  readonly role: 'excitation' | 'refocusing';
  readonly bandwidthHz: number;
}

/** Bandwidths of the slice-selective pulses that a basis set tells; ideal pulses have none. */
export function basisPulses(request: BasisCardView['request']): readonly PulseBandwidth[] {
  if (request === null) return [];
  return (['excitation', 'refocusing'] as const).flatMap((role) => {
    const { shape, bandwidthHz } = request.sequence[role];
    return shape === 'ideal' || bandwidthHz === undefined ? [] : [{ role, bandwidthHz }];
  });
}
