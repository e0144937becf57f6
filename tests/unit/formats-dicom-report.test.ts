// A report as DICOM: Encapsulated PDF and Secondary Capture, read back by another parser, and checked by dciodvfy.
import { zlibSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import type { DicomReportHeader } from '../../src/core/formats/write/dicomReport.ts';
import { writeDicomCapture, writeDicomPdf } from '../../src/core/formats/write/dicomReport.ts';
import { buildReport } from '../../src/core/reports/index.ts';
import { pngPixels } from '../../src/node/files/pngPixels.ts';
import { dicomReportHeader, localTime } from '../../src/node/files/reportDicom.ts';
import { DICOM_HEADER } from '../fixtures/demoReports.ts';
import { dicomElements } from '../fixtures/dicomElements.ts';
import { dciodvfy, dcmdump, needsPeer } from '../fixtures/dicomPeers.ts';
import { exampleReport } from './reportsFixture.ts';

const uids = (last: number) => ({ seriesInstanceUid: `1.2.3.${last}`, sopInstanceUid: `1.2.3.${last}.1` });
const header = (change: Partial<DicomReportHeader> = {}): DicomReportHeader => ({
  patient: { ...UNKNOWN_PATIENT, name: 'Größe^Test', id: 'T-1', sex: 'F', birthDate: '1980-01-31', ageYears: 46 },
  ...{ patientNameGroups: 'Größe^Test=山田^太郎', patientIdIssuer: 'Site', studyInstanceUid: '1.2.3.4' },
  studyDate: '2026-01-01T09:30:00',
  ...{ accessionNumber: 'A-1', studyId: 'S-1', studyDescription: null, referringPhysicianName: 'Refers^Rita' },
  ...{ institutionName: null, frameOfReferenceUid: null, sources: [], title: 'MR spectroscopy report, version 2' },
  ...{ createdAt: '2026-01-03T10:20:30', version: 2, isSigned: true, software: ['Lineshape', '0.1.0'] },
  uids: { pdf: uids(1), capture: uids(2), structuredReport: uids(3) },
  ...change,
});

const SOURCE = {
  ...{ sopClassUid: '1.2.840.10008.5.1.4.1.1.4.2', sopInstanceUid: '1.2.3.4.5.6' },
  ...{ seriesInstanceUid: '1.2.3.4.5', studyInstanceUid: '1.2.3.4' },
};
const PDF = new TextEncoder().encode('%PDF-1.4 odd length');

/** What the validator has to say of a file that is as it should be. */
function expectValid(file: Uint8Array): void {
  const { errors, warnings } = dciodvfy(file);
  expect(errors).toEqual([]);
  // A page is of no body part; empty is how type 2C says that this is unknown, and absent would be an error.
  expect(warnings.filter((line) => !line.includes('<Laterality>'))).toEqual([]);
}

describe('Encapsulated PDF', () => {
  it('holds the PDF, patient, study and what the document is', () => {
    const read = dicomElements(writeDicomPdf(PDF, header()));
    expect(read.text('x00080016')).toBe('1.2.840.10008.5.1.4.1.1.104.1');
    expect(read.text('x00080060')).toBe('DOC');
    expect(read.text('x0020000d')).toBe('1.2.3.4');
    expect([read.text('x0020000e'), read.text('x00080018')]).toEqual(['1.2.3.1', '1.2.3.1.1']);
    expect([read.text('x00200010'), read.text('x00080050'), read.text('x00100021')]).toEqual(['S-1', 'A-1', 'Site']);
    expect(read.text('x00080090')).toBe('Refers^Rita');
    expect([read.text('x00100020'), read.text('x00100030'), read.text('x00100040')]).toEqual(['T-1', '19800131', 'F']);
    expect(new TextDecoder().decode(read.bytes('x00100010')).trim()).toBe('Größe^Test=山田^太郎');
    expect([read.text('x00080020'), read.text('x00080023'), read.text('x00080033')]).toEqual([
      '20260101',
      '20260103',
      '102030',
    ]);
    expect(read.text('x00280301')).toBe('YES');
    expect(read.text('x00420010')).toBe('MR spectroscopy report, version 2');
    expect(read.text('x00420012')).toBe('application/pdf');
    expect(read.itemText('x0040a043', 'x00080100')).toBe('18748-4');
    expect(read.text('x0040a493')).toBe('VERIFIED');
    // Of even length in DICOM, with the true one beside it.
    expect(read.bytes('x00420011').subarray(0, PDF.length)).toEqual(PDF);
    expect(read.bytes('x00420011').length % 2).toBe(0);
    expect(new DataView(read.bytes('x00420015').buffer).getUint32(0, true)).toBe(PDF.length);
  });

  it('says of a draft that nobody has verified it', () => {
    expect(dicomElements(writeDicomPdf(PDF, header({ isSigned: false }))).text('x0040a493')).toBe('UNVERIFIED');
  });

  it('is refused for what is no PDF', () => {
    expect(() => writeDicomPdf(new Uint8Array(10), header())).toThrow('no PDF');
    expect(() => writeDicomPdf(new Uint8Array(0), header())).toThrow('no PDF');
  });

  it('passes dciodvfy', (context) => {
    needsPeer(context, 'dciodvfy');
    expectValid(writeDicomPdf(PDF, header()));
    expectValid(writeDicomPdf(PDF, header({ sources: [SOURCE] })));
  });
});

describe('Secondary Capture', () => {
  const pixels = Uint8Array.from({ length: 5 * 3 * 3 }, (_, i) => i * 5);
  const image = { width: 5, height: 3, pixels };

  it('holds the page as RGB', () => {
    const read = dicomElements(writeDicomCapture(image, header()));
    expect(read.text('x00080016')).toBe('1.2.840.10008.5.1.4.1.1.7');
    expect([read.number('x00280011'), read.number('x00280010'), read.number('x00280002')]).toEqual([5, 3, 3]);
    expect(read.text('x00280004')).toBe('RGB');
    expect(read.text('x00080064')).toBe('WSD');
    expect(read.text('x00280301')).toBe('YES');
    expect(read.bytes('x7fe00010').subarray(0, pixels.length)).toEqual(pixels);
  });

  it('is refused for a size that is not that of the pixels', () => {
    expect(() => writeDicomCapture({ ...image, width: 6 }, header())).toThrow('6 × 3');
    expect(() => writeDicomCapture({ width: 0, height: 0, pixels: new Uint8Array(0) }, header())).toThrow('0 × 0');
  });

  it('passes dciodvfy', (context) => {
    needsPeer(context, 'dciodvfy');
    expectValid(writeDicomCapture(image, header()));
  });
});

describe('what a report’s model gives', () => {
  const about = { studyId: 's', signedAt: null, version: 1 };
  const input = exampleReport();
  const withHeader = (more: JsonObject) => buildReport({ ...input, scan: { ...input.scan, header: more } });

  it('is the study of the scan; without a UID there the same new one at each export', () => {
    const own = dicomReportHeader(buildReport(input), about);
    expect(own.studyInstanceUid).toMatch(/^2\.25\.\d{1,39}$/);
    expect(dicomReportHeader(buildReport(input), about).studyInstanceUid).toBe(own.studyInstanceUid);
    expect(dicomReportHeader(buildReport(input), { ...about, studyId: 't' }).studyInstanceUid).not.toBe(
      own.studyInstanceUid,
    );
    const named = withHeader({ StudyInstanceUID: { Value: '1.2.9', Description: '' } });
    expect(dicomReportHeader(named, about)).toMatchObject({ studyInstanceUid: '1.2.9', isSigned: false, sources: [] });
  });

  it('takes number, order, date, physician, frame of reference and evidence from the scan’s header', () => {
    expect(dicomReportHeader(withHeader(DICOM_HEADER), about)).toMatchObject({
      ...{ studyId: 'STUDY-7', accessionNumber: 'ACC-42', studyDate: '2025-01-16T16:42:08' },
      ...{ patientIdIssuer: 'St. Elsewhere', referringPhysicianName: 'Refers^Rita', studyDescription: 'Brain MRS' },
      frameOfReferenceUid: '1.2.826.0.1.3680043.9.1.7',
      sources: [{ sopClassUid: '1.2.840.10008.5.1.4.1.1.4.2', sopInstanceUid: '1.2.826.0.1.3680043.9.1.2.3' }],
    });
  });

  it('names the patient in all scripts only while the study goes by the same name', () => {
    const scan = { ...input.scan, header: { PatientNameGroups: 'Demo, Phantom=山田^太郎' } };
    expect(dicomReportHeader(buildReport({ ...input, scan }), about).patientNameGroups).toBe('Demo, Phantom=山田^太郎');
    const patient = { ...input.patient, name: 'Other^Name' };
    expect(dicomReportHeader(buildReport({ ...input, scan, patient }), about).patientNameGroups).toBeNull();
  });

  it('is one object for one version however often it is made, another for the next, one series a kind and study', () => {
    // The conclusion of the draft that follows has no say in what was signed before it.
    const of = (version: number, signedAt: string, conclusion = '') =>
      dicomReportHeader(buildReport({ ...input, conclusion }), { studyId: 's', signedAt, version }).uids;
    const [first, again] = [of(1, '2026-01-03T10:20:30.000Z'), of(1, '2026-01-03T10:20:30.000Z', 'next')];
    const second = of(2, '2026-01-04T10:20:30.000Z');
    expect(again).toEqual(first);
    const all = [first, second].flatMap((one) => Object.values(one));
    expect(new Set(all.map(({ sopInstanceUid }) => sopInstanceUid)).size).toBe(6);
    expect(new Set(all.map(({ seriesInstanceUid }) => seriesInstanceUid)).size).toBe(3);
    // A draft is another object than the version it becomes, and is one only while it says the same.
    const draft = (change: object) => dicomReportHeader(buildReport({ ...input, ...change }), about).uids;
    expect(draft({})).toEqual(draft({ generatedAt: '2027-01-01T00:00:00Z' }));
    const pdfs = [draft({}), draft({ conclusion: 'x' }), first].map(({ pdf }) => pdf.sopInstanceUid);
    expect(new Set(pdfs).size).toBe(3);
  });

  it('gives every version of a series the same series, as archives keep one description', () => {
    const description = (version: number): unknown =>
      dicomElements(writeDicomPdf(PDF, header({ version, title: `version ${version}` }))).text('x0008103e');
    expect(description(1)).toBe(description(2));
  });
});

describe('times', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it('without a zone are the hospital’s, as DICOM has them', () => {
    process.env['TZ'] = 'Europe/Prague';
    expect(localTime('2026-01-03T23:20:30.000Z')).toBe('2026-01-04T00:20:30');
    process.env['TZ'] = 'America/New_York';
    expect(localTime('2026-07-03T02:00:00Z')).toBe('2026-07-02T22:00:00');
    // What says no zone is the scanner's time already.
    expect(localTime('2026-01-03T23:20:30')).toBe('2026-01-03T23:20:30');
  });
});

