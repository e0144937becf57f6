// Other numbers for spin systems, by which the golden test proves why a set's metabolite differs from ours: numbers left out or
// changed, and numbers measured in one set, which must then hold in the others that share its table.
import type { Moiety, SpinSystem } from '../../src/core/basis/spinSystems/spinSystem.ts';
import { spinSystem } from '../../src/core/basis/spinSystems/index.ts';

interface Numbers {
  /** What they were started from, and what they leave as it is. */
  readonly base: string;
  readonly measuredIn: string;
  /** [ppm] by group, or by moiety and group */
  readonly shifts: Readonly<Record<string, number>>;
  /** [Hz] by "a b", or by moiety and "a b" */
  readonly couplings: Readonly<Record<string, number>>;
}

const PRESS_3T = "FSL-MRS's older 3 T PRESS set";

/**
 * Measured as the numbers of greatest correlation in one set alone; the last digits mean nothing. They serve unchanged at another
 * field and in other sequences, which they would not if they made up for a fault of the engine.
 */
const MEASURED: Readonly<Record<string, Numbers>> = {
  Asp: {
    base: 'Asp',
    measuredIn: PRESS_3T,
    shifts: { '2-CH': 3.8908, '3-CHa': 2.7983, '3-CHb': 2.6597 },
    couplings: { '2-CH 3-CHa': 3.688, '2-CH 3-CHb': 8.813, '3-CHa 3-CHb': -17.431 },
  },
  GABA: {
    base: 'GABA',
    measuredIn: PRESS_3T,
    shifts: { '2-CHa': 2.2853, '2-CHb': 2.2853, '3-CHa': 1.8885, '3-CHb': 1.8885, '4-CHa': 3.0098, '4-CHb': 3.0098 },
    couplings: {
      '2-CHa 2-CHb': -15.449,
      '2-CHa 3-CHa': 7.859,
      '2-CHa 3-CHb': 6.786,
      '2-CHb 3-CHa': 6.786,
      '2-CHb 3-CHb': 7.859,
      '3-CHa 3-CHb': -14.734,
      '3-CHa 4-CHa': 8.844,
      '3-CHa 4-CHb': 6.185,
      '3-CHb 4-CHa': 6.185,
      '3-CHb 4-CHb': 8.844,
      '4-CHa 4-CHb': -14.865,
    },
  },
  Glc: {
    base: 'Glc',
    measuredIn: "FSL-MRS's older 7 T STEAM set (shifts only)",
    shifts: {
      'alpha anomer 1-CH': 5.216,
      'alpha anomer 2-CH': 3.5212,
      'alpha anomer 3-CH': 3.6992,
      'alpha anomer 4-CH': 3.3975,
      'alpha anomer 5-CH': 3.8147,
      'alpha anomer 6-CHa': 3.8289,
      'alpha anomer 6-CHb': 3.7539,
      'beta anomer 1-CH': 4.619,
      'beta anomer 2-CH': 3.2285,
      'beta anomer 3-CH': 3.4752,
      'beta anomer 4-CH': 3.3897,
      'beta anomer 5-CH': 3.4463,
      'beta anomer 6-CHa': 3.8865,
      'beta anomer 6-CHb': 3.7119,
    },
    couplings: {},
  },
  Gln: {
    base: 'Gln',
    measuredIn: PRESS_3T,
    shifts: { '2-CH': 3.7594, '3-CHa': 2.1314, '3-CHb': 2.1104, '4-CHa': 2.4243, '4-CHb': 2.453 },
    couplings: {
      '2-CH 3-CHa': 5.841,
      '2-CH 3-CHb': 6.562,
      '3-CHa 3-CHb': -14.505,
      '3-CHa 4-CHa': 9.25,
      '3-CHa 4-CHb': 6.297,
      '3-CHb 4-CHa': 6.311,
      '3-CHb 4-CHb': 9.15,
      '4-CHa 4-CHb': -15.374,
    },
  },
  Glu: {
    base: 'Glu',
    measuredIn: PRESS_3T,
    shifts: { '2-CH': 3.746, '3-CHa': 2.0401, '3-CHb': 2.1191, '4-CHa': 2.3363, '4-CHb': 2.3502 },
    couplings: {
      '2-CH 3-CHa': 7.324,
      '2-CH 3-CHb': 4.657,
      '3-CHa 3-CHb': -14.851,
      '3-CHa 4-CHa': 6.455,
      '3-CHa 4-CHb': 8.376,
      '3-CHb 4-CHa': 8.483,
      '3-CHb 4-CHb': 6.863,
      '4-CHa 4-CHb': -15.921,
    },
  },
  GSH: {
    base: 'GSH@kaiser2010',
    measuredIn: "FSL-MRS's older 7 T STEAM set (shifts only, the couplings are Kaiser's)",
    shifts: {
      '10-CHa': 3.7704,
      '10-CHb': 3.7785,
      '7-CH': 4.5735,
      '7p-CHa': 2.9303,
      '7p-CHb': 2.9677,
      '2-CH': 3.7663,
      '3-CHa': 2.16,
      '3-CHb': 2.1429,
      '4-CHa': 2.5274,
      '4-CHb': 2.5555,
    },
    couplings: {},
  },
  NAAG: {
    base: 'NAAG',
    measuredIn: 'the DW-sLASER set',
    shifts: {
      '2-CH3': 2.0422,
      'aspartyl 2-CH': 4.6077,
      'aspartyl 3-CHa': 2.7213,
      'aspartyl 3-CHb': 2.5193,
      'glutamate 2-CH': 4.1284,
      'glutamate 3-CHa': 1.8821,
      'glutamate 3-CHb': 2.0486,
      'glutamate 4-CHa': 2.1902,
      'glutamate 4-CHb': 2.18,
    },
    couplings: {
      'aspartyl 2-CH 3-CHa': 4.419,
      'aspartyl 2-CH 3-CHb': 9.563,
      'aspartyl 3-CHa 3-CHb': -16.108,
      'aspartyl 2-CH NH': 4.119,
      'glutamate 2-CH 3-CHb': 5.862,
      'glutamate 2-CH 3-CHa': 7.143,
      'glutamate 3-CHa 3-CHb': -14.887,
      'glutamate 3-CHb 4-CHb': 7.778,
      'glutamate 3-CHb 4-CHa': 7.8,
      'glutamate 3-CHa 4-CHb': 6.196,
      'glutamate 3-CHa 4-CHa': 8.476,
      'glutamate 4-CHa 4-CHb': -16.31,
      'glutamate 2-CH NH': 11.604,
    },
  },
  Tau: {
    base: 'Tau',
    measuredIn: PRESS_3T,
    shifts: { '1-CHa': 3.4167, '1-CHb': 3.4167, '2-CHa': 3.2474, '2-CHb': 3.2474 },
    couplings: {
      '1-CHa 1-CHb': -12.45,
      '1-CHa 2-CHa': 6.759,
      '1-CHa 2-CHb': 6.439,
      '1-CHb 2-CHa': 6.411,
      '1-CHb 2-CHb': 6.791,
      '2-CHa 2-CHb': -12.918,
    },
  },
};

