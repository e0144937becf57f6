// Soft ratios among the simulated macromolecule and lipid signals that the fit adds to a basis without any: broad
// signals lie on each other and on the baseline, and without them the metabolites between pay for it. Ratios and their
// standard deviations are LCModel's (basis/macromolecules/lcmodelLines.ts). They apply to added signals only; a measured
// or simulated macromolecule signal of the basis itself is never tied.
import { LCMODEL_RATIOS } from '../../basis/macromolecules/index.ts';
import type { AmplitudePrior } from './problem.ts';
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
    return [{ terms, mean: 0, sd: sd * level }];
  });
}

/** A metabolite's expected part of a weighted sum of others. */
interface WeakMetabolite {
  readonly name: string;
  readonly references: readonly (readonly [name: string, weight: number])[];
  readonly ratio: number;
  readonly sd: number;
}

/** tNAA + tCr + 3 tCho: LCModel's "Big3", in which each strong singlet counts about alike. */
const BIG_3 = [['NAA', 1], ['NAAG', 1], ['Cr', 1], ['PCr', 1], ['GPC', 3], ['PCho', 3], ['Cho', 3]] as const; // prettier-ignore

/** LCModel 6.3's default CHRATO for metabolites, as its detailed output prints them (CHRATO ratio priors used). */
const LCMODEL_WEAK: readonly WeakMetabolite[] = [
  { name: 'Asp', references: BIG_3, ratio: 0.05, sd: 0.05 },
  { name: 'GABA', references: BIG_3, ratio: 0.03, sd: 0.03 },
  { name: 'Glc', references: BIG_3, ratio: 0.03, sd: 0.03 },
  { name: 'Scyllo', references: BIG_3, ratio: 0.01, sd: 0.01 },
  { name: 'Tau', references: BIG_3, ratio: 0.05, sd: 0.05 },
  { name: 'GSH', references: [['Gln', 1], ['GSH', 1]], ratio: 0.286, sd: 0.126 }, // prettier-ignore
];

/**
 * LCModel's soft ratios of weak metabolites, for those present.
 * @param amplitudes of a first fit without priors
 */
export function weakMetabolitePriors(signals: readonly ModelSignal[], amplitudes: Float64Array): AmplitudePrior[] {
  const indexOf = (name: string): number => signals.findIndex((s) => s.name === name);
  return LCMODEL_WEAK.flatMap(({ name, references, ratio, sd }) => {
    const own = indexOf(name);
    const from = references.map(([other, weight]) => ({ signal: indexOf(other), weight })).filter((r) => r.signal >= 0);
    const level = from.reduce((sum, { signal, weight }) => sum + weight * (amplitudes[signal] as number), 0);
    if (own < 0 || !(level > 0)) return [];
    const terms = [{ signal: own, weight: 1 }, ...from.map((r) => ({ ...r, weight: -ratio * r.weight }))];
    return [{ terms, mean: 0, sd: sd * level }];
  });
}
