// The simulation form: its fields in the units people type, and the way to and from a BasisRequest.
import type {
  BasisRequest,
  EditingRequest,
  LipidSet,
  MacromoleculeSet,
  PulseRequest,
  PulseShape,
  SequenceFamily,
  SequenceRequest,
  WaveformData,
} from '../../../core/domain/basisRequest.ts';
import { fieldStrengthT } from '../../../core/domain/axes.ts';
import {
  GABA_EDITING,
  USUAL_CARRIER_PPM,
  USUAL_MIXING_TIME_S,
  USUAL_SPATIAL,
  usualRefocusing,
  usualTe1S,
  vendorOf,
  type Vendor,
} from '../../../core/domain/usualProtocol.ts';
import type { BasisCardView, PulseRole } from '../../../ipc/contract.ts';
import { fieldWords, trim } from '../session/index.ts';
import { ADIABATIC, DEFAULT_METABOLITES, FAMILY_NAMES, FAMILY_TRAITS, type Preset } from './presets.ts';

/** A number field: null while it is empty. */
export type Entry = number | null;

export interface PulseForm {
  readonly shape: PulseShape;
  readonly durationMs: Entry;
  /** Full width at half effect; of an ideal editing pulse the band it inverts. */
  readonly bandwidthHz: Entry;
  readonly flipDeg: Entry;
  readonly waveform: WaveformData | null;
}

/** A form is plain data: the stores replace it, they don't change it in place. */
export interface SimulationForm {
  readonly frequencyMHz: Entry;
  readonly family: SequenceFamily;
  readonly teMs: Entry;
  /** Null: half of TE. */
  readonly te1Ms: Entry;
  readonly tmMs: Entry;
  readonly excitation: PulseForm;
  readonly refocusing: PulseForm;
  readonly editing: PulseForm;
  readonly onPpm: Entry;
  readonly offPpm: Entry;
  readonly carrierPpm: Entry;
  readonly spatialPoints: Entry;
  readonly spatialExtent: Entry;
  readonly metabolites: readonly string[];
  readonly macromolecules: MacromoleculeSet;
  readonly lipids: LipidSet;
  readonly points: Entry;
  readonly dwellUs: Entry;
  readonly linewidthHz: Entry;
  /** Null: made from the other fields. */
  readonly title: string | null;
}

/** Flip angles that need no mention. [°] */
export const NOMINAL_FLIP_DEG: Readonly<Record<PulseRole, number>> = { excitation: 90, refocusing: 180, editing: 180 };

/** Without the last digit's noise: 16.4 ms are 0.0164 s. */
const fromMs = (ms: Entry): number => Number(((ms ?? NaN) / 1e3).toPrecision(12));

const nearMs = (seconds: number): number => Number((seconds * 1e3).toFixed(4));

const idealPulse = (flipDeg: number): PulseForm => ({
  shape: 'ideal',
  durationMs: null,
  bandwidthHz: null,
  flipDeg,
  waveform: null,
});

/** Ideal editing pulses turn as wide a band as the usual Gaussian-like ones. [Hz] */
const IDEAL_EDITING_HZ = GABA_EDITING.pulse.bandwidthHz ?? null;

/** 3 T PRESS TE 30 ms with ideal pulses, done in seconds. */
export const DEFAULT_FORM: SimulationForm = {
  frequencyMHz: 123.25,
  family: 'PRESS',
  teMs: 30,
  te1Ms: nearMs(usualTe1S('PRESS', 0.03, 'siemens')),
  tmMs: nearMs(USUAL_MIXING_TIME_S),
  excitation: idealPulse(90),
  refocusing: idealPulse(180),
  editing: { ...idealPulse(180), bandwidthHz: IDEAL_EDITING_HZ },
  onPpm: GABA_EDITING.onPpm,
  offPpm: GABA_EDITING.offPpm,
  carrierPpm: USUAL_CARRIER_PPM,
  spatialPoints: USUAL_SPATIAL.points,
  spatialExtent: USUAL_SPATIAL.extent,
  metabolites: DEFAULT_METABOLITES,
  macromolecules: 'chen-17-combined',
  lipids: 'none',
  points: 2048,
  dwellUs: 250,
  linewidthHz: 1,
  title: null,
};

function pulseForm(pulse: PulseRequest, role: PulseRole): PulseForm {
  return {
    shape: pulse.shape,
    durationMs: pulse.durationS === undefined ? null : nearMs(pulse.durationS),
    bandwidthHz: pulse.bandwidthHz ?? null,
    flipDeg: pulse.flipDeg ?? NOMINAL_FLIP_DEG[role],
    waveform: pulse.waveform ?? null,
  };
}

/** Instant pulses: quick, without displacement of slices. */
export function withIdealPulses(form: SimulationForm): SimulationForm {
  const { excitation, refocusing, editing } = DEFAULT_FORM;
  return { ...form, excitation, refocusing, editing };
}