function withNumbers(system: SpinSystem, { shifts, couplings }: Numbers): SpinSystem {
  const numberOf = (all: Readonly<Record<string, number>>, moiety: Moiety, label: string): number | undefined =>
    all[`${moiety.name} ${label}`] ?? all[label];
  const moietyOf = (moiety: Moiety): Moiety => ({
    ...moiety,
    groups: moiety.groups.map((g) => ({ ...g, shiftPpm: numberOf(shifts, moiety, g.label) ?? g.shiftPpm })),
    couplings: moiety.couplings.map((c) => ({
      ...c,
      jHz: numberOf(couplings, moiety, c.between.join(' ')) ?? c.jHz,
    })),
  });
  return { ...system, moieties: system.moieties.map(moietyOf) };
}

function numbersOf(name: string): Numbers {
  const numbers = MEASURED[name];
  if (numbers === undefined) throw new Error(`No numbers were measured for ${name}.`);
  return numbers;
}

/** Metabolites of which numbers were measured in sets that share the table of FSL-MRS's older ones. */
export const MEASURED_OF_TABLE: readonly string[] = Object.keys(MEASURED).filter((name) => name !== 'NAAG');

/** The metabolite with measured numbers. */
export function measured(name: string): SpinSystem {
  const numbers = numbersOf(name);
  return withNumbers(spinSystem(numbers.base), numbers);
}

/** The set that they were measured in. */
export const measuredIn = (name: string): string => numbersOf(name).measuredIn;

/** The metabolite without its heteronuclei, which leaves its proton couplings alone. */
export function withoutPhosphorus(system: SpinSystem): SpinSystem {
  const protonsOnly = (moiety: Moiety): Moiety => {
    const labels = new Set(moiety.groups.map((g) => g.label));
    return { ...moiety, heteronuclei: [], couplings: moiety.couplings.filter((c) => labels.has(c.between[1])) };
  };
  return { ...system, moieties: system.moieties.map(protonsOnly) };
}

/** Glutathione with half the signal of its glycine part. */
export function withHalfGlycine(system: SpinSystem): SpinSystem {
  const weigh = (moiety: Moiety): Moiety =>
    moiety.name === 'glycine' ? { ...moiety, population: moiety.population / 2 } : moiety;
  return { ...system, moieties: system.moieties.map(weigh) };
}
