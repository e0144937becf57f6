// The truth of the demo study: true ratios to tCr, of the single voxel and of every voxel of the grid.
import { ModelError } from '../core/domain/errors.ts';

export interface DemoTruth {
  /** Metabolite or sum → ratio to tCr. */
  readonly single: ReadonlyMap<string, number>;
  /** Voxel number (C order) → as `single`; voxels without tissue are absent. */
  readonly voxels: ReadonlyMap<number, ReadonlyMap<string, number>>;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function ratios(value: unknown): ReadonlyMap<string, number> {
  if (!isObject(value)) return new Map();
  return new Map(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

/** Maps are named "tNAA/tCr"; a voxel without tissue holds null. */
function gridRatios(maps: unknown): Map<number, Map<string, number>> {
  const voxels = new Map<number, Map<string, number>>();
  if (!isObject(maps)) return voxels;
  for (const [key, values] of Object.entries(maps)) {
    if (!Array.isArray(values)) continue;
    values.forEach((value: unknown, voxel) => {
      if (typeof value !== 'number') return;
      const entry = voxels.get(voxel) ?? new Map<string, number>();
      voxels.set(voxel, entry.set(key.replace(/\/tCr$/, ''), value));
    });
  }
  return voxels;
}

/**
 * @param file truth.json
 * @throws ModelError MODEL_INVALID where it is not the truth of a demo study
 */
export function demoTruth(file: { readonly bytes: Uint8Array }): DemoTruth {
  const truth: unknown = JSON.parse(new TextDecoder().decode(file.bytes));
  const { schema, singleVoxel, mrsi } = isObject(truth) ? truth : {};
  if (schema !== 'lineshape.demo-truth/1' || !isObject(singleVoxel)) {
    throw new ModelError(
      'MODEL_INVALID',
      'truth.json of the demo study is not in the expected form (lineshape.demo-truth/1).',
    );
  }
  return { single: ratios(singleVoxel['ratiosToTCr']), voxels: gridRatios(isObject(mrsi) ? mrsi['maps'] : null) };
}
