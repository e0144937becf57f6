// Direction and reference of the ppm axis of 31P sets, told from where phosphorus metabolites resonate (PCr at 0 ppm).
// Shifts: de Graaf, In Vivo NMR Spectroscopy, 3rd ed. 2019, chapter 2; windows are wide enough for pH and magnesium.
import { WATER_PPM } from '../../domain/axes.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { PpmWindow } from './lineWindows.ts';
import { bestReading } from './lineWindows.ts';
import type { ReferenceSignal } from './referencing.ts';
import { conjugated, UNVERIFIED_CODE } from './referencing.ts';

const PHOSPHORUS_WINDOWS: readonly (readonly [name: RegExp, window: PpmWindow])[] = [
  [/^pcr$/, [-0.5, 0.5]],
  [/^pi(ex|in|ext|int)?$/, [3.6, 5.8]],
  [/^(a|alpha)atp|atp(a|alpha)$/, [-8.4, -6.8]],
  [/^(b|beta)atp|atp(b|beta)$/, [-19, -15]],
  [/^(g|gamma)atp|atp(g|gamma)$/, [-3.4, -1.8]],
  [/^pe$|^pea$/, [6.2, 7.3]],
  [/^pc$|^pch(o)?$/, [5.7, 6.7]],
  [/^gpe$/, [3, 4]],
  [/^gpc$/, [2.4, 3.4]],
  [/^nad/, [-9.2, -7.4]],
];

/** LCModel puts zero frequency at 4.65 ppm for every nucleus; other programs put it on PCr. */
const ZERO_PPM = [WATER_PPM, 0] as const;

function windowsOf(name: string): readonly PpmWindow[] {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return PHOSPHORUS_WINDOWS.filter(([pattern]) => pattern.test(plain)).map(([, window]) => window);
}

export interface PhosphorusReferenced<S> {
  readonly signals: readonly S[];
  /** Where zero frequency stands. [ppm] */
  readonly referencePpm: number;
  readonly warnings: readonly Warning[];
}

/**
 * Brings 31P basis signals to the NIfTI-MRS sign and tells where zero frequency stands; the signals are not shifted.
 * @param signals names and FIDs as stored
 */
export function referencePhosphorus<S extends ReferenceSignal>(
  signals: readonly S[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
): PhosphorusReferenced<S> {
  const known = signals
    .map(({ name, fid }) => ({ fid, windows: windowsOf(name) }))
    .filter(({ windows }) => windows.length > 0);
  const readings = [false, true].flatMap((mirrored) => ZERO_PPM.map((zeroPpm) => ({ mirrored, zeroPpm })));
  const found = bestReading(known, readings, dwellTimeS, spectrometerFrequencyMHz);
  if (found === null) {
    const message =
      'The phosphorus signals of the basis set do not tell the direction and reference of its ppm axis, which are unverified.';
    return { signals, referencePpm: WATER_PPM, warnings: [{ code: UNVERIFIED_CODE, message }] };
  }
  if (!found.mirrored) return { signals, referencePpm: found.zeroPpm, warnings: [] };
  return { ...conjugated(signals), referencePpm: found.zeroPpm };
}
