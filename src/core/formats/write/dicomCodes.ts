// Coded concepts of what this program writes: of DICOM (PS3.16, annex D), SNOMED CT, UCUM and LOINC where there is one, checked against
// pydicom 3.0.2's tables of PS3.16 (2024c); this program's own under 99LINESHAPE, which the document says is private.
import { strToU8 } from 'fflate';
import { dicomTag } from '../dicom/dicomTags.ts';
import type { DicomItem } from './dicomEncoder.ts';
import { textElement } from './dicomEncoder.ts';

export interface CodedConcept {
  readonly value: string;
  readonly scheme: 'DCM' | 'SCT' | 'LN' | 'UCUM' | 'RFC5646' | '99LINESHAPE';
  readonly meaning: string;
}

export const PRIVATE_SCHEME = '99LINESHAPE';

const dcm = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'DCM', meaning });
const sct = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'SCT', meaning });

/** A concept that no public scheme has. */
export const ownConcept = (value: string, meaning: string): CodedConcept => ({
  value,
  scheme: PRIVATE_SCHEME,
  meaning,
});

/** Unit of measurement (UCUM 2.1). */
export const ucum = (value: string, meaning = value): CodedConcept => ({ value, scheme: 'UCUM', meaning });

/** Language of a text (IETF RFC 5646). */
export const language = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'RFC5646', meaning });

export const UNITS = {
  ratio: ucum('{ratio}', 'ratio'),
  none: ucum('1', 'no units'),
  percent: ucum('%', 'percent'),
  hertz: ucum('Hz', 'hertz'),
  partsPerMillion: ucum('[ppm]', 'parts per million'),
  millilitre: ucum('ml', 'millilitre'),
  arbitrary: ucum("[arb'U]", 'arbitrary unit'),
  millimolesPerLitre: ucum('mmol/L', 'millimole per litre'),
  millimolesPerKilogram: ucum('mmol/kg', 'millimole per kilogram'),
  degree: ucum('deg', 'degree'),
  voxels: ucum('{voxels}', 'voxels'),
} as const;

/** Concepts of measurement reports (PS3.16, TID 1500, 1501, 300, 310, 1002 to 1004, 1204, 4019). */
export const CONCEPTS = {
  imagingMeasurementReport: dcm('126000', 'Imaging Measurement Report'),
  imagingMeasurements: dcm('126010', 'Imaging Measurements'),
  measurementGroup: dcm('125007', 'Measurement Group'),
  trackingIdentifier: dcm('112039', 'Tracking Identifier'),
  trackingUid: dcm('112040', 'Tracking Unique Identifier'),
  findingSite: sct('363698007', 'Finding Site'),
  measurementMethod: sct('370129005', 'Measurement Method'),
  sourceOfMeasurement: dcm('121112', 'Source of Measurement'),
  procedureReported: dcm('121058', 'Procedure reported'),
  languageOfContent: dcm('121049', 'Language of Content Item and Descendants'),
  observerType: dcm('121005', 'Observer Type'),
  person: dcm('121006', 'Person'),
  device: dcm('121007', 'Device'),
  personName: dcm('121008', 'Person Observer Name'),
  personOrganization: dcm('121009', "Person Observer's Organization Name"),
  deviceUid: dcm('121012', 'Device Observer UID'),
  deviceName: dcm('121013', 'Device Observer Name'),
  deviceManufacturer: dcm('121014', 'Device Observer Manufacturer'),
  deviceModelName: dcm('121015', 'Device Observer Model Name'),
  algorithmName: dcm('111001', 'Algorithm Name'),
  algorithmVersion: dcm('111003', 'Algorithm Version'),
  algorithmParameters: dcm('111002', 'Algorithm Parameters'),
  derivation: dcm('121401', 'Derivation'),
  mean: sct('373098007', 'Mean'),
  standardDeviation: sct('386136009', 'Standard Deviation'),
  normalRangeLow: sct('385524004', 'Normal Range Lower Limit'),
  normalRangeHigh: sct('371933006', 'Normal Range Upper Limit'),
  normalRangeDescription: dcm('121407', 'Normal Range description'),
  volume: sct('118565006', 'Volume'),
  signalToNoise: dcm('113060', 'Signal to noise'),
  quantity: sct('246205007', 'Quantity'),
  metaboliteMaps: dcm('113050', 'Metabolite Maps from spectroscopy data'),
  conclusion: dcm('121077', 'Conclusion'),
  conclusions: dcm('121076', 'Conclusions'),
  comment: dcm('121106', 'Comment'),
  /** "MRI unspecified body region" is the nearest of CID 100: it has no spectroscopy. */
  mri: { value: '25056-3', scheme: 'LN', meaning: 'MRI unspecified body region' },
} as const satisfies Readonly<Record<string, CodedConcept>>;

/** Why a measurement has no number (PS3.16, CID 42). */
export const QUALIFIERS = {
  indeterminate: dcm('114011', 'Value indeterminate'),
  failure: dcm('114006', 'Measurement failure'),
} as const;

/** Names of metabolites for which PS3.16, CID 4032 (MR Spectroscopy Metabolite) has the same substance. */
const METABOLITES: Readonly<Record<string, CodedConcept>> = {
  NAA: sct('115391007', 'N-acetylaspartate'),
  Cr: sct('14804005', 'Creatine'),
  tCho: sct('65123005', 'Choline'),
  Lac: sct('83036002', 'Lactate'),
  Ins: sct('72164009', 'Inositol'),
  Gln: sct('25761002', 'Glutamine'),
  Tau: sct('10944007', 'Taurine'),
  Cit: sct('59351004', 'Citrate'),
  Glx: dcm('113080', 'Glutamate and glutamine'),
};

