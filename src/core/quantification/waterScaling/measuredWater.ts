// A voxel's water reference measured once, for whatever needs it: the amounts, and networks that want a line of it.
import { ProcessingError } from '../../domain/errors.ts';
import type { WaterScalingSettings } from '../../domain/quantitySettings.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import type { WaterScalingInput } from './commonFactors.ts';
import { tableWithOverrides } from './tables.ts';
import { measureWaterAmplitude } from './waterAmplitude.ts';
import type { WaterMeasurement } from './waterAmplitude.ts';

const measured = new WeakMap<FitInput, { readonly axes: unknown; readonly found: WaterMeasurement | string }>();

/** @returns the voxel's water, or in one sentence why it has none */
export function waterOf(input: FitInput, { waterAxes: axes }: WaterScalingSettings): WaterMeasurement | string {
  const known = measured.get(input);
  if (known?.axes === axes) return known.found;
  const found = measure(input.water, axes);
  measured.set(input, { axes, found });
  return found;
}

function measure(water: FitInput['water'], axes: WaterScalingSettings['waterAxes']): ReturnType<typeof waterOf> {
  if (water === undefined) return 'this voxel has none.';
  try {
    return measureWaterAmplitude({ fid: water, ...axes });
  } catch (error) {
    if (error instanceof ProcessingError) return error.message;
    throw error;
  }
}

/** What turns amplitudes of a voxel into amounts, from its water and the scan's settings. */
export function waterScalingInput(
  { tissue }: Pick<FitInput, 'tissue'>,
  { water }: Pick<WaterMeasurement, 'water'>,
  { options, proton, scale, relaxation, fieldT, metaboliteTiming, waterTiming, detail }: WaterScalingSettings,
): WaterScalingInput {
  return {
    water,
    proton,
    scale,
    relaxation: { table: tableWithOverrides(relaxation), fieldT, saturation: options.saturation },
    metaboliteTiming,
    waterTiming,
    fractions: tissue ?? null,
    options,
    detail,
  };
}
