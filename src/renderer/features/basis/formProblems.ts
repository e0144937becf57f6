// What is wrong with a simulation form, a sentence a field. Whether pulses fit into the echo time only the simulation
// knows; its sentence is shown in the form as well.
import { t } from '../../app/i18n/index.ts';
import type { PulseRole } from '../../../ipc/contract.ts';
import { FAMILY_TRAITS } from './presets.ts';
import { hasSlices, pulseRoles, type Entry, type PulseForm, type SimulationForm } from './simulation.ts';

export type PulseField = 'durationMs' | 'bandwidthHz' | 'flipDeg' | 'waveform';
export type FormField = keyof SimulationForm | `${PulseRole}.${PulseField}`;
export type FormProblems = Readonly<Partial<Record<FormField, string>>>;

interface Limits {
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  readonly integer?: boolean;
}

const LIMITS = {
  frequencyMHz: { low: 10, high: 1000, unit: 'MHz' },
  teMs: { low: 0, high: 2000, unit: 'ms' },
  tmMs: { low: 0, high: 2000, unit: 'ms' },
  ppm: { low: -10, high: 20, unit: 'ppm' },
  spatialPoints: { low: 1, high: 256, unit: 'positions', integer: true },
  spatialExtent: { low: 1, high: 10, unit: 'thicknesses' },
  points: { low: 128, high: 65536, unit: 'points', integer: true },
  dwellUs: { low: 10, high: 5000, unit: 'µs' },
  linewidthHz: { low: 0, high: 50, unit: 'Hz' },
  durationMs: { low: 0.01, high: 100, unit: 'ms' },
  bandwidthHz: { low: 1, high: 100_000, unit: 'Hz' },
  flipDeg: { low: 1, high: 360, unit: '°' },
} satisfies Record<string, Limits>;

/** Units that are words. */
const NAMED_UNITS: readonly string[] = ['positions', 'points', 'thicknesses'];

/** @returns what is wrong with a number, or null */
function outside(value: Entry, { low, high, unit, integer = false }: Limits): string | null {
  const named = NAMED_UNITS.includes(unit) ? t(`basis.problems.units.${unit}`) : unit;
  const range = t('basis.problems.range', {
    low: String(low).replace('-', '−'),
    high: `${high}${unit === '°' ? '' : ' '}${named}`,
  });
  if (value === null || !Number.isFinite(value)) return t('basis.problems.number', { range });
  if (value < low || value > high) return t('basis.problems.outside', { range });
  return integer && !Number.isInteger(value) ? t('basis.problems.whole', { range }) : null;
}

type Found = readonly (readonly [FormField, string | null])[];

function pulseProblems(pulse: PulseForm, role: PulseRole): Found {
  const { shape } = pulse;
  const band = [`${role}.bandwidthHz`, outside(pulse.bandwidthHz, LIMITS.bandwidthHz)] as const;
  if (shape === 'ideal') return role === 'editing' ? [band] : [];
  return [
    [`${role}.durationMs`, outside(pulse.durationMs, LIMITS.durationMs)],
    [`${role}.flipDeg`, outside(pulse.flipDeg, LIMITS.flipDeg)],
    ...(shape === 'waveform'
      ? [[`${role}.waveform`, pulse.waveform === null ? t('basis.problems.waveform') : null] as const]
      : [band]),
  ];
}

function timingProblems({ family, teMs, te1Ms, tmMs }: SimulationForm): Found {
  const traits = FAMILY_TRAITS[family];
  const found: [FormField, string | null][] = [];
  if (traits.echo) found.push(['teMs', outside(teMs, LIMITS.teMs)]);
  if (traits.te1 && te1Ms !== null && teMs !== null && !(te1Ms > 0 && te1Ms < teMs)) {
    found.push(['te1Ms', t('basis.problems.te1', { teMs })]);
  }
  if (traits.mixing) found.push(['tmMs', outside(tmMs, LIMITS.tmMs)]);
  return found;
}

function editingProblems(form: SimulationForm): Found {
  if (!FAMILY_TRAITS[form.family].editing) return [];
  const same = form.onPpm !== null && form.onPpm === form.offPpm;
  return [
    ['onPpm', outside(form.onPpm, LIMITS.ppm)],
    ['offPpm', outside(form.offPpm, LIMITS.ppm) ?? (same ? t('basis.problems.sameShift') : null)],
  ];
}

/** @returns a sentence for each field that can't be simulated so; empty where all is well */
export function formProblems(form: SimulationForm): FormProblems {
  const title = (form.title?.length ?? 0) > 200 ? t('basis.problems.longName') : null;
  const all: Found = [
    ['frequencyMHz', outside(form.frequencyMHz, LIMITS.frequencyMHz)],
    ...timingProblems(form),
    ...editingProblems(form),
    ...pulseRoles(form.family).flatMap((role) => pulseProblems(form[role], role)),
    ['carrierPpm', outside(form.carrierPpm, LIMITS.ppm)],
    ...(hasSlices(form)
      ? ([
          ['spatialPoints', outside(form.spatialPoints, LIMITS.spatialPoints)],
          ['spatialExtent', outside(form.spatialExtent, LIMITS.spatialExtent)],
        ] as const)
      : []),
    ['metabolites', form.metabolites.length === 0 ? t('basis.problems.noMetabolite') : null],
    ['points', outside(form.points, LIMITS.points)],
    ['dwellUs', outside(form.dwellUs, LIMITS.dwellUs)],
    ['linewidthHz', outside(form.linewidthHz, LIMITS.linewidthHz)],
    ['title', title],
  ];
  return Object.fromEntries(all.filter(([, words]) => words !== null)) as FormProblems;
}
