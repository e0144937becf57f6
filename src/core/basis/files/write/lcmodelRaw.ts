// Writes a folder of LCModel .RAW files, one a metabolite, and the control file with which LCModel's MakeBasis makes a
// .BASIS of them (LCModel manual 6.3, section 8). The namelists hold only keys that LCModel knows.
import type { BasisSet, BasisSignal } from '../../../domain/basisSet.ts';
import { latin1Bytes } from '../../../math/fortranText.ts';
import type { NamedBytes } from '../basisFile.ts';
import { fileStems } from '../fileStems.ts';
import { lcmodelNames } from '../lcmodelNames.ts';
import {
  echotMs,
  field,
  FIELD_FORMAT,
  fwhmbaPpm,
  LCMODEL_ZERO_PPM,
  quoted,
  writableSignals,
} from './writableSignals.ts';
import { writtenTitle } from './writtenTitle.ts';

const CONTROL_NAME = 'makebasis.in';

const bytes = (lines: readonly string[]): Uint8Array => latin1Bytes(`${lines.join('\n')}\n`);

function rawLines(basis: BasisSet, signal: BasisSignal): string[] {
  const lines = [
    ' $SEQPAR',
    ` ECHOT = ${echotMs(basis.echoTimeS)},`,
    ` HZPPPM = ${basis.spectrometerFrequencyMHz},`,
    ` SEQ = ${quoted(basis.sequence ?? ' ')}`,
    ' $END',
    ' $NMID',
    ` ID = ${quoted(signal.name)},`,
    ` FMTDAT = '(2${FIELD_FORMAT})',`,
    ' TRAMP = 1.,',
    ' VOLUME = 1.',
    ' $END',
  ];
  for (let t = 0; t < basis.points; t++) {
    lines.push(field(signal.fid.re[t] as number) + field(signal.fid.im[t] as number));
  }
  return lines;
}

function controlLines(basis: BasisSet, stems: readonly string[], names: readonly string[]): string[] {
  return [
    ' $SEQPAR',
    ` FWHMBA = ${fwhmbaPpm(basis)},`,
    ` ECHOT = ${echotMs(basis.echoTimeS)},`,
    ` SEQ = ${quoted(basis.sequence ?? ' ')}`,
    ' $END',
    ' $NMALL',
    ` IDBASI = ${quoted(writtenTitle(basis))},`,
    ` HZPPPM = ${basis.spectrometerFrequencyMHz},`,
    ` DELTAT = ${basis.dwellTimeS},`,
    ` NUNFIL = ${basis.points},`,
    " FILBAS = 'basis.BASIS',",
    " FILPS = 'basis.PS',",
    ' AUTOSC = F,',
    ' AUTOPH = F',
    ' $END',
    ...stems.flatMap((stem, i) => [
      ' $NMEACH',
      ` FILRAW = '${stem}.RAW',`,
      ` METABO = ${quoted(names[i] as string)},`,
      ' DEGZER = 0.,',
      ' DEGPPM = 0.,',
      ' CONC = 1.',
      ' $END',
    ]),
  ];
}

/**
 * Writes NAME.RAW for each signal, and makebasis.in, which also holds the dwell time.
 * @throws ModelError BASIS_MISMATCH for values that can't be written
 */
export function writeLcmodelRaw(basis: BasisSet): readonly NamedBytes[] {
  const signals = writableSignals(basis, LCMODEL_ZERO_PPM);
  const names = signals.map((signal) => signal.name);
  const stems = fileStems(names);
  return [
    ...signals.map((signal, i) => ({ name: `${stems[i] as string}.RAW`, bytes: bytes(rawLines(basis, signal)) })),
    { name: CONTROL_NAME, bytes: bytes(controlLines(basis, stems, lcmodelNames(names, basis.nucleus))) },
  ];
}
