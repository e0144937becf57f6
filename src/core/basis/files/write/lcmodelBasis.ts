// Writes LCModel .BASIS files. Grammar from the public LCModel source (MYBASI: namelists SEQPAR, BASIS1, BASIS and no other
// keys; NDATAB complex numbers behind each $BASIS, unitary DFT in natural order, zero frequency at 4.65 ppm) and from files
// MakeBasis wrote. $NMUSED is what MakeBasis reports there; LCModel passes over it, and some readers look for it.
import type { BasisSet, BasisSignal } from '../../../domain/basisSet.ts';
import { ModelError } from '../../../domain/errors.ts';
import { fft } from '../../../math/fft.ts';
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

/** Numbers a line, as MakeBasis writes them. */
const PER_LINE = 6;
/** LCModel's MDATA: the largest NDATAB it takes. */
const MAX_POINTS = 131072;

/**
 * The spectrum's numbers. LCModel zero-fills basis FIDs itself, so none is done here; but it splits spectra in halves, so
 * that NDATAB must be even, and an odd FID gets one zero more.
 */
function spectrumLines(signal: BasisSignal, points: number): string[] {
  const fid = { re: new Float64Array(points), im: new Float64Array(points) };
  fid.re.set(signal.fid.re);
  fid.im.set(signal.fid.im);
  const spectrum = fft(fid);
  const scale = 1 / Math.sqrt(points);
  const lines: string[] = [];
  let line = '';
  for (let j = 0; j < points; j++) {
    line += field((spectrum.re[j] as number) * scale) + field((spectrum.im[j] as number) * scale);
    if ((j + 1) % (PER_LINE / 2) === 0 || j + 1 === points) {
      lines.push(line);
      line = '';
    }
  }
  return lines;
}

function signalLines(signal: BasisSignal, metabo: string, points: number): string[] {
  return [
    ' $NMUSED',
    ' XTRASH = 0.',
    ' $END',
    ' $BASIS',
    ` ID = ${quoted(signal.name)},`,
    ` METABO = ${quoted(metabo)},`,
    ' CONC = 1.,',
    ' TRAMP = 1.,',
    ' VOLUME = 1.,',
    ' ISHIFT = 0',
    ' $END',
    ...spectrumLines(signal, points),
  ];
}

/**
 * Writes a basis set as one LCModel .BASIS file. METABO has six characters at most; the whole name stands in ID.
 * @returns the text, 9 significant digits a number
 * @throws ModelError BASIS_MISMATCH for values that can't be written, or more points than LCModel takes
 */
export function writeLcmodelBasis(basis: BasisSet): string {
  const signals = writableSignals(basis, LCMODEL_ZERO_PPM);
  const points = basis.points + (basis.points % 2);
  if (points > MAX_POINTS) {
    throw new ModelError(
      'BASIS_MISMATCH',
      `LCModel takes basis sets of up to ${MAX_POINTS} points; this one has ${basis.points}.`,
    );
  }
  const names = lcmodelNames(
    signals.map((signal) => signal.name),
    basis.nucleus,
  );
  const lines = [
    ' $SEQPAR',
    ` FWHMBA = ${fwhmbaPpm(basis)},`,
    ` HZPPPM = ${basis.spectrometerFrequencyMHz},`,
    ` ECHOT = ${echotMs(basis.echoTimeS)},`,
    ` SEQ = ${quoted(basis.sequence ?? ' ')}`,
    ' $END',
    ' $BASIS1',
    ` IDBASI = ${quoted(writtenTitle(basis))},`,
    ` FMTBAS = '(${PER_LINE}${FIELD_FORMAT})',`,
    ` BADELT = ${basis.dwellTimeS},`,
    ` NDATAB = ${points}`,
    ' $END',
    ...signals.flatMap((signal, i) => signalLines(signal, names[i] as string, points)),
  ];
  return `${lines.join('\n')}\n`;
}
