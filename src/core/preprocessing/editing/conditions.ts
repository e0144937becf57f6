// Which of two editing conditions is ON (the editing pulse on the target's coupling partner) and which OFF: by their names,
// else by the frequencies of their pulses, else by NAA at 2.01 ppm, which a pulse at 1.9 ppm suppresses too (Mescher 1998,
// doi:10.1002/(SICI)1099-1492(199810)11:6<266::AID-NBM530>3.0.CO;2-J).
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { rotateSignal } from '../../math/rotation.ts';
import { meanSignal } from '../../math/meanSignal.ts';
import { fitSinglets } from '../singletPattern.ts';

export interface Conditions {
  /** Indices along DIM_EDIT. */
  readonly on: number;
  readonly off: number;
  readonly source: 'names' | 'pulses' | 'spectrum';
  /** Whether NAA says the opposite of the header; null where it says nothing. */
  readonly spectrumAgrees: boolean | null;
}

const IS_ON = /^(edit(ed|ing)?)?[-_ ]?on$/i;
const IS_OFF = /^(edit(ed|ing)?)?[-_ ]?off$/i;
/** A pulse this near its target edits it: half of a usual pulse's bandwidth. [ppm] */
const PULSE_REACH_PPM = 0.4;
/** Targets whose pulse suppresses NAA too. [ppm] */
const REACHES_NAA_PPM = [1.6, 2.3] as const;
/** NAA over creatine and choline in one condition over the other, below which it is suppressed; on a real scan under 0.1. */
const SUPPRESSED_BELOW = 0.5;
/** Room of the singlets about the common shift: the conditions differ by drift only. [ppm] */
const SHIFT_ROOM_PPM = 0.1;
const SEARCH_PPM = 0.4;
const LEAST_SNR = 8;

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of the conditions, as a list or as {Value: list}. */
function conditionNames(dataset: MrsDataset): string[] {
  const header = dataset.dimensions.find((d) => d.tag === 'DIM_EDIT')?.header ?? null;
  const entry = header?.['EditCondition'] ?? dataset.header['EditCondition'];
  const value = isObject(entry) ? entry['Value'] : entry;
  return Array.isArray(value) && value.every((v) => typeof v === 'string') ? (value as string[]) : [];
}

type Pair = readonly [on: number, off: number];

function fromNames(names: readonly string[]): Pair | null {
  const on = names.findIndex((n) => IS_ON.test(n.trim()));
  const off = names.findIndex((n) => IS_OFF.test(n.trim()));
  return on >= 0 && off >= 0 && names.length === 2 ? [on, off] : null;
}

/** Pulse frequencies of a condition: NIfTI-MRS has one number or a list, and null for no pulse. [ppm] */
function pulseOffsets(pulse: JsonValue | undefined): number[] | null {
  if (!isObject(pulse) || pulse['PulseOffset'] === undefined) return null;
  const offset = pulse['PulseOffset'];
  return (Array.isArray(offset) ? offset : [offset]).filter((v): v is number => typeof v === 'number');
}

function fromPulses(dataset: MrsDataset, names: readonly string[], targetPpm: number): Pair | null {
  const pulses = dataset.header['EditPulse'];
  if (!isObject(pulses) || names.length !== 2) return null;
  const hits = names.map((name) => {
    const offsets = pulseOffsets(pulses[name]);
    return offsets === null ? null : offsets.some((ppm) => Math.abs(ppm - targetPpm) <= PULSE_REACH_PPM);
  });
  if (hits[0] === true && hits[1] === false) return [0, 1];
  return hits[0] === false && hits[1] === true ? [1, 0] : null;
}

/** NAA over creatine and choline of each condition at their common shift; null where the lines stand not out. */
function relativeNaa(dataset: MrsDataset, means: readonly ComplexSignal[]): number[] | null {
  const { dwellTimeS, spectrometerFrequencyMHz: f0 } = dataset;
  const common = fitSinglets(meanSignal(means), dwellTimeS, f0, SEARCH_PPM);
  if (common === null || common.matchedSnr < LEAST_SNR) return null;
  const ratios = means.map((fid) => {
    const moved = rotateSignal(fid, -common.shiftHz * dwellTimeS, 0);
    const fit = fitSinglets(moved, dwellTimeS, f0, SHIFT_ROOM_PPM);
    if (fit === null || fit.matchedSnr < LEAST_SNR) return NaN;
    const [naa, creatine, choline] = fit.amplitudes;
    return naa / (creatine + choline);
  });
  return ratios.every((r) => Number.isFinite(r)) ? ratios : null;
}

function fromSpectrum(dataset: MrsDataset, means: readonly ComplexSignal[], targetPpm: number): Pair | null {
  const reachesNaa = targetPpm >= REACHES_NAA_PPM[0] && targetPpm <= REACHES_NAA_PPM[1];
  if (dataset.nucleus !== '1H' || !reachesNaa) return null;
  const ratios = relativeNaa(dataset, means);
  if (ratios === null) return null;
  const [first, second] = ratios as [number, number];
  if (first < SUPPRESSED_BELOW * second) return [0, 1];
  return second < SUPPRESSED_BELOW * first ? [1, 0] : null;
}

/**
 * Tells the two conditions of an edited scan.
 * @param means mean FID of each condition, coils combined
 * @param targetPpm frequency of the editing pulse in the ON condition: 1.9 for GABA
 * @throws ProcessingError where there are not two conditions, or neither header nor spectrum tells them
 */
export function tellConditions(dataset: MrsDataset, means: readonly ComplexSignal[], targetPpm: number): Conditions {
  if (means.length !== 2) {
    const more = means.length > 2 ? '; schemes with more (HERMES, HERCULES) are not handled' : '';
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `Editing needs two conditions, ON and OFF, and this scan has ${means.length}${more}.`,
    );
  }
  const names = conditionNames(dataset);
  const named = fromNames(names);
  const told = named ?? fromPulses(dataset, names, targetPpm);
  const seen = fromSpectrum(dataset, means, targetPpm);
  const pair = told ?? seen;
  if (pair === null) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `Which editing condition is ON can’t be told: the header names neither, and NAA does not differ enough between them for a pulse at ${targetPpm} ppm; name them in the option "onIndex".`,
    );
  }
  return {
    on: pair[0],
    off: pair[1],
    source: named !== null ? 'names' : told !== null ? 'pulses' : 'spectrum',
    spectrumAgrees: seen === null ? null : seen[0] === pair[0],
  };
}
