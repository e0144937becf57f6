// What networks of time-frequency features take: a tensor made of a scan's band spectrum (see
// networks/bandSpectrum.ts). Frequencies are counted from 4.324 ppm, just beyond the band, towards lower ppm: the
// crowded lines from 3 to 4 ppm lie at low frequencies, where wavelets of constant Q are narrow, and NAA, lactate and
// lipids at high ones. training/quantification/time_frequency.py computes the same.
import type { ComplexSignal } from '../../../domain/complexArray.ts';

/** Bins from zero frequency (4.324 ppm) to the band's first (4.199 ppm). */
export const FIRST_FREQUENCY_BIN = 16;

export interface TimeFrequencyInput {
  /** Of one spectrum: (real, imaginary) × rows × times. */
  readonly shape: readonly [2, number, number];
  /**
   * @param band 512 bins, falling ppm
   * @param scale what the band is divided by: its largest magnitude
   * @param out written from `offset` on, in C order
   */
  readonly put: (band: ComplexSignal, scale: number, out: Float32Array, offset: number) => void;
}
