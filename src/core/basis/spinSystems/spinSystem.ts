// The spin system of a metabolite: chemical shifts, scalar couplings and multiplicities, each with its source; and the
// check that turns untrusted JSON into one.
import { ModelError } from '../../domain/errors.ts';
import { SPIN_SYSTEM_SOURCES } from './sources.ts';

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
  /** Canonical name (domain/metaboliteNames.ts). */
  readonly name: string;
  readonly fullName: string;
  readonly moieties: readonly Moiety[];
  readonly notes: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

function broken(where: string, expected: string): ModelError {
  return new ModelError('MODEL_INVALID', `The spin system ${where} is broken: ${expected}.`, { where });
}

function fields(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw broken(where, 'an object was expected');
  return value as Fields;
}

function text(object: Fields, key: string, where: string): string {
  const value = object[key];
  if (typeof value !== 'string' || value === '') throw broken(where, `"${key}" must be a text`);
  return value;
}

function finite(object: Fields, key: string, where: string): number {
  const value = object[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw broken(where, `"${key}" must be a finite number`);
  return value;
}

function list(object: Fields, key: string, where: string): readonly unknown[] {
  const value = object[key] ?? [];
  if (!Array.isArray(value)) throw broken(where, `"${key}" must be a list`);
  return value;
}

function source(object: Fields, where: string): string {
  const key = text(object, 'source', where);
  if (SPIN_SYSTEM_SOURCES[key] === undefined) throw broken(where, `the source "${key}" is not known`);
  return key;
}

function parseGroup(value: unknown, where: string): SpinGroup {
  const object = fields(value, where);
  const protons = finite(object, 'protons', where);
  if (!Number.isInteger(protons) || protons < 1) throw broken(where, '"protons" must be a whole number of at least 1');
  return {
    label: text(object, 'label', where),
    shiftPpm: finite(object, 'shiftPpm', where),
    protons,
    source: source(object, where),
  };
}

function parseHeteronucleus(value: unknown, where: string): Heteronucleus {
  const object = fields(value, where);
  const nucleus = text(object, 'nucleus', where);
  if (!(nucleus in HETERONUCLEUS_TWICE_SPIN)) throw broken(where, `the nucleus ${nucleus} is not 14N or 31P`);
  return { label: text(object, 'label', where), nucleus: nucleus as HeteronucleusKind };
}

function parseCoupling(value: unknown, protonLabels: Set<string>, allLabels: Set<string>, where: string): SpinCoupling {
  const object = fields(value, where);
  const between = list(object, 'between', where);
  const [a, b] = between;
  if (between.length !== 2 || typeof a !== 'string' || typeof b !== 'string' || a === b) {
    throw broken(where, 'a coupling must name two different groups');
  }
  if (!allLabels.has(a) || !allLabels.has(b)) throw broken(where, `a coupling names "${a}" and "${b}", not both exist`);
  if (!protonLabels.has(a)) throw broken(where, 'the first partner of a coupling must be a proton group');
  return { between: [a, b], jHz: finite(object, 'jHz', where), source: source(object, where) };
}

function parseMoiety(value: unknown, metabolite: string): Moiety {
  const object = fields(value, metabolite);
  const where = `${metabolite} (${text(object, 'name', metabolite)})`;
  const population = finite(object, 'population', where);
  if (!(population > 0)) throw broken(where, '"population" must be above 0');
  const groups = list(object, 'groups', where).map((g) => parseGroup(g, where));
  if (groups.length === 0) throw broken(where, 'at least one proton group is needed');
  const heteronuclei = list(object, 'heteronuclei', where).map((h) => parseHeteronucleus(h, where));
  const protonLabels = new Set(groups.map((g) => g.label));
  const allLabels = new Set([...protonLabels, ...heteronuclei.map((h) => h.label)]);
  if (allLabels.size !== groups.length + heteronuclei.length) throw broken(where, 'two groups have the same label');
  const couplings = list(object, 'couplings', where).map((c) => parseCoupling(c, protonLabels, allLabels, where));
  return { name: text(object, 'name', where), population, groups, couplings, heteronuclei };
}

/**
 * Checks and types one spin-system record.
 * @param json as parsed from a spin-system file
 * @throws ModelError MODEL_INVALID, naming the metabolite and what is wrong
 */
export function parseSpinSystem(json: unknown): SpinSystem {
  const object = fields(json, 'file');
  const name = text(object, 'name', 'file');
  const moieties = list(object, 'moieties', name).map((m) => parseMoiety(m, name));
  if (moieties.length === 0) throw broken(name, 'at least one moiety is needed');
  const notes = list(object, 'notes', name).map(String);
  return { name, fullName: text(object, 'fullName', name), moieties, notes };
}

/** @returns protons of one molecule, anomers weighted by population: the FID amplitude at t = 0 of unit concentration */
export function protonCount(system: SpinSystem): number {
  const ofMoiety = (m: Moiety): number => m.population * m.groups.reduce((sum, g) => sum + g.protons, 0);
  return system.moieties.reduce((sum, m) => sum + ofMoiety(m), 0);
}
