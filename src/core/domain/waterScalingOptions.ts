// Settings of water scaling, as recipes and the settings page hold them, and their reading from JSON.
import type { JsonObject } from './json.ts';
import { jsonChoice, jsonFields, jsonList, jsonNumber, refusedJson } from './jsonFields.ts';
import type { ConcentrationConvention } from './quantification.ts';

export const CONCENTRATION_CONVENTIONS: readonly ConcentrationConvention[] = ['molality', 'molarity', 'lcmodel'];

export interface WaterScalingOptions {
  /** Computed and stored, in this order. */
  readonly conventions: readonly ConcentrationConvention[];
  /** The one shown as the concentration; one of `conventions`. */
  readonly display: ConcentrationConvention;
  /**
   * "consensus": 1 − exp(−TR/T1), as Gasparovic 2006 and Near 2021; "pulses": with what the refocusing pulses do to Mz
   * between excitation and the next one.
   */
  readonly saturation: 'consensus' | 'pulses';
  /** "excluded": amounts per tissue without CSF, which holds hardly any metabolite; "included": per whole voxel. */
  readonly csf: 'excluded' | 'included';
  /** Water per kg of pure water. [mmol/kg] 1000/18.015 g/mol. */
  readonly pureWaterMolality: number;
  /**
   * Water per litre of pure water, which a tissue's relative density refers to. [mmol/l] 55510 as in FSL-MRS, Osprey and
   * Ernst 1993's 43.3 mol/l of grey matter; at 37 °C pure water holds 55140, 0.7 % less.
   */
  readonly pureWaterMolarity: number;
  /** LCModel's WCONC. [mmol/kg wet weight] Source: LCModel manual §10.2; white matter 35880, grey 43300, phantom 55556. */
  readonly wconc: number;
  /** LCModel's ATTH2O: what relaxation leaves of water; 0.7 = exp(−30/80). Source: LCModel manual §10.2. */
  readonly atth2o: number;
  /** LCModel's ATTMET: what relaxation leaves of the metabolites. Source: LCModel manual §10.2, default 1. */
  readonly attmet: number;
}

export const DEFAULT_WATER_SCALING_OPTIONS: WaterScalingOptions = {
  conventions: ['molality', 'molarity', 'lcmodel'],
  display: 'molality',
  saturation: 'consensus',
  csf: 'excluded',
  pureWaterMolality: 55510,
  pureWaterMolarity: 55510,
  wconc: 35880,
  atth2o: 0.7,
  attmet: 1,
};

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  pureWaterMolality: [50000, 60000],
  pureWaterMolarity: [50000, 60000],
  wconc: [1, 1e5],
  atth2o: [1e-3, 1],
  attmet: [1e-3, 1],
};

/**
 * @param json only what differs from the defaults
 * @param name of the recipe or setting, for messages
 * @throws UsageError
 */
export function parseWaterScalingOptions(json: JsonObject, name: string): WaterScalingOptions {
  const given = jsonFields(json, Object.keys(DEFAULT_WATER_SCALING_OPTIONS), name);
  const conventions =
    given['conventions'] === undefined
      ? DEFAULT_WATER_SCALING_OPTIONS.conventions
      : jsonList(given, 'conventions', name).map((c) => jsonChoice({ conventions: c }, 'conventions', CONCENTRATION_CONVENTIONS, name)); // prettier-ignore
  const choice = <T extends string>(key: string, choices: readonly T[], fallback: T): T =>
    given[key] === undefined ? fallback : jsonChoice(given, key, choices, name);
  const numbers = Object.fromEntries(
    Object.entries(RANGES).flatMap(([key, range]) =>
      given[key] === undefined ? [] : [[key, jsonNumber(given, key, range, name)]],
    ),
  );
  const fallback = conventions.includes('molality') ? 'molality' : conventions[0];
  if (fallback === undefined) throw refusedJson(name, '"conventions" must hold at least one');
  const display = choice('display', CONCENTRATION_CONVENTIONS, fallback);
  if (!conventions.includes(display)) throw refusedJson(name, `"display" is ${display}, which is not in "conventions"`);
  return {
    ...DEFAULT_WATER_SCALING_OPTIONS,
    ...numbers,
    conventions,
    display,
    saturation: choice('saturation', ['consensus', 'pulses'] as const, 'consensus'),
    csf: choice('csf', ['excluded', 'included'] as const, 'excluded'),
  };
}
