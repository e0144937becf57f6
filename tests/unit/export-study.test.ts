// Exports of a study: every format, with and without what identifies the patient; nothing of the patient in any byte, name or
// report; nothing left after a failure; each export noted in the database.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { bytesOf } from '../../src/core/domain/fileContent.ts';
import type { ExportFormat } from '../../src/core/domain/studyExport.ts';
import { imageSeriesNifti, readMrs, writeDicomMrs, writeMrs } from '../../src/core/formats/index.ts';
import type { GivenFile, InputFile } from '../../src/core/formats/inputFile.ts';
import { readZip } from '../../src/core/formats/zipArchive.ts';
import type { ExportRequest, ExportSummary } from '../../src/core/pipeline/exportStudy.ts';
import { importIntoStore } from '../../src/core/pipeline/studyWorkflow.ts';
import { regionScan } from '../../src/core/pipeline/regionScan.ts';
import type { NewDataset, StudyStore } from '../../src/core/ports/studyStore.ts';
import { exportIntoFolder, freeExportFolder } from '../../src/node/files/exportFolder.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { cancellationSource } from '../../src/node/workers/cancellation.ts';
import { sliceFile } from '../fixtures/dicomSlices.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { sdatBytes, sparText, textBytes } from './philipsFiles.ts';
import { syntheticScan } from './workflowFixture.ts';

const SECRETS = /musterfrau|erika|pat-4711|1964-?08-?12|2025-?11-?05|1\.2\.276\.0\.7230010/i;
const UID = '1.2.276.0.7230010.3.1.4.8323329.17183.1718013402.1';

let folder: string;
let store: StudyStore;
let studyId: string;

const parse = async (files: readonly GivenFile[], options = {}): Promise<MrsDataset> => readMrs(files, options);

const named = (part: Partial<MrsDataset> = {}): MrsDataset => {
  const scan = syntheticScan();
  const patient = { ...scan.patient, name: 'Musterfrau^Erika', id: 'PAT-4711', birthDate: '1964-08-12' };
  const header = { ...scan.header, StudyInstanceUID: { Value: UID, Description: 'Study Instance UID' } };
  const acquisition = { ...scan.acquisition, acquiredAt: '2025-11-05T10:20:30' };
  return {
    ...scan,
    affine: scan.affine ?? [20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 1],
    patient,
    acquisition,
    header,
    ...part,
  };
};

/** One FID, as every format can hold. */
const averaged = (): MrsDataset => {
  const scan = named();
  const points = scan.data.shape.at(-1) as number;
  const data = { re: scan.data.re.slice(0, points), im: scan.data.im.slice(0, points), shape: [1, 1, 1, points] };
  return { ...scan, data, dimensions: [] };
};

/** Two transients, which LCModel has no place for. */
const raw = (): MrsDataset => {
  const { data, ...scan } = averaged();
  const twice = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from([...Array.from(values), ...Array.from(values)]);
  const points = data.shape.at(-1) as number;
  return {
    ...scan,
    data: { re: twice(data.re), im: twice(data.im), shape: [1, 1, 1, 2, points] },
    dimensions: [{ tag: 'DIM_DYN', info: null, header: null }],
  };
};

/** A region's mean as another program's user has it. */
const averagedRegion = (mean: NewDataset): MrsDataset => {
  const read = readMrs([{ name: mean.fileName, bytes: bytesOf(mean) }]);
  return { ...read, patient: { ...read.patient, name: 'Other^Person', id: 'O-1' } };
};

let uids = 0;
const dicom = (dataset: MrsDataset, name: string): InputFile => ({
  name,
  bytes: writeDicomMrs(dataset, { uid: () => `${UID}.${++uids}` }),
});

async function importFiles(files: readonly InputFile[]): Promise<string> {
  const { studies, failures } = await importIntoStore(files, store, { parse });
  expect(failures).toEqual([]);
  return studies[0]?.outcome.study.id as string;
}

