// Hyperbolic-secant pulses: HS1, B1 ∝ sech(βτ), F ∝ tanh(βτ) (Silver, Joseph, Hoult, Phys Rev A 1985;31:2753,
// doi:10.1103/PhysRevA.31.2753), and HSn, B1 ∝ sech(βτⁿ) with offset-independent sweep (Tannús & Garwood, J Magn Reson
// A 1996;120:133).
import { adiabaticFullPassage } from './adiabatic.ts';
import type { DesignTarget } from './amplitudePulse.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';

/** B1 at the pulse's ends, relative to its middle. */
const END_LEVEL = 0.01;
/** β, with sech β the level of the ends. */
export const HS_TRUNCATION = Math.acosh(1 / END_LEVEL);
/** From μ ≈ 2 (Silver's condition) to what 3000 steps hold. */
const PRODUCTS = [7, 300] as const;

/** @param order n of HSn; higher ones need less B1 and more power */
export function hyperbolicSecantPulse(target: DesignTarget, role: PulseRole, order = 1): RfWaveform {
  return adiabaticFullPassage(
    {
      name: 'hyperbolic-secant',
      amplitude: (tau) => 1 / Math.cosh(HS_TRUNCATION * Math.abs(tau) ** order),
      frequency: order === 1 ? (tau) => Math.tanh(HS_TRUNCATION * tau) : null,
      gradient: null,
      products: PRODUCTS,
    },
    target,
    role,
  );
}
