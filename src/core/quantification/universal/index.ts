// Method "lineshape-universal": a network that knows no basis set tells phase, shift, widths and the baseline's stiffness of any
// ¹H spectrum of 1.5 to 7 T, and the amounts are solved for with the user's own basis set.
import type { BasisSet } from '../../domain/basisSet.ts';
import { ModelError, ProcessingError } from '../../domain/errors.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { scaledColumn } from '../shared/networks/bandFit.ts';
import type { BatchMethod, VoxelFailure } from '../shared/networks/batchMethod.ts';
import { sumSpreads } from '../shared/networks/estimateBySolve.ts';
import type { NetworkEstimate } from '../shared/networks/networkEstimate.ts';
import { checkNoOptions } from '../shared/networks/noOptions.ts';
import { networkResult } from '../shared/networks/result.ts';
import { bandInputs } from '../shared/networks/spectraBatch.ts';
import type { BandInput } from '../shared/networks/spectraBatch.ts';
import { misfitSpreads } from './misfit.ts';
import { UNIVERSAL_MODEL_ID, runUniversal } from './runUniversal.ts';
import type { UniversalLineshape } from './runUniversal.ts';
import { solveUniversal } from './solveUniversal.ts';
import { userModel } from './userBasis.ts';
import type { UserModel } from './userBasis.ts';

export { UNIVERSAL_MODEL_ID, runUniversal } from './runUniversal.ts';
export type { Estimated, UniversalLineshape, UniversalRun } from './runUniversal.ts';

const VERSION = '1';
const checkOptions = checkNoOptions(UNIVERSAL_MODEL_ID);

function estimateOf(
  band: BandInput,
  lineshape: UniversalLineshape,
  card: ModelCard,
  { model, isBroad }: UserModel,
): NetworkEstimate {
  const solved = solveUniversal(band, lineshape, model, isBroad);
  const { amplitudes, covariance } = solved;
  const { names } = model;
  const n = names.length;
  const sums = card.quantification?.sums ?? [];
  const stated = {
    names,
    spreads: Float64Array.from(names, (_, m) =>
      covariance === null ? NaN : Math.sqrt(covariance[m * n + m] as number),
    ),
    sumSpreads: covariance === null ? new Float64Array(sums.length).fill(NaN) : sumSpreads(sums, names, covariance),
  };
  return {
    ...stated,
    amplitudes,
    covariance,
    misfit: misfitSpreads(solved.excess, sums, stated),
    phaseDeg: solved.phaseDeg,
    shiftPpm: solved.shiftPpm,
    lorentzianHz: solved.lorentzianHz,
    gaussianHz: solved.gaussianHz,
    fit: {
      data: solved.data,
      baseline: solved.baseline,
      signals: solved.signals,
      component: (m) => scaledColumn(model, m, amplitudes[m] as number),
      componentNames: names,
      residualSd: solved.residualSd,
    },
    latentLength: lineshape.latentLength,
    diagnostics: {
      networkPhaseDeg: lineshape.phaseDeg.value,
      networkShiftPpm: lineshape.shiftPpm.value,
      networkLorentzianHz: lineshape.lorentzianHz.value,
      networkGaussianHz: lineshape.gaussianHz.value,
    },
  };
}

const noSignal = (voxel: number): VoxelFailure => ({
  voxel,
  error: new ProcessingError(
    'PROCESSING_FAILED',
    'The spectrum holds no signal to quantify: every sample is zero or one is not a number.',
  ),
});

function requireBasis(basis: BasisSet): void {
  if (basis.signals.some(({ kind }) => kind === 'metabolite')) return;
  throw new ModelError('BASIS_MISMATCH', `The basis set "${basis.title}" holds no metabolite to solve for.`);
}

/** The batch method; see BatchMethod for what it throws. */
export const quantifyWithUniversal: BatchMethod = async (inputs, basis, options, context) => {
  checkOptions(options);
  const other = inputs.find(({ nucleus }) => nucleus !== '1H');
  if (other !== undefined) {
    throw new ModelError(
      'MODEL_MISMATCH',
      `The method ${UNIVERSAL_MODEL_ID} is for ¹H spectra, and this scan is of ${other.nucleus}.`,
    );
  }
  requireBasis(basis);
  const own = bandInputs(inputs);
  const batch = own.filter(({ scale }) => scale > 0 && Number.isFinite(scale));
  const { models, network, cancellation } = context;
  const { card, executionProvider, lineshapes } = await runUniversal(batch, basis, {
    models,
    modelId: network.modelId,
    cancellation,
  });
  const [first] = batch;
  // The spectra of a batch are sampled alike: one model is for all.
  const model = first === undefined ? null : userModel(first.input, basis);
  const outputs = new Map(
    batch.map((band, k) => {
      cancellation.throwIfCancelled();
      const estimate = estimateOf(band, lineshapes[k] as UniversalLineshape, card, model as UserModel);
      const { input, scale, noiseSd } = band;
      const run = { method: UNIVERSAL_MODEL_ID, version: VERSION, card, choice: network, executionProvider };
      return [input, networkResult(estimate, { ...run, input, scale, noiseSd, withCurves: context.withCurves })];
    }),
  );
  return own.map(({ input }) => outputs.get(input) ?? noSignal(input.voxel));
};
