// The pulses that `--pulses ideal` and `--pulses shaped` stand for. The vendors' own waveforms can't be shipped: the
// shaped ones have their lengths and widths (domain/usualProtocol.ts).
import type { PulseRequest, SequenceFamily, SpatialRequest } from '../../../core/domain/basisRequest.ts';
import { GABA_EDITING, USUAL_SPATIAL, usualRefocusing } from '../../../core/domain/usualProtocol.ts';
import type { Vendor } from '../../../core/domain/usualProtocol.ts';

export interface PulseSet {
  readonly excitation: PulseRequest;
  readonly refocusing: PulseRequest;
  readonly editing: PulseRequest;
  readonly spatial: SpatialRequest;
}

const IDEAL: PulseRequest = { shape: 'ideal' };

/** Ideal pulses; the editing one is as wide as the usual shaped one. */
export const IDEAL_PULSES: PulseSet = {
  excitation: IDEAL,
  refocusing: IDEAL,
  editing: { ...IDEAL, bandwidthHz: GABA_EDITING.pulse.bandwidthHz ?? 0 },
  spatial: { points: 1, extent: 1 },
};

/**
 * 2.2 kHz is near Philips's excitation (2.28 kHz over 7.1 ms in MRSCloud, see usualProtocol.ts); 2.4 ms is short enough for
 * sLASER's first interval at TE 28 ms.
 */
const EXCITATION: PulseRequest = { shape: 'slr', durationS: 0.0024, bandwidthHz: 2200 };

/** @returns the shaped pulses of a sequence */
export function shapedPulses(family: SequenceFamily, vendor: Vendor): PulseSet {
  const refocusing = usualRefocusing(family, vendor);
  return { excitation: EXCITATION, refocusing, editing: GABA_EDITING.pulse, spatial: USUAL_SPATIAL };
}
