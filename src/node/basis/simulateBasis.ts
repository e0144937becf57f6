// Simulates a whole basis set on the worker pool: one task a metabolite.
import { assembleBasisSets, checkBasisRequest } from '../../core/basis/buildBasisSet.ts';
import type { MetaboliteSignals } from '../../core/basis/buildBasisSet.ts';
import { spinSystem } from '../../core/basis/spinSystems/index.ts';
import type { BasisRequest } from '../../core/domain/basisRequest.ts';
import type { BasisSet } from '../../core/domain/basisSet.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import { runInLanes } from '../workers/lanes.ts';
import type { WorkerTask } from '../workers/messages.ts';
import { throttleProgress } from '../workers/throttle.ts';
import type { WorkerPool } from '../workers/workerPool.ts';

/** Rough work of a metabolite: matrix products of the space of its coupled protons, 2ⁿ × 2ⁿ each. */
function workOf(metabolite: string): number {
  return spinSystem(metabolite).moieties.reduce((sum, { groups, couplings }) => {
    const coupled = new Set(couplings.flatMap(({ between }) => between));
    const protons = groups.reduce((n, g) => n + (coupled.has(g.label) ? g.protons : 0), 0);
    return sum + 8 ** protons;
  }, 0);
}

/**
 * Simulates a basis set; the largest spin systems go first, so that all workers end together.
 * @param pool its workers run task.worker.ts
 * @param cancellation looked at within each metabolite too
 * @param onProgress fraction by metabolites done
 * @returns one set; for MEGA sequences three: on, off, difference
 * @throws ModelError where the request can't be simulated, CancelledError, ProcessingError (a worker died)
 */
export async function simulateBasis(
  pool: WorkerPool<WorkerTask>,
  request: BasisRequest,
  cancellation: Cancellation,
  onProgress: ProgressListener,
): Promise<BasisSet[]> {
  checkBasisRequest(request);
  const { metabolites } = request;
  const work = new Map(metabolites.map((name) => [name, workOf(name)]));
  const ordered = [...metabolites].sort((a, b) => (work.get(b) ?? 0) - (work.get(a) ?? 0));
  const report = throttleProgress(onProgress);
  report({
    fraction: 0,
    message: metabolites.length === 1 ? 'Simulating 1 metabolite' : `Simulating ${metabolites.length} metabolites`,
  });
  const parts = new Map<string, MetaboliteSignals>();
  await runInLanes(ordered, pool.threads, cancellation, async (metabolite, either) => {
    const task: WorkerTask = { kind: 'simulate', request, metabolite };
    const answer = await pool.run(task, { cancellation: either, onProgress: () => undefined });
    parts.set(metabolite, answer as MetaboliteSignals);
    const done = `${parts.size} of ${metabolites.length}`;
    report({ fraction: parts.size / metabolites.length, message: `Simulated ${metabolite}, ${done}` });
  });
  return assembleBasisSets(
    request,
    metabolites.map((name) => parts.get(name) as MetaboliteSignals),
  );
}
