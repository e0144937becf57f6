// Simulated sets with known truth: a basis set, a published protocol and a seed → independent cases, one after another.
import { ppmToHz } from '../../domain/axes.ts';
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ModelError } from '../../domain/errors.ts';
import { seededRandom } from '../../math/seededRandom.ts';
import { caseFid, macromoleculeSignal } from './caseFid.ts';
import type { CaseSignal, MacromoleculeSignal } from './caseFid.ts';
import { drawCase, presetMetabolites } from './drawCase.ts';
import type { DrawnCase } from './drawCase.ts';
import { SIMULATION_PRESETS } from './presets.ts';
import type { PresetId, Range, SimulationPreset } from './presets.ts';

export { PRESET_IDS, SIMULATION_PRESETS, presetSeeds } from './presets.ts';
export type { PresetId, Range, SimulatedSnr, SimulationPreset } from './presets.ts';
export { readTruthTable, writeTruthTable } from './truthTable.ts';
export type { TruthTable } from './truthTable.ts';

/** Departures from a preset's protocol. */
export interface SimulationChanges {
  /** Drawn uniformly from here instead. */
  readonly snr?: Range;
  /** "common": one shift for all signals of a case, drawn from the protocol's range. */
  readonly shifts?: 'common';
  /**
   * "basis": macromolecules as the basis has them, moved by the common shift only: measured in vivo, their lines are as broad
   * as a scan's. It is what a fit with the basis assumes.
   */
  readonly macromolecules?: 'basis';
}

export interface SimulationPlan {
  readonly basis: BasisSet;
  readonly preset: SimulationPreset;
  readonly macromolecules: MacromoleculeSignal | null;
  /** Names of the truth's columns, in order. */
  readonly columns: readonly string[];
  /** Metabolites of the protocol that the basis lacks. */
  readonly leftOut: readonly string[];
}

export interface SimulatedCase {
  readonly fid: ComplexSignal;
  /** In the order of the plan's columns. */
  readonly truth: readonly number[];
}

function changed(preset: SimulationPreset, { snr, shifts, macromolecules }: SimulationChanges): SimulationPreset {
  return {
    ...preset,
    shift: shifts === 'common' ? { ...preset.shift, per: 'spectrum' } : preset.shift,
    macromolecules:
      macromolecules === 'basis'
        ? { ...preset.macromolecules, shape: 'pattern', follows: false }
        : preset.macromolecules,
    snr: snr === undefined ? preset.snr : { ...preset.snr, distribution: { kind: 'uniform', range: snr } },
  };
}

const hasOwn = ({ shift }: SimulationPreset): boolean => shift.per === 'metabolite';
const hasOwnWidth = ({ lorentzian }: SimulationPreset): boolean =>
  lorentzian.kind === 't2' || lorentzian.per === 'metabolite';

/**
 * Works out what a set will hold.
 * @throws ModelError BASIS_MISMATCH where the basis has none of the protocol's metabolites
 */
export function planSimulation(basis: BasisSet, id: PresetId, changes: SimulationChanges = {}): SimulationPlan {
  const preset = changed(SIMULATION_PRESETS[id], changes);
  const wanted = presetMetabolites(preset);
  const present = wanted.filter((name) => basis.signals.some((s) => s.name === name));
  if (present.length === 0) {
    const message = `The basis set "${basis.title}" has none of the metabolites that the preset ${id} is made of.`;
    throw new ModelError('BASIS_MISMATCH', message, { basis: basis.id, preset: id });
  }
  const macromolecules = macromoleculeSignal(basis);
  const columns = [
    ...present,
    ...(macromolecules === null ? [] : [macromolecules.name]),
    ...['snr', 'noiseSd', 'shiftHz', 'phaseDeg', 'lorentzianHz', 'gaussianHz'],
    ...(hasOwn(preset) ? present.map((name) => `shiftHz.${name}`) : []),
    ...(hasOwnWidth(preset) ? present.map((name) => `lorentzianHz.${name}`) : []),
  ];
  return { basis, preset, macromolecules, columns, leftOut: wanted.filter((name) => !present.includes(name)) };
}

/** Mean over the metabolites, weighted with their amounts. */
function weighted(drawn: DrawnCase, of: 'shiftHz' | 'lorentzianHz'): number {
  const total = drawn.signals.reduce((sum, s) => sum + s.amount, 0);
  return total === 0 ? 0 : drawn.signals.reduce((sum, s) => sum + s.amount * s[of], 0) / total;
}

function truthRow({ preset }: SimulationPlan, drawn: DrawnCase, signal: CaseSignal): number[] {
  const { signals, shiftHz, phaseDeg, gaussianHz, snr } = drawn;
  const { macromoleculeUnits, noiseSd } = signal;
  return [
    ...signals.map((s) => s.amount),
    ...(macromoleculeUnits === null ? [] : [macromoleculeUnits]),
    ...[snr, noiseSd, shiftHz + weighted(drawn, 'shiftHz'), phaseDeg, weighted(drawn, 'lorentzianHz'), gaussianHz],
    ...(hasOwn(preset) ? signals.map((s) => s.shiftHz) : []),
    ...(hasOwnWidth(preset) ? signals.map((s) => s.lorentzianHz) : []),
  ];
}

/**
 * Draws the cases one after another; the first n of a seed are the same whatever n is.
 * @param seed whole number from 0 to 2³² − 1: each has a stream of its own (see presetSeeds)
 */
export function* simulateCases(plan: SimulationPlan, count: number, seed: number): Generator<SimulatedCase> {
  const { basis, preset, macromolecules } = plan;
  const random = seededRandom(seed);
  // The dataset has water at zero frequency, the basis perhaps something else.
  const carrierShiftHz = ppmToHz(basis.referencePpm, basis.spectrometerFrequencyMHz);
  for (let i = 0; i < count; i++) {
    const drawn = drawCase(preset, basis, random);
    const signal = caseFid(basis, preset, macromolecules, drawn, carrierShiftHz, random);
    yield { fid: signal.fid, truth: truthRow(plan, drawn, signal) };
  }
}
