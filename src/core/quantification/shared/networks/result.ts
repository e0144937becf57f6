// From a network's estimate to the result that every method returns, and its curves.
import type { ModelCard } from '../../../domain/modelCard.ts';
import type { NetworkChoice } from '../../../domain/networkChoice.ts';
import { BugError } from '../../../domain/errors.ts';
import { basisSignalKind, COMBINED_METABOLITES } from '../../../domain/metaboliteNames.ts';
import type { FitCurves, MetaboliteEstimate, QuantificationResult } from '../../../domain/quantification.ts';
import type { FitInput, FitOutput } from '../../../ports/fitRunner.ts';
import {
  SNR_DEFINITION,
  correlationOf,
  estimatesOf,
  halfWidthPoints,
  widthReference,
  wrapDegrees,
} from '../estimates.ts';
import { BAND_PPM, BAND_STEP_PPM } from './bandSpectrum.ts';
import { calibratedSpreads } from './calibratedSpread.ts';
import { doubtOf, doubtWarnings } from './doubt.ts';
import type { BandFit, NetworkEstimate } from './networkEstimate.ts';

/** Half width of a 95 % interval over its SD. */
const HALF_WIDTH_95 = 1.959963984540054;

/** Stands where no curves were asked for. */
export const NO_CURVES: FitCurves = {
  ppm: new Float64Array(),
  data: new Float64Array(),
  fit: new Float64Array(),
  baseline: new Float64Array(),
  residual: new Float64Array(),
  components: [],
};

/** What of the run counts for one voxel's result. */
export interface ResultFrame {
  readonly input: FitInput;
  /** As users name it. */
  readonly method: string;
  readonly version: string;
  readonly card: ModelCard;
  readonly choice: NetworkChoice;
  readonly executionProvider: string;
  /** Of the network's input: largest magnitude of the spectrum. */
  readonly scale: number;
  /** Noise SD of one real channel of the spectrum. */
  readonly noiseSd: number;
  /** Whether curves and correlations are wanted. */
  readonly withCurves: boolean;
}

function withInterval(estimate: MetaboliteEstimate): MetaboliteEstimate {
  const { name, amplitude, crlbPercent, crlbAbsolute, ratioToTCr, concentrationMM } = estimate;
  if (crlbAbsolute === null) return estimate;
  const half = HALF_WIDTH_95 * crlbAbsolute;
  const interval95 = { low: amplitude - half, high: amplitude + half, method: 'calibratedSpread' } as const;
  // Field by field: there are dozens a spectrum, and a spread of each is what most of a result's time would go to.
  return { name, amplitude, crlbPercent, crlbAbsolute, ratioToTCr, concentrationMM, interval95 };
}

const isBelowZero = ({ amplitude, crlbAbsolute }: MetaboliteEstimate): boolean =>
  crlbAbsolute !== null && amplitude < -HALF_WIDTH_95 * crlbAbsolute;

/** Names of what can't be: whole intervals below zero. A sum counts where none of its members does. */
function belowZero(metabolites: readonly MetaboliteEstimate[], sums: readonly MetaboliteEstimate[]): string[] {
  const single = metabolites
    .filter((estimate) => isBelowZero(estimate) && basisSignalKind(estimate.name) !== 'correction')
    .map(({ name }) => name);
  const told = (sum: string): boolean =>
    COMBINED_METABOLITES.find(({ name }) => name === sum)?.members.some((member) => single.includes(member)) ?? false;
  return [...single, ...sums.filter((sum) => isBelowZero(sum) && !told(sum.name)).map(({ name }) => name)];
}

/** Sums of samples, as the fits' curves are: the integral over the dwell time. */
function curvesOf(
  { data, baseline, signals, component, componentNames }: BandFit,
  shiftPpm: number,
  dwellTimeS: number,
): FitCurves {
  const inDataUnits = (values: Float64Array): Float64Array => values.map((v) => v / dwellTimeS);
  const fit = signals.map((v, j) => v + (baseline[j] as number));
  return {
    ppm: BAND_PPM.map((p) => p - shiftPpm),
    data: inDataUnits(data),
    fit: inDataUnits(fit),
    baseline: inDataUnits(baseline),
    residual: inDataUnits(data.map((v, j) => v - (fit[j] as number))),
    components: componentNames.map((name, m) => ({ name, curve: inDataUnits(component(m)) })),
  };
}

/** Full width at half maximum of the line that is told, 0 where there is none. */
function lineWidthHz({ names, amplitudes, fit }: NetworkEstimate, spectrometerFrequencyMHz: number): number {
  const name = names[widthReference(names, amplitudes)];
  const at = fit.componentNames.indexOf(name ?? '');
  return at < 0 ? 0 : halfWidthPoints(fit.component(at)) * BAND_STEP_PPM * spectrometerFrequencyMHz;
}

function largestAbove(data: Float64Array, baseline: Float64Array): number {
  let largest = 0;
  for (let j = 0; j < data.length; j++) largest = Math.max(largest, (data[j] as number) - (baseline[j] as number));
  return largest;
}

/** @throws BugError where the card is not a quantification network's */
export function networkResult(estimate: NetworkEstimate, frame: ResultFrame): FitOutput {
  const { input, method, version, card, choice, executionProvider, scale, noiseSd, withCurves } = frame;
  const { quantification } = card;
  if (quantification === undefined) throw new BugError('A network that is not for quantification was run for it.');
  const { names, amplitudes, fit, shiftPpm } = estimate;
  const { sds, covariance } = calibratedSpreads(estimate, quantification, scale);
  const { metabolites, combined } = estimatesOf({ names, amplitudes, covariance });
  const negative = belowZero(metabolites, combined);
  const doubt = doubtOf({ card, choice, estimate, sds, scale, noiseSd, negative });
  const f0 = input.spectrometerFrequencyMHz;
  const result: QuantificationResult = {
    method,
    version,
    status: 'converged',
    reason: null,
    metabolites: metabolites.map(withInterval),
    combined: combined.map(withInterval),
    phase0Deg: wrapDegrees(estimate.phaseDeg),
    phase1DegPerPpm: 0,
    shiftHz: -shiftPpm * f0,
    lorentzianHz: estimate.lorentzianHz,
    gaussianHz: estimate.gaussianHz,
    snr: {
      value: fit.residualSd > 0 ? largestAbove(fit.data, fit.baseline) / (2 * fit.residualSd) : 0,
      definition: SNR_DEFINITION,
    },
    fwhmHz: lineWidthHz(estimate, f0),
    residualSd: fit.residualSd / input.dwellTimeS,
    elapsedMs: 0,
    inDistribution: doubt.checks.every(({ passed }) => passed),
    doubt,
    executionProvider,
    warnings: doubtWarnings(doubt, choice),
    correlation: withCurves ? correlationOf(covariance, names.length) : null,
    diagnostics: {
      network: card.id,
      noiseSd: noiseSd / input.dwellTimeS,
      peakOverNoise: noiseSd > 0 ? scale / noiseSd : null,
      ...estimate.diagnostics,
    },
  };
  if (!withCurves) return { voxel: input.voxel, result, curves: NO_CURVES };
  const curves = curvesOf(fit, shiftPpm, input.dwellTimeS);
  return { voxel: input.voxel, result, curves, curveNoiseSd: noiseSd / input.dwellTimeS };
}
