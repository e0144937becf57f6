// Zero-order (and first-order) phase of one spectrum, from the singlets or from the positivity of the real part.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { SingletFit } from '../singletPattern.ts';

/** Corrected(ppm) = spectrum · e^{−i(phase0 + phase1·(ppm − pivot))}. */
export interface SpectrumPhase {
  readonly phase0Rad: number;
  readonly phase1RadPerPpm: number;
}

/**
 * First-order term from the difference of the lines' own phases, weighted by their amplitudes.
 * @param pivotPpm where phase0 is stated
 */
export function phaseOfSinglets(
  fit: SingletFit,
  linesPpm: readonly number[],
  firstOrder: boolean,
  pivotPpm: number,
): SpectrumPhase {
  if (!firstOrder) return { phase0Rad: fit.phaseRad, phase1RadPerPpm: 0 };
  const weights = fit.amplitudes.map((a) => a * a);
  const total = weights.reduce((a, b) => a + b, 0);
  // Phases relative to the common one stay within ±π of it.
  const relative = fit.linePhasesRad.map((p) => Math.atan2(Math.sin(p - fit.phaseRad), Math.cos(p - fit.phaseRad)));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, v, i) => sum + v * (weights[i] as number), 0) / total;
  const centre = mean(linesPpm);
  const level = mean(relative);
  const spread = mean(linesPpm.map((p) => (p - centre) ** 2));
  const slope =
    spread > 0 ? mean(linesPpm.map((p, i) => (p - centre) * ((relative[i] as number) - level))) / spread : 0;
  return { phase0Rad: fit.phaseRad + level + slope * (pivotPpm - centre), phase1RadPerPpm: slope };
}

/**
 * Zero-order phase at which the real part is least negative: minimises Σ min(0, Re)² / Σ Re².
 * @param spectrum the part of the spectrum with lines
 */
export function phaseOfPositivity(spectrum: ComplexSignal): number {
  const cost = (phase: number): number => {
    const c = Math.cos(phase);
    const s = Math.sin(phase);
    let negative = 0;
    let all = 0;
    for (let i = 0; i < spectrum.re.length; i++) {
      const v = (spectrum.re[i] as number) * c + (spectrum.im[i] as number) * s;
      all += v * v;
      if (v < 0) negative += v * v;
    }
    return all > 0 ? negative / all : 1;
  };
  let best = 0;
  let step = Math.PI / 60;
  for (let k = 0; k < 120; k++) if (cost(k * step) < cost(best)) best = k * step;
  while (step > 1e-5) {
    step /= 2;
    for (const candidate of [best - step, best + step]) if (cost(candidate) < cost(best)) best = candidate;
  }
  return Math.atan2(Math.sin(best), Math.cos(best));
}
