// Options of a series fit: what the points share, how amplitudes run over them, and the options of each spectrum's fit.
import { UsageError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { parseNllsOptions } from '../nlls/index.ts';
import type { NllsOptions } from '../nlls/index.ts';
import { AMPLITUDE_MODELS } from './amplitudeModels.ts';
import type { AmplitudeModelName } from './amplitudeModels.ts';

/** "linear": a straight line over the points' numbers. */
export type Sharing = 'shared' | 'free' | 'linear';

export interface SeriesSharing {
  /** Common frequency shift. */
  readonly shift: Sharing;
  readonly phase0: Sharing;
  readonly phase1: 'shared' | 'free';
  /** Lorentzian and Gaussian broadening, and the free lineshape where it is asked for. */
  readonly lineshape: 'shared' | 'free';
  /** Shifts of single metabolite groups about the common one. */
  readonly groupShifts: 'shared' | 'free';
  /** Widths of single metabolite groups about the common ones. */
  readonly groupWidths: 'shared' | 'free';
  /** "shared": one curve under all points; "free": each its own, of one smoothness. */
  readonly baseline: 'shared' | 'free';
}

export interface ModelRequest {
  /** A metabolite, a sum such as tNAA (its members have one rate), or "all" metabolites, each by itself. */
  readonly metabolite: string;
  readonly model: AmplitudeModelName;
}

export interface SeriesOptions {
  readonly share: SeriesSharing;
  readonly models: readonly ModelRequest[];
  readonly spectrum: NllsOptions;
}

export const DEFAULT_SHARING: SeriesSharing = {
  shift: 'free',
  phase0: 'free',
  phase1: 'shared',
  lineshape: 'shared',
  groupShifts: 'shared',
  groupWidths: 'shared',
  baseline: 'free',
};

const MAY_BE_LINEAR: readonly string[] = ['shift', 'phase0'];

const isObject = (value: unknown): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseSharing(json: JsonValue | undefined): SeriesSharing {
  if (json === undefined) return DEFAULT_SHARING;
  if (!isObject(json)) throw new UsageError('The option "share" of a series fit must be an object.');
  for (const [key, value] of Object.entries(json)) {
    if (!Object.hasOwn(DEFAULT_SHARING, key)) {
      throw new UsageError(`A series can't share "${key}"; there is ${Object.keys(DEFAULT_SHARING).join(', ')}.`);
    }
    const choices = MAY_BE_LINEAR.includes(key) ? ['shared', 'free', 'linear'] : ['shared', 'free'];
    if (typeof value !== 'string' || !choices.includes(value)) {
      throw new UsageError(`In a series "${key}" must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}.`);
    }
  }
  return { ...DEFAULT_SHARING, ...(json as Partial<SeriesSharing>) };
}

/** @throws UsageError naming the models there are */
export function parseModel(metabolite: string, model: string): ModelRequest {
  const found = AMPLITUDE_MODELS.find((name) => name.toLowerCase() === model.toLowerCase());
  if (found === undefined) {
    throw new UsageError(`There is no amplitude model "${model}"; there is ${AMPLITUDE_MODELS.join(', ')}.`);
  }
  return { metabolite, model: found };
}

function parseModels(json: JsonValue | undefined): ModelRequest[] {
  if (json === undefined) return [];
  if (!Array.isArray(json)) throw new UsageError('The option "models" of a series fit must be a list.');
  return json.map((entry) => {
    const { metabolite, model } = isObject(entry) ? entry : {};
    if (typeof metabolite !== 'string' || typeof model !== 'string') {
      throw new UsageError('Each of a series\' "models" needs a "metabolite" and a "model".');
    }
    return parseModel(metabolite, model);
  });
}

/**
 * Reads the options of a series fit: `share`, `models`, and beside them those of the NLLS fit.
 * @throws UsageError naming what is unknown or wrong
 */
export function parseSeriesOptions(json: JsonObject): SeriesOptions {
  const { share, models, ...spectrum } = json;
  return { share: parseSharing(share), models: parseModels(models), spectrum: parseNllsOptions(spectrum) };
}
