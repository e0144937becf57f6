// A report as structured report: what the demo study's report says in JSON stands in the document, as dcmtk reads it, number by
// number; what is no number there is none here; and dciodvfy has no error.
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/core/domain/json.ts';
import { amountUnit, findingSite, metaboliteConcept, ratioConcept } from '../../src/core/formats/write/dicomCodes.ts';
import { writeDicomStructuredReport } from '../../src/core/formats/write/dicomStructuredReport.ts';
import type { ReportInput } from '../../src/core/reports/index.ts';
import { buildReport, jsonReport, reportContent } from '../../src/core/reports/index.ts';
import type { ReportIdentity } from '../../src/node/files/reportDicom.ts';
import { dicomReportHeader, signedInstanceUid } from '../../src/node/files/reportDicom.ts';
import { structuredReportContent } from '../../src/node/files/structuredReportContent.ts';
import type { DemoAnalysis } from '../fixtures/demoReports.ts';
import { analysedDemo, demoReportInput, DICOM_HEADER } from '../fixtures/demoReports.ts';
import { dicomElements } from '../fixtures/dicomElements.ts';
import { dciodvfy, dsrdump, needsPeer } from '../fixtures/dicomPeers.ts';
import { estimate, exampleReport, exampleResult } from './reportsFixture.ts';

const SIGNED_AT = '2026-01-03T10:20:30.000Z';
const EARLIER = { version: 1, signedAt: '2026-01-02T09:00:00.000Z' };
const SIGNATURE = { name: 'Müller^Änne', role: 'Radiologin', signedAt: SIGNED_AT, contentSha256: 'c1'.repeat(32) };
const DRAFT: ReportIdentity = { studyId: 's', signedAt: null, version: 1 };

function structured(input: ReportInput, about = DRAFT, amended: Parameters<typeof structuredReportContent>[2] = null) {
  const model = buildReport(input);
  const header = dicomReportHeader(model, about);
  const json = JSON.parse(jsonReport(model)) as JsonObject;
  return { json, header, file: writeDicomStructuredReport(header, structuredReportContent(json, header, amended)) };
}

const signed = (input: ReportInput) =>
  structured(
    { ...input, signature: SIGNATURE, version: 2, conclusion: 'Größe unauffällig.\nKein Laktat.', language: 'de' },
    { ...DRAFT, signedAt: SIGNED_AT, version: 2 },
    EARLIER,
  );

let demo: DemoAnalysis;
beforeAll(async () => {
  demo = await analysedDemo('svs');
}, 120_000);

interface JsonRow {
  readonly name: string;
  readonly reliability: string;
  readonly crlbPercent: number | null;
  readonly ratioToTCr: number | null;
  readonly ratios: readonly { readonly reference: string; readonly value: number; readonly sd: number | null }[];
  readonly concentrations: readonly { readonly value: number; readonly sd: number | null; readonly unit: string }[];
}

const rowsOf = (json: JsonObject): readonly JsonRow[] => (json['result'] as unknown as { rows: JsonRow[] }).rows;

/** The line of a measurement in dcmtk's listing, with the lines of its properties. */
function measurementOf(listing: string, concept: { value: string; scheme: string }, unit = ''): string | undefined {
  const start = `NUM:(${concept.value},${concept.scheme},`;
  const blocks = listing.split(/\n(?= *<contains )/);
  return blocks.find(
    (block) => block.includes(`<contains ${start}`) && (unit === '' || block.includes(`(${unit},UCUM`)),
  );
}

/** The decimal text of a number in DICOM has 16 characters at most. */
const decimalIn = (text: string | undefined, pattern: RegExp): number => Number(pattern.exec(text ?? '')?.[1] ?? NaN);
const VALUE = /^ *<contains NUM:[^\n]*\)="([^"]+)" \(/;
const CRLB = /\(CRLB,99LINESHAPE,[^\n]*\)="([^"]+)" \(%,UCUM/;
const SD = /\(386136009,SCT,[^\n]*\)="([^"]+)" \(/;
/** Sixteen characters keep at least ten digits of a number between 1e-4 and 1e6. */
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-10 * Math.abs(b);

