// From a spin system to the small independent problems that are simulated exactly:
// - proton groups connected by J form one subsystem; unconnected ones are simulated apart (their operators commute);
// - n magnetically equivalent protons act as spins I = n/2, n/2 − 1, … with multiplicities C(n,k) − C(n,k−1), because
//   their total spin is conserved (Corio, Structure of High-Resolution NMR Spectra, 1966, ch. 5): exact, and smaller;
// - 14N and 31P are neither excited nor observed, so their m is conserved: each of their states only shifts the lines of
//   its partners by J·m, and the signal is the mean over the states.
import { ppmToHz } from '../../domain/axes.ts';
import { HETERONUCLEUS_TWICE_SPIN } from '../spinSystems/spinSystem.ts';
import type { Moiety, SpinGroup } from '../spinSystems/spinSystem.ts';

/** One spin of any I, as the engine sees it. */
export interface Particle {
  /** 2I: 1 for a single proton. */
  readonly twiceSpin: number;
  /** Frequency offset from the carrier, NIfTI-MRS sign. [Hz] */
  readonly offsetHz: number;
}

export interface Subsystem {
  readonly particles: readonly Particle[];
  /** particles × particles, row-major, symmetric. [Hz] */
  readonly couplingsHz: Float64Array;
  /** Factor on Tr(F⁺ρ) so that each proton contributes 1 to the signal at t = 0 after a 90° pulse. */
  readonly weight: number;
}

interface Component {
  readonly groups: readonly SpinGroup[];
  readonly couplingsHz: Float64Array;
}

function protonCouplings(moiety: Moiety): Float64Array {
  const n = moiety.groups.length;
  const index = new Map(moiety.groups.map((g, i) => [g.label, i] as const));
  const matrix = new Float64Array(n * n);
  for (const { between, jHz } of moiety.couplings) {
    const a = index.get(between[0]);
    const b = index.get(between[1]);
    if (a === undefined || b === undefined) continue;
    matrix[a * n + b] = jHz;
    matrix[b * n + a] = jHz;
  }
  return matrix;
}

/** Splits a moiety into groups of protons connected by non-zero proton couplings. */
function connectedComponents(moiety: Moiety): Component[] {
  const n = moiety.groups.length;
  const couplings = protonCouplings(moiety);
  const seen = new Set<number>();
  const components: Component[] = [];
  for (let start = 0; start < n; start++) {
    if (seen.has(start)) continue;
    const members = [start];
    seen.add(start);
    for (let i = 0; i < members.length; i++) {
      for (let j = 0; j < n; j++) {
        if (!seen.has(j) && couplings[(members[i] as number) * n + j] !== 0) {
          members.push(j);
          seen.add(j);
        }
      }
    }
    const sub = new Float64Array(members.length ** 2);
    members.forEach((a, i) =>
      members.forEach((b, j) => (sub[i * members.length + j] = couplings[a * n + b] as number)),
    );
    components.push({ groups: members.map((m) => moiety.groups[m] as SpinGroup), couplingsHz: sub });
  }
  return components;
}

/** Offsets (Hz) that the states of the heteronuclei add to each group of a component; all states equally likely. */
function heteronuclearShifts(moiety: Moiety, component: Component): Float64Array[] {
  let states: Float64Array[] = [new Float64Array(component.groups.length)];
  for (const nucleus of moiety.heteronuclei) {
    const j = component.groups.map(
      (g) => moiety.couplings.find((c) => c.between[0] === g.label && c.between[1] === nucleus.label)?.jHz ?? 0,
    );
    if (j.every((x) => x === 0)) continue;
    const twiceSpin = HETERONUCLEUS_TWICE_SPIN[nucleus.nucleus];
    states = states.flatMap((shifts) =>
      Array.from({ length: twiceSpin + 1 }, (_, k) => shifts.map((s, i) => s + (j[i] as number) * (twiceSpin / 2 - k))),
    );
  }
  return states;
}

function binomial(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return k < 0 ? 0 : Math.round(result);
}

interface SpinChoice {
  readonly twiceSpins: readonly number[];
  readonly multiplicity: number;
}

/** All combinations of total spins of the groups, with how often each occurs. */
function totalSpinChoices(groups: readonly SpinGroup[]): SpinChoice[] {
  let choices: SpinChoice[] = [{ twiceSpins: [], multiplicity: 1 }];
  for (const { protons } of groups) {
    choices = choices.flatMap(({ twiceSpins, multiplicity }) =>
      Array.from({ length: Math.floor(protons / 2) + 1 }, (_, k) => ({
        twiceSpins: [...twiceSpins, protons - 2 * k],
        multiplicity: multiplicity * (binomial(protons, k) - binomial(protons, k - 1)),
      })),
    );
  }
  return choices;
}

/** Tr(F⁺ρ) of Fx over all 2^N states is N·2^N/4, hence the factor 4/2^N for N at t = 0. */
function subsystemsOf(component: Component, shiftsHz: Float64Array, offsetsHz: number[], weight: number): Subsystem[] {
  const { groups, couplingsHz } = component;
  const offset = (i: number): number => (offsetsHz[i] as number) + (shiftsHz[i] as number);
  if (groups.length === 1) {
    const protons = (groups[0] as SpinGroup).protons;
    return [{ particles: [{ twiceSpin: 1, offsetHz: offset(0) }], couplingsHz, weight: weight * protons * 2 }];
  }
  const protons = groups.reduce((sum, g) => sum + g.protons, 0);
  return totalSpinChoices(groups).map(({ twiceSpins, multiplicity }) => ({
    particles: twiceSpins.map((twiceSpin, i) => ({ twiceSpin, offsetHz: offset(i) })),
    couplingsHz,
    weight: (weight * multiplicity * 4) / 2 ** protons,
  }));
}

/**
 * The independent problems of a moiety at one field.
 * @param moiety groups, couplings, population
 * @param spectrometerFrequencyMHz proton frequency; the carrier stands at `referencePpm`
 * @returns subsystems whose weighted signals add up to the moiety's
 */
export function expandMoiety(moiety: Moiety, spectrometerFrequencyMHz: number, referencePpm: number): Subsystem[] {
  return connectedComponents(moiety).flatMap((component) => {
    const offsetsHz = component.groups.map((g) => ppmToHz(g.shiftPpm, spectrometerFrequencyMHz, referencePpm));
    const states = heteronuclearShifts(moiety, component);
    return states.flatMap((shifts) => subsystemsOf(component, shifts, offsetsHz, moiety.population / states.length));
  });
}
