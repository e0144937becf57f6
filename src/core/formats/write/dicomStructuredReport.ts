// A report as Comprehensive SR (PS3.3, A.35.3): a measurement report after PS3.16, TID 1500, with a group of measurements
// (TID 1501) for each voxel and region. What is no number in the report is none here.
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { CodedConcept } from './dicomCodes.ts';
import { CONCEPTS, language, ownConcept, privateSchemeItem, QUALIFIERS, UNITS } from './dicomCodes.ts';
import type { ContentItem, NumericContent, Relationship } from './dicomContentTree.ts';
import { contentElements, contentItem, hasPrivateCode } from './dicomContentTree.ts';
import type { DicomElement } from './dicomEncoder.ts';
import { encodeDicomFile, sequenceElement, textElement } from './dicomEncoder.ts';
import type { DicomReportHeader } from './dicomReport.ts';
import { reportModules } from './dicomReport.ts';
import type { DicomInstanceReference } from './dicomStudyModules.ts';
import { hierarchicalReferences, isMrImage, plain } from './dicomStudyModules.ts';

export const COMPREHENSIVE_SR_STORAGE = '1.2.840.10008.5.1.4.1.1.88.33';

/** One value of the report. */
export interface ReportedMeasurement {
  readonly concept: CodedConcept;
  /** null: the report gives no number that may be relied on. */
  readonly value: number | null;
  readonly unit: CodedConcept;
  /** Standard deviation, in the same unit. */
  readonly sd?: number | null;
  /** Cramér–Rao lower bound of the amplitude. [%] */
  readonly crlbPercent?: number | null;
  readonly interval95?: { readonly low: number; readonly high: number } | null;
  readonly normalRange?: { readonly low: number; readonly high: number; readonly description: string } | null;
  /** A mean over so many voxels. */
  readonly meanOf?: number;
  /** What the report says beside the value: its mark, the members of a sum. */
  readonly remarks: readonly string[];
}

/** A sentence of the report under what it is about. */
export interface ReportedStatement {
  readonly concept: CodedConcept;
  readonly text: string;
}

/** All values of one voxel or region. */
export interface MeasurementGroup {
  readonly name: string;
  /** The same for the same voxel or region of the same scan. */
  readonly trackingUid: string;
  /** Where it lies, as code and in words; null: not known. */
  readonly site: CodedConcept | null;
  readonly region: string | null;
  readonly algorithm: { readonly name: string; readonly version: string; readonly parameters: readonly string[] };
  readonly measurements: readonly ReportedMeasurement[];
  readonly statements: readonly ReportedStatement[];
}

/** Who signed. */
export interface VerifyingObserver {
  readonly name: string;
  /** Function; may be empty. */
  readonly role: string;
  /** ISO 8601, UTC. */
  readonly signedAt: string;
}

export interface StructuredReportContent {
  readonly groups: readonly MeasurementGroup[];
  /** As typed; empty: none. */
  readonly conclusion: string;
  /** Of the conclusion, e.g. "de". */
  readonly conclusionLanguage: string;
  readonly warnings: readonly string[];
  readonly signature: VerifyingObserver | null;
  /** The signed version that this one amends. */
  readonly predecessor: DicomInstanceReference | null;
  /** UID of this program as device. */
  readonly deviceUid: string;
}

const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'English', de: 'German', cs: 'Czech' };
const OWN = {
  crlb: ownConcept('CRLB', 'Cramér–Rao lower bound of the amplitude'),
  low95: ownConcept('INTERVAL95-LOW', 'Lower end of the 95 % interval'),
  high95: ownConcept('INTERVAL95-HIGH', 'Upper end of the 95 % interval'),
  voxels: ownConcept('VOXELS', 'Voxels that count'),
  remark: ownConcept('REMARK', 'Remark of the report on the value'),
  signerFunction: ownConcept('SIGNER-FUNCTION', 'Function of the person who signed'),
  region: ownConcept('REGION', 'Region in words'),
} as const;

const text = (relationship: Relationship, name: CodedConcept, words: string): ContentItem =>
  contentItem(relationship, name, { type: 'TEXT', text: words });

const code = (relationship: Relationship, name: CodedConcept, value: CodedConcept): ContentItem =>
  contentItem(relationship, name, { type: 'CODE', code: value });

const languageItem = (id: string): ContentItem =>
  code('HAS CONCEPT MOD', CONCEPTS.languageOfContent, language(id, LANGUAGE_NAMES[id] ?? id));

function property(name: CodedConcept, value: number | null | undefined, unit: CodedConcept): ContentItem[] {
  return value === null || value === undefined
    ? []
    : [contentItem('HAS PROPERTIES', name, { type: 'NUM', value, unit })];
}

function normalRange({ normalRange: range, unit }: ReportedMeasurement): ContentItem[] {
  if (range === null || range === undefined) return [];
  return [
    ...property(CONCEPTS.normalRangeLow, range.low, unit),
    ...property(CONCEPTS.normalRangeHigh, range.high, unit),
    text('HAS PROPERTIES', CONCEPTS.normalRangeDescription, range.description),
  ];
}

