// What to simulate for a scan that no basis set is near enough to: the scan's own sequence, times and sampling, and for what
// a header doesn't say the usual value, each stated as an assumption the user can correct.
import { fieldStrengthT } from '../domain/axes.ts';
import { SEQUENCE_FAMILIES } from '../domain/basisRequest.ts';
import type { BasisRequest, MacromoleculeSet, SequenceFamily, SequenceRequest } from '../domain/basisRequest.ts';
import { ModelError } from '../domain/errors.ts';
import {
  GABA_EDITING,
  USUAL_CARRIER_PPM,
  USUAL_MIXING_TIME_S,
  USUAL_SPATIAL,
  usualRefocusing,
  usualTe1S,
  vendorOf,
} from '../domain/usualProtocol.ts';
import type { Vendor } from '../domain/usualProtocol.ts';
import { MACROMOLECULES_GONE_S } from './macromolecules/index.ts';
import { sequenceFamily } from '../domain/sequenceFamily.ts';
import { isEditedFamily } from './matching.ts';
import type { BasisTarget } from './matching.ts';
import { sequencesOf } from './sequences/index.ts';
import { BRAIN_METABOLITES } from './spinSystems/index.ts';

/** What of a scan decides what is simulated; what its header doesn't say is null or absent. */
export interface SimulationTarget extends BasisTarget {
  readonly dwellTimeS: number;
  readonly points: number;
  readonly manufacturer?: string | null;
  /** STEAM: between second and third pulse. [s] */
  readonly mixingTimeS?: number | null;
}

export interface BasisSuggestion {
  readonly request: BasisRequest;
  /** One sentence for the user each. */
  readonly assumptions: readonly string[];
}

const IDEAL = { shape: 'ideal' } as const;
/** After this a signal of ≥ 3 Hz in vivo width has decayed to e^{−9}. [s] */
const LONGEST_S = 1;
const LINEWIDTH_HZ = 1;

const milliseconds = (seconds: number): string => `${Number((seconds * 1000).toFixed(2))} ms`;

const isSimulated = (family: string): family is SequenceFamily =>
  (SEQUENCE_FAMILIES as readonly string[]).includes(family);

interface Assumed<T> {
  readonly value: T;
  readonly assumptions: readonly string[];
}

function familyOf(sequence: string | null): Assumed<SequenceFamily> {
  const family = sequenceFamily(sequence);
  if (family === null) {
    return { value: 'PRESS', assumptions: ["The data don't name a known sequence; PRESS, the commonest, is assumed."] };
  }
  if (isSimulated(family)) return { value: family, assumptions: [] };
  const message = `${family} is simulated as a spin echo, as its inversion pulse doesn't act on what is measured.`;
  return { value: 'SPIN-ECHO', assumptions: [message] };
}

function timingsOf(
  family: SequenceFamily,
  echoTimeS: number,
  target: SimulationTarget,
): Assumed<Pick<SequenceRequest, 'te1S' | 'mixingTimeS'>> {
  if (family === 'PRESS' || family === 'MEGA-PRESS') {
    const vendor = vendorOf(target.manufacturer ?? null, target.spectrometerFrequencyMHz);
    const te1S = usualTe1S(family, echoTimeS, vendor);
    const message = `The first of the two echo times, which the data don't give, is taken as ${milliseconds(te1S)}.`;
    return { value: { te1S }, assumptions: [message] };
  }
  if (family !== 'STEAM') return { value: {}, assumptions: [] };
  const known = target.mixingTimeS ?? null;
  if (known !== null) return { value: { mixingTimeS: known }, assumptions: [] };
  const message = `The mixing time, which the data don't give, is taken as ${milliseconds(USUAL_MIXING_TIME_S)}.`;
  return { value: { mixingTimeS: USUAL_MIXING_TIME_S }, assumptions: [message] };
}

function editingOf(family: SequenceFamily): Assumed<Pick<SequenceRequest, 'editing'>> {
  if (!isEditedFamily(family)) return { value: {}, assumptions: [] };
  const { onPpm, offPpm } = GABA_EDITING;
  const { bandwidthHz = 0 } = GABA_EDITING.pulse;
  const message = `Editing of GABA is assumed, at ${onPpm} ppm (on) and ${offPpm} ppm (off) with pulses ${bandwidthHz} Hz wide.`;
  return { value: { editing: GABA_EDITING }, assumptions: [message] };
}

