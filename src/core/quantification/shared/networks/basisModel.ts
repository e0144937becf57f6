// The band model of a basis set for a scan's sampling, made once for all voxels.
import type { BasisSet } from '../../../domain/basisSet.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { ModelError } from '../../../domain/errors.ts';
import { canonicalMetaboliteName } from '../../../domain/metaboliteNames.ts';
import type { FitInput } from '../../../ports/fitRunner.ts';
import { signalsFor } from '../basisSignals.ts';
import type { ModelSignal } from '../modelSignal.ts';
import { makeBandModel } from './bandModel.ts';
import type { BandModel } from './bandModel.ts';
import { inBandSignals } from './inBand.ts';

const made = new WeakMap<readonly ModelSignal[], Map<string, BandModel>>();

/**
 * @param input its sampling counts, not its samples
 * @param names signals in the order wanted; empty: the basis's metabolites
 * @throws ModelError BASIS_MISMATCH where the basis has no signal of a name
 */
export function basisModel(
  {
    fid,
    dwellTimeS,
    spectrometerFrequencyMHz,
    nucleus,
  }: Pick<FitInput, 'fid' | 'dwellTimeS' | 'spectrometerFrequencyMHz' | 'nucleus'>,
  basis: BasisSet,
  names: readonly string[],
): BandModel {
  const points = fid.re.length;
  const input = { voxel: 0, fid, dwellTimeS, spectrometerFrequencyMHz, nucleus, noiseSd: null };
  const signals = signalsFor(input, basis, { addMacromolecules: 'none', omit: [] });
  const known = made.get(signals) ?? new Map<string, BandModel>();
  made.set(signals, known);
  const key = JSON.stringify([names, points, dwellTimeS, spectrometerFrequencyMHz]);
  const found = known.get(key);
  if (found !== undefined) return found;
  const chosen = chosenSignals(signals, basis, names);
  const sampling = { points, dwellTimeS, spectrometerFrequencyMHz };
  const canonical = inBandSignals(
    chosen.map(({ signal }) => signal.fid),
    sampling,
  );
  const model = makeBandModel(
    chosen.map(({ name }, m) => ({ name, fid: canonical[m] as ComplexSignal })),
    spectrometerFrequencyMHz,
  );
  known.set(key, model);
  return model;
}

function chosenSignals(
  signals: readonly ModelSignal[],
  { title }: BasisSet,
  names: readonly string[],
): { readonly name: string; readonly signal: ModelSignal }[] {
  if (names.length === 0) {
    return signals.filter(({ kind }) => kind === 'metabolite').map((signal) => ({ name: signal.name, signal }));
  }
  return names.map((name) => {
    const signal = signals.find((s) => s.name === canonicalMetaboliteName(name));
    if (signal === undefined) {
      throw new ModelError(
        'BASIS_MISMATCH',
        `The basis set "${title}" has no signal of ${name}, which the network needs.`,
      );
    }
    return { name: signal.name, signal };
  });
}
