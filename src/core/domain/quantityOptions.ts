// A recipe's part `quantities`: which ratios and amounts a result carries, by which tables, and what its quality is held
// against. Data only; everything has a default.
import type { JsonObject } from './json.ts';
import { jsonFields, jsonList, jsonNumber, refusedJson } from './jsonFields.ts';
import type { QualityThresholds } from './qualityThresholds.ts';
import { parseQualityThresholds, QUALITY_PRESETS, TARQUIN_THRESHOLDS } from './qualityThresholds.ts';
import type { RelaxationTable } from './relaxationTable.ts';
import { parseRelaxationTable } from './relaxationTableJson.ts';
import type { TissueFractions } from './tissueFractions.ts';
import type { WaterScalingOptions } from './waterScalingOptions.ts';
import { DEFAULT_WATER_SCALING_OPTIONS, parseWaterScalingOptions } from './waterScalingOptions.ts';

export interface QuantityOptions {
  /** Denominators of ratios; null: the usual ones of the nucleus, and water where there is a reference. */
  readonly ratios: readonly string[] | null;
  readonly waterScaling: WaterScalingOptions;
  /** Relaxation times and water visibilities that replace the program's own; null for none. */
  readonly relaxation: RelaxationTable | null;
  /** Of the whole voxel, as given by the user; null where unknown or taken from a segmentation. */
  readonly tissue: TissueFractions | null;
  /** What brings the water reference to the metabolite scan's scale; null: taken from the files, else 1. */
  readonly waterToMetabolite: number | null;
  readonly thresholds: QualityThresholds;
}

const KEYS = ['ratios', 'waterScaling', 'relaxation', 'tissue', 'waterToMetabolite', 'quality'];
/** Given fractions are rounded: they may add up to slightly more than the voxel. */
const ROUNDING = 0.02;

/**
 * Tissue fractions as a user gives them.
 * @param json {gm, wm, csf}, parts of the voxel
 * @throws UsageError where they are no fractions, or add up to more than the voxel
 */
export function parseTissueFractions(json: unknown, name: string): TissueFractions {
  const given = jsonFields(json, ['gm', 'wm', 'csf'], name);
  const [gm, wm, csf] = ['gm', 'wm', 'csf'].map((key) => jsonNumber(given, key, [0, 1], name)) as [
    number,
    number,
    number,
  ];
  const sum = gm + wm + csf;
  if (sum > 1 + ROUNDING) throw refusedJson(name, `gm, wm and csf add up to ${sum.toFixed(2)}, more than the voxel`);
  const scale = Math.max(1, sum);
  const other = Math.max(0, 1 - sum);
  return { gm: gm / scale, wm: wm / scale, csf: csf / scale, other, outside: 0, source: 'given' };
}

function ratiosOf(json: unknown, name: string): readonly string[] {
  const names = jsonList({ ratios: json }, 'ratios', name);
  if (!names.every((n): n is string => typeof n === 'string' && n.trim() !== '')) {
    throw refusedJson(name, '"ratios" must be a list of names, such as tCr or water');
  }
  return [...new Set(names.map((n) => n.trim()))];
}

/** A preset by its id, or a site's own thresholds. @throws UsageError */
function thresholdsOf(json: unknown, name: string): QualityThresholds {
  if (typeof json !== 'string') return parseQualityThresholds(json, name);
  const preset = QUALITY_PRESETS.find(({ id }) => id === json);
  if (preset !== undefined) return preset;
  throw refusedJson(name, `there are no quality thresholds "${json}"; there are ${QUALITY_PRESETS.map((p) => p.id).join(', ')}`); // prettier-ignore
}

/**
 * Reads a recipe's `quantities`.
 * @param json only what differs from the defaults: ratios, waterScaling, relaxation, tissue, waterToMetabolite, quality
 * @param name of the recipe, for messages
 * @throws UsageError naming what is wrong
 */
export function parseQuantityOptions(json: JsonObject, name: string): QuantityOptions {
  const given = jsonFields(json, KEYS, name);
  const read = <T>(key: string, fallback: T, reader: (value: unknown, where: string) => T): T =>
    given[key] === undefined || given[key] === null ? fallback : reader(given[key], `${name} (${key})`);
  return {
    ratios: read('ratios', null, ratiosOf),
    waterScaling: read('waterScaling', DEFAULT_WATER_SCALING_OPTIONS, (value, where) =>
      parseWaterScalingOptions(
        jsonFields(value, Object.keys(DEFAULT_WATER_SCALING_OPTIONS), where) as JsonObject,
        where,
      ),
    ),
    relaxation: read('relaxation', null, parseRelaxationTable),
    tissue: read('tissue', null, parseTissueFractions),
    waterToMetabolite: read('waterToMetabolite', null, () => jsonNumber(given, 'waterToMetabolite', [1e-6, 1e6], name)),
    thresholds: read('quality', TARQUIN_THRESHOLDS, thresholdsOf),
  };
}