function macromoleculesFor(family: SequenceFamily, echoTimeS: number): Assumed<MacromoleculeSet> {
  if (echoTimeS >= MACROMOLECULES_GONE_S) {
    const message = `Macromolecules are left out, as next to nothing of them is left at TE ${milliseconds(echoTimeS)}.`;
    return { value: 'none', assumptions: [message] };
  }
  const message = "The difference set has no macromolecules, as it isn't simulated which of them are edited along.";
  return { value: 'chen-17-combined', assumptions: isEditedFamily(family) ? [message] : [] };
}

const VENDOR_NAMES: Readonly<Record<Vendor, string>> = { siemens: 'Siemens', philips: 'Philips', ge: 'GE' };

/** Shaped 180° pulses where the family has them and TE leaves room for them; else ideal ones, and editing pulses too. */
function withPulses(ideal: SequenceRequest, target: SimulationTarget): Assumed<SequenceRequest> {
  const vendor = vendorOf(target.manufacturer ?? null, target.spectrometerFrequencyMHz);
  const refocusing = usualRefocusing(ideal.family, vendor);
  const shaped = { ...ideal, refocusing };
  if (refocusing.shape !== 'ideal' && isPossible(shaped)) {
    const { durationS = 0, bandwidthHz = 0 } = refocusing;
    const message = `The 180° pulses are taken as the usual ones of ${VENDOR_NAMES[vendor]}: ${milliseconds(durationS)} long and ${bandwidthHz} Hz wide.`;
    return { value: shaped, assumptions: [message] };
  }
  const message = 'The pulses are taken as ideal: instantaneous and alike for all shifts.';
  if (ideal.editing === undefined || isPossible(ideal)) return { value: ideal, assumptions: [message] };
  const { bandwidthHz = 0 } = ideal.editing.pulse;
  return {
    value: { ...ideal, editing: { ...ideal.editing, pulse: { ...IDEAL, bandwidthHz } } },
    assumptions: [message],
  };
}

function isPossible(sequence: SequenceRequest): boolean {
  try {
    return sequencesOf(sequence).length > 0;
  } catch (error) {
    if (error instanceof ModelError) return false;
    throw error;
  }
}

/** @returns the scan's points, but none beyond the second after which its signal has decayed */
function pointsFor({ points, dwellTimeS }: SimulationTarget): number {
  return Math.min(points, Math.ceil(LONGEST_S / dwellTimeS));
}

function titleOf(family: SequenceFamily, echoTimeS: number, frequencyMHz: number): string {
  const tesla = fieldStrengthT(frequencyMHz, '1H') as number;
  const name = family.replace('SLASER', 'sLASER');
  return `${Number(tesla.toFixed(1))} T ${name} TE ${milliseconds(echoTimeS)}, simulated for this scan`;
}

/**
 * The basis simulation that suits a scan.
 * @param target field, TE, sequence and sampling of the scan
 * @returns null where there is nothing to go by: another nucleus, an echo sequence of unknown TE, no sampling
 */
export function suggestBasisRequest(target: SimulationTarget): BasisSuggestion | null {
  const { nucleus, spectrometerFrequencyMHz, dwellTimeS, points } = target;
  if (nucleus !== '1H' || !(spectrometerFrequencyMHz > 0) || !(dwellTimeS > 0) || !(points > 0)) return null;
  const family = familyOf(target.sequence);
  const echoTimeS = family.value === 'PULSE-ACQUIRE' ? 0 : target.echoTimeS;
  if (echoTimeS === null) return null;
  const timings = timingsOf(family.value, echoTimeS, target);
  const editing = editingOf(family.value);
  const macromolecules = macromoleculesFor(family.value, echoTimeS);
  const ideal: SequenceRequest = {
    family: family.value,
    echoTimeS,
    ...timings.value,
    ...editing.value,
    excitation: IDEAL,
    refocusing: IDEAL,
    carrierPpm: USUAL_CARRIER_PPM,
    spatial: USUAL_SPATIAL,
  };
  const sequence = withPulses(ideal, target);
  const request: BasisRequest = {
    title: titleOf(family.value, echoTimeS, spectrometerFrequencyMHz),
    spectrometerFrequencyMHz,
    dwellTimeS,
    points: pointsFor(target),
    linewidthHz: LINEWIDTH_HZ,
    sequence: sequence.value,
    metabolites: BRAIN_METABOLITES,
    macromolecules: macromolecules.value,
    lipids: 'none',
  };
  const assumptions = [family, timings, editing, macromolecules, sequence].flatMap((part) => part.assumptions);
  return { request, assumptions };
}
