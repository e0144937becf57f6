// Derivatives of the model by what is common to its lines, at given amplitudes: the columns of one Gauss–Newton step.
import { CANONICAL_POINTS, CANONICAL_TRANSFORM_POINTS } from '../../domain/canonicalBand.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import type { BandModel } from '../shared/networks/bandModel.ts';
import { BAND_FIRST_BIN, BAND_POINTS } from '../shared/networks/bandSpectrum.ts';
import { canonicalDwellTimeS } from '../shared/networks/canonicalFid.ts';

/** In this order everywhere: phase [deg], shift [ppm], Lorentzian and Gaussian FWHM [Hz]. */
export const STEP_PARAMETERS = 4;

const FIRST = CANONICAL_TRANSFORM_POINTS / 2 + BAND_FIRST_BIN;
/** The weighted signals vanish at time 0: no first sample needs halving. */
const transform = new BandTransform(CANONICAL_POINTS, CANONICAL_TRANSFORM_POINTS / CANONICAL_POINTS, () => ({
  start: FIRST,
  end: FIRST + BAND_POINTS,
}));

const bins = (): Float64Array => new Float64Array(BAND_POINTS);

/**
 * Real parts of the derivatives, 512 bins each, in the order above. Of broad signals only the phase's: they hardly tell a shift.
 * @param model changed as the amplitudes were solved with
 * @param isBroad signals that are as wide as they are, whatever the common widths
 * @param gaussianHz at which the model stands
 */
export function lineshapeDerivatives(
  model: BandModel,
  amplitudes: Float64Array,
  isBroad: readonly boolean[],
  gaussianHz: number,
): Float64Array[] {
  const f0 = model.spectrometerFrequencyMHz;
  const dwellTimeS = canonicalDwellTimeS(f0);
  const { re, im } = model.sumInTime(amplitudes.map((a, m) => (isBroad[m] === true ? 0 : a)));
  const weigh = (signal: Float64Array): void => {
    for (let n = 0; n < CANONICAL_POINTS; n++) signal[n] = (signal[n] as number) * n * dwellTimeS;
  };
  const [byPhase, byShift, byLorentzian, byGaussian, unused] = [bins(), bins(), bins(), bins(), bins()];
  weigh(re);
  weigh(im);
  transform.transform(re, im, byLorentzian, byShift);
  weigh(re);
  weigh(im);
  transform.transform(re, im, byGaussian, unused);
  const whole = model.sum(amplitudes).im;
  const bend = (-(Math.PI ** 2) * 2 * gaussianHz) / (4 * Math.LN2);
  for (let j = 0; j < BAND_POINTS; j++) {
    byPhase[j] = (-Math.PI / 180) * (whole[j] as number);
    // e^{−2πi·shift·f0·t}: the real part of −2πi·f0·F is 2π·f0·Im F.
    byShift[j] = 2 * Math.PI * f0 * dwellTimeS * (byShift[j] as number);
    byLorentzian[j] = -Math.PI * dwellTimeS * (byLorentzian[j] as number);
    byGaussian[j] = bend * dwellTimeS * (byGaussian[j] as number);
  }
  return [byPhase, byShift, byLorentzian, byGaussian];
}
