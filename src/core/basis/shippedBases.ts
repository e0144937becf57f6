// The definitions of the basis sets that are shipped in resources/basis; scripts/make-basis.ts writes them from here.
import type { BasisRequest, EditingCondition, SequenceFamily, SequenceRequest } from '../domain/basisRequest.ts';
import type { BasisSet } from '../domain/basisSet.ts';
import {
  GABA_EDITING,
  USUAL_CARRIER_PPM,
  USUAL_MIXING_TIME_S,
  USUAL_SPATIAL,
  usualRefocusing,
  usualTe1S,
} from '../domain/usualProtocol.ts';
import type { Vendor } from '../domain/usualProtocol.ts';
import { buildBasisSets } from './buildBasisSet.ts';
import { MACROMOLECULES_GONE_S } from './macromolecules/index.ts';
import { BRAIN_METABOLITES } from './spinSystems/index.ts';

/** One request and the sets that come of it: one, or ON, OFF and difference. */
export interface ShippedSimulation {
  readonly id: string;
  readonly version: number;
  readonly request: BasisRequest;
  readonly conditions: readonly (EditingCondition | null)[];
}

interface Magnet {
  readonly vendor: Vendor;
  readonly frequencyMHz: number;
  readonly field: string;
  readonly scanners: string;
}

/** At 3 T vendors differ in field and pulses; at 1.5 and 7 T the frequencies agree within what a basis bears. */
const MAGNETS = {
  siemens3T: { vendor: 'siemens', frequencyMHz: 123.25, field: '3 T', scanners: 'Siemens' },
  philips3T: { vendor: 'philips', frequencyMHz: 127.75, field: '3 T', scanners: 'Philips, GE' },
  any15T: { vendor: 'siemens', frequencyMHz: 63.75, field: '1.5 T', scanners: 'all vendors' },
  any7T: { vendor: 'siemens', frequencyMHz: 297.8, field: '7 T', scanners: 'all vendors' },
} as const satisfies Record<string, Magnet>;

/** Sampling of the files: wider than every protocol at that field, and half a second outlasts in vivo signals. */
const SAMPLING = {
  '1.5 T': { dwellTimeS: 0.0005, points: 1024 },
  '3 T': { dwellTimeS: 0.00025, points: 2048 },
  '7 T': { dwellTimeS: 1 / 6000, points: 3072 },
} as const;
const LINEWIDTH_HZ = 1;

const NAMES: Readonly<Partial<Record<SequenceFamily, string>>> = { SLASER: 'sLASER' };

function sequenceOf(
  family: SequenceFamily,
  echoTimeMs: number,
  { vendor }: Magnet,
  mixingTimeS: number,
): SequenceRequest {
  const echoTimeS = echoTimeMs / 1000;
  return {
    family,
    echoTimeS,
    ...(family === 'PRESS' || family === 'MEGA-PRESS' ? { te1S: usualTe1S(family, echoTimeS, vendor) } : {}),
    ...(family === 'STEAM' ? { mixingTimeS } : {}),
    ...(family === 'MEGA-PRESS' ? { editing: GABA_EDITING } : {}),
    excitation: { shape: 'ideal' },
    refocusing: usualRefocusing(family, vendor),
    carrierPpm: USUAL_CARRIER_PPM,
    spatial: USUAL_SPATIAL,
  };
}

function shipped(
  family: SequenceFamily,
  echoTimeMs: number,
  magnet: Magnet,
  mixingTimeS: number = USUAL_MIXING_TIME_S,
): ShippedSimulation {
  const { frequencyMHz, field, scanners } = magnet;
  const name = NAMES[family] ?? family;
  const edited = family === 'MEGA-PRESS';
  return {
    id: `lineshape-${field.replace(' T', 't')}-${name.toLowerCase()}-te${echoTimeMs}-${Math.floor(frequencyMHz)}mhz`,
    version: 2,
    request: {
      title: `${field} ${name} TE ${echoTimeMs} ms, ${frequencyMHz} MHz (${scanners})`,
      spectrometerFrequencyMHz: frequencyMHz,
      ...SAMPLING[field as keyof typeof SAMPLING],
      linewidthHz: LINEWIDTH_HZ,
      sequence: sequenceOf(family, echoTimeMs, magnet, mixingTimeS),
      metabolites: BRAIN_METABOLITES,
      macromolecules: echoTimeMs / 1000 < MACROMOLECULES_GONE_S ? 'chen-17-combined' : 'none',
      lipids: 'none',
    },
    conditions: edited ? ['on', 'off', 'difference'] : [null],
  };
}

const { siemens3T, philips3T, any15T, any7T } = MAGNETS;

/** Mixing time of the 7 T STEAM protocol (TE 11 ms) of Oxford's sets. [s] */
const STEAM_7T_MIXING_S = 0.032;

export const SHIPPED_BASES: readonly ShippedSimulation[] = [
  ...[30, 35, 144, 288].flatMap((te) => [shipped('PRESS', te, siemens3T), shipped('PRESS', te, philips3T)]),
  ...[28, 35].flatMap((te) => [shipped('SLASER', te, siemens3T), shipped('SLASER', te, philips3T)]),
  ...[siemens3T, philips3T].map((magnet) => shipped('STEAM', 20, magnet)),
  ...[siemens3T, philips3T].map((magnet) => shipped('MEGA-PRESS', 68, magnet)),
  ...[30, 135, 270].map((te) => shipped('PRESS', te, any15T)),
  shipped('STEAM', 11, any7T, STEAM_7T_MIXING_S),
  shipped('SLASER', 34, any7T),
];

/** @returns the id of one of a simulation's sets, e.g. "…-mega-press-te68-123mhz-difference" */
export function shippedId({ id }: ShippedSimulation, condition: EditingCondition | null): string {
  return condition === null ? id : `${id}-${condition}`;
}

/** Ids of every shipped set. */
export const SHIPPED_IDS: readonly string[] = SHIPPED_BASES.flatMap((simulation) =>
  simulation.conditions.map((condition) => shippedId(simulation, condition)),
);

/**
 * Simulates a shipped definition at any sampling.
 * @param sampling of the files unless given: a scan's own dwell time and points avoid resampling altogether
 * @returns one set for every condition
 */
export function simulateShipped(
  simulation: ShippedSimulation,
  sampling?: { readonly dwellTimeS: number; readonly points: number },
): BasisSet[] {
  const sets = buildBasisSets({ ...simulation.request, ...sampling });
  return sets.map((set) => ({ ...set, id: shippedId(simulation, set.editing) }));
}
