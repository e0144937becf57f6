// Writes FSL-MRS basis folders, NAME.json each, in the sign of the files FSL-MRS's own simulator wrote (NIfTI-MRS's).
// FSL-MRS reads the block "basis"; what it has no place for stands in "meta", by its NIfTI-MRS names.
import type { BasisSet } from '../../../domain/basisSet.ts';
import { latin1Bytes } from '../../../math/fortranText.ts';
import type { NamedBytes } from '../basisFile.ts';
import { fileStems } from '../fileStems.ts';
import { usualZeroPpm, writableSignals } from './writableSignals.ts';
import { writtenTitle } from './writtenTitle.ts';

/** JSON in ASCII alone, so that every reader takes it, whatever encoding it assumes. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Writes one JSON file a signal; numbers in full.
 * @throws ModelError BASIS_MISMATCH for values that are not finite
 */
export function writeFslJson(basis: BasisSet): readonly NamedBytes[] {
  const signals = writableSignals(basis, usualZeroPpm(basis.nucleus));
  const stems = fileStems(signals.map((signal) => signal.name));
  const meta = {
    SimVersion: 'Lineshape',
    Title: writtenTitle(basis),
    ResonantNucleus: basis.nucleus,
    ...(basis.echoTimeS === null ? {} : { EchoTime: basis.echoTimeS }),
    ...(basis.sequence === null ? {} : { SequenceName: basis.sequence }),
    ...(basis.editing === null ? {} : { Editing: basis.editing }),
  };
  return signals.map((signal, i) => {
    const json = {
      basis: {
        basis_re: [...signal.fid.re],
        basis_im: [...signal.fid.im],
        basis_dwell: basis.dwellTimeS,
        basis_centre: basis.spectrometerFrequencyMHz,
        basis_width: basis.linewidthHz,
        basis_name: signal.name,
      },
      meta,
    };
    return { name: `${stems[i] as string}.json`, bytes: latin1Bytes(asciiJson(json)) };
  });
}
