// GOIA-W(16,4): B1 = 1 − |sin(πτ/2)|¹⁶, G = 1 − f + f |sin(πτ/2)|⁴ with f = 0.9, swept by gradient-modulated
// offset-independent adiabaticity (Andronesi et al., J Magn Reson 2010;203:283, doi:10.1016/j.jmr.2010.01.010; Tannús
// & Garwood, NMR Biomed 1997;10:423). The nominal gradient, 1, is that of the pulse's ends.
import { adiabaticFullPassage } from './adiabatic.ts';
import type { DesignTarget } from './amplitudePulse.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';

const B1_ORDER = 16;
const GRADIENT_ORDER = 4;
const GRADIENT_DIP = 0.9;
/** Below, the dip of the gradient leaves too little sweep to invert; above, more than 3000 steps. */
const PRODUCTS = [20, 300] as const;

/** @param target bandwidthHz at nominal gradient: slice thickness times its strength */
export function goiaPulse(target: DesignTarget, role: PulseRole): RfWaveform {
  const lobe = (tau: number): number => Math.abs(Math.sin((Math.PI * tau) / 2));
  return adiabaticFullPassage(
    {
      name: 'goia',
      amplitude: (tau) => 1 - lobe(tau) ** B1_ORDER,
      frequency: null,
      gradient: (tau) => 1 - GRADIENT_DIP + GRADIENT_DIP * lobe(tau) ** GRADIENT_ORDER,
      products: PRODUCTS,
    },
    target,
    role,
  );
}
