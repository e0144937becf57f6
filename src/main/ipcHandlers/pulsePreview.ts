// The effect of a pulse over frequency, for the chart beside its form.
import { designPulse } from '../../core/basis/pulses/designPulse.ts';
import { pulseEffect } from '../../core/basis/pulses/pulseBandwidth.ts';
import type { PulseRequest } from '../../core/domain/basisRequest.ts';
import { ModelError } from '../../core/domain/errors.ts';
import type { ChannelResponse, PulseRole } from '../../ipc/contract.ts';

/** Odd, so that the centre is one of them. */
const POINTS = 301;
/** Half the width of the chart in bandwidths: the slice, its transitions and the first lobes beside them. */
const REACH = 1.5;

/**
 * @throws ModelError for an ideal pulse, which acts on all spins alike, and for one that can't be designed
 */
export function pulsePreview(request: PulseRequest, role: PulseRole): ChannelResponse<'basis:pulse-profile'> {
  const pulse = designPulse(request, role);
  if (pulse === null) {
    throw new ModelError('MODEL_INVALID', 'An ideal pulse has no profile: it turns all spins alike, in no time.');
  }
  const { bandwidthHz, durationS, amplitudeHz } = pulse;
  const stepHz = (2 * REACH * bandwidthHz) / (POINTS - 1);
  const offsetsHz = Float64Array.from({ length: POINTS }, (_, i) => (i - (POINTS - 1) / 2) * stepHz);
  return {
    offsetsHz,
    effect: offsetsHz.map((hz) => pulseEffect(pulse, role, hz)),
    durationS,
    bandwidthHz,
    peakB1Hz: amplitudeHz.reduce((m, v) => Math.max(m, Math.abs(v)), 0),
  };
}
