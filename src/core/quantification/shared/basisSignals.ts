// The basis as one fit needs it: on the data's own time axis, without what the user omits, with macromolecules and
// lipids added where the basis has none.
import { carrierPpm, ppmToHz } from '../../domain/axes.ts';
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ModelError } from '../../domain/errors.ts';
import { canonicalMetaboliteName } from '../../domain/metaboliteNames.ts';
import { LCMODEL_LIPIDS, LCMODEL_MACROMOLECULES, broadSignal } from '../../basis/macromolecules/index.ts';
import { resampleBasis } from '../../basis/resampleBasis.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import type { ModelSignal } from './modelSignal.ts';

/** Added to bases without any; separate signals, since their ratios change with TE and sequence. */
const ADDED_GROUPS = [...LCMODEL_LIPIDS, ...LCMODEL_MACROMOLECULES];

/** What of the basis a fit uses. */
export interface BasisChoice {
  /** Adds Gaussian macromolecule and lipid signals to a basis that has none. */
  readonly addMacromolecules: 'auto' | 'none';
  /** Metabolites of the basis that are left out. */
  readonly omit: readonly string[];
}

/** Resampling is done once for each basis and sampling, not for each voxel. */
const prepared = new WeakMap<BasisSet, Map<string, readonly ModelSignal[]>>();

/** Moves a signal whose zero frequency stands elsewhere than the data's, which is at the nucleus's usual shift (¹H: water). */
function referencedToData(fid: ComplexSignal, input: FitInput, referencePpm: number): ComplexSignal {
  const hz = ppmToHz(referencePpm, input.spectrometerFrequencyMHz, carrierPpm(input.nucleus));
  if (Math.abs(hz) < 1e-9) return fid;
  const re = new Float64Array(fid.re.length);
  const im = new Float64Array(fid.re.length);
  for (let i = 0; i < re.length; i++) {
    const angle = 2 * Math.PI * hz * i * input.dwellTimeS;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    re[i] = (fid.re[i] as number) * c - (fid.im[i] as number) * s;
    im[i] = (fid.re[i] as number) * s + (fid.im[i] as number) * c;
  }
  return { re, im };
}

function addedSignals(input: FitInput): ModelSignal[] {
  const sampling = {
    spectrometerFrequencyMHz: input.spectrometerFrequencyMHz,
    dwellTimeS: input.dwellTimeS,
    points: input.fid.re.length,
  };
  return ADDED_GROUPS.map((group) => ({ ...broadSignal(group, sampling), added: true }));
}

/**
 * Basis signals for a fit.
 * @param input its sampling counts
 * @returns one signal per name, on the input's time axis
 * @throws ModelError where nothing is left to fit with
 */
export function signalsFor(input: FitInput, basis: BasisSet, options: BasisChoice): readonly ModelSignal[] {
  const points = input.fid.re.length;
  const key = JSON.stringify([
    points,
    input.dwellTimeS,
    input.spectrometerFrequencyMHz,
    options.addMacromolecules,
    options.omit,
  ]);
  const known = prepared.get(basis)?.get(key);
  if (known !== undefined) return known;
  const omitted = new Set(options.omit.map(canonicalMetaboliteName));
  const resampled = resampleBasis(basis, {
    dwellTimeS: input.dwellTimeS,
    points,
    spectrometerFrequencyMHz: input.spectrometerFrequencyMHz,
  });
  const own: ModelSignal[] = resampled.signals
    .filter((s) => !omitted.has(s.name))
    .map((s) => ({ ...s, fid: referencedToData(s.fid, input, basis.referencePpm) }));
  if (!own.some((s) => s.kind === 'metabolite')) {
    throw new ModelError('BASIS_MISMATCH', `The basis set "${basis.title}" holds no metabolite to fit.`);
  }
  const hasBroad = own.some((s) => s.kind === 'macromolecule' || s.kind === 'lipid');
  const isProton = input.nucleus === '1H';
  const add = options.addMacromolecules === 'auto' && !hasBroad && isProton;
  const signals = add ? [...own, ...addedSignals(input).filter((s) => !omitted.has(s.name))] : own;
  const bySampling = prepared.get(basis) ?? new Map<string, readonly ModelSignal[]>();
  bySampling.set(key, signals);
  prepared.set(basis, bySampling);
  return signals;
}