/** Ratios of CID 4032: what spectroscopy calls N-acetylaspartate, creatine and choline there are the sums of their lines. */
const RATIOS: Readonly<Record<string, CodedConcept>> = {
  'tNAA/tCr': dcm('113082', 'N-acetylaspartate/Creatine Ratio'),
  'tCho/tCr': dcm('113081', 'Choline/Creatine Ratio'),
  'tNAA/tCho': dcm('113083', 'N-acetylaspartate/Choline Ratio'),
};

const found = (table: Readonly<Record<string, CodedConcept>>, name: string): CodedConcept | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** @param name as the result table has it: "tNAA", "Lac" … */
export const metaboliteConcept = (name: string): CodedConcept =>
  found(METABOLITES, name) ?? ownConcept(name, `${name} (MR spectroscopy)`);

/** @param name,reference as the result table has them: "tNAA" over "tCr" */
export const ratioConcept = (name: string, reference: string): CodedConcept =>
  found(RATIOS, `${name}/${reference}`) ?? ownConcept(`${name}/${reference}`, `${name}/${reference} ratio`);

/** Amounts in the units that results give them in (src/core/quantification/waterScaling/commonFactors.ts) → UCUM. */
export function amountUnit(unit: string): CodedConcept {
  if (/^mmol\/l\b/i.test(unit)) return { ...UNITS.millimolesPerLitre, meaning: unit };
  if (/^mmol\/kg\b(?!.*LCModel)/i.test(unit)) return { ...UNITS.millimolesPerKilogram, meaning: unit };
  return { ...UNITS.arbitrary, meaning: unit };
}

/** Regions by words of their names (SNOMED CT codes of PS3.16, CID 7151 and 4). The first that fits counts. */
const SITES: readonly (readonly [RegExp, CodedConcept])[] = [
  [/hippocamp/i, sct('5366008', 'Hippocampus')],
  [/thalam/i, sct('42695009', 'Thalamus')],
  [/putamen/i, sct('89278009', 'Putamen')],
  [/caudate/i, sct('11000004', 'Caudate Nucleus')],
  [/insula/i, sct('36169008', 'Insula')],
  [/cerebell/i, sct('113305005', 'Cerebellum')],
  [/brain ?stem/i, sct('119238007', 'Brain Stem')],
  [/spinal cord/i, sct('2748008', 'Spinal cord')],
  [/parietal/i, sct('16630005', 'Parietal lobe')],
  [/occipital/i, sct('31065004', 'Occipital lobe')],
  [/temporal/i, sct('78277001', 'Temporal lobe')],
  [/frontal/i, sct('83251001', 'Frontal lobe')],
  [/brain|head|cortex|cingul|precuneus|white matter/i, sct('12738006', 'Brain')],
  [/prostat/i, sct('41216001', 'Prostate')],
  [/breast/i, sct('76752008', 'Breast')],
  [/liver/i, sct('10200004', 'Liver')],
  [/muscle/i, sct('127954009', 'Skeletal muscle')],
];

/** @returns null where the region's name says none of the table */
export const findingSite = (region: string | null): CodedConcept | null =>
  SITES.find(([words]) => words.test(region ?? ''))?.[1] ?? null;

/** Body Part Examined by the same words (PS3.16, annex L). */
const BODY_PARTS: readonly (readonly [RegExp, string])[] = [
  [/spinal cord/i, 'SPINALCORD'],
  [/prostat/i, 'PROSTATE'],
  [/breast/i, 'BREAST'],
  [/liver/i, 'LIVER'],
  [/muscle/i, 'MUSCLE'],
];

/** @returns empty where the region's name says none of the table */
export function bodyPart(region: string | null): string {
  if (findingSite(region) === null) return '';
  return BODY_PARTS.find(([words]) => words.test(region ?? ''))?.[1] ?? 'BRAIN';
}

/** Longest Code Value; longer ones are Long Code Values (PS3.3, table 8.8-1a). */
const MAX_CODE_VALUE = 16;
const [CODE_VALUE, LONG_CODE_VALUE] = [dicomTag(0x0008, 0x0100, 'SH'), { key: 'x00080119', vr: 'UC' } as const];
const CODING_SCHEME = dicomTag(0x0008, 0x0102, 'SH');

/** Backslashes part values, and control characters are not allowed. */
const coded = (text: string): string => text.replace(/[\x00-\x1f\x7f\\]/g, ' ').trim();

/** A concept as item of a code sequence (PS3.3, table 8.8-1). */
export function codeItem({ value, scheme, meaning }: CodedConcept): DicomItem {
  const code = coded(value);
  const isLong = code.length > MAX_CODE_VALUE;
  return [
    isLong ? { key: LONG_CODE_VALUE.key, vr: LONG_CODE_VALUE.vr, value: strToU8(code) } : textElement(CODE_VALUE, code),
    textElement(CODING_SCHEME, scheme),
    textElement(dicomTag(0x0008, 0x0104, 'LO'), coded(meaning).slice(0, 64)),
  ];
}

/** What the private scheme is (Coding Scheme Identification Sequence, PS3.3, C.12.1). @param version of the program */
export const privateSchemeItem = (version: string): DicomItem => [
  textElement(CODING_SCHEME, PRIVATE_SCHEME),
  textElement(dicomTag(0x0008, 0x0103, 'SH'), coded(version).slice(0, 16)),
  textElement(dicomTag(0x0008, 0x0115, 'ST'), 'Private codes of the program Lineshape'),
  textElement(dicomTag(0x0008, 0x0116, 'ST'), 'Lineshape'),
];
