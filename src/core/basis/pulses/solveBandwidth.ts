// Meets a requested bandwidth by a root search over the one free parameter of a shape, with the pulse simulated.
import { ModelError } from '../../domain/errors.ts';
import { measureBandwidth } from './pulseBandwidth.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';

export interface ShapeFamily {
  readonly shape: string;
  readonly role: PulseRole;
  /** Range of the parameter; the bandwidth is monotonic over it, rising or falling. */
  readonly range: readonly [number, number];
  /** The calibrated pulse of a parameter; its bandwidthHz is still to be measured. */
  readonly build: (parameter: number) => RfWaveform;
}

/** Relative error of the bandwidth that ends the search. */
const TOLERANCE = 1e-5;
/** The most that is accepted where the bandwidth jumps, as it may where the B1 of an adiabatic pulse changes branch. */
const ACCEPTED = 5e-3;

/** Names the bandwidths that a shape can have. @throws ModelError always */
export function refuseBandwidth(
  { shape, role }: Pick<ShapeFamily, 'shape' | 'role'>,
  durationS: number,
  range: readonly number[],
  askedHz: number,
): never {
  const [low, high] = [...range].sort((a, b) => a - b).map((hz) => String(Number(hz.toPrecision(3))));
  throw new ModelError(
    'MODEL_INVALID',
    `Pulses for ${role} of shape ${shape} and ${Number((1000 * durationS).toPrecision(4))} ms can have bandwidths of ${low} to ${high} Hz, not ${askedHz} Hz.`,
  );
}

/**
 * The member of a shape family that has the bandwidth.
 * @param bandwidthHz full width at half effect
 * @returns a pulse of that bandwidth; where the family jumps across it, one within 0.5 % whose bandwidthHz says so
 * @throws ModelError MODEL_INVALID with the attainable range
 */
export function solveBandwidth(family: ShapeFamily, bandwidthHz: number): RfWaveform {
  const excess = (parameter: number): { pulse: RfWaveform; error: number } => {
    const pulse = family.build(parameter);
    return { pulse, error: measureBandwidth(pulse, family.role) / bandwidthHz - 1 };
  };
  let [from, to] = family.range;
  const first = excess(from);
  const last = excess(to);
  let atFrom = first.error;
  let atTo = last.error;
  if (!(atFrom * atTo <= 0)) {
    const ends = [atFrom, atTo].map((error) => (1 + error) * bandwidthHz);
    refuseBandwidth(family, first.pulse.durationS, ends, bandwidthHz);
  }
  // Regula falsi with the Illinois step, which halves the weight of an end that stays; bisection where an end is infinite.
  for (let i = 0; i < 60; i++) {
    const straight = (from * atTo - to * atFrom) / (atTo - atFrom);
    const parameter = Number.isFinite(straight) ? straight : (from + to) / 2;
    const { pulse, error } = excess(parameter);
    if (Math.abs(error) < TOLERANCE) return { ...pulse, bandwidthHz };
    if (Math.abs(error) < ACCEPTED && Math.abs(to - from) < 1e-12) {
      return { ...pulse, bandwidthHz: (1 + error) * bandwidthHz };
    }
    if (error * atTo < 0) {
      from = to;
      atFrom = atTo;
    } else {
      atFrom /= 2;
    }
    to = parameter;
    atTo = error;
  }
  throw new ModelError(
    'MODEL_INVALID',
    `No pulse of shape ${family.shape} with a bandwidth of ${bandwidthHz} Hz was found.`,
  );
}