/** The pulses that vendors' own sequences have, at the usual place and with positions across their slices. */
export function withUsualPulses(
  form: SimulationForm,
  vendor: Vendor = vendorOf(null, form.frequencyMHz ?? NaN),
): SimulationForm {
  return {
    ...form,
    excitation: DEFAULT_FORM.excitation,
    refocusing: pulseForm(usualRefocusing(form.family, vendor), 'refocusing'),
    editing: pulseForm(GABA_EDITING.pulse, 'editing'),
    carrierPpm: USUAL_CARRIER_PPM,
    spatialPoints: USUAL_SPATIAL.points,
    spatialExtent: USUAL_SPATIAL.extent,
  };
}

/** Wider than every protocol at that field, and half a second outlasts in vivo signals. */
function samplingFor(frequencyMHz: number): Pick<SimulationForm, 'points' | 'dwellUs'> {
  if (frequencyMHz < 100) return { points: 1024, dwellUs: 500 };
  if (frequencyMHz < 200) return { points: 2048, dwellUs: 250 };
  return frequencyMHz < 350 ? { points: 3072, dwellUs: 166.6667 } : { points: 4096, dwellUs: 125 };
}

/** Macromolecules have a T2 of some 30 ms: from here on next to nothing of them is left. [ms] */
const MACROMOLECULES_GONE_MS = 100;

/** A protocol put into a form; which metabolites it has stays as it was. */
export function applyPreset(form: SimulationForm, preset: Preset): SimulationForm {
  const { frequencyMHz, vendor, family, teMs, tmMs } = preset;
  const edited = family === 'MEGA-PRESS';
  const te1S = edited || family === 'PRESS' ? usualTe1S(family, teMs / 1e3, vendor) : null;
  const protocol = {
    ...form,
    frequencyMHz,
    family,
    teMs,
    te1Ms: te1S === null ? form.te1Ms : nearMs(te1S),
    tmMs: tmMs ?? form.tmMs,
    onPpm: GABA_EDITING.onPpm,
    offPpm: GABA_EDITING.offPpm,
    macromolecules: teMs < MACROMOLECULES_GONE_MS ? DEFAULT_FORM.macromolecules : 'none',
    ...samplingFor(frequencyMHz),
    title: null,
  };
  return withUsualPulses(protocol, vendor);
}

/** A request as a form, its title kept only where it isn't the one that the form would give. */
export function formFromRequest(request: BasisRequest): SimulationForm {
  const { sequence } = request;
  const { editing } = sequence;
  const form: SimulationForm = {
    frequencyMHz: request.spectrometerFrequencyMHz,
    family: sequence.family,
    teMs: nearMs(sequence.echoTimeS),
    te1Ms: sequence.te1S === undefined ? null : nearMs(sequence.te1S),
    tmMs: sequence.mixingTimeS === undefined ? DEFAULT_FORM.tmMs : nearMs(sequence.mixingTimeS),
    excitation: pulseForm(sequence.excitation, 'excitation'),
    refocusing: pulseForm(sequence.refocusing, 'refocusing'),
    editing: editing === undefined ? DEFAULT_FORM.editing : pulseForm(editing.pulse, 'editing'),
    onPpm: editing?.onPpm ?? DEFAULT_FORM.onPpm,
    offPpm: editing?.offPpm ?? DEFAULT_FORM.offPpm,
    carrierPpm: sequence.carrierPpm,
    spatialPoints: sequence.spatial.points,
    spatialExtent: sequence.spatial.extent,
    metabolites: request.metabolites,
    macromolecules: request.macromolecules,
    lipids: request.lipids,
    points: request.points,
    dwellUs: Number((request.dwellTimeS * 1e6).toFixed(4)),
    linewidthHz: request.linewidthHz,
    title: request.title,
  };
  return request.title.trim() === '' || request.title === automaticTitle(form) ? { ...form, title: null } : form;
}

const FAMILY_BY_NAME: ReadonlyMap<string, SequenceFamily> = new Map(
  (Object.keys(FAMILY_NAMES) as SequenceFamily[]).map((family) => [family, family]),
);

const seconds = (value: number | string | undefined): number | null => (typeof value === 'number' ? value : null);

/** A form like a basis set: its request where it was simulated here, else what its card says. */
export function formFromCard(card: BasisCardView): SimulationForm {
  if (card.request !== null) return { ...formFromRequest(card.request), title: null };
  const te1S = seconds(card.sequenceParameters['te1S']);
  const mixingTimeS = seconds(card.sequenceParameters['mixingTimeS']);
  return {
    ...DEFAULT_FORM,
    frequencyMHz: card.spectrometerFrequencyMHz,
    family: FAMILY_BY_NAME.get(card.sequence ?? '') ?? DEFAULT_FORM.family,
    teMs: card.echoTimeS === null ? DEFAULT_FORM.teMs : nearMs(card.echoTimeS),
    te1Ms: te1S === null ? null : nearMs(te1S),
    tmMs: mixingTimeS === null ? DEFAULT_FORM.tmMs : nearMs(mixingTimeS),
    metabolites: card.metabolites,
    macromolecules: card.macromolecules.length === 0 ? 'none' : DEFAULT_FORM.macromolecules,
    points: card.points,
    dwellUs: Number((card.dwellTimeS * 1e6).toFixed(4)),
    linewidthHz: card.linewidthHz ?? DEFAULT_FORM.linewidthHz,
  };
}

