// RF pulses as plain text: two or three columns, amplitude (any scale), phase [°] and, where it is modulated, the slice
// gradient (any scale). "#" begins a comment; "# durationS: 0.005" and "# flipDeg: 180" are understood.
import type { WaveformFile } from './waveformText.ts';
import { finishWaveform, numberRows, refuseWaveform } from './waveformText.ts';

function noted(text: string, key: string): number | null {
  const value = Number(new RegExp(`^\\s*#\\s*${key}\\s*[:=]\\s*(\\S+)`, 'im').exec(text)?.[1]);
  return Number.isFinite(value) && value > 0 ? value : null;
}

export function readPlainWaveform(name: string, text: string): WaveformFile {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(/#.*$/, ''));
  const first = lines.find((line) => line.trim() !== '') ?? '';
  if (!/^\s*[+-]?(?:[\d.]|nan\b|inf)/i.test(first)) {
    refuseWaveform(
      'FORMAT_UNKNOWN',
      `${name} is not an RF pulse: neither Siemens .pta, Varian .RF, Bruker JCAMP-DX nor columns of numbers.`,
    );
  }
  const rows = numberRows(name, lines, 1, [2, 3]);
  const modulated = rows[0]?.values.length === 3;
  const waveform = finishWaveform(name, {
    name,
    amplitude: rows.map((row) => row.values[0] as number),
    phaseRad: rows.map((row) => ((row.values[1] as number) * Math.PI) / 180),
    gradient: modulated ? rows.map((row) => row.values[2] as number) : null,
  });
  return { waveform, durationS: noted(text, 'durationS'), flipDeg: noted(text, 'flipDeg') };
}
