// Which version of the model's loops a model gets.
import type { ModelKernels, ModelShape } from './modelKernels.ts';
import { simdArena } from './simdArena.ts';
import { SimdKernels } from './simdKernels.ts';
import { TypescriptKernels } from './typescriptKernels.ts';

/** The fastest version that this runtime has. */
export function fastestKernels(shape: ModelShape): ModelKernels {
  const arena = simdArena();
  return arena === null ? new TypescriptKernels(shape) : new SimdKernels(shape, arena);
}
