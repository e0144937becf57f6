// Design "linearSolve": the network tells phase, shifts, widths and background, and the amplitudes are solved for.
import { COMBINED_METABOLITES } from '../../../domain/metaboliteNames.ts';
import type { ModelCard } from '../../../domain/modelCard.ts';
import { bandFit, standingParts } from './bandFit.ts';
import type { BandModel } from './bandModel.ts';
import { solveAmplitudes } from './linearSolve.ts';
import type { NetworkEstimate } from './networkEstimate.ts';
import { latentLength, meanChange, parameterReader, phasedBackground } from './networkOutputs.ts';
import type { NetworkRow } from './networkOutputs.ts';
import type { BandInput } from './spectraBatch.ts';

const radians = (deg: number): number => (deg * Math.PI) / 180;

/** SD of each sum by the covariance of all amplitudes. */
export function sumSpreads(sums: readonly string[], names: readonly string[], covariance: Float64Array): Float64Array {
  const n = names.length;
  return Float64Array.from(sums, (name) => {
    const members = COMBINED_METABOLITES.find((sum) => sum.name === name)?.members ?? [];
    const at = members.map((member) => names.indexOf(member)).filter((i) => i >= 0);
    let variance = 0;
    for (const i of at) for (const j of at) variance += covariance[i * n + j] as number;
    return Math.sqrt(Math.max(variance, 0));
  });
}

/** @param model of the card's (or the user's) basis */
export function estimateBySolve(
  { spectrum, scale, noiseSd }: BandInput,
  row: NetworkRow,
  card: ModelCard,
  model: BandModel,
): NetworkEstimate {
  const { names } = model;
  const { phaseDeg, changes } = parameterReader(card, names)(row.output('parameters'));
  const phaseRad = radians(phaseDeg);
  const background = phasedBackground(row, scale, phaseRad);
  const request = { spectrum, background, phaseRad, changes, noiseSd, nonNegative: false };
  const { data, amplitudes, covariance } = solveAmplitudes(model, request);
  const n = names.length;
  const spreads = Float64Array.from(names, (_, m) =>
    covariance === null ? NaN : Math.sqrt(covariance[m * n + m] as number),
  );
  const sums = card.quantification?.sums ?? [];
  return {
    names,
    amplitudes,
    spreads,
    sumSpreads: covariance === null ? new Float64Array(sums.length).fill(NaN) : sumSpreads(sums, names, covariance),
    covariance,
    phaseDeg,
    ...meanChange(changes, amplitudes),
    fit: bandFit(standingParts(model, amplitudes), data, background ?? new Float64Array(data.length)),
    latentLength: latentLength(row),
  };
}
