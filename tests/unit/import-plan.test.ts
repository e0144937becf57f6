// Import planning: what was recognised, which study it belongs to, what does not fit together, and the user's changes.
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../src/core/domain/errors.ts';
import type { ImportItem } from '../../src/core/domain/importPreview.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import { applyChoices, imageVolumeNifti, planImport } from '../../src/core/pipeline/index.ts';
import type { InputFile } from '../../src/core/formats/index.ts';
import type { ImportDeps, ImportPlan } from '../../src/core/pipeline/index.ts';
import { readInputFiles } from '../../src/node/files/readInputFiles.ts';
import type { SliceSpec } from '../fixtures/dicomSlices.ts';
import { sliceFile } from '../fixtures/dicomSlices.ts';
import { DATA_FOLDER, dataAvailable } from '../fixtures/realData.ts';
import { syntheticScan } from './workflowFixture.ts';

const deps: ImportDeps = { parse: (files, options) => Promise.resolve().then(() => readMrs(files, options)) };

type Change = Partial<MrsDataset> & { readonly water?: boolean; readonly at?: string; readonly uid?: string };

/** A NIfTI-MRS scan of T-1; `at` is its date, `uid` its StudyInstanceUID. */
function scan(path: string, change: Change = {}): InputFile {
  const { water = false, at = null, uid, ...rest } = change;
  const base = syntheticScan({ water });
  const header = uid === undefined ? {} : { StudyInstanceUID: { Value: uid, Description: 'study' }, FrameOfReferenceUID: { Value: `${uid}.9`, Description: 'frame' } }; // prettier-ignore
  const dataset = { ...base, header, acquisition: { ...base.acquisition, acquiredAt: at }, ...rest };
  return { name: path.replace(/^.*\//, ''), path, bytes: writeMrs(dataset, 'nifti-mrs') };
}

const NOBODY = { name: null, id: null, sex: null, birthDate: null, ageYears: null, weightKg: null };
/** Three slices around the synthetic voxel, (−25, −40, 35) mm in RAS. */
const HEAD: Partial<SliceSpec> = {
  rows: 64,
  columns: 64,
  origin: [0, 20, 30],
  stepMm: 5,
  orientation: [1, 0, 0, 0, 1, 0],
};
const slices = (spec: Partial<SliceSpec> = {}): InputFile[] =>
  [2, 0, 1].map((slice) => sliceFile({ ...HEAD, ...spec, slice }));

const studiesOf = (plan: ImportPlan): string[][] =>
  plan.preview.studies.map((s) => s.items.map((i) => `${i.role} ${i.title}`));
const items = (plan: ImportPlan): readonly ImportItem[] => plan.preview.studies.flatMap((s) => s.items);
const idOf = (plan: ImportPlan, title: string): string => {
  const found = items(plan).find((i) => i.title === title);
  if (found === undefined) throw new Error(`no ${title}`);
  return found.id;
};

describe('a plan', () => {
  it('shows what was recognised, from a zip as from its files, and stores a series as one file', async () => {
    const files = [scan('a.nii.gz', { uid: '1.2.3' }), scan('w.nii.gz', { water: true }), ...slices()];
    const plan = await planImport(files, deps);
    expect(plan.failures).toEqual([]);
    expect(studiesOf(plan)).toEqual([['metabolite a.nii.gz', 'water w.nii.gz', 'image t1_mprage, 3 files']]);
    expect(plan.preview.studies[0]).toMatchObject({ patient: 'Test^Person', studyDate: '2026-01-02', warnings: [] });
    expect(items(plan).map((i) => [i.formatTitle, i.fileCount, i.possibleRoles, i.summary])).toEqual([
      ['NIfTI-MRS', 1, ['metabolite', 'water', 'skip'], 'PRESS, TE 30 ms, TR 2000 ms, 123.3 MHz'],
      ['NIfTI-MRS', 1, ['metabolite', 'water', 'skip'], 'PRESS, TE 30 ms, TR 2000 ms, 123.3 MHz'],
      ['DICOM image', 3, ['image', 'skip'], '64 × 64 × 3, 0.75 × 0.5 × 5 mm'],
    ]);
    const image = plan.studies[0]?.datasets[2];
    expect(image?.fileName).toBe('t1_mprage.zip');
    expect(imageVolumeNifti('t1', image?.bytes as Uint8Array).length).toBe(352 + 2 * 64 * 64 * 3);
    const zip = zipSync(Object.fromEntries(files.map((f) => [f.path ?? f.name, f.bytes])));
    const zipped = await planImport([{ name: 'd.zip', bytes: zip }], deps);
    expect(zipped.preview).toEqual(plan.preview);
    expect(zipped.studies.flatMap((s) => s.datasets.map((d) => d.bytes))).toEqual(
      plan.studies[0]?.datasets.map((d) => d.bytes),
    );
  });

  it('reads each group once, gives it memory of its own, tells of progress and can be cancelled', async () => {
    const files = [scan('a.nii.gz'), scan('w.nii.gz', { water: true })];
    const zip = {
      name: 'd.zip',
      bytes: zipSync(Object.fromEntries(files.map((f) => [f.name, f.bytes])), { level: 0 }),
    };
    let parsed = 0;
    const told: string[] = [];
    const watched: ImportDeps = {
      parse: (given, options) => {
        parsed++;
        for (const { bytes } of given) expect(bytes?.byteLength).toBe(bytes?.buffer.byteLength);
        return deps.parse(given, options);
      },
      onProgress: ({ fraction, message }) => {
        expect(fraction).toBeLessThanOrEqual(1);
        told.push(message);
      },
    };
    await planImport([zip], watched);
    expect(parsed).toBe(2);
    expect(told).toEqual(['Unpacking d.zip', 'Recognising 2 files', 'Reading a.nii.gz', 'Reading w.nii.gz']);
    const cancellation = {
      isCancelled: () => true,
      throwIfCancelled: () => {
        throw new CancelledError();
      },
    };
    await expect(planImport(files, { ...deps, cancellation })).rejects.toBeInstanceOf(CancelledError);
  });

  it('keeps a damaged zip and a screenshot as failures in words', async () => {
    const broken = { name: 'b.zip', bytes: strToU8('PK\x03\x04 and nothing that a zip has, though long enough') };
    const screen = sliceFile({ slice: 0, series: '1.8', more: [[8, 0x16, 'UI', '1.2.840.10008.5.1.4.1.1.7']] });
    const deep = { name: 'truth.json', bytes: strToU8('['.repeat(200_000)) };
    const plan = await planImport([broken, screen, deep, scan('a.nii.gz')], deps);
    expect(plan.preview.failures.map((f) => f.message)).toEqual([
      expect.stringContaining('b.zip is a damaged or cut zip archive'),
      expect.stringContaining('is a DICOM screenshot'),
      expect.stringContaining("truth.json was expected to be JSON (the truth of a simulated study), but it can't"),
    ]);
    expect(studiesOf(plan)).toEqual([['metabolite a.nii.gz']]);
  });
});

describe('studies', () => {
  it('are made by patient, study and date, not by order', async () => {
    const plan = await planImport(
      [
        scan('late.nii.gz', { at: '2026-03-01T10:00:00' }),
        ...slices({ date: '20260102' }),
        scan('early.nii.gz', { at: '2026-01-02T10:00:00' }),
        ...slices({ patient: 'Other', study: '7.7', series: '7.7.1' }),
        scan('other.nii.gz', { patient: { ...NOBODY, name: 'Other', id: 'Other' } }),
      ],
      deps,
    );
    expect(studiesOf(plan)).toEqual([
      ['metabolite late.nii.gz'],
      ['metabolite early.nii.gz', 'image t1_mprage, 3 files'],
      ['metabolite other.nii.gz', 'image t1_mprage, 3 files'],
    ]);
  });

  it('take an image that names nobody only where that can be but one, or by its folder', async () => {
    const t1 = imageVolumeNifti('x', (slices()[0] as InputFile).bytes);
    const image = (path: string): InputFile => ({ name: path.replace(/^.*\//, ''), path, bytes: t1 });
    const a = scan('d/sub-01/mrs/a.nii.gz', { patient: NOBODY });
    const b = scan('d/sub-02/mrs/b.nii.gz', { patient: NOBODY });
    const plan = await planImport([image('d/sub-02/anat/t1.nii'), a, image('d/any.nii'), b], deps);
    expect(studiesOf(plan)).toEqual([['metabolite a.nii.gz'], ['metabolite b.nii.gz', 'image t1.nii']]);
    expect(plan.failures.map((f) => f.fileName)).toEqual(['any.nii']);
    expect(studiesOf(await planImport([image('any.nii'), a], deps))).toEqual([
      ['metabolite a.nii.gz', 'image any.nii'],
    ]);
  });

  it('hold scans of one field only', async () => {
    const other = scan('b.nii.gz', { patient: NOBODY, spectrometerFrequencyMHz: 297.2 });
    expect(studiesOf(await planImport([scan('a.nii.gz', { patient: NOBODY }), other], deps))).toHaveLength(2);
  });
});

describe('what does not fit together', () => {
  it('is a visible warning: an image of another frame of reference', async () => {
    const same = await planImport([scan('a.nii.gz', { uid: '1.2.3' }), ...slices({ frame: '1.2.3.9' })], deps);
    expect(same.preview.studies[0]?.warnings).toEqual([]);
    const plan = await planImport([scan('a.nii.gz', { uid: '1.2.3' }), ...slices({ frame: '1.2.3.10' })], deps);
    const [warning] = plan.preview.studies[0]?.warnings ?? [];
    expect(warning?.code).toBe('frame-of-reference-differs');
    expect(warning?.message).toMatch(
      /of another frame of reference than a.nii.gz, so the voxel may lie elsewhere on it/,
    );
    expect(plan.studies[0]?.datasets[1]?.description.warnings).toContainEqual(warning);
  });

  it('is a visible warning: an image that the voxel lies outside of', async () => {
    const plan = await planImport([scan('a.nii.gz'), ...slices({ origin: [0, 20, -90] })], deps);
    expect(plan.preview.studies[0]?.warnings.map((w) => w.code)).toEqual(['voxel-outside-image']);
  });

  it('is a visible warning: a water reference of another echo and dwell time; the one that fits is taken', async () => {
    const acquisition = { ...syntheticScan().acquisition, echoTimeS: 0.144 };
    const wrong = scan('a_water.nii.gz', { water: true, acquisition, dwellTimeS: 0.0005 });
    const plan = await planImport([scan('a.nii.gz'), wrong], deps);
    expect(plan.preview.studies[0]?.warnings.map((w) => w.code)).toEqual([
      'water-reference-dwell-time',
      'water-reference-echo-time',
    ]);
    const right = scan('zzz.nii.gz', { water: true });
    expect((await planImport([scan('a.nii.gz'), wrong, right], deps)).preview.studies[0]?.warnings).toEqual([]);
  });
});

describe('the user’s choices', () => {
  const control = { name: 'a.control', bytes: strToU8(" $LCMODL\n filraw='a.RAW'\n filh2o='w.H2O'\n hzpppm=123.2\n deltat=2.5e-4\n $END\n") }; // prettier-ignore
  const raw = (name: string, water: boolean): InputFile => ({
    name,
    bytes: writeMrs({ ...syntheticScan({ water }), patient: NOBODY }, 'lcmodel-raw'),
  });
  const planned = (): Promise<ImportPlan> =>
    planImport([control, raw('a.RAW', false), raw('w.H2O', true), ...slices({ patient: '' })], deps);

  it('change roles and leave out what is skipped, with a header that nothing needs any more', async () => {
    const plan = await planned();
    const files = (p: ImportPlan): unknown => p.studies[0]?.datasets.map((d) => [d.fileName, d.role]);
    expect(files(plan)).toEqual([
      ['a.RAW', 'metabolite'],
      ['w.H2O', 'water'],
      ['t1_mprage.zip', 'image'],
      ['a.control', 'unknown'],
    ]);
    expect(applyChoices(plan, { roles: {}, deidentify: false })).toEqual(plan);
    const roles = { [idOf(plan, 'w.H2O')]: 'metabolite', [idOf(plan, 'a.RAW')]: 'skip' } as const;
    const chosen = applyChoices(plan, { roles, deidentify: false });
    expect(files(chosen)).toEqual([
      ['w.H2O', 'metabolite'],
      ['t1_mprage.zip', 'image'],
      ['a.control', 'unknown'],
    ]);
    expect(items(chosen).map((i) => i.role)).toEqual(['metabolite', 'image']);
    const nifti = await planImport([control, raw('a.RAW', false), scan('n.nii.gz', { patient: NOBODY })], deps);
    const without = applyChoices(nifti, { roles: { [idOf(nifti, 'a.RAW')]: 'skip' }, deidentify: false });
    expect(files(without)).toEqual([['n.nii.gz', 'metabolite']]);
  });

  it('are refused in words where they leave no scan, or a role can not be played', async () => {
    const plan = await planned();
    const apply = (roles: Record<string, 'skip' | 'image' | 'water'>) => () =>
      applyChoices(plan, { roles, deidentify: false });
    const [a, w, t1] = ['a.RAW', 'w.H2O', 't1_mprage, 3 files'].map((t) => idOf(plan, t)) as [string, string, string];
    expect(apply({ [a]: 'skip', [w]: 'skip' })).toThrow(/would hold no spectroscopy scan/);
    expect(apply({ [a]: 'skip', [w]: 'skip', [t1]: 'skip' })).toThrow(/Everything is set to be skipped/);
    expect(apply({ [t1]: 'water' })).toThrow('t1_mprage, 3 files can\'t be imported as "water".');
  });
});

describe.skipIf(!dataAvailable)('real folders (need ../shared/data)', () => {
  const planOf = async (folder: string): Promise<ImportPlan> =>
    planImport(await readInputFiles([join(DATA_FOLDER, folder)]), deps);

  it('a Siemens scan goes with the T1 slices of its study and frame of reference', async () => {
    const plan = await planOf('suspect/siemens');
    expect(studiesOf(plan)).toEqual([
      ['metabolite SVS_30.IMA', 'metabolite SVS_30.rda', 'image mri, 2 files'],
      ['metabolite SVS_XA60.dcm'],
    ]);
    expect(plan.preview.studies[0]?.warnings).toEqual([]);
    expect(plan.failures).toEqual([]);
  });

  it('256 single shots and 16 of water are two scans of one study', async () => {
    const plan = await planOf('osprey_in_pregame/ima');
    expect(studiesOf(plan).map((s) => s.map((t) => t.replace(/MEGA\S+/, 'MEGA')))).toEqual([
      ['metabolite MEGA 256 files', 'water MEGA 16 files'],
    ]);
  });

  it('a GE P-file brings its water reference within it', async () => {
    const plan = await planOf('tarquin/data/ge');
    expect(plan.preview.studies).toHaveLength(1);
    expect(items(plan).every((i) => i.warnings.some((w) => w.code === 'water-reference-inside'))).toBe(true);
    const [dataset] = plan.studies[0]?.datasets ?? [];
    const file = { name: 'P.7', bytes: dataset?.bytes as Uint8Array };
    expect(readMrs([file], { part: 'water' }).data.shape).not.toEqual(readMrs([file]).data.shape);
  });
});