/** A measurement after TID 300, its statistics as properties (TID 310). */
function measurementItem(measurement: ReportedMeasurement): ContentItem {
  const { concept, value, unit, sd, crlbPercent, interval95, meanOf, remarks } = measurement;
  const number: NumericContent =
    value === null ? { type: 'NUM', value, unit, qualifier: QUALIFIERS.indeterminate } : { type: 'NUM', value, unit };
  return contentItem('CONTAINS', concept, number, [
    ...(meanOf === undefined ? [] : [code('HAS CONCEPT MOD', CONCEPTS.derivation, CONCEPTS.mean)]),
    ...property(OWN.crlb, crlbPercent, UNITS.percent),
    // Without the number its scatter says nothing.
    ...(value === null
      ? []
      : [
          ...property(CONCEPTS.standardDeviation, sd, unit),
          ...property(OWN.low95, interval95?.low, unit),
          ...property(OWN.high95, interval95?.high, unit),
          ...normalRange(measurement),
        ]),
    ...property(OWN.voxels, meanOf, UNITS.voxels),
    ...remarks.map((remark) => text('HAS PROPERTIES', OWN.remark, remark)),
  ]);
}

const sourceItem = (instance: DicomInstanceReference): ContentItem =>
  contentItem('CONTAINS', CONCEPTS.sourceOfMeasurement, {
    type: isMrImage(instance) ? 'IMAGE' : 'COMPOSITE',
    instance,
  });

function groupItem(group: MeasurementGroup, sources: readonly DicomInstanceReference[]): ContentItem {
  const { name, trackingUid, site, region, algorithm, measurements, statements } = group;
  const { algorithmName, algorithmVersion, algorithmParameters } = CONCEPTS;
  return contentItem('CONTAINS', CONCEPTS.measurementGroup, { type: 'CONTAINER', template: '1501' }, [
    text('HAS OBS CONTEXT', CONCEPTS.trackingIdentifier, name),
    contentItem('HAS OBS CONTEXT', CONCEPTS.trackingUid, { type: 'UIDREF', uid: trackingUid }),
    ...(site === null ? [] : [code('HAS CONCEPT MOD', CONCEPTS.findingSite, site)]),
    ...(region === null ? [] : [text('HAS CONCEPT MOD', OWN.region, region)]),
    text('HAS CONCEPT MOD', algorithmName, algorithm.name),
    text('HAS CONCEPT MOD', algorithmVersion, algorithm.version),
    ...algorithm.parameters.map((words) => text('HAS CONCEPT MOD', algorithmParameters, words)),
    ...sources.map(sourceItem),
    ...measurements.map(measurementItem),
    ...statements.map(({ concept, text: words }) => text('CONTAINS', concept, words)),
  ]);
}

/** Who saw it: the program always, a person once signed (TID 1001 to 1004). */
function observers(header: DicomReportHeader, { signature, deviceUid }: StructuredReportContent): ContentItem[] {
  const context = 'HAS OBS CONTEXT';
  const [program, version] = header.software;
  const { institutionName } = header;
  const person =
    signature === null
      ? []
      : [
          code(context, CONCEPTS.observerType, CONCEPTS.person),
          contentItem(context, CONCEPTS.personName, { type: 'PNAME', name: signature.name }),
          ...(institutionName === null ? [] : [text(context, CONCEPTS.personOrganization, institutionName)]),
          ...(signature.role === '' ? [] : [text(context, OWN.signerFunction, signature.role)]),
        ];
  return [
    ...person,
    code(context, CONCEPTS.observerType, CONCEPTS.device),
    contentItem(context, CONCEPTS.deviceUid, { type: 'UIDREF', uid: deviceUid }),
    text(context, CONCEPTS.deviceName, `${program} ${version}`),
    text(context, CONCEPTS.deviceManufacturer, program),
    text(context, CONCEPTS.deviceModelName, program),
  ];
}

function documentTree(header: DicomReportHeader, content: StructuredReportContent): ContentItem {
  const { groups, conclusion, conclusionLanguage, warnings } = content;
  const concluded = contentItem('CONTAINS', CONCEPTS.conclusion, { type: 'TEXT', text: conclusion }, [
    languageItem(conclusionLanguage),
  ]);
  return {
    relationship: null,
    name: CONCEPTS.imagingMeasurementReport,
    value: { type: 'CONTAINER', template: '1500' },
    items: [
      languageItem('en'),
      ...observers(header, content),
      code('HAS CONCEPT MOD', CONCEPTS.procedureReported, CONCEPTS.mri),
      contentItem(
        'CONTAINS',
        CONCEPTS.imagingMeasurements,
        { type: 'CONTAINER' },
        groups.map((group) => groupItem(group, header.sources)),
      ),
      ...warnings.map((words) => text('CONTAINS', CONCEPTS.comment, words)),
      ...(conclusion === '' ? [] : [concluded]),
    ],
  };
}

