// Two basis sets side by side: which signals each has, and how alike those are that both have.
import { fieldStrengthT, ppmToHz } from '../../domain/axes.ts';
import type { BasisSet, BasisSignal } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ModelError } from '../../domain/errors.ts';
import type { Warning } from '../../domain/provenance.ts';
import { sequenceFamily } from '../../domain/sequenceFamily.ts';
import { resampleBasis } from '../resampleBasis.ts';
import { energyPartInRange, likeness, modifySignal } from './likeness.ts';
import type { Comparison, Likeness, LikenessBounds } from './likeness.ts';

export interface ComparedSignal extends Likeness {
  readonly name: string;
}

export interface BasisComparison {
  /** In the order of the first set; its shift, widths and amplitude are what turns the first signal into the second. */
  readonly rows: readonly ComparedSignal[];
  /** Names that the other set lacks. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  readonly warnings: readonly Warning[];
}

/** The range that metabolites are told apart in: from the methyl lines to the last before water. [ppm] */
export const COMPARED_PPM = [0.5, 4.2] as const;
/** Part of a signal's energy within the range below which there is nothing to compare, but tails of lines outside. */
const LEAST_ENERGY_PART = 0.01;
/**
 * A set has one reference and one line width, or with measured phantoms nearly so. A signal that is matched only by moving or
 * broadening it far from the median of all hides another pattern by it, and is matched again this near to the median.
 */
const SHIFT_SPREAD_PPM = 0.02;
const WIDTH_SPREAD_HZ = 2;
/** Of fewer signals none is the usual one. */
const LEAST_FOR_MEDIAN = 3;
/** Differences of field (as a part) and TE below which two sets are for the same scan. */
const SAME_FIELD = 0.002;
const SAME_TE_S = 0.0005;

const milliseconds = (seconds: number): string => `${Number((seconds * 1000).toFixed(2))} ms`;

function differences(first: BasisSet, second: BasisSet): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, what: string, ofFirst: string, ofSecond: string): void => {
    warnings.push({ code, message: `The first set is for ${what}${ofFirst}, the second for ${what}${ofSecond}.` });
  };
  const [fieldOfFirst, fieldOfSecond] = [first.spectrometerFrequencyMHz, second.spectrometerFrequencyMHz];
  if (Math.abs(fieldOfFirst / fieldOfSecond - 1) > SAME_FIELD) {
    const words = (mhz: number): string => {
      const tesla = fieldStrengthT(mhz, first.nucleus);
      return `${mhz.toFixed(2)} MHz${tesla === null ? '' : ` (${tesla.toFixed(2)} T)`}`;
    };
    warn('compared-field-differs', '', words(fieldOfFirst), words(fieldOfSecond));
  }
  const [teOfFirst, teOfSecond] = [first.echoTimeS, second.echoTimeS];
  if (teOfFirst !== null && teOfSecond !== null && Math.abs(teOfFirst - teOfSecond) > SAME_TE_S) {
    warn('compared-echo-time-differs', 'TE ', milliseconds(teOfFirst), milliseconds(teOfSecond));
  }
  const [familyOfFirst, familyOfSecond] = [sequenceFamily(first.sequence), sequenceFamily(second.sequence)];
  if (familyOfFirst !== null && familyOfSecond !== null && familyOfFirst !== familyOfSecond) {
    warn('compared-sequence-differs', '', familyOfFirst, familyOfSecond);
  }
  if (first.editing !== null && second.editing !== null && first.editing !== second.editing) {
    warn('compared-editing-differs', 'the editing condition ', first.editing, second.editing);
  }
  return warnings;
}

/** The second set on the first one's axis, and both cut to what both have measured. */
function onOneGrid(first: BasisSet, second: BasisSet): readonly [BasisSet, BasisSet] {
  const { dwellTimeS, spectrometerFrequencyMHz } = first;
  const fieldRatio = spectrometerFrequencyMHz / second.spectrometerFrequencyMHz;
  const lastS = ((second.points - 1) * second.dwellTimeS) / fieldRatio;
  const points = Math.max(1, Math.min(first.points, Math.floor(lastS / dwellTimeS + 1e-9) + 1));
  const sampling = { dwellTimeS, points, spectrometerFrequencyMHz };
  return [resampleBasis(first, sampling), resampleBasis(second, sampling)];
}

