// Methods are called by their names wherever people read them.
import { expect, it } from 'vitest';
import { methodLabel } from '../../src/core/domain/methodNames.ts';
import { METHOD_IDS } from '../../src/core/quantification/index.ts';
import { analysisTitle } from '../../src/renderer/features/session/model.ts';

it('every method of this version has a name of its own', () => {
  const names = [...METHOD_IDS, 'lcmodel'].map(methodLabel);
  expect(new Set(names).size).toBe(METHOD_IDS.length + 1);
  // An id begins with a small letter.
  for (const name of names) expect(name).not.toMatch(/^[a-z]/);
  expect(names).toContain('LCModel');
});

it('one that this version does not know stands in capitals', () => {
  expect(methodLabel('fitaid')).toBe('FITAID');
});

it('stands in the title of an analysis as it is spelled', () => {
  const summary = {
    ...{ id: 'a', studyId: 's', datasetId: 'd', basisId: 'b', recipeId: 'lcmodel-import', method: 'lcmodel' },
    ...{ status: 'converged' as const, voxelCount: 1, createdAt: '2026-01-01T00:00:00.000Z' },
  };
  expect(analysisTitle(summary)).toMatch(/ – LCModel, lcmodel-import$/);
});

it('a network of one protocol names it', () => {
  expect(methodLabel('qnet@3t-press-30')).toBe('QNet (3t-press-30)');
});
