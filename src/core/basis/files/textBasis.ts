// Basis folders of plain text, one file per metabolite, two columns (real, imaginary), as in the ISMRM 2016 fitting
// challenge (Marjańska et al., Magn Reson Med 2022;87:11, doi:10.1002/mrm.28942). Such files name neither frequency
// nor dwell time, so the caller must.
import { ModelError } from '../../domain/errors.ts';
import { latin1Text, parseFortranReal } from '../../math/fortranText.ts';
import type { BasisReadOptions, FileBasisSet, NamedBytes, RawBasisSignal } from './basisFile.ts';
import { byName, invalidBasis } from './basisFile.ts';
import { buildBasisSet } from './buildBasisSet.ts';

const COMMENT = /^\s*(?:[#%;!]|$)/;

/** @returns whether the first lines are two or more columns of numbers */
export function isTextBasis(bytes: Uint8Array): boolean {
  const lines = latin1Text(bytes.subarray(0, 2048))
    .split(/\r?\n/)
    .filter((line) => !COMMENT.test(line))
    .slice(0, 3);
  return (
    lines.length > 0 &&
    lines.slice(0, 2).every((line) => {
      const words = line.trim().split(/[\s,]+/);
      return words.length >= 2 && words.every((w) => !Number.isNaN(parseFortranReal(w)));
    })
  );
}

function readSignal(file: NamedBytes): RawBasisSignal {
  const rows = latin1Text(file.bytes)
    .split(/\r?\n/)
    .filter((line) => !COMMENT.test(line));
  const re = new Float64Array(rows.length);
  const im = new Float64Array(rows.length);
  rows.forEach((row, i) => {
    const words = row.trim().split(/[\s,]+/);
    re[i] = parseFortranReal(words[0] ?? '');
    im[i] = parseFortranReal(words[1] ?? '');
    if (Number.isNaN(re[i]) || Number.isNaN(im[i])) {
      invalidBasis(`${file.name}: line ${i + 1} of the data is not two numbers.`);
    }
  });
  return { fileName: file.name.replace(/\.[^.]*$/, ''), fid: { re, im } };
}

/**
 * Reads a folder of two-column text files. Further columns (a water signal) are not used.
 * @param options spectrometerFrequencyMHz and dwellTimeS are needed; removeReferenceMarker takes out the challenge
 * set's 0.1-proton singlet at −0.002 ppm, which the challenge's data do not have
 * @throws ModelError BASIS_MISSING without those options, BASIS_MISMATCH for damaged files
 */
export function readTextBasis(files: readonly NamedBytes[], options: BasisReadOptions = {}): FileBasisSet {
  const { spectrometerFrequencyMHz, dwellTimeS } = options;
  if (spectrometerFrequencyMHz === undefined || dwellTimeS === undefined) {
    throw new ModelError(
      'BASIS_MISSING',
      'A basis set of plain text files names neither its spectrometer frequency nor its dwell time; give both as options (--frequency-mhz, --dwell-s).',
    );
  }
  const signals = byName(files).map(readSignal);
  return buildBasisSet(
    {
      source: 'The folder of text files',
      format: 'text',
      title: 'Text basis',
      nucleus: null,
      spectrometerFrequencyMHz,
      dwellTimeS,
      echoTimeS: null,
      sequence: null,
      linewidthHz: null,
      signals,
      warnings: [],
    },
    options,
  );
}
