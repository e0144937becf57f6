// Siemens external RF pulses (.pta): "KEY: value" lines from PULSENAME on, then one line a step, "amplitude phase ; (index)"
// with the phase in radians. AMPINT, POWERINT and ABSINT are the sums of B1, its square and its magnitude.
import type { WaveformFile } from './waveformText.ts';
import { finishWaveform, refuseWaveform, waveformNumber, wordsOf } from './waveformText.ts';

const KEY = /^\s*([A-Z][A-Z0-9_ ]*?)\s*:\s*(.*?)\s*$/i;
const INDEX = /\(\s*(\d+)\s*\)\s*$/;

export function isPta(text: string): boolean {
  return /^\s*PULSENAME\s*:/im.test(text);
}

interface Step {
  readonly amplitude: number;
  readonly phaseRad: number;
}

function readStep(name: string, text: string, line: number, count: number, isLast: boolean): Step {
  const [data = '', comment = ''] = text.split(';');
  const words = wordsOf(data);
  if (words.length !== 2) {
    if (isLast && words.length < 2) refuseWaveform('FILE_TRUNCATED', `${name} is cut short in line ${line}.`);
    refuseWaveform('FORMAT_INVALID', `${name}, line ${line}: a step of a .pta pulse is an amplitude and a phase.`);
  }
  const index = INDEX.exec(comment);
  // Some writers count from 1.
  if (index !== null && Number(index[1]) !== count && Number(index[1]) !== count + 1) {
    refuseWaveform(
      'FILE_TRUNCATED',
      `${name}, line ${line}: step ${index[1]} follows ${count} steps, so some are missing.`,
    );
  }
  const [amplitude, phaseRad] = words.map((word) => waveformNumber(name, word, line)) as [number, number];
  return { amplitude, phaseRad };
}

/** Both integrals of the header well above those of the steps: the file ends early. */
function checkIntegrals(name: string, header: ReadonlyMap<string, string>, steps: readonly Step[]): void {
  const short = (key: string, sum: number): boolean => Number(header.get(key)) * 0.98 > sum;
  const absolute = steps.reduce((sum, { amplitude }) => sum + Math.abs(amplitude), 0);
  const power = steps.reduce((sum, { amplitude }) => sum + amplitude * amplitude, 0);
  if (short('ABSINT', absolute) && short('POWERINT', power)) {
    refuseWaveform(
      'FILE_TRUNCATED',
      `${name} is cut short: its ${steps.length} steps have less B1 than its header says.`,
    );
  }
}

export function readPta(name: string, text: string): WaveformFile {
  const header = new Map<string, string>();
  const steps: Step[] = [];
  const lines = text.split(/\r\n|\r|\n/);
  const end = lines.findLastIndex((line) => line.trim() !== '');
  lines.forEach((line, i) => {
    if (line.trim() === '' || /^\s*[#;]/.test(line)) return;
    const key = KEY.exec(line);
    if (key !== null) header.set((key[1] as string).toUpperCase(), key[2] as string);
    else steps.push(readStep(name, line, i + 1, steps.length, i === end));
  });
  checkIntegrals(name, header, steps);
  const flip = Number(header.get('FLIPANGLE') || NaN);
  const waveform = finishWaveform(name, {
    name: header.get('PULSENAME') ?? '',
    amplitude: steps.map((step) => step.amplitude),
    phaseRad: steps.map((step) => step.phaseRad),
    gradient: null,
  });
  return { waveform, durationS: null, flipDeg: flip > 0 && Number.isFinite(flip) ? flip : null };
}
