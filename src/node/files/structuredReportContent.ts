// What a report's JSON document ("lineshape.report/1", docs/report.md) says, as content of a DICOM structured report. It is made
// from the document, not from the model, so that a signed version is sent as it was signed.
import { UnsupportedDataError } from '../../core/domain/errors.ts';
import type { JsonValue } from '../../core/domain/json.ts';
import { methodLabel } from '../../core/domain/methodNames.ts';
import { amountUnit, CONCEPTS, findingSite, metaboliteConcept, ownConcept, ratioConcept, UNITS } from '../../core/formats/write/dicomCodes.ts'; // prettier-ignore
import type { CodedConcept } from '../../core/formats/write/dicomCodes.ts';
import type { DicomReportHeader } from '../../core/formats/write/dicomReport.ts';
import type { MeasurementGroup, ReportedMeasurement, ReportedStatement, StructuredReportContent } from '../../core/formats/write/dicomStructuredReport.ts'; // prettier-ignore
import { COMPREHENSIVE_SR_STORAGE } from '../../core/formats/write/dicomStructuredReport.ts';
import type { Reliability } from '../../core/reports/tables.ts';
import { RELIABILITY_MARKS } from '../../core/reports/tables.ts';
import { derivedDicomUid } from './dicomUids.ts';
import { signedInstanceUid } from './reportDicom.ts';

/** What of a row is read; what later versions added may be absent. */
interface DocumentRow {
  readonly name: string;
  readonly members: readonly string[];
  readonly reliability: Reliability;
  readonly amplitude: number | null;
  readonly crlbPercent: number | null;
  readonly interval95?: { readonly low: number; readonly high: number; readonly method: string } | null;
  readonly ratioToTCr: number | null;
  readonly ratios: readonly { readonly reference: string; readonly value: number | null; readonly sd: number | null }[];
  readonly concentrations: readonly {
    readonly convention: string;
    readonly value: number | null;
    readonly sd: number | null;
    readonly unit: string;
  }[];
  readonly references: readonly {
    readonly quantity: string;
    readonly denominator: string | null;
    readonly low: number;
    readonly high: number;
    readonly place: string;
    readonly range: { readonly citation: string; readonly n: number };
  }[];
}

interface DocumentRegion {
  readonly name: string;
  readonly ratios: readonly {
    readonly name: string;
    readonly n: number;
    readonly mean: number | null;
    readonly sd: number | null;
  }[];
}

interface ReportDocument {
  readonly schema: string;
  readonly language: string;
  readonly version: number;
  readonly study: { readonly region: string | null };
  readonly scan: {
    readonly acquisition: { readonly region: string | null };
    readonly grid: readonly number[];
    readonly voxel: {
      readonly index: number;
      readonly position: readonly number[];
      readonly sizeMm: readonly number[] | null;
      readonly centreMm: readonly number[] | null;
    };
  };
  readonly result: {
    readonly method: string;
    readonly version: string;
    readonly status: string;
    readonly reason: string | null;
    readonly inDistribution: boolean;
    readonly rows: readonly DocumentRow[];
  };
  readonly quality: {
    readonly snr?: { readonly value: number | null; readonly definition: string };
    readonly linewidthHz?: number | null;
    readonly linewidthPpm?: number | null;
    readonly assessment: {
      readonly grade: string | null;
      readonly thresholds: string;
      readonly figures: readonly { readonly words: string }[];
    } | null;
  };
  readonly warnings: readonly { readonly message: string }[];
  readonly regions: readonly DocumentRegion[];
  readonly method: {
    readonly recipe: { readonly title: string };
    readonly basis: { readonly id: string; readonly title: string };
    readonly provenance: readonly { readonly method: string }[];
    readonly hashes: { readonly input: string };
  };
  readonly conclusion: string;
  readonly signature?: { readonly name: string; readonly role: string; readonly signedAt: string } | null;
}

/** A signed version that a newer one amends. */
export interface AmendedVersion {
  readonly version: number;
  /** ISO 8601. */
  readonly signedAt: string;
}

const SCHEMA = 'lineshape.report/1';

/** @throws UnsupportedDataError for another document */
function documentOf(json: JsonValue): ReportDocument {
  const schema = typeof json === 'object' && json !== null && !Array.isArray(json) ? json['schema'] : undefined;
  if (schema !== SCHEMA) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `A structured report is made of a report of the kind ${SCHEMA}, and this one is of another.`,
    );
  }
  return json as unknown as ReportDocument;
}

const OWN = {
  linewidth: ownConcept('LINEWIDTH', 'Line width (FWHM) of the reference line'),
  verdict: ownConcept('SPECTRUM-QUALITY', 'Verdict on the spectrum'),
  amplitude: (name: string) => ownConcept(`${name}:amplitude`, `${name} amplitude`),
} as const;

