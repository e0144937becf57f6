// Tikhonov smoothing of the spectrum X: min ‖Y − X‖² + λ‖∂²X/∂f²‖², which in the time domain is a filter of each sample,
// x(t) = y(t)/(1 + (t/τ)⁴) with τ⁻⁴ = λ(2π)⁴; τ by the discrepancy principle (Morozov 1966; Hansen, Rank-Deficient and
// Discrete Ill-Posed Problems, SIAM 1998, §7.2): what is taken away is as large as the noise. The simple baseline.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { signalEnergy } from '../signal.ts';
import type { DenoisingMethod } from './method.ts';
import { pause } from './method.ts';

const BISECTIONS = 60;

/** Part of a sample that stays. @param n its index @param tau in samples */
const kept = (n: number, tau: number): number => 1 / (1 + (n / tau) ** 4);

function removedEnergy({ re, im }: ComplexSignal, tau: number): number {
  let sum = 0;
  for (let n = 0; n < re.length; n++) {
    sum += (1 - kept(n, tau)) ** 2 * ((re[n] as number) ** 2 + (im[n] as number) ** 2);
  }
  return sum;
}

/**
 * The time constant at which as much is taken away as noise is there.
 * @returns τ in samples; Infinity where the signal holds no noise
 */
export function discrepancyTau(signal: ComplexSignal, noiseSd: number): number {
  const points = signal.re.length;
  const noiseEnergy = 2 * points * noiseSd ** 2;
  if (noiseSd === 0) return Infinity;
  // A signal that is no larger than its noise would be smoothed to nothing: one sample is the shortest τ.
  let low = 0;
  let high = Math.log(1e3 * points);
  for (let k = 0; k < BISECTIONS; k++) {
    const middle = (low + high) / 2;
    if (removedEnergy(signal, Math.exp(middle)) > noiseEnergy) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

function smoothed(signal: ComplexSignal, tau: number): ComplexSignal {
  const filter = (x: Float64Array): Float64Array => x.map((v, n) => v * kept(n, tau));
  return { re: filter(signal.re), im: filter(signal.im) };
}

export const tikhonov: DenoisingMethod = {
  id: 'tikhonov',
  title: 'Tikhonov smoothing of the spectrum',
  citation: 'Hansen PC, Rank-Deficient and Discrete Ill-Posed Problems, SIAM 1998, §7.2 (discrepancy principle)',
  denoise: async (signals, _options, context) => {
    const tauS: number[] = [];
    const out: ComplexSignal[] = [];
    let removed = 0;
    for (const [k, signal] of signals.entries()) {
      if (k % 64 === 0) await pause(context, k, signals.length);
      const tau = discrepancyTau(signal, context.noiseSd[k] as number);
      out.push(smoothed(signal, tau));
      removed += removedEnergy(signal, tau) / signalEnergy(signal);
      tauS.push(tau * context.scan.dwellTimeS);
    }
    const finite = tauS.filter(Number.isFinite);
    const details = {
      /** Mean over the signals; null where none held noise. */
      timeConstantS: finite.length === 0 ? null : finite.reduce((a, b) => a + b, 0) / finite.length,
      energyRemoved: removed / Math.max(1, signals.length),
    };
    return { signals: out, details, warnings: [] };
  },
};
