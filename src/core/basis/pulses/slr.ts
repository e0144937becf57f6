// Shinnar–Le Roux pulses of linear phase for excitation and refocusing (Pauly, Le Roux, Nishimura, Macovski, IEEE Trans
// Med Imaging 1991;10:53, doi:10.1109/42.75611): filter B of gain sin(flip/2), transition width D∞/(duration·bandwidth).
import { ModelError } from '../../domain/errors.ts';
import { AMPLITUDE_STEPS, calibratedByIntegral } from './amplitudePulse.ts';
import type { DesignTarget } from './amplitudePulse.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';
import { gain, inverseSlr, leastSquaresLowPass, minimumPhaseComplement } from './slrFilter.ts';
import { solveBandwidth } from './solveBandwidth.ts';

/** Ripple wanted in the profile, in pass and stop band. */
const PROFILE_RIPPLE = 0.01;
/** Largest time-bandwidth product: eight steps to each. */
const LARGEST_PRODUCT = AMPLITUDE_STEPS / 8;
/** Widest transition band, relative to the bandwidth: beyond it no pass band is left. */
const WIDEST_TRANSITION = 0.9;
/** Keeps A(z) off the unit circle; the flip lost by it (0.1°) is regained in B1. */
const LARGEST_GAIN = 1 - 5e-7;
/** How far the pass band of a 180° filter is lowered beside its centre, as part of its gain. */
const SMALLEST_DEPTH = 1e-4;
const LARGEST_DEPTH = 0.05;
/** Lowered by so much more, for a ripple that touches 1 puts a further zero of A(z) next to the unit circle. */
const SPARE_DEPTH = 5e-4;
/** Centre gain below which no ripple comes near 1. */
const SAFE_GAIN = 0.99;
/** Flips below this follow the small-tip relation between the ripples of B and of the profile. */
const SMALL_TIP_RAD = Math.PI / 3;

/** Ripples of B that give those of the profile (Pauly 1991). */
function filterRipples(role: PulseRole, flipRad: number): { pass: number; stop: number } {
  const d = PROFILE_RIPPLE;
  if (role === 'refocusing') return { pass: d / 4, stop: Math.sqrt(d) };
  if (role === 'editing') return { pass: d / 8, stop: Math.sqrt(d / 2) };
  return flipRad < SMALL_TIP_RAD ? { pass: d, stop: d } : { pass: Math.sqrt(d / 2), stop: d / Math.SQRT2 };
}

/** D∞(δ1, δ2), transition width times length of an equiripple filter (Pauly 1991). */
function transitionProduct(ripples: { pass: number; stop: number }): number {
  const l1 = Math.log10(ripples.pass);
  const l2 = Math.log10(ripples.stop);
  const slope = 5.309e-3 * l1 * l1 + 7.114e-2 * l1 - 4.761e-1;
  return slope * l2 + (-2.66e-3 * l1 * l1 - 5.941e-1 * l1 - 4.278e-1);
}

function largest(values: Float64Array): number {
  return values.reduce((m, v) => Math.max(m, v), 0);
}

/**
 * The filter with gain sin(flip/2) at the centre and no more than 1 anywhere, as |B| can't exceed 1: for 180° the pass
 * band's shoulders are lowered just enough that their ripple stays below the centre.
 */
function scaledFilter(filters: { flat: Float64Array; shoulders: Float64Array }, centreGain: number): Float64Array {
  const lowered = (depth: number): Float64Array => {
    const taps = filters.flat.map((v, i) => v - depth * (filters.shoulders[i] as number));
    const sum = taps.reduce((s, v) => s + v, 0);
    return taps.map((v) => (v * centreGain) / sum);
  };
  const fits = (depth: number): boolean =>
    largest(gain(lowered(depth), 16 * filters.flat.length)) <= LARGEST_GAIN + 1e-12;
  if (fits(0)) return lowered(centreGain < SAFE_GAIN ? 0 : SPARE_DEPTH);
  // Upwards from small depths, as large ones raise the transition band above the centre again.
  let high = SMALLEST_DEPTH;
  while (!fits(high) && high < LARGEST_DEPTH) high *= 1.5;
  let low = high / 1.5;
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (fits(middle)) high = middle;
    else low = middle;
  }
  return lowered(high + SPARE_DEPTH);
}

/** Signed flip angle of each step of a pulse with the nominal time-bandwidth product. */
function slrSteps(product: number, role: PulseRole, flipRad: number): Float64Array {
  const ripples = filterRipples(role, flipRad);
  const transition = transitionProduct(ripples) / product;
  const edge = (Math.PI * product) / AMPLITUDE_STEPS;
  const filters = leastSquaresLowPass({
    taps: AMPLITUDE_STEPS,
    passEdge: edge * (1 - transition),
    stopEdge: edge * (1 + transition),
    // Of squared errors, so that each band's error counts in units of its own ripple.
    stopWeight: (ripples.pass / ripples.stop) ** 2,
  });
  if (filters === null) {
    throw new ModelError('MODEL_INVALID', 'The filter of the slr pulse could not be solved for this bandwidth.');
  }
  const b = scaledFilter(filters, Math.min(Math.sin(flipRad / 2), LARGEST_GAIN));
  return inverseSlr(minimumPhaseComplement(b), b);
}

/** @throws ModelError MODEL_INVALID where the time-bandwidth product is too small for a pass band, or too large */
export function slrPulse(target: DesignTarget, role: PulseRole): RfWaveform {
  const smallest = transitionProduct(filterRipples(role, target.flipRad)) / WIDEST_TRANSITION;
  const build = (product: number): RfWaveform =>
    calibratedByIntegral('slr', slrSteps(product, role, target.flipRad), target);
  return solveBandwidth({ shape: 'slr', role, range: [smallest, LARGEST_PRODUCT], build }, target.bandwidthHz);
}