beforeEach(async () => {
  folder = makeTempFolder();
  store = openStudyDb(join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
  studyId = await importFiles([
    dicom(averaged(), 'Musterfrau_Erika.dcm'),
    { name: 'Musterfrau_raw.nii.gz', bytes: writeMrs(raw(), 'nifti-mrs') },
  ]);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const out = (): string => join(folder, 'out');
async function exported(part: Partial<ExportRequest>): Promise<ExportSummary> {
  const request = { studyId, datasetIds: null, format: 'as-imported' as const, deidentify: true, ...part };
  return exportIntoFolder(store, request, out(), { parse, version: '1.0' });
}
const idOf = (format: string): string =>
  store.listDatasets(studyId).find(({ description }) => description.format === format)?.id as string;

/** Paths and contents of what was written, gzip unpacked. */
function written(): Map<string, Buffer> {
  const paths = readdirSync(out(), { recursive: true }).map((name) => join(out(), String(name)));
  return new Map(
    paths
      .filter((path) => statSync(path).isFile())
      .map((path) => {
        const bytes = readFileSync(path);
        return [relative(out(), path), bytes[0] === 0x1f ? gunzipSync(bytes) : bytes];
      }),
  );
}
const allText = (): string => [...written()].map(([name, bytes]) => `${name}\n${bytes.toString('latin1')}`).join('\n');

describe('an export without names', () => {
  it('keeps the scanner’s own format, bit by bit the same signal, and says what it removed', async () => {
    const { files, report } = await exported({});
    expect(files).toEqual(['metabolite-1.dcm', 'metabolite-2.nii.gz', 'study.json', 'deidentification.txt']);
    const after = readMrs([{ name: 'a.dcm', bytes: new Uint8Array(written().get('metabolite-1.dcm') as Buffer) }]);
    const before = readMrs([dicom(averaged(), 'a.dcm')]);
    expect(after.data).toEqual(before.data);
    expect(after.patient).toMatchObject({ id: expect.stringMatching(/^Patient-[0-9a-f]{8}$/), birthDate: null });
    const dicomReport = report?.files.find(({ name }) => name === 'metabolite-1.dcm');
    expect(dicomReport?.removals).toEqual(
      expect.arrayContaining([
        { place: expect.stringContaining('(0010,0010)') as string, action: 'replaced' },
        { place: expect.stringContaining('(0008,0020)') as string, action: 'shifted' },
      ]),
    );
    expect(written().get('deidentification.txt')?.toString()).toContain('metabolite-1.dcm\n');
    expect(allText()).not.toMatch(SECRETS);
  });

  it.each(['as-imported', 'nifti-mrs', 'bids', 'jmrui'] as const)(
    'numbers the regions that a user named by hand: %s',
    async (format) => {
      const stamp = { program: 'Lineshape', version: '1.0', now: () => '2026-01-01T00:00:00.000Z' };
      const region = { name: 'Lesion of Huber, Anna', voxels: [0], sourceSha256: 'a'.repeat(64) };
      const mean = regionScan(averaged(), region, stamp);
      const { datasets } = store.addDatasets(studyId, [mean]);
      // The same file, taken in from elsewhere, is no region's mean by its format.
      const elsewhere = await importFiles([
        { name: 'mean.nii.gz', bytes: writeMrs(averagedRegion(mean), 'nifti-mrs') },
      ]);
      const { report } = await exported({ format, datasetIds: [datasets[0]!.id] });
      expect(allText()).not.toMatch(/huber|anna/i);
      if (format !== 'jmrui') expect(allText()).toContain('Region 1');
      expect(report?.files[0]?.removals).toContainEqual({
        place: 'name of the region drawn by hand',
        action: 'replaced',
      });
      rmSync(out(), { recursive: true });
      await exported({ format, studyId: elsewhere });
      expect(allText()).not.toMatch(/huber|anna/i);
    },
  );

  const FORMATS: readonly (readonly [ExportFormat, readonly string[]])[] = [
    ['nifti-mrs', ['metabolite-1.nii.gz']],
    ['dicom', ['metabolite-1.dcm']],
    ['lcmodel', ['metabolite-1.RAW', 'metabolite-1.CONTROL']],
    ['jmrui', ['metabolite-1.txt']],
    ['csv', ['metabolite-1.csv']],
  ];
  it.each(FORMATS)('as %s holds nothing of the patient', async (format, names) => {
    const { files } = await exported({ format, datasetIds: [idOf('dicom')] });
    expect(files).toEqual([...names, 'study.json', 'deidentification.txt']);
    expect(allText()).not.toMatch(SECRETS);
  });

  it('as BIDS is a data set of the pseudonym, which names the files that are not BIDS’s', async () => {
    const { files } = await exported({ format: 'bids' });
    expect(files.filter((name) => /_svs(?:$|\.nii)/.test(name))).toHaveLength(2);
    expect(files[0]).toBe('dataset_description.json');
    expect(files.some((name) => /^sub-Patient[0-9a-f]{8}\/mrs\//.test(name))).toBe(true);
    expect(written().get('.bidsignore')?.toString()).toContain('deidentification.txt');
    expect(allText()).not.toMatch(SECRETS);
  });

  it('names a patient the same every time', async () => {
    const request = { studyId, datasetIds: null, format: 'csv' as const, deidentify: true };
    const name = freeExportFolder(store, request, folder);
    expect(name).toMatch(/^Patient-[0-9a-f]{8} csv$/);
    expect(freeExportFolder(store, request, folder)).toBe(name);
  });

  it('takes a name that only one of the files gives out of all of them', async () => {
    const silent = averaged();
    const scan = { ...silent, patient: { ...silent.patient, name: null, birthDate: null } };
    const acquisition = { ...scan.acquisition, sequence: 'press for Musterfrau' };
    const other = await importFiles([
      { name: 'a.nii.gz', bytes: writeMrs(named(), 'nifti-mrs') },
      { name: 'b.nii.gz', bytes: writeMrs({ ...scan, acquisition }, 'nifti-mrs') },
    ]);
    await exported({ studyId: other });
    expect(allText()).not.toMatch(SECRETS);
  });
});

describe('an export with an image series', () => {
  /** Names the patient in folder and headers, and is of another frame of reference. */
  const withImages = (): Promise<string> => {
    const scan = averaged();
    const patient = { ...scan.patient, id: 'Musterfrau^Erika' };
    const slices = [0, 1, 2].map((slice) => {
      const path = `Musterfrau T1/IM000${slice + 1}`;
      return sliceFile({ slice, path, patient: 'Musterfrau^Erika', date: '20251105', series: `${UID}.7`, study: UID });
    });
    return importFiles([dicom({ ...scan, patient }, 'Musterfrau.dcm'), ...slices]);
  };

  it('keeps it as DICOM, slice by slice, with the pixels as they were', async () => {
    const other = await withImages();
    const [image] = store.listDatasets(other).filter(({ role }) => role === 'image');
    expect(image?.description.warnings.map(({ code }) => code)).toContain('frame-of-reference-differs');
    const { files } = await exported({ studyId: other });
    expect(files).toEqual(['metabolite-1.dcm', 'image-1.zip', 'study.json', 'deidentification.txt']);
    expect(allText()).not.toMatch(SECRETS);
    const slices = readZip(new Uint8Array(written().get('image-1.zip') as Buffer), 'image-1.zip');
    expect(slices.map(({ path }) => path)).toEqual(['0001.dcm', '0002.dcm', '0003.dcm']);
    const before = readZip(store.readRawFile(image?.id as string), 'a.zip');
    const [after, given] = [slices, before].map((list) => imageSeriesNifti(list, 'a').subarray(352));
    expect(after).toEqual(given);
    expect(written().get('study.json')?.toString()).toContain('frame-of-reference-differs');
  });

  it.each(['nifti-mrs', 'bids'] as const)('as %s makes one volume of it, and names it nowhere', async (format) => {
    const { files, report } = await exported({ studyId: await withImages(), format });
    const image = files.find((name) => /image-1\.nii\.gz|T1w\.nii\.gz/.test(name));
    expect(report?.files.map(({ name }) => name)).toContain(image);
    expect(files).toEqual(expect.arrayContaining(report?.files.map(({ name }) => name) as string[]));
    expect(allText()).not.toMatch(SECRETS);
  });
});

describe('an export of scans with header files', () => {
  it('gives each scan its own header, under one new name', async () => {
    const water = sdatBytes(1, 4).map((byte, i) => (i === 4 ? byte ^ 1 : byte));
    const spar = (part = {}): Uint8Array => textBytes(sparText({ patient_name: 'Musterfrau^Erika', ...part }));
    const other = await importFiles([
      { name: 'Musterfrau_act.SDAT', bytes: sdatBytes(1, 4) },
      { name: 'Musterfrau_act.SPAR', bytes: spar() },
      { name: 'Musterfrau_ref.SDAT', bytes: water },
      { name: 'Musterfrau_ref.SPAR', bytes: spar({ scan_id: 'PRESS_35_ref' }) },
    ]);
    const { files } = await exported({ studyId: other });
    expect(files.slice(0, 4)).toEqual(['metabolite-1.sdat', 'metabolite-1.spar', 'water-1.sdat', 'water-1.spar']);
    expect(allText()).not.toMatch(SECRETS);
    const pair = ['water-1.sdat', 'water-1.spar'].map((name) => ({
      name,
      bytes: new Uint8Array(written().get(name) as Buffer),
    }));
    expect(readMrs(pair).acquisition.sequence).toBe('PRESS_35_ref');
  });
});

describe('an export with names', () => {
  it('is the files as they were given, noted in the database', async () => {
    const { files, report } = await exported({ deidentify: false });
    expect(report).toBeNull();
    expect(files).toEqual(['Musterfrau_Erika.dcm', 'Musterfrau_raw.nii.gz', 'study.json']);
    const [id] = store.listDatasets(studyId).map((record) => record.id);
    expect(new Uint8Array(written().get('Musterfrau_Erika.dcm') as Buffer)).toEqual(
      new Uint8Array(store.readRawFile(id as string)),
    );
    expect(store.listJobs()).toMatchObject([
      { kind: 'export-identified', studyId, state: 'done', message: expect.stringContaining('with the patient') },
    ]);
  });
});

describe('an export that fails', () => {
  it('names the scan that the format can’t hold, leaves nothing, and is noted', async () => {
    await expect(exported({ format: 'lcmodel' })).rejects.toThrow(
      /^Musterfrau_raw.nii.gz can't be exported like this: LCModel/,
    );
    expect(existsSync(out())).toBe(false);
    expect(store.listJobs()).toMatchObject([{ kind: 'export-deidentified', state: 'failed' }]);
  });

  it('or is cancelled leaves nothing', async () => {
    const { cancellation, cancel } = cancellationSource();
    const request = { studyId, datasetIds: null, format: 'nifti-mrs' as const, deidentify: true };
    const onProgress = ({ fraction }: { fraction: number }): void => {
      if (fraction > 0) cancel();
    };
    const running = exportIntoFolder(store, request, out(), { parse, version: '1.0', cancellation, onProgress });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(out())).toBe(false);
    expect(store.listJobs()).toMatchObject([{ state: 'cancelled' }]);
  });

  it('is refused where nothing is chosen, or what another study has', async () => {
    await expect(exported({ datasetIds: [] })).rejects.toThrow(/No dataset is chosen/);
    await expect(exported({ datasetIds: ['other'] })).rejects.toThrow(/not in this study/);
  });
});
