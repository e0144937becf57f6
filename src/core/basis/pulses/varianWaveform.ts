// Varian/Agilent RF patterns (.RF): "#" lines with keywords, then phase [°], amplitude (0 to 1023), duration weight and
// transmitter gate; columns left out are 1023, 1 and 1 (VnmrJ User Programming manual, Agilent).
import type { WaveformFile } from './waveformText.ts';
import { finishWaveform, numberRows, refuseWaveform } from './waveformText.ts';
import { MOST_STEPS } from './givenWaveform.ts';

const KEYWORD = /^\s*#\s*(?:MODULATION|EXCITEWIDTH|INVERTWIDTH|INTEGRAL|RF_FRACTION|STEPS|RFPATTERN)\b/im;
const FULL_AMPLITUDE = 1023;

/** @returns the data lines with comments blanked, so that line numbers stay */
function withoutComments(text: string): string[] {
  return text.split(/\r\n|\r|\n/).map((line) => line.replace(/#.*$/, ''));
}

/** By its keywords, or by amplitudes on a scale of 1023 in the second of three or four columns with whole weights. */
export function isVarian(text: string): boolean {
  if (KEYWORD.test(text)) return true;
  const rows = withoutComments(text)
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const largest = rows.reduce((m, row) => Math.max(m, row[1] ?? 0), 0);
  return (
    largest > 360 &&
    largest <= FULL_AMPLITUDE + 1 &&
    rows.every((row) => (row.length === 3 || row.length === 4) && Number.isInteger(row[2]) && (row[2] as number) >= 1)
  );
}

/** How often a step stands in the waveform of equal steps: its weight in units of the least one. */
function repeats(name: string, line: number, weight: number, unit: number): number {
  const times = weight / unit;
  if (Math.abs(times - Math.round(times)) > 1e-6) {
    refuseWaveform(
      'FORMAT_INVALID',
      `${name}, line ${line}: the duration ${weight} of the step is not a multiple of the shortest, ${unit}.`,
    );
  }
  return Math.round(times);
}

export function readVarian(name: string, text: string): WaveformFile {
  const rows = numberRows(name, withoutComments(text), 1, [1, 4]).filter(({ values }) => (values[2] ?? 1) > 0);
  const unit = rows.reduce((least, { values }) => Math.min(least, values[2] ?? 1), Infinity);
  const amplitude: number[] = [];
  const phaseRad: number[] = [];
  for (const { line, values } of rows) {
    const [phaseDeg = 0, height = FULL_AMPLITUDE, weight = 1, gate = 1] = values;
    const times = repeats(name, line, weight, unit);
    if (amplitude.length + times > MOST_STEPS) {
      refuseWaveform('DIMENSIONS_ABSURD', `${name} has more than the ${MOST_STEPS} steps of any RF pulse.`);
    }
    for (let i = 0; i < times; i++) {
      amplitude.push(gate === 0 ? 0 : height);
      phaseRad.push((phaseDeg * Math.PI) / 180);
    }
  }
  const waveform = finishWaveform(name, { name, amplitude, phaseRad, gradient: null });
  return { waveform, durationS: null, flipDeg: null };
}
