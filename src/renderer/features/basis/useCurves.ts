// Basis FIDs as curves for a chart, each transformed once for a set and a display line width.
import { computed, type Ref } from 'vue';
import type { BasisSpectraView } from '../../../ipc/contract.ts';
import { DEFAULT_VIEW, spectrumCurve } from '../spectrum/index.ts';
import type { BasisCurve } from './spectra.ts';

/**
 * @param spectra signals of a set
 * @param broadeningHz exponential line broadening, for the display only
 * @returns gives the curve of a signal, or null where the set doesn't have it
 */
export function useCurves(
  spectra: Readonly<Ref<BasisSpectraView | null>>,
  broadeningHz: Readonly<Ref<number>>,
): Readonly<Ref<(name: string) => BasisCurve | null>> {
  return computed(() => {
    const set = spectra.value;
    const view = { ...DEFAULT_VIEW, zeroFill: 4 as const, broadeningHz: broadeningHz.value };
    const done = new Map<string, BasisCurve>();
    return (name) => {
      const known = done.get(name);
      if (known !== undefined) return known;
      const signal = set?.signals.find((s) => s.name === name);
      if (set === null || signal === undefined) return null;
      const { dwellTimeS, spectrometerFrequencyMHz, referencePpm } = set;
      const { re, im } = signal;
      const fid = { re, im, dwellTimeS, spectrometerFrequencyMHz, referencePpm, nucleus: '1H', warnings: [] };
      const curve = { name, ...spectrumCurve(fid, view) };
      done.set(name, curve);
      return curve;
    };
  });
}
