// What is made of a de-identified scan names nobody: every object's bytes are searched for what the scanner's file said of patient,
// order, physician, institution and UIDs.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/core/domain/fileContent.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { deidentifyDataset } from '../../src/core/formats/deidentify.ts';
import { readMrs, writeDicomMrs, writeMrs } from '../../src/core/formats/index.ts';
import { writeDicomPdf } from '../../src/core/formats/write/dicomReport.ts';
import { writeDicomStructuredReport } from '../../src/core/formats/write/dicomStructuredReport.ts';
import { deidentifyImport } from '../../src/core/pipeline/deidentifyImport.ts';
import type { SourceFile } from '../../src/core/pipeline/importFiles.ts';
import { planImport } from '../../src/core/pipeline/importFiles.ts';
import { buildReport, reportContent } from '../../src/core/reports/index.ts';
import { ratioMapObjects } from '../../src/node/files/mapDicom.ts';
import { newDicomUid } from '../../src/node/files/dicomUids.ts';
import { dicomReportHeader } from '../../src/node/files/reportDicom.ts';
import { structuredReportContent } from '../../src/node/files/structuredReportContent.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { pseudonymOf } from '../../src/node/study-db/pseudonyms.ts';
import { BY } from '../fixtures/identities.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { exampleReport, exampleResult } from './reportsFixture.ts';
import { syntheticScan } from './workflowFixture.ts';

const SAID = {
  PatientNameGroups: 'Musterfrau^Erika=麻斯特^愛麗卡',
  IssuerOfPatientID: 'Sankt Olaf',
  StudyInstanceUID: '1.2.826.0.1.3680043.77.1',
  SeriesInstanceUID: '1.2.826.0.1.3680043.77.2',
  SOPInstanceUID: '1.2.826.0.1.3680043.77.3',
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.4.2',
  FrameOfReferenceUID: '1.2.826.0.1.3680043.77.4',
  StudyID: 'STUD-881',
  StudyDate: '2025-11-05T10:20:30',
  StudyDescription: 'Erika, tumour?',
  AccessionNumber: 'ACC-99042',
  ReferringPhysicianName: 'Quisling^Hedwig',
  InstitutionName: 'Sankt Olaf Hospital',
};
const SECRETS = ['Musterfrau', 'Erika', '麻斯特', '愛麗卡', 'Sankt Olaf', '3680043.77', 'STUD-881', '2025-11-05', '20251105', 'tumour', 'ACC-99042', 'Quisling', 'Hedwig', 'PAT-4711', '1964']; // prettier-ignore

/** A scan as a DICOM reader gives it. */
function named(): MrsDataset {
  const scan = syntheticScan();
  const header: JsonObject = Object.fromEntries(
    Object.entries(SAID).map(([key, Value]) => [key, { Value, Description: '' }]),
  );
  return {
    ...scan,
    affine: [-20, 0, 0, 0, 0, -20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 1],
    header: { ...scan.header, ...header },
    patient: { ...scan.patient, name: 'Musterfrau^Erika', id: 'PAT-4711', birthDate: '1964-08-12' },
    acquisition: { ...scan.acquisition, acquiredAt: '2025-11-05T10:20:30', region: 'Brain' },
  };
}

/** Report and maps of a scan, as DICOM. */
function objectsOf(scan: MrsDataset, patient = scan.patient): Uint8Array[] {
  const example = exampleReport();
  const { header, acquisition } = scan;
  const model = buildReport({
    ...example,
    patient,
    scan: { ...example.scan, header, acquisition, affine: scan.affine },
  });
  const about = dicomReportHeader(model, { studyId: 's', signedAt: '2026-02-01T00:00:00Z', version: 1 });
  const grid = { ...scan, data: { re: new Float64Array(8), im: new Float64Array(8), shape: [2, 1, 1, 4] } };
  const mapped = {
    ...{ scan: grid, voxels: [{ voxel: 1, result: exampleResult(), curves: null }], patient, studyId: 's' },
    ...{ region: null, inputSha256: 'aa', analysedAt: '2026-02-01T00:00:00Z', software: ['Lineshape', '1'] as const },
  };
  return [
    writeDicomPdf(new TextEncoder().encode('%PDF-1.4'), about),
    writeDicomStructuredReport(about, structuredReportContent(reportContent(model), about)),
    writeDicomMrs(scan, { uid: newDicomUid }),
    ...ratioMapObjects(mapped, 'image', ['tNAA']).flatMap(({ files }) => files),
    ...ratioMapObjects(mapped, 'parametricMap', ['tNAA']).flatMap(({ files }) => files),
  ];
}

const foundIn = (bytes: Uint8Array): string[] => {
  const text = new TextDecoder().decode(bytes);
  return SECRETS.filter((secret) => text.includes(secret));
};

let folder: string;
beforeEach(() => {
  folder = makeTempFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('objects of a named scan', () => {
  it('say whose they are, all of them', () => {
    const objects = objectsOf(named());
    expect(objects).toHaveLength(5);
    for (const bytes of objects) {
      expect(foundIn(bytes)).toEqual(
        expect.arrayContaining(['麻斯特', 'ACC-99042', 'STUD-881', 'Quisling', 'PAT-4711']),
      );
    }
  });
});

describe('objects of a de-identified scan', () => {
  it.each([
    ['under a pseudonym', BY],
    ['without one', null],
  ])('name nobody: %s', (_what, by) => {
    const { dataset, removed } = deidentifyDataset(named(), by);
    expect(removed.map(({ place }) => place)).toEqual(
      expect.arrayContaining(['header key PatientNameGroups', 'header key IssuerOfPatientID', 'header key StudyID']),
    );
    for (const bytes of objectsOf(dataset)) expect(foundIn(bytes)).toEqual([]);
  });

  it.each([
    ['DICOM', (): SourceFile => ({ name: 'a.dcm', bytes: writeDicomMrs(named(), { uid: newDicomUid }) })],
    ['NIfTI-MRS', (): SourceFile => ({ name: 'a.nii.gz', bytes: writeMrs(named(), 'nifti-mrs') })],
  ])('name nobody after an import without names from %s, and are of one study', async (_what, file) => {
    const store = openStudyDb(join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
    try {
      const parse = async (files: readonly SourceFile[], options = {}): Promise<MrsDataset> => readMrs(files, options);
      const plan = await deidentifyImport(await planImport([file()], { parse }), {
        parse,
        pseudonymOf: (...args) => pseudonymOf(store, ...args),
      });
      const [study] = plan.studies;
      const [stored] = study?.datasets ?? [];
      if (study === undefined || stored === undefined) throw new Error('nothing was imported');
      const scan = readMrs([{ name: stored.fileName, bytes: bytesOf(stored) }]);
      const objects = objectsOf(scan, study.study.patient);
      for (const bytes of objects) expect(foundIn(bytes)).toEqual([]);
      const uids = objects.map((bytes) => readStudyUid(bytes));
      expect(new Set(uids).size).toBe(1);
      expect(uids[0]).toMatch(/^2\.25\./);
    } finally {
      store.close();
    }
  });
});

/** StudyInstanceUID, found by its tag: explicit little-endian. */
function readStudyUid(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes);
  return /\x20\x00\x0d\x00UI..([\d.]+)/s.exec(text)?.[1] ?? '';
}
