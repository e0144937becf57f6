// What the simulation form starts from: magnets, usual protocols, and the words for sequences, pulses and signals.
import { t } from '../../app/i18n/index.ts';
import type { LipidSet, MacromoleculeSet, PulseShape, SequenceFamily } from '../../../core/domain/basisRequest.ts';
import type { Vendor } from '../../../core/domain/usualProtocol.ts';
import type { PulseRole } from '../../../ipc/contract.ts';

export interface Magnet {
  /** [MHz] */
  readonly value: number;
  readonly field: string;
  readonly makers?: 'siemens' | 'others';
}

/** Proton frequencies of clinical and research magnets; makers' "3 T" are not the same field. [MHz] */
export const MAGNETS: readonly Magnet[] = [
  { value: 63.75, field: '1.5 T' },
  { value: 123.25, field: '3 T', makers: 'siemens' },
  { value: 127.75, field: '3 T', makers: 'others' },
  { value: 170.3, field: '4 T' },
  { value: 297.8, field: '7 T' },
  { value: 399.7, field: '9.4 T' },
  { value: 498.2, field: '11.7 T' },
];

/** As it stands in the list. */
export const magnetText = ({ field, makers }: Magnet): string =>
  makers === undefined ? field : `${field}, ${t(`basis.makers.${makers}`)}`;

export const FAMILIES: readonly SequenceFamily[] = [
  'PRESS',
  'STEAM',
  'SLASER',
  'LASER',
  'MEGA-PRESS',
  'MEGA-SLASER',
  'SPIN-ECHO',
  'PULSE-ACQUIRE',
];

/** How a sequence is written in titles. */
export const FAMILY_NAMES: Readonly<Record<SequenceFamily, string>> = {
  PRESS: 'PRESS',
  STEAM: 'STEAM',
  SLASER: 'sLASER',
  LASER: 'LASER',
  'MEGA-PRESS': 'MEGA-PRESS',
  'MEGA-SLASER': 'MEGA-sLASER',
  'SPIN-ECHO': 'spin echo',
  'PULSE-ACQUIRE': 'pulse-acquire',
};

/** As it stands in the list: its name, and whether it edits. */
export function familyText(family: SequenceFamily): string {
  if (family === 'SPIN-ECHO' || family === 'PULSE-ACQUIRE') return t(`basis.families.${family}`);
  const name = FAMILY_NAMES[family];
  return FAMILY_TRAITS[family].editing ? t('basis.families.edited', { name }) : name;
}

/** What a sequence has besides its echo time. */
export interface FamilyTraits {
  readonly echo: boolean;
  readonly te1: boolean;
  readonly mixing: boolean;
  readonly refocusing: boolean;
  readonly editing: boolean;
}

const ECHO: FamilyTraits = { echo: true, te1: false, mixing: false, refocusing: true, editing: false };

export const FAMILY_TRAITS: Readonly<Record<SequenceFamily, FamilyTraits>> = {
  PRESS: { ...ECHO, te1: true },
  STEAM: { ...ECHO, mixing: true, refocusing: false },
  SLASER: ECHO,
  LASER: ECHO,
  'MEGA-PRESS': { ...ECHO, te1: true, editing: true },
  'MEGA-SLASER': { ...ECHO, editing: true },
  'SPIN-ECHO': ECHO,
  'PULSE-ACQUIRE': { ...ECHO, echo: false, refocusing: false },
};

export const SHAPES: readonly PulseShape[] = [
  'ideal',
  'sinc-gauss',
  'hermite',
  'gaussian',
  'slr',
  'hyperbolic-secant',
  'goia',
  'waveform',
];

/** Pulses that turn by 180° whatever their flip angle is called. */
export const ADIABATIC: readonly PulseShape[] = ['hyperbolic-secant', 'goia'];

/** Shapes that can do a pulse's work: a full passage can't excite, and without its gradient GOIA selects nothing. */
export function shapesFor(role: PulseRole): readonly PulseShape[] {
  if (role === 'refocusing') return SHAPES;
  return SHAPES.filter((shape) => !(role === 'excitation' ? ADIABATIC.includes(shape) : shape === 'goia'));
}

export interface PulseDefaults {
  readonly durationMs: number;
  readonly bandwidthHz: number;
}

/** Where a shape begins when it is chosen: durations and bandwidths as clinical 3 T sequences have them. */
export const PULSE_DEFAULTS: Readonly<
  Record<Exclude<PulseShape, 'ideal' | 'waveform'>, Readonly<Partial<Record<PulseRole, PulseDefaults>>>>
