// Bruker shapes in JCAMP-DX: "##KEY= value" records, and after ##XYPOINTS= (XY..XY) one "amplitude [%], phase [°]" a line.
import type { WaveformFile } from './waveformText.ts';
import { finishWaveform, numberRows, refuseWaveform } from './waveformText.ts';
import { wordTable } from '../../domain/wordTable.ts';

const RECORD = /^\s*##(.*?)=\s*(.*?)\s*$/;
const SECONDS: Record<string, number> = wordTable({ s: 1, ms: 1e-3, us: 1e-6 });

export function isBrukerShape(text: string): boolean {
  return /^\s*##\s*(?:TITLE|JCAMP-?DX|XYPOINTS)\s*=/im.test(text);
}

/** A duration is taken only with its unit, as it is no part of the format and writers differ. */
function durationOf(record: string | undefined): number | null {
  const match = /^([\d.eE+-]+)\s*(s|ms|us)\b/i.exec(record ?? '');
  const durationS = Number(match?.[1]) * (SECONDS[match?.[2]?.toLowerCase() ?? ''] ?? NaN);
  return durationS > 0 && Number.isFinite(durationS) ? durationS : null;
}

export function readBrukerShape(name: string, text: string): WaveformFile {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(/\$\$.*$/, ''));
  const records = new Map<string, string>();
  let start = -1;
  for (const [i, line] of lines.entries()) {
    const record = RECORD.exec(line);
    if (record === null) continue;
    const key = (record[1] as string).replace(/[\s$_-]/g, '').toUpperCase();
    records.set(key, record[2] as string);
    if (key === 'XYPOINTS') {
      start = i + 1;
      break;
    }
  }
  if (start < 0) refuseWaveform('FORMAT_INVALID', `${name} is JCAMP-DX but not an RF pulse: it has no ##XYPOINTS.`);
  const after = lines.slice(start);
  const length = after.findIndex((line) => line.trim().startsWith('##'));
  const rows = numberRows(name, length < 0 ? after : after.slice(0, length), start + 1, [2, 2]);
  const expected = Number(records.get('NPOINTS') ?? rows.length);
  if (rows.length < expected) {
    refuseWaveform('FILE_TRUNCATED', `${name} is cut short: ${rows.length} of its ${expected} points are there.`);
  }
  const flipDeg = Number(records.get('SHAPETOTROT') ?? NaN);
  const waveform = finishWaveform(name, {
    name,
    amplitude: rows.map((row) => row.values[0] as number),
    phaseRad: rows.map((row) => ((row.values[1] as number) * Math.PI) / 180),
    gradient: null,
  });
  return {
    waveform,
    durationS: durationOf(records.get('DURATION')),
    flipDeg: flipDeg > 0 && Number.isFinite(flipDeg) ? flipDeg : null,
  };
}
