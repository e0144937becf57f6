// The look at every voxel of a grid before its fit: a cancellation that comes as a message of the same thread ends it.
import { expect, it } from 'vitest';
import { CancelledError } from '../../src/core/domain/errors.ts';
import { voxelInputs } from '../../src/core/pipeline/voxelInputs.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { syntheticScan } from './workflowFixture.ts';

const SIDE = 20;

/** The same spectrum in every voxel of a slice. */
function grid() {
  const scan = syntheticScan();
  const { re, im, shape } = scan.data;
  const repeated = (part: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: SIDE * SIDE * part.length }, (_, i) => part[i % part.length] as number);
  return { ...scan, data: { re: repeated(re), im: repeated(im), shape: [SIDE, SIDE, 1, shape.at(-1) as number] } };
}

it('takes every voxel with signal', async () => {
  const { inputs, refused } = await voxelInputs(grid(), null, NEVER_CANCELLED);
  expect(inputs.map(({ voxel }) => voxel)).toEqual(Array.from({ length: SIDE * SIDE }, (_, i) => i));
  expect(refused).toEqual([]);
});

it('stops on its way when it is cancelled by this thread’s next turn', async () => {
  const { cancellation, cancel } = cancellationSource();
  const looking = voxelInputs(grid(), null, cancellation);
  setImmediate(cancel);
  await expect(looking).rejects.toThrow(CancelledError);
});
