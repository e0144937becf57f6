// What both jMRUI formats (text and binary) say in the same numbers: nucleus codes, frequency, begin time, phase.
// Source: jMRUI manual ("Data Textfile", "mrui file format"); the binary order as spec2nii 0.8 reads it.
import { fieldStrengthT, GYROMAGNETIC_RATIO_MHZ_PER_T } from '../domain/axes.ts';
import type { JsonObject } from '../domain/json.ts';
import { JMRUI_NUCLEI } from '../domain/jmruiNuclei.ts';
import type { Warning } from '../domain/provenance.ts';
import type { ReadOptions } from './readOptions.ts';

/** Numbers of the header; NaN where the file has none. */
export interface JmruiNumbers {
  readonly transmitterFrequency: number;
  readonly magneticFieldT: number;
  readonly nucleusCode: number;
  readonly beginTimeMs: number;
  readonly zeroOrderPhaseDeg: number;
}

/** Below this a transmitter frequency is in MHz, not Hz: no scanner works at 0.1 MHz, none at 100 GHz. */
const LOWEST_HZ = 1e5;

/** Frequency in MHz, wherever the file has it in Hz, as it should, or in MHz. */
function frequencyMHz(transmitterFrequency: number, warnings: Warning[]): number {
  if (!(transmitterFrequency < LOWEST_HZ)) return transmitterFrequency / 1e6;
  warnings.push({
    code: 'frequency-unit',
    message: `The file gives a transmitter frequency of ${transmitterFrequency}, which can't be Hz; it is taken as MHz.`,
  });
  return transmitterFrequency;
}

/** Largest relative difference between a field and that of frequency and nucleus; "3 T" is written for 2.89 T. */
const FIELD_TOLERANCE = 0.05;

/** The nucleus that the field makes of the frequency, where exactly one does. */
function nucleusOfField(mhz: number, fieldT: number): string | null {
  const fitting = Object.entries(GYROMAGNETIC_RATIO_MHZ_PER_T).filter(
    ([, ratio]) => Math.abs(mhz / (ratio * fieldT) - 1) <= FIELD_TOLERANCE,
  );
  return fitting.length === 1 ? (fitting[0] as [string, number])[0] : null;
}

function nucleusOf(numbers: JmruiNumbers, mhz: number, options: ReadOptions, warnings: Warning[]): string {
  const named = JMRUI_NUCLEI[numbers.nucleusCode] ?? options.nucleus ?? null;
  if (named !== null) return named;
  const told = nucleusOfField(mhz, numbers.magneticFieldT);
  warnings.push({
    code: 'nucleus-assumed',
    message:
      told === null
        ? 'The file does not name its nucleus; 1H is assumed.'
        : `The file does not name its nucleus; its frequency and field fit ${told}.`,
  });
  return told ?? '1H';
}

/** The field that the file states, kept only where frequency and nucleus don't make the same of it. */
function statedField(fieldT: number, mhz: number, nucleus: string): JsonObject {
  const derived = fieldStrengthT(mhz, nucleus);
  if (!(fieldT > 0) || !Number.isFinite(fieldT)) return {};
  if (derived !== null && Math.abs(derived / fieldT - 1) <= FIELD_TOLERANCE) return {};
  return { MagneticFieldStrength: { Value: fieldT, Description: 'Field strength that the file states. [T]' } };
}

/** What a reader takes over as it stands. */
export interface JmruiFacts {
  readonly spectrometerFrequencyMHz: number;
  readonly nucleus: string;
  readonly header: JsonObject;
}

/** Frequency, nucleus and header keys, with warnings for what jMRUI would apply and this program does not. */
export function jmruiFacts(numbers: JmruiNumbers, options: ReadOptions, warnings: Warning[]): JmruiFacts {
  const spectrometerFrequencyMHz = frequencyMHz(numbers.transmitterFrequency, warnings);
  const nucleus = nucleusOf(numbers, spectrometerFrequencyMHz, options, warnings);
  const header: JsonObject = { ...statedField(numbers.magneticFieldT, spectrometerFrequencyMHz, nucleus) };
  const { beginTimeMs, zeroOrderPhaseDeg } = numbers;
  if (Number.isFinite(beginTimeMs) && beginTimeMs !== 0) {
    header['AcquisitionStartTime'] = beginTimeMs / 1000;
    warnings.push({
      code: 'begin-time',
      message: `The signal begins ${beginTimeMs} ms after its time zero, which is not corrected for.`,
    });
  }
  if (Number.isFinite(zeroOrderPhaseDeg) && zeroOrderPhaseDeg !== 0) {
    warnings.push({
      code: 'phase-not-applied',
      message: `The file asks for a phase of ${zeroOrderPhaseDeg}, which is not applied; phasing is a step of its own.`,
    });
  }
  return { spectrometerFrequencyMHz, nucleus, header };
}

/** Warning for several signals whose kind the file doesn't say. */
export function signalsWarning(signals: number, tag: string): Warning {
  return {
    code: 'dimension-tag-unknown',
    message: `The file holds ${signals} signals without saying what they are; they are kept as ${tag} and not interpreted.`,
  };
}
