// Draws what a set of simulated transients is made of from its preset: numbers only, no signals yet.
import type { SeededRandom } from '../../math/seededRandom.ts';
import type { ExtraLine } from '../syntheticScan.ts';
import type { NormalDistribution, Nuisance, PresetBasis, Range, TransientPreset } from './presets.ts';

/** What one transient differs by. */
export interface DrawnTransient {
  /** Truth: offset of the transient, a move included. [Hz] */
  readonly shiftHz: number;
  /** Truth, within ±π unless the preset's own range is wider. [rad] */
  readonly phaseRad: number;
  readonly amplitude: number;
  /** Lorentzian FWHM added. [Hz] */
  readonly dampingHz: number;
  /** |S(0)|/σ, of the set's metabolites at amplitude 1. */
  readonly snr: number;
  /** Amplitudes over |S(0)| of the set. */
  readonly nuisances: readonly ExtraLine[];
  readonly moved: boolean;
}

export interface EddyTerm {
  readonly amplitudeRad: number;
  readonly timeConstantS: number;
}

export interface DrawnSet {
  readonly basis: PresetBasis;
  readonly spectrometerFrequencyMHz: number;
  readonly dwellTimeS: number;
  readonly points: number;
  readonly profile: string;
  /** By basis name. */
  readonly concentrations: Readonly<Record<string, number>>;
  readonly macromolecules: number;
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
  readonly eddyTerms: readonly EddyTerm[];
  readonly transients: readonly DrawnTransient[];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

const uniform = ([low, high]: Range, random: SeededRandom): number => low + (high - low) * random.uniform();

const logUniform = ([low, high]: Range, random: SeededRandom): number => low * (high / low) ** random.uniform();

const whole = ([low, high]: Range, random: SeededRandom): number =>
  Math.min(high, low + Math.floor((high - low + 1) * random.uniform()));

const normal = ({ mean, sd }: NormalDistribution, random: SeededRandom): number => mean + sd * random.normal();

function weighted<T extends { readonly weight: number }>(choices: readonly T[], random: SeededRandom): T {
  const total = choices.reduce((sum, c) => sum + c.weight, 0);
  let at = total * random.uniform();
  return choices.find((c) => (at -= c.weight) < 0) ?? (choices[choices.length - 1] as T);
}

function drawNuisances(nuisances: readonly Nuisance[], random: SeededRandom): ExtraLine[] {
  return nuisances.flatMap(({ probability, lines }) =>
    random.uniform() >= probability
      ? []
      : lines.map((line) => ({
          ppm: uniform(line.ppm, random),
          amplitude: uniform(line.amplitude, random),
          widthHz: uniform(line.widthHz, random),
          shape: 'lorentzian' as const,
          phaseRad: radians(uniform(line.phaseDeg, random)),
        })),
  );
}

function drawTransient(preset: TransientPreset, setSnr: number, random: SeededRandom): DrawnTransient {
  const { moved: move } = preset;
  const plain = {
    shiftHz: uniform(preset.shiftHz, random),
    phaseRad: radians(uniform(preset.phaseDeg, random)),
    amplitude: normal(preset.amplitude, random),
    dampingHz: Math.max(0, normal(preset.dampingHz, random)),
    snr: preset.snr.per === 'set' ? setSnr : uniform(preset.snr.range, random),
    nuisances: drawNuisances(preset.nuisances, random),
    moved: false,
  };
  if (move === null || random.uniform() >= move.probability) return plain;
  return {
    ...plain,
    shiftHz: plain.shiftHz + uniform(move.shiftHz, random),
    phaseRad: plain.phaseRad + radians(uniform(move.phaseDeg, random)),
    amplitude: plain.amplitude * uniform(move.scale, random),
    dampingHz: plain.dampingHz + uniform(move.broadeningHz, random),
    moved: true,
  };
}

function drawEddyTerms(preset: TransientPreset, random: SeededRandom): EddyTerm[] {
  const { eddyCurrents } = preset;
  if (eddyCurrents === null || random.uniform() >= eddyCurrents.probability) return [];
  return Array.from({ length: whole(eddyCurrents.terms, random) }, () => ({
    amplitudeRad: radians(uniform(eddyCurrents.amplitudeDeg, random)),
    timeConstantS: uniform(eddyCurrents.timeConstantMs, random) / 1000,
  }));
}

/**
 * Draws one set.
 * @param count transients, where not the preset's own number
 */
export function drawTransientSet(preset: TransientPreset, random: SeededRandom, count?: number): DrawnSet {
  const basis = weighted(preset.bases, random);
  const profile = weighted(preset.profiles, random);
  const concentrations = Object.fromEntries(
    Object.entries(profile.concentrations).map(([name, range]) => [name, uniform(range, random)]),
  );
  const set = {
    basis,
    spectrometerFrequencyMHz: uniform(basis.spectrometerFrequencyMHz, random),
    dwellTimeS: logUniform(preset.sampling.dwellTimeS, random),
    points: preset.sampling.points[whole([0, preset.sampling.points.length - 1], random)] as number,
    profile: profile.name,
    concentrations,
    macromolecules: uniform(profile.macromolecules, random),
    lorentzianHz: uniform(preset.lorentzianHz, random),
    gaussianHz: uniform(preset.gaussianHz, random),
    eddyTerms: drawEddyTerms(preset, random),
  };
  const setSnr = uniform(preset.snr.range, random);
  const drawn = whole(preset.transients, random);
  const transients = Array.from({ length: count ?? drawn }, () => drawTransient(preset, setSnr, random));
  return { ...set, transients };
}
