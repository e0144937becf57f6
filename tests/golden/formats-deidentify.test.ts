// De-identification on the public real files: no name, number, birth date, institution, device serial number or instance UID
// of the input is found anywhere in the output (values are never printed), and the signals still read the same.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InputFile } from '../../src/core/formats/inputFile.ts';
import { sniffFormat } from '../../src/core/formats/formatTable.ts';
import { readScan } from '../../src/core/formats/registry.ts';
import { deidentifyBytes } from '../../src/core/formats/deidentify/deidentifyBytes.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';
import { BY, foundIn, identitiesOf } from '../fixtures/identities.ts';
import { deidentificationText } from '../../src/core/formats/deidentify.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { deidentifyImport } from '../../src/core/pipeline/deidentifyImport.ts';
import { planImport } from '../../src/core/pipeline/importFiles.ts';
import { bytesOf } from '../../src/core/domain/fileContent.ts';
import type { GivenFile } from '../../src/core/formats/inputFile.ts';
import type { ReadOptions } from '../../src/core/formats/index.ts';

const IMA = 'osprey_in_pregame/ima/sub-01/mrs/sub-01_mega-press-68';
const firstOf = (folder: string, suffix: RegExp): string =>
  dataAvailable
    ? join(
        folder,
        readdirSync(join(DATA_FOLDER, folder))
          .filter((name) => suffix.test(name))
          .sort()[0] as string,
      )
    : folder;
const allIn = (folder: string): string[] =>
  dataAvailable
    ? readdirSync(join(DATA_FOLDER, folder), { recursive: true }).map((name) => join(folder, String(name)))
    : [];
const ofSuffix = (folder: string, suffix: RegExp): string[] => allIn(folder).filter((name) => suffix.test(name));

const STUDIES: readonly (readonly [string, readonly string[]])[] = [
  ['Siemens CSA', ['suspect/siemens/SVS_30.IMA']],
  ['Siemens XA60', ['suspect/siemens/SVS_XA60.dcm']],
  ['Siemens MEGA single shot', [firstOf(IMA, /\.IMA$/)]],
  ['Siemens spinal cord DICOM', ['pastis/demo/data/spinal_cord_sLASER_longTE_WS.dcm']],
  ['Siemens twix VB17', ['pymapvbvd/meas_MID311_STEAM_wref1_FID115674.dat']],
  ['Siemens twix spinal cord', ['pastis/demo/data/spinal_cord_sLASER_longTE_noWS.dat']],
  ['Siemens RDA', [ofSuffix('suspect', /\.rda$/i)[0] ?? '']],
  ['Siemens RDA MEGA', [ofSuffix('osprey_in_pregame/rda', /\.rda$/i)[0] ?? '']],
  ['GE P-file', ['tarquin/data/ge/P1751_1.5T_030_2000.7']],
  ['Philips SPAR and SDAT', ['basisremy_biggaba/S01_PRESS_35_act.SPAR', 'basisremy_biggaba/S01_PRESS_35_act.SDAT']],
  ['NIfTI-MRS', ['nifti_mrs_tools/metab.nii.gz']],
  ['NIfTI-MRS raw', ['nifti_mrs_tools/wref_raw.nii.gz']],
  ['jMRUI text', ['spec2nii_history/metab_jmrui.txt']],
  ['LCModel RAW', ['spec2nii_history/metab.RAW']],
];

const inputs = (paths: readonly string[]): InputFile[] =>
  paths.map((path) => ({ name: basename(path), bytes: realFile(path).bytes }));

