// Basis sets made here: what to simulate for a scan, the pulses it takes, and the simulation as a job.
import { checkBasisRequest } from '../../core/basis/buildBasisSet.ts';
import { readWaveformFile } from '../../core/basis/pulses/waveformFiles.ts';
import { suggestBasisRequest } from '../../core/basis/suggestRequest.ts';
import type { SimulationTarget } from '../../core/basis/suggestRequest.ts';
import type { DatasetDescription } from '../../core/ports/studyStore.ts';
import { readInputFile } from '../../node/files/readInputFiles.ts';
import { addSimulatedBases } from '../../node/files/userBases.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { JobWork } from '../jobs.ts';
import { basisTarget } from './basisHandlers.ts';
import type { HandlerContext } from './context.ts';
import { pulsePreview } from './pulsePreview.ts';

/** @returns what decides what to simulate, or null for what is no spectrum */
function simulationTarget(description: DatasetDescription): SimulationTarget | null {
  const target = basisTarget(description);
  const { dwellTimeS, points, manufacturer } = description;
  if (target === null || dwellTimeS === null || points === null) return null;
  return { ...target, dwellTimeS, points, manufacturer };
}

type Channels = 'basis:simulate' | 'basis:suggest' | 'basis:pulse-profile' | 'host:read-waveform';

export function simulationHandlers({ services }: HandlerContext): Pick<HostHandlers, Channels> {
  const { store, jobs, userBases } = services;
  return {
    'basis:simulate': ({ request }) => {
      checkBasisRequest(request); // before there is a job, so that the form can say what is wrong
      const work: JobWork = async (cancellation, onProgress) => {
        const sets = await services.simulateBasis(request, cancellation, onProgress);
        cancellation.throwIfCancelled();
        const cards = await addSimulatedBases(userBases, request, sets);
        return { analysisId: null, basisIds: cards.map(({ id }) => id) };
      };
      return { jobId: jobs.start('simulate', null, work, { request }) };
    },
    'basis:suggest': ({ datasetId }) => {
      const target = simulationTarget(store.getDataset(datasetId).description);
      return target === null ? null : suggestBasisRequest(target);
    },
    'basis:pulse-profile': ({ pulse, role }) => pulsePreview(pulse, role),
    'host:read-waveform': async ({ path }) => {
      const { name, bytes } = await readInputFile(path);
      return readWaveformFile(name, bytes);
    },
  };
}
