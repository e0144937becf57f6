// Quantification by method id: what workers and pipeline call.
import type { BasisSet } from '../domain/basisSet.ts';
import { ProcessingError, UsageError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { namesProtocol } from '../domain/networkMethods.ts';
import type { Warning } from '../domain/provenance.ts';
import type { EditingCondition } from '../domain/basisRequest.ts';
import { wordTable } from '../domain/wordTable.ts';
import { checkBasisMatch } from '../basis/matching.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../ports/fitRunner.ts';
import { fitWithAmares } from './amares/index.ts';
import { NETWORK_METHOD_IDS, batchMethod, takesCardBasis } from './batchMethods.ts';
import { fitDifference } from './differenceFit.ts';
import { fitEditedScan } from './editedGaussian/index.ts';
import { fitNlls } from './nlls/index.ts';
import { fitWithQuest } from './quest/index.ts';
import { isFailure } from './shared/networks/batchMethod.ts';
import type { BatchContext, VoxelFailure } from './shared/networks/batchMethod.ts';

export { isFailure };
export type { BatchContext, VoxelFailure } from './shared/networks/batchMethod.ts';
export { estimateNoiseSd } from './shared/noise.ts';
export { SHIPPED_PRIOR_KNOWLEDGE, priorKnowledgeFromCsv, readPriorKnowledge } from './amares/index.ts';

type Method = (input: FitInput, basis: BasisSet, options: JsonObject, cancellation: Cancellation) => FitOutput;

const METHODS: Readonly<Record<string, Method>> = wordTable({
  nlls: fitNlls,
  quest: fitWithQuest,
  amares: fitWithAmares,
  'edited-gaussian': (input, _basis, options, cancellation) => fitEditedScan(input, options, cancellation),
});

/** What fits the difference spectrum of an edited scan, beside its edit-off spectrum. */
const METHODS_OF_DIFFERENCES: Readonly<Record<string, Method>> = wordTable({
  nlls: fitDifference,
  'edited-gaussian': METHODS['edited-gaussian'] as Method,
});

/** Methods that fit single lines from prior knowledge, not with a basis set. */
const WITHOUT_BASIS: readonly string[] = ['amares', 'edited-gaussian'];

/** Ids of the methods this version has; a network's may name a protocol besides ("qnet@3t-press-30"). */
export const METHOD_IDS: readonly string[] = [...Object.keys(METHODS), ...NETWORK_METHOD_IDS];

/** Whether there is such a method, or such a network of one. */
export const isMethod = (method: string): boolean => METHODS[method] !== undefined || batchMethod(method) !== null;

/** Whether a method quantifies many spectra at once, by `quantifySpectra`; others do one, by `fitVoxel`. */
export const isBatchMethod = (method: string): boolean => batchMethod(method) !== null;

/** Whether a method knows single lines only, whose scale to water is unknown. */
export const fitsSingleLines = (method: string): boolean => WITHOUT_BASIS.includes(method);

/**
 * Whether a method takes the user's basis set. Where it doesn't, `NO_BASIS` stands in for one and `checkBasis` is not to be
 * asked: single lines need none, and a network of one basis brings its own.
 */
export function needsBasis(method: string): boolean {
  return !fitsSingleLines(method) && !takesCardBasis(method);
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

const noSuchMethod = (method: string): UsageError =>
  new UsageError(`There is no method "${method}" in this version; there is ${METHOD_IDS.join(', ')}.`);

/**
 * Quantifies spectra of one scan by the named method. `result.elapsedMs` is 0: the caller, who has a clock, sets it.
 * @param basis of the network's card, or the user's (see `needsBasis`)
 * @returns in the order of the inputs
 * @throws UsageError (unknown method or option), ModelError, ProcessingError, CancelledError
 */
export async function quantifySpectra(
  inputs: readonly FitInput[],
  basis: BasisSet,
  method: string,
  options: JsonObject,
  context: BatchContext,
): Promise<(FitOutput | VoxelFailure)[]> {
  const run = batchMethod(method);
  if (run === null) throw noSuchMethod(method);
  if (inputs.some(({ editOff }) => editOff !== undefined)) throw noDifferences(method);
  const outputs = await run(inputs, basis, options, context);
  if (!namesProtocol(method)) return outputs;
  // Two networks of one method may be held against each other: each goes by the name it was asked for.
  return outputs.map((output) => (isFailure(output) ? output : { ...output, result: { ...output.result, method } }));
}

function noDifferences(method: string): ProcessingError {
  const able = Object.keys(METHODS_OF_DIFFERENCES).join(' and ');
  return new ProcessingError('PROCESSING_FAILED', `The method ${method} does not fit difference spectra; ${able} do.`);
}

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
    throw noSuchMethod(method);
  }
  if (input.editOff === undefined) return run(input, basis, options, cancellation);
  const ofDifference = METHODS_OF_DIFFERENCES[method];
  if (ofDifference === undefined) throw noDifferences(method);
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
