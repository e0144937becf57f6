// A spectrum taken apart by a band model that stands as it was solved.
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import type { BandModel } from './bandModel.ts';
import { phasedReal } from './linearSolve.ts';
import type { BandFit } from './networkEstimate.ts';

/**
 * @param model changed as the fit has it
 * @param background in the spectrum's own phase; null for none
 */
export function bandFit(
  model: BandModel,
  amplitudes: Float64Array,
  spectrum: ComplexSignal,
  background: ComplexSignal | null,
  phaseRad: number,
): BandFit {
  const data = phasedReal(spectrum, phaseRad);
  const baseline = background === null ? new Float64Array(data.length) : phasedReal(background, phaseRad);
  const signals = model.sum(amplitudes).re;
  let power = 0;
  for (let j = 0; j < data.length; j++) {
    power += ((data[j] as number) - (baseline[j] as number) - (signals[j] as number)) ** 2;
  }
  return {
    data,
    baseline,
    signals,
    component: (m) => model.column(m).map((v) => v * (amplitudes[m] as number)),
    componentNames: model.names,
    residualSd: Math.sqrt(power / data.length),
  };
}
