// Corrections of frequency and phase compared: the job, its table, and the curves of one method.
import { UsageError } from '../../core/domain/errors.ts';
import type { ComparedMethod, CorrectionOutcome } from '../../core/pipeline/correctionComparison.ts';
import type { CorrectionCurvesView, CorrectionMethodView } from '../../ipc/contract.ts';
import { NEVER_CANCELLED } from '../../node/workers/cancellation.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { JobWork } from '../jobs.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { HandlerContext } from './context.ts';

type Handled = 'correction:start' | 'correction:table' | 'correction:curves';

function methodView({ outcome, ...method }: ComparedMethod): DeepReadonly<CorrectionMethodView> {
  if (outcome === null) return { ...method, outcome: null };
  const { scores, elapsedMs, rejected, warnings } = outcome;
  return { ...method, outcome: { scores, elapsedMs, rejected, warnings } };
}

function curvesView(ppm: Float32Array, { offsets, spectra }: CorrectionOutcome): DeepReadonly<CorrectionCurvesView> {
  return {
    ppm,
    ...spectra,
    shiftHz: Float64Array.from(offsets, (o) => o.shiftHz),
    phaseDeg: Float64Array.from(offsets, (o) => (o.phaseRad * 180) / Math.PI),
    weight: Float64Array.from(offsets, (o) => o.weight),
  };
}

export function correctionHandlers({
  services: { store, jobs, corrections },
}: HandlerContext): Pick<HostHandlers, Handled> {
  const quietly = (): void => undefined;
  return {
    'correction:start': (place) => {
      const { fileName, role } = store.getDataset(place.datasetId);
      if (role === 'image') throw new UsageError(`${fileName} is an image, which has no transients.`);
      // Nothing of the study is changed: the job belongs to none.
      const work: JobWork = async (cancellation, onProgress) => {
        await corrections.compare(place, cancellation, onProgress);
        return { analysisId: null, basisIds: [] };
      };
      return { jobId: jobs.start('correction', null, work, place) };
    },
    'correction:table': async (place) => {
      const compared = await corrections.compare(place, NEVER_CANCELLED, quietly);
      const { transients, conditions, methods, chosen, reason, candidates } = compared;
      return { transients, conditions, methods: methods.map(methodView), chosen, reason, candidates };
    },
    'correction:curves': async ({ method, ...place }) => {
      const { ppm, methods } = await corrections.compare(place, NEVER_CANCELLED, quietly);
      const outcome = methods.find(({ id }) => id === method)?.outcome ?? null;
      return outcome === null ? null : curvesView(ppm, outcome);
    },
  };
}
