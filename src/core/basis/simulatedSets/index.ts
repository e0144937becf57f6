// Simulated sets with known truth: a basis set, a published protocol and a seed → independent cases, one after another.
import { ppmToHz } from '../../domain/axes.ts';
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ModelError, UsageError } from '../../domain/errors.ts';
import { seededRandom } from '../../math/seededRandom.ts';
import { artefactSource } from './artefacts.ts';
import type { ArtefactId } from './artefacts.ts';
import { caseFid, macromoleculeSignal } from './caseFid.ts';
import type { CaseSignal, MacromoleculeSignal } from './caseFid.ts';
import { drawCase, presetMetabolites } from './drawCase.ts';
import type { DrawnCase } from './drawCase.ts';
import { SIMULATION_PRESETS } from './presets.ts';
import type { PresetId, Range, SimulatedSnr, SimulationPreset } from './presets.ts';

export { ARTEFACT_IDS } from './artefacts.ts';
export type { ArtefactId } from './artefacts.ts';
export { PRESET_IDS, SIMULATED_SNRS, SIMULATION_PRESETS, presetSeeds } from './presets.ts';
export type { PresetId, Range, SimulatedSnr, SimulationPreset } from './presets.ts';
export { readTruthTable, writeTruthTable } from './truthTable.ts';
export type { TruthTable } from './truthTable.ts';

/** Departures from a preset's protocol. */
export interface SimulationChanges {
  /** Drawn uniformly from here instead. */
  readonly snr?: Range;
  /** What SNR means instead. "waterReference" needs a protocol that has one. */
  readonly snrDefinition?: SimulatedSnr;
  /** "common": one shift for all signals of a case, drawn from the protocol's range. */
  readonly shifts?: 'common';
  /**
   * "basis": macromolecules as the basis has them, moved by the common shift only: measured in vivo, their lines are as broad
   * as a scan's. It is what a fit with the basis assumes.
   */
  readonly macromolecules?: 'basis';
  /** What spoils every case besides; amounts, widths and noise stay those of the same seed without it. */
  readonly artefact?: ArtefactId;
}

export interface SimulationPlan {
  readonly basis: BasisSet;
  readonly preset: SimulationPreset;
  readonly artefact: ArtefactId | null;
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

function changed(preset: SimulationPreset, changes: SimulationChanges): SimulationPreset {
  const { snr, snrDefinition: definition = preset.snr.definition, shifts, macromolecules } = changes;
  const distribution = snr === undefined ? preset.snr.distribution : { kind: 'uniform' as const, range: snr };
  return {
    ...preset,
    shift: shifts === 'common' ? { ...preset.shift, per: 'spectrum' } : preset.shift,
    macromolecules:
      macromolecules === 'basis'
        ? { ...preset.macromolecules, shape: 'pattern', follows: false }
        : preset.macromolecules,
    snr: { definition, distribution },
  };
}

const hasOwn = ({ shift }: SimulationPreset): boolean => shift.per === 'metabolite';
const hasOwnWidth = ({ lorentzian }: SimulationPreset): boolean =>
  lorentzian.kind === 't2' || lorentzian.per === 'metabolite';

/**
 * Works out what a set will hold.
 * @throws ModelError BASIS_MISMATCH where the basis has none of the protocol's metabolites; UsageError for an SNR of water that
 *   the protocol has none of
 */
export function planSimulation(basis: BasisSet, id: PresetId, changes: SimulationChanges = {}): SimulationPlan {
  const preset = changed(SIMULATION_PRESETS[id], changes);
  if (preset.snr.definition === 'waterReference' && preset.waterReference === null) {
    throw new UsageError(`The preset ${id} has no water reference that an SNR could be of.`);
  }
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
  const artefact = changes.artefact ?? null;
  return {
    basis,
    preset,
    artefact,
    macromolecules,
    columns,
    leftOut: wanted.filter((name) => !present.includes(name)),
  };
}

/** Mean over the metabolites, weighted with their amounts. */
function weighted(drawn: DrawnCase, of: 'shiftHz' | 'lorentzianHz'): number {
  const total = drawn.signals.reduce((sum, s) => sum + s.amount, 0);
  return total === 0 ? 0 : drawn.signals.reduce((sum, s) => sum + s.amount * s[of], 0) / total;
}

function truthRow({ preset, artefact }: SimulationPlan, drawn: DrawnCase, signal: CaseSignal): number[] {
  const present = artefact === 'noise-only' ? 0 : 1;
  const { signals, shiftHz, phaseDeg, gaussianHz, snr } = drawn;
  const { macromoleculeUnits, noiseSd } = signal;
  return [
    ...signals.map((s) => present * s.amount),
    ...(macromoleculeUnits === null ? [] : [present * macromoleculeUnits]),
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
  const artefact = plan.artefact === null ? null : artefactSource(plan.artefact, basis, seed);
  // The dataset has water at zero frequency, the basis perhaps something else.
  const carrierShiftHz = ppmToHz(basis.referencePpm, basis.spectrometerFrequencyMHz);
  for (let i = 0; i < count; i++) {
    const drawn = drawCase(preset, basis, random);
    const signal = caseFid(basis, preset, macromolecules, drawn, carrierShiftHz, random, artefact);
    yield { fid: signal.fid, truth: truthRow(plan, drawn, signal) };
  }
}
