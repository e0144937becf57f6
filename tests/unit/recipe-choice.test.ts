// Which recipe suits which scan, by what the study database keeps of it.
import { expect, it } from 'vitest';
import { defaultRecipeFor, describeDataset, recipeForScan } from '../../src/core/pipeline/index.ts';
import { syntheticScan } from './workflowFixture.ts';

const scan = { nucleus: '1H', grid: [1, 1, 1], dimensions: [] };
const dimension = (tag: string, length: number) => ({ tag, length });

it.each([
  ['svs-processed', scan],
  ['svs-processed', { ...scan, dimensions: [dimension('DIM_DYN', 1)] }],
  ['svs-default', { ...scan, dimensions: [dimension('DIM_COIL', 8)] }],
  ['svs-default', { ...scan, dimensions: [dimension('DIM_DYN', 64)] }],
  ['mrsi-default', { ...scan, grid: [16, 16, 1], dimensions: [dimension('DIM_COIL', 8)] }],
  ['mega-difference', { ...scan, dimensions: [dimension('DIM_EDIT', 2), dimension('DIM_DYN', 40)] }],
  ['svs-processed', { ...scan, dimensions: [dimension('DIM_EDIT', 4)] }],
  ['x-nucleus', { ...scan, nucleus: '31P', grid: [8, 8, 8] }],
] as const)('%s for %j', (id, kind) => {
  expect(recipeForScan(kind).id).toBe(id);
});

it('is the same for a dataset and for its description', () => {
  const dataset = syntheticScan();
  expect(recipeForScan(describeDataset(dataset))).toBe(defaultRecipeFor(dataset));
});
