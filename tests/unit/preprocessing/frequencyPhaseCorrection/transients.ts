// Transients with known offsets for the tests of frequency and phase correction.
import type { ComplexSignal } from '../../../../src/core/domain/complexArray.ts';
import { seededRandom } from '../../../../src/core/math/seededRandom.ts';
import type {
  FpcEstimate,
  FpcOptions,
  TransientSet,
} from '../../../../src/core/preprocessing/frequencyPhaseCorrection/method.ts';
import type { Line } from '../../preprocessingSynthesis.ts';
import { addNoise, angleBetween, BRAIN, DWELL_S, F0_MHZ, synthesise } from '../../preprocessingSynthesis.ts';

export interface Truth {
  readonly shiftHz: number;
  readonly phaseRad: number;
}

export const NEVER = { isCancelled: () => false, throwIfCancelled: () => undefined };
export const OPTIONS: FpcOptions = { ppmRange: null, maximumShiftHz: 40 };

/** Offsets over ±reach and ±180°. */
export function drawnOffsets(seed: number, count: number, reachHz = 40): Truth[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => ({
    shiftHz: reachHz * (2 * random.uniform() - 1),
    phaseRad: Math.PI * (2 * random.uniform() - 1),
  }));
}

/** A set of transients of the brain's lines, with other lines of each if wanted. */
export function setOf(
  truth: readonly Truth[],
  noiseSd: number,
  others: (k: number) => readonly Line[] = () => [],
): TransientSet {
  const signals: ComplexSignal[] = truth.map((t, k) => {
    const signal = synthesise([...BRAIN, ...others(k)], t);
    return noiseSd > 0 ? addNoise(signal, noiseSd, 500 + k) : signal;
  });
  return { signals, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ };
}

/** One unstable water line a transient. */
export function unstableWater(seed: number, amplitude: number): (k: number) => readonly Line[] {
  return (k) => {
    const random = seededRandom(seed + k);
    return [
      {
        ppm: 4.65 + 0.2 * (random.uniform() - 0.5),
        amplitude: amplitude * random.uniform(),
        widthHz: 5 + 20 * random.uniform(),
        phaseRad: 2 * Math.PI * random.uniform(),
      },
    ];
  };
}

const rms = (values: readonly number[]): number => Math.sqrt(values.reduce((s, v) => s + v * v, 0) / values.length);

/** rms of found − true; of a relative frame after the mean error is taken out. */
export function errorsOf(estimate: FpcEstimate, truth: readonly Truth[]): { shiftHz: number; phaseRad: number } {
  const hz = estimate.offsets.map((o, k) => o.shiftHz - truth[k]!.shiftHz);
  const first = angleBetween(estimate.offsets[0]!.phaseRad, truth[0]!.phaseRad);
  const rad = estimate.offsets.map((o, k) => angleBetween(angleBetween(o.phaseRad, truth[k]!.phaseRad), first));
  if (estimate.frame === 'absolute')
    return { shiftHz: rms(hz), phaseRad: rms(rad.map((r) => angleBetween(r, -first))) };
  const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
  const [meanHz, meanRad] = [mean(hz), mean(rad)];
  return { shiftHz: rms(hz.map((v) => v - meanHz)), phaseRad: rms(rad.map((v) => v - meanRad)) };
}
