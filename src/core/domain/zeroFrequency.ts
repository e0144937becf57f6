// Which chemical shift stands at zero frequency of a scan: the header's word where it counts, else the nucleus's usual one.
import { carrierPpm, WATER_PPM } from './axes.ts';
import type { JsonValue } from './json.ts';
import type { MrsDataset } from './mrsDataset.ts';

/** DICOM's Chemical Shift Reference (0018,9053), as readers keep it: { Value, Description }. */
const HEADER_KEY = 'ChemicalShiftReference';

/** Around water's shift, which scanners write for every nucleus where nobody set another. [ppm] */
const WATER_TOLERANCE_PPM = 0.15;

function headerPpm(entry: JsonValue | undefined): number | null {
  const value = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry['Value'] : entry;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/**
 * Chemical shift at zero frequency. Spectra of ¹H and ²H keep water's usual one, which bases, referencing and fits of the
 * program count from; for other nuclei a header's value goes first, unless it is plainly water's.
 * @returns [ppm]
 */
export function zeroFrequencyPpm(dataset: Pick<MrsDataset, 'nucleus' | 'header'>): number {
  const usual = carrierPpm(dataset.nucleus);
  if (usual === WATER_PPM) return usual;
  const told = headerPpm(dataset.header[HEADER_KEY]);
  return told === null || Math.abs(told - WATER_PPM) <= WATER_TOLERANCE_PPM ? usual : told;
}
