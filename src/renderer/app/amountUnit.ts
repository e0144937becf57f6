// Units of amounts in the language of the window: what the amount is of is a word. Files keep the core's own.
import { t } from './i18n/index.ts';

/** As core writes them (quantification/waterScaling/commonFactors.ts). */
const WORDED: Readonly<Record<string, string>> = {
  'mmol/kg tissue water': 'tissueWater',
  'mmol/kg voxel water': 'voxelWater',
  'mmol/l tissue': 'tissue',
  'mmol/l voxel': 'voxel',
  'mmol/kg wet weight': 'wetWeight',
  'mmol/kg wet weight (LCModel: mM)': 'lcmodel',
};

/** @returns any other unit as it is */
export function amountUnit(unit: string): string {
  const key = WORDED[unit];
  return key === undefined ? unit : t(`app.units.${key}`);
}
