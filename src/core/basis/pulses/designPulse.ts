// Turns what a user asks of a pulse into the pulse: the one entry to all shapes.
import type { PulseRequest } from '../../domain/basisRequest.ts';
import { ModelError } from '../../domain/errors.ts';
import type { DesignTarget } from './amplitudePulse.ts';
import { gaussianPulse } from './gaussian.ts';
import { waveformPulse } from './givenWaveform.ts';
import { goiaPulse } from './goia.ts';
import { hermitePulse } from './hermite.ts';
import { hyperbolicSecantPulse } from './hyperbolicSecant.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';
import { sincGaussPulse } from './sincGauss.ts';
import { slrPulse } from './slr.ts';

type DesignedShape = Exclude<PulseRequest['shape'], 'ideal' | 'waveform'>;

const DESIGNERS: Record<DesignedShape, (target: DesignTarget, role: PulseRole) => RfWaveform> = {
  'sinc-gauss': sincGaussPulse,
  hermite: hermitePulse,
  gaussian: gaussianPulse,
  slr: slrPulse,
  'hyperbolic-secant': hyperbolicSecantPulse,
  goia: goiaPulse,
};

const LARGEST_FLIP_DEG: Record<PulseRole, number> = { excitation: 90, refocusing: 180, editing: 180 };

function invalid(message: string): never {
  throw new ModelError('MODEL_INVALID', message);
}

function isPositive(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value > 0;
}

/** @returns [rad] */
function flipAngle(request: PulseRequest, role: PulseRole): number {
  const largest = LARGEST_FLIP_DEG[role];
  const flipDeg = request.flipDeg ?? largest;
  if (!(flipDeg > 0 && flipDeg <= largest)) {
    invalid(
      `The flip angle of ${role === 'refocusing' ? 'a' : 'an'} ${role} pulse has to be above 0° and at most ${largest}°, not ${flipDeg}°.`,
    );
  }
  return (flipDeg * Math.PI) / 180;
}

/**
 * Designs and calibrates a pulse.
 * @param request flip 90° (excitation) or 180° unless given; bandwidthHz is the full width at half effect: of |Mxy| for
 * excitation, of the refocused fraction |b|² for refocusing, of the inverted fraction (1 − Mz)/2 for editing, each
 * relative to the slice's centre. Adiabatic pulses get 1.2 times the least B1 that inverts 99 % in the centre
 * @returns null for an ideal pulse
 * @throws ModelError MODEL_INVALID, naming what is missing or the bandwidths that can be had
 */
export function designPulse(request: PulseRequest, role: PulseRole): RfWaveform | null {
  const { shape, durationS, bandwidthHz } = request;
  if (shape === 'ideal') return null;
  const flipRad = flipAngle(request, role);
  if (!isPositive(durationS)) invalid(`A ${shape} pulse needs a duration above zero.`);
  if (shape === 'waveform') {
    if (request.waveform === undefined) invalid('A "waveform" pulse needs the RF waveform of a file.');
    return waveformPulse(request.waveform, { durationS, flipRad }, role);
  }
  if (!isPositive(bandwidthHz)) invalid(`A ${shape} pulse needs a bandwidth above zero.`);
  const designer = DESIGNERS[shape] ?? invalid(`There is no pulse shape "${String(shape)}".`);
  return designer({ durationS, bandwidthHz, flipRad }, role);
}
