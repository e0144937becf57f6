// The DICOM JSON model (PS3.18, annex F), as far as answers of QIDO-RS and STOW-RS need it.
import { parseBoundedJson } from '../../../core/formats/boundedJson.ts';
import type { DicomTag } from '../../../core/formats/dicom/dicomTags.ts';

export type JsonDataset = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonDataset =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** "00100010" */
const keyOf = (tag: DicomTag): string => tag.key.slice(1).toUpperCase();

function valuesOf(dataset: JsonDataset, tag: DicomTag): readonly unknown[] {
  const attribute = dataset[keyOf(tag)];
  const values = isObject(attribute) ? attribute.Value : undefined;
  return Array.isArray(values) ? values : [];
}

/** @returns the data sets of an answer; null where it is none */
export function jsonDatasets(text: string): readonly JsonDataset[] | null {
  try {
    const value = parseBoundedJson(text) as unknown;
    if (Array.isArray(value)) return value.filter(isObject);
    return isObject(value) ? [value] : null;
  } catch {
    return null;
  }
}

/** A person's name has a group for each writing system (PS3.18, F.2.2), which stand as in the binary form: a=b=c. */
function textOfValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (!isObject(value)) return '';
  const groups = [value.Alphabetic, value.Ideographic, value.Phonetic];
  return groups
    .map((group) => (typeof group === 'string' ? group : ''))
    .join('=')
    .replace(/=+$/, '');
}

/** Every value as text. */
export const jsonTexts = (dataset: JsonDataset, tag: DicomTag): string[] =>
  valuesOf(dataset, tag)
    .map((value) => textOfValue(value).trim())
    .filter((text) => text !== '');

export const jsonText = (dataset: JsonDataset, tag: DicomTag): string | null => jsonTexts(dataset, tag)[0] ?? null;

export function jsonCount(dataset: JsonDataset, tag: DicomTag): number | null {
  const text = jsonText(dataset, tag);
  const value = text === null ? NaN : Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

export const jsonItems = (dataset: JsonDataset, tag: DicomTag): readonly JsonDataset[] =>
  valuesOf(dataset, tag).filter(isObject);
