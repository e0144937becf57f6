// Likeness of two signals as the golden tests read it, from core.
import { likeness as compare } from '../../src/core/basis/comparing/index.ts';
import type { Comparison, Likeness } from '../../src/core/basis/comparing/index.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';

/** @returns the likeness, and the Lorentzian broadening of the first signal under its old name */
export function likeness(
  simulated: ComplexSignal,
  reference: ComplexSignal,
  comparison: Comparison,
): Likeness & { readonly broadeningHz: number } {
  const found = compare(simulated, reference, comparison);
  return { ...found, broadeningHz: found.lorentzianHz };
}
