// The Philips .SPAR header: "key : value" lines with comments behind "!". Keys' case, quotes and the set of keys vary
// with the release; what every release has is what an independent converter also reads (spec2nii 0.8).
import { strFromU8 } from 'fflate';
import { ReaderError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AcquisitionInfo, PatientInfo } from '../../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { wordTable } from '../../domain/wordTable.ts';
import { latin1Text, parseFortranReal } from '../../math/fortranText.ts';
import { normaliseNucleus } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';

/** @returns whether the bytes look like a .SPAR header */
export function isSpar(bytes: Uint8Array): boolean {
  const text = latin1Text(bytes.subarray(0, 8192));
  return /^[ \t]*synthesizer_frequency[ \t]*:/im.test(text) && /^[ \t]*samples[ \t]*:/im.test(text);
}

/** Lower-case key → value without quotes; the first of a repeated key counts. */
export type Spar = ReadonlyMap<string, string>;

/** The largest real header has 8 kB. [bytes] */
const MAX_SPAR_BYTES = 2 ** 22;

/** Headers are Latin-1 on older releases and UTF-8 on newer ones. */
function decode(bytes: Uint8Array): string {
  const utf8 = strFromU8(bytes);
  return utf8.includes('\ufffd') ? latin1Text(bytes) : utf8.replace(/^\ufeff/, '');
}

/**
 * Parses a .SPAR header.
 * @param fileName base name of the data file it belongs to, for messages
 * @throws ReaderError FILE_EMPTY, DIMENSIONS_ABSURD, FORMAT_INVALID where no line is a "key : value" line
 */
export function parseSpar(bytes: Uint8Array, fileName: string): Spar {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `The SPAR of ${fileName} is empty.`);
  if (bytes.length > MAX_SPAR_BYTES) {
    throw new ReaderError(
      'DIMENSIONS_ABSURD',
      `The SPAR of ${fileName} has ${bytes.length} bytes, too many for a header.`,
    );
  }
  const values = new Map<string, string>();
  for (const line of decode(bytes).split(/\r\n?|\n/)) {
    const colon = line.indexOf(':');
    const key = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (key === '' || key.startsWith('!') || values.has(key)) continue;
    values.set(
      key,
      line
        .slice(colon + 1)
        .trim()
        .replace(/^"/, '')
        .replace(/"$/, '')
        .trim(),
    );
  }
  if (values.size === 0) {
    throw new ReaderError('FORMAT_INVALID', `The SPAR of ${fileName} holds no "key : value" line.`);
  }
  return values;
}

/** First of the keys that has a finite number; null where none does. */
export function sparNumber(spar: Spar, ...keys: readonly string[]): number | null {
  for (const key of keys) {
    const value = parseFortranReal(spar.get(key) ?? '');
    if (Number.isFinite(value)) return value;
  }
  return null;
}

/** Text of a key, null where absent or blank. */
export function sparText(spar: Spar, key: string): string | null {
  const value = spar.get(key);
  return value === undefined || value === '' ? null : value;
}

/** @returns whether a key says yes */
export const sparYes = (spar: Spar, key: string): boolean => (spar.get(key) ?? '').toLowerCase() === 'yes';

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);

/** "2021.07.18 15:33:40" → "2021-07-18T15:33:40". */
function isoDate(text: string | null): string | null {
  const match = /^(\d{4})[.-](\d{2})[.-](\d{2})(?:\s+(\d{2}:\d{2}:\d{2}))?/.exec(text ?? '');
  if (match === null) return null;
  return `${match[1]}-${match[2]}-${match[3]}${match[4] === undefined ? '' : `T${match[4]}`}`;
}

/** Sampling and frequency, which every dataset needs. */
export interface SparTiming {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  readonly nucleus: string;
}

/**
 * Dwell time, frequency and nucleus; where the header lacks one, its other keys and then the options stand in.
 * @throws ReaderError HEADER_MISSING naming what is missing
 */
export function sparTiming(spar: Spar, fileName: string, options: ReadOptions, warnings: Warning[]): SparTiming {
  const rate = positive(sparNumber(spar, 'sample_frequency'));
  const step = positive(sparNumber(spar, 'dim1_step', 'sun_dim1_step'));
  const dwellTimeS = rate === null ? (step ?? options.dwellTimeS ?? null) : 1 / rate;
  const frequencyHz = positive(sparNumber(spar, 'synthesizer_frequency'));
  const spectrometerFrequencyMHz =
    frequencyHz === null ? (options.spectrometerFrequencyMHz ?? null) : frequencyHz / 1e6;
  const missing = [
    ...(spectrometerFrequencyMHz === null ? ['synthesizer_frequency (--frequency-mhz)'] : []),
    ...(dwellTimeS === null ? ['sample_frequency (--dwell-s)'] : []),
  ];
  if (spectrometerFrequencyMHz === null || dwellTimeS === null) {
    throw new ReaderError(
      'HEADER_MISSING',
      `${fileName} does not give ${missing.join(' and ')}, which a SPAR file must.`,
      { missing },
    );
  }
  if (rate === null || frequencyHz === null) {
    const what = rate === null ? 'sampling rate' : 'frequency';
    warnings.push({
      code: 'header-key-missing',
      message: `The SPAR does not give its ${what} as it should; it is taken from elsewhere.`,
    });
  }
  const nucleus = sparText(spar, 'nucleus') ?? options.nucleus ?? null;
  if (nucleus === null) {
    warnings.push({ code: 'nucleus-assumed', message: 'The SPAR does not name its nucleus; 1H is assumed.' });
  }
  return { dwellTimeS, spectrometerFrequencyMHz, nucleus: normaliseNucleus(nucleus ?? '1H') };
}

