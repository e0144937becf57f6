// Writes jMRUI text, one file a signal, as jMRUI's QUEST takes a basis: the sign is the opposite of NIfTI-MRS's, times are
// in ms and frequencies in Hz. The header has no place for echo time and sequence, which stand in AdditionalInfo.
import { fieldStrengthT } from '../../../domain/axes.ts';
import type { BasisSet, BasisSignal } from '../../../domain/basisSet.ts';
import { latin1Bytes } from '../../../math/fortranText.ts';
import type { NamedBytes } from '../basisFile.ts';
import { fileStems } from '../fileStems.ts';
import { JMRUI_NUCLEI } from '../../../domain/jmruiNuclei.ts';
import { usualZeroPpm, writableSignals } from './writableSignals.ts';

/** Digits after the point. */
const DIGITS = 10;

function additionalInfo(basis: BasisSet): string {
  return [
    ...(basis.sequence === null ? [] : [`sequence ${basis.sequence.replace(/[\r\n,;]+/g, ' ')}`]),
    ...(basis.echoTimeS === null ? [] : [`TE ${Number((basis.echoTimeS * 1000).toPrecision(12))} ms`]),
    ...(basis.linewidthHz === null ? [] : [`linewidth ${basis.linewidthHz} Hz`]),
  ].join(', ');
}

function fileLines(basis: BasisSet, signal: BasisSignal): string[] {
  const nucleus = Object.entries(JMRUI_NUCLEI).find(([, name]) => name === basis.nucleus)?.[0] ?? '0';
  const lines = [
    'jMRUI Data Textfile',
    '',
    'Filename: ',
    '',
    `PointsInDataset: ${basis.points}`,
    'DatasetsInFile: 1',
    `SamplingInterval: ${Number((basis.dwellTimeS * 1000).toPrecision(15))}`,
    'ZeroOrderPhase: 0E0',
    'BeginTime: 0E0',
    `TransmitterFrequency: ${Number((basis.spectrometerFrequencyMHz * 1e6).toPrecision(15))}`,
    `MagneticField: ${fieldStrengthT(basis.spectrometerFrequencyMHz, basis.nucleus) ?? 0}`,
    `TypeOfNucleus: ${nucleus}`,
    'NameOfPatient: ',
    'DateOfExperiment: ',
    'Spectrometer: ',
    `AdditionalInfo: ${additionalInfo(basis)}`,
    `SignalNames: ${signal.name.replace(/[\r\n;]+/g, '_')}`,
    '',
    '',
    'Signal',
    'sig(real)\tsig(imag)',
    'Signal 1 out of 1 in file',
  ];
  for (let t = 0; t < basis.points; t++) {
    const { re, im } = signal.fid;
    lines.push(`${(re[t] as number).toExponential(DIGITS)}\t${(-(im[t] as number)).toExponential(DIGITS)}`);
  }
  return lines;
}

/**
 * Writes one jMRUI text file a signal.
 * @throws ModelError BASIS_MISMATCH for values that are not finite
 */
export function writeJmrui(basis: BasisSet): readonly NamedBytes[] {
  const signals = writableSignals(basis, usualZeroPpm(basis.nucleus));
  const stems = fileStems(signals.map((signal) => signal.name));
  return signals.map((signal, i) => ({
    name: `${stems[i] as string}.txt`,
    bytes: latin1Bytes(`${fileLines(basis, signal).join('\n')}\n`),
  }));
}
