// Time, frequency and ppm axes: the only place they are made.
// Sign convention (NIfTI-MRS, after Levitt): s(t) = exp(+2πi f t), plain forward FFT, and
// ppm = reference − f / f0. So a line upfield of the reference (NAA, 2.01 ppm) has f > 0, and a
// spectrum in FFT order of rising f runs from high to low ppm, as spectra are drawn.
import { wordTable } from './wordTable.ts';

/** Chemical shift of water at body temperature, the carrier's place on the ppm axis. [ppm] Source: LCModel manual, PPMREF; NIfTI-MRS tools use the same. */
export const WATER_PPM = 4.65;

/** Gyromagnetic ratios over 2π. [MHz/T] Source: CODATA 2018 (1H, shielded-proton differences ignored); Harris 2001 IUPAC ratios for the others. */
export const GYROMAGNETIC_RATIO_MHZ_PER_T: Readonly<Record<string, number>> = wordTable({
  '1H': 42.577478518,
  '2H': 6.535903,
  '13C': 10.708394,
  '19F': 40.078,
  '23Na': 11.262,
  '31P': 17.235,
});

/**
 * Chemical shift that usually stands at zero frequency, by nucleus: where scanners put the carrier, and the reference of the
 * nucleus's scale. [ppm] ¹H and ²H: water; ³¹P: phosphocreatine, 0 by convention (de Graaf, In Vivo NMR Spectroscopy, 3rd
 * ed., 2019, ch. 2); others: the reference compound itself.
 */
const CARRIER_PPM: Readonly<Record<string, number>> = wordTable({ '1H': WATER_PPM, '2H': WATER_PPM, '31P': 0 });

/** @returns ppm at zero frequency for a nucleus, where a scan says nothing else */
export function carrierPpm(nucleus: string): number {
  return CARRIER_PPM[nucleus] ?? 0;
}

/** @returns sample times in s, from 0, `points` elements */
export function timeAxisS(points: number, dwellTimeS: number): Float64Array {
  return Float64Array.from({ length: points }, (_, i) => i * dwellTimeS);
}

/** @returns frequencies in Hz of a centred (fftshifted) spectrum, rising from −1/(2·dwell), `points` elements */
export function frequencyAxisHz(points: number, dwellTimeS: number): Float64Array {
  const stepHz = 1 / (points * dwellTimeS);
  const half = Math.floor(points / 2);
  return Float64Array.from({ length: points }, (_, i) => (i - half) * stepHz);
}

/** @returns ppm values of a centred spectrum, falling, `points` elements */
export function ppmAxis(
  points: number,
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
  referencePpm: number = WATER_PPM,
): Float64Array {
  return frequencyAxisHz(points, dwellTimeS).map((hz) => hzToPpm(hz, spectrometerFrequencyMHz, referencePpm));
}

/** Frequency offset from the carrier → chemical shift. @param hz offset in Hz @returns ppm */
export function hzToPpm(hz: number, spectrometerFrequencyMHz: number, referencePpm: number = WATER_PPM): number {
  return referencePpm - hz / spectrometerFrequencyMHz;
}

/** Chemical shift → frequency offset from the carrier. @param ppm chemical shift @returns Hz */
export function ppmToHz(ppm: number, spectrometerFrequencyMHz: number, referencePpm: number = WATER_PPM): number {
  return (referencePpm - ppm) * spectrometerFrequencyMHz;
}

/** Static field from spectrometer frequency. @returns T, or null for a nucleus not in the table */
export function fieldStrengthT(spectrometerFrequencyMHz: number, nucleus: string): number | null {
  const ratio = GYROMAGNETIC_RATIO_MHZ_PER_T[nucleus];
  return ratio === undefined ? null : spectrometerFrequencyMHz / ratio;
}

/**
 * Half-open index range [start, end) of a centred spectrum that lies within a ppm window.
 * @param axisPpm falling ppm axis
 * @param lowPpm,highPpm window borders, in either order
 */
export function ppmRangeIndices(
  axisPpm: Float64Array,
  lowPpm: number,
  highPpm: number,
): { readonly start: number; readonly end: number } {
  const low = Math.min(lowPpm, highPpm);
  const high = Math.max(lowPpm, highPpm);
  let start = 0;
  while (start < axisPpm.length && (axisPpm[start] as number) > high) start++;
  let end = start;
  while (end < axisPpm.length && (axisPpm[end] as number) >= low) end++;
  return { start, end };
}
