// The quality figures of one fitted voxel, and their grades.
import { WATER_PPM } from '../domain/axes.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import type { QuantificationResult } from '../domain/quantification.ts';
import type { QuantitySettings } from '../domain/quantitySettings.ts';
import type { SnrDefinition, SnrFigure, SpectrumQuality } from '../domain/spectrumQuality.ts';
import type { FitInput, FitOutput } from '../ports/fitRunner.ts';
import { assessQuality } from '../quality/assessment.ts';
import { lineFwhm, LINE_WINDOWS_PPM } from '../quality/linewidth.ts';
import type { SnrInput } from '../quality/snrDefinitions.ts';
import { measureAllSnr, measureSnr, SNR_LABELS } from '../quality/snrDefinitions.ts';
import { residualWhiteness } from '../quality/whiteness.ts';

/** Definitions that ask for no line of the proton spectrum, and take no time. */
const FOR_ANY_NUCLEUS: readonly SnrDefinition[] = ['lcmodel', 'timeDomain'];
/** Where the line stands whose phase counts. [ppm] Source: Govindaraju 2000, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V. */
const NAA_AT_PPM = 2.008;
/** Their bounds say whether a spectrum can be relied on at all. */
const STRONG_SUMS: readonly string[] = ['tNAA', 'tCr', 'tCho'];

/** The FID brought to the reference and, at tNAA, into phase, by what the fit found. */
function asFitted({ fid, dwellTimeS }: FitInput, result: QuantificationResult): ComplexSignal {
  const { phase0Deg, phase1DegPerPpm, shiftHz } = result;
  const phaseDeg = phase0Deg + phase1DegPerPpm * (NAA_AT_PPM - WATER_PPM);
  const re = new Float64Array(fid.re.length);
  const im = new Float64Array(fid.re.length);
  for (let i = 0; i < re.length; i++) {
    const angle = (phaseDeg * Math.PI) / 180 + 2 * Math.PI * shiftHz * i * dwellTimeS;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const [x, y] = [fid.re[i] as number, fid.im[i] as number];
    re[i] = x * c + y * s;
    im[i] = y * c - x * s;
  }
  return { re, im };
}

/** A figure that JSON can hold. */
function finite(figure: SnrFigure): SnrFigure {
  if (figure.value === null || Number.isFinite(figure.value)) return figure;
  return { ...figure, value: null, reason: 'There is no noise to measure.' };
}

const finiteOrNull = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

type QualityOutput = Pick<FitOutput, 'result' | 'curves' | 'curveNoiseSd'>;

/** SD of the residual over that of the noise: a row of the transform of N samples has √N times their noise. */
function residualOverNoise({ fid, noiseSd }: FitInput, { curves, curveNoiseSd }: QualityOutput): number | null {
  const { residual } = curves;
  const noise = curveNoiseSd ?? (noiseSd === null ? 0 : noiseSd * Math.sqrt(fid.re.length));
  if (!(noise > 0) || residual.length === 0) return null;
  const power = residual.reduce((sum, v) => sum + v * v, 0) / residual.length;
  return finiteOrNull(Math.sqrt(power) / noise);
}

function largestCrlb({ combined }: QuantificationResult): number | null {
  const bounds = combined.filter(({ name }) => STRONG_SUMS.includes(name)).map((e) => e.crlbPercent);
  const known = bounds.filter((b) => b !== null);
  return known.length === 0 || known.length < bounds.length ? null : Math.max(...known);
}

/** What any nucleus has, and for protons the one that is graded. */
function briefSnr(graded: string, input: SnrInput, isProton: boolean): readonly SnrFigure[] {
  const asked = (Object.keys(SNR_LABELS) as SnrDefinition[]).filter(
    (name) => FOR_ANY_NUCLEUS.includes(name) || (isProton && name === graded),
  );
  return asked.map((name) => measureSnr(name, input));
}

/**
 * Figures and grades of a voxel.
 * @param result of a fit that was not refused
 * @param waterFwhmHz of the water reference; null without one
 */
export function voxelQuality(
  input: FitInput,
  output: QualityOutput,
  waterFwhmHz: number | null,
  { thresholds, drift, qualityDetail }: Pick<QuantitySettings, 'thresholds' | 'drift' | 'qualityDetail'>,
): SpectrumQuality {
  const { result, curves } = output;
  const { dwellTimeS, spectrometerFrequencyMHz } = input;
  const isProton = input.nucleus === '1H';
  const signal = { fid: isProton ? asFitted(input, result) : input.fid, dwellTimeS, spectrometerFrequencyMHz };
  const isFull = isProton && qualityDetail === 'full';
  const measure = (snrInput: SnrInput): SnrFigure[] =>
    (isFull ? measureAllSnr(snrInput) : briefSnr(thresholds.snrDefinition, snrInput, isProton)).map(finite);
  const shown = measure({ signal, curves });
  const { isDenoised = false, noiseSd } = input;
  const snr = isDenoised && noiseSd !== null ? measure({ signal, curves, noiseSd }) : shown;
  const inPpm = (hz: number | null): number | null => (hz === null ? null : hz / spectrometerFrequencyMHz);
  const overNoise = residualOverNoise(input, output);
  const whitenessP = isDenoised ? null : finiteOrNull(residualWhiteness(curves.residual)?.pValue);
  const figures = {
    // The limits are for protons: lines of other nuclei are as wide in Hz, and wider in ppm by the lower frequency.
    linewidthPpm: isProton && result.fwhmHz > 0 ? inPpm(result.fwhmHz) : null,
    waterLinewidthPpm: inPpm(waterFwhmHz),
    snr: snr.find(({ definition }) => definition === thresholds.snrDefinition)?.value ?? null,
    driftSdPpm: inPpm(drift?.sdHz ?? null),
    residualOverNoise: overNoise,
    whitenessP,
    crlbPercent: largestCrlb(result),
  };
  return {
    snr,
    ...(isDenoised ? { snrDenoised: shown } : {}),
    waterFwhmHz,
    tCrFwhmHz: isFull ? finiteOrNull(lineFwhm(signal, LINE_WINDOWS_PPM.tCr)?.fwhmHz) : null,
    drift,
    residualOverNoise: overNoise,
    whitenessP,
    assessment: assessQuality(figures, thresholds),
  };
}