/** An echo time that a name states, as in "TE30", "TE_288 ms", "te=35". [ms] */
const NAMED_TE = /(?:^|[^a-z])te[ _=-]?(\d{1,3}(?:\.\d+)?)(?![\d.])/i;
/** Half a millisecond: echo times are written with at most one decimal of a millisecond. [ms] */
const SAME_TE_MS = 0.5;

/** Places that state an echo time differing from the header's; the header's is kept, and both are shown. */
function echoTimeDisagreements(spar: Spar, echoTimeMs: number, options: ReadOptions): Warning[] {
  const named = NAMED_TE.exec(sparText(spar, 'scan_id') ?? '');
  const others: readonly [string, number | null][] = [
    ['its key spectrum_echo_time', positive(sparNumber(spar, 'spectrum_echo_time'))],
    ['the name of the scan', named === null ? null : Number(named[1])],
    ['the option given', options.echoTimeS === undefined ? null : options.echoTimeS * 1000],
  ];
  return others.flatMap(([where, ms]) =>
    ms === null || Math.abs(ms - echoTimeMs) <= SAME_TE_MS
      ? []
      : [
          {
            code: 'echo-time-disagrees',
            message: `The SPAR gives an echo time of ${echoTimeMs} ms, ${where} ${Number(ms.toPrecision(6))} ms; ${echoTimeMs} ms is used.`,
          },
        ],
  );
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** Times, names and date of the scan. */
export function sparAcquisition(spar: Spar, options: ReadOptions, warnings: Warning[]): AcquisitionInfo {
  const echoTimeMs = positive(sparNumber(spar, 'echo_time')) ?? positive(sparNumber(spar, 'spectrum_echo_time'));
  if (echoTimeMs !== null) warnings.push(...echoTimeDisagreements(spar, echoTimeMs, options));
  return {
    ...UNKNOWN_ACQUISITION,
    echoTimeS: seconds(echoTimeMs) ?? options.echoTimeS ?? null,
    repetitionTimeS: seconds(positive(sparNumber(spar, 'repetition_time'))),
    inversionTimeS: seconds(positive(sparNumber(spar, 'spectrum_inversion_time'))),
    sequence: sparText(spar, 'scan_id'),
    manufacturer: 'Philips',
    acquiredAt: isoDate(sparText(spar, 'scan_date')),
  };
}

/** Name and birth date of the patient. */
export function sparPatient(spar: Spar): PatientInfo {
  const birth = isoDate(sparText(spar, 'patient_birth_date'));
  return {
    ...UNKNOWN_PATIENT,
    name: sparText(spar, 'patient_name'),
    birthDate: birth?.slice(0, 10).replace(/-/g, '') ?? null,
  };
}

/** DICOM's patient position (0018,5100) from the header's two words; null where they are none of the usual. */
function patientPosition(spar: Spar): string | null {
  const end = /^(head|feet)/i.exec(spar.get('patient_position') ?? '')?.[1]?.toLowerCase();
  const side = /(supine|prone|left|right)/i.exec(spar.get('patient_orientation') ?? '')?.[1]?.toLowerCase();
  if (end === undefined || side === undefined) return null;
  const sides: Readonly<Record<string, string>> = wordTable({ supine: 'S', prone: 'P', left: 'DL', right: 'DR' });
  return `${end === 'head' ? 'HF' : 'FF'}${sides[side]}`;
}

/** What else of the header the NIfTI-MRS standard has a key for, and two facts of the vendor's worth keeping. */
export function sparHeader(spar: Spar): JsonObject {
  const header: JsonObject = {};
  const frequencyMHz = positive(sparNumber(spar, 'synthesizer_frequency'));
  const offsetHz = sparNumber(spar, 'offset_frequency');
  if (frequencyMHz !== null && offsetHz !== null) header['TxOffset'] = offsetHz / (frequencyMHz / 1e6);
  const software = sparText(spar, 'equipment_sw_verions') ?? sparText(spar, 'equipment_sw_versions');
  if (software !== null) header['SoftwareVersions'] = software;
  const position = patientPosition(spar);
  if (position !== null) header['PatientPosition'] = position;
  const mix = sparNumber(spar, 'mix_number');
  // The second mix of a Philips spectroscopy scan is its unsuppressed water; the first may be either.
  if (mix !== null && mix >= 2) header['WaterSuppressed'] = false;
  const averages = positive(sparNumber(spar, 'averages'));
  if (averages !== null) {
    header['NumberOfAverages'] = {
      Value: averages,
      Description: 'SPAR averages: transients summed into each stored row',
    };
  }
  if (sparYes(spar, 'time_series_enable')) {
    header['PhilipsTimeSeries'] = { Value: true, Description: 'SPAR time_series_enable: rows are a time series' };
  }
  return header;
}
