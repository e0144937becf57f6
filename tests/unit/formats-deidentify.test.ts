// De-identification on files made here, with identities in odd places: nested items, private blocks, UTF-16, file names, the
// table of a twix file. What the output holds is sought byte by byte.
import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { deidentificationReport, deidentify, deidentifyDataset } from '../../src/core/formats/deidentify.ts';
import { profileAttribute } from '../../src/core/formats/deidentify/basicProfile.ts';
import { deidentifyBytes } from '../../src/core/formats/deidentify/deidentifyBytes.ts';
import { shiftDate } from '../../src/core/formats/deidentify/shiftDate.ts';
import { parseDicom, TAG } from '../../src/core/formats/dicom/dicomFile.ts';
import { dicomTag } from '../../src/core/formats/dicom/dicomTags.ts';
import type { InputFile } from '../../src/core/formats/inputFile.ts';
import type { DicomElement, DicomEncoding } from '../../src/core/formats/write/dicomEncoder.ts';
import {
  concatBytes,
  encodeElements,
  filePrefix,
  numberElement,
  sequenceElement,
  textElement,
} from '../../src/core/formats/write/dicomEncoder.ts';
import { writeNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { BY } from '../fixtures/identities.ts';

const NAME = 'Quisling^Hedwig';
const SECRETS = [
  'Quisling',
  'Hedwig',
  'PAT-77123',
  '19610423',
  'Sankt Olaf Hospital',
  'SER4711-9',
  '1.3.12.2.1107.5.2.34.18928',
];
const UID = '1.3.12.2.1107.5.2.34.18928.2019052816190394644210';
const t = dicomTag;

function found(files: readonly InputFile[]): string[] {
  return files.flatMap(({ name, bytes }) => {
    const lower = Buffer.from(Buffer.from(bytes).toString('latin1').toLowerCase(), 'latin1');
    return SECRETS.filter((secret) => {
      const plain = secret.toLowerCase();
      return (
        lower.includes(plain) || lower.includes(Buffer.from(plain, 'utf16le')) || name.toLowerCase().includes(plain)
      );
    });
  });
}

/** UTF-16 and Latin-1 names within a binary header. */
const CSA = concatBytes([
  strToU8('SV10....PatientName Quisling^Hedwig '),
  new Uint8Array(Buffer.from('Hedwig Quisling', 'utf16le')),
  strToU8(` tReferenceImage0 = "${UID}.7" lamplitude 42`),
]);

const elements = (): DicomElement[] => [
  textElement(TAG.sopClassUid, '1.3.12.2.1107.5.9.1'),
  textElement(TAG.sopInstanceUid, `${UID}.1`),
  textElement(TAG.studyInstanceUid, `${UID}.2`),
  textElement(TAG.frameOfReferenceUid, `${UID}.3`),
  textElement(TAG.studyDate, '20190528'),
  textElement(TAG.acquisitionDateTime, '20190528161903.5'),
  textElement(TAG.patientName, NAME),
  textElement(TAG.patientId, 'PAT-77123'),
  textElement(TAG.patientBirthDate, '19610423'),
  textElement(TAG.patientSex, 'F'),
  textElement(TAG.patientAge, '058Y'),
  textElement(TAG.institutionName, 'Sankt Olaf Hospital'),
  textElement(TAG.deviceSerialNumber, 'SER4711-9'),
  textElement(TAG.seriesDescription, 'svs_se_30 quisling'),
  textElement(TAG.protocolName, 'svs_se_30'),
  textElement(TAG.imageComments, 'for Dr Hedwig'),
  textElement(t(0x0018, 0x9999, 'LO'), 'PAT-77123 again'),
  numberElement(TAG.spectralWidth, 2000),
  sequenceElement(TAG.referencedImageSequence, [
    textElement(TAG.referencedSopClassUid, '1.2.840.10008.5.1.4.1.1.4'),
    textElement(TAG.referencedSopInstanceUid, `${UID}.4`),
    sequenceElement(t(0x0040, 0xa170, 'SQ'), [textElement(t(0x0008, 0x0104, 'LO'), 'seen by Quisling')]),
  ]),
  textElement(t(0x0029, 0x0010, 'LO'), 'SIEMENS CSA HEADER'),
  { key: 'x00291010', vr: 'OB', value: CSA },
  textElement(t(0x0099, 0x0010, 'LO'), 'SOMEBODY ELSE'),
  textElement(t(0x0099, 0x1001, 'LO'), NAME),
];

const dicom = (syntax: string, encoding: DicomEncoding): InputFile => {
  // Binary numbers of the big-endian file are not read here.
  const given = encoding.littleEndian ? elements() : elements().filter((e) => e.vr !== 'FD');
  const prefix = filePrefix('1.3.12.2.1107.5.9.1', `${UID}.1`, syntax);
  return {
    name: 'Quisling_Hedwig.MR.HEAD.0020.0179.2019.05.28.16.19.03.946442.108191768.IMA',
    bytes: concatBytes([prefix, encodeElements(given, encoding)]),
  };
};

const ENCODINGS: readonly [string, string, DicomEncoding][] = [
  ['explicit little-endian', '1.2.840.10008.1.2.1', { explicit: true, littleEndian: true }],
  ['implicit little-endian', '1.2.840.10008.1.2', { explicit: false, littleEndian: true }],
  ['explicit big-endian', '1.2.840.10008.1.2.2', { explicit: true, littleEndian: false }],
];

describe('DICOM files', () => {
  it.each(ENCODINGS)('lose every identity, wherever it stands (%s)', (_, syntax, encoding) => {
    const given = dicom(syntax, encoding);
    expect(found([given]).length).toBe(SECRETS.length);
    const { files, removed } = deidentifyBytes([given], BY);
    expect(found(files)).toEqual([]);
    expect(files[0]?.name).toBe('LS-0001.MR.0020.0179.IMA');
    const { dataset } = parseDicom(files[0]?.bytes as Uint8Array, 'out.dcm');
    expect(dataset.string(TAG.patientName)).toBe('LS-0001');
    expect(dataset.string(TAG.patientId)).toBe('LS-0001');
    expect(dataset.string(TAG.patientSex)).toBe('F');
    expect(dataset.string(TAG.patientAge)).toBe('058Y');
    expect(dataset.string(TAG.patientBirthDate)).toBeNull();
    expect(dataset.string(TAG.studyDate)).toBe('20190421');
    expect(dataset.string(TAG.studyInstanceUid)).toBe(BY.uidFor(`${UID}.2`));
    expect(dataset.string(TAG.sopClassUid)).toBe('1.3.12.2.1107.5.9.1');
    expect(dataset.string(TAG.protocolName)).toBe('svs_se_30');
    expect(dataset.item(TAG.referencedImageSequence)?.string(TAG.referencedSopInstanceUid)).toBe(BY.uidFor(`${UID}.4`));
    expect(dataset.string(t(0x0012, 0x0062, 'CS'))).toBe('YES');
    const report = deidentificationReport(removed);
    expect(report.some((line) => /Patient's Name \(0010,0010\): replaced/.test(line))).toBe(true);
    expect(SECRETS.some((secret) => report.join('\n').includes(secret))).toBe(false);
  });

  it('keep the private header that the signal needs, in its length, and no other private attribute', () => {
    const { files } = deidentifyBytes([dicom(...(ENCODINGS[0]?.slice(1) as [string, DicomEncoding]))], BY);
    const { dataset } = parseDicom(files[0]?.bytes as Uint8Array, 'out.dcm');
    const csa = dataset.bytes(t(0x0029, 0x1010, 'OB'));
    expect(csa?.length).toBe(CSA.length + (CSA.length % 2));
    expect(Buffer.from(csa as Uint8Array).toString('latin1')).toContain('lamplitude 42');
    expect(dataset.has(t(0x0099, 0x1001, 'LO'))).toBe(false);
    expect(dataset.number(TAG.spectralWidth)).toBe(2000);
  });

  it('warn of pictures with text, and of damage', () => {
    const capture = [textElement(TAG.sopClassUid, '1.2.840.10008.5.1.4.1.1.7'), textElement(TAG.patientName, NAME)];
    const bytes = concatBytes([
      filePrefix('1.2.840.10008.5.1.4.1.1.7', '1.2.3', '1.2.840.10008.1.2.1'),
      encodeElements(capture, { explicit: true, littleEndian: true }),
    ]);
    expect(deidentifyBytes([{ name: 'a.dcm', bytes }], BY).warnings.map((w) => w.code)).toEqual(['burned-in-text']);
    const cut = bytes.subarray(0, bytes.length - 5);
    expect(deidentifyBytes([{ name: 'a.dcm', bytes: cut }], BY).warnings.map((w) => w.code)).toContain(
      'file-incomplete',
    );
  });

  it('knows the profile’s attributes and repeating groups', () => {
    expect(profileAttribute('x00100010')?.action).toBe('empty');
    expect(profileAttribute('x00102160')?.action).toBe('remove');
    expect(profileAttribute('x60023000')?.action).toBe('remove');
    expect(profileAttribute('x00280010')).toBeUndefined();
  });
});

describe('text headers', () => {
  const SPAR = [
    'examination_name : Quisling H', 'scan_id : PRESS_30', 'scan_date : 2019.05.28 16:19:03', 'patient_name : Quisling Hedwig',
    'patient_birth_date : 1961.04.23', 'samples : 2048', 'rows : 1', 'synthesizer_frequency : 127750000', 'nucleus : 1H', '',
  ].join('\r\n'); // prettier-ignore

  it('blank a SPAR in its length, shift its date, and find its names in the files beside it', () => {
    const spar = { name: 'Quisling_act.SPAR', bytes: strToU8(SPAR) };
    const rda = {
      name: 'x.rda',
      bytes: strToU8(
        `>>> Begin of header <<<\r\nPatientID: PAT-77123\r\nPatientBirthDate: 19610423\r\nInstitutionName: Sankt Olaf Hospital\r\nDeviceSerialNumber: SER4711-9\r\nSeriesDescription: press Hedwig\r\nStudyDate: 20190528\r\nTE: 30\r\n>>> End of header <<<\r\n12345678`,
      ),
    };
    const { files, removed } = deidentifyBytes([spar, rda], BY);
    expect(found(files)).toEqual([]);
    expect(files.map((f) => f.bytes.length)).toEqual([spar.bytes.length, rda.bytes.length]);
    const text = Buffer.from(files[0]?.bytes as Uint8Array).toString('latin1');
    expect(text).toContain('scan_date : 2019.04.21 16:19:03');
    expect(text).toContain('samples : 2048');
    expect(text).toContain('scan_id : PRESS_30');
    const second = Buffer.from(files[1]?.bytes as Uint8Array).toString('latin1');
    expect(second).toContain('SeriesDescription: press XXXXXX');
    expect(second).toContain('StudyDate: 20190421');
    expect(removed.map((r) => r.place)).toContain('header line patient_name');
  });

  it('blank Bruker and jMRUI keys', () => {
    const acqp =
      '##TITLE=Parameter List, ParaVision 6.0.1\n##JCAMPDX=4.24\n##DATATYPE=Parameter Values\n##OWNER=Hedwig\n$$ 2019-05-28 16:19:03 Quisling@host\n##$SUBJECT_name_string=( 64 )\n<Quisling>\n##$ACQ_size=( 1 )\n4096\n##END=\n';
    const { files } = deidentifyBytes([{ name: 'acqp', bytes: strToU8(acqp) }], BY);
    expect(found(files)).toEqual([]);
    expect(Buffer.from(files[0]?.bytes as Uint8Array).toString('latin1')).toContain('##$ACQ_size=( 1 )\n4096');
  });

  it('find a name of one character set in files of another', () => {
    const spar = { name: 'a.SPAR', bytes: strToU8(SPAR.replace('Quisling Hedwig', 'Müllerström Änne')) };
    const latin = {
      name: 'b.txt',
      bytes: new Uint8Array(Buffer.from('1 2\n# M\u00fcllerstr\u00f6m\n3 4\n5 6\n', 'latin1')),
    };
    const { files } = deidentifyBytes([spar, latin], BY);
    for (const { bytes } of files) expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/llerstr/);
  });

  it('leave out what can’t be cleaned, and say so', () => {
    const { files, warnings } = deidentifyBytes([{ name: 'Quisling.mat', bytes: strToU8('MATLAB 5.0 Quisling') }], BY);
    expect(files).toEqual([]);
    expect(warnings.map((w) => w.code)).toEqual(['not-deidentified']);
  });
});

describe('twix files of VD and later', () => {
  it('lose the names in table and header, in their length', () => {
    const header = strToU8(
      `....<ParamString."tPatientName">  { "${NAME}" }\n<ParamString."DeviceSerialNumber">  { "SER4711-9" }\n<ParamString."tFrameOfReference"> { "${UID}" }\nsProtocol = 1\n`,
    );
    const start = 10240;
    const bytes = new Uint8Array(start + header.length + 64);
    const view = new DataView(bytes.buffer);
    view.setUint32(4, 1, true);
    view.setUint32(16, start, true);
    view.setUint32(24, bytes.length - start, true);
    bytes.set(strToU8('Quisling^Hedwig'), 32);
    bytes.set(header, start);
    view.setUint32(start, header.length, true);
    const { files, warnings } = deidentifyBytes([{ name: 'meas.dat', bytes }], BY);
    expect(warnings).toEqual([]);
    expect(found(files)).toEqual([]);
    expect(files[0]?.bytes.length).toBe(bytes.length);
  });
});

const DATASET: MrsDataset = {
  data: { re: new Float64Array([1, 2]), im: new Float64Array([3, 4]), shape: [1, 1, 1, 2] },
  dimensions: [],
  dwellTimeS: 5e-4,
  spectrometerFrequencyMHz: 123.2,
  nucleus: '1H',
  acquisition: {
    ...UNKNOWN_ACQUISITION,
    acquiredAt: '2019-05-28T16:19:03',
    scannerModel: 'Prisma',
    sequence: 'press Quisling',
  },
  patient: { ...UNKNOWN_PATIENT, name: NAME, id: 'PAT-77123', birthDate: '19610423', sex: 'F' },
  affine: null,
  format: 'test',
  header: {
    InstitutionName: 'Sankt Olaf Hospital',
    DeviceSerialNumber: 'SER4711-9',
    StudyInstanceUID: { Value: `${UID}.2`, Description: 'study' },
    note: `SER4711-9 at Sankt Olaf Hospital, ${UID}.9`,
    StudyDate: '20190528',
  },
  provenance: [],
  warnings: [],
};
const asFile = (dataset: MrsDataset): InputFile => ({
  name: 'a.nii',
  bytes: writeNiftiMrs(dataset, { compress: false }),
});

describe('datasets and NIfTI-MRS files', () => {
  it('lose names, institution, device and UIDs', () => {
    expect(found([asFile(DATASET)]).length).toBe(SECRETS.length);
    expect(found([asFile(deidentify(DATASET))])).toEqual([]);
  });

  it('get a pseudonym, shifted dates and other UIDs, with a report without values', () => {
    const { dataset, removed } = deidentifyDataset(DATASET, BY);
    expect(found([asFile(dataset)])).toEqual([]);
    expect(dataset.patient).toMatchObject({ name: 'LS-0001', id: 'LS-0001', birthDate: null, sex: 'F' });
    expect(dataset.acquisition.acquiredAt).toBe('2019-04-21T16:19:03');
    expect(dataset.header['StudyDate']).toBe('20190421');
    expect(dataset.header['StudyInstanceUID']).toEqual({ Value: BY.uidFor(`${UID}.2`), Description: 'study' });
    expect(deidentificationReport(removed)).toContain('header key InstitutionName: removed');
  });

  it('as files keep their samples bit by bit', () => {
    const given = asFile(DATASET);
    const { files } = deidentifyBytes([given], BY);
    expect(found(files)).toEqual([]);
    const tail = (bytes: Uint8Array): Uint8Array => bytes.slice(-16);
    expect(tail(files[0]?.bytes as Uint8Array)).toEqual(tail(given.bytes));
  });
});

describe('dates', () => {
  it.each([
    ['20200301', -1, '20200229'],
    ['2019.12.31 10:00', 1, '2020.01.01 10:00'],
    ['2019-05-28T16:19:03', -37, '2019-04-21T16:19:03'],
    ['20191340', 1, null],
    ['May 2019', 1, null],
  ])('%s moved by %i days is %s', (text, days, moved) => {
    expect(shiftDate(text, days)).toBe(moved);
  });
});
