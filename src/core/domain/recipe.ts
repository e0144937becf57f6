// A recipe is data: the ordered preprocessing steps and the quantification, with their options. Results name it.
import type { JsonObject } from './json.ts';

/** The steps that exist; pipeline/ knows how to run each. */
export type StepName =
  | 'echoStart'
  | 'coilCombination'
  | 'eddyCurrent'
  | 'alignment'
  | 'frequencyPhaseCorrection'
  | 'outlierRejection'
  | 'averaging'
  | 'denoising'
  | 'waterRemoval'
  | 'phasing'
  | 'ppmReferencing'
  | 'editing';

export interface RecipeStep {
  readonly step: StepName;
  readonly options: JsonObject;
}

/** Options of the NLLS fit; every field has a default in quantification/nlls/options.ts. */
export interface QuantificationSpec {
  readonly method: string;
  readonly options: JsonObject;
}

export interface Recipe {
  readonly schema: 'lineshape.recipe/1';
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly preprocessing: readonly RecipeStep[];
  readonly quantification: QuantificationSpec;
  /** Ratios, amounts and quality (see quantityOptions.ts); absent: the defaults. */
  readonly quantities?: JsonObject;
}