/** "2026-01-03T10:20:30.000Z" → "20260103102030+0000" (PS3.5, table 6.2-1). */
const dicomInstant = (utc: string): string => `${utc.replace(/\.\d+|[-:TZ]/g, '').slice(0, 14)}+0000`;

/** What DICOM demands and nobody said. */
const UNKNOWN = 'UNKNOWN';

function verification(header: DicomReportHeader, { signature }: StructuredReportContent): DicomElement[] {
  const flags = (completion: string, verified: string, preliminary: string): DicomElement[] => [
    textElement(dicomTag(0x0040, 0xa491, 'CS'), completion), // Completion Flag
    textElement(dicomTag(0x0040, 0xa493, 'CS'), verified), // Verification Flag
    textElement(dicomTag(0x0040, 0xa496, 'CS'), preliminary), // Preliminary Flag
  ];
  if (signature === null) return flags('PARTIAL', 'UNVERIFIED', 'PRELIMINARY');
  return [
    ...flags('COMPLETE', 'VERIFIED', 'FINAL'),
    // Verifying Observer Sequence
    sequenceElement(dicomTag(0x0040, 0xa073, 'SQ'), [
      textElement(dicomTag(0x0040, 0xa075, 'PN'), plain(signature.name)), // Verifying Observer Name
      sequenceElement(dicomTag(0x0040, 0xa088, 'SQ')), // Verifying Observer Identification Code Sequence
      textElement(dicomTag(0x0040, 0xa027, 'LO'), plain(header.institutionName) || UNKNOWN), // Verifying Organization
      textElement(dicomTag(0x0040, 0xa030, 'DT'), dicomInstant(signature.signedAt)), // Verification DateTime
    ]),
  ];
}

/** The order that the report answers, where the scan names one (PS3.3, table C.17-3: types 1 and 2). */
function referencedRequest({ accessionNumber, studyInstanceUid }: DicomReportHeader): DicomElement[] {
  if (accessionNumber === null) return [];
  return [
    sequenceElement(dicomTag(0x0040, 0xa370, 'SQ'), [
      textElement(TAG.studyInstanceUid, studyInstanceUid),
      sequenceElement(dicomTag(0x0008, 0x1110, 'SQ')), // Referenced Study Sequence
      textElement(TAG.accessionNumber, plain(accessionNumber, 16)),
      textElement(dicomTag(0x0040, 0x2016, 'LO'), ''), // Placer Order Number
      textElement(dicomTag(0x0040, 0x2017, 'LO'), ''), // Filler Order Number
      textElement(dicomTag(0x0040, 0x1001, 'SH'), ''), // Requested Procedure ID
      textElement(dicomTag(0x0032, 0x1060, 'LO'), ''), // Requested Procedure Description
      sequenceElement(dicomTag(0x0032, 0x1064, 'SQ')), // Requested Procedure Code Sequence
    ]),
  ];
}

/** Evidence of the study itself and of others apart, as PS3.3, C.17.2.3 has it. */
function evidence({ sources, studyInstanceUid }: DicomReportHeader): DicomElement[] {
  const own = sources.filter((source) => source.studyInstanceUid === studyInstanceUid);
  const other = sources.filter((source) => source.studyInstanceUid !== studyInstanceUid);
  return [
    ...(own.length === 0 ? [] : [sequenceElement(dicomTag(0x0040, 0xa375, 'SQ'), ...hierarchicalReferences(own))]),
    ...(other.length === 0 ? [] : [sequenceElement(dicomTag(0x0040, 0xa385, 'SQ'), ...hierarchicalReferences(other))]),
  ];
}

/** SR Document General (PS3.3, C.17.2), beside the date and number of the content. */
function documentModule(header: DicomReportHeader, content: StructuredReportContent): DicomElement[] {
  const { predecessor } = content;
  return [
    sequenceElement(dicomTag(0x0008, 0x1111, 'SQ')), // Referenced Performed Procedure Step Sequence
    ...verification(header, content),
    ...(predecessor === null
      ? []
      : [sequenceElement(dicomTag(0x0040, 0xa360, 'SQ'), ...hierarchicalReferences([predecessor]))]), // Predecessor Documents
    ...referencedRequest(header),
    sequenceElement(dicomTag(0x0040, 0xa372, 'SQ')), // Performed Procedure Code Sequence
    ...evidence(header),
  ];
}

/**
 * The report as Comprehensive SR.
 * @param header whose and of which study it is
 * @returns the bytes of one DICOM file
 */
export function writeDicomStructuredReport(header: DicomReportHeader, content: StructuredReportContent): Uint8Array {
  const tree = documentTree(header, content);
  const [, version] = header.software;
  return encodeDicomFile(COMPREHENSIVE_SR_STORAGE, header.uids.structuredReport.sopInstanceUid, [
    ...reportModules(header, 'structuredReport', COMPREHENSIVE_SR_STORAGE, 'SR'),
    ...(hasPrivateCode(tree) ? [sequenceElement(dicomTag(0x0008, 0x0110, 'SQ'), privateSchemeItem(version))] : []),
    ...documentModule(header, content),
    ...contentElements(tree),
  ]);
}
