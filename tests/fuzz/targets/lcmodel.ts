// LCModel's control files and results.
import { parseLcmodelControl } from '../../../src/core/formats/lcmodelControl.ts';
import { lcmodelFileSets, readLcmodelFileSet } from '../../../src/core/quantification/lcmodel/index.ts';
import { coordText, csvText, printText, tableText } from '../../fixtures/lcmodelResults.ts';
import { CONTROL } from '../../fixtures/scanFiles.ts';
import type { FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const file = (name: string, text: string): FuzzFile => ({ name, bytes: bytesOf(text) });

function requireFinite(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('a result that is not finite');
  if (ArrayBuffer.isView(value)) (value as Float64Array).forEach(requireFinite);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(requireFinite);
}

function readResults(files: readonly FuzzFile[]): void {
  const [first] = files as [FuzzFile];
  if (/\.control$/i.test(first.name)) {
    requireFinite(parseLcmodelControl(new TextDecoder('latin1').decode(first.bytes), first.name));
    return;
  }
  for (const set of lcmodelFileSets(files)) requireFinite(readLcmodelFileSet(set).voxels);
}

export const LCMODEL_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'lcmodel',
    refusals: ['ReaderError', 'UnsupportedDataError'],
    seeds: () => [
      { files: [file('a.coord', coordText()), file('a.table', tableText()), file('a.print', printText())] },
      { files: [file('a.coord', coordText())] },
      { files: [file('a.table', tableText())] },
      { files: [file('a.print', printText())] },
      { files: [file('a.csv', csvText(undefined, [[1, 6], [1, 5], [2, 5]]))] }, // prettier-ignore
      { files: [file('a.control', CONTROL)] },
    ],
    takesPublicFile: (path) => /\.(coord|table|print|control|csv)$/i.test(path) && /lcmodel|osprey|suspect/i.test(path),
    run: readResults,
  },
];
