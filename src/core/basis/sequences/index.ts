// From a request to pulse sequences: designs the pulses, checks what each family needs, and gives one sequence, or the ON
// and OFF sequences of an edited one.
import type { EditingRequest, SequenceRequest } from '../../domain/basisRequest.ts';
import { ModelError } from '../../domain/errors.ts';
import { designPulse } from '../pulses/designPulse.ts';
import { laser, semiLaser } from './laser.ts';
import { megaPress, megaSemiLaser } from './mega.ts';
import { press } from './press.ts';
import { pulseAcquire } from './pulseAcquire.ts';
import { NO_SLICES } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';
import type { EditingPulse, SequencePulses } from './sequencePulses.ts';
import { spinEcho } from './spinEcho.ts';
import { steam } from './steam.ts';

const fail = (message: string): never => {
  throw new ModelError('MODEL_INVALID', message);
};

/** Positions along an axis beyond which nothing is gained and hours are lost. */
const MAX_SPATIAL_POINTS = 256;

function checkSpatial({ spatial, carrierPpm }: SequenceRequest): void {
  const { points, extent } = spatial;
  if (!Number.isInteger(points) || points < 1 || points > MAX_SPATIAL_POINTS) {
    fail(
      `The number of spatial points must be a whole number from 1 to ${MAX_SPATIAL_POINTS}, and ${points} was given.`,
    );
  }
  if (!(extent > 0) || extent > 20) {
    fail(`The spatial extent must be above 0 and at most 20 slice thicknesses, and ${extent} was given.`);
  }
  if (!Number.isFinite(carrierPpm)) fail(`The carrier must be a shift in ppm, and ${carrierPpm} was given.`);
}

function pulsesOf(request: SequenceRequest): SequencePulses {
  const excitation = designPulse(request.excitation, 'excitation');
  const refocusing = designPulse(request.refocusing, 'refocusing');
  const ideal = excitation === null && refocusing === null;
  return { excitation, refocusing, carrierPpm: request.carrierPpm, spatial: ideal ? NO_SLICES : request.spatial };
}

/** The first echo time: TE1 of the request, or half of TE. */
function firstEcho({ te1S, echoTimeS, family }: SequenceRequest): number {
  if (te1S === undefined) return echoTimeS / 2;
  if (te1S > echoTimeS) {
    fail(`TE1 of ${family} must not exceed TE: ${te1S * 1000} ms was given with TE ${echoTimeS * 1000} ms.`);
  }
  return te1S;
}

function editingPulses(request: SequenceRequest): EditingPulse[] {
  const editing: EditingRequest = request.editing ?? fail(`${request.family} needs its editing frequencies.`);
  const { onPpm, offPpm, pulse } = editing;
  if (!Number.isFinite(onPpm) || !Number.isFinite(offPpm)) {
    fail(`The editing frequencies must be shifts in ppm, and ${onPpm} and ${offPpm} were given.`);
  }
  const waveform = designPulse(pulse, 'editing');
  const widthHz = pulse.bandwidthHz ?? waveform?.bandwidthHz ?? 0;
  if (!(widthHz > 0)) fail('An ideal editing pulse needs a bandwidth above 0 Hz.');
  return [onPpm, offPpm].map((centrePpm) => ({ waveform, centrePpm, widthHz }));
}

/**
 * The sequences of a request.
 * @returns one, or [ON, OFF] for MEGA-PRESS and MEGA-sLASER
 * @throws ModelError where timings, pulses or editing are missing or impossible, in one sentence
 */
export function sequencesOf(request: SequenceRequest): PulseSequence[] {
  const { family, echoTimeS } = request;
  if (!Number.isFinite(echoTimeS) || echoTimeS < 0) {
    fail(`TE must be 0 ms or more, and ${echoTimeS * 1000} ms was given.`);
  }
  checkSpatial(request);
  const pulses = pulsesOf(request);
  switch (family) {
    case 'PULSE-ACQUIRE':
      return [pulseAcquire(pulses)];
    case 'SPIN-ECHO':
      return [spinEcho(echoTimeS, pulses)];
    case 'PRESS': {
      const te1S = firstEcho(request);
      return [press(te1S, echoTimeS - te1S, pulses)];
    }
    case 'STEAM':
      return [steam(echoTimeS, request.mixingTimeS ?? fail('STEAM needs its mixing time TM.'), pulses)];
    case 'LASER':
      return [laser(echoTimeS, pulses)];
    case 'SLASER':
      return [semiLaser(echoTimeS, pulses)];
    case 'MEGA-PRESS': {
      const te1S = firstEcho(request);
      return editingPulses(request).map((editing) => megaPress(te1S, echoTimeS - te1S, editing, pulses));
    }
    case 'MEGA-SLASER':
      return editingPulses(request).map((editing) => megaSemiLaser(echoTimeS, editing, pulses));
  }
}
