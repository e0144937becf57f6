// The steps that exist, by name: what pipeline/ runs.
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { StepName } from '../domain/recipe.ts';
import * as alignment from './alignment/index.ts';
import { ALIGNMENT_METHOD_NAME } from './alignmentRecord.ts';
import * as averaging from './averaging/index.ts';
import * as coilCombination from './coilCombination/index.ts';
import * as denoising from './denoising/index.ts';
import * as echoStart from './echoStart/index.ts';
import * as eddyCurrent from './eddyCurrent/index.ts';
import * as editing from './editing/index.ts';
import * as frequencyPhaseCorrection from './frequencyPhaseCorrection/index.ts';
import * as outlierRejection from './outlierRejection/index.ts';
import * as phasing from './phasing/index.ts';
import * as ppmReferencing from './ppmReferencing/index.ts';
import type { PreprocessingStep, StepContext, StepOutcome } from './step.ts';
import * as waterRemoval from './waterRemoval/index.ts';

export interface RegisteredStep {
  /**
   * Runs the step with the options of a recipe.
   * @throws UsageError for unknown or bad options, ProcessingError, ModelError, CancelledError: all in the promise
   */
  readonly run: (dataset: MrsDataset, options: JsonObject, context: StepContext) => Promise<StepOutcome>;
  /** Checks options without running. @throws UsageError */
  readonly checkOptions: (options: JsonObject) => void;
  /** For people. */
  readonly title: string;
  /** The NIfTI-MRS standard's name, as it stands in the provenance. */
  readonly standardMethodName: string;
}

function register<O>(
  step: PreprocessingStep<O, StepOutcome | Promise<StepOutcome>>,
  readOptions: (json: JsonObject) => O,
  title: string,
  standardMethodName: string,
): RegisteredStep {
  return {
    run: async (dataset, options, context) => step(dataset, readOptions(options), context),
    checkOptions: (options) => void readOptions(options),
    title,
    standardMethodName,
  };
}

export const PREPROCESSING_STEPS: Readonly<Record<StepName, RegisteredStep>> = {
  echoStart: register(
    echoStart.dropPointsBeforeEcho,
    echoStart.readOptions,
    'Points before the echo',
    echoStart.METHOD_NAME,
  ),
  coilCombination: register(
    coilCombination.combineCoils,
    coilCombination.readOptions,
    'Coil combination',
    coilCombination.METHOD_NAME,
  ),
  eddyCurrent: register(
    eddyCurrent.correctEddyCurrents,
    eddyCurrent.readOptions,
    'Eddy-current correction',
    eddyCurrent.METHOD_NAME,
  ),
  alignment: register(
    alignment.alignTransients,
    alignment.readOptions,
    'Alignment of transients',
    ALIGNMENT_METHOD_NAME,
  ),
  frequencyPhaseCorrection: register(
    frequencyPhaseCorrection.correctTransients,
    frequencyPhaseCorrection.readOptions,
    'Frequency and phase correction',
    frequencyPhaseCorrection.METHOD_NAME,
  ),
  outlierRejection: register(
    outlierRejection.rejectOutliers,
    outlierRejection.readOptions,
    'Rejection of outlying transients',
    outlierRejection.METHOD_NAME,
  ),
  averaging: register(averaging.averageTransients, averaging.readOptions, 'Averaging', averaging.METHOD_NAME),
  denoising: register(denoising.denoiseDataset, denoising.readOptions, 'Denoising', denoising.METHOD_NAME),
  waterRemoval: register(
    waterRemoval.removeResidualWater,
    waterRemoval.readOptions,
    'Removal of residual water',
    waterRemoval.METHOD_NAME,
  ),
  phasing: register(phasing.phaseSpectra, phasing.readOptions, 'Phasing', phasing.METHOD_NAME),
  ppmReferencing: register(
    ppmReferencing.referencePpm,
    ppmReferencing.readOptions,
    'ppm referencing',
    ppmReferencing.METHOD_NAME,
  ),
  editing: register(editing.editSpectra, editing.readOptions, 'Editing: difference of ON and OFF', editing.METHOD_NAME),
};
