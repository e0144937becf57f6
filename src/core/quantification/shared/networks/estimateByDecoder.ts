// Design "decoder": the network tells amplitudes and all that its signal model takes; bounds by the Fisher matrix of that
// model at the estimate where the network states no spread of its own.
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { CANONICAL_POINTS } from '../../../domain/canonicalBand.ts';
import type { ModelCard } from '../../../domain/modelCard.ts';
import { invertScaled } from '../../../math/cholesky.ts';
import { addGram } from '../../../math/innerProducts.ts';
import { bandFit, partsUnder, standingParts } from './bandFit.ts';
import { canonicalBandSpectrum } from './canonicalSpectrum.ts';
import type { BandModel } from './bandModel.ts';
import { canonicalDwellTimeS } from './canonicalFid.ts';
import { sumSpreads } from './estimateBySolve.ts';
import { phasedReal } from './linearSolve.ts';
import type { EstimateOptions, NetworkEstimate } from './networkEstimate.ts';
import { latentLength, meanChange, parameterReader, phasedBackground } from './networkOutputs.ts';
import type { NetworkRow } from './networkOutputs.ts';
import type { BandInput } from './spectraBatch.ts';

const radians = (deg: number): number => (deg * Math.PI) / 180;

/** A signal times a factor of time; `imaginary`: times i besides. */
function weighed(
  { re, im }: ComplexSignal,
  weight: (t: number) => number,
  dwellTimeS: number,
  imaginary: boolean,
): ComplexSignal {
  const out = { re: new Float64Array(CANONICAL_POINTS), im: new Float64Array(CANONICAL_POINTS) };
  for (let n = 0; n < CANONICAL_POINTS; n++) {
    const w = weight(n * dwellTimeS);
    out.re[n] = imaginary ? -w * (im[n] as number) : w * (re[n] as number);
    out.im[n] = imaginary ? w * (re[n] as number) : w * (im[n] as number);
  }
  return out;
}

/** Derivatives of the model's real part by common shift, Lorentzian and Gaussian width, up to factors. */
function commonDerivatives(model: BandModel, amplitudes: Float64Array, parameters: readonly string[]): Float64Array[] {
  const f0 = model.spectrometerFrequencyMHz;
  const dwell = canonicalDwellTimeS(f0);
  const sum = model.sumInTime(amplitudes);
  const has = (kind: string): boolean => parameters.some((p) => p.split('.')[0] === kind);
  const derivative = (weight: (t: number) => number, imaginary: boolean): Float64Array =>
    canonicalBandSpectrum(weighed(sum, weight, dwell, imaginary), f0).re;
  return [
    ...(has('shiftPpm') ? [derivative((t) => 2 * Math.PI * f0 * t, true)] : []),
    ...(has('lorentzianHz') ? [derivative((t) => Math.PI * t, false)] : []),
    ...(has('gaussianHz') ? [derivative((t) => (Math.PI * t) ** 2, false)] : []),
  ];
}

/**
 * Cramér–Rao bound of the amplitudes, with phase, common shift and widths, and the amount of the background unknown.
 * @param model changed as the estimate has it
 * @param background real part in the estimate's phase; null for none
 * @returns M × M; null where the Fisher matrix is singular
 */
export function decoderCovariance(
  model: BandModel,
  amplitudes: Float64Array,
  background: Float64Array | null,
  parameters: readonly string[],
  noiseSd: number,
): Float64Array | null {
  const count = model.names.length;
  const phase = model.sum(amplitudes).im;
  const columns = [
    ...model.names.map((_, m) => model.column(m)),
    phase,
    ...commonDerivatives(model, amplitudes, parameters),
  ];
  if (background?.some((v) => v !== 0)) columns.push(background);
  const n = columns.length;
  const fisher = new Float64Array(n * n);
  addGram(columns, fisher, 1);
  const inverse = invertScaled(fisher, n);
  if (inverse === null) return null;
  const covariance = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) covariance[i * count + j] = noiseSd ** 2 * (inverse[i * n + j] as number);
  }
  return covariance;
}

/** @param model of the card's basis */
export function estimateByDecoder(
  { spectrum, scale, noiseSd }: BandInput,
  row: NetworkRow,
  card: ModelCard,
  model: BandModel,
  { withCorrelations }: EstimateOptions,
): NetworkEstimate {
  const { names } = model;
  const n = names.length;
  const { parameters = [], sums = [] } = card.quantification ?? {};
  const amplitudes = Float64Array.from(row.output('amplitudes').subarray(0, n), (v) => v * scale);
  const { phaseDeg, changes } = parameterReader(card, names)(row.output('parameters'));
  const phaseRad = radians(phaseDeg);
  const background = phasedBackground(row, scale, phaseRad);
  const stated = row.optional('sd');
  const needsBounds = stated === null || withCorrelations;
  if (needsBounds) model.change(changes);
  const covariance = needsBounds ? decoderCovariance(model, amplitudes, background, parameters, noiseSd) : null;
  const data = phasedReal(spectrum, phaseRad);
  const parts = needsBounds ? standingParts(model, amplitudes) : partsUnder(model, changes, amplitudes);
  const bounds = Float64Array.from(names, (_, m) =>
    covariance === null ? NaN : Math.sqrt(covariance[m * n + m] as number),
  );
  const sumBounds = covariance === null ? new Float64Array(sums.length).fill(NaN) : sumSpreads(sums, names, covariance);
  return {
    names,
    amplitudes,
    spreads: stated === null ? bounds : Float64Array.from(stated.subarray(0, n), (v) => v * scale),
    sumSpreads: stated === null ? sumBounds : Float64Array.from(stated.subarray(n), (v) => v * scale),
    covariance,
    phaseDeg,
    ...meanChange(changes, amplitudes),
    fit: bandFit(parts, data, background ?? new Float64Array(data.length)),
    latentLength: latentLength(row),
  };
}