/** Of networks: their own intervals, which no bound stands behind. */
const isOfNetwork = ({ interval95 }: DocumentRow): boolean => interval95?.method === 'calibratedSpread';

/** Whether a row's values are numbers that may be relied on, and what is said of them. */
function standing(row: DocumentRow, result: ReportDocument['result']): { isNumber: boolean; remarks: string[] } {
  const members = row.members.length === 0 ? [] : [`Sum of ${row.members.join(', ')}.`];
  const { reliability } = row;
  const marks = reliability === 'reliable' ? [] : [`${RELIABILITY_MARKS[reliability].words}.`];
  if (!isOfNetwork(row)) return { isNumber: reliability !== 'undetermined', remarks: [...marks, ...members] };
  const doubt = result.inDistribution ? [] : ['Not reliable: the spectrum is unlike those that the network knows.'];
  return { isNumber: result.inDistribution, remarks: [...doubt, ...members] };
}

type Place = Pick<ReportedMeasurement, 'normalRange'> & { readonly remarks: readonly string[] };

function rangeOf({ references }: DocumentRow, quantity: string, denominator: string | null): Place {
  const found = references.find((r) => r.quantity === quantity && r.denominator === denominator);
  if (found === undefined) return { normalRange: null, remarks: [] };
  const { low, high, place, range } = found;
  return {
    normalRange: { low, high, description: `${range.citation}; n ${range.n}` },
    remarks: [`Reference range: ${place}.`],
  };
}

function ratiosOf(row: DocumentRow): DocumentRow['ratios'] {
  const hasCreatine = row.ratios.some(({ reference }) => reference === 'tCr');
  const own = hasCreatine || row.ratioToTCr === null ? [] : [{ reference: 'tCr', value: row.ratioToTCr, sd: null }];
  // To itself a ratio says nothing.
  return [...own, ...row.ratios].filter(({ reference }) => reference !== row.name);
}

function rowMeasurements(row: DocumentRow, result: ReportDocument['result']): ReportedMeasurement[] {
  const { isNumber, remarks } = standing(row, result);
  const { crlbPercent, interval95 } = row;
  const shown = (value: number | null): number | null => (isNumber ? value : null);
  const ratios = ratiosOf(row).map(({ reference, value, sd }): ReportedMeasurement => {
    const range = rangeOf(row, 'ratio', reference);
    return {
      ...{ concept: ratioConcept(row.name, reference), value: shown(value), unit: UNITS.ratio, sd, crlbPercent },
      ...{ normalRange: range.normalRange ?? null, remarks: [...remarks, ...range.remarks] },
    };
  });
  const amounts = row.concentrations.map(({ convention, value, sd, unit }): ReportedMeasurement => {
    const range = rangeOf(row, convention, null);
    return {
      ...{ concept: metaboliteConcept(row.name), value: shown(value), unit: amountUnit(unit), sd, crlbPercent },
      normalRange: range.normalRange ?? null,
      remarks: [`Convention: ${convention}.`, ...remarks, ...range.remarks],
    };
  });
  const amplitude: ReportedMeasurement = {
    ...{ concept: OWN.amplitude(row.name), value: shown(row.amplitude), unit: UNITS.arbitrary },
    ...{ crlbPercent, interval95: interval95 ?? null, remarks },
  };
  // Amplitudes hang on receiver and coil: they stand where nothing else does, and where only they have an interval.
  const needsAmplitude = ratios.length + amounts.length === 0 || (interval95 !== null && interval95 !== undefined);
  return [...ratios, ...amounts, ...(needsAmplitude ? [amplitude] : [])];
}

function qualityMeasurements({ quality }: ReportDocument): ReportedMeasurement[] {
  const { snr, linewidthHz, linewidthPpm } = quality;
  const known = (value: number | null | undefined): value is number =>
    typeof value === 'number' && Number.isFinite(value);
  const measured = (
    concept: CodedConcept,
    value: number | null | undefined,
    unit: CodedConcept,
    remarks: readonly string[] = [],
  ): ReportedMeasurement[] => (known(value) ? [{ concept, value, unit, remarks }] : []);
  return [
    ...measured(
      CONCEPTS.signalToNoise,
      snr?.value,
      UNITS.none,
      snr === undefined ? [] : [`Definition: ${snr.definition}.`],
    ),
    ...measured(OWN.linewidth, linewidthHz, UNITS.hertz),
    ...measured(OWN.linewidth, linewidthPpm, UNITS.partsPerMillion),
  ];
}

