// The user's basis set as the solve needs it: metabolites, its broad signals, and macromolecules where it has none.
import type { BasisSet } from '../../domain/basisSet.ts';
import { MACROMOLECULES_GONE_S, broadSignals } from '../../basis/macromolecules/index.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import { basisModel } from '../shared/networks/basisModel.ts';
import type { BandModel } from '../shared/networks/bandModel.ts';

export interface UserModel {
  readonly model: BandModel;
  /** By signal of the model. */
  readonly isBroad: readonly boolean[];
}

const completed = new WeakMap<BasisSet, BasisSet>();

/** The network was trained with one broad signal in the solve; the same is added to a basis set of short TE that has none. */
function withMacromolecules(basis: BasisSet): BasisSet {
  const known = completed.get(basis);
  if (known !== undefined) return known;
  const hasBroad = basis.signals.some(({ kind }) => kind !== 'metabolite');
  const areGone = (basis.echoTimeS ?? 0) >= MACROMOLECULES_GONE_S;
  const whole =
    hasBroad || areGone
      ? basis
      : { ...basis, signals: [...basis.signals, ...broadSignals('chen-17-combined', 'none', basis)] };
  completed.set(basis, whole);
  return whole;
}

/**
 * @param input its sampling counts
 * @throws ModelError BASIS_MISMATCH where the basis holds no metabolite
 */
export function userModel(input: FitInput, basis: BasisSet): UserModel {
  const whole = withMacromolecules(basis);
  const model = basisModel(
    input,
    whole,
    whole.signals.map(({ name }) => name),
  );
  return { model, isBroad: whole.signals.map(({ kind }) => kind !== 'metabolite') };
}
