// Where the points of a series stand against each other in frequency and phase, before the fit: each is registered to
// their mean, which sharpens with each pass.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { meanSignal } from '../../math/meanSignal.ts';
import { rotateSignal } from '../../math/rotation.ts';
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
const turnedBack = (fid: ComplexSignal, { shiftHz, phaseRad }: PointOffset, dwellTimeS: number): ComplexSignal =>
  rotateSignal(fid, -shiftHz * dwellTimeS, -phaseRad);

/** Mean of the FIDs, each turned back by its offset. */
export function meanOfPoints(
  fids: readonly ComplexSignal[],
  offsets: readonly PointOffset[],
  dwellTimeS: number,
): ComplexSignal {
  return meanSignal(fids.map((fid, k) => turnedBack(fid, offsets[k] as PointOffset, dwellTimeS)));
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
