// LCModel's result files sorted into runs, and put beside a scan: which voxel each is of, what is kept of its control
// parameters, what is refused. Files of made-up numbers; real ones are in tests/golden/lcmodel-import.test.ts.
import { describe, expect, it } from 'vitest';
import { foreignStep, foreignVoxels, readForeignRun, voxelIndexOf } from '../../src/core/pipeline/lcmodelImport.ts';
import type { ForeignRun } from '../../src/core/pipeline/lcmodelImport.ts';
import { lcmodelRecipe } from '../../src/core/pipeline/lcmodelAnalysis.ts';
import { recipeById } from '../../src/core/pipeline/recipes.ts';
import type { BasisSet, BasisSignalKind } from '../../src/core/domain/basisSet.ts';
import {
  analysisParameters,
  controlAssignments,
  lcmodelControlEntries,
  lcmodelFileSets,
  parseLcmodelSettings,
  readLcmodelFileSet,
} from '../../src/core/quantification/lcmodel/index.ts';
import type { PlacedLcmodelFile } from '../../src/core/quantification/lcmodel/index.ts';
import { sha256OfFiles } from '../../src/node/files/hashing.ts';
import { MADE_RUN, coordText, csvText, printText, tableText } from '../fixtures/lcmodelResults.ts';

const file = (path: string, text: string): PlacedLcmodelFile => ({
  name: path.split('/').at(-1) as string,
  path,
  bytes: new TextEncoder().encode(text),
});
/** Heading of a grid's spectrum, as LCModel prints it behind the title. */
const ofVoxel = (row: number, column: number): string =>
  tableText({ ...MADE_RUN, title: `made up  Row#${row} Col#${column}` });

const foreign = (files: readonly PlacedLcmodelFile[]): ForeignRun => {
  const [set] = lcmodelFileSets(files);
  return readForeignRun(set!, files, null, sha256OfFiles);
};

describe('runs among files', () => {
  it('files of one name are one run, in each folder its own; what is no result is passed over', () => {
    const sets = lcmodelFileSets([
      file('a/out.coord', coordText()),
      file('a/OUT.table', tableText()),
      file('a/out.print', printText()),
      file('a/out.csv', csvText()),
      file('a/met.RAW', ' $NMID\n $END\n 1 2\n'),
      file('b/out.table', tableText()),
      file('b/other.csv', 'x, y\n1, 2\n'),
    ]);
    expect(sets.map((s) => s.files.map((f) => f.name))).toEqual([
      ['out.coord', 'OUT.table', 'out.print', 'out.csv'],
      ['out.table'],
    ]);
  });

  it('files of a grid are one run, each spectrum by the voxel of its heading', () => {
    const files = [
      file('sl1_1-2.table', ofVoxel(1, 2)),
      file('sl1_3-1.table', ofVoxel(3, 1)),
      file('csi.csv', csvText(MADE_RUN, [[1, 2], [2, 2]])),
    ]; // prettier-ignore
    const sets = lcmodelFileSets(files);
    expect(sets.map((s) => s.files.length)).toEqual([3]);
    const { voxels } = readLcmodelFileSet(sets[0]!);
    expect(voxels.map((v) => [v.place?.row, v.place?.column, v.result.version])).toEqual([
      [1, 2, '6.3-1N'],
      [3, 1, '6.3-1N'],
      [2, 2, 'not stated'],
    ]);
  });

  it('a .csv alone gives a result a line', () => {
    const rows = [[1, 6], [1, 5]] as const; // prettier-ignore
    const [set] = lcmodelFileSets([file('csi.csv', csvText(MADE_RUN, rows))]);
    const { voxels } = readLcmodelFileSet(set!);
    expect(voxels.map((v) => [v.place?.row, v.place?.column])).toEqual(rows.map((r) => [...r]));
    expect(voxels[0]?.result.metabolites.map((m) => m.amplitude).slice(0, 3)).toEqual([4.5, 3.25, 10.125]);
  });

  it('nothing of LCModel, and a result’s name on something else, are refused', () => {
    expect(() => lcmodelFileSets([file('notes.txt', 'hello')])).toThrow(
      'There is no result file of LCModel (.coord, .table, .print or .csv) among notes.txt.',
    );
    expect(() => lcmodelFileSets([file('a.table', 'hello'), file('b.table', tableText())])).toThrow(
      'a.table is named as a result of LCModel, but it is none.',
    );
  });
});