/** @returns FIDs by canonical name in the set's order; of a name that stands twice the first */
function byName(signals: readonly BasisSignal[]): ReadonlyMap<string, ComplexSignal> {
  const fids = new Map<string, ComplexSignal>();
  for (const { name, fid } of signals) if (!fids.has(name)) fids.set(name, fid);
  return fids;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

interface Pairing {
  readonly name: string;
  readonly first: ComplexSignal;
  readonly second: ComplexSignal;
}

/** Shift and broadenings that belong to the sets: near the median of all signals. */
function commonBounds(all: readonly Likeness[], frequencyMHz: number): LikenessBounds {
  const around = (values: readonly number[], spread: number) => {
    const centre = median(values);
    return [centre - spread, centre + spread] as const;
  };
  return {
    shiftHz: around(
      all.map((f) => f.shiftHz),
      SHIFT_SPREAD_PPM * frequencyMHz,
    ),
    lorentzianHz: around(
      all.map((f) => f.lorentzianHz),
      WIDTH_SPREAD_HZ,
    ),
    gaussianHz: around(
      all.map((f) => f.gaussianHz),
      WIDTH_SPREAD_HZ,
    ),
  };
}

/** Likeness of each pair, with shift and broadenings of the sets, not of one metabolite. */
function compareAll(pairs: readonly Pairing[], comparison: Comparison): ComparedSignal[] {
  const free = pairs.map(({ first, second }) => likeness(first, second, comparison));
  if (free.length < LEAST_FOR_MEDIAN) return pairs.map(({ name }, i) => ({ name, ...(free[i] as Likeness) }));
  const bounds = commonBounds(free, comparison.spectrometerFrequencyMHz);
  const keys = ['shiftHz', 'lorentzianHz', 'gaussianHz'] as const;
  return pairs.map(({ name, first, second }, i) => {
    const found = free[i] as Likeness;
    const usual = keys.every((key) => found[key] >= bounds[key][0] && found[key] <= bounds[key][1]);
    return { name, ...(usual ? found : likeness(first, second, { ...comparison, bounds })) };
  });
}

function emptyWarning(names: readonly string[], [low, high]: readonly [number, number]): Warning[] {
  if (names.length === 0) return [];
  const message = `Between ${low} and ${high} ppm there is nothing to compare of ${names.join(', ')}.`;
  return [{ code: 'compared-range-empty', message }];
}

/**
 * Compares two basis sets signal by signal, by canonical names.
 * @param first its sampling and frequency are those compared at
 * @param second resampled to them
 * @param rangePpm part of the spectrum that counts
 * @returns warnings for what differs between the scans they are for, and for signals that can't be compared in the range
 * @throws ModelError BASIS_MISMATCH for sets of different nuclei
 */
export function compareBases(
  first: BasisSet,
  second: BasisSet,
  rangePpm: readonly [number, number] = COMPARED_PPM,
): BasisComparison {
  if (first.nucleus !== second.nucleus) {
    throw new ModelError(
      'BASIS_MISMATCH',
      `A basis set for ${first.nucleus} can't be compared with one for ${second.nucleus}.`,
    );
  }
  const [a, b] = onOneGrid(first, second);
  const { dwellTimeS, spectrometerFrequencyMHz, referencePpm } = a;
  const comparison = { dwellTimeS, spectrometerFrequencyMHz, referencePpm, rangePpm };
  const movedHz = ppmToHz(b.referencePpm, spectrometerFrequencyMHz, referencePpm);
  const [ofFirst, ofSecond] = [byName(a.signals), byName(b.signals)];
  const pairs: Pairing[] = [];
  const empty: string[] = [];
  for (const [name, fid] of ofFirst) {
    const other = ofSecond.get(name);
    if (other === undefined) continue;
    const moved = modifySignal(other, dwellTimeS, { shiftHz: movedHz });
    const part = Math.min(energyPartInRange(fid, comparison), energyPartInRange(moved, comparison));
    if (part < LEAST_ENERGY_PART) empty.push(name);
    else pairs.push({ name, first: fid, second: moved });
  }
  return {
    rows: compareAll(pairs, comparison),
    onlyFirst: [...ofFirst.keys()].filter((name) => !ofSecond.has(name)),
    onlySecond: [...ofSecond.keys()].filter((name) => !ofFirst.has(name)),
    warnings: [...differences(first, second), ...emptyWarning(empty, rangePpm)],
  };
}
