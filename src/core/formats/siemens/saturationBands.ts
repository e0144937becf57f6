// Saturation bands of a Siemens protocol (sRSatArray): position, normal and thickness of each, patient LPS. Elements beyond
// the array's size are left over from the protocol's other uses; a component of zero isn't written.
import type { SaturationBand } from '../../domain/scanPlacement.ts';
import type { Ascconv } from './protocolText.ts';
import { ascconvNumber } from './protocolText.ts';

/** More than any scanner lets one place. */
const MOST_BANDS = 32;

/** @returns in the protocol's order; elements without normal or thickness are no bands */
export function siemensSaturationBands(protocol: Ascconv): SaturationBand[] {
  const count = Math.min(MOST_BANDS, ascconvNumber(protocol, 'sRSatArray.lSize') ?? 0);
  const bands: SaturationBand[] = [];
  for (let i = 0; i < count; i++) {
    const element = `sRSatArray.asElm[${i}]`;
    const ras = (name: string): [number, number, number] => {
      const part = (axis: string): number => ascconvNumber(protocol, `${element}.${name}.${axis}`) ?? 0;
      return [0 - part('dSag'), 0 - part('dCor'), part('dTra')];
    };
    const normal = ras('sNormal');
    const thicknessMm = ascconvNumber(protocol, `${element}.dThickness`) ?? 0;
    if (thicknessMm > 0 && Math.hypot(...normal) > 0) bands.push({ centreMm: ras('sPosition'), normal, thicknessMm });
  }
  return bands;
}
