// A spectrum taken apart by a band model.
import { widthReference } from '../estimates.ts';
import type { BandModel, LineChange } from './bandModel.ts';
import type { BandFit } from './networkEstimate.ts';

/** The model's part of a fit. */
export type ModelParts = Pick<BandFit, 'signals' | 'component' | 'componentNames'>;

/** One signal of a model with its amplitude. */
export function scaledColumn(model: BandModel, signal: number, amplitude: number): Float64Array {
  const column = model.column(signal);
  for (let j = 0; j < column.length; j++) column[j] = amplitude * (column[j] as number);
  return column;
}

/** @param model changed as the fit has it, until the next spectrum */
export function standingParts(model: BandModel, amplitudes: Float64Array): ModelParts {
  return {
    signals: model.sum(amplitudes).re,
    component: (m) => scaledColumn(model, m, amplitudes[m] as number),
    componentNames: model.names,
  };
}

/** As standingParts, where nothing but the sum and single signals is asked of the model: it need not be changed as a whole. */
export function partsUnder(model: BandModel, changes: readonly LineChange[], amplitudes: Float64Array): ModelParts {
  const { names } = model;
  const alone = (signal: number): Float64Array => amplitudes.map((a, m) => (m === signal ? a : 0));
  // Its width is told of every spectrum, and a second sum costs nothing.
  const reference = widthReference(names, amplitudes);
  const [sum, line] = model.sumsUnder(changes, amplitudes, alone(reference));
  return {
    signals: sum.re,
    component: (m) => (m === reference ? line.re : model.sumsUnder(changes, alone(m), alone(m))[0].re),
    componentNames: names,
  };
}

/** @param data,baseline real parts in the fit's phase, 512 bins */
export function bandFit(parts: ModelParts, data: Float64Array, baseline: Float64Array): BandFit {
  const { signals } = parts;
  let power = 0;
  for (let j = 0; j < data.length; j++) {
    power += ((data[j] as number) - (baseline[j] as number) - (signals[j] as number)) ** 2;
  }
  return { ...parts, data, baseline, residualSd: Math.sqrt(power / data.length) };
}
