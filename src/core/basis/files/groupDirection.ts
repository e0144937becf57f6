// Direction of the ppm axis of 1H sets without a singlet, told from where the proton groups of each metabolite resonate
// (shifts of the spin systems, each with its source there) and macromolecules in general.
import { WATER_PPM } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { basisSignalKind } from '../../domain/metaboliteNames.ts';
import { SPIN_SYSTEMS } from '../spinSystems/index.ts';
import type { PpmWindow } from './lineWindows.ts';
import { bestReading } from './lineWindows.ts';

/** Half the width of a multiplet with the couplings of brain metabolites. [Hz] */
const MULTIPLET_HALF_HZ = 12;
/** Published shifts differ by up to this, with temperature and pH. [ppm] */
const SHIFT_TOLERANCE_PPM = 0.05;
/** Macromolecules and lipids of the brain. Source: Cudalbu et al., NMR Biomed 2021;34:e4393, doi:10.1002/nbm.4393. */
const MACROMOLECULE_WINDOW: PpmWindow = [0.5, 4.4];

function windowsOf(name: string, spectrometerFrequencyMHz: number): readonly PpmWindow[] {
  const kind = basisSignalKind(name);
  if (kind === 'macromolecule' || kind === 'lipid') return [MACROMOLECULE_WINDOW];
  const half = SHIFT_TOLERANCE_PPM + MULTIPLET_HALF_HZ / spectrometerFrequencyMHz;
  const groups = SPIN_SYSTEMS.get(name)?.moieties.flatMap((moiety) => moiety.groups) ?? [];
  return groups.map(({ shiftPpm }) => [shiftPpm - half, shiftPpm + half] as const);
}

/**
 * @param signals canonical names and FIDs as stored
 * @returns whether the axis is reversed about water; null where the signals don't tell
 */
export function mirroredByGroups(
  signals: readonly { readonly name: string; readonly fid: ComplexSignal }[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
): boolean | null {
  const known = signals
    .map(({ name, fid }) => ({ fid, windows: windowsOf(name, spectrometerFrequencyMHz) }))
    .filter(({ windows }) => windows.length > 0);
  const readings = [false, true].map((mirrored) => ({ mirrored, zeroPpm: WATER_PPM }));
  return bestReading(known, readings, dwellTimeS, spectrometerFrequencyMHz)?.mirrored ?? null;
}
