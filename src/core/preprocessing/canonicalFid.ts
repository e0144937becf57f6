// The canonical FID that the networks of preprocessing see: a scan's band of 8 ppm about creatine's CH3 line as 512 points,
// whatever the scan's field, bandwidth and length; and the way back. training/fpc/canonical.py computes the same.
import { canonicalBand } from '../domain/canonicalBand.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { bandSampling } from '../math/bandSignal.ts';

/** How a scan is sampled. */
export interface ScanSampling {
  readonly points: number;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
}

export interface CanonicalSampling {
  /** Leading points of the scan that the canonical FID covers; later ones do not count. */
  readonly used: number;
  /** Canonical points that the scan covers: fewer than 512 where it is shorter. */
  readonly covered: number;
  /** @param fid zero frequency at 4.65 ppm @returns 512 points, amplitudes as in the scan */
  readonly toCanonical: (fid: ComplexSignal) => ComplexSignal;
  /**
   * What a canonical signal is at the scan's sampling: `used` points.
   * @param canonical 512 points
   */
  readonly toScan: (canonical: ComplexSignal) => ComplexSignal;
}

/** The ways between a scan's FIDs and canonical ones. */
export function canonicalSampling({ points, dwellTimeS, spectrometerFrequencyMHz }: ScanSampling): CanonicalSampling {
  const { used, covered, toBand, fromBand } = bandSampling(
    { points, dwellTimeS },
    canonicalBand(spectrometerFrequencyMHz),
  );
  return { used, covered, toCanonical: toBand, toScan: fromBand };
}
