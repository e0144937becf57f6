// The export dialog's model, what was taken out in words, and failures of an import that share a line.
import { describe, expect, it } from 'vitest';
import type { DeidentificationReport } from '../../src/core/domain/deidentification.ts';
import { EXPORT_FORMATS } from '../../src/core/domain/studyExport.ts';
import type { DatasetView } from '../../src/ipc/contract.ts';
import { actionGroups, countsSentence, totals } from '../../src/renderer/features/deidentification/model.ts';
import {
  datasetObstacle,
  doneSentence,
  exportable,
  exportedIds,
  FORMAT_CHOICES,
} from '../../src/renderer/features/exporting/model.ts';
import { foldedFailures, outcomeSentence } from '../../src/renderer/features/importing/model.ts';

function dataset(id: string, role: DatasetView['role'], part: Partial<DatasetView['description']> = {}): DatasetView {
  const description = {
    format: 'nifti-mrs',
    grid: [1, 1, 1],
    dimensions: [],
    points: 1024,
    dwellTimeS: 0.0005,
    spectrometerFrequencyMHz: 123.25,
    nucleus: '1H',
    fieldT: 2.9,
    echoTimeS: 0.03,
    repetitionTimeS: 2,
    sequence: null,
    manufacturer: null,
    scannerModel: null,
    region: null,
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    warnings: [],
    ...part,
  };
  return { id, studyId: 's', role, sha256: '', fileName: `${id}.nii`, sizeBytes: 1, importedAt: '', description };
}

const coils = [{ tag: 'DIM_COIL', length: 8 }];
const transients = [{ tag: 'DIM_DYN', length: 64 }];
const averaged = dataset('averaged', 'metabolite');
const raw = dataset('raw', 'metabolite', { dimensions: [...coils, ...transients] });
const shots = dataset('shots', 'metabolite', { dimensions: transients });
const grid = dataset('grid', 'metabolite', { grid: [16, 16, 1], dimensions: transients });
const image = dataset('image', 'image', { points: null });
const truth = dataset('truth', 'truth', { points: null });
const header = dataset('header', 'unknown', { points: null });

describe('what can be exported', () => {
  it('is everything but header files, which go with their scans', () => {
    expect(exportable([averaged, image, header, truth]).map(({ id }) => id)).toEqual(['averaged', 'image', 'truth']);
  });

  it('has each format of the program once', () => {
    expect([...FORMAT_CHOICES]).toEqual([...EXPORT_FORMATS]);
  });

  it.each([
    ['as-imported', []],
    ['nifti-mrs', []],
    ['bids', []],
    ['dicom', ['raw', 'grid']],
    ['lcmodel', ['raw', 'shots', 'grid']],
    ['jmrui', ['grid']],
    ['csv', ['grid']],
  ] as const)('as %s leaves out %j, with the reason', (format, refused) => {
    const all = [averaged, raw, shots, grid, image];
    const reasons = all.filter((d) => datasetObstacle(d, format, true) !== null);
    expect(reasons.map(({ id }) => id)).toEqual(refused);
    expect(exportedIds(all, new Set(['image']), format, true)).toEqual(
      all.map(({ id }) => id).filter((id) => id !== 'image' && !(refused as readonly string[]).includes(id)),
    );
  });

  it('is a truth only as it was imported, with names', () => {
    expect(datasetObstacle(truth, 'as-imported', false)).toBeNull();
    expect(datasetObstacle(truth, 'as-imported', true)).toMatch(/of whom/);
    expect(datasetObstacle(truth, 'csv', false)).toMatch(/no place/);
  });

  it('is said when it is done', () => {
    const result = { fileCount: 1, folderName: 'Patient-1 csv', report: null, notes: [] };
    expect(doneSentence(result)).toBe('1 file was written to the folder “Patient-1 csv”.');
  });
});

const report: DeidentificationReport = {
  files: [
    {
      name: 'metabolite-1.dcm',
      notes: [],
      removals: [
        { place: 'Study Date (0008,0020)', action: 'shifted' },
        { place: 'Patient’s Name (0010,0010)', action: 'replaced' },
        { place: 'Operator (0008,1070)', action: 'removed' },
        { place: 'Station (0008,1010)', action: 'removed' },
      ],
    },
    { name: 'image-1.nii.gz', notes: [], removals: [] },
  ],
  notes: [],
};

describe('what was taken out', () => {
  it('is grouped by what was done, counted for each file and for all', () => {
    expect(actionGroups(report.files[0]!).map(({ action, places }) => [action, places.length])).toEqual([
      ['removed', 2],
      ['replaced', 1],
      ['shifted', 1],
    ]);
    expect(report.files.map(countsSentence)).toEqual(['2 removed, 1 replaced, 1 date moved', 'nothing to take out']);
    expect(totals(report).map(({ count }) => count)).toEqual([2, 0, 1, 1]);
  });

  it('is said of an import', () => {
    const studies = [{ studyId: '1', title: 'x', isNew: true }];
    expect(outcomeSentence({ studies, failures: [], deidentification: report })).toMatch(
      /^1 study with 2 files stored/,
    );
  });
});

describe('failures', () => {
  const unknown = (fileName: string) => ({ fileName, message: `${fileName} is in no format this program knows.` });

  it('of one reason share a line from three on, the others keep theirs', () => {
    const failures = [unknown('a.txt'), { fileName: 'b', message: 'b is empty.' }, unknown('c.log'), unknown('d.log')];
    expect(foldedFailures(failures)).toEqual([
      {
        sentence: '3 files: each is in no format this program knows.',
        some: 'a.txt, c.log, d.log',
        names: ['a.txt', 'c.log', 'd.log'],
      },
      { sentence: 'b is empty.', some: '', names: [] },
    ]);
    expect(foldedFailures(failures.slice(0, 3)).map(({ sentence }) => sentence)).toEqual([
      'a.txt is in no format this program knows.',
      'c.log is in no format this program knows.',
      'b is empty.',
    ]);
  });

  it('name the first three of many', () => {
    const [line] = foldedFailures(Array.from({ length: 37 }, (_, i) => unknown(`${i}.txt`)));
    expect(line).toMatchObject({ some: '0.txt, 1.txt, 2.txt, …' });
    expect(line?.names).toHaveLength(37);
  });

  it('whose sentence begins otherwise are put in words too', () => {
    const [line] = foldedFailures(
      ['a', 'b', 'c'].map((fileName) => ({ fileName, message: `The header of <${fileName}> is cut.` })),
    );
    expect(line?.sentence).toBe('3 files: The header of <the file> is cut.');
  });
});
