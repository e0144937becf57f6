// A pulse's profile as a small drawing: effect over frequency offset.
import { GYROMAGNETIC_RATIO_MHZ_PER_T } from '../../../core/domain/axes.ts';

export interface ProfileBox {
  readonly width: number;
  readonly height: number;
}

/** Offsets shown: twice as far as the outermost place with half the effect. [Hz] */
export function profileSpanHz(offsetsHz: Float64Array, effect: Float64Array): number {
  let edge = 0;
  let widest = 0;
  offsetsHz.forEach((hz, i) => {
    widest = Math.max(widest, Math.abs(hz));
    if ((effect[i] as number) >= 0.5) edge = Math.max(edge, Math.abs(hz));
  });
  return edge === 0 ? widest : Math.min(widest, 2 * edge);
}

/** @returns the path of the profile, effect 0 at the bottom and 1 at the top; empty without samples */
export function profilePath(offsetsHz: Float64Array, effect: Float64Array, spanHz: number, box: ProfileBox): string {
  const points: string[] = [];
  offsetsHz.forEach((hz, i) => {
    if (Math.abs(hz) > spanHz * (1 + 1e-9)) return;
    const x = ((hz / spanHz + 1) / 2) * box.width;
    const y = (1 - Math.max(0, Math.min(1, effect[i] as number))) * box.height;
    points.push(`${x.toFixed(2)} ${y.toFixed(2)}`);
  });
  return points.length === 0 ? '' : `M${points.join('L')}`;
}

/** γB1/2π in µT. @param peakB1Hz [Hz] */
export function microtesla(peakB1Hz: number): number {
  // MHz per T are Hz per µT.
  return peakB1Hz / (GYROMAGNETIC_RATIO_MHZ_PER_T['1H'] as number);
}