> = {
  'sinc-gauss': {
    excitation: { durationMs: 2.6, bandwidthHz: 2400 },
    refocusing: { durationMs: 5.2, bandwidthHz: 1200 },
    editing: { durationMs: 20, bandwidthHz: 100 },
  },
  hermite: {
    excitation: { durationMs: 2.6, bandwidthHz: 2000 },
    refocusing: { durationMs: 5.2, bandwidthHz: 800 },
    editing: { durationMs: 20, bandwidthHz: 150 },
  },
  gaussian: {
    excitation: { durationMs: 2.6, bandwidthHz: 1200 },
    refocusing: { durationMs: 5.2, bandwidthHz: 500 },
    editing: { durationMs: 14, bandwidthHz: 85 },
  },
  slr: {
    excitation: { durationMs: 2.6, bandwidthHz: 2400 },
    refocusing: { durationMs: 5.2, bandwidthHz: 1200 },
    editing: { durationMs: 20, bandwidthHz: 150 },
  },
  'hyperbolic-secant': {
    refocusing: { durationMs: 5, bandwidthHz: 4000 },
    editing: { durationMs: 20, bandwidthHz: 400 },
  },
  goia: {
    refocusing: { durationMs: 4.5, bandwidthHz: 10_000 },
  },
};

export const MACROMOLECULES: readonly MacromoleculeSet[] = [
  'none',
  'chen-17-combined',
  'chen-17',
  'osprey-combined',
  'osprey',
];

export const LIPIDS: readonly LipidSet[] = ['none', 'lipids-3'];

export interface MetaboliteGroup {
  /** `before`: what came with another set and stands in no group. */
  readonly id: 'brain' | 'disease' | 'others' | 'variants' | 'before';
  readonly names: readonly string[];
  /** Each takes the place of a metabolite of another group: not to be chosen all at once. */
  readonly instead?: boolean;
}

/** Every metabolite with a spin system; the first group is what a brain fit needs and the form starts with. */
export const METABOLITE_GROUPS: readonly MetaboliteGroup[] = [
  {
    id: 'brain',
    names: [
      'NAA',
      'NAAG',
      'Cr',
      'PCr',
      'GPC',
      'PCho',
      'Ins',
      'Scyllo',
      'Glu',
      'Gln',
      'GABA',
      'GSH',
      'Lac',
      'Ala',
      'Asc',
      'Asp',
      'Ace',
      'Glc',
      'Gly',
      'PE',
      'Tau',
    ],
  },
  { id: 'disease', names: ['bHG', 'Cystat', 'Cit', 'Suc', 'Pyr', 'bHB', 'Val', 'Thr', 'Ser'] },
  { id: 'others', names: ['Cho', 'EtOH', 'Phenyl', 'Tyr', 'H2O', '-CrCH2'] },
  {
    id: 'variants',
    names: [
      'GABA@govindaraju2000',
      'GABA@govindaraju2015',
      'GSH@kaiser2010',
      'bHG@choi2012',
      'Asc@govindaraju2000',
      'Cit@fida2017',
      'EtOH@bmrb',
    ],
    instead: true,
  },
];

export const DEFAULT_METABOLITES: readonly string[] = METABOLITE_GROUPS[0]?.names ?? [];

/** A usual protocol; pulses and first echo time are the vendor's (domain/usualProtocol.ts). */
export interface Preset {
  readonly id: string;
  readonly text: string;
  readonly frequencyMHz: number;
  readonly vendor: Vendor;
  readonly family: SequenceFamily;
  readonly teMs: number;
  /** STEAM's; null for others. */
  readonly tmMs: number | null;
}

type Timing = Pick<Preset, 'family' | 'teMs'> & { readonly tmMs?: number };

const preset = (magnet: string, frequencyMHz: number, vendor: Vendor, timing: Timing, note = ''): Preset => {
  const { family, teMs, tmMs = null } = timing;
  const text = `${magnet} ${FAMILY_NAMES[family]} TE ${teMs}${note}`;
  const id = text.toLowerCase().replace(/[^a-z0-9.]+/g, '-');
  return { id, text, frequencyMHz, vendor, family, teMs, tmMs };
};

const press = (teMs: number): Timing => ({ family: 'PRESS', teMs });
const siemens3T = (timing: Timing, note?: string): Preset => preset('3 T', 123.25, 'siemens', timing, note);
const any7T = (timing: Timing): Preset => preset('7 T', 297.8, 'siemens', timing);

/** The protocols that Lineshape ships basis sets for (src/core/basis/shippedBases.ts), to start from. */
export const PRESETS: readonly Preset[] = [
  ...[30, 35, 144, 288].map((te) => siemens3T(press(te), ', Siemens')),
  ...[30, 35, 144, 288].map((te) => preset('3 T', 127.75, 'philips', press(te), ', Philips or GE')),
  ...[28, 35].map((te) => siemens3T({ family: 'SLASER', teMs: te })),
  siemens3T({ family: 'STEAM', teMs: 20, tmMs: 10 }),
  siemens3T({ family: 'MEGA-PRESS', teMs: 68 }, ' (GABA)'),
  ...[30, 135, 270].map((te) => preset('1.5 T', 63.75, 'siemens', press(te))),
  any7T({ family: 'STEAM', teMs: 11, tmMs: 32 }),
  any7T({ family: 'SLASER', teMs: 34 }),
];
