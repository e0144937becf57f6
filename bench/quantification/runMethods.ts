// Methods on sets of spectra, on worker threads as the program runs them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { COMBINED_METABOLITES } from '../../src/core/domain/metaboliteNames.ts';
import { AppError } from '../../src/core/domain/errors.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { FitBatch, FitInput, FitOutput, FitRunner } from '../../src/core/ports/fitRunner.ts';
import type { ModelLibrary } from '../../src/core/ports/modelLibrary.ts';
import { slimEstimates } from '../../src/core/quality/evaluation.ts';
import type { CaseEstimate } from '../../src/core/quality/evaluation.ts';
import { commandEngine, modelsDir } from '../../src/cli/inferenceSession.ts';
import { createModelLibrary } from '../../src/node/inference/modelLibrary.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { createFitRunner } from '../../src/node/workers/fitRunner.ts';
import type { MadeSet } from './sets.ts';
import type { BenchMethod, Variant } from './variants.ts';

/** Runs work with a fit runner; its threads, and the networks', end with it. */
export async function withFitRunner<T>(
  threads: number,
  ownModels: string | null,
  work: (runner: FitRunner) => Promise<T>,
): Promise<T> {
  const engine = commandEngine(threads);
  const shipped = createModelLibrary({ folder: modelsDir(), engine });
  const own = ownModels === null ? null : createModelLibrary({ folder: ownModels, engine });
  const isOwn = (id: string): boolean => ownModels !== null && existsSync(join(ownModels, `${id}.json`));
  const models: ModelLibrary = { open: (id) => (own !== null && isOwn(id) ? own : shipped).open(id) };
  const workerUrl = new URL('../workers/task.worker.js', import.meta.url);
  const runner = createFitRunner({ threads, workerUrl, models });
  try {
    return await work(runner);
  } finally {
    await runner.close();
    await engine.close();
  }
}

/**
 * What the set holds none of would take signal from the rest (as in `evaluate`): a fit, and a network that solves with the fit's
 * basis, get only what there is.
 */
function basisFor(method: BenchMethod, { truth }: Pick<MadeSet, 'truth'>, basis: BasisSet): BasisSet {
  if (!method.takesAnyBasis) return basis;
  const isThere = (name: string): boolean =>
    truth.has(name) || COMBINED_METABOLITES.some((sum) => truth.has(sum.name) && sum.members.includes(name));
  return { ...basis, signals: basis.signals.filter(({ kind, name }) => kind !== 'metabolite' || isThere(name)) };
}

/** @returns the batch of a method, for spectra of the protocol that its network is for */
export function batchOf(
  method: BenchMethod,
  basis: BasisSet,
  inputs: readonly FitInput[],
  options: JsonObject,
): FitBatch {
  const batch = { method: method.id, options, basis, inputs, withComponents: false, withCurves: false };
  if (method.card === null) return batch;
  return { ...batch, network: { modelId: method.card.id, mismatch: null, unanswered: [] } };
}

export interface MethodRun {
  readonly method: BenchMethod;
  /** null where there is no estimate. */
  readonly cases: readonly (CaseEstimate | null)[];
  readonly failed: number;
  readonly notConverged: number;
  readonly wallMs: number;
}

/** @returns null where the method can't be run with this basis at all, with the reason on stderr */
export async function runMethod(
  runner: FitRunner,
  method: BenchMethod,
  { basis }: Variant,
  set: Pick<MadeSet, 'inputs' | 'truth' | 'spec'>,
): Promise<MethodRun | null> {
  const batch = batchOf(method, basisFor(method, set, basis), set.inputs, set.spec.fitOptions[method.id] ?? {});
  const started = performance.now();
  let firstFailure: string | null = null;
  const onVoxelFailure = (_: number, error: Error): void => {
    firstFailure ??= error.message;
  };
  let outputs: FitOutput[];
  try {
    outputs = await runner.run({ ...batch, onVoxelFailure }, NEVER_CANCELLED, () => undefined);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(`${set.spec.id}, ${method.id}: ${error.message}`);
    return null;
  }
  const wallMs = performance.now() - started;
  if (firstFailure !== null)
    console.error(`${set.spec.id}, ${method.id}, the first that failed: ${String(firstFailure)}`);
  const cases: (CaseEstimate | null)[] = set.inputs.map(() => null);
  let notConverged = 0;
  for (const { voxel, result } of outputs) {
    if (result.status !== 'refused') cases[voxel] = slimEstimates(result);
    if (result.status === 'notConverged') notConverged++;
  }
  return { method, cases, failed: cases.filter((c) => c === null).length, notConverged, wallMs };
}
