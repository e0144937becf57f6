// What a reader expects of a nucleus's spectrum: the window it is read in, the peaks that show the way, the line it is phased by.
import { EDITED_SUM } from '../../../core/domain/metaboliteNames.ts';
import type { Peak } from './peaks.ts';
import { PEAKS, PROTON_DIFFERENCE } from './peaks.ts';

/** ppm at the left and right border. */
export type Window = readonly [number, number];

/** ¹H of the brain between water and the reference; ³¹P from the phosphomonoesters to β-ATP with room at both ends. */
const WINDOWS: Readonly<Record<string, Window>> = { '1H': [4.2, 0.2], '31P': [10, -20] };

/** The line that is phased by eye: NAA, phosphocreatine. [ppm] */
const PIVOT_PPM: Readonly<Record<string, number>> = { '1H': 2.01, '31P': 0 };

/**
 * The window a spectrum opens in.
 * @param limits ends of its axis, high first: what is shown of a nucleus that has no usual window
 */
export function usualWindow(nucleus: string, limits: Window): Window {
  const usual = WINDOWS[nucleus];
  if (usual === undefined) return limits;
  const left = Math.min(usual[0], limits[0]);
  const right = Math.max(usual[1], limits[1]);
  return left > right ? [left, right] : limits;
}

/** Where first-order phase turns. @param referencePpm shift at zero frequency, for nuclei without a line of their own */
export function pivotPpm(nucleus: string, referencePpm: number): number {
  return PIVOT_PPM[nucleus] ?? referencePpm;
}

/** Peaks named in a spectrum, most important first; none where none are known. */
export function peaksOf(nucleus: string): readonly Peak[] {
  return PEAKS[nucleus] ?? [];
}

/** Signals that only the fit of a difference spectrum has. */
const OF_DIFFERENCES: readonly string[] = [EDITED_SUM.name, ...EDITED_SUM.members.filter((name) => name !== 'GABA')];

/** Peaks named in a fit. @param components names of its signals: they tell the fit of a difference spectrum */
export function peaksOfFit(nucleus: string, components: readonly string[]): readonly Peak[] {
  return components.some((name) => OF_DIFFERENCES.includes(name)) ? PROTON_DIFFERENCE : peaksOf(nucleus);
}
