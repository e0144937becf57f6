// Soft ratios among the simulated macromolecule and lipid signals that the fit adds to a basis without any: broad
// signals lie on each other and on the baseline, and without them the metabolites between pay for it. Ratios and their
// standard deviations are LCModel's (basis/macromolecules/lcmodelLines.ts). They apply to added signals only; a measured
// or simulated macromolecule signal of the basis itself is never tied.
import { LCMODEL_RATIOS } from '../../basis/macromolecules/index.ts';
import type { AmplitudePrior } from './engine.ts';
import type { ModelSignal } from './model.ts';

/** Keeps a prior's SD away from zero where the first fit found no reference, as a part of all broad signals. */
const LEAST_REFERENCE_PART = 0.05;

/**
 * Priors for the signals present.
 * @param amplitudes of a first fit without priors: they set the scale on which a ratio's SD counts
 */
export function ratioPriors(signals: readonly ModelSignal[], amplitudes: Float64Array): AmplitudePrior[] {
  const added = signals.map((s, i) => ({ ...s, i })).filter((s) => s.added === true);
  const indexOf = (name: string): number => added.find((s) => s.name === name)?.i ?? -1;
  const total = added.reduce((sum, { i }) => sum + (amplitudes[i] as number), 0);
  return LCMODEL_RATIOS.flatMap(({ signal, references, ratio, sd }) => {
    const i = indexOf(signal);
    const from = references.map(indexOf).filter((j) => j >= 0);
    if (i < 0 || from.length === 0 || !(total > 0)) return [];
    // The reference's level as its own amplitude and as this signal implies it, averaged: either may be poorly known.
    const own = from.reduce((sum, j) => sum + (amplitudes[j] as number), 0);
    const level = Math.max((own + (amplitudes[i] as number) / ratio) / 2, LEAST_REFERENCE_PART * total);
    const terms = [{ signal: i, weight: 1 }, ...from.map((j) => ({ signal: j, weight: -ratio }))];
    return [{ terms, sd: sd * level }];
  });
}
