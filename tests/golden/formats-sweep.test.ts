// Whole folders of real files through the import plan: what is recognised, in which role, and nothing measured left out.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMrs } from '../../src/core/formats/index.ts';
import { planImport } from '../../src/core/pipeline/index.ts';
import type { ImportDeps } from '../../src/core/pipeline/index.ts';
import { readInputFiles } from '../../src/node/files/readInputFiles.ts';
import { DATA_FOLDER, dataAvailable } from '../fixtures/realData.ts';

const deps: ImportDeps = { parse: (files, options) => Promise.resolve().then(() => readMrs(files, options)) };

/** A failure that names a file of a format which scanners write; an image whose scan isn't in the folder is no failure of reading. */
const MEASURED = /^\S+\.(dat|dcm|ima|7|rda|sdat|raw|h2o|met|nii|nii\.gz) (?!is an image)/i;

/** [folder, format and role → count] as the folders' own descriptions have them (../shared/data/README.md). */
const FOLDERS: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  [
    'osprey',
    { 'NIfTI-MRS, water': 1, 'Philips SDAT, metabolite': 3, 'Philips SDAT, water': 3, 'NIfTI image, image': 1 },
  ],
  [
    'tarquin',
    {
      'GE P-file, metabolite': 2,
      'Philips SDAT, metabolite': 3,
      'Philips DICOM, metabolite': 1,
      'Philips SDAT, water': 1,
      'Siemens DICOM, metabolite': 1,
      'Siemens RDA, metabolite': 1,
    },
  ],
  ['suspect', { 'Siemens DICOM, metabolite': 2, 'Siemens RDA, metabolite': 1, 'DICOM image, image': 1 }],
  ['pastis', { 'Siemens DICOM, metabolite': 1, 'Siemens twix, water': 1, 'Siemens DICOM, water': 1 }],
  ['pymapvbvd', { 'Siemens twix, water': 1 }],
  [
    'osprey_in_pregame',
    {
      'LCModel RAW, metabolite': 4,
      'jMRUI text, metabolite': 3,
      'Siemens DICOM, metabolite': 1,
      'Siemens DICOM, water': 1,
      'NIfTI-MRS, metabolite': 1,
      'LCModel RAW, water': 3,
      'NIfTI-MRS, water': 1,
      'jMRUI text, water': 2,
      'Siemens RDA, metabolite': 2,
      'Philips SDAT, metabolite': 1,
      'Philips SDAT, water': 1,
      'NIfTI image, image': 2,
    },
  ],
  ['dcm_qa_spec/In', { 'Siemens DICOM, metabolite': 1 }],
  [
    'pregame_dwmrs',
    { 'Philips SDAT, metabolite': 3, 'NIfTI-MRS, metabolite': 3, 'Philips SDAT, water': 1, 'NIfTI-MRS, water': 1 },
  ],
  ['nifti_mrs_tools', { 'NIfTI-MRS, metabolite': 3, 'NIfTI-MRS, water': 3 }],
  ['lcmodel_runs', { 'LCModel RAW, metabolite': 17, 'LCModel RAW, water': 16 }],
  ['basisremy_biggaba', { 'Philips SDAT, metabolite': 1, 'Philips SDAT, water': 1 }],
];

async function recognised(folder: string) {
  const plan = await planImport(await readInputFiles([join(DATA_FOLDER, folder)]), deps);
  const counts: Record<string, number> = {};
  for (const { formatTitle, role } of plan.preview.studies.flatMap((study) => study.items)) {
    const key = `${formatTitle}, ${role}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  const refused = plan.preview.failures.map(({ message }) => message).filter((message) => MEASURED.test(message));
  return { counts, refused };
}

describe.skipIf(!dataAvailable)('folders of real files (needs ../shared/data)', () => {
  it.each(FOLDERS)('%s', async (folder, expected) => {
    const { counts, refused } = await recognised(folder);
    expect(refused).toEqual([]);
    expect(counts).toEqual(expected);
  });
});