describe('the demo study’s structured report', () => {
  it('holds every ratio and amount of the report’s JSON, with unit, SD and bound, as dcmtk reads them', (context) => {
    needsPeer(context, 'dsrdump');
    const { json, file } = structured(demoReportInput(demo, DICOM_HEADER));
    const listing = dsrdump(file);
    let [ratios, amounts] = [0, 0];
    for (const row of rowsOf(json).filter(({ reliability }) => reliability !== 'undetermined')) {
      for (const { reference, value, sd } of row.ratios.filter((r) => r.reference !== row.name)) {
        const found = measurementOf(listing, ratioConcept(row.name, reference));
        const label = `${row.name}/${reference}`;
        expect(near(decimalIn(found, VALUE), value), `${label} ${found ?? 'absent'}`).toBe(true);
        expect(found, label).toContain('({ratio},UCUM');
        expect(near(decimalIn(found, CRLB), row.crlbPercent as number), `${label} CRLB`).toBe(true);
        if (sd !== null) expect(near(decimalIn(found, SD), sd), `${label} SD`).toBe(true);
        ratios++;
      }
      for (const { value, unit } of row.concentrations) {
        const amount = amountUnit(unit);
        const found = measurementOf(listing, metaboliteConcept(row.name), amount.value);
        expect(near(decimalIn(found, VALUE), value), `${row.name} [${unit}] ${found ?? 'absent'}`).toBe(true);
        amounts++;
      }
    }
    // The demo has 17 metabolites and 5 sums; some are beyond the limit of the bound.
    expect(ratios).toBeGreaterThan(10);
    expect(amounts).toBeGreaterThan(30);
    expect(listing).toContain('(113060,DCM,"Signal to noise")');
    expect(listing).toMatch(/\(LINEWIDTH,99LINESHAPE,[^\n]*\(Hz,UCUM/);
    expect(listing).toMatch(/\(LINEWIDTH,99LINESHAPE,[^\n]*\(\[ppm\],UCUM/);
    expect(listing).toContain('(SPECTRUM-QUALITY,99LINESHAPE,');
    expect(listing).toContain('(363698007,SCT,"Finding Site")=(16630005,SCT,"Parietal lobe")');
    // The demo's voxel is a cube of 20 mm.
    expect(decimalIn(measurementOf(listing, { value: '118565006', scheme: 'SCT' }), VALUE)).toBeCloseTo(8, 3);
    expect(listing).toMatch(/Centre: [-\d.]+, [-\d.]+, [-\d.]+ mm \(scanner coordinates, RAS\)/);
  });

  it('gives no number where the report determines none, and says why', (context) => {
    needsPeer(context, 'dsrdump');
    const { json, file } = structured(demoReportInput(demo));
    const listing = dsrdump(file);
    const without = rowsOf(json).filter(({ reliability }) => reliability === 'undetermined');
    expect(without.length).toBeGreaterThan(0);
    for (const { name } of without) {
      const found = measurementOf(listing, ratioConcept(name, 'tCr'));
      expect(found, name).toContain('=empty (114011,DCM,"Value indeterminate")');
      expect(found, name).toContain('not determined');
      expect(found, name).not.toMatch(SD);
    }
  });

  it('is verified by whom has signed, amends the version before, and names its evidence', (context) => {
    needsPeer(context, 'dsrdump');
    const { file, header } = signed(demoReportInput(demo, DICOM_HEADER));
    const listing = dsrdump(file);
    expect(listing).toContain('Completion Flag     : COMPLETE');
    expect(listing).toContain('Preliminary Flag    : FINAL');
    expect(listing).toContain(
      'Verifying Observers : 2026-01-03 10:20:30 +00:00, Müller^Änne, St. Elsewhere, Radiology',
    );
    expect(listing).toContain('Predecessor Docs    : 1');
    expect(listing).toContain('(121008,DCM,"Person Observer Name")="Müller^Änne"');
    expect(listing).toContain('(121077,DCM,"Conclusion")="Größe unauffällig.\\nKein Laktat."');
    expect(listing).toContain('=(de,RFC5646,"German")');
    expect(listing).toContain('(121112,DCM,"Source of Measurement")=(MRSpectroscopyStorage,)');
    const text = new TextDecoder('latin1').decode(file);
    expect(text).toContain('1.2.826.0.1.3680043.9.1.2.3');
    expect(text).toContain(signedInstanceUid('structuredReport', header.studyInstanceUid, EARLIER));
  });

  it('says of a draft that nobody has verified it', (context) => {
    needsPeer(context, 'dsrdump');
    const listing = dsrdump(structured(demoReportInput(demo)).file);
    expect(listing).toContain('Completion Flag     : PARTIAL');
    expect(listing).toContain('Verification Flag   : UNVERIFIED');
    expect(listing).not.toContain('Person Observer Name');
    expect(listing).not.toContain('Conclusion');
  });

  it.for<readonly [string, () => Uint8Array]>([
    ['a draft', () => structured(demoReportInput(demo)).file],
    ['a signed version', () => signed(demoReportInput(demo, DICOM_HEADER)).file],
  ])('passes dciodvfy: %s', ([, file], context) => {
    needsPeer(context, 'dciodvfy');
    const { errors, warnings } = dciodvfy(file());
    expect(errors).toEqual([]);
    // The validator knows public coding schemes only, a name by its carets, and media of studies with an ID.
    const others = warnings.filter((line) => !/<99LINESHAPE>|Retired Person Name form|DICOMDIR - Study ID/.test(line));
    expect(others).toEqual([]);
  });
});

describe('the source of measurement', () => {
  it.for([
    ['MR images that hold spectra', '1.2.840.10008.5.1.4.1.1.4', 'IMAGE:(121112,DCM'],
    ['raw data', '1.2.840.10008.5.1.4.1.1.66', 'COMPOSITE:(121112,DCM'],
    ['a private class of Siemens', '1.3.12.2.1107.5.9.1', 'COMPOSITE:(121112,DCM'],
  ] as const)('is referred to by what it is: %s', ([, SOPClassUID, item], context) => {
    needsPeer(context, 'dsrdump');
    const { file } = structured(demoReportInput(demo, { ...DICOM_HEADER, SOPClassUID }));
    expect(dsrdump(file)).toContain(item);
    needsPeer(context, 'dciodvfy');
    expect(dciodvfy(file).errors).toEqual([]);
  });
});

describe('the content', () => {
  it('keeps a long private code whole, as Long Code Value', (context) => {
    needsPeer(context, 'dsrdump');
    const name = 'aVeryLongMetaboliteName';
    const result = { ...exampleResult(), metabolites: [estimate(name, 2, 5)], combined: [] };
    const { file } = structured({ ...exampleReport(), result });
    expect(dsrdump(file)).toContain(`(${name}/tCr,99LINESHAPE,`);
    expect(measurementOf(dsrdump(file), ratioConcept(name, 'tCr'))).toContain('="0.25"');
  });

  it('takes no number from a network that does not know the spectrum, and its interval where it does', (context) => {
    needsPeer(context, 'dsrdump');
    const network = (inDistribution: boolean) => ({
      ...exampleResult(),
      inDistribution,
      combined: [],
      metabolites: [
        { ...estimate('Glu', 9, null), interval95: { low: 8, high: 10, method: 'calibratedSpread' as const } },
      ],
    });
    const known = dsrdump(structured({ ...exampleReport(), result: network(true) }).file);
    expect(measurementOf(known, ratioConcept('Glu', 'tCr'))).toContain('="1.125"');
    expect(known).toMatch(/\(INTERVAL95-LOW,99LINESHAPE,[^\n]*="8"/);
    const unknown = dsrdump(structured({ ...exampleReport(), result: network(false) }).file);
    expect(measurementOf(unknown, ratioConcept('Glu', 'tCr'))).toContain('=empty (114011,DCM');
    expect(unknown).toContain('Not reliable: the spectrum is unlike');
    expect(unknown).not.toContain('INTERVAL95-LOW');
  });

  it('has a group for each region, with means, and none where no voxel counts', (context) => {
    needsPeer(context, 'dsrdump');
    const regions = [
      {
        name: 'Lesion',
        voxels: [1, 2, 3],
        ratios: [
          { name: 'tCho', n: 3, mean: 0.4, sd: 0.05 },
          { name: 'Glx', n: 0, mean: null, sd: null },
        ],
      },
    ];
    const listing = dsrdump(structured({ ...exampleReport(), regions }).file);
    const lesion = listing.slice(listing.indexOf('"Lesion"'));
    expect(measurementOf(lesion, ratioConcept('tCho', 'tCr'))).toMatch(
      /="0.4" [^]*\(373098007,SCT,"Mean"\)[^]*="0.05"/,
    );
    expect(measurementOf(lesion, ratioConcept('Glx', 'tCr'))).toContain('=empty (114011');
  });

  it('of a refused fit has no measurement of a metabolite, and says why', (context) => {
    needsPeer(context, 'dsrdump');
    const result = { ...exampleResult(), status: 'refused' as const, reason: 'The basis is of another nucleus.' };
    const listing = dsrdump(structured({ ...exampleReport(), result }).file);
    expect(listing).not.toContain('{ratio}');
    expect(listing).toContain('The fit is refused: The basis is of another nucleus.');
  });

  it('is made of a report of this kind only', () => {
    const header = dicomReportHeader(buildReport(exampleReport()), DRAFT);
    for (const json of [null, [], {}, { schema: 'lineshape.results/1' }] satisfies JsonValue[]) {
      expect(() => structuredReportContent(json, header)).toThrow('lineshape.report/1');
    }
  });

  it('is the same document for the same report, another for another content', () => {
    const input = demoReportInput(demo, DICOM_HEADER);
    expect(structured({ ...input, generatedAt: '2027-05-05T00:00:00Z' }).file).toEqual(structured(input).file);
    const uidOf = (file: Uint8Array): string | undefined => dicomElements(file).text('x00080018');
    expect(uidOf(structured({ ...input, conclusion: 'Other.' }).file)).not.toBe(uidOf(structured(input).file));
    expect(reportContent(buildReport(input))).not.toHaveProperty('generatedAt');
  });
});

describe('codes', () => {
  it('are those of PS3.16, CID 4032 and 7151, where the substance or place is the same', () => {
    expect(metaboliteConcept('NAA')).toMatchObject({ value: '115391007', scheme: 'SCT' });
    // The sum holds N-acetylaspartylglutamate too: it is not the substance.
    expect(metaboliteConcept('tNAA')).toMatchObject({ value: 'tNAA', scheme: '99LINESHAPE' });
    expect(ratioConcept('tNAA', 'tCr')).toMatchObject({ value: '113082', scheme: 'DCM' });
    expect(ratioConcept('constructor', 'x')).toMatchObject({ value: 'constructor/x', scheme: '99LINESHAPE' });
    expect(findingSite('Left hippocampus')).toMatchObject({ value: '5366008' });
    expect(findingSite(null)).toBeNull();
    expect(findingSite('Phantom')).toBeNull();
  });

  it.each([
    ['mmol/kg tissue water', 'mmol/kg'],
    ['mmol/l voxel', 'mmol/L'],
    ['mmol/kg wet weight (LCModel: mM)', "[arb'U]"],
    ['institutional units', "[arb'U]"],
  ])('of the unit %s: %s', (unit, expected) => {
    expect(amountUnit(unit)).toMatchObject({ value: expected, scheme: 'UCUM', meaning: unit });
  });
});
