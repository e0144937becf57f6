// Quantification by method id: what workers and pipeline call.
import type { BasisSet } from '../domain/basisSet.ts';
import { ProcessingError, UsageError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import type { EditingCondition } from '../domain/basisRequest.ts';
import { checkBasisMatch } from '../basis/matching.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../ports/fitRunner.ts';
import { fitWithAmares } from './amares/index.ts';
import { fitDifference } from './differenceFit.ts';
import { fitEditedScan } from './editedGaussian/index.ts';
import { fitNlls } from './nlls/index.ts';
import { fitWithQuest } from './quest/index.ts';

export { estimateNoiseSd } from './shared/noise.ts';
export { SHIPPED_PRIOR_KNOWLEDGE, priorKnowledgeFromCsv, readPriorKnowledge } from './amares/index.ts';

type Method = (input: FitInput, basis: BasisSet, options: JsonObject, cancellation: Cancellation) => FitOutput;

const METHODS: Readonly<Record<string, Method>> = {
  nlls: fitNlls,
  quest: fitWithQuest,
  amares: fitWithAmares,
  'edited-gaussian': (input, _basis, options, cancellation) => fitEditedScan(input, options, cancellation),
};

/** What fits the difference spectrum of an edited scan, beside its edit-off spectrum. */
const METHODS_OF_DIFFERENCES: Readonly<Record<string, Method>> = {
  nlls: fitDifference,
  'edited-gaussian': METHODS['edited-gaussian'] as Method,
};

/** Methods that fit single lines from prior knowledge, not with a basis set. */
const WITHOUT_BASIS: readonly string[] = ['amares', 'edited-gaussian'];

/** Ids of the methods this version has. */
export const METHOD_IDS: readonly string[] = Object.keys(METHODS);

/** Whether a method fits with a basis set; where it doesn't, `NO_BASIS` stands in for one and `checkBasis` is not to be asked. */
export function needsBasis(method: string): boolean {
  return !WITHOUT_BASIS.includes(method);
}

/** Methods whose fit may begin at `FitInput.start`. */
const WITH_START: readonly string[] = ['nlls'];

/** Whether a method makes use of start values from outside, such as those of a voxel's neighbours. */
export function takesStart(method: string): boolean {
  return WITH_START.includes(method);
}

/** Stands in where a method needs no basis. */
export const NO_BASIS: BasisSet = {
  id: 'none',
  title: 'No basis set',
  nucleus: '',
  spectrometerFrequencyMHz: 0,
  dwellTimeS: 0,
  points: 0,
  echoTimeS: null,
  sequence: null,
  editing: null,
  referencePpm: 0,
  linewidthHz: null,
  signals: [],
  format: 'none',
  sha256: '',
};

/**
 * Fits one voxel by the named method. `result.elapsedMs` is 0: the caller, who has a clock, sets it.
 * @throws UsageError (unknown method or option), ModelError, ProcessingError, CancelledError
 */
export function fitVoxel(
  input: FitInput,
  basis: BasisSet,
  method: string,
  options: JsonObject,
  cancellation: Cancellation,
): FitOutput {
  const run = METHODS[method];
  if (run === undefined) {
    throw new UsageError(`There is no method "${method}" in this version; there is ${METHOD_IDS.join(', ')}.`);
  }
  if (input.editOff === undefined) return run(input, basis, options, cancellation);
  const ofDifference = METHODS_OF_DIFFERENCES[method];
  if (ofDifference === undefined) {
    const able = Object.keys(METHODS_OF_DIFFERENCES).join(' and ');
    throw new ProcessingError('PROCESSING_FAILED', `The method ${method} does not fit difference spectra; ${able} do.`);
  }
  return ofDifference(input, basis, options, cancellation);
}

/**
 * Whether a basis may be used for a dataset.
 * @param editing sub-spectrum of an edited scan that is to be fitted, where it is one
 * @returns what is doubtful about it
 * @throws ModelError BASIS_MISMATCH where it can't be used
 */
export function checkBasis(basis: BasisSet, dataset: MrsDataset, editing: EditingCondition | null = null): Warning[] {
  return checkBasisMatch(basis, {
    nucleus: dataset.nucleus,
    spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
    echoTimeS: dataset.acquisition.echoTimeS,
    sequence: dataset.acquisition.sequence,
    editing,
  });
}
