// The spin system of a metabolite: chemical shifts, scalar couplings and multiplicities, each with its source; and the
// check that turns untrusted JSON into one.
import { concentrationOf } from './concentration.ts';
import type { Concentration } from './concentration.ts';
import { broken, fields, finite, list, source, text } from './recordFields.ts';
import type { Fields } from './recordFields.ts';

/** Magnetically equivalent protons: one shift, and the same coupling to every other group. */
export interface SpinGroup {
  readonly label: string;
  /** Chemical shift against DSS at 0 ppm, pH 7, 37 °C. [ppm] */
  readonly shiftPpm: number;
  readonly protons: number;
  /** Key into SPIN_SYSTEM_SOURCES. */
  readonly source: string;
}

/** Scalar coupling between two proton groups, or between a group and a heteronucleus. */
export interface SpinCoupling {
  readonly between: readonly [string, string];
  readonly jHz: number;
  readonly source: string;
}

/** Nuclei that split proton lines but are not excited; 2I is their number of states less one. */
export const HETERONUCLEUS_TWICE_SPIN = { '14N': 2, '31P': 1 } as const;
export type HeteronucleusKind = keyof typeof HETERONUCLEUS_TWICE_SPIN;

export interface Heteronucleus {
  readonly label: string;
  readonly nucleus: HeteronucleusKind;
}

/** A part of the molecule without proton couplings to the rest; `population` weighs anomers and the like. */
export interface Moiety {
  readonly name: string;
  readonly population: number;
  readonly groups: readonly SpinGroup[];
  readonly couplings: readonly SpinCoupling[];
  readonly heteronuclei: readonly Heteronucleus[];
}

export interface SpinSystem {
  /** Canonical name (domain/metaboliteNames.ts); the same for all variants of a metabolite. */
  readonly name: string;
  /** Which published set of numbers this is; null: the one taken by default. */
  readonly variant: string | null;
  readonly fullName: string;
  /** −1: a correction term, whose signal is subtracted. */
  readonly sign: 1 | -1;
  /** In the normal adult human brain; null where it is not normally detectable (a note says why). */
  readonly concentration: Concentration | null;
  readonly moieties: readonly Moiety[];
  readonly notes: readonly string[];
}

/** Shifts of protons in diamagnetic molecules lie well within. [ppm] */
const SHIFT_RANGE_PPM = [-5, 15] as const;
/** One-bond couplings, the largest there are to protons, stay below. [Hz] */
const LARGEST_COUPLING_HZ = 300;
/** Largest coupled network: 2^14 states are the most that are simulated exactly. [protons] */
export const LARGEST_NETWORK_PROTONS = 14;

function parseGroup(value: unknown, where: string): SpinGroup {
  const object = fields(value, where);
  const label = text(object, 'label', where);
  const protons = finite(object, 'protons', where);
  if (!Number.isInteger(protons) || protons < 1) throw broken(where, '"protons" must be a whole number of at least 1');
  const shiftPpm = finite(object, 'shiftPpm', where);
  const [low, high] = SHIFT_RANGE_PPM;
  if (shiftPpm < low || shiftPpm > high) {
    throw broken(where, `the shift of "${label}", ${shiftPpm} ppm, is outside ${low} to ${high} ppm`);
  }
  return { label, shiftPpm, protons, source: source(object, where) };
}

function parseHeteronucleus(value: unknown, where: string): Heteronucleus {
  const object = fields(value, where);
  const nucleus = text(object, 'nucleus', where);
  if (!Object.hasOwn(HETERONUCLEUS_TWICE_SPIN, nucleus)) {
    throw broken(where, `the nucleus ${nucleus} is not 14N or 31P`);
  }
  return { label: text(object, 'label', where), nucleus: nucleus as HeteronucleusKind };
}

function parseCoupling(value: unknown, protonLabels: Set<string>, allLabels: Set<string>, where: string): SpinCoupling {
  const object = fields(value, where);
  const between = list(object, 'between', where);
  const [a, b] = between;
  if (between.length !== 2 || typeof a !== 'string' || typeof b !== 'string') {
    throw broken(where, 'a coupling must name two groups');
  }
  if (a === b) throw broken(where, `"${a}" is coupled to itself`);
  const unknown = [a, b].find((label) => !allLabels.has(label));
  if (unknown !== undefined) throw broken(where, `a coupling names "${unknown}", which does not exist`);
  if (!protonLabels.has(a)) throw broken(where, 'the first partner of a coupling must be a proton group');
  const jHz = finite(object, 'jHz', where);
  if (Math.abs(jHz) > LARGEST_COUPLING_HZ) {
    throw broken(where, `the coupling of "${a}" and "${b}", ${jHz} Hz, is beyond ±${LARGEST_COUPLING_HZ} Hz`);
  }
  return { between: [a, b], jHz, source: source(object, where) };
}