describe('beside a scan', () => {
  it('columns run along x, rows along y', () => {
    expect(voxelIndexOf(null, [1, 1, 1], 'out')).toBe(0);
    expect(voxelIndexOf({ slice: null, row: 2, column: 3 }, [4, 5, 1], 'out')).toBe(2 * 5 + 1);
    expect(voxelIndexOf({ slice: 2, row: 2, column: 3 }, [4, 5, 2], 'out')).toBe((2 * 5 + 1) * 2 + 1);
  });

  it.each([
    ['a single voxel’s beside a grid', null, [4, 4, 1], /out is of a single voxel, and the scan has 4 × 4 × 1/],
    ['a voxel the scan does not have', { slice: null, row: 1, column: 6 }, [1, 1, 1], /row 1, column 6, which the scan of 1 × 1 × 1/],
    ['no slice where there are several', { slice: null, row: 1, column: 1 }, [2, 2, 2], /row 1, column 1, which/],
  ])('%s is refused', (_, place, grid, message) => {
    expect(() => voxelIndexOf(place, grid, 'out')).toThrow(message);
  }); // prettier-ignore

  it('two results of one voxel are refused', () => {
    const run = foreign([file('a_sl1_1-1.table', ofVoxel(1, 1))]);
    const twice = { ...run, voxels: [...run.voxels, ...run.voxels] };
    expect(() => foreignVoxels(twice, [2, 2, 1])).toThrow(/two results for one voxel/);
  });

  it('the provenance names output and version, and no title or file of the scanner’s', () => {
    const changes = [...MADE_RUN.changes, "title='Doe^Jane'", "filbas='/home/doe/press.basis'", "chomit(1)='Gly'"];
    const files = [file('out.table', tableText({ ...MADE_RUN, changes })), file('press.basis', ' $BASIS1\n $END\n')];
    const run = foreign(files);
    const step = foreignStep(run, { program: 'Lineshape', version: '1', now: () => 'now' });
    expect(step.method).toBe('Read from LCModel output out, version 6.3-1N');
    expect(step.details['controlParameters']).toEqual({ 'CHOMIT(1)': 'Gly', DOWS: 'T', WCONC: '55556' });
    expect(JSON.stringify(step)).not.toMatch(/doe/i);
    expect(run.basis).toEqual({ id: 'press', sha256: sha256OfFiles([files[1]!]) });
  });
});

describe('control parameters', () => {
  it('as typed become values of LCModel’s kinds', () => {
    const typed = ['nsimul=0', ' DOECC = F', 'chomit=Gly, Ser', "chcomb(2)='Cr+PCr'", 'dkntmn=1.5d-1', ''];
    const namelist = controlAssignments(typed);
    expect(namelist).toEqual({
      nsimul: 0,
      DOECC: false,
      chomit: ['Gly', 'Ser'],
      'chcomb(2)': 'Cr+PCr',
      dkntmn: [0.15],
    });
    const entries = lcmodelControlEntries(parseLcmodelSettings({ namelist }), false);
    expect(entries.find(({ key }) => key === 'nomit')?.constant).toBe('2');
  });

  it.each([
    ['nsimul', /as KEY=VALUE, not "nsimul"/],
    ['magic=1', /no control parameter "magic"/],
  ])('"%s" is refused', (line, message) => expect(() => controlAssignments([line])).toThrow(message));

  it('of the wrong kind or the scan’s own are refused with the key’s name', () => {
    const check = (line: string): unknown => parseLcmodelSettings({ namelist: controlAssignments([line]) });
    expect(() => check('nsimul=few')).toThrow(/NSIMUL takes a whole number, not "few"/);
    expect(() => check("filraw='x'")).toThrow(/FILRAW is set from the scan/);
  });

  it('that say how LCModel analysed are kept, others not', () => {
    const changes = new Map([['OWNER', 'x'], ['FILRAW', 'y'], ['CHRATO(3)', 'a'], ['PPMST', '4.0'], ['BOGUS', '1']]); // prettier-ignore
    expect(analysisParameters(changes)).toEqual({ 'CHRATO(3)': 'a', PPMST: '4.0' });
  });

  it('leave LCModel’s own macromolecules out where the basis set has some, unless told otherwise', () => {
    const basis = (kinds: BasisSignalKind[]): BasisSet =>
      ({ signals: kinds.map((kind) => ({ kind })) }) as unknown as BasisSet;
    const options = (kinds: BasisSignalKind[], given = {}): unknown =>
      lcmodelRecipe(recipeById('fit-only'), given, basis(kinds)).quantification;
    expect(options(['metabolite'])).toEqual({ method: 'lcmodel', options: {} });
    expect(options(['metabolite', 'macromolecule'])).toEqual({
      method: 'lcmodel',
      options: { simulatedSignals: 'none' },
    });
    expect(options(['macromolecule'], { simulatedSignals: 'default' })).toEqual({
      method: 'lcmodel',
      options: { simulatedSignals: 'default' },
    });
  });
});
