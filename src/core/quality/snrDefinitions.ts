// Signal-to-noise ratios by name: no figure without its definition, since the usual ones differ by a factor of two and more.
import { ppmAxis } from '../domain/axes.ts';
import type { SnrDefinition, SnrFigure } from '../domain/spectrumQuality.ts';
import { lineFwhm, LINE_WINDOWS_PPM } from './linewidth.ts';
import { lcmodelSnr, NAA_PPM, spectralNoiseSd, spectralSnr, timeDomainSnr } from './snr.ts';
import type { FidWithAxes } from './spectrumRegions.ts';

export type { SnrDefinition, SnrFigure };

/** Noise windows. [ppm] 8–10: no proton line of tissue but weak amides; −2–0: below lipids. */
export const NOISE_WINDOWS_PPM = { downfield: [8, 10], upfield: [-2, 0] } as const;

export const SNR_LABELS: Readonly<Record<SnrDefinition, string>> = {
  lcmodel: 'largest value of data minus baseline over twice the RMS residual (LCModel manual §4.3.2)',
  naaDownfieldNoise: 'height of tNAA over the SD of the real spectrum at 8 to 10 ppm',
  naaUpfieldNoise: 'height of tNAA over the SD of the real spectrum at −2 to 0 ppm',
  consensus: "height of the tNAA line, zero-filled and in phase, over the noise SD, not twice it (experts' consensus, Kreis 2021, doi:10.1002/nbm.4347)", // prettier-ignore
  timeDomain: '|s(0)| over the SD of the last tenth of the FID (Shamaei 2023, doi:10.1002/mrm.29498)',
};

export interface SnrInput {
  /** Phased, averaged, water removed. */
  readonly signal: FidWithAxes;
  /** The fit's curves, for LCModel's; null before a fit. */
  readonly curves: { readonly data: Float64Array; readonly baseline: Float64Array; readonly residual: Float64Array } | null; // prettier-ignore
  /** Noise SD per real channel and time point where the spectrum doesn't show it any more (it was denoised); else measured. */
  readonly noiseSd?: number;
}

/** The given noise in a row of the unscaled transform. */
const rowNoise = ({ signal, noiseSd }: SnrInput): number | null =>
  noiseSd === undefined ? null : noiseSd * Math.sqrt(signal.fid.re.length);

function holdsWindow(signal: FidWithAxes, [low, high]: readonly [number, number]): boolean {
  const axis = ppmAxis(signal.fid.re.length, signal.dwellTimeS, signal.spectrometerFrequencyMHz);
  return (axis[0] as number) >= high && (axis[axis.length - 1] as number) <= low;
}

const NO_WINDOW = 'The bandwidth does not hold this noise window.';

/** Line height against noise in the spectrum as sampled: zero-filling raises neither. */
function consensusSnr(input: SnrInput): number | string {
  const { signal } = input;
  const window = [NOISE_WINDOWS_PPM.downfield, NOISE_WINDOWS_PPM.upfield].find((w) => holdsWindow(signal, w));
  if (window === undefined) return NO_WINDOW;
  const line = lineFwhm(signal, LINE_WINDOWS_PPM.tNAA);
  if (line === null) return 'There is no tNAA line that falls to half its height.';
  const sd = rowNoise(input) ?? spectralNoiseSd(signal, window);
  return sd > 0 ? line.height / sd : Infinity;
}

function naaSnr(input: SnrInput, window: readonly [number, number]): number | string {
  if (!holdsWindow(input.signal, window)) return NO_WINDOW;
  return spectralSnr(input.signal, NAA_PPM, window, rowNoise(input));
}

const MEASURES: Readonly<Record<SnrDefinition, (input: SnrInput) => number | string>> = {
  lcmodel: (input) => {
    if (input.curves === null) return 'It needs a fit.';
    const { data, baseline, residual } = input.curves;
    return lcmodelSnr(data.map((v, i) => v - (baseline[i] as number)), residual, rowNoise(input) ?? 0); // prettier-ignore
  },
  naaDownfieldNoise: (input) => naaSnr(input, NOISE_WINDOWS_PPM.downfield),
  naaUpfieldNoise: (input) => naaSnr(input, NOISE_WINDOWS_PPM.upfield),
  consensus: consensusSnr,
  timeDomain: ({ signal, noiseSd }) => timeDomainSnr(signal.fid, noiseSd ?? null),
};

/** One definition's figure. */
export function measureSnr(definition: SnrDefinition, input: SnrInput): SnrFigure {
  const found = MEASURES[definition](input);
  const label = SNR_LABELS[definition];
  return typeof found === 'number'
    ? { definition, label, value: found, reason: null }
    : { definition, label, value: null, reason: found };
}

/** Every definition's figure. */
export function measureAllSnr(input: SnrInput): readonly SnrFigure[] {
  return (Object.keys(MEASURES) as SnrDefinition[]).map((definition) => measureSnr(definition, input));
}
