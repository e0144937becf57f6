// What one proton at unit concentration amounts to in a basis set: the amplitude at t = 0 of a singlet over its protons.
// LCModel's rule (manual, water scaling): creatine's CH3 at 3.027 ppm, 3 protons, is the reference singlet.
import type { BasisSet } from '../../domain/basisSet.ts';
import { ModelError } from '../../domain/errors.ts';
import type { ProtonAmplitude } from '../../domain/quantitySettings.ts';
import { amplitudeAtStart, decomposeLines, liesNear } from './exponentialLines.ts';

export type { ProtonAmplitude };

/**
 * Singlets in order of preference. Shifts: Govindaraju 2000, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V.
 */
const SINGLETS: readonly { readonly name: string; readonly ppm: number; readonly protons: number }[] = [
  { name: 'Cr', ppm: 3.027, protons: 3 },
  { name: 'PCr', ppm: 3.029, protons: 3 },
  { name: 'tCr', ppm: 3.028, protons: 3 },
  { name: 'NAA', ppm: 2.008, protons: 3 },
  { name: 'Scyllo', ppm: 3.34, protons: 6 },
  { name: 'Ace', ppm: 1.904, protons: 3 },
];
/** A singlet's poles lie this near its shift; its neighbours in the same molecule don't. [ppm] */
const HALF_WIDTH_PPM = 0.1;
const POINTS = 1024;
const RANK = 12;
/** A singlet weaker than this part of the signal's start is not the one meant. */
const LEAST_PART = 0.02;

/**
 * Reads the proton scale of a basis.
 * @param basis any kind: simulated here (1 per proton, ½ for STEAM), or from a file with a scale of its own
 * @throws ModelError where it holds none of the reference singlets
 */
export function protonAmplitude(basis: BasisSet): ProtonAmplitude {
  const axes = {
    dwellTimeS: basis.dwellTimeS,
    spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
    referencePpm: basis.referencePpm,
  };
  // A difference basis holds what is left of singlets by subtraction.
  const signals = basis.editing === 'difference' ? (basis.offSignals ?? []) : basis.signals;
  for (const { name, ppm, protons } of SINGLETS) {
    const signal = signals.find((s) => s.name === name);
    if (signal === undefined) continue;
    const sampled = { ...axes, fid: signal.fid };
    const lines = decomposeLines(signal.fid, POINTS, RANK);
    if (lines === null) continue;
    const amplitude = amplitudeAtStart(lines, (c) => liesNear(c, sampled, ppm, HALF_WIDTH_PPM));
    const start = Math.hypot(signal.fid.re[1] ?? 0, signal.fid.im[1] ?? 0);
    if (amplitude > LEAST_PART * start) {
      return { amplitude: amplitude / protons, singlet: `${name} at ${ppm} ppm, ${protons} protons` };
    }
  }
  throw new ModelError(
    'BASIS_MISMATCH',
    `The basis set "${basis.title}" has no singlet of known protons (Cr, PCr, NAA, scyllo-inositol or acetate), which water scaling needs.`,
  );
}
