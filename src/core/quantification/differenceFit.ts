// The method nlls on the difference spectrum of an edited scan: its own basis and window, and creatine from OFF.
import type { BasisSet } from '../domain/basisSet.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Warning } from '../domain/provenance.ts';
import type { QuantificationResult } from '../domain/quantification.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../ports/fitRunner.ts';
import { fitNlls } from './nlls/index.ts';
import { DEFAULT_DIFFERENCE_BASIS_OPTIONS, differenceBasis } from './editedBasis/index.ts';
import { joinEditedResults } from './differenceResults.ts';
import { editOffNoiseSd } from './shared/editOffNoise.ts';

/**
 * Options of nlls for a difference spectrum, under what the user sets: its window; no macromolecules but those of the basis;
 * a short search, since the scan was referenced by the strong lines of OFF, which the difference lacks.
 */
export const differenceFitOptions = (options: JsonObject): JsonObject => {
  const { ppmRange: given, ...others } = options;
  const ppmRange = given === undefined || given === 'auto' ? [...DEFAULT_DIFFERENCE_BASIS_OPTIONS.ppmRange] : given;
  return { addMacromolecules: 'none', shiftSearchPpm: 0.05, ...others, ppmRange };
};

/** Made once a basis set, not once a voxel. */
const prepared = new WeakMap<BasisSet, BasisSet>();

function preparedBasis(basis: BasisSet): BasisSet {
  const made = prepared.get(basis) ?? differenceBasis(basis);
  prepared.set(basis, made);
  return made;
}

/** Creatine's fit in OFF; null where the basis has no edit-off signals, or the input is a difference without its OFF. */
function fitOff(input: FitInput, basis: BasisSet, cancellation: Cancellation): QuantificationResult | null {
  const { voxel, editOff, dwellTimeS, spectrometerFrequencyMHz, nucleus } = input;
  if (editOff === undefined || basis.offSignals === undefined) return null;
  const offBasis: BasisSet = { ...basis, editing: 'off', signals: basis.offSignals };
  const off = { voxel, fid: editOff, dwellTimeS, spectrometerFrequencyMHz, nucleus, noiseSd: editOffNoiseSd(input) };
  return fitNlls(off, offBasis, {}, cancellation).result;
}

const NO_CREATINE: Warning = {
  code: 'edited-without-creatine',
  message:
    'No ratios to tCr: editing subtracts creatine away, and the basis set comes without its edit-off signals to fit it in OFF.',
};

const unsure = (off: QuantificationResult): Warning[] =>
  off.status === 'converged'
    ? []
    : [{ code: 'edited-creatine-unsure', message: `The fit of creatine in OFF did not converge: ${off.reason ?? ''}` }];

/**
 * Fits one voxel's difference spectrum. Estimates are those of the difference, GABA+ (GABA and the macromolecules edited with
 * it) and tCr of OFF, which all ratios to tCr are over.
 * @param input `fid` of the difference, `editOff` beside it
 * @param basis of the difference; its `offSignals` for creatine
 * @throws ModelError, ProcessingError, UsageError (options), CancelledError
 */
export function fitDifference(
  input: FitInput,
  basis: BasisSet,
  options: JsonObject,
  cancellation: Cancellation,
): FitOutput {
  const fitted = fitNlls(input, preparedBasis(basis), differenceFitOptions(options), cancellation);
  const off = fitOff(input, basis, cancellation);
  const result = joinEditedResults(fitted.result, off);
  const warnings = off === null ? [NO_CREATINE] : unsure(off);
  return { ...fitted, result: { ...result, warnings: [...result.warnings, ...warnings] } };
}
