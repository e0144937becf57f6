// LCModel control files: what they say about the data (LCModel manual 6.3, section 5; first $LCMODL group counts).
import { ReaderError } from '../domain/errors.ts';
import { latin1Text, namelistNumber, namelistText, nextNamelist } from '../math/fortranText.ts';

export interface LcmodelControl {
  readonly title: string | null;
  readonly filraw: string | null;
  readonly filh2o: string | null;
  readonly filbas: string | null;
  /** Hz per ppm, that is the spectrometer frequency in MHz. */
  readonly hzpppm: number | null;
  /** Dwell time. [s] */
  readonly deltat: number | null;
  /** Complex points per voxel. */
  readonly nunfil: number | null;
  /** Echo time. [ms] */
  readonly echot: number | null;
  /** Grid of voxels in the data file. */
  readonly ndcols: number | null;
  readonly ndrows: number | null;
  readonly ndslic: number | null;
}

/**
 * Parses a control file.
 * @param text the file's content
 * @param fileName base name, for messages
 * @throws ReaderError FORMAT_INVALID where there is no $LCMODL group
 */
export function parseLcmodelControl(text: string, fileName: string): LcmodelControl {
  let at = 0;
  for (;;) {
    const group = nextNamelist(text, at);
    if (group === null) {
      throw new ReaderError('FORMAT_INVALID', `${fileName} is no LCModel control file: it has no $LCMODL group.`);
    }
    if (group.name === 'LCMODL') {
      return {
        title: namelistText(group, 'TITLE'),
        filraw: namelistText(group, 'FILRAW'),
        filh2o: namelistText(group, 'FILH2O'),
        filbas: namelistText(group, 'FILBAS'),
        hzpppm: namelistNumber(group, 'HZPPPM'),
        deltat: namelistNumber(group, 'DELTAT'),
        nunfil: namelistNumber(group, 'NUNFIL'),
        echot: namelistNumber(group, 'ECHOT'),
        ndcols: namelistNumber(group, 'NDCOLS'),
        ndrows: namelistNumber(group, 'NDROWS'),
        ndslic: namelistNumber(group, 'NDSLIC'),
      };
    }
    at = group.end;
  }
}

/** @returns whether the bytes look like an LCModel control file */
export function isLcmodelControl(bytes: Uint8Array): boolean {
  return /^\s*[$&]LCMODL\b/im.test(latin1Text(bytes.subarray(0, 4096)));
}
