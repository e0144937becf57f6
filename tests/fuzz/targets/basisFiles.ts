// Basis sets in every format that is read, and RF waveforms.
import { readBasisFiles } from '../../../src/core/basis/files/index.ts';
import { writeBasisFiles } from '../../../src/core/basis/files/write/index.ts';
import { readWaveformFile } from '../../../src/core/basis/pulses/waveformFiles.ts';
import { basisOf, lcmodelBasisText, METABOLITES } from '../../fixtures/basisFiles.ts';
import type { FuzzCase, FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const OPTIONS = { spectrometerFrequencyMHz: 123.2, dwellTimeS: 0.0005 };

function basisSeeds(): FuzzCase[] {
  const two = Object.fromEntries(Object.entries(METABOLITES).slice(0, 2));
  const whole = basisOf(two, {});
  const short = { ...whole, points: 64, signals: whole.signals.map((signal) => ({ ...signal, fid: { re: signal.fid.re.slice(0, 64), im: signal.fid.im.slice(0, 64) } })) }; // prettier-ignore
  const written = (['lcmodel', 'lcmodel-raw', 'fsl-json', 'jmrui'] as const).map((format) => ({
    files: writeBasisFiles(short, format).map(({ name, bytes }) => ({ name, bytes })),
  }));
  const text = bytesOf(Array.from({ length: 64 }, (_, i) => `${Math.cos(i)} ${Math.sin(i)}`).join('\n'));
  return [
    ...written,
    { files: [{ name: 'a.BASIS', bytes: bytesOf(lcmodelBasisText({})) }] },
    { files: [{ name: 'NAA.txt', bytes: text }, { name: 'Cr.txt', bytes: text }] }, // prettier-ignore
  ];
}

function requireSoundBasis(files: readonly FuzzFile[]): void {
  const basis = readBasisFiles(files, OPTIONS);
  const { dwellTimeS, spectrometerFrequencyMHz, points, signals, referencePpm } = basis;
  if (![dwellTimeS, spectrometerFrequencyMHz].every((v) => v > 0 && Number.isFinite(1 / v))) {
    throw new Error(`dwell time ${dwellTimeS}, frequency ${spectrometerFrequencyMHz}`);
  }
  if (!Number.isFinite(referencePpm) || signals.length === 0) throw new Error(`${signals.length} signals`);
  for (const { name, fid } of signals) {
    if (fid.re.length !== points || fid.im.length !== points) throw new Error(`${fid.re.length} of ${points} points`);
    if (!fid.re.every(Number.isFinite) || !fid.im.every(Number.isFinite))
      throw new Error('samples that are not finite');
    if (name === '') throw new Error('a signal without a name');
  }
}

const half = Array.from({ length: 32 }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / 32));

const WAVEFORMS: readonly string[] = [
  `PULSENAME:\tF.half\nREFGRAD:\t1.5\nMINSLICE:\t1\nMAXSLICE:\t200\nFLIPANGLE:\t137\n\t\n${half.map((a, i) => `${a.toFixed(9)}\t${i / 10}\t; (${i})`).join('\n')}\n`, // prettier-ignore
  `##TITLE= /x/half\n##JCAMP-DX= 5.00\n##DATA TYPE= Shape Data\n##$SHAPE_PARAMETERS= Type: Excitation\n##NPOINTS= 32\n##XYPOINTS= (XY..XY)\n${half.map((a) => `${100 * a}, 0.0`).join('\n')}\n##END=\n`, // prettier-ignore
  `# half.RF\n# PULSEWIDTH selective\n${half.map((a) => `0.0 ${(1023 * a).toFixed(2)} 1.0`).join('\n')}\n`,
  half.map((a) => `${a} 0 1`).join('\n'),
];

function requireSoundWaveform([file]: readonly FuzzFile[]): void {
  if (file === undefined) return;
  const { waveform, durationS, flipDeg } = readWaveformFile(file.name, file.bytes);
  const { amplitude, phaseRad, gradient } = waveform;
  const curves = [amplitude, phaseRad, ...(gradient === null ? [] : [gradient])];
  if (curves.some((curve) => curve.length !== amplitude.length || !curve.every(Number.isFinite))) {
    throw new Error('curves of unlike lengths or without numbers');
  }
  if (Math.max(...amplitude.map(Math.abs)) > 1 + 1e-9) throw new Error('an amplitude above its largest');
  if ([durationS, flipDeg].some((v) => v !== null && !(v > 0 && Number.isFinite(v)))) {
    throw new Error(`duration ${durationS}, flip angle ${flipDeg}`);
  }
}

export const BASIS_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'basis',
    refusals: ['ModelError'],
    seeds: basisSeeds,
    takesPublicFile: (path) => /\.basis$|basis.*\.(raw|json|txt)$/i.test(path),
    run: requireSoundBasis,
  },
  {
    name: 'waveforms',
    refusals: ['ReaderError'],
    seeds: () => WAVEFORMS.map((text) => ({ files: [{ name: 'p.txt', bytes: bytesOf(text) }] })),
    run: requireSoundWaveform,
  },
];
