// Presets of simulated transients: JSON files beside this one, read here by import and by training/ (Python) as files.
// One *set* is the transients of one voxel. What a set has is drawn once for it, what a transient has for each. A pair
// [low, high] is a uniform range, both ends in; `weight` is a relative probability.
//   bases          one is drawn a set: shipped basis id (resources/basis) and the frequency to which it is scaled [MHz];
//                  scaling: x'(t) = x(t·f'/f) with x about the basis's reference ppm at zero frequency (4.65)
//   sampling       dwell time [s], log-uniform in its range, and points, one of the list; drawn a set
//   transients     number in a set
//   profiles       one is drawn a set; concentrations by basis name and the amount of "Mac" drawn in it; names that the
//                  basis lacks are left out
//   lorentzianHz, gaussianHz   width (FWHM) added to the basis signals of the set: e^{−πLt − (πGt)²/(4 ln 2)}
//   amplitude      factor of each transient, normal, with the nuisance lines
//   dampingHz      Lorentzian width added to each transient with its nuisance lines, normal, not below 0
//   shiftHz, phaseDeg  offsets of each transient, nuisance lines included: × e^{i(2π·shift·t + phase)}
//   snr            |S(0)|/σ of the set's metabolites alone at amplitude 1; σ: SD of the real and of the imaginary part, each;
//                  drawn a set or a transient
//   nuisances      with `probability` a transient gets all the lines of an entry, each drawn: place, amplitude at t = 0 over
//                  |S(0)| of the set, Lorentzian FWHM, phase
//   eddyCurrents   with `probability` a set has φ(t) = Σ a(1 − e^{−t/τ}), `terms` of them (whole number), on everything
//   moved          with `probability` a transient is scaled, broadened and further moved (its truth holds the move)
//   seeds          streams of the three purposes, apart
// Truth of a transient: shiftHz and phaseDeg as applied, moves included. Frame: creatine of the basis at 3.027 ppm, phase 0.
import clean from './fpc-published-clean.json';
import nuisance from './fpc-published-nuisance.json';
import wide from './fpc-wide.json';
import clinical from './fpc-clinical-3t.json';
import training from './fpc-training-wide.json';

/** [low, high]. */
export type Range = readonly [number, number];

export interface NormalDistribution {
  readonly mean: number;
  readonly sd: number;
}

export interface PresetBasis {
  readonly id: string;
  readonly weight: number;
  readonly spectrometerFrequencyMHz: Range;
}

export interface PresetProfile {
  readonly name: string;
  readonly weight: number;
  readonly concentrations: Readonly<Record<string, Range>>;
  readonly macromolecules: Range;
}

export interface NuisanceLine {
  readonly ppm: Range;
  readonly amplitude: Range;
  readonly widthHz: Range;
  readonly phaseDeg: Range;
}

export interface Nuisance {
  readonly name: string;
  readonly probability: number;
  readonly lines: readonly NuisanceLine[];
}

export interface TransientPreset {
  readonly schema: 'lineshape.transients-preset/1';
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly bases: readonly PresetBasis[];
  readonly sampling: { readonly dwellTimeS: Range; readonly points: readonly number[] };
  readonly transients: Range;
  readonly profiles: readonly PresetProfile[];
  readonly lorentzianHz: Range;
  readonly gaussianHz: Range;
  readonly amplitude: NormalDistribution;
  readonly dampingHz: NormalDistribution;
  readonly shiftHz: Range;
  readonly phaseDeg: Range;
  readonly snr: { readonly range: Range; readonly per: 'set' | 'transient' };
  readonly nuisances: readonly Nuisance[];
  readonly eddyCurrents: {
    readonly probability: number;
    readonly terms: Range;
    readonly amplitudeDeg: Range;
    readonly timeConstantMs: Range;
  } | null;
  readonly moved: {
    readonly probability: number;
    readonly scale: Range;
    readonly broadeningHz: Range;
    readonly shiftHz: Range;
    readonly phaseDeg: Range;
  } | null;
  readonly seeds: { readonly training: number; readonly validation: number; readonly test: number };
}

export type TransientPresetId =
  'fpc-published-clean' | 'fpc-published-nuisance' | 'fpc-wide' | 'fpc-clinical-3t' | 'fpc-training-wide';

// JSON's types have number[] where a preset has pairs; the tests check every file against this type.
const asPreset = (json: unknown): TransientPreset => json as TransientPreset;

export const TRANSIENT_PRESETS: Readonly<Record<TransientPresetId, TransientPreset>> = {
  'fpc-published-clean': asPreset(clean),
  'fpc-published-nuisance': asPreset(nuisance),
  'fpc-wide': asPreset(wide),
  'fpc-clinical-3t': asPreset(clinical),
  'fpc-training-wide': asPreset(training),
};