function qualityStatements({ quality, result }: ReportDocument): ReportedStatement[] {
  const { assessment } = quality;
  const said = (concept: CodedConcept, words: string): ReportedStatement => ({ concept, text: words });
  return [
    ...(assessment === null || assessment.grade === null
      ? []
      : [said(OWN.verdict, `${assessment.grade} (thresholds: ${assessment.thresholds})`)]),
    ...(assessment?.figures ?? []).map(({ words }) => said(OWN.verdict, words)),
    ...(result.status === 'converged' ? [] : [said(CONCEPTS.comment, `The fit is ${result.status}: ${result.reason ?? 'no reason is given'}`)]), // prettier-ignore
  ];
}

function algorithmOf({ result, method }: ReportDocument): MeasurementGroup['algorithm'] {
  return {
    name: methodLabel(result.method),
    version: result.version,
    parameters: [
      `Basis set: ${method.basis.title} (${method.basis.id})`,
      `Recipe: ${method.recipe.title}`,
      `Corrections: ${method.provenance.map((step) => step.method).join('; ') || 'none'}`,
      'Ratios are of amplitudes per molecule; relaxation is not corrected for.',
    ],
  };
}

/** The voxel's volume, with its edges and its place. */
function volumeMeasurement({ scan }: ReportDocument): ReportedMeasurement[] {
  const { sizeMm, centreMm } = scan.voxel;
  if (sizeMm === null || sizeMm.length !== 3) return [];
  const inMm = (values: readonly number[], by: string): string => values.map((mm) => Number(mm.toFixed(2))).join(by);
  const centre = centreMm === null ? [] : [`Centre: ${inMm(centreMm, ', ')} mm (scanner coordinates, RAS).`]; // prettier-ignore
  const value = sizeMm.reduce((product, mm) => product * mm, 1) / 1000;
  const remarks = [`Edges: ${inMm(sizeMm, ' × ')} mm.`, ...centre];
  return [{ concept: CONCEPTS.volume, value, unit: UNITS.millilitre, remarks }];
}

function voxelName({ scan }: ReportDocument): string {
  const { grid, voxel } = scan;
  if (grid.every((n) => n <= 1)) return 'Voxel';
  const [x, y, z] = voxel.position;
  return `Voxel x ${x}, y ${y}, z ${z} of ${grid.join(' × ')}`;
}

function regionGroup(
  region: DocumentRegion,
  shared: Omit<MeasurementGroup, 'name' | 'measurements' | 'statements'>,
): MeasurementGroup {
  const measurements = region.ratios.map(({ name, n, mean, sd }): ReportedMeasurement => ({
    ...{ concept: ratioConcept(name, 'tCr'), value: n === 0 ? null : mean, unit: UNITS.ratio, sd, meanOf: n },
    remarks: n === 0 ? ['Not determined: no voxel of the region counts.'] : [],
  }));
  return { ...shared, name: region.name, measurements, statements: [] };
}

function groupsOf(document: ReportDocument, { studyInstanceUid }: DicomReportHeader): MeasurementGroup[] {
  const { scan, study, result, method } = document;
  const region = scan.acquisition.region ?? study.region;
  const tracking = (...words: string[]): string =>
    derivedDicomUid('tracking', studyInstanceUid, method.hashes.input, ...words);
  const shared = { site: findingSite(region), region, algorithm: algorithmOf(document) };
  const voxel: MeasurementGroup = {
    ...shared,
    name: voxelName(document),
    trackingUid: tracking('voxel', String(scan.voxel.index)),
    measurements: [
      ...volumeMeasurement(document),
      ...(result.status === 'refused' ? [] : result.rows.flatMap((row) => rowMeasurements(row, result))),
      ...qualityMeasurements(document),
    ],
    statements: qualityStatements(document),
  };
  const regions = document.regions.map((drawn) =>
    regionGroup(drawn, { ...shared, trackingUid: tracking('region', drawn.name) }),
  );
  return [voxel, ...regions];
}

/**
 * @param report the report's JSON document: of a draft `reportContent(model)`, of a signed version what was signed
 * @param amended the version before a signed one
 * @throws UnsupportedDataError where it is no such document
 */
export function structuredReportContent(
  report: JsonValue,
  header: DicomReportHeader,
  amended: AmendedVersion | null = null,
): StructuredReportContent {
  const document = documentOf(report);
  const { studyInstanceUid, uids, isSigned } = header;
  const predecessor = amended === null ? null : signedInstanceUid('structuredReport', studyInstanceUid, amended);
  return {
    groups: groupsOf(document, header),
    conclusion: document.conclusion,
    conclusionLanguage: document.language,
    warnings: document.warnings.map(({ message }) => message),
    signature: isSigned ? (document.signature ?? null) : null,
    predecessor:
      predecessor === null
        ? null
        : {
            sopClassUid: COMPREHENSIVE_SR_STORAGE,
            sopInstanceUid: predecessor,
            seriesInstanceUid: uids.structuredReport.seriesInstanceUid,
            studyInstanceUid,
          },
    deviceUid: derivedDicomUid('device', header.software[0]),
  };
}
