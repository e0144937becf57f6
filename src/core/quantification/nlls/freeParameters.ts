// Which parameters the options let move.
import { GAUSSIAN, LORENTZIAN, PHASE0, PHASE1, SHIFT } from './model.ts';
import type { SpectralModel } from './model.ts';
import type { NllsOptions } from './options.ts';

/** The parameters that all signals share. */
export function commonParameters({ phases, lineshape }: NllsOptions): readonly number[] {
  const phase = { free: [PHASE0, PHASE1], zeroOrder: [PHASE0], fixed: [] }[phases];
  return [...phase, SHIFT, LORENTZIAN, ...(lineshape === 'lorentzian' ? [] : [GAUSSIAN])];
}

/**
 * What the full fit frees beside the common parameters. Macromolecules and lipids have shift and width of their own even where
 * all metabolites share theirs: theirs are not the metabolites'.
 */
export function freeDeviations(model: SpectralModel, options: NllsOptions): readonly number[] {
  const { grouping, gaussianDeviations } = options;
  const groups = Array.from({ length: model.groupCount }, (_, g) => g);
  const moving = grouping === 'common' ? groups.filter((g) => model.isBroadGroup(g)) : groups;
  const lineshape = Array.from({ length: 2 * model.lineshapeTerms }, (_, k) => model.firstLineshape + k);
  return [
    ...moving.map((g) => model.shiftDeviation(g)),
    ...moving.map((g) => model.lorentzianDeviation(g)),
    ...(gaussianDeviations === 'free' && options.lineshape !== 'lorentzian'
      ? moving.map((g) => model.gaussianDeviation(g))
      : []),
    ...lineshape,
  ];
}
