// How much of a signal's energy stands in the ppm windows its lines should be in: the evidence by which the direction of
// the ppm axis is told where no singlet is there to measure.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { fidToSpectrum } from '../../math/fft.ts';
import { ppmAxis } from '../../domain/axes.ts';

export type PpmWindow = readonly [lowPpm: number, highPpm: number];

/** A way to read the stored signals. */
export interface AxisReading {
  readonly mirrored: boolean;
  /** Where zero frequency stands. [ppm] */
  readonly zeroPpm: number;
}

export interface WindowedSignal {
  readonly fid: ComplexSignal;
  /** Where the signal's lines are known to be. */
  readonly windows: readonly PpmWindow[];
}

/** A reading explains a signal if this part of the energy is in its windows: a marker at 0 or 20 ppm takes some. */
const MIN_SHARE = 0.2;
/** … and this many times more than another reading puts there. */
const MIN_RATIO = 4;

function shareInside(signal: WindowedSignal, offsetsPpm: Float64Array, reading: AxisReading): number {
  const spectrum = fidToSpectrum(signal.fid);
  let inside = 0;
  let total = 0;
  for (let i = 0; i < offsetsPpm.length; i++) {
    const energy = (spectrum.re[i] as number) ** 2 + (spectrum.im[i] as number) ** 2;
    const ppm = reading.zeroPpm + (reading.mirrored ? -1 : 1) * (offsetsPpm[i] as number);
    total += energy;
    if (signal.windows.some(([low, high]) => ppm >= low && ppm <= high)) inside += energy;
  }
  return total > 0 ? inside / total : 0;
}

/**
 * The reading that more than half of the signals support, and more of them than any other: water alone, at zero frequency,
 * supports an axis and its mirror image alike.
 * @returns null where none does
 */
export function bestReading(
  signals: readonly WindowedSignal[],
  readings: readonly AxisReading[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
): AxisReading | null {
  const votes = readings.map(() => 0);
  for (const signal of signals) {
    const offsets = ppmAxis(signal.fid.re.length, dwellTimeS, spectrometerFrequencyMHz, 0);
    const shares = readings.map((reading) => shareInside(signal, offsets, reading));
    const best = Math.max(...shares);
    if (best < MIN_SHARE) continue;
    shares.forEach((share, i) => {
      if (share * MIN_RATIO > best) votes[i] = (votes[i] as number) + 1;
    });
  }
  const most = Math.max(...votes);
  const winners = readings.filter((_, i) => votes[i] === most);
  return 2 * most > signals.length && winners.length === 1 ? (winners[0] as AxisReading) : null;
}
