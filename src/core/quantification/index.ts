// Quantification by method id: what workers and pipeline call.
import type { BasisSet } from '../domain/basisSet.ts';
import { UsageError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { checkBasisMatch } from '../basis/matching.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../ports/fitRunner.ts';
import { fitWithAmares } from './amares/index.ts';
import { fitNlls } from './nlls/index.ts';
import { fitWithQuest } from './quest/index.ts';

export { estimateNoiseSd } from './shared/noise.ts';
export { SHIPPED_PRIOR_KNOWLEDGE, priorKnowledgeFromCsv, readPriorKnowledge } from './amares/index.ts';

type Method = (input: FitInput, basis: BasisSet, options: JsonObject, cancellation: Cancellation) => FitOutput;

const METHODS: Readonly<Record<string, Method>> = { nlls: fitNlls, quest: fitWithQuest, amares: fitWithAmares };

/** Methods that fit single lines from prior knowledge, not with a basis set. */
const WITHOUT_BASIS: readonly string[] = ['amares'];

/** Ids of the methods this version has. */
export const METHOD_IDS: readonly string[] = Object.keys(METHODS);

/** Whether a method fits with a basis set; where it doesn't, `NO_BASIS` stands in for one and `checkBasis` is not to be asked. */
export function needsBasis(method: string): boolean {
  return !WITHOUT_BASIS.includes(method);
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
  return run(input, basis, options, cancellation);
}

/**
 * Whether a basis may be used for a dataset.
 * @returns what is doubtful about it
 * @throws ModelError BASIS_MISMATCH where it can't be used
 */
export function checkBasis(basis: BasisSet, dataset: MrsDataset): Warning[] {
  return checkBasisMatch(basis, {
    nucleus: dataset.nucleus,
    spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
    echoTimeS: dataset.acquisition.echoTimeS,
    sequence: dataset.acquisition.sequence,
  });
}