function refuseRepeats(couplings: readonly SpinCoupling[], where: string): void {
  const seen = new Set<string>();
  for (const { between } of couplings) {
    const pair = [...between].sort().join('\n');
    if (seen.has(pair)) throw broken(where, `the coupling of "${between[0]}" and "${between[1]}" is given twice`);
    seen.add(pair);
  }
}

/** Protons of the largest network of several groups joined by non-zero proton–proton couplings. */
function largestNetworkProtons(moiety: Moiety): number {
  const networkOf = new Map(moiety.groups.map((g, i) => [g.label, i] as const));
  for (const { between, jHz } of moiety.couplings) {
    const [a, b] = between.map((label) => networkOf.get(label));
    if (jHz === 0 || a === undefined || b === undefined) continue;
    for (const [label, network] of networkOf) if (network === b) networkOf.set(label, a);
  }
  const members = moiety.groups.map((_, i) => moiety.groups.filter((g) => networkOf.get(g.label) === i));
  // protons of a group alone are equivalent: one composite spin, however many
  const protons = members.filter((m) => m.length > 1).map((m) => m.reduce((sum, g) => sum + g.protons, 0));
  return Math.max(0, ...protons);
}

function parseMoiety(value: unknown, metabolite: string): Moiety {
  const object = fields(value, metabolite);
  const name = text(object, 'name', metabolite);
  const where = `${metabolite} (${name})`;
  const population = finite(object, 'population', where);
  if (!(population > 0)) throw broken(where, '"population" must be above 0');
  const groups = list(object, 'groups', where).map((g) => parseGroup(g, where));
  if (groups.length === 0) throw broken(where, 'at least one proton group is needed');
  const heteronuclei = list(object, 'heteronuclei', where).map((h) => parseHeteronucleus(h, where));
  const protonLabels = new Set(groups.map((g) => g.label));
  const allLabels = new Set([...protonLabels, ...heteronuclei.map((h) => h.label)]);
  if (allLabels.size !== groups.length + heteronuclei.length) throw broken(where, 'two groups have the same label');
  const couplings = list(object, 'couplings', where).map((c) => parseCoupling(c, protonLabels, allLabels, where));
  refuseRepeats(couplings, where);
  const moiety = { name, population, groups, couplings, heteronuclei };
  const largest = largestNetworkProtons(moiety);
  if (largest > LARGEST_NETWORK_PROTONS) {
    throw broken(where, `${largest} protons are coupled together, more than the ${LARGEST_NETWORK_PROTONS} allowed`);
  }
  return moiety;
}

function parseVariant(object: Fields, where: string): string | null {
  const variant = object['variant'] ?? null;
  if (variant === null) return null;
  if (typeof variant !== 'string' || !/^[a-z0-9]+$/.test(variant)) {
    throw broken(where, '"variant" must be a word of small letters and digits');
  }
  return variant;
}

function parseSign(object: Fields, where: string): 1 | -1 {
  const sign = object['sign'] ?? 1;
  if (sign !== 1 && sign !== -1) throw broken(where, '"sign" must be 1 or -1');
  return sign;
}

function parseNotes(object: Fields, where: string): string[] {
  return list(object, 'notes', where).map((note) => {
    if (typeof note !== 'string') throw broken(where, 'every note must be a text');
    return note;
  });
}

/**
 * Checks and types one spin-system record.
 * @param json as parsed from a spin-system file
 * @throws ModelError MODEL_INVALID, naming the metabolite and what is wrong
 */
export function parseSpinSystem(json: unknown): SpinSystem {
  const object = fields(json, 'file');
  const name = text(object, 'name', 'file');
  if (name.includes('@')) throw broken(name, 'a name may not contain "@", which marks a variant');
  const moieties = list(object, 'moieties', name).map((m) => parseMoiety(m, name));
  if (moieties.length === 0) throw broken(name, 'at least one moiety is needed');
  if (new Set(moieties.map((m) => m.name)).size !== moieties.length) {
    throw broken(name, 'two moieties have the same name');
  }
  return {
    name,
    variant: parseVariant(object, name),
    fullName: text(object, 'fullName', name),
    sign: parseSign(object, name),
    concentration: concentrationOf(object, name),
    moieties,
    notes: parseNotes(object, name),
  };
}

/** @returns protons of one molecule, anomers weighted by population: the FID amplitude at t = 0 of unit concentration, but for the system's sign */
export function protonCount(system: SpinSystem): number {
  const ofMoiety = (m: Moiety): number => m.population * m.groups.reduce((sum, g) => sum + g.protons, 0);
  return system.moieties.reduce((sum, m) => sum + ofMoiety(m), 0);
}