describe('pixels of a PNG', () => {
  const chunk = (kind: string, data: Uint8Array): Uint8Array => {
    const out = new Uint8Array(12 + data.length);
    new DataView(out.buffer).setUint32(0, data.length);
    out.set(new TextEncoder().encode(kind), 4);
    out.set(data, 8);
    return out;
  };
  /** Rows with their filter byte first. */
  function png(width: number, colourType: number, rows: readonly (readonly number[])[], depth = 8): Uint8Array {
    const head = new Uint8Array(13);
    new DataView(head.buffer).setUint32(0, width);
    new DataView(head.buffer).setUint32(4, rows.length);
    head.set([depth, colourType, 0, 0, 0], 8);
    const parts = [
      chunk('IHDR', head),
      chunk('IDAT', zlibSync(Uint8Array.from(rows.flat()))),
      chunk('IEND', new Uint8Array(0)),
    ];
    return new Uint8Array(Buffer.concat([Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10]), ...parts]));
  }

  it('come back through every filter', () => {
    // Two RGB pixels a row; each row is written by another filter and must give 10 20 30 40 50 60.
    const rows = [
      [0, 10, 20, 30, 40, 50, 60],
      [1, 10, 20, 30, 30, 30, 30],
      [2, 0, 0, 0, 0, 0, 0],
      [3, 5, 10, 15, 15, 15, 15],
      [4, 0, 0, 0, 0, 0, 0],
    ];
    const { width, height, pixels } = pngPixels(png(2, 2, rows));
    expect([width, height]).toEqual([2, 5]);
    for (let row = 0; row < 5; row++)
      expect([...pixels.subarray(row * 6, row * 6 + 6)]).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it('are drawn on white where they are see-through', () => {
    expect([...pngPixels(png(2, 6, [[0, 10, 20, 30, 255, 10, 20, 30, 0]])).pixels]).toEqual([
      10, 20, 30, 255, 255, 255,
    ]);
  });

  it.each([
    ['no PNG', new Uint8Array([1, 2, 3]), 'no PNG'],
    ['16 bits', png(1, 2, [[0, 1, 2, 3]], 16), 'not an 8-bit RGB image'],
    ['a palette', png(1, 3, [[0, 1]]), 'not an 8-bit RGB image'],
    ['too few pixels', png(2, 2, [[0, 1, 2, 3]]), 'not complete'],
    ['an unknown filter', png(1, 2, [[9, 1, 2, 3]]), 'a filter in it is unknown'],
    ['a cut file', png(1, 2, [[0, 1, 2, 3]]).subarray(0, 45), 'cut short'],
    ['no pixels', png(1, 2, [[0, 1, 2, 3]]).subarray(0, 33), 'no pixels'],
  ] as const)('are refused in words for %s', (_what, bytes, words) => {
    expect(() => pngPixels(bytes)).toThrow(words);
  });
});

describe('the tools around it', () => {
  it('dcmdump reads the file where it is installed', (context) => {
    needsPeer(context, 'dcmdump');
    expect(dcmdump(writeDicomPdf(PDF, header()))).toContain('EncapsulatedPDFStorage');
  });
});