describe.skipIf(!dataAvailable)('de-identified real files (needs shared/data)', () => {
  it.each(STUDIES)('%s: nothing of the patient is left, and the signal stays', (title, paths) => {
    const given = inputs(paths);
    const secrets = identitiesOf(given);
    const { files, removed, warnings } = deidentifyBytes(given, BY);
    expect(warnings.map((w) => w.code)).toEqual([]);
    expect(files).toHaveLength(given.length);
    // These four public files name nobody.
    if (/SPAR|jMRUI|RAW|RDA$/.test(title)) expect(secrets).toEqual([]);
    else expect(Math.min(secrets.length, removed.length)).toBeGreaterThan(0);
    for (const file of files) expect(foundIn(file, secrets)).toEqual([]);
    const [before, after] = [readScan(given).dataset, readScan(files).dataset];
    expect(after.data.shape).toEqual(before.data.shape);
    expect(Buffer.compare(Buffer.from(after.data.re.buffer), Buffer.from(before.data.re.buffer))).toBe(0);
    expect(Buffer.compare(Buffer.from(after.data.im.buffer), Buffer.from(before.data.im.buffer))).toBe(0);
    expect(after.affine).toEqual(before.affine);
    expect(after.dwellTimeS).toBe(before.dwellTimeS);
    expect(after.acquisition.echoTimeS).toBe(before.acquisition.echoTimeS);
    expect(after.acquisition.sequence).toEqual(before.acquisition.sequence);
  });

  const every = (suffix: RegExp, step: number): string[] =>
    allIn('.')
      .filter((path) => suffix.test(path))
      .filter((_, i) => i % step === 0);
  it.each([
    ['DICOM (every eighth of 350)', every(/\.(ima|dcm)$/i, 8)],
    ['SPAR', every(/\.spar$/i, 1)],
    ['RDA', every(/\.rda$/i, 1)],
    ['NIfTI-MRS', every(/(nifti_mrs_tools|nifti-mrs|InVivo).*\.nii\.gz$/i, 1)],
    ['P-file', every(/\.7$/, 1)],
  ])('leave nothing of the patient: %s', (_, paths) => {
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const given = inputs([path]);
      const { files } = deidentifyBytes(given, BY);
      if (files.length > 0) expect([path, ...foundIn(files[0] as InputFile, identitiesOf(given))]).toEqual([path]);
      else expect(sniffFormat((given[0] as InputFile).bytes, basename(path))).toBe('unknown');
    }
  });

  it('cleans a DICOM T1 slice and leaves its pixels', () => {
    const given = inputs(['suspect/siemens/mri/T1.0001.IMA']);
    const { files } = deidentifyBytes(given, BY);
    const secrets = identitiesOf(given);
    expect(foundIn(files[0] as InputFile, secrets)).toEqual([]);
  });
});

const series = (folder: string, suffix: RegExp): string[] => ofSuffix(folder, suffix).sort();
/** What is stored of each study: the scanner's own format, unless its free texts can't be cleaned for certain. */
const KEPT: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ...STUDIES.map(([title, paths]): [string, readonly string[], readonly string[]] => {
    const format = /NIfTI|jMRUI|RAW/.test(title)
      ? 'nifti-mrs'
      : /RDA/.test(title)
        ? 'siemens-rda'
        : /twix/.test(title)
          ? 'siemens-twix'
          : /SPAR/.test(title)
            ? 'philips-sdat'
            : /P-file/.test(title)
              ? 'ge-pfile'
              : 'dicom';
    return [title, paths, [format]];
  }),
  ['Siemens MEGA series', series(IMA, /\.IMA$/).filter((__, i) => i % 32 === 0), ['dicom']],
  [
    'Siemens CSA with its T1',
    ['suspect/siemens/SVS_30.IMA', ...series('suspect/siemens/mri', /\.IMA$/)],
    ['dicom', 'dicom-image'],
  ],
];

describe.skipIf(!dataAvailable)('real files imported without names (needs shared/data)', () => {
  const parse = async (files: readonly GivenFile[], options?: ReadOptions) => readMrs(files, options);

  it.each(KEPT)(
    '%s: kept in its own format, with nothing of the patient in it or said of it',
    async (_, paths, formats) => {
      const given = inputs(paths);
      const secrets = identitiesOf(given);
      const { studies, failures, report } = await deidentifyImport(await planImport(given, { parse }), {
        parse,
        pseudonymOf: () => BY,
      });
      expect(failures).toEqual([]);
      const stored = studies.flatMap(({ datasets }) => datasets);
      const told = stored.filter(({ role }) => role !== 'unknown');
      expect([...new Set(told.map(({ description }) => description.format))].sort()).toEqual(formats);
      expect(report.files.map(({ name }) => name)).toEqual(told.map(({ fileName }) => fileName));
      const said = [deidentificationText(report), JSON.stringify(studies.map(({ study }) => study))];
      const files = [
        // The members of a stored archive are not compressed.
        ...stored.map((dataset) => ({ name: dataset.fileName, bytes: bytesOf(dataset) })),
        ...stored.map(({ description }) => ({ name: 'description', bytes: Buffer.from(JSON.stringify(description)) })),
        ...said.map((text) => ({ name: 'text', bytes: Buffer.from(text) })),
      ];
      expect(files.flatMap((file) => foundIn(file, secrets))).toEqual([]);
    },
  );
});
