// An import without names: no byte of them in what is stored, the same pseudonym for the same patient, no file lost unsaid.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/core/domain/fileContent.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { lcmodelFiles, readMrs, writeMrs } from '../../src/core/formats/index.ts';
import { deidentifyImport } from '../../src/core/pipeline/deidentifyImport.ts';
import { planImport } from '../../src/core/pipeline/importFiles.ts';
import type { ImportPlan, SourceFile } from '../../src/core/pipeline/importFiles.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { pseudonymOf } from '../../src/node/study-db/pseudonyms.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

let folder: string;
let store: StudyStore;

beforeEach(() => {
  folder = makeTempFolder();
  store = openStudyDb(join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const parse = async (files: readonly SourceFile[], options = {}): Promise<MrsDataset> => readMrs(files, options);

const named = (part: Partial<MrsDataset['patient']> = {}): MrsDataset => {
  const scan = syntheticScan();
  const patient = { ...scan.patient, name: 'Musterfrau^Erika', id: 'PAT-4711', birthDate: '1964-08-12', ...part };
  return { ...scan, patient, acquisition: { ...scan.acquisition, acquiredAt: '2025-11-05T10:20:30' } };
};

async function clean(files: readonly SourceFile[]): Promise<ImportPlan> {
  const deps = { parse, pseudonymOf: (...args: [MrsDataset['patient'], Uint8Array]) => pseudonymOf(store, ...args) };
  return deidentifyImport(await planImport(files, { parse }), deps);
}

const fileOf = (dataset: MrsDataset, name: string): SourceFile => ({ name, bytes: writeMrs(dataset, 'nifti-mrs') });

describe('an import without names', () => {
  it('stores no byte of name, number, birth date or file name, and moves the date', async () => {
    const plan = await clean([fileOf(named(), 'Musterfrau_Erika_1964.nii.gz')]);
    const [planned] = plan.studies;
    const stored = planned?.datasets[0];
    const bytes = gunzipSync(stored?.bytes ?? new Uint8Array()).toString('latin1');
    const said = JSON.stringify([planned?.study, planned?.datasets.map((d) => [d.fileName, d.description])]);
    expect(bytes + said).not.toMatch(/musterfrau|erika|4711|1964|2025-11-05/i);
    expect(stored).toMatchObject({ role: 'metabolite', fileName: 'metabolite-1.nii.gz' });
    const pseudonym = planned?.study.patient.id;
    expect(pseudonym).toMatch(/^Patient-[0-9a-f]{8}$/);
    expect(planned?.study.patient).toMatchObject({ name: pseudonym, birthDate: null });
    expect(planned?.study.studyDate).toMatch(/^20(1[5-9]|2[0-4])-\d\d-\d\d$/);
    expect(plan.failures).toEqual([]);
  });

  it('keeps the signal bit by bit', async () => {
    const file = fileOf(named(), 'a.nii.gz');
    const bytes = (await clean([file])).studies[0]?.datasets[0]?.bytes ?? new Uint8Array();
    const back = readMrs([{ name: 'b.nii.gz', bytes }]);
    expect(back.data).toEqual(readMrs([file]).data);
    expect(back.dwellTimeS).toBe(named().dwellTimeS);
  });

  it('gives one patient one pseudonym and one shift, another one others', async () => {
    const ids = async (part: Partial<MrsDataset['patient']>): Promise<unknown[]> => {
      const { study } = (await clean([fileOf(named(part), 'a.nii.gz')])).studies[0]!;
      return [study.patient.id, study.studyDate];
    };
    const first = await ids({});
    expect(await ids({})).toEqual(first);
    const other = await ids({ id: 'PAT-4712' });
    expect(other[0]).not.toBe(first[0]);
  });

  it('is the same study when it is imported again', async () => {
    const file = fileOf(named(), 'a.nii.gz');
    const [first, again] = [await clean([file]), await clean([file])];
    expect(again.studies).toEqual(first.studies);
  });

  it('takes a scan with its header file, which is not stored, and keeps what was found doubtful', async () => {
    const request = { scan: named(), water: null, stem: 'Musterfrau', basisFile: 'x.BASIS', title: 'Erika Musterfrau' };
    const files = lcmodelFiles(request).map(({ path, bytes }) => ({ name: path, bytes }));
    const plan = await planImport(files, { parse });
    const { studies } = await clean(files);
    const [stored, ...others] = studies[0]?.datasets ?? [];
    expect(others).toEqual([]);
    const codes = (warnings: readonly { code: string }[] = []): string[] => warnings.map(({ code }) => code);
    const before = plan.studies[0]?.datasets[0]?.description.warnings;
    expect(before?.length).toBeGreaterThan(0);
    expect(codes(stored?.description.warnings)).toEqual(codes(before));
    expect(JSON.stringify(studies[0]?.study) + JSON.stringify(stored?.description)).not.toMatch(/musterfrau|erika/i);
    const back = readMrs([{ name: 'b.nii.gz', bytes: stored?.bytes ?? new Uint8Array() }]);
    expect(back).toMatchObject({ spectrometerFrequencyMHz: 123.25, dwellTimeS: 0.00025 });
  });

  it('makes two files of one that holds its water reference', async () => {
    const rows = Array.from({ length: 512 }, (_, i) => {
      const [decay, phase] = [Math.exp(-i / 80), 0.3 * i];
      const [re, im] = [decay * Math.cos(phase), decay * Math.sin(phase)];
      return [re, im, 1000 * decay, 0].map((v) => v.toExponential(6)).join(' ');
    });
    const options = { spectrometerFrequencyMHz: 123.25, dwellTimeS: 0.00025, echoTimeS: 0.03 };
    const file = { name: 'Musterfrau.txt', bytes: new TextEncoder().encode(rows.join('\n')) };
    const plan = await planImport([file], { parse }, options);
    const { studies } = await deidentifyImport(plan, { parse, pseudonymOf: () => BY });
    const datasets = studies[0]?.datasets ?? [];
    expect(datasets.map(({ role, fileName }) => [role, fileName])).toEqual([
      ['metabolite', 'metabolite-1.nii.gz'],
      ['water', 'water-1.nii.gz'],
    ]);
    const [, water] = datasets.map((dataset) => readMrs([{ name: dataset.fileName, bytes: bytesOf(dataset) }]));
    expect(water?.data.re[0]).toBeCloseTo(1000, 3);
  });

  it('says of a file that could not be cleaned, and stores it not', async () => {
    const plan = await planImport([fileOf(named(), 'a.nii.gz')], { parse });
    const failing = { parse: () => Promise.reject(new Error('no memory')), pseudonymOf: () => BY };
    const result = await deidentifyImport(plan, failing);
    expect(result.studies).toEqual([]);
    expect(result.failures).toMatchObject([{ fileName: 'a.nii.gz' }]);
  });
});

const BY = { pseudonym: 'Patient-00000000', dayShift: -400, uidFor: (uid: string) => uid };

describe('pseudonyms', () => {
  it('need the key of their database: another database gives another pseudonym', () => {
    const other = openStudyDb(join(folder, 'other.db'), { now: () => '2026-01-01T00:00:00.000Z' });
    const { patient } = named();
    const content = new Uint8Array();
    expect(pseudonymOf(other, patient, content)).not.toMatchObject({
      pseudonym: pseudonymOf(store, patient, content).pseudonym,
    });
    other.close();
  });

  it('go by the content where the files name nobody, and change UIDs the same way every time', () => {
    const nobody = { ...named().patient, id: null, name: null };
    const of = (byte: number): string => pseudonymOf(store, nobody, Uint8Array.of(byte)).pseudonym;
    expect([of(1) === of(1), of(1) === of(2)]).toEqual([true, false]);
    const { uidFor, dayShift } = pseudonymOf(store, nobody, new Uint8Array());
    expect(uidFor('1.2.3')).toMatch(/^2\.25\.\d{1,39}$/);
    expect([uidFor('1.2.3') === uidFor('1.2.3'), uidFor('1.2.3') === uidFor('1.2.4')]).toEqual([true, false]);
    expect(dayShift).toBeLessThanOrEqual(-365);
  });
});
