// Design "amplitudes": the network gives them and their spread, and nothing else of the signal.
import type { ModelCard } from '../../../domain/modelCard.ts';
import { canonicalMetaboliteName } from '../../../domain/metaboliteNames.ts';
import { partsUnder } from './bandFit.ts';
import type { BandModel } from './bandModel.ts';
import type { EstimateOptions, NetworkEstimate } from './networkEstimate.ts';
import { latentLength } from './networkOutputs.ts';
import type { NetworkRow } from './networkOutputs.ts';
import { phasedReal } from './linearSolve.ts';
import { reconstruct } from './reconstruct.ts';
import type { BandInput } from './spectraBatch.ts';

const degrees = (rad: number): number => (rad * 180) / Math.PI;

/**
 * @param band spectrum of the scan itself; `scale` is that of the network's input
 * @param model of the card's basis: the names of it that the network estimates
 */
export function estimateByAmplitudes(
  { spectrum, scale }: BandInput,
  row: NetworkRow,
  card: ModelCard,
  model: BandModel,
  { ignoredBins: ignored }: EstimateOptions,
): NetworkEstimate {
  const names = (card.quantification?.metabolites ?? []).map(canonicalMetaboliteName);
  const n = names.length;
  const amplitudes = Float64Array.from(row.output('amplitudes').subarray(0, n), (v) => v * scale);
  const sd = row.output('sd');
  const ofModel = Float64Array.from(model.names, (name) => amplitudes[names.indexOf(name)] as number);
  const { phaseRad, change, signals, baseline } = reconstruct(spectrum, model, ofModel, ignored);
  const data = phasedReal(spectrum, phaseRad);
  const { component } = partsUnder(model, model.names.map(() => change), ofModel); // prettier-ignore
  let power = 0;
  for (let j = 0; j < data.length; j++) {
    power += ((data[j] as number) - (baseline[j] as number) - (signals[j] as number)) ** 2;
  }
  return {
    names,
    amplitudes,
    spreads: Float64Array.from(sd.subarray(0, n), (v) => v * scale),
    sumSpreads: Float64Array.from(sd.subarray(n), (v) => v * scale),
    covariance: null,
    phaseDeg: degrees(phaseRad),
    ...change,
    fit: {
      data,
      baseline,
      signals,
      component,
      componentNames: model.names,
      residualSd: Math.sqrt(power / (data.length - (ignored === null ? 0 : ignored[1] - ignored[0]))),
    },
    latentLength: latentLength(row),
  };
}