/** Pulses of a sequence that select a slice or a band, in the order they are played. */
export function pulseRoles(family: SequenceFamily): PulseRole[] {
  const { refocusing, editing } = FAMILY_TRAITS[family];
  return ['excitation', ...(refocusing ? ['refocusing' as const] : []), ...(editing ? ['editing' as const] : [])];
}

/** Whether slices are displaced, so that positions across them must be averaged: a shaped 90° or 180° pulse. */
export function hasSlices(form: SimulationForm): boolean {
  return pulseRoles(form.family).some((role) => role !== 'editing' && form[role].shape !== 'ideal');
}

/** @returns the pulse as it is asked for; a flip angle only where it is unusual */
export function pulseRequest(pulse: PulseForm, role: PulseRole): PulseRequest {
  const { shape, durationMs, bandwidthHz, flipDeg, waveform } = pulse;
  const band = bandwidthHz === null || shape === 'waveform' ? {} : { bandwidthHz };
  if (shape === 'ideal') return { shape, ...(role === 'editing' ? band : {}) };
  const unusual = flipDeg !== null && flipDeg !== NOMINAL_FLIP_DEG[role] && !ADIABATIC.includes(shape);
  return {
    shape,
    ...(durationMs === null ? {} : { durationS: fromMs(durationMs) }),
    ...band,
    ...(unusual ? { flipDeg } : {}),
    ...(shape === 'waveform' && waveform !== null ? { waveform } : {}),
  };
}

function editingRequest(form: SimulationForm): EditingRequest {
  return { onPpm: form.onPpm ?? NaN, offPpm: form.offPpm ?? NaN, pulse: pulseRequest(form.editing, 'editing') };
}

function sequenceRequest(form: SimulationForm): SequenceRequest {
  const traits = FAMILY_TRAITS[form.family];
  const slices = hasSlices(form);
  return {
    family: form.family,
    echoTimeS: traits.echo ? fromMs(form.teMs) : 0,
    ...(traits.te1 && form.te1Ms !== null ? { te1S: fromMs(form.te1Ms) } : {}),
    ...(traits.mixing ? { mixingTimeS: fromMs(form.tmMs) } : {}),
    excitation: pulseRequest(form.excitation, 'excitation'),
    refocusing: traits.refocusing ? pulseRequest(form.refocusing, 'refocusing') : { shape: 'ideal' },
    ...(traits.editing ? { editing: editingRequest(form) } : {}),
    carrierPpm: form.carrierPpm ?? NaN,
    spatial: slices
      ? { points: form.spatialPoints ?? NaN, extent: form.spatialExtent ?? NaN }
      : { points: 1, extent: 1 },
  };
}

/** The request of a form without problems (see formProblems). */
export function requestFromForm(form: SimulationForm): BasisRequest {
  return {
    title: formTitle(form),
    spectrometerFrequencyMHz: form.frequencyMHz ?? NaN,
    dwellTimeS: fromMs(form.dwellUs) / 1e3,
    points: form.points ?? NaN,
    linewidthHz: form.linewidthHz ?? NaN,
    sequence: sequenceRequest(form),
    metabolites: form.metabolites,
    macromolecules: form.macromolecules,
    lipids: form.lipids,
  };
}

/** What the set is called: what was typed, else what it is. */
export function formTitle(form: SimulationForm): string {
  const typed = form.title?.trim() ?? '';
  return typed === '' ? automaticTitle(form) : typed;
}

/** A name from sequence, times, field and pulses: "3 T PRESS TE 30 ms, TE1 11 ms, 123.25 MHz". */
export function automaticTitle(form: SimulationForm): string {
  const traits = FAMILY_TRAITS[form.family];
  const { frequencyMHz, teMs, te1Ms, tmMs } = form;
  const field = frequencyMHz === null ? '' : `${fieldWords(fieldStrengthT(frequencyMHz, '1H'))} `;
  const echo = traits.echo && teMs !== null ? ` TE ${trim(teMs, 2)} ms` : '';
  const parts = [
    `${field}${FAMILY_NAMES[form.family]}${echo}`,
    ...(traits.te1 && te1Ms !== null ? [`TE1 ${trim(te1Ms, 2)} ms`] : []),
    ...(traits.mixing && tmMs !== null ? [`TM ${trim(tmMs, 2)} ms`] : []),
    ...(traits.editing && form.onPpm !== null ? [`edited at ${trim(form.onPpm, 2)} ppm`] : []),
    ...(hasSlices(form) ? ['shaped pulses'] : []),
    ...(frequencyMHz === null ? [] : [`${trim(frequencyMHz, 3)} MHz`]),
  ];
  return parts.join(', ');
}

/** A metabolite can be in a set once: with one of its published variants ("GABA@kaiser2010") or as it is. */
export function sameMetabolite(a: string, b: string): boolean {
  return a.split('@')[0] === b.split('@')[0];
}
