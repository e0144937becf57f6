// Where the points of a series stand against each other in frequency and phase, before the fit: each is registered to
// their mean, which sharpens with each pass.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { registerShiftAndPhase } from '../../math/shiftPhaseRegistration.ts';
import type { SeriesSharing } from './options.ts';

/** A point's own frequency and phase, beyond the mean's. */
export interface PointOffset {
  readonly shiftHz: number;
  readonly phaseRad: number;
}

const PASSES = 2;
/** In vivo lines have decayed by then. [s] */
const COMPARED_S = 0.2;
/** Farther than this no point is looked for. [ppm] */
export const WIDEST_OFFSET_PPM = 0.15;

/** A FID turned back by its offset. */
function turnedBack(fid: ComplexSignal, { shiftHz, phaseRad }: PointOffset, dwellTimeS: number): ComplexSignal {
  const re = new Float64Array(fid.re.length);
  const im = new Float64Array(fid.re.length);
  for (let i = 0; i < re.length; i++) {
    const angle = -phaseRad - 2 * Math.PI * shiftHz * i * dwellTimeS;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    re[i] = (fid.re[i] as number) * c - (fid.im[i] as number) * s;
    im[i] = (fid.re[i] as number) * s + (fid.im[i] as number) * c;
  }
  return { re, im };
}

/** Mean of the FIDs, each turned back by its offset. */
export function meanOfPoints(
  fids: readonly ComplexSignal[],
  offsets: readonly PointOffset[],
  dwellTimeS: number,
): ComplexSignal {
  const points = fids[0]?.re.length ?? 0;
  const mean = { re: new Float64Array(points), im: new Float64Array(points) };
  fids.forEach((fid, k) => {
    const { re, im } = turnedBack(fid, offsets[k] as PointOffset, dwellTimeS);
    for (let i = 0; i < points; i++) {
      mean.re[i] = (mean.re[i] as number) + (re[i] as number) / fids.length;
      mean.im[i] = (mean.im[i] as number) + (im[i] as number) / fids.length;
    }
  });
  return mean;
}

/**
 * Offsets of the points in what they don't share.
 * @param share a shared shift or phase stays zero
 */
export function pointOffsets(
  fids: readonly ComplexSignal[],
  { dwellTimeS, spectrometerFrequencyMHz }: { readonly dwellTimeS: number; readonly spectrometerFrequencyMHz: number },
  share: Pick<SeriesSharing, 'shift' | 'phase0'>,
): PointOffset[] {
  let offsets: PointOffset[] = fids.map(() => ({ shiftHz: 0, phaseRad: 0 }));
  if (share.shift === 'shared' && share.phase0 === 'shared') return offsets;
  const compared = Math.min(fids[0]?.re.length ?? 0, Math.ceil(COMPARED_S / dwellTimeS));
  const widest = share.shift === 'shared' ? 0 : WIDEST_OFFSET_PPM * spectrometerFrequencyMHz * dwellTimeS;
  for (let pass = 0; pass < PASSES; pass++) {
    const mean = meanOfPoints(fids, offsets, dwellTimeS);
    offsets = fids.map((fid) => {
      const { shiftCycles, phaseRad } = registerShiftAndPhase(mean, fid, compared, widest);
      // What has to be added to the point is what it lacks.
      return {
        shiftHz: share.shift === 'shared' ? 0 : -shiftCycles / dwellTimeS,
        phaseRad: share.phase0 === 'shared' ? 0 : -phaseRad,
      };
    });
  }
  return offsets;
}
