// A voxel's unsuppressed water as networks want it in their input: on the scale of the metabolites' amounts.
import type { WaterScalingSettings } from '../domain/quantitySettings.ts';
import type { BatchContext } from '../quantification/index.ts';
import { amplitudeOfOneMillimolar } from '../quantification/waterScaling/index.ts';
import { waterOf, waterScalingInput } from '../quantification/waterScaling/measuredWater.ts';

/** Its relaxation stands for all metabolites': there is one line, and ratios are to tCr. */
const RELAXING_AS = 'Cr';

/** @param settings how the scan's water becomes amounts; null without a water reference */
export function waterSignals(settings: WaterScalingSettings | null): NonNullable<BatchContext['waterOf']> {
  return (input) => {
    if (settings === null) return 'the scan has no water reference that can be used.';
    const water = waterOf(input, settings);
    if (typeof water === 'string') return water;
    const perMillimolar = amplitudeOfOneMillimolar(waterScalingInput(input, water, settings), RELAXING_AS);
    if (perMillimolar === null) return 'the voxel holds hardly any tissue.';
    return { perMillimolar, gaussianHz: water.gaussianHz };
  };
}
