// Whether dwell time, frequency, nucleus and field go together.
import { fieldStrengthT, GYROMAGNETIC_RATIO_MHZ_PER_T } from '../../domain/axes.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { headerNumber } from './headerValues.ts';

/** Spectral widths of MR spectroscopy, from narrow ¹H in animals' scanners to wide ³¹P and oversampled raw data. [Hz] */
const WIDTH_HZ: readonly [number, number] = [500, 1e5];

/**
 * Fields of magnets sold for MR: a vendor's "3 T" is 2.89 or 3.0 T, its "7 T" 6.98 or 7.0 T, a 300 MHz magnet 7.05 T. [T]
 * Source: vendors' frequencies (123.2, 127.7, 297.2, 298.0 MHz) and the usual ¹H frequencies of small-bore magnets.
 */
const MAGNETS_T = [
  0.2, 0.35, 0.5, 0.55, 1, 1.494, 1.5, 2, 2.35, 2.893, 3, 4, 4.7, 6.98, 7, 7.05, 9.4, 10.5, 11.1, 11.75, 14.1, 15.2,
  16.4, 17.6, 18.8, 21.1, 23.5,
];
/** Relative; nearer than the nearest of two nuclei's fields (³¹P at 123.2 MHz is 1.4 % off 7.05 T). */
const MAGNET_TOLERANCE = 0.012;
/** Relative difference between a field that is stated and that of the frequency; "3 T" is written for 2.89 T. */
const STATED_TOLERANCE = 0.06;

const isMagnet = (fieldT: number): boolean =>
  MAGNETS_T.some((magnet) => Math.abs(fieldT / magnet - 1) <= MAGNET_TOLERANCE);

const tesla = (fieldT: number): string => `${Number(fieldT.toPrecision(3))} T`;

/** Nuclei that this frequency suits, at the stated field if there is one, else at any magnet's. */
function suitingNuclei(mhz: number, statedT: number | null): string[] {
  return Object.entries(GYROMAGNETIC_RATIO_MHZ_PER_T)
    .filter(([, ratio]) =>
      statedT === null ? isMagnet(mhz / ratio) : Math.abs(mhz / ratio / statedT - 1) <= STATED_TOLERANCE,
    )
    .map(([nucleus]) => nucleus);
}

function checkWidth({ dwellTimeS }: MrsDataset): Warning[] {
  const widthHz = 1 / dwellTimeS;
  if (widthHz >= WIDTH_HZ[0] && widthHz <= WIDTH_HZ[1]) return [];
  return [
    {
      code: 'dwell-time-implausible',
      message: `The dwell time of ${Number((dwellTimeS * 1e6).toPrecision(6))} µs makes a spectrum ${Number(widthHz.toPrecision(4))} Hz wide, where ${WIDTH_HZ[0]} Hz to ${WIDTH_HZ[1] / 1000} kHz is usual (was its unit mistaken?); it is kept as it stands, and frequencies and ppm depend on it.`,
    },
  ];
}

/** @returns warnings about the spectral width, and about a frequency that no magnet gives the nucleus */
export function checkFrequencies(dataset: MrsDataset): Warning[] {
  const { spectrometerFrequencyMHz: mhz, nucleus } = dataset;
  const warnings = checkWidth(dataset);
  const fieldT = fieldStrengthT(mhz, nucleus);
  if (fieldT === null) return warnings;
  const statedT = headerNumber(dataset, 'MagneticFieldStrength');
  const found = `${Number(mhz.toPrecision(7))} MHz for ${nucleus}, which is ${tesla(fieldT)}`;
  const others = (at: number | null): string => {
    const nuclei = suitingNuclei(mhz, at).filter((n) => n !== nucleus);
    return nuclei.length === 0 ? '' : ` (it would suit ${nuclei.join(' or ')})`;
  };
  if (statedT !== null && statedT > 0 && Math.abs(fieldT / statedT - 1) > STATED_TOLERANCE) {
    warnings.push({
      code: 'field-frequency-mismatch',
      message: `The header gives ${found}, but states a field of ${tesla(statedT)}${others(statedT)}; frequency and nucleus are kept as they stand, and the ppm axis depends on them.`,
    });
  } else if (!isMagnet(fieldT)) {
    warnings.push({
      code: 'frequency-implausible',
      message: `The header gives ${found}, a field no usual magnet has${others(null)}; frequency and nucleus are kept as they stand, and the ppm axis depends on them.`,
    });
  }
  return warnings;
}
