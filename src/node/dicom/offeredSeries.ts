// Which series of a study at an archive are offered for fetching, and which of them are ticked beforehand.
import type { OfferedSeries, SeriesMatch } from '../../core/domain/dicomNode.ts';
import {
  MR_SPECTROSCOPY_STORAGE,
  PHILIPS_MR_SPECTRUM,
  SIEMENS_CSA_NON_IMAGE,
} from '../../core/formats/dicom/dicomKind.ts';

const STORAGE = '1.2.840.10008.5.1.4.1.1';
/** PS3.4, B.5; Siemens' private class holds spectra, and reports of protocols that do no harm. */
const KIND_OF_CLASS: Readonly<Record<string, OfferedSeries['kind']>> = {
  [MR_SPECTROSCOPY_STORAGE]: 'spectroscopy',
  [PHILIPS_MR_SPECTRUM]: 'spectroscopy',
  [SIEMENS_CSA_NON_IMAGE]: 'spectroscopy',
  [`${STORAGE}.66`]: 'raw',
  [`${STORAGE}.4`]: 'image',
  [`${STORAGE}.4.1`]: 'image',
  [`${STORAGE}.4.3`]: 'image',
  [`${STORAGE}.4.4`]: 'image',
};
/** Sequences and words by which spectroscopy is called where the archive doesn't tell the class. */
const SPECTROSCOPY_WORDS = /spectro|\bmrsi?\b|\bsvs|\bcsi|press\b|steam\b|laser\b|megapress|\bepsi/i;

function kindOf({ sopClassUid, modality, description }: SeriesMatch): OfferedSeries['kind'] {
  if (sopClassUid !== null) return KIND_OF_CLASS[sopClassUid] ?? 'other';
  if (modality !== 'MR') return 'other';
  return SPECTROSCOPY_WORDS.test(description ?? '') ? 'spectroscopy' : 'image';
}

const byNumber = (a: SeriesMatch, b: SeriesMatch): number => (a.number ?? Infinity) - (b.number ?? Infinity) || 0;

/**
 * @param answered all series of one study, in any order
 * @param here series that are in this database
 * @param frames frames of reference of the study's spectroscopy that is here
 * @returns by series number, those without one last
 */
export function offerSeries(
  answered: readonly SeriesMatch[],
  here: ReadonlySet<string>,
  frames: ReadonlySet<string>,
): OfferedSeries[] {
  const matches = [...answered].sort(byNumber);
  const kinds = matches.map(kindOf);
  const known = new Set(frames);
  matches.forEach(({ frameOfReferenceUid }, i) => {
    if (frameOfReferenceUid !== null && (kinds[i] === 'spectroscopy' || kinds[i] === 'raw'))
      known.add(frameOfReferenceUid);
  });
  const fits = (frame: string | null): boolean => frame === null || known.size === 0 || known.has(frame);
  return matches.map((match, i) => {
    const kind = kinds[i] ?? 'other';
    const isWanted = kind === 'spectroscopy' || kind === 'raw' || (kind === 'image' && fits(match.frameOfReferenceUid));
    const isHere = here.has(match.seriesInstanceUid);
    return { ...match, kind, isHere, isSuggested: isWanted && !isHere };
  });
}
